//! The nonparametric bootstrap: counts over distinct rows, warm starts, one shared first metric.
//!
//! A resample is drawn within each group, as many cases as the group has. Its moments come from counts
//! over distinct rows; its fit begins at the estimates with the inverse information there as the first
//! metric, so that gradients alone are needed. The code is that of a single fit.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use covary_numerics::{
    Matrix,
    minimise::{self, Ending, QuasiNewton, Request},
    random,
};
use rayon::prelude::*;

use super::{admissibility, incomplete};
use crate::{
    Fit, SemError,
    estimate::{self, EqualityConstraints, Objective, defined::RowEstimates, objective},
    estimators::Estimator,
    exploratory,
    fit::ImpliedMoments,
    sample::{
        DistinctRows, Patterns, covariance_factor,
        resample::{Draw, Resampler},
        weights,
    },
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

/// A function of resamples.
pub type Observer<'a> = &'a (dyn Fn(&Resample) -> Vec<Option<f64>> + Sync);

/// Resamples that one thread takes at a time.
const CHUNK: usize = 32;
/// Largest element of the gradient per unit of a parameter's information. With N cases an estimate is off by less
/// than √N · 10⁻⁶ of its standard error, a thousandth of the Monte Carlo error of 5,000 resamples at N = 300.
const TOLERANCE: f64 = 1e-6;
/// A warm start converges within a dozen; what needs more is searched anew with care.
const WARM_ITERATIONS: usize = 60;

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
    observe: Observer,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Bootstrap, SemError> {
    if let Some(solution) = &fit.exploratory {
        return exploratory::bootstrap(fit, solution, resamples, seed, observe, progress);
    }
    refuse(fit)?;
    let shared = Shared::new(fit)?;
    let (done, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let chunks: Vec<Vec<Replicate>> = (0..resamples.div_ceil(CHUNK))
        .into_par_iter()
        .map_init(
            || Worker::new(&shared),
            |worker, chunk| {
                let replicates = chunk * CHUNK..((chunk + 1) * CHUNK).min(resamples);
                let number = replicates.len();
                if stopped.load(Ordering::Relaxed) {
                    return Vec::new();
                }
                let results = replicates.map(|replicate| worker.resample(seed, replicate, observe)).collect();
                if !progress(done.fetch_add(number, Ordering::Relaxed) + number) {
                    stopped.store(true, Ordering::Relaxed);
                }
                results
            },
        )
        .collect();
    Ok(gather(chunks, fit.theta.len()))
}

/// What resampling by single cases would get wrong.
fn refuse(fit: &Fit) -> Result<(), SemError> {
    let sample = &fit.sample;
    let what = if sample.blocks.iter().any(|block| block.clusters.is_some()) {
        "clusters: resampling single cases would break them up"
    } else if sample.blocks.iter().any(|block| block.case_weights.is_some()) {
        "sampling weights"
    } else if Estimator::named(fit.settings.estimator) == Estimator::Dls
        && fit.settings.estimator_args.dls_gamma_of_model
    {
        "DLS with dls.GammaNT = \"model\""
    } else {
        return Ok(());
    };
    Err(SemError::Option(format!("the bootstrap is not built for {what}; leave it out (resamples = 0)")))
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

/// Estimates of the sample without one case, for each distinct row of each block: what acceleration is computed from.
///
/// The weight of an entry is the number of cases with that row. Refits that fail are left out.
///
/// # Errors
/// [`SemError::Data`] when the fit was made from moments.
pub fn jackknife(fit: &Fit, observe: Observer) -> Result<Vec<LeaveOneOut>, SemError> {
    if let Some(solution) = &fit.exploratory {
        return exploratory::jackknife(fit, solution, observe);
    }
    refuse(fit)?;
    let shared = Shared::new(fit)?;
    let deletions: Vec<(usize, usize)> = shared
        .resamplers
        .iter()
        .enumerate()
        .flat_map(|(block, resampler)| (0..resampler.distinct()).map(move |row| (block, row)))
        .collect();
    let refits: Vec<Option<LeaveOneOut>> = deletions
        .into_par_iter()
        .map_init(|| Worker::new(&shared), |worker, (block, row)| worker.leave_one_out(block, row, observe))
        .collect();
    Ok(refits.into_iter().flatten().collect())
}

/// A refit without one case.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaveOneOut {
    /// Cases with this row: each would give the same refit.
    pub weight: f64,
    /// Free parameters.
    pub theta: Vec<f64>,
    /// What the observer computed.
    pub observed: Vec<Option<f64>>,
}

/// What all resamples share.
struct Shared<'a> {
    fit: &'a Fit,
    constraints: &'a EqualityConstraints,
    resamplers: Vec<Resampler>,
    rows: RowEstimates,
    variance_rows: Vec<usize>,
    /// θ̂ as ξ, where η = scale · ξ.
    start: Vec<f64>,
    scale: Vec<f64>,
    metric: Matrix,
    weights: Vec<f64>,
}

/// What became of one replicate.
enum Replicate {
    Failed,
    Used { theta: Vec<f64>, observed: Vec<Option<f64>>, admissible: bool },
}

impl<'a> Shared<'a> {
    fn new(fit: &'a Fit) -> Result<Self, SemError> {
        let resamplers: Option<Vec<Resampler>> = fit.sample.blocks.iter().map(Resampler::new).collect();
        let resamplers = resamplers.ok_or_else(|| {
            SemError::Data("the bootstrap needs the cases: means and covariances alone cannot be resampled".into())
        })?;
        let weights = objective::weights(&fit.sample);
        let estimator = Estimator::of(&fit.settings, &fit.sample);
        let (scale, metric) = Objective::<f64>::new(&fit.matrices, estimator, &fit.sample)
            .and_then(|objective| estimate::fisher_metric(&objective, &fit.constraints, &weights, &fit.theta))
            .ok_or_else(|| SemError::Data("the fit has no implied moments to begin resampling from".into()))?;
        let eta = fit.constraints.project(&fit.theta);
        Ok(Shared {
            fit,
            constraints: &fit.constraints,
            resamplers,
            rows: RowEstimates::new(&fit.table),
            variance_rows: admissibility::variance_rows(&fit.table),
            start: eta.iter().zip(&scale).map(|(eta, scale)| eta / scale).collect(),
            scale,
            metric,
            weights,
        })
    }
}

/// f and its gradient, as a piece of work that is compiled for each width of vector instructions.
struct Evaluation<'b, 'a> {
    objective: &'b mut Objective<'a, f64>,
    theta: &'b [f64],
    gradient: &'b mut [f64],
}

impl pulp::WithSimd for Evaluation<'_, '_> {
    type Output = Option<f64>;

    // A closure would not be inlined, and so be compiled for the narrowest instructions.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Option<f64> {
        self.objective.evaluate(self.theta, self.gradient)
    }
}

