//! `covary init`: a study file drafted from a data file.

use covary_data::{Column, Dataset};
use covary_study::{ColumnSummary, DraftInput, draft};

use crate::program::{
    arguments::{Common, InitArguments},
    failure::{Failure, Outcome},
    files, reading, say,
};

/// Drafts a study file; to stdout, or to a file that must not exist yet.
pub fn run(task: &InitArguments, common: &Common) -> Result<Outcome, Failure> {
    let imported = reading::read_data(&task.data, &task.reading, common.quiet)?;
    let file = match &task.out {
        // The draft names the data relative to itself where both stand in one folder.
        Some(out) if out.parent() == task.data.parent() => {
            task.data.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
        }
        Some(_) => std::path::absolute(&task.data).map_err(Failure::new)?.display().to_string(),
        None => task.data.display().to_string(),
    };
    let title = task.data.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let text = draft(&DraftInput { file, title, columns: summaries(&imported.dataset) });
    match &task.out {
        None => say(text.trim_end()),
        Some(out) if out.exists() => {
            return Err(Failure::new(format!("{}: exists already; a draft overwrites nothing", out.display())));
        }
        Some(out) => {
            files::write_all(&[(out.clone(), text.into_bytes())])?;
            if !common.quiet {
                say(&format!("{}: drafted. Look it through, then: covary check {}", out.display(), out.display()));
            }
        }
    }
    Ok(Outcome::Done)
}

/// What a draft needs to know of each column.
pub fn summaries(dataset: &Dataset) -> Vec<ColumnSummary> {
    (0..dataset.variables().len()).map(|index| summary(dataset, index)).collect()
}

/// Different numbers beyond this many are not listed: no answer scale has more.
const MOST_DISTINCT: usize = 20;

fn summary(dataset: &Dataset, index: usize) -> ColumnSummary {
    let variable = &dataset.variables()[index];
    let (distinct, n_distinct, n_missing) = match dataset.column(index) {
        Column::Numeric(_) => numbers(dataset, index),
        Column::Text(_) => texts(dataset, index),
    };
    let numeric = matches!(dataset.column(index), Column::Numeric(_));
    ColumnSummary {
        name: variable.name.clone(),
        label: variable.label.clone(),
        numeric,
        min: distinct.first().copied(),
        max: distinct.last().copied(),
        distinct: distinct.into_iter().take(MOST_DISTINCT).collect(),
        n_distinct,
        n_missing,
        n: dataset.cases(),
        value_labels: !variable.value_labels.is_empty(),
        measure: variable.measure,
    }
}

fn numbers(dataset: &Dataset, index: usize) -> (Vec<f64>, usize, usize) {
    let missing = &dataset.variables()[index].missing;
    let valid =
        (0..dataset.cases()).filter_map(|case| dataset.raw_number(index, case)).filter(|v| !missing.contains(*v));
    let mut values: Vec<f64> = valid.collect();
    let n_missing = dataset.cases() - values.len();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let n_distinct = values.len();
    (values, n_distinct, n_missing)
}

fn texts(dataset: &Dataset, index: usize) -> (Vec<f64>, usize, usize) {
    let mut values: Vec<&str> = (0..dataset.cases()).filter_map(|case| dataset.text(index, case)).collect();
    let n_missing = dataset.cases() - values.len();
    values.sort_unstable();
    values.dedup();
    (Vec::new(), values.len(), n_missing)
}
