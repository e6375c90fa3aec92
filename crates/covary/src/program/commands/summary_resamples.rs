//! Resamples in the text summary: how they went, and the intervals of every figure.

use std::fmt::Write;

use covary_sem::{
    FitReport, Operator,
    fit_report::{ParameterEstimate, ResampledFigure},
    settings::{BootstrapInterval, BootstrapKind},
};

use super::summary::{figure, line, pair, word};

/// Numbers of draws, as lavaan's summary has them, with what else happened to them.
pub(super) fn heading(report: &FitReport, text: &mut String) {
    let Some(drawn) = &report.bootstrap else { return };
    line(text, "\nParameter Estimates:\n");
    pair(text, "Standard errors", &report.choices.se.map_or_else(String::new, |se| word(&se)));
    if drawn.kind != BootstrapKind::Ordinary {
        pair(text, "Type of bootstrap", drawn.kind.word());
    }
    pair(text, "Number of requested bootstrap draws", &drawn.drawn.to_string());
    pair(text, "Number of successful bootstrap draws", &drawn.used.to_string());
    if drawn.inadmissible > 0 {
        pair(text, "Of these with an inadmissible solution (kept)", &drawn.inadmissible.to_string());
    }
    pair(text, "Seed", &drawn.seed.to_string());
}

/// The Bollen-Stine p beside its test, with the resamples that it rests on.
pub(super) fn bollen_stine(report: &FitReport, text: &mut String) {
    let Some(test) = &report.bollen_stine else { return };
    line(text, "");
    pair(text, "Test statistic", &figure(Some(test.statistic)));
    pair(text, "Degrees of freedom", &report.measure("df").map_or_else(String::new, |df| format!("{df:.0}")));
    pair(text, "P-value (Bollen-Stine bootstrap)", &figure(test.pvalue));
    pair(text, "Bootstrap draws", &test.drawn.to_string());
    pair(text, "that fit better than the sample", &test.better.to_string());
    pair(text, "that fit worse or equally well", &test.worse.to_string());
    pair(text, "that failed to fit (left out of the p)", &test.failed.to_string());
}

/// Intervals of every estimate, standardized estimate and R² that varies over the resamples.
pub(super) fn intervals(report: &FitReport, text: &mut String) {
    let Some(drawn) = &report.bootstrap else { return };
    let kind = match drawn.interval {
        BootstrapInterval::Normal => "normal",
        BootstrapInterval::Basic => "basic",
        BootstrapInterval::Percentile => "percentile",
        BootstrapInterval::BiasCorrected => "bias-corrected",
        BootstrapInterval::Bca => "bias-corrected and accelerated",
    };
    line(text, &format!("\nBootstrap Intervals ({kind}, {}%):", 100.0 * report.level));
    let _ = writeln!(
        text,
        "  {:<26}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
        "", "Estimate", "Std.Err", "lower", "upper", "Std.all", "Std.Err", "lower", "upper"
    );
    for row in &report.parameters {
        let Some(boot) = row.boot.filter(|boot| boot.est.is_some() || boot.std_all.is_some()) else { continue };
        let (own, standardized) = (cells(boot.est), cells(boot.std_all));
        let std_all = figure(row.std_all.filter(|_| boot.std_all.is_some()));
        let shown = format!("  {:<26}{:>9}{own}{std_all:>9}{standardized}", name(report, row), figure(row.est));
        line(text, shown.trim_end());
    }
    for r2 in &report.r2 {
        let Some(boot) = r2.boot else { continue };
        let place = in_group(report, r2.group, r2.level);
        let shown =
            format!("  {:<26}{:>9}{}", format!("R² {}{place}", r2.variable), figure(r2.value), cells(Some(boot)));
        line(text, &shown);
    }
}

fn cells(boot: Option<ResampledFigure>) -> String {
    let of = |value: fn(&ResampledFigure) -> Option<f64>| figure(boot.as_ref().and_then(value));
    format!("{:>9}{:>9}{:>9}", of(|f| Some(f.se)), of(|f| f.ci_lower), of(|f| f.ci_upper))
}

fn name(report: &FitReport, row: &ParameterEstimate) -> String {
    let formula = match row.op {
        Operator::Intercept => format!("{} ~1", row.lhs),
        Operator::Define => row.lhs.clone(),
        op => format!("{} {} {}", row.lhs, op.symbol(), row.rhs),
    };
    if row.group == 0 { formula } else { formula + &in_group(report, row.group, row.level) }
}

/// " [2]" in the second of several groups, " [2, level 1]" of several levels too.
fn in_group(report: &FitReport, group: usize, level: usize) -> String {
    let levels = report.parameters.iter().any(|row| row.level > 1);
    match (report.n_groups > 1, levels) {
        (true, true) => format!(" [{group}, level {level}]"),
        (true, false) => format!(" [{group}]"),
        (false, true) => format!(" [level {level}]"),
        (false, false) => String::new(),
    }
}
