//! `[pilot]`: the pre-survey.

use serde_json::json;

use super::{Section, data, nothing};
use crate::study_file::keys::{Key, between, texts};
use crate::study_file::table::{Notes, Table, drop_repeated};
use crate::{Construct, MeasuredBy, PilotPlan};

pub(crate) const SECTION: Section =
    Section { name: "pilot", about: "The pre-survey, when there was one.", required: false, keys, others: nothing };

const DROP_BELOW: f64 = 0.5;

fn keys() -> Vec<Key> {
    let mut keys = data::reading_keys();
    keys.extend([
        Key::new("drop_below", between((0.0, 1.0)), "An item whose loading is below this is reported as dropped.")
            .default(DROP_BELOW),
        Key::new(
            "items",
            json!({ "type": "object", "additionalProperties": texts() }),
            "Items asked in the pilot beyond those of the study, by construct.",
        )
        .example(json!({ "F1": ["T16"] })),
    ]);
    keys
}

/// Reads the section; `None` where it is not there.
///
/// The pilot asks the questions of the study, so the study's codes for "no answer" hold for it unless it states its own.
pub(crate) fn read(
    mut table: Table,
    constructs: &[Construct],
    missing_codes: &[(String, Vec<f64>)],
    notes: &mut Notes,
) -> Option<PilotPlan> {
    table.span.as_ref()?;
    let mut data = data::read_source(&mut table, notes);
    if !table.has("missing_codes") {
        data.missing_codes = missing_codes.to_vec();
    }
    let drop_below =
        table.number_between("drop_below", (0.0, 1.0), "the smallest loading kept", notes).unwrap_or(DROP_BELOW);
    let items = extra_items(&mut table, constructs, notes);
    table.close(notes);
    Some(PilotPlan { data, drop_below, items })
}

fn extra_items(table: &mut Table, constructs: &[Construct], notes: &mut Notes) -> Vec<(String, Vec<String>)> {
    let by_construct = table.table("items", notes);
    let mut items: Vec<(String, Vec<String>)> = Vec::new();
    for entry in by_construct.entries().to_vec() {
        let key = by_construct.path_of(entry.name);
        match constructs.iter().find(|c| c.name == entry.name) {
            None => {
                let names = constructs.iter().map(|c| c.name.as_str());
                let help = crate::nearest::help_with_nearest(entry.name, names, "the constructs");
                notes.fault(entry.name_span.start, &key, format!("there is no construct \"{}\"", entry.name), help);
            }
            Some(Construct { measured_by: MeasuredBy::Constructs(_), .. }) => {
                let message = format!("\"{}\" is measured by constructs and has no items", entry.name);
                notes.fault(entry.name_span.start, &key, message, None);
            }
            Some(_) => {}
        }
        let Some(mut added) = crate::study_file::table::texts(entry.value, key, notes) else { continue };
        drop_repeated(&mut added, notes);
        for item in &added {
            let asked_in = constructs.iter().find(|c| c.items().contains(&item.value)).map(|c| c.name.as_str());
            let added_to = items.iter().find(|(_, known)| known.contains(&item.value)).map(|(name, _)| name.as_str());
            if let Some(construct) = asked_in.or(added_to) {
                let message = format!("\"{}\" is already an item of {construct}", item.value);
                let help = "name here only items that were asked in the pilot and not in the study";
                notes.fault(item.span.start, &item.key, message, Some(help.into()));
            }
        }
        items.push((entry.name.to_string(), added.into_iter().map(|t| t.value).collect()));
    }
    items
}
