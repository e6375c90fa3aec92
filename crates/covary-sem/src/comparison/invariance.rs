//! Measurement invariance across groups: a ladder of equalities, and what stands in the way of each rung.
//! The JSON contract `covary.invariance/1`.

use serde::Serialize;

use super::{
    ComparedModel, Comparison, DifferenceSettings, compare,
    cutoffs::{Criterion, Rule, rules},
    latent_means::{LatentMeanDifference, latent_mean_differences},
};
use crate::{
    Data, Fit, Formulas, Operator, ParameterTable, SemError, Settings, Warning,
    fit::fit,
    fit_report::ConstrainedParameter,
    inference::score_tests::{EqualityScores, ExpectedChange},
    settings::GroupEqual,
    warning::WarningCode,
};

/// Level of the tests that propose a parameter for release.
const ALPHA: f64 = 0.05;

/// A rung of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The same model in every group, nothing equal.
    Configural,
    /// Equal loadings (weak invariance).
    Metric,
    /// Equal intercepts, too (strong invariance).
    Scalar,
    /// Equal residual variances, too.
    Strict,
    /// Equal variances of latent variables, too.
    Variances,
    /// Equal covariances of latent variables, too.
    Covariances,
    /// Equal means of latent variables, too.
    Means,
}

impl Level {
    /// All of them, each including those before it.
    pub const ALL: [Level; 7] = [
        Level::Configural,
        Level::Metric,
        Level::Scalar,
        Level::Strict,
        Level::Variances,
        Level::Covariances,
        Level::Means,
    ];

    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Level::Configural => "configural",
            Level::Metric => "metric",
            Level::Scalar => "scalar",
            Level::Strict => "strict",
            Level::Variances => "variances",
            Level::Covariances => "covariances",
            Level::Means => "means",
        }
    }

    /// What it makes equal beyond the level before.
    fn adds(self) -> Option<GroupEqual> {
        match self {
            Level::Configural => None,
            Level::Metric => Some(GroupEqual::Loadings),
            Level::Scalar => Some(GroupEqual::Intercepts),
            Level::Strict => Some(GroupEqual::Residuals),
            Level::Variances => Some(GroupEqual::LvVariances),
            Level::Covariances => Some(GroupEqual::LvCovariances),
            Level::Means => Some(GroupEqual::Means),
        }
    }
}

/// Choices for a study of invariance.
#[derive(Clone, Debug, PartialEq)]
pub struct InvarianceSettings {
    /// The levels; configural is always among them.
    pub levels: Vec<Level>,
    /// How levels are compared.
    pub difference: DifferenceSettings,
    /// The greatest number of parameters released at a level that does not hold.
    pub releases: usize,
}

impl Default for InvarianceSettings {
    fn default() -> Self {
        InvarianceSettings { levels: Level::ALL.to_vec(), difference: DifferenceSettings::default(), releases: 10 }
    }
}

/// How far a measurement model is the same in every group.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct InvarianceReport {
    /// `covary.invariance/1`
    pub schema: &'static str,
    /// The grouping variable.
    pub group: String,
    /// Labels of the groups.
    pub group_labels: Vec<String>,
    /// Cases by group.
    pub n_obs: Vec<usize>,
    /// Parameters that the user exempts from equality.
    pub group_partial: Vec<String>,
    /// The levels, each with what is equal.
    pub levels: Vec<InvarianceLevel>,
    /// The highest level that holds, with all below it; `None` where not even the configural model was estimated.
    pub highest: Option<Level>,
    /// Differences of latent means; `None` where they cannot be compared, and then `reason` says why.
    pub latent_means: Option<LatentMeans>,
    /// Why there are no differences of latent means.
    pub latent_means_reason: Option<String>,
    /// What to look at.
    pub warnings: Vec<Warning>,
}

/// One level.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct InvarianceLevel {
    /// The level.
    pub level: Level,
    /// What is equal across groups, by lavaan's `group.equal`.
    pub equal: Vec<GroupEqual>,
    /// The model's fit.
    pub model: ComparedModel,
    /// Against the level before; `None` of the first.
    pub comparison: Option<Comparison>,
    /// Published cut-offs for changes of fit.
    pub criteria: Vec<Criterion>,
    /// Whether it holds: ΔCFI above −.01; by the difference test (p ≥ .05) where CFI does not exist. `None` of the first,
    /// and of a model that did not converge.
    pub holds: Option<bool>,
    /// The parameters that the level makes equal, by score tests of their equality, the least equal first.
    pub score_tests: Vec<EqualityTest>,
    /// Where the level does not hold: parameters released one at a time, and what that changes.
    pub releases: Vec<Release>,
}

