//! Running text.

use covary_report::Span;
use maud::{Markup, html};

use super::Page;
use crate::number::number_text;

/// Running text with marks: symbols in italics, references as links.
pub(super) fn inline(spans: &[Span], page: Page) -> Markup {
    html! {
        @for span in spans {
            @match span {
                Span::Word(word) => (word),
                Span::Verbatim(text) => (text),
                Span::Symbol(symbol) => i { (symbol) },
                Span::Number(number) => span.figure { (number_text(number, page.style).joined()) },
                Span::Reference(id) => a href={ "#" (id) } { (page.numbering.label(id, page.report)) },
                Span::Strong(inner) => strong { (inline(inner, page)) },
            }
        }
    }
}

/// Running text without marks.
pub(super) fn plain(spans: &[Span], page: Page) -> String {
    crate::plain::text(spans, page.style, page.numbering, page.report)
}
