//! The results as JSON: every figure, in full precision.

use covary_report::Report;

use crate::{RenderError, Style};

/// `results.json`: what the report's numbers point into. The style plays no part.
pub fn render(report: &Report, _style: &Style) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(&report.results)?;
    bytes.push(b'\n');
    Ok(bytes)
}