/// Whether one parameter is equal across groups.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct EqualityTest {
    /// The parameter as `group.partial` names it: `visual=~x2`, `x3~1`.
    pub parameter: String,
    /// Score test of its equality in all groups: the expected fall of χ².
    pub stat: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// Its p value.
    pub pvalue: Option<f64>,
    /// What it would become in each group.
    pub groups: Vec<ConstrainedParameter>,
}

/// One more parameter released.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Release {
    /// The parameter.
    pub parameter: String,
    /// The score test that proposed it.
    pub stat: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// Its p value.
    pub pvalue: Option<f64>,
    /// The model after the release.
    pub model: ComparedModel,
    /// Against the level before.
    pub comparison: Option<Comparison>,
    /// Published cut-offs after the release.
    pub criteria: Vec<Criterion>,
    /// Whether the level holds now, but for what has been released.
    pub holds: Option<bool>,
}

/// Differences of latent means under the highest level that holds.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct LatentMeans {
    /// The level.
    pub level: Level,
    /// Parameters that are not equal across groups there.
    pub released: Vec<String>,
    /// Confidence level of the limits.
    pub confidence: f64,
    /// The differences.
    pub differences: Vec<LatentMeanDifference>,
}

/// Fits the levels one after the other and compares each with the one before.
///
/// # Errors
/// [`SemError`] of [`fit()`]; [`SemError::Option`] without a grouping variable, with `group.equal`, and where the model has no
/// latent variable.
///
/// # Source
/// Meredith (1993), Psychometrika 58; Vandenberg and Lance (2000); Byrne, Shavelson and Muthén (1989) for partial invariance.
pub fn invariance(
    model: &Formulas,
    data: &Data,
    settings: &Settings,
    choices: &InvarianceSettings,
) -> Result<InvarianceReport, SemError> {
    let ladder = Ladder::new(model, data, settings, choices)?;
    let mut levels: Vec<InvarianceLevel> = Vec::new();
    let mut warnings = Vec::new();
    let mut before: Option<Fit> = None;
    let mut climb = Climb::default();
    for level in ladder.levels() {
        let fitted = ladder.fit(level, &[])?;
        if let Some(below) = &before
            && fitted.degrees_of_freedom == below.degrees_of_freedom
        {
            warnings.push(nothing_to_equate(level));
            continue;
        }
        let (rung, partial) = ladder.rung(level, &fitted, before.as_ref())?;
        warnings.extend(rung.comparison_warnings);
        climb.take(&rung.level, &fitted, partial);
        levels.push(rung.level);
        before = Some(fitted);
    }
    let (latent_means, latent_means_reason) = climb.latent_means();
    let first = before.as_ref();
    Ok(InvarianceReport {
        schema: "covary.invariance/1",
        group: settings.group.clone().unwrap_or_default(),
        group_labels: first.map_or_else(Vec::new, |fit| {
            fit.table.blocks.iter().filter(|b| b.level <= 1).map(|b| b.group_label.clone()).collect()
        }),
        n_obs: first.map_or_else(Vec::new, |fit| fit.sample.blocks.iter().map(|block| block.cases).collect()),
        group_partial: settings.group_partial.clone(),
        highest: climb.highest,
        levels,
        latent_means,
        latent_means_reason,
        warnings,
    })
}

/// What the climb has reached so far.
#[derive(Default)]
struct Climb {
    highest: Option<Level>,
    /// Whether a level failed.
    stopped: bool,
    /// The model for latent means: level, released parameters, fit.
    reached: Option<(Level, Vec<String>, Fit)>,
    /// The level that failed without a partial model.
    failed: Option<Level>,
}

impl Climb {
    fn take(&mut self, level: &InvarianceLevel, fitted: &Fit, partial: Option<(Vec<String>, Fit)>) {
        let holds = level.holds.unwrap_or(level.comparison.is_none() && level.model.converged);
        if self.stopped {
            return;
        }
        // Latent means are free from equal intercepts on, and until they are equal themselves.
        let tells_means = (Level::Scalar..Level::Means).contains(&level.level);
        if holds {
            self.highest = Some(level.level);
            if tells_means {
                self.reached = Some((level.level, Vec::new(), fitted.clone()));
            }
            return;
        }
        self.stopped = true;
        match partial {
            Some((released, fit)) if tells_means && self.reached.is_none() => {
                self.reached = Some((level.level, released, fit));
            }
            _ => self.failed = Some(level.level),
        }
    }

    fn latent_means(&self) -> (Option<LatentMeans>, Option<String>) {
        match (&self.reached, self.failed) {
            (Some((level, released, fit)), _) => {
                let differences = latent_mean_differences(fit);
                let confidence = fit.settings.level;
                (Some(LatentMeans { level: *level, released: released.clone(), confidence, differences }), None)
            }
            (None, Some(level)) => (
                None,
                Some(format!(
                    "the {} level does not hold, and no partial model was found under which it does: differences of latent \
                     means would mix with differences of measurement. Exempt parameters by group.partial",
                    level.word()
                )),
            ),
            (None, None) => (None, Some("the scalar level is not among those that were fitted".to_string())),
        }
    }
}

