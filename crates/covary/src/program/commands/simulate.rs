//! `covary simulate`: data from a model with population values.

use std::path::{Path, PathBuf};

use covary_data::{Column, Dataset, Variable};
use covary_sem::{
    Operator, Settings,
    options::settings_from,
    simulate::{
        Population, SimulationSettings, Simulator,
        categories::{Categories, CategoryShape},
        distributions::Shape,
    },
};
use serde::Serialize;
use serde_json::Value;

use super::fit::in_file;
use crate::program::{
    arguments::{Common, Drawing, ShapeOfCategories, SimulateArguments},
    failure::{Failure, Outcome},
    files,
    progress::Progress,
    say,
};

/// Name of the column that tells datasets apart in one file.
const REPLICATE: &str = "replicate";

/// Draws the data and writes them.
pub fn run(task: &SimulateArguments, common: &Common) -> Result<Outcome, Failure> {
    if task.reps == 0 {
        return Err(Failure::new("--reps 0: at least one dataset is expected"));
    }
    if task.reps > 1 && task.out.is_none() && !task.long && !task.json {
        return Err(Failure::new("several datasets need a place: --out sim.csv, or --long for one table on stdout"));
    }
    let word = Value::String(task.function.clone());
    let settings = settings_from([("function", &word)])?;
    let labels = if task.n.len() > 1 { (1..=task.n.len()).map(|g| g.to_string()).collect() } else { Vec::new() };
    let population = population(&task.model, &settings, &labels, task.drawing.standardized)?;
    let drawing = SimulationSettings {
        cases: task.n.clone(),
        missing: task.missing.clone(),
        empirical: task.empirical,
        group_variable: task.group.clone(),
        seed: task.seed,
        ..drawing_settings(&task.drawing)?
    };
    let simulator = Simulator::new(&population, &drawing)?;
    tell_assumed(&task.model, &population, common);
    let files = write(task, &simulator, common)?;
    if task.json {
        let report = Report::new(&population, &simulator, task, &files);
        say(&serde_json::to_string(&report).map_err(Failure::new)?);
    } else if let (Some(first), Some(last), false) = (files.first(), files.last(), common.quiet) {
        let cases: usize = simulator.cases().iter().sum();
        let each = if task.reps > 1 { " each" } else { "" };
        let place = if files.len() == 1 { first.clone() } else { format!("{first} to {last}") };
        say(&format!(
            "{place}: {} {}, {cases} cases{each}",
            task.reps,
            if task.reps == 1 { "dataset" } else { "datasets" }
        ));
    }
    Ok(Outcome::Done)
}

/// Says which values the text does not give.
pub(super) fn tell_assumed(model: &Path, population: &Population, common: &Common) {
    if !common.quiet && !population.assumed.is_empty() {
        eprintln!(
            "covary: note: {}: no value in the text, assumed: {}",
            model.display(),
            population.assumed.join(", ")
        );
    }
}

/// The population of a model file.
fn population(model: &Path, settings: &Settings, labels: &[String], standardized: bool) -> Result<Population, Failure> {
    let text = files::read_text(model)?;
    let formulas = covary_sem::parse(&text).map_err(|error| in_file(model, error))?;
    let read = if standardized { Population::standardized } else { Population::new };
    read(&formulas, settings, labels).map_err(|error| in_file(model, error))
}

/// What the command line says of the distribution of the data.
pub(super) fn drawing_settings(drawing: &Drawing) -> Result<SimulationSettings, Failure> {
    let shape = Shape { skewness: drawing.skewness.clone(), kurtosis: drawing.kurtosis.clone() };
    let usual = if shape.is_normal() { "normal" } else { "vale-maurelli" };
    let shares = match drawing.categories {
        Some(number) => {
            let shape = match drawing.shape {
                ShapeOfCategories::Symmetric => CategoryShape::Symmetric,
                ShapeOfCategories::Skewed => CategoryShape::Skewed,
            };
            shape.shares(number)?
        }
        None => drawing.shares.clone(),
    };
    if shares.is_empty() && !drawing.cut.is_empty() {
        return Err(Failure::new("--cut names variables to cut, but not into what: give --categories K or --shares"));
    }
    let categories =
        if shares.is_empty() { Vec::new() } else { vec![Categories { shares, variables: drawing.cut.clone() }] };
    Ok(SimulationSettings {
        distribution: drawing.distribution.clone().unwrap_or_else(|| usual.to_string()),
        shape,
        categories,
        ..SimulationSettings::default()
    })
}

