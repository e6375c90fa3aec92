//! `[report]`: what is written.

use serde_json::json;

use super::{Section, nothing};
use crate::ReportPlan;
use crate::study_file::Known;
use crate::study_file::keys::{Key, words};
use crate::study_file::table::{Notes, Table};

pub(crate) const SECTION: Section =
    Section { name: "report", about: "What is written.", required: false, keys, others: nothing };

/// All formats that a study file may name, built or not.
pub const FORMATS: [&str; 7] = ["html", "json", "docx", "xlsx", "pdf", "latex", "markdown"];

const DEFAULT_FORMATS: [&str; 2] = ["html", "json"];

fn keys() -> Vec<Key> {
    vec![
        Key::new("formats", words(&FORMATS.map(|f| (f, ()))), "Formats of the report.").default(json!(DEFAULT_FORMATS)),
    ]
}

/// Reads the section.
pub(crate) fn read(mut table: Table, known: &Known, notes: &mut Notes) -> ReportPlan {
    let written = table.words("formats", &FORMATS.map(|f| (f, f)), notes);
    table.close(notes);
    let Some(written) = written else {
        return ReportPlan { formats: DEFAULT_FORMATS.map(String::from).to_vec() };
    };
    for format in written.iter().filter(|f| !known.formats.contains(&f.value)) {
        let message = format!("reports in the format \"{}\" are not built yet", format.value);
        notes.fault(format.span.start, &format.key, message, Some(format!("built: {}", known.formats.join(", "))));
    }
    ReportPlan { formats: written.into_iter().map(|f| f.value.to_string()).collect() }
}
