//! Inference for models of two levels: information, standard errors, tests, scaling factors.

mod information;
mod modification;

use covary_numerics::{Matrix, linalg::Cholesky};

pub use information::expected;
pub use modification::modification_indices;

use super::{
    model_tests::{LikelihoodScaling, ModelTest, upper_tail},
    standard_errors, test_statistic,
};
use crate::{
    Fit, Formulas, ParameterTable, Sample, SemError, Settings, Warning,
    conventions::Likelihood,
    estimate::{Objective, defined::RowEstimates},
    estimators::Estimator,
    fit::TestStatistic,
    sample::{
        clusters::ClusterSample,
        level_moments::{self, MomentModel},
    },
    settings::{Information, MissingValues, SaturatedAt, StandardErrors, TestName},
    warning::WarningCode,
};

/// Blocks `level:` of a text that are not two, or stand the wrong way round.
///
/// # Errors
/// [`SemError::Model`] that says how they should stand; [`SemError::Option`] for labels in another order.
pub(crate) fn check_levels(model: &Formulas, settings: &Settings) -> Result<(), SemError> {
    let refuse = |text: String| Err(SemError::Model(text));
    let labels = &model.levels;
    match labels.as_slice() {
        [] => return Ok(()),
        [only] => {
            return refuse(format!(
                "the model has one block, level: {only}, but levels come in two: state what is modelled within clusters \
                 (level: 1) and between clusters (level: 2), or leave level: out"
            ));
        }
        [first, second] if is_turned(first, second) => {
            return refuse(format!(
                "level: {first} stands before level: {second}: the first block is that of the cases within clusters; \
                 exchange the blocks"
            ));
        }
        _ => {}
    }
    let named: Vec<Option<usize>> =
        settings.level_label.iter().map(|label| labels.iter().position(|own| own == label)).collect();
    if named.iter().all(Option::is_some) && named.windows(2).any(|pair| pair[0] > pair[1]) {
        return Err(SemError::Option(format!(
            "level.label gives another order than the model, whose blocks are {}: the first is that of the cases within \
             clusters",
            labels.join(", ")
        )));
    }
    Ok(())
}

/// Numbers that fall, or names that say so themselves.
fn is_turned(first: &str, second: &str) -> bool {
    let numbers = first.parse::<f64>().ok().zip(second.parse::<f64>().ok());
    let says = |label: &str, word: &str| label.to_lowercase().contains(word);
    numbers.is_some_and(|(first, second)| first > second) || says(first, "between") || says(second, "within")
}

/// Choices that do not go with two levels, by name.
///
/// # Errors
/// [`SemError::Option`] that says what would do.
pub(crate) fn refuse_settings(table: &ParameterTable, settings: &Settings) -> Result<(), SemError> {
    let refuse = |text: &str| Err(SemError::Option(text.to_string()));
    if !table.exploratory.is_empty() {
        return refuse("exploratory blocks (efa) in models of two levels: not supported yet, nothing was estimated");
    }
    if settings.conditional_x == Some(true) {
        return refuse("conditional.x does not go with two levels; fixed.x gives the same estimates");
    }
    let kinds = [settings.information, settings.information_of_tests];
    let incomplete = matches!(settings.missing, MissingValues::Ml | MissingValues::MlX);
    if incomplete && kinds.contains(&Some(Information::Expected)) {
        return refuse(
            "expected information of two levels needs complete data; with missing = \"ml\" take observed or first.order",
        );
    }
    if settings.conventions.likelihood != Likelihood::Normal {
        return refuse(
            "models of two levels have likelihood = \"normal\" alone (AMOS has none: take convention lavaan)",
        );
    }
    if settings.std_ov {
        return refuse(
            "std.ov does not go with two levels: standardize the variables in the data, by the level you mean",
        );
    }
    if settings.standard_test.is_some() || settings.scaled_test.is_some() {
        return refuse(
            "standard.test and scaled.test: models of two levels have the standard and the scaled test alone",
        );
    }
    if !matches!(settings.missing, MissingValues::Listwise | MissingValues::Ml | MissingValues::MlX) {
        return refuse("models of two levels take missing = listwise or ml");
    }
    let tests = [TestName::Standard, TestName::YuanBentlerMplus, TestName::None];
    if let Some(test) = settings.tests.iter().find(|test| !tests.contains(test)) {
        return refuse(&format!("test {test:?} is not defined for models of two levels; take yuan.bentler.mplus"));
    }
    if matches!(
        settings.se,
        Some(StandardErrors::RobustSem | StandardErrors::TwoStage | StandardErrors::RobustTwoStage)
    ) {
        return refuse(
            "standard errors of models of two levels are standard, or robust over clusters (robust.huber.white)",
        );
    }
    Ok(())
}

