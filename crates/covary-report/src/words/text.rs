//! Running text from parts.

use crate::{Number, Span, Text};

/// Something that can stand in running text.
pub(crate) trait Part {
    /// Adds it to `text`.
    fn add_to(self, text: &mut Text);
}

impl Part for &'static str {
    fn add_to(self, text: &mut Text) {
        text.push(Span::Word(self.to_string()));
    }
}

impl Part for Number {
    fn add_to(self, text: &mut Text) {
        text.push(Span::Number(self));
    }
}

impl Part for Text {
    fn add_to(self, text: &mut Text) {
        text.extend(self);
    }
}

/// A statistical symbol, in italics.
pub(crate) struct Sym(pub(crate) &'static str);

impl Part for Sym {
    fn add_to(self, text: &mut Text) {
        text.push(Span::Symbol(self.0));
    }
}

/// Text from the study, never interpreted.
pub(crate) struct Name<'a>(pub(crate) &'a str);

impl Part for Name<'_> {
    fn add_to(self, text: &mut Text) {
        text.push(Span::Verbatim(self.0.to_string()));
    }
}

/// A reference to a table, figure or section.
pub(crate) struct Ref<'a>(pub(crate) &'a str);

impl Part for Ref<'_> {
    fn add_to(self, text: &mut Text) {
        text.push(Span::Reference(self.0.to_string()));
    }
}

/// Running text of parts: words, figures, symbols, names.
macro_rules! text {
    ($($part:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut text = $crate::Text::new();
        $( $crate::words::text::Part::add_to($part, &mut text); )*
        text
    }};
}

pub(crate) use text;
