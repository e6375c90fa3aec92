//! `covary fit`: one structural equation model.

use std::path::{Path, PathBuf};

use covary_numerics::Matrix;
use covary_report::{sections::fit_report_document, words::English};
use covary_sem::{Data, Fit, FitReport, GroupMoments, Settings};
use serde_json::Value;

use super::{
    efa,
    output::{Telling, check_report_file},
    scores,
    summary::lavaan_summary,
};
use crate::program::{
    arguments::{Common, FitArguments, SummaryStyle},
    failure::{Failure, Outcome},
    files, reading,
};

/// Fits the model and tells the result.
pub fn run(task: &FitArguments, common: &Common, given: &[(&'static str, Value)]) -> Result<Outcome, Failure> {
    check_report_file(task.report.as_deref())?;
    scores::check(task)?;
    let settings = reading::settings(task.options.as_deref(), given)?;
    if settings.function == covary_sem::settings::Function::Efa {
        return efa::run(task, common, &settings);
    }
    let (model, data) = model_and_data(task)?;
    let text = files::read_text(model)?;
    let formulas = covary_sem::parse(&text).map_err(|error| in_file(model, error))?;
    let fit = match data {
        Some(path) => {
            let imported = reading::read_data(path, &task.reading, common.quiet)?;
            let fit = fit_to(&formulas, &Data::Cases(&imported.dataset), &settings, model)?;
            scores::write(task, &fit, &imported.dataset, common.quiet)?;
            fit
        }
        None => fit_to(&formulas, &Data::Moments(moments(&task.cov, &task.nobs, &task.means)?), &settings, model)?,
    };
    let report = FitReport::new(&fit);
    let document = || fit_report_document(&report, &model.display().to_string(), &English);
    let telling = Telling::new(task.json, task.report.as_deref(), common);
    match task.style {
        SummaryStyle::Lavaan => telling.tell_as(&report, &document, &|| lavaan_summary(&report))?,
        SummaryStyle::Amos => telling.tell(&report, &document)?,
    }
    Ok(if usable(&fit) { Outcome::Done } else { Outcome::LookAtModel })
}

/// The model's file and, unless moments are given, that of the data.
fn model_and_data(task: &FitArguments) -> Result<(&Path, Option<&Path>), Failure> {
    let Some(model) = task.model.as_deref() else {
        return Err(Failure::new(
            "covary fit takes a model and data: covary fit MODEL DATA (without a model only --function efa)",
        ));
    };
    match task.data.as_deref() {
        None if task.cov.is_empty() => Err(Failure::new(format!(
            "covary fit takes data beside the model {}: covary fit MODEL DATA, or --cov FILE --nobs N (without a model only \
             --function efa)",
            model.display()
        ))),
        data => Ok((model, data)),
    }
}

/// Whether a model converged and is identified.
pub(super) fn usable(fit: &Fit) -> bool {
    let without_errors = fit.settings.se == Some(covary_sem::settings::StandardErrors::None);
    fit.converged() && (fit.vcov.is_some() || fit.table.free == 0 || without_errors)
}

/// Fits a model; faults of its text name the file.
pub(super) fn fit_to(
    formulas: &covary_sem::Formulas,
    data: &Data,
    settings: &Settings,
    model: &Path,
) -> Result<Fit, Failure> {
    covary_sem::fit(formulas, data, settings).map_err(|error| in_file(model, error))
}

/// Faults of the model text name the file it stands in.
pub(super) fn in_file(path: &Path, error: covary_sem::SemError) -> Failure {
    match error {
        covary_sem::SemError::Model(text) => Failure::new(format!("{}: {text}", path.display())),
        other => Failure::from(other),
    }
}

/// Covariance matrices, numbers of cases and means, one of each per group.
pub(super) fn moments(cov: &[PathBuf], nobs: &[usize], means: &[PathBuf]) -> Result<Vec<GroupMoments>, Failure> {
    let groups = cov.len();
    if nobs.len() != groups {
        return Err(Failure::new(format!("{groups} --cov but {} --nobs: give one of each per group", nobs.len())));
    }
    if !means.is_empty() && means.len() != groups {
        return Err(Failure::new(format!(
            "{groups} --cov but {} --means: give one of each per group, or no means",
            means.len()
        )));
    }
    let of_group = |(g, (file, cases)): (usize, (&PathBuf, &usize))| {
        let (names, covariance) = covariance_file(file)?;
        let mean = means.get(g).map(|path| means_file(path, &names)).transpose()?;
        let label = if groups > 1 { format!("Group {}", g + 1) } else { String::new() };
        Ok(GroupMoments { label, cases: *cases, names, covariance, mean })
    };
    cov.iter().zip(nobs).enumerate().map(of_group).collect()
}

/// A covariance matrix: variable names as header and, optionally, as first column; full or lower triangle.
fn covariance_file(path: &Path) -> Result<(Vec<String>, Matrix), Failure> {
    let table = NumberTable::read(path)?;
    let p = table.names.len();
    if table.rows.len() != p {
        return Err(table.fault(1, format!("{p} variables in the header but {} rows", table.rows.len())));
    }
    let at = |i: usize, j: usize| table.rows[i].1.get(j).copied().flatten();
    let mut covariance = Matrix::zeros(p, p);
    for (i, j) in (0..p).flat_map(|i| (0..=i).map(move |j| (i, j))) {
        let value = at(i, j).or(at(j, i));
        let value = value.ok_or_else(|| {
            table.fault(table.rows[i].0, format!("no value for {} and {}", table.names[i], table.names[j]))
        })?;
        if at(j, i).is_some_and(|other| (other - value).abs() > 1e-6 * (1.0 + value.abs())) {
            return Err(
                table.fault(table.rows[i].0, format!("not symmetric at {} and {}", table.names[i], table.names[j]))
            );
        }
        covariance[(i, j)] = value;
        covariance[(j, i)] = value;
    }
    Ok((table.names, covariance))
}

/// Means: names as header and one row, or one row per variable with its name first.
fn means_file(path: &Path, names: &[String]) -> Result<Vec<f64>, Failure> {
    let table = NumberTable::read(path)?;
    let value = |name: &String| {
        let by_column = table.names.iter().position(|n| n == name);
        let by_column = by_column.and_then(|j| table.rows.first()?.1.get(j).copied().flatten());
        let by_row = table.labels.iter().position(|label| label.as_ref() == Some(name));
        by_column.or_else(|| table.rows[by_row?].1.first().copied().flatten())
    };
    names.iter().map(|name| value(name).ok_or_else(|| table.fault(1, format!("no mean for {name}")))).collect()
}

/// A small table of numbers with a header, and perhaps a first column of names.
struct NumberTable {
    path: String,
    names: Vec<String>,
    labels: Vec<Option<String>>,
    /// Line in the file, values.
    rows: Vec<(usize, Vec<Option<f64>>)>,
}

impl NumberTable {
    fn read(path: &Path) -> Result<Self, Failure> {
        let text = files::read_text(path)?;
        let mut table =
            NumberTable { path: path.display().to_string(), names: Vec::new(), labels: Vec::new(), rows: Vec::new() };
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let (_, header) = lines.next().ok_or_else(|| table.fault(1, "the file is empty".to_string()))?;
        let separator = [',', ';', '\t'].into_iter().find(|s| header.contains(*s)).unwrap_or(',');
        let fields =
            |line: &str| line.split(separator).map(|f| f.trim().trim_matches('"').to_string()).collect::<Vec<_>>();
        let header = fields(header);
        let lines: Vec<(usize, Vec<String>)> = lines.map(|(i, line)| (i + 1, fields(line))).collect();
        let number = |field: &str| field.parse::<f64>().ok().filter(|v| v.is_finite());
        let labelled =
            lines.iter().all(|(_, fields)| fields.first().is_some_and(|f| number(f).is_none() && !f.is_empty()));
        table.names = if labelled && !lines.is_empty() { header[1.min(header.len())..].to_vec() } else { header };
        for (line, fields) in &lines {
            let (label, values) = if labelled { (fields.first().cloned(), &fields[1..]) } else { (None, &fields[..]) };
            let mut row = Vec::new();
            for field in values {
                match (field.as_str(), number(field)) {
                    ("", _) => row.push(None),
                    (_, Some(value)) => row.push(Some(value)),
                    (_, None) => return Err(table.fault(*line, format!("\"{field}\" is not a number"))),
                }
            }
            table.labels.push(label);
            table.rows.push((*line, row));
        }
        Ok(table)
    }

    fn fault(&self, line: usize, message: String) -> Failure {
        Failure::new(format!(
            "{}:{line}: {message}; a table with variable names as header is expected, for covariances also as first column if you like",
            self.path
        ))
    }
}