/// Log-likelihoods of the model and of the saturated model, those of fixed x subtracted from both.
///
/// `discrepancies` as [`Objective::discrepancies`] has them.
pub(crate) fn log_likelihoods(table: &ParameterTable, sample: &Sample, discrepancies: &[f64]) -> Option<(f64, f64)> {
    let (mut model, mut saturated) = (0.0, 0.0);
    for group in &sample.levels {
        let of_x = if table.fixed_x { group.value_of_exogenous()? } else { 0.0 };
        let best = -0.5 * (group.saturated_value + group.constant() - of_x);
        saturated += best;
        model += best - 0.5 * group.cases as f64 * discrepancies[group.layout.within];
    }
    Some((model, saturated))
}

/// The test of the baseline: variances and means free at both levels, covariances 0 except among x.
///
/// `None` where it has no estimates, or no degrees of freedom.
pub(crate) fn baseline(table: &ParameterTable, sample: &Sample) -> Option<TestStatistic> {
    let (mut statistic, mut df) = (0.0, 0);
    for group in &sample.levels {
        let model = level_moments::baseline(group, table.fixed_x).filter(|model| model.converged)?;
        statistic += model.value - group.saturated_value;
        df += level_moments::saturated_given_x(group, table.fixed_x).free.len() - model.free.len();
    }
    (df > 0).then(|| test_statistic::test_statistic(statistic, df as i64))
}

impl Fit {
    /// Standard errors and tests of a model of two levels.
    ///
    /// The total information, −∂² log-likelihood (or expected, or Σ_j score_j score_j'), inverted; robust: H⁻BH⁻ with
    /// B = Σ_j score_j score_j' over clusters, without C/(C − 1).
    pub(crate) fn set_two_level_inference(&mut self) {
        self.note_the_boundary();
        let Some(evidence) = Evidence::new(self) else { return };
        match evidence.vcov(self, self.settings.information) {
            Err(parameters) => {
                self.warn_not_identified(&parameters);
                return;
            }
            Ok(None) => return,
            Ok(Some(vcov)) => self.take_vcov(&evidence, vcov),
        }
        self.set_two_level_tests(&evidence);
        if self.sample.levels.iter().any(|group| group.is_incomplete()) {
            self.warnings.push(Warning {
                code: WarningCode::OptionNote,
                subjects: Vec::new(),
                text: "there are no modification indices of two levels with missing answers: they rest on expected \
                       information, which needs complete data"
                    .into(),
            });
        }
    }

    /// What the saturated model's matrix between clusters means for the test.
    fn note_the_boundary(&mut self) {
        let on_boundary = |group: &&std::sync::Arc<ClusterSample>| {
            !level_moments::is_covariance_matrix(&group.saturated, &group.layout)
        };
        let groups: Vec<String> = self
            .sample
            .levels
            .iter()
            .filter(on_boundary)
            .map(|group| self.table.blocks[group.layout.between].group_label.clone())
            .collect();
        if !groups.is_empty() {
            self.warnings.push(Warning {
                code: WarningCode::OptionNote,
                subjects: groups,
                text: "the saturated model has a singular covariance matrix between clusters: what is between clusters \
                       varies in fewer directions than there are variables. The χ² then tends to be too small. Programs \
                       that find the saturated model by EM stop short of it and print another, smaller χ²"
                    .into(),
            });
        }
        if self.log_likelihood.is_some_and(|(model, saturated)| model > saturated + 1e-6 * saturated.abs().max(1.0)) {
            self.test = None;
            self.warnings.push(Warning {
                code: WarningCode::OptionNote,
                subjects: Vec::new(),
                text: "there is no χ²: the model is more likely than the saturated one, because its covariance matrix \
                       between clusters is none (a negative variance). Fix negative residual variances at level 2 at 0"
                    .into(),
            });
        }
    }

    fn take_vcov(&mut self, evidence: &Evidence, vcov: Matrix) {
        let vcov = match (self.settings.se, &evidence.meat) {
            (Some(StandardErrors::None), _) => return,
            (Some(StandardErrors::RobustHuberWhite | StandardErrors::RobustCluster), Some(meat)) => {
                vcov.times(meat).times(&vcov)
            }
            (Some(StandardErrors::RobustHuberWhite | StandardErrors::RobustCluster), None) => return,
            _ => vcov,
        };
        let rows = RowEstimates::new(&self.table);
        self.standard_errors = standard_errors::standard_errors(&self.table, &vcov, rows.defined(), &self.theta);
        self.vcov = Some(vcov);
    }

    /// The standard test; for a scaled one c = (tr(A₁⁻¹B₁) − tr(H⁻B))/df from scores of clusters, of the model and of
    /// the baseline.
    ///
    /// # Source
    /// Yuan and Bentler (2000), Asparouhov and Muthén (2005).
    fn set_two_level_tests(&mut self, evidence: &Evidence) {
        let Some(standard) = self.test.filter(|_| !self.settings.tests.contains(&TestName::None)) else { return };
        self.tests = vec![plain(standard)];
        let Some(name) = self.settings.tests.iter().copied().find(|test| test.is_scaled()) else { return };
        let Some(meat) = &evidence.meat else { return };
        let Ok(Some(inverse)) = evidence.vcov(self, self.settings.information_of_tests) else { return };
        let Some(traces) = Traces::new(self) else { return };
        let of_model = trace(&inverse, meat);
        let scaling =
            LikelihoodScaling { h1: traces.saturated / traces.moments as f64, h0: of_model / self.theta.len() as f64 };
        let test = if standard.df > 0.0 {
            scaled(name, standard, (traces.saturated - of_model) / standard.df)
        } else {
            ModelTest { name, ..plain(standard) }
        };
        self.tests.push(ModelTest { likelihood_scaling: Some(scaling), ..test });
        if let (Some(baseline), Some(of_baseline)) = (self.baseline, traces.baseline) {
            let factor = (traces.saturated - of_baseline) / baseline.df;
            self.baseline_tests = vec![scaled(name, baseline, factor)];
        }
    }
}

