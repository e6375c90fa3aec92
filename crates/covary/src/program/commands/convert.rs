//! `covary convert`: a data file in another format.

use crate::program::{
    arguments::{Common, ConvertArguments},
    failure::{Failure, Outcome},
    files, reading, say,
};

/// Reads one file and writes the other.
pub fn run(task: &ConvertArguments, common: &Common) -> Result<Outcome, Failure> {
    let imported = reading::read_data(&task.input, &task.reading, common.quiet)?;
    let name = task.output.display().to_string();
    let losses = covary_import::losses(&name, &imported.dataset).map_err(Failure::new)?;
    let bytes = covary_import::export(&name, &imported.dataset).map_err(Failure::new)?;
    files::write_all(&[(task.output.clone(), bytes)])?;
    if !common.quiet {
        for loss in &losses {
            eprintln!("covary: note: {name}: {}", loss.text());
        }
        let (variables, cases) = (imported.dataset.variables().len(), imported.dataset.cases());
        say(&format!("{}: {variables} variables, {cases} cases", task.output.display()));
    }
    Ok(Outcome::Done)
}
