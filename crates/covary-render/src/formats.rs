//! The list of formats.

use covary_report::Report;

use crate::{RenderError, Style, html, json, terminal};

/// A format that a report can be written in.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The word for it in a study file.
    pub name: &'static str,
    /// Extension of its files, without a dot.
    pub extension: &'static str,
    /// Writes a report in it.
    pub render: fn(&Report, &Style) -> Result<Vec<u8>, RenderError>,
}

/// All formats.
pub const FORMATS: &[Format] = &[
    Format { name: "html", extension: "html", render: html::render },
    Format { name: "json", extension: "json", render: json::render },
    Format { name: "text", extension: "txt", render: terminal::render },
];