/// The moments of drawn counts, likewise.
struct MomentsOfCounts<'b> {
    resampler: &'b Resampler,
    draw: &'b mut Draw,
    covariance: &'b mut Matrix,
    mean: &'b mut [f64],
}

impl pulp::WithSimd for MomentsOfCounts<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        self.resampler.moments(self.draw, self.covariance, self.mean);
    }
}

/// One thread's memory.
struct Worker<'a> {
    shared: &'a Shared<'a>,
    objective: Objective<'a, f64>,
    /// The widest vector instructions there are; the bits are the same with any.
    vectors: pulp::Arch,
    search: QuasiNewton,
    draws: Vec<Draw>,
    moments: Vec<(Matrix, Vec<f64>)>,
    /// Patterns of missing values by block, in the counts of the resample.
    patterns: Vec<Option<Patterns>>,
    implied: Vec<ImpliedMoments>,
    estimates: Vec<Option<f64>>,
    eta: Vec<f64>,
    theta: Vec<f64>,
    on_theta: Vec<f64>,
    gradient: Vec<f64>,
}

impl<'a> Worker<'a> {
    fn new(shared: &'a Shared<'a>) -> Self {
        let fit = shared.fit;
        let settings = minimise::Settings { gradient_tolerance: TOLERANCE, max_iterations: WARM_ITERATIONS };
        let moments = |block: &crate::sample::BlockSample| {
            let p = block.covariance.rows();
            (Matrix::zeros(p, p), vec![0.0; p])
        };
        Worker {
            shared,
            // The sample of a fit has a saturated value, or there would be no fit.
            objective: Objective::unset(&fit.matrices, Estimator::of(&fit.settings, &fit.sample), &fit.sample),
            vectors: pulp::Arch::new(),
            search: QuasiNewton::new(&shared.start, Some(&shared.metric), settings),
            draws: shared.resamplers.iter().map(Resampler::room).collect(),
            moments: fit.sample.blocks.iter().map(moments).collect(),
            patterns: fit.sample.blocks.iter().map(|block| block.patterns.clone()).collect(),
            implied: fit.implied.clone(),
            estimates: fit.estimates.clone(),
            eta: vec![0.0; shared.scale.len()],
            theta: vec![0.0; fit.theta.len()],
            on_theta: vec![0.0; fit.theta.len()],
            gradient: vec![0.0; shared.scale.len()],
        }
    }

