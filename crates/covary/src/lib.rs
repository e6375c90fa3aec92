//! Survey research from questionnaire to publishable paper: the facade for Rust users.
//!
//! Each crate is usable alone; this one brings them together and holds the `covary` program's parts.
//!
//! - [`import`]: data files in, [`data::Dataset`] out
//! - [`study`]: the study file
//! - [`sem`]: structural equation models
//! - [`analysis`]: the methods of a survey study
//! - [`report`] and [`render`]: what is said, and the bytes of it

pub use covary_analysis as analysis;
pub use covary_data as data;
pub use covary_import as import;
pub use covary_numerics as numerics;
pub use covary_render as render;
pub use covary_report as report;
pub use covary_sem as sem;
pub use covary_study as study;

pub mod program;
