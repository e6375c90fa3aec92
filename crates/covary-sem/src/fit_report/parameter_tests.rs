//! Wald and score tests as they are shown.

use serde::Serialize;

use crate::{
    Fit, Operator,
    fit::TestStatistic,
    inference::{
        score_tests::{
            AdditionScoreTests, EqualityScoreTests, ExpectedChange, addition_score_tests, equality_score_tests,
        },
        wald::wald_tests,
    },
};

/// A Wald test of one or several constraints together.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct WaldReport {
    /// The constraints as they were given.
    pub constraints: Vec<String>,
    /// Left minus right at the estimates, of each.
    pub differences: Vec<f64>,
    /// χ²; `None` where the constraints contradict each other, or there are no standard errors.
    pub stat: Option<f64>,
    /// Degrees of freedom: the independent constraints.
    pub df: Option<f64>,
    /// Its p value.
    pub pvalue: Option<f64>,
}

/// Score tests of several parameters.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ScoreTestReport {
    /// `release` (of equality constraints) or `add` (of parameters).
    pub kind: &'static str,
    /// χ² of all together.
    pub stat: f64,
    /// Its degrees of freedom, as lavaan counts them.
    pub df: f64,
    /// Its p value.
    pub pvalue: Option<f64>,
    /// Degrees of freedom that the information supports: fewer than `df` where the released model is not identified, and
    /// then `stat` is to be judged by them.
    pub identified_df: usize,
    /// Each alone.
    pub single: Vec<SingleScoreTest>,
    /// Expected change of every free parameter, all together; empty where the released model is not identified.
    pub epc: Vec<ConstrainedParameter>,
}

/// One constraint released, or one parameter added, the others kept.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SingleScoreTest {
    /// Left side: of a constraint as it stands in the table, of an added parameter its variable.
    pub lhs: String,
    /// `==` of a constraint, else the operator of the parameter.
    pub op: Operator,
    /// Right side.
    pub rhs: String,
    /// Group of an added parameter, from 1; 0 of a constraint.
    pub group: usize,
    /// χ²; `None` where the free parameters make up for an added one.
    pub stat: Option<f64>,
    /// Its degrees of freedom.
    pub df: f64,
    /// Its p value.
    pub pvalue: Option<f64>,
    /// EPC of an added parameter; `None` of a constraint.
    pub epc: Option<f64>,
    /// The parameters of a constraint, and what they would become.
    pub parameters: Vec<ConstrainedParameter>,
}

/// A free parameter and its expected change.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ConstrainedParameter {
    /// Left-hand variable.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable.
    pub rhs: String,
    /// Group, from 1.
    pub group: usize,
    /// Estimate.
    pub est: Option<f64>,
    /// Expected parameter change.
    pub epc: f64,
    /// The value that is expected: est + epc.
    pub epv: Option<f64>,
}

/// The Wald tests that were asked for.
pub(super) fn wald(fit: &Fit) -> Vec<WaldReport> {
    let report = |test: crate::inference::wald::WaldTest| WaldReport {
        constraints: test.constraints,
        differences: test.differences,
        stat: test.test.map(|test| test.statistic),
        df: test.test.map(|test| test.df),
        pvalue: test.test.and_then(|test| test.p_value),
    };
    wald_tests(fit).into_iter().map(report).collect()
}

/// The score tests that were asked for; those that do not exist are left out.
pub(super) fn score_tests(fit: &Fit) -> Vec<ScoreTestReport> {
    let released = fit.settings.score_test.then(|| equality_score_tests(fit)).flatten();
    // Formulas that cannot be added were refused before the fit.
    let added = addition_score_tests(fit).ok().flatten();
    released.map(|tests| of_released(fit, tests)).into_iter().chain(added.map(|tests| of_added(fit, tests))).collect()
}

fn of_released(fit: &Fit, tests: EqualityScoreTests) -> ScoreTestReport {
    let single = tests.single.iter().map(|released| {
        let row = &fit.table.rows[released.constraint.row];
        SingleScoreTest {
            lhs: row.lhs.clone(),
            op: row.op,
            rhs: row.rhs.clone(),
            group: 0,
            stat: Some(released.test.statistic),
            df: released.test.df,
            pvalue: released.test.p_value,
            epc: None,
            parameters: parameters(fit, &released.changes),
        }
    });
    let single = single.collect();
    report(fit, "release", tests.total, tests.identified_df, single, &tests.changes)
}

fn of_added(fit: &Fit, tests: AdditionScoreTests) -> ScoreTestReport {
    let single = tests.single.into_iter().map(|added| SingleScoreTest {
        group: fit.table.blocks[added.block].group,
        lhs: added.lhs,
        op: added.op,
        rhs: added.rhs,
        stat: added.test.map(|test| test.statistic),
        df: 1.0,
        pvalue: added.test.and_then(|test| test.p_value),
        epc: added.change,
        parameters: Vec::new(),
    });
    let single = single.collect();
    report(fit, "add", tests.total, tests.total.df as usize, single, &tests.changes)
}

fn report(
    fit: &Fit,
    kind: &'static str,
    total: TestStatistic,
    identified_df: usize,
    single: Vec<SingleScoreTest>,
    changes: &[ExpectedChange],
) -> ScoreTestReport {
    ScoreTestReport {
        kind,
        stat: total.statistic,
        df: total.df,
        pvalue: total.p_value,
        identified_df,
        single,
        epc: parameters(fit, changes),
    }
}

fn parameters(fit: &Fit, changes: &[ExpectedChange]) -> Vec<ConstrainedParameter> {
    changes.iter().map(|change| constrained_parameter(fit, change)).collect()
}

/// A free parameter and its expected change.
pub(crate) fn constrained_parameter(fit: &Fit, change: &ExpectedChange) -> ConstrainedParameter {
    let row = &fit.table.rows[change.row];
    let est = fit.estimates[change.row];
    ConstrainedParameter {
        lhs: row.lhs.clone(),
        op: row.op,
        rhs: row.rhs.clone(),
        group: row.group,
        est,
        epc: change.change,
        epv: est.map(|est| est + change.change),
    }
}
