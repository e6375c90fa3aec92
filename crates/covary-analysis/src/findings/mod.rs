//! What a careful reviewer would say: values here, words in the report.

mod answers;
mod fit;
mod measurement;
mod mediation;
mod review;
mod structure;

pub use review::{CHECKS, Check, Evidence, review};
use serde::Serialize;

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Finding {
    /// What was found.
    pub code: FindingCode,
    /// How serious it is.
    pub severity: Severity,
    /// Items, constructs, pairs, hypotheses or paths concerned.
    pub subjects: Vec<String>,
    /// The figures it rests on.
    pub figures: Vec<FindingFigure>,
}

/// A figure of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FindingFigure {
    /// What it is: `htmt`, `correlation`, `p`, `cutoff`, …
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Changes a conclusion, or a result must not be used.
    Serious,
    /// A reviewer will ask.
    Caution,
    /// Worth knowing.
    Note,
}

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    /// The model (subject: measurement or structural) did not converge.
    NotConverged,
    /// The model is not identified.
    NotIdentified,
    /// A negative variance (Heywood case).
    NegativeVariance,
    /// A covariance matrix of latent variables or residuals is not positive definite.
    NotPositiveDefinite,
    /// A pair of constructs whose discriminant validity fails or is doubtful.
    DiscriminantValidity,
    /// A construct with AVE below .50.
    ConvergentValidity,
    /// A construct with α, ω or CR below .70.
    LowReliability,
    /// A construct with α or CR above .95: items may be redundant.
    RedundantItems,
    /// An item whose removal raises α noticeably.
    AlphaIfDeleted,
    /// An item with a standardized loading below .50.
    WeakLoading,
    /// An item that loads on another factor as well, or on a factor of its own.
    CrossLoading,
    /// Factors found differ from those planned (eigenvalues, parallel analysis).
    FactorCount,
    /// KMO below .60, or Bartlett's test not significant.
    Adequacy,
    /// A hypothesis whose decision depends on the kind of interval.
    IntervalChangesDecision,
    /// A path whose bootstrap interval and C.R. disagree.
    BootstrapDisagrees,
    /// Resamples failed or were inadmissible in noticeable number.
    Resamples,
    /// VIF among the predictors of an outcome.
    Collinearity,
    /// An R² above .90 in a latent outcome: predictors and outcome may not be distinct.
    HighRSquare,
    /// Non-normal items (|skew| > 2, |kurtosis| > 7).
    NonNormalItems,
    /// Multivariate non-normality (Mardia's c.r. > 5).
    MultivariateNonNormality,
    /// Fewer than five categories, or skewed: ordinal estimators are advised.
    OrdinalItems,
    /// Fit index beyond its usual cut-off.
    PoorFit,
    /// Large residuals: local misfit.
    LocalMisfit,
    /// Ratio indices that mislead here (GFI, NFI, χ²/df in this N; RMSEA with few df).
    MisleadingIndex,
    /// N small for the model.
    SampleSize,
    /// Low power for a path of the size found.
    LowPower,
    /// Harman's first component above half of the variance, or VIF above 3.3.
    MethodBias,
    /// Percentile intervals are preferred to bias-corrected ones where type I error matters.
    IntervalKind,
    /// Observed exogenous variables are not correlated with exogenous constructs in the model, but in the data.
    ExogenousUncorrelated,
    /// Cases with missing answers were left out in noticeable number, or not at random.
    MissingData,
    /// Values outside the declared scale.
    OutOfScale,
    /// Signs of careless answering.
    CarelessAnswers,
    /// Exploratory and confirmatory analysis rest on the same sample.
    SameSample,
    /// Cross-sectional data: a direction is assumed, not shown.
    CrossSectional,
    /// A construct takes no part in the structural model.
    ConstructNotInModel,
    /// The share of the total effect is not defined or misleads.
    ProportionMisleads,
    /// The model has loops and is unstable.
    Unstable,
    /// Items dropped after the pilot.
    PilotDropped,
}