fn nothing_to_equate(level: Level) -> Warning {
    Warning {
        code: WarningCode::OptionNote,
        subjects: vec![level.word().to_string()],
        text: format!("the {} level adds no equality to the one before and is left out", level.word()),
    }
}

/// Model, data and choices.
struct Ladder<'a> {
    model: &'a Formulas,
    data: &'a Data<'a>,
    settings: &'a Settings,
    choices: &'a InvarianceSettings,
}

/// Parameters that were released, and the fit without their equality.
type PartialFit = (Vec<String>, Fit);

/// A level with the warnings of its comparison.
struct Rung {
    level: InvarianceLevel,
    comparison_warnings: Vec<Warning>,
}

/// A model against the level below.
struct Step {
    comparison: Option<Comparison>,
    criteria: Vec<Criterion>,
    holds: Option<bool>,
    warnings: Vec<Warning>,
}

impl<'a> Ladder<'a> {
    fn new(
        model: &'a Formulas,
        data: &'a Data<'a>,
        settings: &'a Settings,
        choices: &'a InvarianceSettings,
    ) -> Result<Self, SemError> {
        let several_moments = matches!(data, Data::Moments(groups) if groups.len() > 1);
        if settings.group.is_none() && !several_moments {
            return Err(SemError::Option("invariance needs groups: give the grouping variable by group".into()));
        }
        if !settings.group_equal.is_empty() {
            return Err(SemError::Option(
                "invariance sets group.equal level by level; exempt parameters by group.partial, choose levels by levels"
                    .into(),
            ));
        }
        if !model.elements.iter().any(|element| element.op == Operator::Measures) {
            return Err(SemError::Option("invariance of measurement needs a latent variable (=~) in the model".into()));
        }
        Ok(Ladder { model, data, settings, choices })
    }

    /// The chosen levels in their order, configural first.
    fn levels(&self) -> Vec<Level> {
        let chosen = |level: &Level| *level == Level::Configural || self.choices.levels.contains(level);
        Level::ALL.into_iter().filter(chosen).collect()
    }

    /// What is equal at a level: what it and the chosen levels below it add.
    fn equal(&self, level: Level) -> Vec<GroupEqual> {
        self.levels().into_iter().filter(|below| *below <= level).filter_map(Level::adds).collect()
    }

    fn fit(&self, level: Level, released: &[String]) -> Result<Fit, SemError> {
        let settings = Settings {
            group_equal: self.equal(level),
            group_partial: self.settings.group_partial.iter().chain(released).cloned().collect(),
            meanstructure: Some(true),
            ..self.settings.clone()
        };
        fit(self.model, self.data, &settings)
    }

    fn rung(&self, level: Level, fitted: &Fit, below: Option<&Fit>) -> Result<(Rung, Option<PartialFit>), SemError> {
        let step = self.step(level, fitted, below, level.word());
        let tests = below.map_or_else(Vec::new, |_| equality_tests(fitted, level));
        let (mut releases, mut partial) = (Vec::new(), None);
        if let (Some(below), Some(false)) = (below, step.holds) {
            (releases, partial) = self.release(level, fitted, below)?;
        }
        let level = InvarianceLevel {
            level,
            equal: self.equal(level),
            model: ComparedModel::new(level.word(), fitted),
            comparison: step.comparison,
            criteria: step.criteria,
            holds: step.holds,
            score_tests: tests,
            releases,
        };
        Ok((Rung { level, comparison_warnings: step.warnings }, partial))
    }

    /// A level, or a partial form of it, against the level below.
    fn step(&self, level: Level, fitted: &Fit, below: Option<&Fit>, name: &str) -> Step {
        let Some(below) = below else {
            return Step { comparison: None, criteria: Vec::new(), holds: None, warnings: Vec::new() };
        };
        let position = self.levels().iter().position(|other| *other == level).unwrap_or(1);
        let under = self.levels().get(position.wrapping_sub(1)).map_or("", |level| level.word());
        let fits = [(under.to_string(), below.clone()), (name.to_string(), fitted.clone())];
        let mut report = compare(&fits, self.choices.difference);
        let comparison = report.comparisons.pop();
        let criteria: Vec<Criterion> = comparison.as_ref().map_or_else(Vec::new, |comparison| {
            let rules = rules(level == Level::Metric, fitted.cases()).into_iter();
            rules.map(|rule| rule.judge(&comparison.changes)).collect()
        });
        let holds = fitted.converged().then(|| verdict(&criteria, comparison.as_ref())).flatten();
        Step { comparison, criteria, holds, warnings: report.warnings }
    }

