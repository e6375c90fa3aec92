//! Structural equation models: model text in, fitted model out.
//!
//! Knows names, cases and moments, but no construct, hypothesis or table of a study. The path from
//! text to [`Fit`] is [`fit()`], on one page:
//!
//! text → [`syntax`] → [`parameter_table`] → [`model_matrices`] ┐
//! cases → [`sample`] ─────────────────────────────────────────┴→ [`estimators`] → [`estimate`] → [`inference`] → [`Fit`]

pub mod comparison;
pub mod conventions;
mod correlation_structure;
pub mod error;
pub mod estimate;
pub mod estimators;
pub mod exploratory;
pub mod factor_scores;
pub mod fit;
pub mod fit_indices;
pub mod fit_report;
pub mod inference;
mod kernels;
pub mod model_matrices;
mod not_built;
pub mod options;
pub mod parameter_table;
pub mod power;
pub mod sample;
pub mod settings;
pub mod simulate;
pub mod standardized;
pub mod syntax;
pub mod warning;

pub use conventions::{Conventions, Likelihood};
pub use error::SemError;
pub use fit::{Fit, fit};
pub use fit_report::FitReport;
pub use parameter_table::{ParameterTable, Row};
pub use sample::{Data, GroupMoments, Sample};
pub use settings::Settings;
pub use syntax::{Formulas, Operator, parse};
pub use warning::Warning;
