//! `covary fit --function efa`: exploratory factor analysis with one or several numbers of factors.

use std::{fmt::Write, path::Path};

use covary_report::{sections::fit_report_document, words::English};
use covary_sem::{
    Data, FitReport, Settings,
    exploratory::{EfaReport, FitsOverview, RotatedBlock, efa},
};

use super::{
    fit::{moments, usable},
    output::Telling,
    summary::lavaan_summary,
};
use crate::program::{
    arguments::{Common, FitArguments, SummaryStyle},
    failure::{Failure, Outcome},
    files, reading,
};

/// Fits each number of factors and tells the result: of one number that of any fit, of several a comparison.
pub fn run(task: &FitArguments, common: &Common, settings: &Settings) -> Result<Outcome, Failure> {
    let fits = match data_of(task)? {
        Some(path) => {
            let imported = reading::read_data(path, &task.reading, common.quiet)?;
            efa(&Data::Cases(&imported.dataset), settings)?
        }
        None => efa(&Data::Moments(moments(&task.cov, &task.nobs, &task.means)?), settings)?,
    };
    let telling = Telling::new(task.json, task.report.as_deref(), common);
    match fits.as_slice() {
        [fit] => {
            let report = FitReport::new(fit);
            let document = || fit_report_document(&report, "efa", &English);
            match task.style {
                SummaryStyle::Lavaan => telling.tell_as(&report, &document, &|| rotated_summary(&report))?,
                SummaryStyle::Amos => telling.tell(&report, &document)?,
            }
        }
        _ => {
            let report = EfaReport::new(&fits);
            // A report is of one solution: that with the lowest BIC.
            let best = best(&report)?;
            let document = || fit_report_document(best, "efa", &English);
            telling.tell_as(&report, &document, &|| comparison(&report))?;
        }
    }
    Ok(if fits.iter().all(usable) { Outcome::Done } else { Outcome::LookAtModel })
}

/// The data's file: the only one named, or the second beside a model that is "-" or has no formulas.
fn data_of(task: &FitArguments) -> Result<Option<&Path>, Failure> {
    let (model, data) = match (task.model.as_deref(), task.data.as_deref()) {
        (Some(data), None) if task.cov.is_empty() => (None, Some(data)),
        (model, data) => (model, data),
    };
    if let Some(model) = model.filter(|model| model.as_os_str() != "-") {
        let text = files::read_text(model)?;
        let formulas = covary_sem::parse(&text).map_err(|error| super::fit::in_file(model, error))?;
        if !formulas.elements.is_empty() {
            return Err(Failure::new(format!(
                "{}: function efa takes no model: covary fit --function efa --nfactors N DATA analyses the variables in \
                 --ov-names, or all of the data. Exploratory blocks within a model are written efa(\"block\")*f1 + \
                 efa(\"block\")*f2 =~ …",
                model.display()
            )));
        }
    }
    match data {
        None if task.cov.is_empty() => Err(Failure::new(
            "function efa takes data: covary fit --function efa --nfactors N DATA, or --cov FILE --nobs N",
        )),
        data => Ok(data),
    }
}

fn best(report: &EfaReport) -> Result<&FitReport, Failure> {
    let figure = |fits: &FitsOverview| fits.figures.bic.unwrap_or(f64::INFINITY);
    let least = report.fits.iter().enumerate().min_by(|l, r| figure(l.1).total_cmp(&figure(r.1)));
    least.and_then(|(k, _)| report.solutions.get(k)).ok_or_else(|| Failure::new("no solution"))
}