    /// Releases the least equal parameter, one after the other, until the level holds, nothing significant is left, or the model
    /// is no longer identified. The last model, where the level holds under it.
    #[allow(clippy::type_complexity)]
    fn release(
        &self,
        level: Level,
        fitted: &Fit,
        below: &Fit,
    ) -> Result<(Vec<Release>, Option<(Vec<String>, Fit)>), SemError> {
        let (mut releases, mut released): (Vec<Release>, Vec<String>) = (Vec::new(), Vec::new());
        let mut current = fitted.clone();
        while releases.len() < self.choices.releases {
            let Some(test) = equality_tests(&current, level).into_iter().find(significant) else { break };
            released.push(test.parameter.clone());
            current = self.fit(level, &released)?;
            if !current.converged() || current.vcov.is_none() || current.degrees_of_freedom <= below.degrees_of_freedom
            {
                break;
            }
            let name = format!("{} but {}", level.word(), released.join(", "));
            let step = self.step(level, &current, Some(below), &name);
            releases.push(Release {
                parameter: test.parameter,
                stat: test.stat,
                df: test.df,
                pvalue: test.pvalue,
                model: ComparedModel::new(&name, &current),
                comparison: step.comparison,
                criteria: step.criteria,
                holds: step.holds,
            });
            if step.holds == Some(true) {
                return Ok((releases, Some((released, current))));
            }
        }
        Ok((releases, None))
    }
}

fn significant(test: &EqualityTest) -> bool {
    test.pvalue.is_some_and(|p| p < ALPHA)
}

/// CFI decides, by the rule that rests on it alone; where it does not exist, the difference test does.
fn verdict(criteria: &[Criterion], comparison: Option<&Comparison>) -> Option<bool> {
    let by_cfi = criteria.iter().find(|criterion| criterion.cutoffs.rule == Rule::CheungRensvold)?;
    by_cfi.holds.or_else(|| Some(comparison?.test.as_ref()?.pvalue? >= ALPHA))
}

/// Score tests of the parameters that a level makes equal, the least equal first.
fn equality_tests(fit: &Fit, level: Level) -> Vec<EqualityTest> {
    let Some(scores) = EqualityScores::new(fit) else { return Vec::new() };
    let mut tests: Vec<EqualityTest> = Vec::new();
    for (parameter, constraints) in equated(&fit.table, &scores, level) {
        let Some((test, changes)) = scores.test(&constraints) else { continue };
        if test.df > 0.0 {
            let groups = changes.iter().map(|change| expected(fit, change)).collect();
            tests.push(EqualityTest { parameter, stat: test.statistic, df: test.df, pvalue: test.p_value, groups });
        }
    }
    // Of equal figures the first in the table stays first.
    tests.sort_by(|a, b| b.stat.total_cmp(&a.stat));
    tests
}

/// The parameters that a level makes equal, each with its constraints by position.
fn equated(table: &ParameterTable, scores: &EqualityScores, level: Level) -> Vec<(String, Vec<usize>)> {
    let mut found: Vec<(String, Vec<usize>)> = Vec::new();
    for (k, constraint) in scores.constraints.iter().enumerate() {
        let row = &table.rows[constraint.row];
        if row.user {
            continue;
        }
        let of = |name: &str| table.rows.iter().find(|row| row.plabel == name);
        let (Some(left), Some(right)) = (of(&row.lhs), of(&row.rhs)) else { continue };
        let across_groups =
            left.group != right.group && left.op == right.op && left.lhs == right.lhs && left.rhs == right.rhs;
        if !across_groups || !belongs(table, left.block, &left.lhs, left.op, &left.rhs, level) {
            continue;
        }
        let name = match left.op {
            Operator::Intercept => format!("{}~1", left.lhs),
            op => format!("{}{op}{}", left.lhs, left.rhs),
        };
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, constraints)) => constraints.push(k),
            None => found.push((name, vec![k])),
        }
    }
    found
}

/// Whether a parameter is of the kind that a level makes equal.
fn belongs(table: &ParameterTable, block: usize, lhs: &str, op: Operator, rhs: &str, level: Level) -> bool {
    let latent = table.blocks.get(block).is_some_and(|block| block.latent.iter().any(|name| name == lhs));
    match level {
        Level::Configural => false,
        Level::Metric => op == Operator::Measures,
        Level::Scalar => op == Operator::Intercept && !latent,
        Level::Strict => op == Operator::Covariance && !latent && lhs == rhs,
        Level::Variances => op == Operator::Covariance && latent && lhs == rhs,
        Level::Covariances => op == Operator::Covariance && latent && lhs != rhs,
        Level::Means => op == Operator::Intercept && latent,
    }
}

fn expected(fit: &Fit, change: &ExpectedChange) -> ConstrainedParameter {
    crate::fit_report::constrained_parameter(fit, change)
}
