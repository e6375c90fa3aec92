//! Hypotheses, each decided by its rule from its own estimate and interval.

mod decide;

pub use decide::decide;
use serde::Serialize;

/// A decided hypothesis.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Decision {
    /// Its key: `H1`.
    pub name: String,
    /// The rule, as written.
    pub rule: String,
    /// The researcher's wording.
    pub text: Option<String>,
    /// What is claimed.
    pub claim: covary_study::Claim,
    /// Group, from 1; a hypothesis is decided in each group.
    pub group: usize,
    /// Unstandardized estimate (of a covariance: the covariance; of a comparison: the difference).
    pub estimate: Option<f64>,
    /// Standardized estimate (of a covariance: the correlation).
    pub standardized: Option<f64>,
    /// Standard error that belongs to the deciding p.
    pub se: Option<f64>,
    /// C.R.
    pub z: Option<f64>,
    /// The p that decides.
    pub p: Option<f64>,
    /// Lower limit.
    pub lower: Option<f64>,
    /// Upper limit.
    pub upper: Option<f64>,
    /// What p and limits rest on.
    pub basis: Basis,
    /// Whether the hypothesis is supported.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Type of mediation, of an indirect effect.
    pub mediation: Option<crate::effects::MediationType>,
    /// Whether another basis (the bootstrap for a path, another interval for an indirect effect) decides otherwise.
    pub contested_by: Vec<Basis>,
}

/// What a p value and limits rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Estimate over standard error, normal.
    Normal,
    /// Percentile bootstrap interval.
    Percentile,
    /// Bias-corrected bootstrap interval.
    BiasCorrected,
    /// BCa bootstrap interval.
    Bca,
    /// Nothing could be computed.
    None,
}

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The stated sign, and p below alpha.
    Supported,
    /// Not.
    NotSupported,
    /// The model gives no usable estimate.
    Undecided,
}

/// Why a hypothesis was decided as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The estimate has the stated sign and differs from 0.
    SignAndSignificant,
    /// It differs from 0 (no sign stated).
    Significant,
    /// It has the stated sign but does not differ from 0.
    NotSignificant,
    /// It differs from 0, with the other sign.
    OppositeSign,
    /// It has the other sign and does not differ from 0.
    OppositeSignNotSignificant,
    /// `== 0`: it does not differ from 0. (Absence of evidence; said in words.)
    NoDifferenceFound,
    /// `== 0`: it differs from 0.
    DifferenceFound,
    /// There is no estimate or no standard error.
    NoEstimate,
}
