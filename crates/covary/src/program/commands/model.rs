//! `covary model`: the parameter table without fitting.

use covary_data::Dataset;
use covary_sem::{
    Settings,
    parameter_table::{Available, ModelReport, complete, model_report, printed, raw_report},
};
use serde_json::Value;

use super::fit::in_file;
use crate::program::{
    arguments::{Common, ModelArguments},
    failure::{Failure, Outcome},
    files, reading, say,
};

/// Prints the parameter table, completed or raw.
pub fn run(task: &ModelArguments, common: &Common, given: &[(&'static str, Value)]) -> Result<Outcome, Failure> {
    let text = files::read_text(&task.model)?;
    let formulas = covary_sem::parse(&text).map_err(|error| in_file(&task.model, error))?;
    if task.raw {
        let report = raw_report(&formulas);
        let json = if task.json { serde_json::to_string(&report) } else { serde_json::to_string_pretty(&report) };
        say(&json.map_err(Failure::new)?);
        return Ok(Outcome::Done);
    }
    let settings = reading::settings(task.options.as_deref(), given)?;
    let dataset = task.data.as_deref().map(|path| reading::read_data(path, &task.reading, common.quiet)).transpose()?;
    let available = available(dataset.as_ref().map(|imported| &imported.dataset), &settings)?;
    let table = complete(&formulas, &available, &settings).map_err(|error| in_file(&task.model, error))?;
    if let Some(word) = &task.language {
        let known = printed::ALL.iter().find(|language| language.name.eq_ignore_ascii_case(word));
        let language = known.ok_or_else(|| Failure::new(format!("--as \"{word}\": it takes {}", languages())))?;
        say((language.print)(&table, &settings).trim_end());
        return Ok(Outcome::Done);
    }
    let report = model_report(&table);
    if task.json {
        say(&serde_json::to_string(&report).map_err(Failure::new)?);
    } else {
        say(text_of(&report).trim_end());
    }
    Ok(Outcome::Done)
}

fn languages() -> String {
    let each = printed::ALL.iter().map(|language| format!("{} ({})", language.name, language.help));
    each.collect::<Vec<_>>().join(", ")
}

/// Names and groups that the data offer; without data anything goes, in one group.
fn available(dataset: Option<&Dataset>, settings: &Settings) -> Result<Available, Failure> {
    match dataset {
        Some(dataset) => Ok(covary_sem::sample::available(&covary_sem::Data::Cases(dataset), settings)?),
        None => Ok(Available { groups: settings.group_label.clone(), ..Available::default() }),
    }
}

/// The table as columns of text.
fn text_of(report: &ModelReport) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_string(), |v| format!("{v}"));
    let bounded = report.rows.iter().any(|row| row.lower.is_some() || row.upper.is_some());
    let bounds = |texts: [String; 2]| texts.into_iter().filter(|_| bounded).collect::<Vec<String>>();
    let mut head =
        ["lhs", "op", "rhs", "group", "level", "label", "free", "fixed", "start"].map(str::to_string).to_vec();
    head.extend(bounds(["lower", "upper"].map(str::to_string)));
    head.push("user".into());
    let rows = report.rows.iter().map(|row| {
        let value = serde_json::to_value(row.op).ok();
        let operator = value.as_ref().and_then(Value::as_str).unwrap_or("").to_string();
        let (free, user) =
            (if row.free == 0 { "–".to_string() } else { row.free.to_string() }, if row.user { "yes" } else { "no" });
        let mut cells = vec![
            row.lhs.clone(),
            operator,
            row.rhs.clone(),
            row.group.to_string(),
            row.level.to_string(),
            row.label.clone(),
            free,
            number(row.fixed),
            number(row.start),
        ];
        cells.extend(bounds([number(row.lower), number(row.upper)]));
        cells.push(user.to_string());
        cells
    });
    let columns = head.len();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| {
        rows.iter().map(|row| unicode_width::UnicodeWidthStr::width(row[column].as_str())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        for (cell, width) in row.iter().zip(&widths) {
            let padding = width.saturating_sub(unicode_width::UnicodeWidthStr::width(cell.as_str()));
            text += cell;
            text += &" ".repeat(padding + 2);
        }
        text = text.trim_end().to_string() + "\n";
    }
    text += &format!("\nDegrees of freedom: {}\n", report.df);
    text += &identification_text(report);
    text += &paths_text(report);
    for warning in &report.warnings {
        text += &format!("Warning: {}\n", warning.text);
    }
    text
}

/// What gives each latent variable its scale and mean.
fn identification_text(report: &ModelReport) -> String {
    if report.identification.is_empty() {
        return String::new();
    }
    let lines = report.identification.iter().map(|entry| {
        let place = place_text(report, entry.group, entry.level);
        format!("  {}{place}: {}\n", entry.latent, entry.words)
    });
    format!("\nLatent variables are identified by:\n{}", lines.collect::<String>())
}

fn paths_text(report: &ModelReport) -> String {
    if report.indirect_paths.is_empty() {
        return String::new();
    }
    let lines = report.indirect_paths.iter().map(|path| {
        let place = place_text(report, path.group, path.level);
        format!("  {}{place}: {}\n", path.variables.join(" → "), path.effect)
    });
    format!("\nIndirect paths:\n{}", lines.collect::<String>())
}

/// " (group 2, level 1)", as far as there are several.
fn place_text(report: &ModelReport, group: usize, level: usize) -> String {
    let groups = report.rows.iter().any(|row| row.group > 1).then(|| format!("group {group}"));
    let levels = report.rows.iter().any(|row| row.level > 1).then(|| format!("level {level}"));
    let parts: Vec<String> = groups.into_iter().chain(levels).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}
