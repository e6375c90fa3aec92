//! `covary reliability`: alpha, omega and item-total statistics.

use covary_analysis::reliability::{Reliability, reliability};
use covary_report::{sections::reliability_report, words::English};
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
    reliability: &'a Reliability,
}

/// Reliability of the named constructs; without any, of those found by name and scale.
pub fn run(task: &ItemsArguments, common: &Common) -> Result<Outcome, Failure> {
    check_report_file(task.items.report.as_deref())?;
    let imported = reading::read_data(&task.data, &task.items.reading, common.quiet)?;
    let constructs = items::constructs(&imported.dataset, &task.items)?;
    let dataset = items::reversed(imported.dataset, &constructs)?;
    let results = reliability(&dataset, &constructs)?;
    let report = || reliability_report(&results, &labels(&dataset), &task.data.display().to_string(), &English);
    let answer = Answer { schema: "covary.reliability/1", reliability: &results };
    Telling::new(task.items.json, task.items.report.as_deref(), common).tell(&answer, &report)?;
    Ok(Outcome::Done)
}
