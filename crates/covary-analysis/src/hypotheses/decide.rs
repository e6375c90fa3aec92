//! From estimates and intervals to decisions.

use covary_sem::{FitReport, Operator, fit_report::ParameterEstimate};
use covary_study::{Claim, Direction, Hypothesis, Relation};

use super::{Basis, Decision, Reason, Verdict};
use crate::{
    AnalysisError,
    effects::{Effect, EffectEstimate, EffectKind, Effects},
};

/// Decides every hypothesis, in each group.
///
/// A hypothesis is supported when its estimate has the stated sign and its two-tailed p is below `alpha`: a single path, a
/// covariance and a difference of paths by z, whatever contains an indirect effect by the bootstrap
/// interval that the study chose (by z of the delta method without a bootstrap).
///
/// # Errors
/// [`AnalysisError::Hypothesis`] when the model has no such path, way or covariance.
pub fn decide(
    hypotheses: &[Hypothesis],
    structural: &FitReport,
    effects: &Effects,
    alpha: f64,
) -> Result<Vec<Decision>, AnalysisError> {
    let mut decisions = Vec::new();
    for hypothesis in hypotheses {
        for group in 1..=structural.n_groups.max(1) {
            let evidence = evidence(hypothesis, structural, effects, group)?;
            decisions.push(decision(hypothesis, group, &evidence, alpha));
        }
    }
    Ok(decisions)
}

/// What is known about the quantity that a hypothesis is about.
#[derive(Default)]
struct Evidence {
    estimate: Option<f64>,
    standardized: Option<f64>,
    /// The basis that decides, then those that may contest it.
    tests: Vec<Test>,
    mediation: Option<crate::effects::MediationType>,
}

#[derive(Clone, Copy)]
struct Test {
    basis: Basis,
    se: Option<f64>,
    z: Option<f64>,
    p: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
}

fn evidence(
    hypothesis: &Hypothesis,
    structural: &FitReport,
    effects: &Effects,
    group: usize,
) -> Result<Evidence, AnalysisError> {
    match &hypothesis.claim {
        Claim::Relation { relation: Relation::Covariance(a, b), .. } => {
            let row = covariance_row(structural, a, b, group).ok_or_else(|| lacks_covariance(hypothesis, a, b))?;
            Ok(of_parameter(row))
        }
        // A construct of second order reaches those that measure it by its loadings.
        Claim::Relation { relation: Relation::Path(from, to), .. }
            if structural.parameter(from, Operator::Measures, to, group).is_some() =>
        {
            Ok(structural.parameter(from, Operator::Measures, to, group).map(of_parameter).unwrap_or_default())
        }
        Claim::Relation { relation, .. } => {
            let index =
                find_effect(effects, relation, group).ok_or_else(|| lacks_effect(hypothesis, relation, effects))?;
            let effect = &effects.effects[index];
            let mut evidence =
                of_estimates(&effect.unstandardized, &effect.standardized, effect.kind, effects, structural.level);
            evidence.mediation = effects.mediations.iter().find(|m| m.indirect == index).map(|m| m.kind);
            Ok(evidence)
        }
        Claim::Comparison { left, right, .. } => {
            let find = |relation: &Relation| {
                find_effect(effects, relation, group).ok_or_else(|| lacks_effect(hypothesis, relation, effects))
            };
            let (left, right) = (find(left)?, find(right)?);
            let kind = effects.effects[left].kind.max(effects.effects[right].kind);
            let contrast = effects.contrasts.iter().find(|c| c.left == left && c.right == right);
            let none = EffectEstimate::default();
            let (raw, standardized) = contrast.map_or((&none, &none), |c| (&c.unstandardized, &c.standardized));
            Ok(of_estimates(raw, standardized, kind, effects, structural.level))
        }
    }
}

/// Where the effect that a relation names stands among the effects of a group.
fn find_effect(effects: &Effects, relation: &Relation, group: usize) -> Option<usize> {
    let matches = |effect: &Effect| match relation {
        Relation::Path(from, to) => effect.kind == EffectKind::Direct && effect.from == *from && effect.to == *to,
        Relation::Way(way) => effect.kind == EffectKind::SpecificIndirect && effect.way == *way,
        Relation::Covariance(..) => false,
    };
    effects.effects.iter().position(|effect| effect.group == group && matches(effect))
}

fn covariance_row<'a>(report: &'a FitReport, a: &str, b: &str, group: usize) -> Option<&'a ParameterEstimate> {
    let row = report.parameter(a, Operator::Covariance, b, group);
    row.or_else(|| report.parameter(b, Operator::Covariance, a, group))
}

