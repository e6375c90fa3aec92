//! Replicates of normal complete data under maximum likelihood: moments are drawn in place of cases, searches begin at the
//! truth.

use covary_numerics::{
    Matrix,
    linalg::Cholesky,
    minimise::Ending,
    random::{self, Stream},
};

use super::{
    outcome::{DrawnLimits, FitOutcome, Outcome},
    study::Study,
};
use crate::{
    Conventions, Likelihood, Sample, SemError, Settings,
    estimate::{self, Objective, WarmSearch, defined::RowEstimates, objective},
    estimators::Estimator,
    fit::ImpliedMoments,
    fit_indices::{Baseline, FitGroup, FitInput, GroupMomentPair},
    inference::{admissibility, standard_errors, test_statistic},
    sample::covariance_factor,
    settings::{self, Information, ObservedInformation, SaturatedAt, StandardErrors, TestName},
    simulate::{MomentDraws, SimulationSettings},
};

/// An inverse with a larger element, in units of the parameters' information, is looked at by its eigenvalues.
const DOUBTFUL: f64 = 1e8;

/// What all replicates of one sample size share.
pub(super) struct ByMoments<'a> {
    study: &'a Study,
    settings: Settings,
    sample: Sample,
    draws: Vec<MomentDraws>,
    weights: Vec<f64>,
    rows: RowEstimates,
    variance_rows: Vec<usize>,
    limits: Option<DrawnLimits<'a>>,
    keeps_x: bool,
    seed: u64,
}

/// Whether moments are all that the analysis looks at, and a warm start is enough.
pub(super) fn serves(study: &Study, drawing: &SimulationSettings) -> bool {
    let Ok(settings) = settings::resolved(&study.settings, 1) else { return false };
    let information = match settings.information {
        Some(Information::Expected) => true,
        Some(Information::Observed) => settings.observed_information[0] == Some(ObservedInformation::Hessian),
        _ => false,
    };
    let uncut = study.population.groups.iter().all(|group| group.thresholds.iter().all(Vec::is_empty));
    drawing.distribution == "normal"
        && drawing.categories.is_empty()
        && drawing.missing.is_empty()
        && !drawing.empirical
        && uncut
        && Estimator::named(settings.estimator) == Estimator::Ml
        && settings.se == Some(StandardErrors::Standard)
        && settings.tests == [TestName::Standard]
        && information
        && settings.h1_information[0] == Some(SaturatedAt::Structured)
        && settings.conventions.likelihood != Likelihood::Amos
        && settings.conditional_x != Some(true)
        && !settings.correlation
        && settings.bootstrap.is_none()
        && study.table.exploratory.is_empty()
        && study.truth.fit.restrictions.are_linear()
}

impl<'a> ByMoments<'a> {
    /// `None` with so few cases that moments have no density.
    ///
    /// # Errors
    /// Those of [`settings::resolved`].
    pub fn new(
        study: &'a Study,
        cases: &[usize],
        seed: u64,
        limits: Option<DrawnLimits<'a>>,
    ) -> Result<Option<ByMoments<'a>>, SemError> {
        let settings = settings::resolved(&study.settings, 1)?;
        let mut sample = study.truth.fit.sample.clone();
        for (block, n) in sample.blocks.iter_mut().zip(cases) {
            block.cases = *n;
        }
        let draws: Option<Vec<MomentDraws>> =
            study.population.groups.iter().zip(cases).map(|(group, n)| MomentDraws::new(group, *n)).collect();
        Ok(draws.map(|draws| ByMoments {
            study,
            weights: objective::weights(&sample),
            rows: RowEstimates::new(&study.truth.fit.table),
            variance_rows: admissibility::variance_rows(&study.table),
            keeps_x: settings.baseline_keeps_x.unwrap_or(Conventions::LAVAAN.baseline_keeps_x),
            settings,
            sample,
            draws,
            limits,
            seed,
        }))
    }
}