    fn resample(&mut self, seed: u64, replicate: usize, observe: Observer) -> Replicate {
        let mut stream = random::stream(seed, replicate as u64);
        for (resampler, draw) in self.shared.resamplers.iter().zip(&mut self.draws) {
            resampler.draw(&mut stream, draw);
        }
        match self.refit() {
            None => Replicate::Failed,
            Some(objective) => {
                let observed = self.observe(objective, observe);
                Replicate::Used { theta: self.theta.clone(), observed, admissible: self.is_admissible() }
            }
        }
    }

    fn leave_one_out(&mut self, block: usize, row: usize, observe: Observer) -> Option<LeaveOneOut> {
        for (k, (resampler, draw)) in self.shared.resamplers.iter().zip(&mut self.draws).enumerate() {
            if k == block { resampler.leave_one_out(row, draw) } else { resampler.all(draw) }
        }
        let weight = f64::from(self.draws[block].counts[row]) + 1.0;
        let objective = self.refit()?;
        let observed = self.observe(objective, observe);
        Some(LeaveOneOut { weight, theta: self.theta.clone(), observed })
    }

    /// The fit of the drawn counts: θ is left in `theta`. `None` when it did not converge.
    fn refit(&mut self) -> Option<f64> {
        self.set_moments()?;
        if !self.shared.fit.restrictions.are_linear() {
            return self.search_with_care();
        }
        self.search.restart(&self.shared.start);
        let ending = loop {
            match self.search.request() {
                Request::Done(ending) => break ending,
                Request::Evaluate(point) => {
                    for ((eta, xi), scale) in self.eta.iter_mut().zip(point).zip(&self.shared.scale) {
                        *eta = xi * scale;
                    }
                    self.shared.constraints.expand(&self.eta, &mut self.theta);
                    let value = self.vectors.dispatch(Evaluation {
                        objective: &mut self.objective,
                        theta: &self.theta,
                        gradient: &mut self.on_theta,
                    });
                    self.shared.constraints.reduce_gradient(&self.on_theta, &mut self.gradient);
                    for (element, scale) in self.gradient.iter_mut().zip(&self.shared.scale) {
                        *element *= scale;
                    }
                    self.search.tell(value, &self.gradient);
                }
            }
        };
        if ending != Ending::Converged {
            return self.search_with_care();
        }
        for ((eta, xi), scale) in self.eta.iter_mut().zip(self.search.best()).zip(&self.shared.scale) {
            *eta = xi * scale;
        }
        self.shared.constraints.expand(&self.eta, &mut self.theta);
        Some(self.search.best_value())
    }

    /// The search of a single fit, from the estimates: for resamples that the warm start does not bring home, and under
    /// restrictions beside linear equalities.
    fn search_with_care(&mut self) -> Option<f64> {
        let fit = self.shared.fit;
        let start = fit.restrictions.linear.project(&fit.theta);
        let iterations = fit.settings.max_iterations;
        let found = estimate::search(&mut self.objective, &fit.restrictions, &self.shared.weights, &start, iterations)?;
        if found.ending != Ending::Converged {
            return None;
        }
        self.theta.copy_from_slice(&found.theta);
        Some(found.objective)
    }