/// Writes all datasets; the names of the files.
fn write(task: &SimulateArguments, simulator: &Simulator, common: &Common) -> Result<Vec<String>, Failure> {
    let progress = Progress::new(common.quiet || task.reps == 1);
    progress.start("Drawing", task.reps);
    let mut written = Vec::new();
    if task.out.is_none() && task.json {
        return Ok(written);
    }
    if task.long {
        let data = one_table(simulator, task.reps, &progress)?;
        written.extend(write_one(&data, task.out.as_deref())?);
    } else {
        for replicate in 1..=task.reps {
            let place = task.out.as_deref().map(|path| numbered(path, replicate, task.reps));
            written.extend(write_one(&simulator.draw(replicate as u64), place.as_deref())?);
            progress.at(replicate);
        }
    }
    progress.finish();
    Ok(written)
}

/// One dataset to a file, or as CSV to stdout.
fn write_one(data: &Dataset, place: Option<&Path>) -> Result<Option<String>, Failure> {
    let Some(path) = place else {
        let bytes = covary_import::export("stdout.csv", data).map_err(Failure::new)?;
        say(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']));
        return Ok(None);
    };
    let name = path.display().to_string();
    let bytes = covary_import::export(&name, data).map_err(Failure::new)?;
    files::write_all(&[(path.to_path_buf(), bytes)])?;
    Ok(Some(name))
}

/// `sim.csv` → `sim-0001.csv` where there are several.
fn numbered(path: &Path, replicate: usize, replicates: usize) -> PathBuf {
    if replicates == 1 {
        return path.to_path_buf();
    }
    let width = replicates.to_string().len().max(4);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}-{replicate:0width$}{extension}"))
}

/// All datasets below each other, the number of each in a first column.
fn one_table(simulator: &Simulator, replicates: usize, progress: &Progress) -> Result<Dataset, Failure> {
    let mut numbers: Vec<f64> = Vec::new();
    let mut variables: Vec<Variable> = vec![Variable::named(REPLICATE)];
    let mut columns: Vec<Column> = Vec::new();
    for replicate in 1..=replicates {
        let data = simulator.draw(replicate as u64);
        numbers.extend(std::iter::repeat_n(replicate as f64, data.cases()));
        if replicate == 1 {
            variables.extend(data.variables().iter().cloned());
            columns = (0..data.variables().len()).map(|k| data.column(k).clone()).collect();
        } else {
            for (k, column) in columns.iter_mut().enumerate() {
                match (column, data.column(k)) {
                    (Column::Numeric(all), Column::Numeric(more)) => all.extend(more),
                    (Column::Text(all), Column::Text(more)) => all.extend(more.iter().cloned()),
                    _ => return Err(Failure::new("datasets of one population have columns of one kind")),
                }
            }
        }
        progress.at(replicate);
    }
    columns.insert(0, Column::Numeric(numbers));
    Dataset::new(variables, columns).map_err(Failure::new)
}

/// `covary.simulate/1`.
#[derive(Serialize)]
struct Report {
    schema: &'static str,
    seed: u64,
    replicates: usize,
    n_obs: Vec<usize>,
    values: Vec<ValueOfRow>,
    groups: Vec<Group>,
    assumed: Vec<String>,
    files: Vec<String>,
}

/// A parameter and its value.
#[derive(Serialize)]
struct ValueOfRow {
    lhs: String,
    op: Operator,
    rhs: String,
    group: usize,
    label: String,
    value: f64,
}

/// The moments of a group.
#[derive(Serialize)]
struct Group {
    label: String,
    names: Vec<String>,
    cov: Vec<Vec<f64>>,
    mean: Vec<f64>,
    thresholds: Vec<Vec<f64>>,
}

impl Report {
    fn new(population: &Population, simulator: &Simulator, task: &SimulateArguments, files: &[String]) -> Report {
        let value = |(row, value): (&covary_sem::Row, &Option<f64>)| {
            Some(ValueOfRow {
                lhs: row.lhs.clone(),
                op: row.op,
                rhs: row.rhs.clone(),
                group: row.group,
                label: row.label.clone(),
                value: (*value)?,
            })
        };
        let group = |group: &covary_sem::simulate::PopulationGroup| Group {
            label: group.label.clone(),
            names: group.names.clone(),
            cov: (0..group.names.len()).map(|i| group.covariance.row(i).to_vec()).collect(),
            mean: group.mean.clone(),
            thresholds: group.thresholds.clone(),
        };
        Report {
            schema: "covary.simulate/1",
            seed: task.seed,
            replicates: task.reps,
            n_obs: simulator.cases(),
            values: population.table.rows.iter().zip(&population.values).filter_map(value).collect(),
            groups: population.groups.iter().map(group).collect(),
            assumed: population.assumed.clone(),
            files: files.to_vec(),
        }
    }
}