/// What inference rests on, of all cases.
struct Evidence {
    /// −∂² log-likelihood.
    hessian: Option<Matrix>,
    /// Σ_j score_j score_j', where something rests on it.
    meat: Option<Matrix>,
}

impl Evidence {
    /// `None` where the likelihood does not exist at the estimates.
    fn new(fit: &Fit) -> Option<Self> {
        let settings = &fit.settings;
        let mut objective = Objective::<f64>::new(&fit.matrices, Estimator::named(settings.estimator), &fit.sample)?;
        let robust = matches!(settings.se, Some(StandardErrors::RobustHuberWhite | StandardErrors::RobustCluster));
        let kinds = [settings.information, settings.information_of_tests];
        let crossed = robust
            || settings.tests.iter().any(|test| test.is_scaled())
            || kinds.contains(&Some(Information::FirstOrder));
        let observed = kinds.iter().any(|kind| !matches!(kind, Some(Information::Expected | Information::FirstOrder)));
        Some(Evidence {
            hessian: if observed { Some(objective.hessian(&fit.theta)?.scaled(fit.cases() as f64)) } else { None },
            meat: if crossed { Some(cross_products(&objective.cluster_scores(&fit.theta)?)) } else { None },
        })
    }

    /// K(K'IK)⁻¹K' of the total information of this kind; `Ok(None)` where it does not exist.
    ///
    /// # Errors
    /// The positions in θ that take part in a direction without information.
    fn vcov(&self, fit: &Fit, kind: Option<Information>) -> Result<Option<Matrix>, Vec<usize>> {
        let information = match kind {
            Some(Information::Expected) => fit
                .solution()
                .and_then(|solution| Some(solution.expected(SaturatedAt::Structured)?.scaled(fit.cases() as f64))),
            Some(Information::FirstOrder) => self.meat.clone(),
            _ => self.hessian.clone(),
        };
        information.map(|total| standard_errors::vcov(&total, &fit.constraints, 1.0)).transpose()
    }
}

/// tr(A⁻¹B) of the saturated model and of the baseline, over all groups.
struct Traces {
    saturated: f64,
    /// Number of moments that are free in the saturated model.
    moments: usize,
    baseline: Option<f64>,
}

impl Traces {
    /// `None` where the information of a saturated model is singular.
    fn new(fit: &Fit) -> Option<Self> {
        let mut traces = Traces { saturated: 0.0, moments: 0, baseline: Some(0.0) };
        for group in &fit.sample.levels {
            let saturated = level_moments::saturated_given_x(group, fit.table.fixed_x);
            traces.saturated += trace_of(&saturated, group)?;
            traces.moments += saturated.free.len();
            let of_group = level_moments::baseline(group, fit.table.fixed_x).and_then(|model| trace_of(&model, group));
            traces.baseline = traces.baseline.zip(of_group).map(|(sum, trace)| sum + trace);
        }
        Some(traces)
    }
}

fn plain(test: TestStatistic) -> ModelTest {
    ModelTest {
        name: TestName::Standard,
        statistic: test.statistic,
        df: test.df,
        p_value: test.p_value,
        scaling_factor: None,
        shift: None,
        likelihood_scaling: None,
        mean_eigenvalue: None,
    }
}

fn scaled(name: TestName, standard: TestStatistic, factor: f64) -> ModelTest {
    let statistic = standard.statistic / factor;
    ModelTest {
        statistic,
        name,
        p_value: upper_tail(statistic, standard.df),
        scaling_factor: Some(factor),
        mean_eigenvalue: Some(factor),
        ..plain(standard)
    }
}

/// tr(A⁻¹B) of free moments, A the observed information of all cases, B from scores of clusters.
fn trace_of(model: &MomentModel, group: &ClusterSample) -> Option<f64> {
    let inverse = Cholesky::new(&model.hessian(&group.statistics)?)?.inverse();
    Some(trace(&inverse, &cross_products(&model.scores(group)?)))
}

/// tr(AB) of symmetric matrices.
fn trace(a: &Matrix, b: &Matrix) -> f64 {
    a.values().iter().zip(b.values()).map(|(l, r)| l * r).sum()
}

/// Σ_j s_j s_j' of scores by rows.
fn cross_products(scores: &Matrix) -> Matrix {
    scores.transpose().times(scores)
}
