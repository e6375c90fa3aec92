//! Why a command did not do what was asked, and the exit code for it.

use std::fmt;

/// Why a command failed: the message for stderr; the exit code is always 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

/// How a command ended when it did what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was computed.
    Done,
    /// Computed, but a model did not converge or is not identified; all that could be computed is written.
    LookAtModel,
}

impl Failure {
    /// A failure with this message.
    pub fn new(message: impl fmt::Display) -> Self {
        Failure(message.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<covary_import::ImportError> for Failure {
    fn from(error: covary_import::ImportError) -> Self {
        Failure::new(error)
    }
}

impl From<covary_sem::SemError> for Failure {
    fn from(error: covary_sem::SemError) -> Self {
        Failure::new(error)
    }
}

impl From<covary_analysis::AnalysisError> for Failure {
    fn from(error: covary_analysis::AnalysisError) -> Self {
        Failure::new(error)
    }
}
