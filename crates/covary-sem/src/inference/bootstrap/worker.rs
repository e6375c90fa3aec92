//! One thread's resamples: draws, moments, the warm search.

use std::{borrow::Cow, ops::Range, sync::Arc};

use covary_numerics::{
    Matrix,
    minimise::{self, Ending, QuasiNewton, Request},
    random,
};
use rand::Rng;

use super::{
    LeaveOneOut, Observer, Resample,
    lanes::{Batch, LaneRefits, WIDTH},
    levels::LevelSource,
    normal::NormalSource,
    population::population,
};
use crate::{
    Fit, Sample, SemError,
    estimate::{self, EqualityConstraints, Estimates, Objective, defined::RowEstimates, objective},
    estimators::{Estimator, Weight},
    fit::ImpliedMoments,
    inference::{admissibility, incomplete, test_statistic},
    sample::{
        BlockSample, DistinctRows, Patterns,
        clusters::ClusterSample,
        covariance_factor,
        resample::{Draw, Resampler},
        weights,
    },
    settings::{BootstrapKind, WeightNormalization},
};

/// Largest element of the gradient per unit of a parameter's information. With N cases an estimate is off by less
/// than √N · 10⁻⁶ of its standard error, a thousandth of the Monte Carlo error of 5,000 resamples at N = 300.
pub(super) const TOLERANCE: f64 = 1e-6;
/// A warm start converges within a dozen; what needs more is searched anew with care.
const WARM_ITERATIONS: usize = 60;

/// What all resamples share.
pub(super) struct Shared<'a> {
    pub(super) fit: &'a Fit,
    pub(super) constraints: &'a EqualityConstraints,
    /// What is drawn from: one entry per block, or of two levels one per group.
    sources: Sources,
    population: Cow<'a, Sample>,
    with_statistic: bool,
    rows: RowEstimates,
    variance_rows: Vec<usize>,
    /// θ̂ as ξ, where η = scale · ξ.
    pub(super) start: Vec<f64>,
    pub(super) scale: Vec<f64>,
    pub(super) metric: Matrix,
    weights: Vec<f64>,
}

enum Sources {
    Blocks(Vec<Source>),
    Groups(Vec<LevelSource>),
}

enum Source {
    Rows(Resampler),
    Normal(NormalSource),
}

/// One case, distinct row or cluster that is left out: of which block or group, which, and how many are like it.
pub(super) struct Deletion {
    part: usize,
    unit: usize,
    weight: f64,
}

/// What became of one replicate.
pub(super) enum Replicate {
    Failed,
    Used { theta: Vec<f64>, observed: Vec<Option<f64>>, admissible: bool },
}

impl<'a> Shared<'a> {
    /// `kind` goes with the fit, as [`super::check`] says.
    ///
    /// # Errors
    /// [`SemError::Data`] without what is drawn from.
    pub fn new(fit: &'a Fit, kind: BootstrapKind, with_statistic: bool) -> Result<Self, SemError> {
        let population = population(fit, kind)?;
        let sources = if fit.sample.is_two_level() {
            Sources::Groups(LevelSource::all(fit, kind)?)
        } else {
            let source = |block: usize| source(fit, &population, kind, block);
            Sources::Blocks((0..population.blocks.len()).map(source).collect::<Result<_, _>>()?)
        };
        let weights = objective::weights(&fit.sample);
        let estimator = Estimator::of(&fit.settings, &fit.sample);
        let (scale, metric) = Objective::<f64>::new(&fit.matrices, estimator, &fit.sample)
            .and_then(|objective| estimate::fisher_metric(&objective, &fit.constraints, &weights, &fit.theta))
            .ok_or_else(|| SemError::Data("the fit has no implied moments to begin resampling from".into()))?;
        let eta = fit.constraints.project(&fit.theta);
        Ok(Shared {
            fit,
            constraints: &fit.constraints,
            sources,
            population,
            with_statistic,
            rows: RowEstimates::new(&fit.table),
            variance_rows: admissibility::variance_rows(&fit.table),
            start: eta.iter().zip(&scale).map(|(eta, scale)| eta / scale).collect(),
            scale,
            metric,
            weights,
        })
    }

