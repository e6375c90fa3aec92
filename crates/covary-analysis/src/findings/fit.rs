//! Checks on the models: estimation, global and local fit, sample size.

use covary_sem::warning::WarningCode;

use super::{Evidence, Finding, FindingCode, Severity, review::finding};

/// Not converged, not identified, inadmissible.
pub fn estimation(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, report) in evidence.models() {
        for warning in &report.warnings {
            let code = match warning.code {
                WarningCode::NotConverged => FindingCode::NotConverged,
                WarningCode::NotIdentified | WarningCode::NegativeDegreesOfFreedom => FindingCode::NotIdentified,
                WarningCode::NegativeVariance => FindingCode::NegativeVariance,
                WarningCode::LatentNotPositiveDefinite
                | WarningCode::ResidualNotPositiveDefinite
                | WarningCode::ImpliedNotPositiveDefinite => FindingCode::NotPositiveDefinite,
                _ => continue,
            };
            let subjects = std::iter::once(name.to_string()).chain(warning.subjects.iter().cloned());
            findings.push(finding(code, Severity::Serious, subjects, &[]));
        }
    }
    findings
}

/// RMSEA, CFI, TLI (robust where there is such a version), SRMR beyond their cut-offs (Hu and Bentler, 1999; Browne and Cudeck, 1993).
pub fn global_fit(evidence: &Evidence) -> Vec<Finding> {
    let (name, report) = evidence.main_model();
    if !report.converged || !report.measure("df").is_some_and(|df| df > 0.0) {
        return Vec::new();
    }
    // (index, acceptable, poor, whether large is good)
    let cutoffs = [
        ("rmsea", 0.06, 0.08, false),
        ("srmr", 0.08, 0.10, false),
        ("cfi", 0.95, 0.90, true),
        ("tli", 0.95, 0.90, true),
    ];
    let judged = cutoffs.iter().filter_map(|&(index, acceptable, poor, large_is_good)| {
        let value = report.measure(&report.reported(index).of(index))?;
        let worse_than = |cutoff: f64| if large_is_good { value < cutoff } else { value > cutoff };
        let (severity, cutoff) = match (worse_than(poor), worse_than(acceptable)) {
            (true, _) => (Severity::Caution, poor),
            (false, true) => (Severity::Note, acceptable),
            (false, false) => return None,
        };
        Some(finding(
            FindingCode::PoorFit,
            severity,
            [name, index],
            &[("value", Some(value)), ("cutoff", Some(cutoff))],
        ))
    });
    judged.collect()
}

/// Indices computed where they mislead: RMSEA with few degrees of freedom (Kenny, Kaniskan and McCoach, 2015), χ²/df and
/// GFI with N (West, Taylor and Wu, 2012), incremental indices with a baseline RMSEA below .158 (Kenny, 2020).
pub fn misleading_indices(evidence: &Evidence) -> Vec<Finding> {
    let (name, report) = evidence.main_model();
    let mut findings = Vec::new();
    let (Some(df), Some(n)) = (report.measure("df"), Some(report.n_total as f64)) else { return findings };
    if df > 0.0 && df < 10.0 {
        findings.push(finding(
            FindingCode::MisleadingIndex,
            Severity::Caution,
            [name, "rmsea"],
            &[("df", Some(df)), ("n", Some(n))],
        ));
    }
    let baseline = report.measure("baseline.chisq").zip(report.measure("baseline.df")).filter(|(_, df)| *df > 0.0);
    if let Some((chisq, df)) = baseline {
        let rmsea = ((chisq - df).max(0.0) / (df * n)).sqrt();
        if rmsea < 0.158 {
            findings.push(finding(
                FindingCode::MisleadingIndex,
                Severity::Caution,
                [name, "cfi"],
                &[("baseline_rmsea", Some(rmsea))],
            ));
        }
    }
    if df > 0.0 {
        findings.push(finding(FindingCode::MisleadingIndex, Severity::Note, [name, "gfi"], &[("n", Some(n))]));
    }
    findings
}

/// Correlation residuals above .10 in absolute value (JARS; Kline, 2016).
pub fn local_fit(evidence: &Evidence) -> Vec<Finding> {
    const LARGE: f64 = 0.10;
    let (name, report) = evidence.main_model();
    if !report.converged {
        return Vec::new();
    }
    let mut large: Vec<(String, String, f64)> = Vec::new();
    for residuals in &report.residuals {
        let Some(correlations) = &residuals.cor else { continue };
        for (i, j) in (0..residuals.names.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let value = correlations[(i, j)];
            if value.abs() > LARGE {
                large.push((residuals.names[j].clone(), residuals.names[i].clone(), value));
            }
        }
    }
    large.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let Some((left, right, greatest)) = large.first() else { return Vec::new() };
    vec![finding(
        FindingCode::LocalMisfit,
        Severity::Caution,
        [name, left, right],
        &[("count", Some(large.len() as f64)), ("value", Some(*greatest)), ("cutoff", Some(LARGE))],
    )]
}

/// Fewer than five cases per free parameter (Bentler and Chou, 1987), or fewer than 100 cases (Kline, 2016).
pub fn sample_size(evidence: &Evidence) -> Vec<Finding> {
    let (name, report) = evidence.main_model();
    let (n, q) = (report.n_total as f64, report.measure("npar").unwrap_or(report.npar as f64));
    if q <= 0.0 {
        return Vec::new();
    }
    let figures = [("n", Some(n)), ("npar", Some(q)), ("ratio", Some(n / q))];
    match severity_of_size(n, q) {
        Some(severity) => vec![finding(FindingCode::SampleSize, severity, [name], &figures)],
        None => Vec::new(),
    }
}

fn severity_of_size(n: f64, q: f64) -> Option<Severity> {
    match n / q {
        _ if n < 100.0 => Some(Severity::Serious),
        ratio if ratio < 5.0 => Some(Severity::Caution),
        ratio if ratio < 10.0 => Some(Severity::Note),
        _ => None,
    }
}