/// The table of fits, the eigenvalues, and the standardized loadings of every solution.
fn comparison(report: &EfaReport) -> String {
    let mut text = String::from("Fit by number of factors:\n");
    let _ = writeln!(
        text,
        "  {:>8}{:>7}{:>11}{:>6}{:>9}{:>8}{:>8}{:>8}{:>8}{:>12}{:>12}",
        "nfactors", "npar", "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic"
    );
    for fits in &report.fits {
        let f = &fits.figures;
        let _ = writeln!(
            text,
            "  {:>8}{:>7}{:>11}{:>6}{:>9}{:>8}{:>8}{:>8}{:>8}{:>12}{:>12}{}",
            fits.nfactors,
            figure(f.npar, 0),
            figure(f.chisq, 3),
            figure(f.df, 0),
            figure(f.pvalue, 3),
            figure(f.cfi, 3),
            figure(f.tli, 3),
            figure(f.rmsea, 3),
            figure(f.srmr, 3),
            figure(f.aic, 1),
            figure(f.bic, 1),
            match (fits.converged, fits.admissible) {
                (false, _) => "  not converged",
                (true, false) => "  not admissible",
                (true, true) => "",
            }
        );
    }
    for (group, eigenvalues) in report.eigenvalues.iter().enumerate() {
        let of_group = if report.eigenvalues.len() > 1 { format!(" (group {})", group + 1) } else { String::new() };
        let _ = writeln!(text, "\nEigenvalues of the correlation matrix{of_group}:");
        let values: Vec<String> = eigenvalues.iter().map(|value| format!("{value:.3}")).collect();
        let _ = writeln!(text, "  {}", values.join("  "));
    }
    for (fits, solution) in report.fits.iter().zip(&report.solutions) {
        let _ = writeln!(text, "\nNumber of factors: {}", fits.nfactors);
        text.push_str(&rotated_loadings(solution));
    }
    text
}

/// lavaan's summary of a fit, the rotated loadings as a table before it.
fn rotated_summary(report: &FitReport) -> String {
    format!("{}{}", rotated_loadings(report), lavaan_summary(report))
}

fn rotated_loadings(report: &FitReport) -> String {
    let mut text = String::new();
    let Some(rotation) = &report.exploratory else { return text };
    for block in &rotation.blocks {
        let kind = if rotation.oblique { "oblique" } else { "orthogonal" };
        let _ = writeln!(text, "\nStandardized loadings ({}, {kind}):", rotation_name(rotation));
        table(block, &mut text);
        factor_correlations(report, block, &mut text);
    }
    text.push('\n');
    text
}

fn rotation_name(rotation: &covary_sem::exploratory::RotationReport) -> &'static str {
    rotation.rotation.name()
}

fn table(block: &RotatedBlock, text: &mut String) {
    let width = block.items.iter().map(|item| item.chars().count()).max().unwrap_or(0).max(11);
    let cells = |values: &mut dyn Iterator<Item = String>| values.map(|cell| format!("{cell:>9}")).collect::<String>();
    let _ = writeln!(text, "  {:<width$}{}", "", cells(&mut block.factors.iter().cloned()));
    for (item, row) in block.items.iter().zip(&block.loadings) {
        let _ = writeln!(text, "  {item:<width$}{}", cells(&mut row.iter().map(|value| figure(*value, 3))));
    }
    let _ = writeln!(
        text,
        "  {:<width$}{}",
        "SS loadings",
        cells(&mut block.ss_loadings.iter().map(|value| figure(*value, 3)))
    );
}

fn factor_correlations(report: &FitReport, block: &RotatedBlock, text: &mut String) {
    let Some(group) = block.groups.first() else { return };
    let Some(correlations) = report.latent_correlations.iter().find(|own| own.group == *group) else { return };
    let Some(matrix) = correlations.cor.as_ref().filter(|_| block.factors.len() > 1) else { return };
    let at: Vec<usize> =
        block.factors.iter().filter_map(|factor| correlations.names.iter().position(|name| name == factor)).collect();
    let _ = writeln!(text, "  Factor correlations:");
    for (k, i) in at.iter().enumerate() {
        let row: String = at[..=k].iter().map(|j| format!("{:>9.3}", matrix[(*i, *j)])).collect();
        let _ = writeln!(text, "  {:<11}{row}", correlations.names[*i]);
    }
}

fn figure(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.decimals$}"))
}
