//! Everything that can be chosen about a fit, by lavaan's names.

use serde::Serialize;

use crate::conventions::Conventions;

/// Choices for one fit. [`Settings::default`] is lavaan's `sem()`.
///
/// `None` leaves the choice to the function, estimator or convention.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Settings {
    /// Which defaults complete the model.
    pub function: Function,
    /// Whose numbers are followed.
    pub conventions: Conventions,
    /// Discrepancy function and its companions.
    pub estimator: EstimatorName,
    /// Kind of standard errors; `None`: as the estimator says.
    pub se: Option<StandardErrors>,
    /// Expected or observed information; `None`: as the estimator says.
    pub information: Option<Information>,
    /// Missing values.
    pub missing: MissingValues,
    /// Means are modelled; `None`: when needed.
    pub meanstructure: Option<bool>,
    /// Moments of observed exogenous variables are fixed; `None`: by convention.
    pub fixed_x: Option<bool>,
    /// Latent variances are 1 instead of first loadings.
    pub std_lv: bool,
    /// Observed variables are standardized first.
    pub std_ov: bool,
    /// Exogenous latent variables are uncorrelated.
    pub orthogonal: bool,
    /// Variable that defines groups.
    pub group: Option<String>,
    /// Order and choice of groups; empty: as they occur in the data.
    pub group_label: Vec<String>,
    /// What is equal across groups.
    pub group_equal: Vec<GroupEqual>,
    /// Parameters exempt from `group_equal`, as formulas: `visual=~x3`.
    pub group_partial: Vec<String>,
    /// `auto.*` and `int.*` options set by hand; `None`: as the function says.
    pub auto: Auto,
    /// Resampling; `None`: no bootstrap.
    pub bootstrap: Option<BootstrapSettings>,
    /// Confidence level of intervals.
    pub level: f64,
    /// Greatest number of iterations.
    pub max_iterations: usize,
}

/// Which defaults complete a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Function {
    /// `sem()`
    #[default]
    Sem,
    /// `cfa()`
    Cfa,
    /// `growth()`
    Growth,
    /// `lavaan()`: nothing is added.
    Lavaan,
}

/// Estimators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub enum EstimatorName {
    /// Maximum likelihood.
    #[default]
    #[serde(rename = "ML")]
    Ml,
}

/// Kinds of standard errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StandardErrors {
    /// From the information matrix.
    Standard,
    /// Standard deviations over resamples.
    Bootstrap,
    /// None.
    None,
}

/// Kinds of information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Information {
    /// Expected (Fisher).
    Expected,
    /// Observed (Hessian).
    Observed,
}

/// What is done about missing values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MissingValues {
    /// Cases with a missing value on a variable of the model are left out.
    #[default]
    Listwise,
}

/// What can be equal across groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GroupEqual {
    /// Factor loadings.
    Loadings,
    /// Intercepts of observed variables.
    Intercepts,
    /// Means and intercepts of latent variables.
    Means,
    /// Thresholds of ordered variables.
    Thresholds,
    /// Regression weights.
    Regressions,
    /// Residual variances of observed variables.
    Residuals,
    /// Residual covariances of observed variables.
    ResidualCovariances,
    /// (Residual) variances of latent variables.
    LvVariances,
    /// (Residual) covariances of latent variables.
    LvCovariances,
}

/// What is added to the rows that the text states; `None`: as the function says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Auto {
    /// The first loading of each factor is 1.
    pub fix_first: Option<bool>,
    /// The residual variance of a single indicator is 0.
    pub fix_single: Option<bool>,
    /// (Residual) variances.
    pub var: Option<bool>,
    /// Covariances of exogenous latent variables.
    pub cov_lv_x: Option<bool>,
    /// Residual covariances of outcomes.
    pub cov_y: Option<bool>,
    /// Intercepts of observed variables are free.
    pub int_ov_free: Option<bool>,
    /// Means of latent variables are free.
    pub int_lv_free: Option<bool>,
}

/// Resampling.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BootstrapSettings {
    /// Number of resamples.
    pub resamples: usize,
    /// Seed of the random streams.
    pub seed: u64,
    /// Kind of interval.
    pub interval: BootstrapInterval,
}

/// Kinds of bootstrap interval, by lavaan's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BootstrapInterval {
    /// Estimate ± z · S.E.
    Normal,
    /// Reflected quantiles.
    Basic,
    /// Quantiles.
    #[default]
    Percentile,
    /// Bias-corrected quantiles (`bca.simple`, AMOS's BC).
    BiasCorrected,
    /// Bias-corrected and accelerated.
    Bca,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            function: Function::Sem,
            conventions: Conventions::LAVAAN,
            estimator: EstimatorName::Ml,
            se: None,
            information: None,
            missing: MissingValues::Listwise,
            meanstructure: None,
            fixed_x: None,
            std_lv: false,
            std_ov: false,
            orthogonal: false,
            group: None,
            group_label: Vec::new(),
            group_equal: Vec::new(),
            group_partial: Vec::new(),
            auto: Auto::default(),
            bootstrap: None,
            level: 0.95,
            max_iterations: 1000,
        }
    }
}