/// One thread's memory.
pub(super) struct Worker<'a> {
    shared: &'a ByMoments<'a>,
    objective: Objective<'a, f64>,
    search: Option<WarmSearch<'a>>,
    sample: Sample,
    draws: Vec<MomentDraws>,
    implied: Vec<ImpliedMoments>,
    estimates: Vec<Option<f64>>,
    theta: Vec<f64>,
}

impl<'a> Worker<'a> {
    pub fn new(shared: &'a ByMoments<'a>) -> Self {
        let fit = &shared.study.truth.fit;
        let objective = Objective::unset(&fit.matrices, Estimator::Ml, &shared.sample);
        // The metric is that of the population, whose moments the sample still has.
        let at_population = Objective::new(&fit.matrices, Estimator::Ml, &shared.sample);
        let search = at_population
            .and_then(|objective| WarmSearch::new(&objective, &fit.constraints, &shared.weights, &fit.theta));
        Worker {
            shared,
            objective,
            search,
            sample: shared.sample.clone(),
            draws: shared.draws.clone(),
            implied: fit.implied.clone(),
            estimates: fit.estimates.clone(),
            theta: fit.theta.clone(),
        }
    }

    /// `None` where the replicate did not converge, or is not identified.
    pub fn replicate(&mut self, address: u64) -> Option<Outcome> {
        let mut stream = random::stream(self.shared.seed, address);
        self.draw(&mut stream)?;
        let value = self.fit()?;
        let vcov = self.covariance()?;
        let study = self.shared.study;
        self.shared.rows.write(&self.theta, &mut self.estimates);
        self.shared.rows.write_exogenous(&study.truth.fit.matrices, &self.objective.exogenous, &mut self.estimates);
        for (block, implied) in self.implied.iter_mut().enumerate() {
            self.objective.write_implied(block, &self.theta, implied);
        }
        let errors = standard_errors::standard_errors(&study.table, &vcov, self.shared.rows.defined(), &self.theta);
        let of = |values: &[Option<f64>]| -> Vec<f64> {
            study.tracked.iter().map(|own| values[own.row].unwrap_or(f64::NAN)).collect()
        };
        let limits = self.shared.limits.as_ref();
        Some(Outcome {
            estimates: of(&self.estimates),
            errors: of(&errors),
            limits: limits.map_or_else(Vec::new, |limits| limits.at(study, &self.theta, &vcov, &mut stream)),
            admissible: self.is_admissible(),
            fit: FitOutcome::new(&self.fit_input(value)),
        })
    }

    /// Moments of a sample into objective and sample. `None` where a covariance matrix is not positive definite.
    fn draw(&mut self, stream: &mut Stream) -> Option<()> {
        for (k, (block, draws)) in self.sample.blocks.iter_mut().zip(&mut self.draws).enumerate() {
            let mut mean = block.mean.take()?;
            draws.draw(stream, &mut block.covariance, &mut mean);
            let factor = covariance_factor(&self.shared.settings, block.cases);
            if factor != 1.0 {
                block.covariance.values_mut().iter_mut().for_each(|value| *value *= factor);
            }
            let own = &mut self.objective.samples[k];
            own.covariance.copy_from_slice(block.covariance.values());
            let means = own.mean.len();
            own.mean.copy_from_slice(&mean[..means]);
            block.mean = Some(mean);
        }
        self.objective.refresh()
    }

    /// θ is left in `theta`; the objective there.
    fn fit(&mut self) -> Option<f64> {
        if let Some(search) = &mut self.search
            && let Some(value) = search.run(&mut self.objective, &mut self.theta)
        {
            return Some(value);
        }
        let fit = &self.shared.study.truth.fit;
        let start = fit.restrictions.linear.project(&fit.theta);
        let (weights, most) = (&self.shared.weights, self.shared.settings.max_iterations);
        let found = estimate::search(&mut self.objective, &fit.restrictions, weights, &start, most)?;
        if found.ending != Ending::Converged {
            return None;
        }
        self.theta.copy_from_slice(&found.theta);
        Some(found.objective)
    }

