//! Checks on the measurement: validity, reliability, factors, method variance.

use super::{Evidence, Finding, FindingCode, Severity, review::finding};
use crate::validity::PairVerdict;

/// Pairs of constructs that are not clearly two (Henseler et al., 2015; Fornell and Larcker, 1981).
pub fn discriminant_validity(evidence: &Evidence) -> Vec<Finding> {
    let failing = evidence.validity.pairs.iter().filter_map(|pair| {
        let severity = match pair.verdict {
            PairVerdict::NotEstablished => Severity::Serious,
            PairVerdict::Doubtful => Severity::Caution,
            PairVerdict::Established | PairVerdict::Unknown => return None,
        };
        let ave = |name: &str| evidence.validity.constructs.iter().find(|c| c.name == name).and_then(|c| c.sqrt_ave);
        let least = ave(&pair.left).zip(ave(&pair.right)).map(|(a, b)| a.min(b));
        let figures = [
            ("htmt", pair.htmt),
            ("htmt_upper", pair.htmt_upper),
            ("correlation", pair.correlation),
            ("correlation_upper", pair.correlation_upper),
            ("sqrt_ave", least),
        ];
        Some(finding(FindingCode::DiscriminantValidity, severity, [&pair.left, &pair.right], &figures))
    });
    failing.collect()
}

/// AVE below .50 (Fornell and Larcker, 1981).
pub fn convergent_validity(evidence: &Evidence) -> Vec<Finding> {
    let low = evidence.validity.constructs.iter().filter_map(|construct| {
        let ave = construct.ave.filter(|ave| *ave < 0.5)?;
        // With CR above .60 an AVE below .50 may still be adequate, as the same authors say.
        let severity = if construct.cr.is_some_and(|cr| cr > 0.6) { Severity::Caution } else { Severity::Serious };
        let figures = [("ave", Some(ave)), ("cr", construct.cr), ("cutoff", Some(0.5))];
        Some(finding(FindingCode::ConvergentValidity, severity, [&construct.name], &figures))
    });
    low.collect()
}

/// Standardized loadings below .50 (Hair et al., 2019).
pub fn loadings(evidence: &Evidence) -> Vec<Finding> {
    let all = evidence.validity.constructs.iter().flat_map(|c| c.loadings.iter().map(move |l| (c, l)));
    let weak = all.filter_map(|(construct, loading)| {
        let value = loading.value.filter(|v| v.abs() < 0.5)?;
        let figures = [("loading", Some(value)), ("cutoff", Some(0.5))];
        Some(finding(FindingCode::WeakLoading, Severity::Caution, [&loading.item, &construct.name], &figures))
    });
    weak.collect()
}

/// α, ω or CR below .70, or above .95 (McNeish, 2018; Hair et al., 2019).
pub fn reliability(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    for construct in &evidence.reliability.constructs {
        let cr = evidence.validity.constructs.iter().find(|c| c.name == construct.construct).and_then(|c| c.cr);
        let figures = [("alpha", construct.alpha), ("omega", construct.omega), ("cr", cr)];
        let known: Vec<f64> = figures.iter().filter_map(|f| f.1).collect();
        let with_cutoff = |cutoff| [figures[0], figures[1], figures[2], ("cutoff", Some(cutoff))];
        let name = [&construct.construct];
        if known.iter().any(|v| *v < 0.7) {
            let severity = if known.iter().any(|v| *v < 0.6) { Severity::Serious } else { Severity::Caution };
            findings.push(finding(FindingCode::LowReliability, severity, name, &with_cutoff(0.7)));
        } else if known.iter().any(|v| *v > 0.95) {
            findings.push(finding(FindingCode::RedundantItems, Severity::Note, name, &with_cutoff(0.95)));
        }
    }
    findings
}

/// An item without which α would be higher by .01 or more.
pub fn alpha_if_deleted(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    for construct in &evidence.reliability.constructs {
        for item in &construct.item_total {
            let (Some(alpha), Some(without)) = (construct.alpha, item.alpha_if_deleted) else { continue };
            if without >= alpha + 0.01 {
                let figures = [("alpha", Some(alpha)), ("alpha_if_deleted", Some(without))];
                findings.push(finding(
                    FindingCode::AlphaIfDeleted,
                    Severity::Note,
                    [&item.item, &construct.construct],
                    &figures,
                ));
            }
        }
    }
    findings
}

/// KMO below .60 (Kaiser, 1974), or items that Bartlett's test cannot tell from uncorrelated ones.
pub fn adequacy(evidence: &Evidence) -> Vec<Finding> {
    let Some(adequacy) = evidence.adequacy else { return Vec::new() };
    let p = adequacy.bartlett.map(|b| b.p);
    let inadequate = adequacy.kmo.is_some_and(|kmo| kmo < 0.6) || p.is_some_and(|p| p >= 0.05);
    let weak = adequacy.items.iter().zip(adequacy.msa.iter().flatten()).filter(|(_, msa)| **msa < 0.5);
    let mut findings: Vec<Finding> = weak
        .map(|(item, msa)| {
            finding(FindingCode::Adequacy, Severity::Caution, [item], &[("msa", Some(*msa)), ("cutoff", Some(0.5))])
        })
        .collect();
    if inadequate {
        let figures = [("kmo", adequacy.kmo), ("bartlett_p", p), ("cutoff", Some(0.6))];
        findings.push(finding(FindingCode::Adequacy, Severity::Serious, std::iter::empty::<String>(), &figures));
    }
    findings
}