    /// Moments of the counts, into the objective. `None` where a covariance matrix is not positive definite.
    fn set_moments(&mut self) -> Option<()> {
        let settings = &self.shared.fit.settings;
        let total: u32 = self.draws.iter().flat_map(|draw| &draw.counts).sum();
        let cases_of = |draw: &Draw| f64::from(draw.counts.iter().sum::<u32>());
        let lost = if self.objective.estimator().is_least_squares() { 1.0 } else { 0.0 };
        self.objective.set_weights(self.draws.iter().map(|draw| (cases_of(draw) - lost) / f64::from(total)));
        for (block, resampler) in self.shared.resamplers.iter().enumerate() {
            if let Some(patterns) = &mut self.patterns[block] {
                let own = &self.shared.fit.sample.blocks[block];
                let (counts, moments) = (&self.draws[block].counts, &mut self.moments[block]);
                let estimator = self.objective.estimator();
                let target = (&mut self.objective.samples[block], estimator);
                incomplete::resample::set_moments(own, settings, patterns, counts, moments, target)?;
                continue;
            }
            let (covariance, mean) = &mut self.moments[block];
            let draw = &mut self.draws[block];
            self.vectors.dispatch(MomentsOfCounts { resampler, draw, covariance, mean });
            let cases = draw.counts.iter().sum::<u32>() as usize;
            let factor = covariance_factor(settings, cases);
            let sample = &mut self.objective.samples[block];
            for (own, value) in sample.covariance.iter_mut().zip(covariance.values()) {
                *own = factor * value;
            }
            let means = sample.mean.len();
            sample.mean.copy_from_slice(&mean[..means]);
            if self.objective.estimator().is_least_squares() {
                self.set_weight(block)?;
            }
        }
        self.objective.refresh()
    }

    /// V of least squares from the drawn cases. `None` where it is singular.
    fn set_weight(&mut self, block: usize) -> Option<()> {
        let fit = self.shared.fit;
        let (estimator, means) = (self.objective.estimator(), fit.table.meanstructure);
        let own = &mut self.objective.samples[block];
        own.weight = match estimator {
            Estimator::Uls => estimate::search_weight(&fit.sample, own.p, means),
            _ => {
                let rows = fit.sample.blocks[block].rows.as_ref()?;
                let drawn = DistinctRows {
                    values: rows.values.clone(),
                    counts: self.draws[block].counts.iter().map(|count| f64::from(*count)).collect(),
                    row_of_case: Vec::new(),
                };
                let (p, s) = (own.p, &own.covariance);
                let covariance = Matrix::from_fn(p, p, |i, j| s[i * p + j]);
                let choices = weights::choices(&fit.settings, means);
                weights::from_rows(estimator, &fit.settings, &covariance, &self.moments[block].1, &drawn, choices)?
            }
        };
        Some(())
    }

    fn observe(&mut self, objective: f64, observe: Observer) -> Vec<Option<f64>> {
        self.shared.rows.write(&self.theta, &mut self.estimates);
        self.shared.rows.write_exogenous(&self.shared.fit.matrices, &self.objective.exogenous, &mut self.estimates);
        for (block, implied) in self.implied.iter_mut().enumerate() {
            self.objective.write_implied(block, &self.theta, implied);
        }
        observe(&Resample {
            theta: &self.theta,
            estimates: &self.estimates,
            moments: &self.moments,
            implied: &self.implied,
            objective,
        })
    }

    fn is_admissible(&mut self) -> bool {
        admissibility::is_admissible(&self.shared.variance_rows, &self.estimates, &self.implied)
            && (0..self.implied.len()).all(|block| {
                self.shared.fit.matrices.blocks[block]
                    .residual_covariances(&self.theta, &self.objective.exogenous)
                    .is_none_or(|residual| admissibility::is_semidefinite(&residual))
            })
    }
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
