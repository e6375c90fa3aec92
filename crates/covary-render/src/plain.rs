//! Running text without marks.

use covary_report::{Report, Span};

use crate::{Style, number::number_text, numbering::Numbering};

/// Running text without marks: for titles, descriptions and terminals.
pub(crate) fn text(spans: &[Span], style: &Style, numbering: &Numbering, report: &Report) -> String {
    let mut out = String::new();
    for span in spans {
        match span {
            Span::Word(text) | Span::Verbatim(text) => out.push_str(text),
            Span::Symbol(symbol) => out.push_str(symbol),
            Span::Number(number) => out.push_str(&number_text(number, style).joined()),
            Span::Reference(id) => out.push_str(&numbering.label(id, report)),
            Span::Strong(inner) => out.push_str(&text(inner, style, numbering, report)),
        }
    }
    out
}
