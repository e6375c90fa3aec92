//! Checks on decisions, intervals and resamples.

use covary_numerics::distributions::normal_quantile;
use covary_study::IntervalKind;

use super::{Evidence, Finding, FindingCode, Severity, review::finding};
use crate::{
    effects::EffectKind,
    hypotheses::{Basis, Decision, Verdict},
};

/// The kind of interval decides whether a hypothesis is supported.
pub fn interval_changes_decision(evidence: &Evidence) -> Vec<Finding> {
    let contested = evidence.hypotheses.iter().filter(|d| d.basis != Basis::Normal && !d.contested_by.is_empty());
    contested.map(|d| contested_decision(FindingCode::IntervalChangesDecision, Severity::Serious, d)).collect()
}

/// C.R. and bootstrap interval disagree on a single path.
pub fn bootstrap_disagrees(evidence: &Evidence) -> Vec<Finding> {
    let contested = evidence.hypotheses.iter().filter(|d| d.basis == Basis::Normal && !d.contested_by.is_empty());
    contested.map(|d| contested_decision(FindingCode::BootstrapDisagrees, Severity::Caution, d)).collect()
}

fn contested_decision(code: FindingCode, severity: Severity, decision: &Decision) -> Finding {
    let figures = [("p", decision.p), ("lower", decision.lower), ("upper", decision.upper)];
    let others = decision.contested_by.iter().map(|basis| basis_word(*basis).to_string());
    let subjects = [decision.name.clone(), decision.rule.clone(), basis_word(decision.basis).to_string()];
    finding(code, severity, subjects.into_iter().chain(others), &figures)
}

fn basis_word(basis: Basis) -> &'static str {
    match basis {
        Basis::Normal => "normal",
        Basis::Percentile => "percentile",
        Basis::BiasCorrected => "bias-corrected",
        Basis::Bca => "bca",
        Basis::None => "none",
    }
}

/// Resamples that failed or were inadmissible.
pub fn resamples(evidence: &Evidence) -> Vec<Finding> {
    let Some(bootstrap) = evidence.effects.and_then(|e| e.bootstrap.as_ref()) else { return Vec::new() };
    let odd = (bootstrap.failed + bootstrap.inadmissible) as f64;
    if odd == 0.0 {
        return Vec::new();
    }
    let share = odd / bootstrap.resamples.max(1) as f64;
    let severity = if share > 0.05 { Severity::Caution } else { Severity::Note };
    let figures = [
        ("resamples", Some(bootstrap.resamples as f64)),
        ("failed", Some(bootstrap.failed as f64)),
        ("inadmissible", Some(bootstrap.inadmissible as f64)),
    ];
    vec![finding(FindingCode::Resamples, severity, std::iter::empty::<String>(), &figures)]
}

/// Bias-corrected intervals reject too often in mediation (Fritz, Taylor and MacKinnon, 2012; Tibbe and Montoya, 2022);
/// fewer than 1,000 resamples leave the limits uncertain.
pub fn interval_kind(evidence: &Evidence) -> Vec<Finding> {
    let Some(effects) = evidence.effects else { return Vec::new() };
    let Some(bootstrap) = effects.bootstrap.as_ref().filter(|_| !effects.mediations.is_empty()) else {
        return Vec::new();
    };
    let liberal = bootstrap.interval != IntervalKind::Percentile;
    let few = bootstrap.resamples < 1000;
    let severity = if few { Severity::Caution } else { Severity::Note };
    let word = match bootstrap.interval {
        IntervalKind::Percentile => "percentile",
        IntervalKind::BiasCorrected => "bias-corrected",
        IntervalKind::Bca => "bca",
    };
    if !liberal && !few {
        return Vec::new();
    }
    vec![finding(FindingCode::IntervalKind, severity, [word], &[("resamples", Some(bootstrap.resamples as f64))])]
}

/// Shares of the total effect that do not exist or mislead: opposite signs, or fewer than 500 cases (MacKinnon, Warsi and
/// Dwyer, 1995).
pub fn proportion(evidence: &Evidence) -> Vec<Finding> {
    let Some(effects) = evidence.effects.filter(|e| !e.mediations.is_empty()) else { return Vec::new() };
    let undefined: Vec<String> =
        effects.mediations.iter().filter(|m| m.proportion.is_none()).map(|m| m.way.join(" -> ")).collect();
    let n = evidence.screening.valid as f64;
    if undefined.is_empty() && n >= 500.0 {
        return Vec::new();
    }
    vec![finding(FindingCode::ProportionMisleads, Severity::Note, undefined, &[("n", Some(n))])]
}

/// A hypothesis that was not supported for want of significance: the smallest effect that this study would find with a
/// probability of .80. Power at the effect found is not given: it only repeats the p value (Hoenig and Heisey, 2001).
pub fn power(evidence: &Evidence) -> Vec<Finding> {
    /// Φ⁻¹(.80)
    const POWER_QUANTILE: f64 = 0.841_621_233_572_914_3;
    let Some(effects) = evidence.effects else { return Vec::new() };
    let Some(critical) = normal_quantile(1.0 - evidence.study.alpha / 2.0) else { return Vec::new() };
    let unsupported = evidence.hypotheses.iter().filter(|d| {
        d.verdict == Verdict::NotSupported && d.p.is_some_and(|p| p >= evidence.study.alpha) && d.se.is_some()
    });
    let findings = unsupported.filter_map(|decision| {
        let effect = effects.effects.iter().find(|e| is_about(decision, e.group, &e.way, e.kind))?;
        let standardized = effect.standardized.bootstrap.as_ref().map(|b| b.se).or(effect.standardized.se)?;
        let figures = [
            ("standardized", decision.standardized),
            ("detectable", Some((critical + POWER_QUANTILE) * standardized)),
            ("power", Some(0.80)),
            ("p", decision.p),
        ];
        Some(finding(FindingCode::LowPower, Severity::Note, [&decision.name, &decision.rule], &figures))
    });
    findings.collect()
}

fn is_about(decision: &Decision, group: usize, way: &[String], kind: EffectKind) -> bool {
    use covary_study::{Claim, Relation};
    let Claim::Relation { relation, .. } = &decision.claim else { return false };
    group == decision.group
        && match relation {
            Relation::Path(from, to) => kind == EffectKind::Direct && way == [from.clone(), to.clone()],
            Relation::Way(names) => kind == EffectKind::SpecificIndirect && way == names,
            Relation::Covariance(..) => false,
        }
}
