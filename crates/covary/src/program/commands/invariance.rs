//! `covary invariance`: how far a measurement model is the same in every group.

use covary_report::{sections::invariance_document, words::English};
use covary_sem::{
    Data,
    comparison::invariance::{InvarianceSettings, Level, invariance},
};
use serde_json::Value;

use super::{
    compare::difference_settings,
    fit::{in_file, moments},
    output::{Telling, check_report_file},
};
use crate::program::{
    arguments::{Common, InvarianceArguments},
    failure::{Failure, Outcome},
    files, reading,
};

/// Climbs the levels and tells the result.
pub fn run(task: &InvarianceArguments, common: &Common, given: &[(&'static str, Value)]) -> Result<Outcome, Failure> {
    check_report_file(task.report.as_deref())?;
    let settings = reading::settings(task.options.as_deref(), given)?;
    let text = files::read_text(&task.model)?;
    let formulas = covary_sem::parse(&text).map_err(|error| in_file(&task.model, error))?;
    let data = task.data.as_deref();
    let imported = data.map(|path| reading::read_data(path, &task.reading, common.quiet)).transpose()?;
    let data = match &imported {
        Some(imported) => Data::Cases(&imported.dataset),
        None => Data::Moments(moments(&task.cov, &task.nobs, &task.means)?),
    };
    let levels = if task.levels.is_empty() { Level::ALL.to_vec() } else { task.levels.clone() };
    let choices =
        InvarianceSettings { levels, difference: difference_settings(&task.difference), releases: task.releases };
    let report = invariance(&formulas, &data, &settings, &choices).map_err(|error| in_file(&task.model, error))?;
    let document = || invariance_document(&report, &task.model.display().to_string(), &English);
    Telling::new(task.json, task.report.as_deref(), common).tell(&report, &document)?;
    let usable = report.levels.iter().all(|level| level.model.converged && level.model.identified);
    Ok(if usable { Outcome::Done } else { Outcome::LookAtModel })
}
