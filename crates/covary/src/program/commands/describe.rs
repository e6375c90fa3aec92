//! `covary describe`: location, spread, shape and correlations.

use covary_analysis::descriptives::{Descriptives, describe};
use covary_report::{sections::describe_report, words::English};
use serde::Serialize;

use super::output::{Telling, check_report_file};
use crate::program::{
    arguments::{Common, ItemsArguments},
    failure::{Failure, Outcome},
    items::{self, labels},
    reading,
};

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    descriptives: &'a Descriptives,
}

/// Describes the named variables; without any, all numeric ones.
pub fn run(task: &ItemsArguments, common: &Common) -> Result<Outcome, Failure> {
    check_report_file(task.items.report.as_deref())?;
    let imported = reading::read_data(&task.data, &task.items.reading, common.quiet)?;
    let named = !task.items.items.is_empty() || !task.items.construct.is_empty();
    let constructs = if named { items::constructs(&imported.dataset, &task.items)? } else { Vec::new() };
    let dataset = items::reversed(imported.dataset, &constructs)?;
    let variables = if named { covary_analysis::answers::items_of(&constructs) } else { items::numeric(&dataset) };
    let results = describe(&dataset, &variables, &items::stated(&constructs), &[])?;
    let report = || describe_report(&results, &labels(&dataset), &task.data.display().to_string(), &English);
    let answer = Answer { schema: "covary.describe/1", descriptives: &results };
    Telling::new(task.items.json, task.items.report.as_deref(), common).tell(&answer, &report)?;
    Ok(Outcome::Done)
}
