//! What is said about an analysis, independent of format.
//!
//! Results narrow to one [`Report`]; renderers widen it to many formats. Full precision is kept:
//! how many decimals, which decimal mark and whether a zero leads are settings of the renderer.
//! No sentence stands outside [`words`].

pub mod charts;
pub mod diagram;
mod place;
pub mod report;
pub mod scene;
pub mod sections;
pub mod text_metrics;
pub mod words;

pub use report::*;
pub use scene::Scene;

/// The JSON Schema (draft 2020-12) of `results.json`.
pub fn results_schema() -> serde_json::Value {
    schemars::schema_for!(covary_analysis::Results).to_value()
}
