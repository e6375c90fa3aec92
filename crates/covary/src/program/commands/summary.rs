//! A fit as text in the manner of lavaan's summary.

use std::fmt::Write;

use covary_sem::{FitReport, Operator, fit_report::ParameterEstimate};

/// The summary: how the search ended, the test, fit measures, estimates block by block.
pub fn lavaan_summary(report: &FitReport) -> String {
    let mut text = String::new();
    heading(report, &mut text);
    measures(report, &mut text);
    for group in 1..=report.n_groups {
        if report.n_groups > 1 {
            let label = report.group_labels.get(group - 1).map_or("", String::as_str);
            line(&mut text, &format!("\nGroup {group} [{label}]:"));
        }
        for (op, title) in BLOCKS {
            block(report, group, *op, title, &mut text);
        }
        r_squares(report, group, &mut text);
    }
    block(report, 0, Operator::Define, "Defined Parameters", &mut text);
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

fn line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push('\n');
}

fn warning_word(warning: &covary_sem::Warning) -> String {
    serde_json::to_value(warning.code).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

fn pair(text: &mut String, name: &str, value: Option<f64>, decimals: usize) {
    if let Some(value) = value {
        let _ = writeln!(text, "  {name:<45}{value:>12.decimals$}");
    }
}

fn heading(report: &FitReport, text: &mut String) {
    let ended = if report.converged { "ended normally" } else { "did NOT converge" };
    line(text, &format!("covary {} {ended} after {} iterations\n", env!("CARGO_PKG_VERSION"), report.iterations));
    pair(text, "Number of model parameters", Some(report.npar as f64), 0);
    pair(text, "Number of observations", Some(report.n_total as f64), 0);
    for (label, cases) in report.group_labels.iter().zip(&report.n_obs) {
        pair(text, &format!("  {label}"), Some(*cases as f64), 0);
    }
    line(text, "\nModel Test User Model:");
    pair(text, "Test statistic", report.measure("chisq"), 3);
    pair(text, "Degrees of freedom", report.measure("df"), 0);
    pair(text, "P-value (Chi-square)", report.measure("pvalue"), 3);
}

fn measures(report: &FitReport, text: &mut String) {
    let titles: [(&str, &[(&str, &str)]); 6] = [
        (
            "Model Test Baseline Model",
            &[
                ("Test statistic", "baseline.chisq"),
                ("Degrees of freedom", "baseline.df"),
                ("P-value", "baseline.pvalue"),
            ],
        ),
        (
            "User Model versus Baseline Model",
            &[("Comparative Fit Index (CFI)", "cfi"), ("Tucker-Lewis Index (TLI)", "tli")],
        ),
        (
            "Loglikelihood and Information Criteria",
            &[
                ("Loglikelihood user model (H0)", "logl"),
                ("Loglikelihood unrestricted model (H1)", "unrestricted.logl"),
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
            ],
        ),
        ("Standardized Root Mean Square Residual", &[("SRMR", "srmr")]),
        ("Goodness of Fit", &[("GFI", "gfi"), ("AGFI", "agfi"), ("Hoelter Critical N (CN) alpha = 0.05", "cn_05")]),
    ];
    for (title, names) in titles {
        if names.iter().any(|(_, name)| report.measure(name).is_some()) {
            line(text, &format!("\n{title}:"));
            for (label, name) in names {
                pair(text, label, report.measure(name), if name.ends_with("df") { 0 } else { 3 });
            }
        }
    }
}

fn block(report: &FitReport, group: usize, op: Operator, title: &str, text: &mut String) {
    let rows: Vec<&ParameterEstimate> = report.parameters.iter().filter(|p| p.op == op && p.group == group).collect();
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

fn r_squares(report: &FitReport, group: usize, text: &mut String) {
    let own: Vec<_> = report.r2.iter().filter(|r| r.group == group).collect();
    if own.is_empty() {
        return;
    }
    line(text, "\nR-Square:");
    for r in own {
        let _ = writeln!(text, "  {:<22}{:>10}", r.variable, figure(r.value));
    }
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| format!("{v:.3}"))
}