    /// Everything that can be left out of what is drawn from.
    pub fn deletions(&self) -> Vec<Deletion> {
        let of_block = |(part, source): (usize, &Source)| match source {
            Source::Rows(resampler) => {
                resampler.deletions().into_iter().map(|(unit, weight)| Deletion { part, unit, weight }).collect()
            }
            Source::Normal(_) => Vec::new(),
        };
        let of_group = |(part, source): (usize, &LevelSource)| {
            (0..source.clusters()).map(|unit| Deletion { part, unit, weight: 1.0 }).collect::<Vec<_>>()
        };
        match &self.sources {
            Sources::Blocks(sources) => sources.iter().enumerate().flat_map(of_block).collect(),
            Sources::Groups(sources) => sources.iter().enumerate().flat_map(of_group).collect(),
        }
    }
}

fn source(fit: &Fit, population: &Sample, kind: BootstrapKind, block: usize) -> Result<Source, SemError> {
    if kind == BootstrapKind::Parametric {
        let estimator = Estimator::named(fit.settings.estimator);
        let needs_cases = matches!(estimator, Estimator::Wls | Estimator::Dwls | Estimator::Dls);
        return Ok(Source::Normal(NormalSource::new(fit, block, needs_cases)?));
    }
    let resampler = Resampler::new(&population.blocks[block]).ok_or_else(|| {
        SemError::Data("the bootstrap needs the cases: means and covariances alone cannot be resampled".into())
    })?;
    Ok(Source::Rows(resampler))
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
pub(super) struct Worker<'a> {
    shared: &'a Shared<'a>,
    objective: Objective<'a, f64>,
    /// The widest vector instructions there are; the bits are the same with any.
    vectors: pulp::Arch,
    search: QuasiNewton,
    /// Refits side by side, where that is possible, and the moments of each lane.
    lanes: Option<LaneRefits<'a>>,
    lane_moments: Vec<Vec<(Matrix, Vec<f64>)>>,
    /// Counts of the distinct rows by block; empty of two levels.
    draws: Vec<Draw>,
    /// Rows that were drawn from a distribution, by block.
    drawn_rows: Vec<Option<DistinctRows>>,
    /// The groups of two levels; empty of one.
    groups: Vec<Arc<ClusterSample>>,
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
    pub fn new(shared: &'a Shared<'a>) -> Self {
        let (fit, population) = (shared.fit, &shared.population);
        let settings = minimise::Settings { gradient_tolerance: TOLERANCE, max_iterations: WARM_ITERATIONS };
        let moments = |block: &BlockSample| {
            let p = block.covariance.rows();
            (Matrix::zeros(p, p), vec![0.0; p])
        };
        let sources: &[Source] = match &shared.sources {
            Sources::Blocks(sources) => sources,
            Sources::Groups(_) => &[],
        };
        let draw = |source: &Source| match source {
            Source::Rows(resampler) => resampler.room(),
            Source::Normal(normal) => Draw::of_all(normal.cases()),
        };
        let drawn_rows: Vec<Option<DistinctRows>> = sources
            .iter()
            .map(|source| match source {
                Source::Rows(_) => None,
                Source::Normal(normal) => normal.room(),
            })
            .collect();
        let patterns = |(block, own): (usize, &BlockSample)| match drawn_rows.get(block).and_then(Option::as_ref) {
            // Drawn cases stand one by one.
            Some(rows) if own.patterns.is_some() => Some(Patterns::new(rows, &rows.counts)),
            _ => own.resampled().map(|(_, patterns)| patterns.clone()),
        };
        Worker {
            shared,
            // The sample of a fit has a saturated value, or there would be no fit.
            objective: Objective::unset(&fit.matrices, Estimator::of(&fit.settings, &fit.sample), &fit.sample),
            vectors: pulp::Arch::new(),
            lanes: LaneRefits::new(shared),
            lane_moments: Vec::new(),
            search: QuasiNewton::new(&shared.start, Some(&shared.metric), settings),
            draws: sources.iter().map(draw).collect(),
            groups: fit.sample.levels.clone(),
            moments: population.blocks.iter().map(moments).collect(),
            patterns: population.blocks.iter().enumerate().map(patterns).collect(),
            drawn_rows,
            implied: fit.implied.clone(),
            estimates: fit.estimates.clone(),
            eta: vec![0.0; shared.scale.len()],
            theta: vec![0.0; fit.theta.len()],
            on_theta: vec![0.0; fit.theta.len()],
            gradient: vec![0.0; shared.scale.len()],
        }
    }

    pub fn resample(&mut self, seed: u64, replicate: usize, observe: Observer) -> Replicate {
        let mut stream = random::stream(seed, replicate as u64);
        match self.draw(&mut stream).and_then(|()| self.refit()) {
            None => Replicate::Failed,
            Some(objective) => self.used(objective, observe),
        }
    }

    fn used(&mut self, objective: f64, observe: Observer) -> Replicate {
        let observed = self.observe(objective, observe);
        Replicate::Used { theta: self.theta.clone(), observed, admissible: self.is_admissible() }
    }

    /// [`resample`](Self::resample) of several replicates, side by side where that is possible; the figures of each are its own.
    pub fn resample_all(&mut self, seed: u64, replicates: Range<usize>, observe: Observer) -> Vec<Replicate> {
        let mut results = Vec::with_capacity(replicates.len());
        for first in replicates.clone().step_by(WIDTH) {
            let batch = first..(first + WIDTH).min(replicates.end);
            match self.resample_in_lanes(seed, batch.clone(), observe) {
                Some(found) => results.extend(found),
                None => results.extend(batch.map(|replicate| self.resample(seed, replicate, observe))),
            }
        }
        results
    }

    /// `None` where refits cannot stand side by side, or one of them has no moments to be fitted to.
    fn resample_in_lanes(&mut self, seed: u64, batch: Range<usize>, observe: Observer) -> Option<Vec<Replicate>> {
        let mut lanes = self.lanes.take()?;
        let found = self.resample_in(&mut lanes, seed, batch, observe);
        self.lanes = Some(lanes);
        found
    }

    fn resample_in(
        &mut self,
        lanes: &mut LaneRefits<'a>,
        seed: u64,
        batch: Range<usize>,
        observe: Observer,
    ) -> Option<Vec<Replicate>> {
        self.lane_moments.resize_with(WIDTH, || self.moments.clone());
        for lane in 0..WIDTH {
            // Lanes that are left over repeat the first.
            let replicate = if lane < batch.len() { batch.start + lane } else { batch.start };
            self.draw(&mut random::stream(seed, replicate as u64))?;
            self.set_sample_moments()?;
            lanes.set_moments(lane, &self.objective.samples);
            std::mem::swap(&mut self.moments, &mut self.lane_moments[lane]);
        }
        self.vectors.dispatch(Batch(lanes))?;
        let mut results = Vec::with_capacity(batch.len());
        for lane in 0..batch.len() {
            std::mem::swap(&mut self.moments, &mut self.lane_moments[lane]);
            lanes.write_moments(lane, &mut self.objective.samples);
            let found = lanes.write_theta(lane, &mut self.theta);
            if found.is_none() || self.shared.with_statistic {
                self.objective.refresh()?;
            } else {
                self.objective.take_exogenous();
            }
            results.push(match found.or_else(|| self.search_with_care()) {
                None => Replicate::Failed,
                Some(objective) => self.used(objective, observe),
            });
        }
        Some(results)
    }

    pub fn leave_one_out(&mut self, deletion: Deletion, observe: Observer) -> Option<LeaveOneOut> {
        match &self.shared.sources {
            Sources::Blocks(sources) => {
                for (k, (source, draw)) in sources.iter().zip(&mut self.draws).enumerate() {
                    let Source::Rows(resampler) = source else { return None };
                    if k == deletion.part { resampler.leave_one_out(deletion.unit, draw) } else { resampler.all(draw) }
                }
            }
            Sources::Groups(sources) => {
                let group = |(k, source): (usize, &LevelSource)| {
                    if k == deletion.part { source.leave_one_out(deletion.unit) } else { Some(source.all_clusters()) }
                };
                self.groups = sources.iter().enumerate().map(group).collect::<Option<_>>()?;
            }
        }
        let objective = self.refit()?;
        let observed = self.observe(objective, observe);
        Some(LeaveOneOut { weight: deletion.weight, theta: self.theta.clone(), observed })
    }

    /// Draws every block or group. `None` where what was drawn has no moments.
    fn draw(&mut self, stream: &mut impl Rng) -> Option<()> {
        match &self.shared.sources {
            Sources::Blocks(sources) => {
                for (block, source) in sources.iter().enumerate() {
                    match source {
                        Source::Rows(resampler) => resampler.draw(stream, &mut self.draws[block]),
                        Source::Normal(normal) => {
                            normal.draw(stream, &mut self.drawn_rows[block], &mut self.moments[block]);
                        }
                    }
                }
            }
            Sources::Groups(sources) => {
                self.groups = sources.iter().map(|source| source.draw(stream)).collect::<Option<_>>()?;
            }
        }
        Some(())
    }

    /// The fit of what was drawn: θ is left in `theta`. `None` when it did not converge.
    fn refit(&mut self) -> Option<f64> {
        self.set_moments()?;
        let settings = &self.shared.fit.settings;
        if self.objective.estimator() == Estimator::Dls && settings.estimator_args.dls_gamma_of_model {
            return self.settle();
        }
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
        self.take(&found)
    }

    /// Estimates whose weight follows them, from those of the fit.
    fn settle(&mut self) -> Option<f64> {
        let fit = self.shared.fit;
        let block = |(block, own): (usize, &BlockSample)| {
            let p = own.covariance.rows();
            let drawn = &self.objective.samples[block].covariance;
            Some(BlockSample {
                cases: self.draws[block].cases,
                covariance: Matrix::from_fn(p, p, |i, j| drawn[i * p + j]),
                mean: Some(self.moments[block].1.clone()),
                rows: Some(self.rows_drawn(block)?.into_owned()),
                ..own.clone()
            })
        };
        let blocks = self.shared.population.blocks.iter().enumerate().map(block).collect::<Option<Vec<_>>>()?;
        let mut sample = Sample { blocks, levels: Vec::new() };
        let start = Estimates {
            theta: fit.theta.clone(),
            objective: fit.objective,
            ending: Ending::Converged,
            iterations: 0,
            active: fit.active.clone(),
            multipliers: Vec::new(),
        };
        let (restrictions, table) = (&fit.restrictions, &fit.table);
        let found = estimate::settle(&mut self.objective, restrictions, table, &mut sample, &fit.settings, start)?;
        self.take(&found)
    }

    fn take(&mut self, found: &Estimates) -> Option<f64> {
        if found.ending != Ending::Converged {
            return None;
        }
        self.theta.copy_from_slice(&found.theta);
        Some(found.objective)
    }

    /// What each block weighs: its cases, or the sum of their sampling weights, normalized as those of the sample are.
    fn weighted_cases(&self) -> Vec<f64> {
        let sums: Vec<(f64, f64)> =
            self.draws.iter().map(|draw| (draw.cases as f64, draw.counts.iter().sum())).collect();
        let (cases, weights) = sums.iter().fold((0.0, 0.0), |(n, w), (cases, sum)| (n + cases, w + sum));
        let weighted = |(cases_here, sum): &(f64, f64)| match self.shared.fit.settings.sampling_weights_normalization {
            WeightNormalization::Total => sum * (cases / weights),
            WeightNormalization::Group => *cases_here,
            WeightNormalization::None => *sum,
        };
        sums.iter().map(weighted).collect()
    }

    /// Moments of what was drawn, into the objective. `None` where a covariance matrix is not positive definite.
    fn set_moments(&mut self) -> Option<()> {
        if !self.groups.is_empty() {
            self.set_level_moments();
            return Some(());
        }
        self.set_sample_moments()?;
        self.objective.refresh()
    }

    /// The same of one level, without the saturated values.
    fn set_sample_moments(&mut self) -> Option<()> {
        let settings = &self.shared.fit.settings;
        let total = self.draws.iter().map(|draw| draw.cases).sum::<usize>() as f64;
        let estimator = self.objective.estimator();
        let whole = estimator == Estimator::Dls && !settings.estimator_args.dls_f_times_n_minus_1;
        let lost = if estimator.is_least_squares() && !whole { 1.0 } else { 0.0 };
        let weighted = self.weighted_cases();
        self.objective.set_weights(weighted.iter().map(|cases| (cases - lost) / total));
        for block in 0..self.draws.len() {
            self.set_block_moments(block)?;
            if estimator.is_least_squares() {
                self.set_weight(block)?;
            }
        }
        Some(())
    }

    fn set_block_moments(&mut self, block: usize) -> Option<()> {
        let (settings, own) = (&self.shared.fit.settings, &self.shared.population.blocks[block]);
        let estimator = self.objective.estimator();
        let sample = &mut self.objective.samples[block];
        let draw = &mut self.draws[block];
        if let Some(patterns) = &mut self.patterns[block] {
            let rows = self.drawn_rows[block].as_ref().or(own.resampled().map(|(rows, _)| rows))?;
            let start = match &own.first_stage {
                Some(first) => (first.moments.mean.as_slice(), &first.moments.covariance),
                None => (own.mean.as_deref()?, &own.covariance),
            };
            let target = (sample, estimator);
            let moments = &mut self.moments[block];
            return incomplete::resample::set_moments(rows, start, settings, patterns, &draw.counts, moments, target);
        }
        let (covariance, mean) = &mut self.moments[block];
        if let Sources::Blocks(sources) = &self.shared.sources
            && let Source::Rows(resampler) = &sources[block]
        {
            self.vectors.dispatch(MomentsOfCounts { resampler, draw, covariance, mean });
        }
        let factor = covariance_factor(settings, self.draws[block].cases);
        for (own, value) in sample.covariance.iter_mut().zip(covariance.values()) {
            *own = factor * value;
        }
        let means = sample.mean.len();
        sample.mean.copy_from_slice(&mean[..means]);
        Some(())
    }

    fn set_level_moments(&mut self) {
        self.objective.set_levels(&self.groups);
        for group in &self.groups {
            let layout = &group.layout;
            for (block, own) in [layout.within, layout.between].into_iter().zip(group.blocks(Vec::new())) {
                self.moments[block] = (own.covariance, own.mean.unwrap_or_default());
            }
        }
    }

    /// The distinct rows of a block with the counts drawn. `None` where there are none.
    fn rows_drawn(&self, block: usize) -> Option<Cow<'_, DistinctRows>> {
        if let Some(rows) = &self.drawn_rows[block] {
            return Some(Cow::Borrowed(rows));
        }
        let rows = self.shared.population.blocks[block].rows.as_ref()?;
        let counts = self.draws[block].counts.clone();
        Some(Cow::Owned(DistinctRows { values: rows.values.clone(), counts, row_of_case: Vec::new() }))
    }

    /// V of least squares from the drawn cases. `None` where it is singular.
    fn set_weight(&mut self, block: usize) -> Option<()> {
        let fit = self.shared.fit;
        let (estimator, means) = (self.objective.estimator(), fit.table.meanstructure);
        let own = &self.objective.samples[block];
        let (p, s) = (own.p, &own.covariance);
        let covariance = Matrix::from_fn(p, p, |i, j| s[i * p + j]);
        let weight = match estimator {
            Estimator::Uls => estimate::search_weight(&fit.sample, p, means),
            Estimator::Gls => Weight::normal_theory_or_none(estimator, &covariance)?,
            _ => {
                let drawn = self.rows_drawn(block)?;
                let choices = weights::choices(&fit.settings, means);
                weights::from_rows(estimator, &fit.settings, &covariance, &self.moments[block].1, &drawn, choices)?
            }
        };
        self.objective.samples[block].weight = weight;
        Some(())
    }

    fn observe(&mut self, objective: f64, observe: Observer) -> Vec<Option<f64>> {
        self.shared.rows.write(&self.theta, &mut self.estimates);
        self.shared.rows.write_exogenous(&self.shared.fit.matrices, &self.objective.exogenous, &mut self.estimates);
        for (block, implied) in self.implied.iter_mut().enumerate() {
            self.objective.write_implied(block, &self.theta, implied);
        }
        let statistic = if self.shared.with_statistic { self.statistic() } else { None };
        observe(&Resample {
            theta: &self.theta,
            estimates: &self.estimates,
            moments: &self.moments,
            implied: &self.implied,
            objective,
            statistic,
        })
    }

    /// χ² of what was drawn. `None` where it does not exist.
    fn statistic(&mut self) -> Option<f64> {
        if self.objective.estimator() == Estimator::Uls {
            // It was searched in other units.
            self.objective.samples.iter_mut().for_each(|sample| sample.weight = Weight::None);
        }
        let discrepancies = self.objective.discrepancies(&self.theta)?;
        let settings = &self.shared.fit.settings;
        let value = if self.groups.is_empty() {
            let cases = self.draws.iter().map(|draw| draw.cases).sum();
            test_statistic::chi_squared_of(&discrepancies, &self.weighted_cases(), cases, settings)
        } else {
            self.groups.iter().map(|group| group.cases as f64 * discrepancies[group.layout.within]).sum()
        };
        value.is_finite().then_some(value.max(0.0))
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
