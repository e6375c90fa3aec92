//! A fitted model, and the path to it.

use covary_numerics::{Matrix, minimise};

use crate::{Data, Formulas, ParameterTable, Sample, SemError, Settings, Warning, inference::Bootstrap};

/// A fitted model. Not converging, Heywood cases and the like are values here, never errors.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The model.
    pub table: ParameterTable,
    /// The choices made, defaults resolved.
    pub settings: Settings,
    /// What it was fitted to.
    pub sample: Sample,
    /// How the search ended.
    pub ending: minimise::Ending,
    /// Iterations.
    pub iterations: usize,
    /// The objective at the estimates: ½ Σ w_g F_g.
    pub objective: f64,
    /// Free parameters at the estimates.
    pub theta: Vec<f64>,
    /// The estimate of every row (fixed values, definitions included); `None` for constraints.
    pub estimates: Vec<Option<f64>>,
    /// Standard error of every row; `None` for fixed rows and where it does not exist.
    pub standard_errors: Vec<Option<f64>>,
    /// Covariance matrix of the free parameters (q⁺ × q⁺); `None` where it does not exist.
    pub vcov: Option<Matrix>,
    /// Implied moments, by block.
    pub implied: Vec<ImpliedMoments>,
    /// Test of the model against the saturated one; `None` with no usable value.
    pub test: Option<TestStatistic>,
    /// Test of the baseline (independence) model.
    pub baseline: Option<TestStatistic>,
    /// Degrees of freedom; negative when not identified.
    pub degrees_of_freedom: i64,
    /// Number of independent equality constraints.
    pub equality_rank: usize,
    /// Log-likelihood of the model, and of the saturated model.
    pub log_likelihood: Option<(f64, f64)>,
    /// Resamples, where asked for.
    pub bootstrap: Option<Bootstrap>,
    /// What to look at.
    pub warnings: Vec<Warning>,
}

/// Moments that a block's parameters imply.
#[derive(Clone, Debug, PartialEq)]
pub struct ImpliedMoments {
    /// Of the observed variables, in the block's order.
    pub covariance: Matrix,
    /// Of the observed variables; `None` without a mean structure.
    pub mean: Option<Vec<f64>>,
    /// Covariance matrix of the block's latent variables.
    pub latent_covariance: Matrix,
}

/// A test statistic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TestStatistic {
    /// Its value.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// Its p value; `None` with df = 0.
    pub p_value: Option<f64>,
}

impl Fit {
    /// Whether the search converged.
    pub fn converged(&self) -> bool {
        self.ending == minimise::Ending::Converged
    }

    /// Number of cases over all groups.
    pub fn cases(&self) -> usize {
        self.sample.blocks.iter().map(|b| b.cases).sum()
    }
}

/// Fits a model: completes it, takes the sample, minimises, and draws inference.
pub fn fit(model: &Formulas, data: &Data, settings: &Settings) -> Result<Fit, SemError> {
    todo!("{model:?} {data:?} {settings:?}")
}
