//! A fitted model, and the path to it.

use covary_numerics::{Matrix, minimise};

use crate::{
    Data, Formulas, ParameterTable, Sample, SemError, Settings, Warning, correlation_structure,
    estimate::{
        self, EqualityConstraints, Estimates, Objective, Restrictions, defined::RowEstimates, ending::Unfinished,
    },
    estimators::Estimator,
    exploratory::{self, Exploratory},
    inference::{
        Bootstrap, admissibility,
        bootstrap::{self, BollenStine, Plan},
        incomplete,
        model_tests::ModelTest,
        score_tests, standard_errors, test_statistic, two_level, wald,
    },
    model_matrices::{BlockMatrices, ModelMatrices},
    not_built, parameter_table,
    settings::{self, BootstrapSettings, Function, StandardErrors, TestName},
    warning::WarningCode,
};

/// A fitted model. Not converging, Heywood cases and the like are values here, never errors.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The model.
    pub table: ParameterTable,
    /// The choices made, defaults resolved.
    pub settings: Settings,
    /// Where the parameters stand in the matrices.
    pub matrices: ModelMatrices,
    /// The constraints around the estimates, θ = Kη + c: equalities, and inequalities that are active.
    pub constraints: EqualityConstraints,
    /// All that the estimates had to meet.
    pub restrictions: Restrictions,
    /// Inequalities and bounds that hold as equations, by position among [`Restrictions::rest`].
    pub active: Vec<usize>,
    /// What it was fitted to.
    pub sample: Sample,
    /// How the search ended.
    pub ending: minimise::Ending,
    /// What kept it from converging; `None` where it did.
    pub unfinished: Option<Unfinished>,
    /// Iterations.
    pub iterations: usize,
    /// The objective at the estimates: ½ Σ w_g F_g; without its constant where S is singular.
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
    /// The tests asked for, the standard one first.
    pub tests: Vec<ModelTest>,
    /// The same tests of the baseline model as lavaan defines it; empty where only the standard test was asked for.
    pub baseline_tests: Vec<ModelTest>,
    /// Degrees of freedom; negative when not identified.
    pub degrees_of_freedom: i64,
    /// Number of independent equality constraints.
    pub equality_rank: usize,
    /// Log-likelihood of the model, and of the saturated model.
    pub log_likelihood: Option<(f64, f64)>,
    /// Resamples, where asked for; observed are the estimates of every row.
    pub bootstrap: Option<Bootstrap>,
    /// The Bollen-Stine test, where asked for.
    pub bollen_stine: Option<BollenStine>,
    /// What to look at.
    pub warnings: Vec<Warning>,
    /// How exploratory factors were rotated; `None` without such factors.
    pub exploratory: Option<Box<Exploratory>>,
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

    /// Whether the solution is admissible: no negative variance, no covariance matrix that is not positive (semi)definite.
    pub fn admissible(&self) -> bool {
        use WarningCode::{LatentNotPositiveDefinite, NegativeVariance, ResidualNotPositiveDefinite};
        let spoils = |warning: &Warning| {
            matches!(warning.code, NegativeVariance | LatentNotPositiveDefinite | ResidualNotPositiveDefinite)
        };
        !self.warnings.iter().any(spoils)
    }

    /// The stability index of a block whose paths form a loop: the largest modulus of an eigenvalue of B.
    ///
    /// At 1 and above effects along the loop do not settle. `None` without a loop.
    ///
    /// # Source
    /// Bentler and Freeman (1983), Psychometrika 48; AMOS's stability index.
    pub fn stability_index(&self, block: usize) -> Option<f64> {
        admissibility::stability_index(self.matrices.blocks.get(block)?, &self.block_matrices(block)?)
    }

    /// Number of cases over all groups.
    pub fn cases(&self) -> usize {
        self.sample.cases()
    }

    /// The moments of fixed x, in the order of [`ModelMatrices::exogenous`].
    pub fn exogenous(&self) -> Vec<f64> {
        self.matrices.exogenous_values(&self.sample)
    }

    /// The matrices of a block at the estimates. `None` where I − B is singular.
    pub fn block_matrices(&self, block: usize) -> Option<BlockMatrices> {
        self.matrices.matrices(block, &self.theta, &self.exogenous())
    }
}