fn of_parameter(row: &ParameterEstimate) -> Evidence {
    let test =
        Test { basis: Basis::Normal, se: row.se, z: row.z, p: row.pvalue, lower: row.ci_lower, upper: row.ci_upper };
    Evidence { estimate: row.est, standardized: row.std_all, tests: vec![test], mediation: None }
}

fn of_estimates(
    raw: &EffectEstimate,
    standardized: &EffectEstimate,
    kind: EffectKind,
    effects: &Effects,
    level: f64,
) -> Evidence {
    let normal = normal_test(raw, level);
    let resampled = resampled_tests(raw, effects);
    let tests = if kind == EffectKind::Direct || resampled.is_empty() {
        // The chosen interval alone may contest a path: the other kinds are compared where they decide.
        [vec![normal], resampled.into_iter().take(1).collect()].concat()
    } else {
        resampled
    };
    Evidence { estimate: raw.estimate, standardized: standardized.estimate, tests, mediation: None }
}

fn normal_test(estimate: &EffectEstimate, level: f64) -> Test {
    let margin = covary_numerics::distributions::normal_quantile(0.5 + level / 2.0)
        .and_then(|quantile| Some(quantile * estimate.se?));
    Test {
        basis: Basis::Normal,
        se: estimate.se,
        z: estimate.z,
        p: estimate.p,
        lower: estimate.estimate.zip(margin).map(|(e, m)| e - m),
        upper: estimate.estimate.zip(margin).map(|(e, m)| e + m),
    }
}

/// The interval that the study chose first, then the others.
fn resampled_tests(estimate: &EffectEstimate, effects: &Effects) -> Vec<Test> {
    let (Some(bootstrap), Some(plan)) = (&estimate.bootstrap, &effects.bootstrap) else { return Vec::new() };
    let kinds = [
        (Basis::Percentile, bootstrap.percentile),
        (Basis::BiasCorrected, bootstrap.bias_corrected),
        (Basis::Bca, bootstrap.bca),
    ];
    let chosen = basis_of(plan.interval);
    let mut tests: Vec<Test> = kinds
        .into_iter()
        .filter(|(basis, interval)| *basis == chosen || interval.p.is_some())
        .map(|(basis, i)| Test {
            basis,
            se: Some(bootstrap.se),
            z: bootstrap.z,
            p: i.p,
            lower: i.lower,
            upper: i.upper,
        })
        .collect();
    tests.sort_by_key(|test| test.basis != chosen);
    tests
}

/// The basis that a kind of interval is.
pub(crate) fn basis_of(kind: covary_study::IntervalKind) -> Basis {
    match kind {
        covary_study::IntervalKind::Percentile => Basis::Percentile,
        covary_study::IntervalKind::BiasCorrected => Basis::BiasCorrected,
        covary_study::IntervalKind::Bca => Basis::Bca,
    }
}

fn decision(hypothesis: &Hypothesis, group: usize, evidence: &Evidence, alpha: f64) -> Decision {
    let direction = match &hypothesis.claim {
        Claim::Relation { direction, .. } | Claim::Comparison { direction, .. } => *direction,
    };
    let judge = |test: &Test| judge(direction, evidence.estimate, test.p, alpha);
    let deciding = evidence.tests.first();
    let (verdict, reason) = deciding.map_or((Verdict::Undecided, Reason::NoEstimate), judge);
    let contests = |test: &&Test| {
        let (other, _) = judge(test);
        other != Verdict::Undecided && other != verdict
    };
    Decision {
        name: hypothesis.name.clone(),
        rule: hypothesis.rule.clone(),
        text: hypothesis.text.clone(),
        claim: hypothesis.claim.clone(),
        group,
        estimate: evidence.estimate,
        standardized: evidence.standardized,
        se: deciding.and_then(|t| t.se),
        z: deciding.and_then(|t| t.z),
        p: deciding.and_then(|t| t.p),
        lower: deciding.and_then(|t| t.lower),
        upper: deciding.and_then(|t| t.upper),
        basis: deciding.filter(|t| t.p.is_some()).map_or(Basis::None, |t| t.basis),
        verdict,
        reason,
        mediation: evidence.mediation,
        contested_by: evidence.tests.iter().skip(1).filter(contests).map(|t| t.basis).collect(),
    }
}