    /// The covariance matrix of the estimates. `None` where the information is singular.
    fn covariance(&self) -> Option<Matrix> {
        let information = match self.shared.settings.information {
            Some(Information::Observed) => self.objective.hessian(&self.theta)?,
            _ => self.objective.information(&self.theta, &self.shared.weights)?,
        };
        let constraints = &self.shared.study.truth.fit.constraints;
        let likelihood = self.shared.settings.conventions.likelihood;
        let divisor = standard_errors::divisor(likelihood, self.sample.cases(), self.sample.blocks.len());
        let reduced = constraints.reduce_information(&information);
        let scale: Vec<f64> = reduced.diagonal().iter().map(|i| if *i > 0.0 { 1.0 / i.sqrt() } else { 1.0 }).collect();
        let q = scale.len();
        let unit = Matrix::from_fn(q, q, |i, j| reduced[(i, j)] * scale[i] * scale[j]);
        let inverse = Cholesky::new(&unit).map(|factor| factor.inverse());
        match inverse.filter(|inverse| inverse.values().iter().all(|element| element.abs() < DOUBTFUL)) {
            Some(inverse) => {
                let own = Matrix::from_fn(q, q, |i, j| inverse[(i, j)] * scale[i] * scale[j] / divisor);
                let basis = &constraints.basis;
                let free = constraints.rank == 0 && basis.rows() == q;
                Some(if free { own } else { basis.times(&own).times(&basis.transpose()) })
            }
            None => standard_errors::vcov(&information, constraints, divisor).ok(),
        }
    }

    fn fit_input(&mut self, value: f64) -> FitInput {
        let (study, settings) = (self.shared.study, &self.shared.settings);
        let fit = &study.truth.fit;
        let n = self.sample.cases() as f64;
        let groups = self.sample.blocks.len() as f64;
        let normal = settings.conventions.likelihood == Likelihood::Normal;
        let statistic = if normal {
            Some(2.0 * n * value)
        } else {
            let discrepancies = self.objective.discrepancies(&self.theta);
            discrepancies.map(|own| test_statistic::chi_squared(&own, &self.sample, settings))
        };
        let baseline = test_statistic::baseline(&fit.table, &self.sample, settings, self.shared.keeps_x);
        let group = |(block, implied): (&crate::sample::BlockSample, &ImpliedMoments)| FitGroup {
            cases: block.cases,
            weight: None,
            variables: block.covariance.rows(),
            means: fit.table.meanstructure,
            moments: Some(GroupMomentPair {
                sample: block.covariance.clone(),
                implied: implied.covariance.clone(),
                means: block.mean.clone().zip(implied.mean.clone()).filter(|_| fit.table.meanstructure),
                fixed_x: Vec::new(),
                metric: None,
                of_available_cases: None,
                given_x: None,
                frequencies: None,
            }),
        };
        FitInput {
            objective: Some(value),
            statistic: statistic.map(|t| t.max(0.0)),
            df: fit.degrees_of_freedom as f64,
            baseline: baseline.map(|test| Baseline { statistic: test.statistic, df: test.df }),
            multiplier: if normal { n } else { n - groups },
            rmsea_group_factor: groups,
            groups: self.sample.blocks.iter().zip(&self.implied).map(group).collect(),
            ..FitInput::default()
        }
    }

    fn is_admissible(&self) -> bool {
        let matrices = &self.shared.study.truth.fit.matrices;
        admissibility::is_admissible(&self.shared.variance_rows, &self.estimates, &self.implied)
            && matrices.blocks.iter().all(|layout| {
                let residual = layout.residual_covariances(&self.theta, &self.objective.exogenous);
                residual.is_none_or(|residual| admissibility::is_semidefinite(&residual))
            })
    }
}