/// Fits a model: completes it, takes the sample, minimises, and draws inference.
///
/// Text → table → matrices; cases → moments; both → estimates → standard errors, test, resamples.
///
/// # Errors
/// [`SemError`] for what cannot be computed at all: a model that is none, data that cannot serve it, an
/// option that is not built. Everything else is a value or a warning in the [`Fit`].
pub fn fit(model: &Formulas, data: &Data, settings: &Settings) -> Result<Fit, SemError> {
    let settings = with_given_means(data, settings);
    if settings.function == Function::Efa {
        return exploratory::only_efa(model, data, &settings);
    }
    two_level::check_levels(model, &settings)?;
    let complete = if settings.correlation { correlation_structure::complete } else { parameter_table::complete };
    let mut table = complete(model, &crate::sample::available(data, &settings)?, &settings)?;
    table.take_auxiliary(&settings)?;
    fit_table(table, data, &settings)
}

/// Means that are given beside covariances are meant to be modelled, unless the user says otherwise.
fn with_given_means(data: &Data, settings: &Settings) -> Settings {
    let given = matches!(data, Data::Moments(groups) if !groups.is_empty() && groups.iter().all(|g| g.mean.is_some()));
    Settings { meanstructure: settings.meanstructure.or(given.then_some(true)), ..settings.clone() }
}

/// Fits a completed model.
///
/// # Errors
/// As [`fit`].
pub fn fit_table(mut table: ParameterTable, data: &Data, settings: &Settings) -> Result<Fit, SemError> {
    let levels = table.blocks.iter().map(|block| block.level).max().unwrap_or(1);
    let treated = settings::treatment_warning(settings);
    let settings = &settings::resolved(settings, levels)?;
    if levels > 1 {
        two_level::refuse_settings(&table, settings)?;
    }
    not_built::refuse_rows(&table, settings)?;
    exploratory::check(settings)?;
    wald::check(&table, &settings.wald)?;
    score_tests::check(&table, &settings.score_test_add)?;
    let (sample, notes) = take_sample(data, &mut table, settings)?;
    let settings = &settings::for_sample(settings, &sample);
    bootstrap::check_settings(settings, &sample)?;
    let warnings: Vec<Warning> = table.warnings.iter().cloned().chain(treated).chain(notes).collect();
    let fit = if settings.correlation {
        correlation_structure::fit_correlations(sample, &|sample| {
            fit_sample(table.clone(), sample, warnings.clone(), settings)
        })?
    } else {
        fit_sample(table, sample, warnings, settings)?
    };
    let mut fit = exploratory::rotate(fit)?;
    if let Some(chosen) = fit.settings.bootstrap.filter(|_| fit.converged()) {
        fit.resample(chosen)?;
    }
    Ok(fit)
}

/// Fits a completed model to a sample: minimises, and draws inference.
fn fit_sample(
    mut table: ParameterTable,
    mut sample: Sample,
    warnings: Vec<Warning>,
    settings: &Settings,
) -> Result<Fit, SemError> {
    let matrices = ModelMatrices::new(&table)?;
    fix_exogenous(&mut table, &matrices, &sample);
    estimate::bounds::set(&mut table, &sample, settings.bounds);
    exploratory::give_starting_values(&mut table, &sample);
    let restrictions = Restrictions::new(&table)?;
    let mut objective = Objective::new(&matrices, Estimator::of(settings, &sample), &sample).ok_or_else(singular)?;
    let found = estimate::find(&mut objective, &restrictions, &table, &mut sample, settings);
    let found = found.ok_or_else(|| no_moments(&warnings))?;
    let discrepancies = objective.discrepancies(&found.theta).ok_or_else(|| no_moments(&warnings))?;
    let weights = estimate::objective::weights(&sample);
    let unfinished = estimate::ending::unfinished(&objective, &restrictions, &table, &weights, &found);
    let warnings = unfinished.iter().map(Unfinished::warning).chain(warnings).collect();
    let mut fit = unjudged(table, settings, sample, matrices.clone(), restrictions, found, warnings);
    fit.unfinished = unfinished;
    fit.judge(&discrepancies);
    Ok(fit)
}

