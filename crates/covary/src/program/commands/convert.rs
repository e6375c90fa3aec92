//! `covary convert`: a data file in another format.

use crate::program::{
    arguments::{Common, ConvertArguments},
    failure::{Failure, Outcome},
    files, reading, say,
};

/// Reads one file and writes the other.
pub fn run(task: &ConvertArguments, common: &Common) -> Result<Outcome, Failure> {
    let imported = reading::read_data(&task.input, &task.reading, common.quiet)?;
    let bytes = covary_import::export(&task.output.display().to_string(), &imported.dataset).map_err(Failure::new)?;
    files::write_all(&[(task.output.clone(), bytes)])?;
    if !common.quiet {
        let (variables, cases) = (imported.dataset.variables().len(), imported.dataset.cases());
        say(&format!("{}: {variables} variables, {cases} cases", task.output.display()));
    }
    Ok(Outcome::Done)
}
