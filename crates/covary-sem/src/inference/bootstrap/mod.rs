//! The bootstrap: of the cases, of cases turned so that the model holds, of the implied distribution.
//!
//! ```text
//! kind ─▶ population (the sample, or its rows transformed) ─▶ draws by group, of cases or whole clusters
//!         ─▶ moments ─▶ warm search from the estimates ─▶ observer
//! ```
//!
//! A resample is drawn within each group. Its moments come from counts over distinct rows; its fit begins at the estimates
//! with the inverse information there as the first metric, so that gradients alone are needed. The code is that of a single
//! fit.

mod bollen_stine;
mod lanes;
mod levels;
mod normal;
mod population;
mod worker;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use covary_numerics::Matrix;
use rayon::prelude::*;

pub use bollen_stine::BollenStine;
use population::check;
pub use population::transformed_rows;
use worker::{Replicate, Shared, Worker};

use crate::{
    Fit, Sample, SemError, Settings, Warning,
    estimate::defined::RowEstimates,
    exploratory,
    fit::ImpliedMoments,
    settings::{BootstrapInterval, BootstrapKind, StandardErrors, TestName},
    warning::WarningCode,
};

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

impl Bootstrap {
    /// A warning where resamples did not converge, or more than one in a hundred was inadmissible.
    pub(crate) fn warning(&self, kind: BootstrapKind) -> Option<Warning> {
        went_wrong(kind, self.drawn, self.failed.len(), self.inadmissible.len())
    }
}

fn went_wrong(kind: BootstrapKind, drawn: usize, failed: usize, inadmissible: usize) -> Option<Warning> {
    (failed > 0 || 100 * inadmissible > drawn).then(|| Warning {
        code: WarningCode::ResamplesFailed,
        subjects: vec![drawn.to_string(), failed.to_string(), inadmissible.to_string()],
        text: format!(
            "of {drawn} resamples ({}) {failed} did not converge and were left out, {inadmissible} ended in an inadmissible \
             solution (a negative variance or the like) and were kept, as in lavaan and AMOS. Report how many. A few extreme \
             resamples can carry a standard error; percentile intervals bear them better",
            kind.word()
        ),
    })
}

/// Whether resamples are drawn for standard errors and intervals, and not for the Bollen-Stine test alone.
pub(crate) fn is_for_estimates(settings: &Settings) -> bool {
    let test_alone = settings.tests.contains(&TestName::BollenStine) && settings.se != Some(StandardErrors::Bootstrap);
    settings.bootstrap.is_some() && !test_alone
}

/// Whether the resamples that the settings ask for can be drawn from a sample.
///
/// # Errors
/// As [`check`]; [`SemError::Option`] for BCa intervals of the parametric bootstrap.
pub(crate) fn check_settings(settings: &Settings, sample: &Sample) -> Result<(), SemError> {
    let Some(chosen) = settings.bootstrap else { return Ok(()) };
    if is_for_estimates(settings) {
        check(settings, sample, chosen.kind)?;
        if chosen.kind == BootstrapKind::Parametric && chosen.interval == BootstrapInterval::Bca {
            return Err(population::no_acceleration());
        }
    }
    if settings.tests.contains(&TestName::BollenStine) {
        check(settings, sample, BootstrapKind::BollenStine)?;
    }
    Ok(())
}

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where resamples come from.
    pub kind: BootstrapKind,
    /// How many.
    pub resamples: usize,
    /// Seed of the random streams: replicate b draws from the stream (seed, b).
    pub seed: u64,
    /// Whether the χ² of each resample is computed.
    pub with_statistic: bool,
}

/// What an observer sees of one resample.
#[derive(Clone, Copy, Debug)]
pub struct Resample<'a> {
    /// Free parameters.
    pub theta: &'a [f64],
    /// The estimate of every row; `None` for constraints.
    pub estimates: &'a [Option<f64>],
    /// Sample covariance matrix (divisor n; with missing values, and of two levels, of the saturated model) and mean of each
    /// block in this resample.
    pub moments: &'a [(Matrix, Vec<f64>)],
    /// Implied moments of each block.
    pub implied: &'a [ImpliedMoments],
    /// The objective at the estimates.
    pub objective: f64,
    /// The χ² of the model in this resample; `None` where the plan does not ask for it, and where it does not exist.
    pub statistic: Option<f64>,
}

/// A function of resamples.
pub type Observer<'a> = &'a (dyn Fn(&Resample) -> Vec<Option<f64>> + Sync);

/// Resamples that one thread takes at a time.
const CHUNK: usize = 32;

/// Resamples the cases of `fit` and hands every usable resample to `observe`, whose values are collected in order.
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
    observe: Observer,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Bootstrap, SemError> {
    let plan = Plan { kind: BootstrapKind::Ordinary, resamples, seed, with_statistic: false };
    bootstrap_of_kind(fit, plan, observe, progress)
}

