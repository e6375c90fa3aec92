//! Computed, but look: what every output must show.

use serde::Serialize;

/// One thing to look at, with what to do about it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Warning {
    /// A stable code: `not_converged`, `not_identified`, `negative_variance`, `latent_not_positive_definite`, …
    pub code: WarningCode,
    /// What it concerns: variables, parameters, groups.
    pub subjects: Vec<String>,
    /// Plain words, in English, with what to do.
    pub text: String,
}

/// The kinds of warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// The search ended before the gradient vanished.
    NotConverged,
    /// The information matrix is singular: not all parameters can be estimated.
    NotIdentified,
    /// An estimated variance is negative (Heywood case).
    NegativeVariance,
    /// A correlation of latent variables is beyond ±1, or their covariance matrix not positive definite.
    LatentNotPositiveDefinite,
    /// The residual covariance matrix is not positive definite.
    ResidualNotPositiveDefinite,
    /// The sample covariance matrix is not positive definite.
    SampleNotPositiveDefinite,
    /// The implied covariance matrix is not positive definite.
    ImpliedNotPositiveDefinite,
    /// Fewer cases than parameters, or than variables.
    FewCases,
    /// Variances of very different size.
    VariancesDiffer,
    /// Cases left out for missing values.
    CasesLeftOut,
    /// Variables that few or none of the cases have together.
    LowCoverage,
    /// A model with loops whose stability index is not below 1.
    Unstable,
    /// Negative degrees of freedom.
    NegativeDegreesOfFreedom,
    /// Two models do not describe the same data.
    ModelsNotComparable,
    /// A model is not nested in the one that it is compared with.
    ModelsNotNested,
    /// Two models fit equally well whatever the data.
    ModelsEquivalent,
    /// A difference test does not exist.
    DifferenceTestUndefined,
    /// Resamples failed or were inadmissible.
    ResamplesFailed,
    /// An estimate lies at its bound, or an inequality constraint holds as an equation.
    AtBound,
    /// A factor takes its unit from an indicator that hardly measures it.
    WeakMarker,
    /// Anything that an option brings about and that users might not expect.
    OptionNote,
}
