//! What cannot be computed at all. What was computed but needs a look is a [`Warning`](crate::Warning).

/// Why no model could be fitted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SemError {
    /// The model text cannot be read, or does not make a model; the text shows line and column.
    #[error("{0}")]
    Model(String),
    /// The data cannot serve the model; the text names the variable, case or group.
    #[error("{0}")]
    Data(String),
    /// An option is unknown, contradictory or not built yet; the text names it and what there is.
    #[error("{0}")]
    Option(String),
}
