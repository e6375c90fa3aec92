//! A fit as text in the manner of lavaan's summary.

use std::fmt::Write;

use covary_sem::{
    FitReport, Operator,
    fit_report::{ParameterEstimate, SingleScoreTest},
    inference::model_tests::ModelTest,
    settings::TestName,
};

use super::summary_resamples;

/// The summary: how the search ended, the test, fit measures, estimates block by block.
pub fn lavaan_summary(report: &FitReport) -> String {
    let mut text = String::new();
    heading(report, &mut text);
    measures(report, &mut text);
    summary_resamples::heading(report, &mut text);
    for group in 1..=report.n_groups {
        if report.n_groups > 1 {
            let label = report.group_labels.get(group - 1).map_or("", String::as_str);
            line(&mut text, &format!("\nGroup {group} [{label}]:"));
        }
        let levels = report.parameters.iter().map(|row| row.level).max().unwrap_or(1);
        for level in 1..=levels.max(1) {
            if levels > 1 {
                line(&mut text, &format!("\nLevel {level}:"));
            }
            for (op, title) in BLOCKS {
                block(report, (group, level), *op, title, &mut text);
            }
            r_squares(report, (group, level), &mut text);
        }
        intraclass_correlations(report, group, &mut text);
    }
    block(report, (0, 0), Operator::Define, "Defined Parameters", &mut text);
    summary_resamples::intervals(report, &mut text);
    wald_tests(report, &mut text);
    score_tests(report, &mut text);
    for warning in &report.warnings {
        line(&mut text, &format!("\nWarning ({}): {}", warning_word(warning), warning.text));
    }
    text
}

const BLOCKS: &[(Operator, &str)] = &[
    (Operator::Measures, "Latent Variables"),
    (Operator::Composite, "Composites"),
    (Operator::Regression, "Regressions"),
    (Operator::Covariance, "Covariances"),
    (Operator::Intercept, "Intercepts"),
    (Operator::Scale, "Scales y*"),
];

pub(super) fn line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push('\n');
}

fn warning_word(warning: &covary_sem::Warning) -> String {
    serde_json::to_value(warning.code).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

pub(super) fn pair(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "  {name:<45}{value:>12}");
}

fn heading(report: &FitReport, text: &mut String) {
    let ended = if report.converged { "ended normally" } else { "did NOT converge" };
    line(text, &format!("covary {} {ended} after {} iterations\n", env!("CARGO_PKG_VERSION"), report.iterations));
    pair(text, "Estimator", &word(&report.choices.estimator));
    pair(text, "Number of model parameters", &report.npar.to_string());
    if report.n_equalities > 0 {
        pair(text, "Number of equality constraints", &report.n_equalities.to_string());
    }
    line(text, "");
    pair(text, "Number of observations", &report.n_total.to_string());
    for (label, cases) in report.group_labels.iter().zip(&report.n_obs) {
        pair(text, &format!("  {label}"), &cases.to_string());
    }
    if let Some(cluster) = &report.choices.cluster {
        pair(text, "Clusters", cluster);
        for (group, clusters) in report.n_clusters.iter().enumerate() {
            let label =
                report.group_labels.get(group).map_or("Number of clusters".into(), |label| format!("  {label}"));
            pair(text, &label, &clusters.to_string());
        }
    }
    if let Some(weights) = &report.choices.sampling_weights {
        pair(text, "Sampling weights", weights);
    }
    tests(report, text);
}

/// The tests, standard and scaled side by side, further ones below.
fn tests(report: &FitReport, text: &mut String) {
    let scaled = report.measure("df.scaled").is_some();
    let measures: &[(&str, &str)] = &[
        ("Test statistic", "chisq"),
        ("Degrees of freedom", "df"),
        ("P-value (Chi-square)", "pvalue"),
        ("Scaling correction factor", "chisq.scaling.factor"),
    ];
    line(text, "\nModel Test User Model:");
    columns(text, scaled);
    measures.iter().for_each(|(label, name)| measure(report, text, label, name, scaled));
    let shown = report.tests.iter().find(|test| test.scaling_factor.is_some()).map(|test| test.name);
    if let Some(shift) = report.tests.iter().find(|test| Some(test.name) == shown).and_then(|test| test.shift) {
        let _ = writeln!(text, "  {:<45}{:>12}{:>12}", "Shift parameter", "", figure(Some(shift)));
    }
    // The Bollen-Stine test has a p of its own kind.
    let further = |test: &&ModelTest| Some(test.name) != shown && test.name != TestName::BollenStine;
    for test in report.tests.iter().skip(1).filter(further) {
        line(text, &format!("\n  {}:", word(&test.name)));
        pair(text, "  Test statistic", &figure(Some(test.statistic)));
        pair(text, "  Degrees of freedom", &degrees(test.df));
        pair(text, "  P-value", &figure(test.p_value));
    }
    summary_resamples::bollen_stine(report, text);
}