/// The number of factors taken differs from parallel analysis, from the eigenvalue rule, or from the number of constructs.
pub fn factor_count(evidence: &Evidence) -> Vec<Finding> {
    let Some(factors) = evidence.factors else { return Vec::new() };
    let constructs = evidence.study.constructs.iter().filter(|c| !c.items().is_empty()).count();
    let taken = factors.factors;
    if taken == factors.suggested.parallel && taken == factors.suggested.kaiser && taken == constructs {
        return Vec::new();
    }
    let severity = if taken == factors.suggested.parallel { Severity::Note } else { Severity::Caution };
    let figures = [
        ("factors", Some(taken as f64)),
        ("parallel", Some(factors.suggested.parallel as f64)),
        ("kaiser", Some(factors.suggested.kaiser as f64)),
        ("constructs", Some(constructs as f64)),
    ];
    vec![finding(FindingCode::FactorCount, severity, std::iter::empty::<String>(), &figures)]
}

/// Items whose second loading comes within .20 of the first and reaches .40 (Hair et al., 2019), or that gather elsewhere than
/// the rest of their construct.
pub fn cross_loadings(evidence: &Evidence) -> Vec<Finding> {
    let Some(factors) = evidence.factors else { return Vec::new() };
    let loadings = factors.rotated.as_ref().map_or(&factors.loadings, |r| &r.loadings);
    if loadings.columns() < 2 {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (i, item) in factors.items.iter().enumerate() {
        let mut sizes: Vec<(f64, usize)> = loadings.row(i).iter().map(|l| l.abs()).zip(0..).collect();
        sizes.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (first, second) = (sizes[0], sizes[1]);
        let split = second.0 >= 0.40 && first.0 - second.0 < 0.20;
        let home = home_factor(evidence, factors, loadings, item);
        let elsewhere = home.is_some_and(|home| home != first.1);
        if split || elsewhere {
            let figures = [
                ("first", Some(loadings[(i, first.1)])),
                ("first_factor", Some((first.1 + 1) as f64)),
                ("second", Some(loadings[(i, second.1)])),
                ("second_factor", Some((second.1 + 1) as f64)),
            ];
            findings.push(finding(FindingCode::CrossLoading, Severity::Caution, [item], &figures));
        }
    }
    findings
}

/// The factor on which most items of the item's construct load highest.
fn home_factor(
    evidence: &Evidence,
    factors: &crate::factors::FactorAnalysis,
    loadings: &covary_numerics::Matrix,
    item: &String,
) -> Option<usize> {
    let construct = evidence.study.constructs.iter().find(|c| c.items().contains(item))?;
    let mut votes = vec![0usize; loadings.columns()];
    for other in construct.items() {
        let row = factors.items.iter().position(|name| name == other)?;
        let best =
            (0..loadings.columns()).max_by(|&a, &b| loadings[(row, a)].abs().total_cmp(&loadings[(row, b)].abs()))?;
        votes[best] += 1;
    }
    (0..votes.len()).rev().max_by_key(|&factor| votes[factor])
}

/// Exploratory and confirmatory factor analysis on the same cases (Fabrigar et al., 1999).
pub fn same_sample(evidence: &Evidence) -> Vec<Finding> {
    let both = evidence.factors.is_some() && evidence.measurement.converged;
    if !both {
        return Vec::new();
    }
    vec![finding(
        FindingCode::SameSample,
        Severity::Note,
        std::iter::empty::<String>(),
        &[("n", Some(evidence.screening.valid as f64))],
    )]
}

/// Harman's first component above half of the variance; VIF above 3.3 (Podsakoff et al., 2003; Kock, 2015).
pub fn method_bias(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(share) = evidence.method_bias.first_component_percent.filter(|share| *share > 50.0) {
        let figures = [("percent", Some(share)), ("cutoff", Some(50.0))];
        findings.push(finding(FindingCode::MethodBias, Severity::Caution, ["harman"], &figures));
    }
    for vif in &evidence.method_bias.vif {
        if let Some(value) = vif.scores.filter(|value| *value > 3.3) {
            let figures = [("vif", Some(value)), ("cutoff", Some(3.3))];
            findings.push(finding(FindingCode::MethodBias, Severity::Caution, ["vif", vif.name.as_str()], &figures));
        }
    }
    findings
}

/// Items that the pre-survey dropped.
pub fn pilot(evidence: &Evidence) -> Vec<Finding> {
    let Some(pilot) = evidence.pilot else { return Vec::new() };
    let mut findings = Vec::new();
    for construct in &pilot.constructs {
        for item in construct.items.iter().filter(|item| item.dropped) {
            // A dropped item that the main survey still uses contradicts the plan.
            let still_used = evidence.study.constructs.iter().any(|c| c.items().contains(&item.item));
            let severity = if still_used { Severity::Caution } else { Severity::Note };
            let figures = [
                ("loading", item.loading),
                ("cutoff", Some(pilot.drop_below)),
                ("alpha_before", construct.alpha_before),
                ("alpha_after", construct.alpha_after),
                ("still_used", Some(f64::from(still_used))),
            ];
            findings.push(finding(FindingCode::PilotDropped, severity, [&item.item, &construct.construct], &figures));
        }
    }
    findings
}
