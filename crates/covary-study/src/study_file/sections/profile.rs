//! `[profile]`: variables of the sample profile.

use serde_json::json;

use super::{Section, nothing};
use crate::study_file::keys::{Key, texts};
use crate::study_file::table::{Notes, Table};

pub(crate) const SECTION: Section =
    Section { name: "profile", about: "The sample profile.", required: false, keys, others: nothing };

fn keys() -> Vec<Key> {
    vec![
        Key::new("variables", texts(), "Variables of the sample profile, in order.")
            .default(json!([]))
            .example(json!(["gender", "age"])),
    ]
}

/// Reads the section.
pub(crate) fn read(mut table: Table, notes: &mut Notes) -> Vec<String> {
    let variables = table.distinct_texts("variables", notes).unwrap_or_default();
    table.close(notes);
    variables.into_iter().map(|t| t.value).collect()
}
