//! Variables, measures, missing codes and cases: what every importer makes and every method reads.
//!
//! Knows no file format, no construct and no model.

pub mod case_source;
pub mod dataset;
pub mod variable;

pub use case_source::{Batch, CaseSource};
pub use dataset::{Column, Dataset, DatasetError};
pub use variable::{LabelledValue, Measure, MissingCodes, ValueLabel, Variable};