/// [`bootstrap`] of any kind.
///
/// - ordinary: cases with replacement, within groups; whole clusters where the fit has them; sampling weights stay with
///   their cases;
/// - parametric: normal cases with the implied moments, as many as each group has; missing where they were missing;
/// - Bollen-Stine, Yuan: cases with replacement from [`transformed_rows`].
///
/// # Errors
/// [`SemError::Option`] where the kind does not go with the fit, [`SemError::Data`] where cases or a positive definite
/// covariance matrix are missing.
pub fn bootstrap_of_kind(
    fit: &Fit,
    plan: Plan,
    observe: Observer,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Bootstrap, SemError> {
    if let Some(solution) = &fit.exploratory {
        return exploratory::bootstrap(fit, solution, plan, observe, progress);
    }
    check(&fit.settings, &fit.sample, plan.kind)?;
    let shared = Shared::new(fit, plan.kind, plan.with_statistic)?;
    let (done, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let chunks: Vec<Vec<Replicate>> = (0..plan.resamples.div_ceil(CHUNK))
        .into_par_iter()
        .map_init(
            || Worker::new(&shared),
            |worker, chunk| {
                let replicates = chunk * CHUNK..((chunk + 1) * CHUNK).min(plan.resamples);
                let number = replicates.len();
                if stopped.load(Ordering::Relaxed) {
                    return Vec::new();
                }
                let results = worker.resample_all(plan.seed, replicates, observe);
                if !progress(done.fetch_add(number, Ordering::Relaxed) + number) {
                    stopped.store(true, Ordering::Relaxed);
                }
                results
            },
        )
        .collect();
    Ok(gather(chunks, fit.theta.len()))
}

/// Covariance matrix of θ over the resamples (divisor R) and the standard error of every row.
///
/// As lavaan: divisor R for free parameters, R − 1 for definitions. `None` with fewer than two resamples.
pub fn standard_errors(fit: &Fit, resamples: &Bootstrap) -> (Option<Matrix>, Vec<Option<f64>>) {
    let count = resamples.theta.rows();
    let mut errors = vec![None; fit.table.rows.len()];
    if count < 2 {
        return (None, errors);
    }
    let (_, vcov) = covary_numerics::moments::mean_and_covariance(&resamples.theta);
    for (row, k) in fit.table.rows.iter().enumerate().filter_map(|(row, r)| Some((row, r.free?))) {
        errors[row] = Some(vcov[(k, k)].sqrt()).filter(|error| *error > 0.0);
    }
    let rows = RowEstimates::new(&fit.table);
    let mut estimates = fit.estimates.clone();
    let mut defined: Vec<Vec<f64>> = vec![Vec::new(); fit.table.definitions.len()];
    for replicate in 0..count {
        rows.write(resamples.theta.row(replicate), &mut estimates);
        for (values, (row, _)) in defined.iter_mut().zip(&fit.table.definitions) {
            values.extend(estimates[*row]);
        }
    }
    for (values, (row, _)) in defined.iter().zip(&fit.table.definitions) {
        errors[*row] = super::intervals::standard_error(values);
    }
    (Some(vcov), errors)
}

/// Estimates of the sample without one case (or one cluster): what acceleration is computed from.
///
/// The weight of an entry is the number of cases like it. Refits that fail are left out.
///
/// # Errors
/// [`SemError::Data`] when the fit was made from moments.
pub fn jackknife(fit: &Fit, observe: Observer) -> Result<Vec<LeaveOneOut>, SemError> {
    jackknife_of_kind(fit, BootstrapKind::Ordinary, observe)
}

/// [`jackknife`] of the rows that a kind of bootstrap draws from.
///
/// # Errors
/// As [`bootstrap_of_kind`]; [`SemError::Option`] for the parametric bootstrap, which draws no case that could be left out.
pub fn jackknife_of_kind(fit: &Fit, kind: BootstrapKind, observe: Observer) -> Result<Vec<LeaveOneOut>, SemError> {
    if kind == BootstrapKind::Parametric {
        return Err(population::no_acceleration());
    }
    if let Some(solution) = &fit.exploratory {
        return exploratory::jackknife(fit, solution, kind, observe);
    }
    check(&fit.settings, &fit.sample, kind)?;
    let shared = Shared::new(fit, kind, false)?;
    let refits: Vec<Option<LeaveOneOut>> = shared
        .deletions()
        .into_par_iter()
        .map_init(|| Worker::new(&shared), |worker, deletion| worker.leave_one_out(deletion, observe))
        .collect();
    Ok(refits.into_iter().flatten().collect())
}

/// A refit without one case or cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaveOneOut {
    /// Cases with this row: each would give the same refit.
    pub weight: f64,
    /// Free parameters.
    pub theta: Vec<f64>,
    /// What the observer computed.
    pub observed: Vec<Option<f64>>,
}

fn gather(chunks: Vec<Vec<Replicate>>, parameters: usize) -> Bootstrap {
    let (mut theta, mut observed): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let (mut failed, mut inadmissible) = (Vec::new(), Vec::new());
    let (mut drawn, mut used) = (0, 0);
    for replicate in chunks.into_iter().flatten() {
        match replicate {
            Replicate::Failed => failed.push(drawn),
            Replicate::Used { theta: own, observed: values, admissible } => {
                theta.extend(own);
                observed.extend(values.iter().map(|value| value.unwrap_or(f64::NAN)));
                used += 1;
                if !admissible {
                    inadmissible.push(drawn);
                }
            }
        }
        drawn += 1;
    }
    let width = observed.len().checked_div(used).unwrap_or(0);
    let matrix = |columns: usize, values: Vec<f64>| {
        Matrix::from_values(used, columns, values).unwrap_or_else(|| Matrix::zeros(used, columns))
    };
    Bootstrap { theta: matrix(parameters, theta), observed: matrix(width, observed), drawn, failed, inadmissible }
}
