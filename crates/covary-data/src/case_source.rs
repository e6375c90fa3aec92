//! Cases in batches, so that what needs only moments never holds all of them.

use crate::Variable;

/// Numeric values of consecutive cases, by column; NaN where missing (user-missing included) or text.
#[derive(Clone, Debug)]
pub struct Batch {
    /// One vector per variable of the source, all of the same length.
    pub columns: Vec<Vec<f64>>,
}

/// Reading further failed; the text names file and line.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// A supply of cases: a [`Dataset`](crate::Dataset) in memory, or a file read as a stream.
pub trait CaseSource {
    /// The variables, in order.
    fn variables(&self) -> &[Variable];
    /// The cases from `first_case` (from 0) on; `None` after the last.
    fn next_batch(&mut self, first_case: usize) -> Result<Option<Batch>, SourceError>;
}
