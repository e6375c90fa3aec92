//! `covary schema`: JSON Schemas, so that editors complete and check.

use crate::program::{
    arguments::{SchemaArguments, SchemaOf},
    failure::{Failure, Outcome},
    say,
};

/// Prints a schema.
pub fn run(task: &SchemaArguments) -> Result<Outcome, Failure> {
    let schema = match task.of {
        SchemaOf::Study => covary_study::schema(),
        SchemaOf::Results => covary_report::results_schema(),
    };
    say(&serde_json::to_string_pretty(&schema).map_err(Failure::new)?);
    Ok(Outcome::Done)
}
