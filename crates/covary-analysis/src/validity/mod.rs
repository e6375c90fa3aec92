//! Convergent and discriminant validity of the constructs, from the measurement model and the items.

mod discriminant;
mod htmt;

pub use discriminant::{validity, validity_with_intervals};
pub use htmt::{htmt, htmt_matrix};
use serde::Serialize;

/// Convergent validity of every construct and discriminant validity of every pair.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Validity {
    /// One entry per construct measured by items.
    pub constructs: Vec<ConstructValidity>,
    /// One entry per pair of constructs.
    pub pairs: Vec<PairValidity>,
    /// Confidence level of the intervals.
    pub level: f64,
}

/// Convergent validity of one construct.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ConstructValidity {
    /// Name of the construct.
    pub name: String,
    /// Its label.
    pub label: String,
    /// Standardized loadings, in item order.
    pub loadings: Vec<Loading>,
    /// Average variance extracted: mean of the squared standardized loadings (Fornell and Larcker, 1981).
    pub ave: Option<f64>,
    /// √AVE.
    pub sqrt_ave: Option<f64>,
    /// Composite reliability: (Σλ)² / ((Σλ)² + Σ(1 − λ²)) (Fornell and Larcker, 1981).
    pub cr: Option<f64>,
    /// Largest absolute correlation with another construct.
    pub greatest_correlation: Option<f64>,
}

/// A standardized loading.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Loading {
    /// The item.
    pub item: String,
    /// Its standardized loading.
    pub value: Option<f64>,
}

/// Discriminant validity of two constructs.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PairValidity {
    /// First construct.
    pub left: String,
    /// Second construct.
    pub right: String,
    /// Correlation of the latent variables in the measurement model; never a path coefficient.
    pub correlation: Option<f64>,
    /// Lower confidence limit of the correlation.
    pub correlation_lower: Option<f64>,
    /// Upper confidence limit of the correlation.
    pub correlation_upper: Option<f64>,
    /// Whether both √AVE exceed the absolute correlation (Fornell and Larcker, 1981).
    pub fornell_larcker: Option<bool>,
    /// Heterotrait-monotrait ratio (Henseler, Ringle and Sarstedt, 2015).
    pub htmt: Option<f64>,
    /// Lower percentile limit of HTMT over the resamples.
    pub htmt_lower: Option<f64>,
    /// Upper percentile limit of HTMT over the resamples.
    pub htmt_upper: Option<f64>,
    /// What follows.
    pub verdict: PairVerdict,
}

/// What the criteria say together about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PairVerdict {
    /// √AVE exceeds the correlation and HTMT is below .85.
    Established,
    /// One criterion fails, or HTMT lies between .85 and .90.
    Doubtful,
    /// HTMT is .90 or more, its interval reaches 1, or both criteria fail.
    NotEstablished,
    /// Not enough is known (single items, inadmissible solution).
    Unknown,
}
