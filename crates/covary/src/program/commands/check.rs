//! `covary check`: is the study file right, and do the data have what it names?

use serde_json::json;

use crate::program::{
    arguments::{CheckArguments, Common},
    failure::{Failure, Outcome},
    say, study_input,
};

/// Names every fault at once.
pub fn run(task: &CheckArguments, common: &Common) -> Result<Outcome, Failure> {
    match study_input::read(&task.study) {
        Ok(input) => {
            if task.json {
                say(&json!({"schema": "covary.check/1", "faults": [], "messages": []}).to_string());
            } else if !common.quiet {
                let study = &input.file.study;
                let items: usize = study.constructs.iter().map(|c| c.items().len()).sum();
                say(&format!(
                    "{}: no faults. {} cases, {} constructs, {items} items, {} hypotheses.",
                    task.study.display(),
                    input.survey.dataset.cases(),
                    study.constructs.len(),
                    study.hypotheses.len()
                ));
            }
            Ok(Outcome::Done)
        }
        Err(faults) => {
            if task.json {
                say(&json!({"schema": "covary.check/1", "faults": faults.faults, "messages": faults.messages})
                    .to_string());
            }
            Err(Failure::from(faults))
        }
    }
}
