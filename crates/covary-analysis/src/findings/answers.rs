//! Checks on the answers: normality, categories, missing and careless answers.

use super::{Evidence, Finding, FindingCode, Severity, review::finding};

/// |skewness| > 2 or |kurtosis| > 7 of an item (West, Finch and Curran, 1995); Mardia's c.r. > 5 (Bentler, 2005).
pub fn normality(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in &evidence.descriptives.items {
        let Some(shape) = item.amos else { continue };
        if shape.skewness.abs() > 2.0 || shape.kurtosis.abs() > 7.0 {
            let figures = [("skewness", Some(shape.skewness)), ("kurtosis", Some(shape.kurtosis))];
            findings.push(finding(FindingCode::NonNormalItems, Severity::Caution, [&item.name], &figures));
        }
    }
    if let Some(mardia) = evidence.descriptives.mardia.filter(|m| m.amos_cr.abs() > 5.0) {
        let figures = [("kurtosis", Some(mardia.amos_kurtosis)), ("cr", Some(mardia.amos_cr)), ("cutoff", Some(5.0))];
        findings.push(finding(
            FindingCode::MultivariateNonNormality,
            Severity::Caution,
            std::iter::empty::<String>(),
            &figures,
        ));
    }
    findings
}

/// Items with fewer than five categories, or skewed ones with few: maximum likelihood treats them as continuous
/// (Rhemtulla, Brosseau-Liard and Savalei, 2012).
pub fn ordinal_items(evidence: &Evidence) -> Vec<Finding> {
    let few: Vec<&String> = evidence
        .descriptives
        .answers
        .iter()
        .filter(|item| {
            let categories = item.counts.iter().filter(|c| c.count > 0).count();
            let skewed = evidence.descriptives.items.iter().find(|d| d.name == item.item).and_then(|d| d.amos);
            categories < 5 || (categories < 7 && skewed.is_some_and(|s| s.skewness.abs() > 1.0))
        })
        .map(|item| &item.item)
        .collect();
    if few.is_empty() {
        return Vec::new();
    }
    let all = evidence.descriptives.answers.len() as f64;
    let severity = if few.len() as f64 > all / 2.0 { Severity::Caution } else { Severity::Note };
    let count = few.len() as f64;
    vec![finding(FindingCode::OrdinalItems, severity, few, &[("count", Some(count)), ("items", Some(all))])]
}

/// More than 5% of the cases left out for missing answers, or answers not missing completely at random (Schafer and Graham, 2002).
pub fn missing_data(evidence: &Evidence) -> Vec<Finding> {
    let missing = &evidence.screening.missing;
    if missing.answers == 0 {
        return Vec::new();
    }
    let incomplete = (missing.cases - missing.complete_cases) as f64;
    let share = 100.0 * incomplete / missing.cases.max(1) as f64;
    let p = missing.little.as_ref().map(|l| l.p);
    let severity = if share > 5.0 || p.is_some_and(|p| p < 0.05) { Severity::Caution } else { Severity::Note };
    let figures = [("cases", Some(incomplete)), ("percent", Some(share)), ("little_p", p)];
    vec![finding(FindingCode::MissingData, severity, std::iter::empty::<String>(), &figures)]
}

/// Values outside the declared scale.
pub fn out_of_scale(evidence: &Evidence) -> Vec<Finding> {
    let answers = &evidence.screening.out_of_scale.answers;
    let Some(first) = answers.first() else { return Vec::new() };
    let figures =
        [("count", Some(answers.len() as f64)), ("case", Some(first.case as f64)), ("value", Some(first.value))];
    vec![finding(FindingCode::OutOfScale, Severity::Serious, [&first.item], &figures)]
}

/// Flagged cases that were kept (Curran, 2016; Meade and Craig, 2012).
pub fn careless_answers(evidence: &Evidence) -> Vec<Finding> {
    let kept = evidence.screening.flags.iter().filter(|flag| !flag.cases.is_empty() && !flag.dropped);
    let findings = kept.map(|flag| {
        let share = 100.0 * flag.cases.len() as f64 / evidence.screening.returned.max(1) as f64;
        let severity = if share > 5.0 { Severity::Caution } else { Severity::Note };
        let word = flag.flag.word();
        let figures = [("count", Some(flag.cases.len() as f64)), ("percent", Some(share)), ("cutoff", flag.cutoff)];
        finding(FindingCode::CarelessAnswers, severity, [word], &figures)
    });
    findings.collect()
}
