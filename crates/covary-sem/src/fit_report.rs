//! A fit as it is shown: the JSON contract `covary.fit/1`, from which every table takes its numbers.

use covary_numerics::Matrix;
use serde::Serialize;

use crate::{Fit, Warning, syntax::Operator};

/// Everything `covary fit` tells, under lavaan's names.
#[derive(Clone, Debug, Serialize)]
pub struct FitReport {
    /// `covary.fit/1`
    pub schema: &'static str,
    /// Whether the search converged.
    pub converged: bool,
    /// Whether the solution is admissible: no negative variance, all covariance matrices positive definite.
    pub admissible: bool,
    /// What to look at.
    pub warnings: Vec<Warning>,
    /// Iterations.
    pub iterations: usize,
    /// Cases by group.
    pub n_obs: Vec<usize>,
    /// All cases.
    pub n_total: usize,
    /// Groups.
    pub n_groups: usize,
    /// Labels of the groups; empty with one group.
    pub group_labels: Vec<String>,
    /// Free rows, before equality constraints.
    pub npar: usize,
    /// Every row that lavaan's parameterEstimates() shows, in its order.
    pub parameters: Vec<ParameterEstimate>,
    /// Fit measures under lavaan's names.
    pub fit: serde_json::Map<String, serde_json::Value>,
    /// AMOS's blocks under AMOS's names: default, saturated, independence.
    pub fit_amos: AmosFit,
    /// R².
    pub r2: Vec<RSquare>,
    /// Implied moments by group.
    pub implied: Vec<Implied>,
    /// Sample moments by group.
    pub sample: Vec<Implied>,
    /// Residuals by group.
    pub residuals: Vec<Residuals>,
    /// Correlations of the latent variables by group, implied.
    pub latent_correlations: Vec<LatentCorrelations>,
    /// Modification indices, largest first.
    pub modification_indices: Vec<ModificationIndex>,
    /// The bootstrap in figures, where asked for.
    pub bootstrap: Option<BootstrapSummary>,
}

/// One row of the estimates.
#[derive(Clone, Debug, Serialize)]
pub struct ParameterEstimate {
    /// Left-hand variable.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable.
    pub rhs: String,
    /// Group, from 1; 0 for definitions and constraints.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// Label.
    pub label: String,
    /// Number among the free parameters, from 1; 0 when not free.
    pub free: usize,
    /// Estimate.
    pub est: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// est/se (AMOS's C.R.).
    pub z: Option<f64>,
    /// Two-tailed p.
    pub pvalue: Option<f64>,
    /// Lower limit.
    #[serde(rename = "ci.lower")]
    pub ci_lower: Option<f64>,
    /// Upper limit.
    #[serde(rename = "ci.upper")]
    pub ci_upper: Option<f64>,
    /// Standardized on the latent variables.
    #[serde(rename = "std.lv")]
    pub std_lv: Option<f64>,
    /// Completely standardized.
    #[serde(rename = "std.all")]
    pub std_all: Option<f64>,
    /// Its standard error, by the delta method.
    #[serde(rename = "std.all.se")]
    pub std_all_se: Option<f64>,
    /// Lower limit of std.all.
    #[serde(rename = "std.all.ci.lower")]
    pub std_all_ci_lower: Option<f64>,
    /// Upper limit of std.all.
    #[serde(rename = "std.all.ci.upper")]
    pub std_all_ci_upper: Option<f64>,
    /// Standardized, observed exogenous variables left in their metric.
    #[serde(rename = "std.nox")]
    pub std_nox: Option<f64>,
}

/// The share of a variable's variance that the model explains.
#[derive(Clone, Debug, Serialize)]
pub struct RSquare {
    /// The variable.
    pub variable: String,
    /// Group, from 1.
    pub group: usize,
    /// 1 − residual variance / implied variance.
    pub value: Option<f64>,
}

/// Moments of one group.
#[derive(Clone, Debug, Serialize)]
pub struct Implied {
    /// Group, from 1.
    pub group: usize,
    /// Covariances.
    pub cov: Matrix,
    /// Means, with a mean structure.
    pub mean: Option<Vec<f64>>,
    /// Variables.
    pub names: Vec<String>,
}

/// Residuals of one group, in the order of `names`.
#[derive(Clone, Debug, Serialize)]
pub struct Residuals {
    /// Group, from 1.
    pub group: usize,
    /// Variables.
    pub names: Vec<String>,
    /// Covariance residuals s − σ.
    pub raw: Matrix,
    /// Correlation residuals (Bollen): r − ρ.
    pub cor: Matrix,
    /// Residuals over their asymptotic standard errors (lavaan's `standardized`); a null where that is 0.
    pub standardized: Vec<Vec<Option<f64>>>,
    /// AMOS's standardized residual covariances, σ implied.
    pub amos_standardized: Vec<Vec<Option<f64>>>,
}

/// Correlations of latent variables in one group.
#[derive(Clone, Debug, Serialize)]
pub struct LatentCorrelations {
    /// Group, from 1.
    pub group: usize,
    /// Latent variables.
    pub names: Vec<String>,
    /// Their implied correlations; `None` where a variance is not positive.
    pub cor: Option<Matrix>,
}

/// What freeing one parameter would bring.
#[derive(Clone, Debug, Serialize)]
pub struct ModificationIndex {
    /// Left-hand variable.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable.
    pub rhs: String,
    /// Group, from 1.
    pub group: usize,
    /// Score test: the expected fall of χ².
    pub mi: f64,
    /// Expected parameter change.
    pub epc: f64,
    /// EPC, completely standardized.
    #[serde(rename = "sepc.all")]
    pub sepc_all: Option<f64>,
    /// AMOS's M.I. (LISREL's form, other parameters held).
    pub mi_amos: Option<f64>,
    /// AMOS's Par Change.
    pub par_change: Option<f64>,
}

/// AMOS's fit blocks for three models, under AMOS's names (`CMIN`, `DF`, `RMSEA`, …).
#[derive(Clone, Debug, Default, Serialize)]
pub struct AmosFit {
    /// The model.
    pub default: serde_json::Map<String, serde_json::Value>,
    /// The saturated model.
    pub saturated: serde_json::Map<String, serde_json::Value>,
    /// The independence model.
    pub independence: serde_json::Map<String, serde_json::Value>,
}

/// How the resampling went.
#[derive(Clone, Debug, Serialize)]
pub struct BootstrapSummary {
    /// Resamples drawn.
    pub drawn: usize,
    /// Used.
    pub used: usize,
    /// Did not converge.
    pub failed: usize,
    /// Converged to an inadmissible solution.
    pub inadmissible: usize,
    /// Seed.
    pub seed: u64,
    /// Kind of interval.
    pub interval: String,
}

impl FitReport {
    /// The report of a fit.
    pub fn new(fit: &Fit) -> FitReport {
        todo!("{fit:?}")
    }
}
