//! The nonparametric bootstrap: counts over distinct rows, warm starts, one shared first metric.

use covary_numerics::Matrix;

use crate::{Fit, SemError, fit::ImpliedMoments};

/// Resamples of a fit.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    /// Free parameters of each usable resample, in order of replicate (R × q⁺).
    pub theta: Matrix,
    /// What the observers computed in each usable resample (R × number of observed values); NaN inside where one did not exist.
    pub observed: Matrix,
    /// Resamples drawn.
    pub drawn: usize,
    /// Replicates that did not converge or could not be fitted (excluded).
    pub failed: Vec<usize>,
    /// Replicates that converged to an inadmissible solution (kept, as lavaan and AMOS do, and counted).
    pub inadmissible: Vec<usize>,
}

/// What an observer sees of one resample.
#[derive(Clone, Copy, Debug)]
pub struct Resample<'a> {
    /// Free parameters.
    pub theta: &'a [f64],
    /// The estimate of every row; `None` for constraints.
    pub estimates: &'a [Option<f64>],
    /// Sample covariance matrix (divisor n) and mean of each block in this resample.
    pub moments: &'a [(Matrix, Vec<f64>)],
    /// Implied moments of each block.
    pub implied: &'a [ImpliedMoments],
    /// The objective at the estimates.
    pub objective: f64,
}

/// Resamples `fit` and hands every usable resample to `observe`, whose values are collected in order.
///
/// The same numbers on any number of threads: replicate b draws from the stream (seed, b).
/// `progress` is told how many resamples are done; returning false stops early.
///
/// # Errors
/// [`SemError::Data`] when the fit was made from moments.
pub fn bootstrap(
    fit: &Fit,
    resamples: usize,
    seed: u64,
    observe: &(dyn Fn(&Resample) -> Vec<Option<f64>> + Sync),
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Bootstrap, SemError> {
    todo!("{fit:?} {resamples} {seed} {} {}", progress(0), observe as *const _ as *const () as usize)
}