fn columns(text: &mut String, scaled: bool) {
    if scaled {
        let _ = writeln!(text, "  {:<45}{:>12}{:>12}", "", "Standard", "Scaled");
    }
}

/// A measure, beside it its scaled form where there is one.
fn measure(report: &FitReport, text: &mut String, label: &str, name: &str, scaled: bool) {
    let decimals = |name: &str, value: Option<f64>| match value {
        Some(value) if name.ends_with("df") || name.ends_with("df.scaled") => degrees(value),
        other => figure(other),
    };
    let only_scaled = name.contains("scaling.factor");
    let standard = if only_scaled { None } else { report.measure(name) };
    let other_name = if only_scaled { name.to_string() } else { format!("{name}.scaled") };
    let other = report.measure(&other_name).filter(|_| scaled);
    if standard.is_none() && other.is_none() {
        return;
    }
    let row = format!("  {label:<45}{:>12}{:>12}", decimals(name, standard), decimals(&other_name, other));
    line(text, row.trim_end());
}

fn degrees(df: f64) -> String {
    if df.fract() == 0.0 { format!("{df:.0}") } else { format!("{df:.3}") }
}

/// lavaan's word for a choice.
pub(super) fn word(choice: &impl serde::Serialize) -> String {
    serde_json::to_value(choice).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

fn measures(report: &FitReport, text: &mut String) {
    let scaled = report.measure("df.scaled").is_some();
    for (title, names) in TITLES {
        if names.iter().any(|(_, name)| report.measure(name).is_some()) {
            line(text, &format!("\n{title}:"));
            columns(text, scaled && names.iter().any(|(_, name)| has_scaled(report, name)));
            names.iter().for_each(|(label, name)| measure(report, text, label, name, scaled));
        }
    }
}

fn has_scaled(report: &FitReport, name: &str) -> bool {
    report.measure(&format!("{name}.scaled")).is_some()
}

type Titled = (&'static str, &'static [(&'static str, &'static str)]);

const TITLES: &[Titled] = &[
    (
        "Model Test Baseline Model",
        &[
            ("Test statistic", "baseline.chisq"),
            ("Degrees of freedom", "baseline.df"),
            ("P-value", "baseline.pvalue"),
            ("Scaling correction factor", "baseline.chisq.scaling.factor"),
        ],
    ),
    (
        "User Model versus Baseline Model",
        &[
            ("Comparative Fit Index (CFI)", "cfi"),
            ("Tucker-Lewis Index (TLI)", "tli"),
            ("Robust Comparative Fit Index (CFI)", "cfi.robust"),
            ("Robust Tucker-Lewis Index (TLI)", "tli.robust"),
        ],
    ),
    (
        "Loglikelihood and Information Criteria",
        &[
            ("Loglikelihood user model (H0)", "logl"),
            ("Loglikelihood unrestricted model (H1)", "unrestricted.logl"),
            ("Scaling correction factor of H0", "scaling.factor.h0"),
            ("Scaling correction factor of H1", "scaling.factor.h1"),
            ("Akaike (AIC)", "aic"),
            ("Bayesian (BIC)", "bic"),
            ("Sample-size adjusted Bayesian (SABIC)", "bic2"),
        ],
    ),
    (
        "Root Mean Square Error of Approximation",
        &[
            ("RMSEA", "rmsea"),
            ("90 Percent confidence interval - lower", "rmsea.ci.lower"),
            ("90 Percent confidence interval - upper", "rmsea.ci.upper"),
            ("P-value H_0: RMSEA <= 0.050", "rmsea.pvalue"),
            ("P-value H_0: RMSEA >= 0.080", "rmsea.notclose.pvalue"),
            ("Robust RMSEA", "rmsea.robust"),
            ("90 Percent confidence interval - lower", "rmsea.ci.lower.robust"),
            ("90 Percent confidence interval - upper", "rmsea.ci.upper.robust"),
            ("P-value H_0: Robust RMSEA <= 0.050", "rmsea.pvalue.robust"),
            ("P-value H_0: Robust RMSEA >= 0.080", "rmsea.notclose.pvalue.robust"),
        ],
    ),
    (
        "Standardized Root Mean Square Residual",
        &[
            ("SRMR", "srmr"),
            ("SRMR (within covariance matrix)", "srmr_within"),
            ("SRMR (between covariance matrix)", "srmr_between"),
        ],
    ),
    ("Goodness of Fit", &[("GFI", "gfi"), ("AGFI", "agfi"), ("Hoelter Critical N (CN) alpha = 0.05", "cn_05")]),
];

/// The rows of one operator in one group and level; definitions stand in (0, 0).
fn block(report: &FitReport, (group, level): (usize, usize), op: Operator, title: &str, text: &mut String) {
    let own = |p: &&ParameterEstimate| p.op == op && p.group == group && (group == 0 || p.level == level);
    let rows: Vec<&ParameterEstimate> = report.parameters.iter().filter(own).collect();
    let (covariances, variances): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|p| op != Operator::Covariance || p.lhs != p.rhs);
    rows_of(&covariances, op, title, text);
    rows_of(&variances, op, "Variances", text);
}