fn judge(direction: Direction, estimate: Option<f64>, p: Option<f64>, alpha: f64) -> (Verdict, Reason) {
    let (Some(estimate), Some(p)) = (estimate, p) else { return (Verdict::Undecided, Reason::NoEstimate) };
    let differs = p < alpha;
    let right_sign = match direction {
        Direction::Positive => estimate > 0.0,
        Direction::Negative => estimate < 0.0,
        Direction::Any | Direction::Zero => true,
    };
    match (direction, right_sign, differs) {
        (Direction::Zero, _, true) => (Verdict::NotSupported, Reason::DifferenceFound),
        (Direction::Zero, _, false) => (Verdict::Supported, Reason::NoDifferenceFound),
        (Direction::Any, _, true) => (Verdict::Supported, Reason::Significant),
        (_, true, true) => (Verdict::Supported, Reason::SignAndSignificant),
        (_, true, false) => (Verdict::NotSupported, Reason::NotSignificant),
        (_, false, true) => (Verdict::NotSupported, Reason::OppositeSign),
        (_, false, false) => (Verdict::NotSupported, Reason::OppositeSignNotSignificant),
    }
}

fn lacks_covariance(hypothesis: &Hypothesis, a: &str, b: &str) -> AnalysisError {
    error(
        hypothesis,
        format!("the model has no covariance of {a} and {b}"),
        format!("add \"{a} ~~ {b}\" to model.paths, or state a path between them"),
    )
}

fn lacks_effect(hypothesis: &Hypothesis, relation: &Relation, effects: &Effects) -> AnalysisError {
    match relation {
        Relation::Path(from, to) => error(
            hypothesis,
            format!("the model has no path {from} -> {to}"),
            reversed_hint(from, to, effects).unwrap_or_else(|| format!("add \"{to} ~ {from}\" to model.paths")),
        ),
        Relation::Way(way) => {
            let gap = way.windows(2).find(|pair| !has_path(effects, &pair[0], &pair[1]));
            let help = match gap {
                Some([from, to]) => {
                    reversed_hint(from, to, effects).unwrap_or_else(|| format!("add \"{to} ~ {from}\" to model.paths"))
                }
                _ => "a way visits each variable once".to_string(),
            };
            error(hypothesis, format!("the model has no way {}", way.join(" -> ")), help)
        }
        Relation::Covariance(a, b) => error(
            hypothesis,
            format!("{a} <-> {b} cannot be compared"),
            "compare paths or ways (F1 -> Y == F2 -> Y)".to_string(),
        ),
    }
}

fn has_path(effects: &Effects, from: &str, to: &str) -> bool {
    effects.effects.iter().any(|e| e.kind == EffectKind::Direct && e.from == from && e.to == to)
}

fn reversed_hint(from: &str, to: &str, effects: &Effects) -> Option<String> {
    has_path(effects, to, from).then(|| format!("it has {to} -> {from}: was that meant?"))
}

fn error(hypothesis: &Hypothesis, message: String, help: String) -> AnalysisError {
    AnalysisError::Hypothesis {
        name: hypothesis.name.clone(),
        rule: hypothesis.rule.clone(),
        line: hypothesis.line,
        message,
        help,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judgements() {
        let check = |direction, estimate, p, expected| assert_eq!(judge(direction, estimate, p, 0.05), expected);
        let (yes, no) = (Verdict::Supported, Verdict::NotSupported);
        check(Direction::Positive, Some(0.2), Some(0.01), (yes, Reason::SignAndSignificant));
        check(Direction::Positive, Some(0.2), Some(0.05), (no, Reason::NotSignificant));
        check(Direction::Positive, Some(-0.2), Some(0.01), (no, Reason::OppositeSign));
        check(Direction::Negative, Some(-0.2), Some(0.01), (yes, Reason::SignAndSignificant));
        check(Direction::Negative, Some(0.2), Some(0.5), (no, Reason::OppositeSignNotSignificant));
        check(Direction::Any, Some(-0.2), Some(0.01), (yes, Reason::Significant));
        check(Direction::Any, Some(-0.2), Some(0.2), (no, Reason::NotSignificant));
        check(Direction::Zero, Some(-0.2), Some(0.2), (yes, Reason::NoDifferenceFound));
        check(Direction::Zero, Some(-0.2), Some(0.01), (no, Reason::DifferenceFound));
        check(Direction::Any, None, Some(0.01), (Verdict::Undecided, Reason::NoEstimate));
        check(Direction::Any, Some(0.1), None, (Verdict::Undecided, Reason::NoEstimate));
    }
}