/// The sample; where no value is missing the table without the auxiliary variables, which then tell nothing.
fn take_sample(
    data: &Data,
    table: &mut ParameterTable,
    settings: &Settings,
) -> Result<(Sample, Vec<Warning>), SemError> {
    let (sample, mut notes) = Sample::take(data, table, settings)?;
    if settings.auxiliary.is_empty() {
        return Ok((sample, notes));
    }
    if sample.is_incomplete() {
        notes.push(auxiliary_note(settings, !table.auxiliary.is_empty()));
        return Ok((sample, notes));
    }
    table.drop_auxiliary();
    let (sample, mut notes) = Sample::take(data, table, settings)?;
    notes.push(Warning {
        code: WarningCode::OptionNote,
        subjects: settings.auxiliary.clone(),
        text: "no value is missing: the auxiliary variables have no bearing on the results".into(),
    });
    Ok((sample, notes))
}

/// That auxiliary variables took part, and what that means for the figures.
fn auxiliary_note(settings: &Settings, in_likelihood: bool) -> Warning {
    let names = settings.auxiliary.join(", ");
    let text = if in_likelihood {
        format!(
            "{names} took part as auxiliary variables (saturated correlates). logl, unrestricted.logl, AIC and BIC include \
             them: they compare models with the same auxiliary variables only. npar counts the parameters of the model alone"
        )
    } else {
        format!("{names} took part as auxiliary variables in the first stage: the moments that the model is fitted to")
    };
    Warning { code: WarningCode::OptionNote, subjects: settings.auxiliary.clone(), text }
}

/// The moments of fixed x become the values of their rows.
fn fix_exogenous(table: &mut ParameterTable, matrices: &ModelMatrices, sample: &Sample) {
    for (moment, value) in matrices.exogenous.iter().zip(matrices.exogenous_values(sample)) {
        table.rows[moment.row].fixed = Some(value);
    }
}

fn singular() -> SemError {
    SemError::Data("the sample covariance matrix is not positive definite".into())
}

fn no_moments(warnings: &[Warning]) -> SemError {
    // Moments of x that are fixed at singular ones leave nothing to estimate.
    if let Some(warning) = warnings.iter().find(|warning| warning.code == WarningCode::SampleNotPositiveDefinite) {
        return SemError::Data(warning.text.clone());
    }
    SemError::Model(
        "the model has no positive definite covariance matrix at any starting value; give starting values, or look for \
         variables without a variance"
            .into(),
    )
}

/// A fit with estimates, before any inference.
fn unjudged(
    table: ParameterTable,
    settings: &Settings,
    sample: Sample,
    matrices: ModelMatrices,
    restrictions: Restrictions,
    found: Estimates,
    warnings: Vec<Warning>,
) -> Fit {
    let estimates = RowEstimates::new(&table).at(&found.theta);
    let constraints = restrictions.around(&found.theta, &found.active);
    Fit {
        degrees_of_freedom: test_statistic::degrees_of_freedom(&matrices, &constraints),
        equality_rank: constraints.rank,
        baseline: test_statistic::baseline(
            &table,
            &sample,
            settings,
            settings.baseline_keeps_x.unwrap_or(settings.conventions.baseline_keeps_x),
        ),
        standard_errors: vec![None; table.rows.len()],
        table,
        settings: settings.clone(),
        sample,
        matrices,
        constraints,
        restrictions,
        active: found.active,
        ending: found.ending,
        unfinished: None,
        iterations: found.iterations,
        objective: found.objective,
        theta: found.theta,
        estimates,
        vcov: None,
        tests: Vec::new(),
        baseline_tests: Vec::new(),
        implied: Vec::new(),
        test: None,
        log_likelihood: None,
        bootstrap: None,
        bollen_stine: None,
        exploratory: None,
        warnings,
    }
}

impl Fit {
    /// Implied moments, test statistic, standard errors, and what to look at.
    fn judge(&mut self, discrepancies: &[f64]) {
        let values: Option<Vec<BlockMatrices>> =
            (0..self.matrices.blocks.len()).map(|b| self.block_matrices(b)).collect();
        // Discrepancies exist, so the moments do.
        let Some(values) = values else { return };
        self.implied = self.matrices.blocks.iter().zip(&values).map(|(layout, v)| v.implied(layout)).collect();
        let statistic = test_statistic::chi_squared(discrepancies, &self.sample, &self.settings);
        // Where there is no minimum, a test would be one of figures that are no estimates.
        self.test = (self.degrees_of_freedom >= 0 && self.converged() && self.has_test())
            .then(|| test_statistic::test_statistic(statistic, self.degrees_of_freedom));
        if !Estimator::named(self.settings.estimator).is_least_squares() {
            let log_likelihoods = match Estimator::of(&self.settings, &self.sample) {
                Estimator::Fiml => incomplete::likelihood::log_likelihoods,
                _ => test_statistic::log_likelihoods,
            };
            self.log_likelihood = log_likelihoods(&self.table, &self.sample, discrepancies);
        }
        if !self.converged() {
            self.name_what_is_not_identified();
        } else if self.sample.is_two_level() {
            self.set_two_level_inference();
        } else {
            self.set_standard_errors();
            self.set_tests();
        }
        self.warnings.extend(admissibility::problems(&self.table, &self.matrices, &self.estimates, &values));
        self.warnings.extend(admissibility::at_bounds(&self.table, &self.restrictions, &self.active));
        self.warnings.extend(self.few_cases());
    }