fn rows_of(rows: &[&ParameterEstimate], op: Operator, title: &str, text: &mut String) {
    if rows.is_empty() {
        return;
    }
    line(text, &format!("\n{title}:"));
    let _ = writeln!(
        text,
        "  {:<22}{:>10}{:>10}{:>10}{:>9}{:>10}{:>10}",
        "", "Estimate", "Std.Err", "z-value", "P(>|z|)", "Std.lv", "Std.all"
    );
    let headed = matches!(op, Operator::Measures | Operator::Composite | Operator::Regression)
        || (op == Operator::Covariance && rows.iter().any(|p| p.lhs != p.rhs));
    let mut owner = "";
    for row in rows {
        if headed && row.lhs != owner {
            owner = &row.lhs;
            line(text, &format!("  {owner} {}", op.symbol()));
        }
        let name = if headed { format!("  {}", row.rhs) } else { row.lhs.clone() };
        let label = if row.label.is_empty() { String::new() } else { format!(" ({})", row.label) };
        let _ = writeln!(
            text,
            "  {:<22}{:>10}{:>10}{:>10}{:>9}{:>10}{:>10}",
            format!("{name}{label}"),
            figure(row.est),
            figure(row.se),
            figure(row.z),
            figure(row.pvalue),
            figure(row.std_lv),
            figure(row.std_all)
        );
    }
}

fn wald_tests(report: &FitReport, text: &mut String) {
    for test in &report.wald {
        line(text, &format!("\nWald test: {}", test.constraints.join(", ")));
        match test.stat {
            Some(_) => {
                pair(text, "Test statistic", &figure(test.stat));
                pair(text, "Degrees of freedom", &test.df.map_or_else(String::new, |df| df.to_string()));
                pair(text, "P-value", &figure(test.pvalue));
            }
            None => line(text, "  none: the constraints contradict each other, or there are no standard errors"),
        }
    }
}

fn score_tests(report: &FitReport, text: &mut String) {
    for tests in &report.score_tests {
        let title = if tests.kind == "add" { "adding parameters" } else { "releasing equality constraints" };
        line(text, &format!("\nScore tests of {title}:"));
        let _ = writeln!(text, "  {:<34}{:>10}{:>5}{:>10}{:>10}", "", "Chi-square", "Df", "P", "EPC");
        let mut row = |name: &str, stat: Option<f64>, df: f64, p: Option<f64>, epc: Option<f64>| {
            let (stat, p, epc) = (figure(stat), figure(p), figure(epc));
            let _ = writeln!(text, "  {name:<34}{stat:>10}{df:>5}{p:>10}{epc:>10}");
        };
        row("All together", Some(tests.stat), tests.df, tests.pvalue, None);
        for single in &tests.single {
            row(&tested(single, report.n_groups > 1), single.stat, single.df, single.pvalue, single.epc);
        }
        if (tests.identified_df as f64) < tests.df {
            line(
                text,
                &format!(
                    "  The released model is not identified: judge all together on {} degrees of freedom.",
                    tests.identified_df
                ),
            );
        }
    }
}

/// A constraint by the parameters that it names, or an added parameter.
fn tested(test: &SingleScoreTest, several_groups: bool) -> String {
    let shown = |lhs: &str, op: Operator, rhs: &str, group: usize| {
        let formula = if op == Operator::Intercept { format!("{lhs} ~ 1") } else { format!("{lhs} {op} {rhs}") };
        if several_groups { format!("{formula} [{group}]") } else { formula }
    };
    if test.op != Operator::Equal {
        return shown(&test.lhs, test.op, &test.rhs, test.group);
    }
    let named: Vec<String> = test.parameters.iter().map(|row| shown(&row.lhs, row.op, &row.rhs, row.group)).collect();
    if named.len() == 2 { named.join(" == ") } else { format!("{} == {}", test.lhs, test.rhs) }
}

fn r_squares(report: &FitReport, (group, level): (usize, usize), text: &mut String) {
    let own: Vec<_> = report.r2.iter().filter(|r| r.group == group && r.level == level).collect();
    if own.is_empty() {
        return;
    }
    line(text, "\nR-Square:");
    for r in own {
        let _ = writeln!(text, "  {:<22}{:>10}", r.variable, figure(r.value));
    }
}

fn intraclass_correlations(report: &FitReport, group: usize, text: &mut String) {
    let own: Vec<_> = report.icc.iter().filter(|icc| icc.group == group).collect();
    if own.is_empty() {
        return;
    }
    line(text, "\nIntraclass Correlations:");
    for icc in own {
        let _ = writeln!(text, "  {:<22}{:>10}", icc.variable, figure(icc.value));
    }
}

pub(super) fn figure(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| format!("{v:.3}"))
}