    /// Whether the discrepancy is one from the saturated model: under ML only where S is positive definite.
    pub(crate) fn has_test(&self) -> bool {
        Estimator::named(self.settings.estimator).is_least_squares() || self.sample.is_positive_definite()
    }

    fn set_standard_errors(&mut self) {
        if self.settings.se == Some(StandardErrors::None) {
            return;
        }
        let Some(vcov) = self.solution().map(|solution| solution.vcov()) else { return };
        match vcov {
            Err(parameters) => self.warn_not_identified(&parameters),
            Ok(vcov) => {
                let rows = RowEstimates::new(&self.table);
                self.standard_errors =
                    standard_errors::standard_errors(&self.table, &vcov, rows.defined(), &self.theta);
                self.vcov = Some(vcov);
            }
        }
    }

    /// A search without an end may have run along what the data do not determine; at the edge of what has a likelihood
    /// information says nothing about that.
    fn name_what_is_not_identified(&mut self) {
        let at_the_edge = matches!(self.unfinished, Some(Unfinished::Edge { .. }));
        if at_the_edge || self.sample.is_two_level() {
            return;
        }
        if let Some(Err(parameters)) = self.solution().map(|solution| solution.vcov()) {
            self.warn_not_identified(&parameters);
        }
    }

    pub(crate) fn warn_not_identified(&mut self, parameters: &[usize]) {
        let (moments, free) = (test_statistic::moments(&self.matrices), self.constraints.reduced());
        self.warnings.push(standard_errors::not_identified(&self.table, parameters, moments, free));
    }

    /// Resamples for standard errors and intervals, and those of the Bollen-Stine test.
    fn resample(&mut self, chosen: BootstrapSettings) -> Result<(), SemError> {
        if bootstrap::is_for_estimates(&self.settings) {
            let BootstrapSettings { kind, resamples, seed, .. } = chosen;
            let plan = Plan { kind, resamples, seed, with_statistic: false };
            let drawn = bootstrap::bootstrap_of_kind(self, plan, &|r| r.estimates.to_vec(), &|_| true)?;
            self.warnings.extend(drawn.warning(kind));
            self.bootstrap = Some(drawn);
            self.take_bootstrap_errors();
        }
        if self.settings.tests.contains(&TestName::BollenStine)
            && let Some(standard) = self.test
        {
            let test = BollenStine::of(self, standard.statistic, chosen)?;
            self.tests.push(test.as_model_test(standard.df));
            self.warnings.extend(test.warning());
            self.bollen_stine = Some(test);
        }
        Ok(())
    }

    /// Standard deviations over resamples in place of standard errors, where these are asked for.
    fn take_bootstrap_errors(&mut self) {
        let Some(resamples) = &self.bootstrap else { return };
        if self.settings.se == Some(StandardErrors::Bootstrap) {
            let (vcov, errors) = bootstrap::standard_errors(self, resamples);
            self.vcov = vcov;
            self.standard_errors = errors;
        }
    }

    fn few_cases(&self) -> Option<Warning> {
        let (cases, free) = (self.cases(), self.constraints.reduced());
        let short = self
            .table
            .blocks
            .iter()
            .zip(&self.sample.blocks)
            .any(|(block, sample)| sample.cases <= block.observed.len());
        (cases < free || short).then(|| Warning {
            code: WarningCode::FewCases,
            subjects: vec![cases.to_string(), free.to_string()],
            text: format!(
                "{cases} cases are few for {free} free parameters; standard errors and tests rest on large samples"
            ),
        })
    }
}
