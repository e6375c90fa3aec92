//! `[data]`: the survey file and how to read it.

use serde_json::{Value, json};
use toml::de::DeValue;

use super::{Section, nothing};
use crate::DataPlan;
use crate::study_file::keys::{Key, text, whole};
use crate::study_file::table::{Located, Notes, Table, elements, number};

pub(crate) const SECTION: Section =
    Section { name: "data", about: "The survey file.", required: true, keys, others: nothing };

const MOST_QUESTIONNAIRES: u64 = 1_000_000_000;

fn keys() -> Vec<Key> {
    let mut keys = reading_keys();
    keys.insert(
        1,
        Key::new("distributed", whole((1, MOST_QUESTIONNAIRES)), "Questionnaires distributed, for the response rate."),
    );
    keys
}

/// The keys that say where answers are and how to read them.
pub(super) fn reading_keys() -> Vec<Key> {
    let code = json!({ "type": "number" });
    let codes = json!({ "anyOf": [code, { "type": "array", "items": code }] });
    vec![
        Key::new("file", text(), "The file, relative to the study file: .sav, .zsav, .xlsx, .csv, .tsv or .dta.")
            .example("survey.sav")
            .required(),
        Key::new("sheet", text(), "Worksheet of an Excel file; the first where it is left out."),
        Key::new("encoding", text(), "Character encoding of a text or legacy file; found where it is left out.")
            .example("gb18030"),
        Key::new("delimiter", one_character(), "Field separator of a text file; found where it is left out.")
            .example(";"),
        Key::new("decimal", json!({ "type": "string", "enum": [".", ","] }), "Decimal mark of a text file.")
            .example(","),
        Key::new(
            "missing_codes",
            json!({ "type": "object", "additionalProperties": codes }),
            "Codes that stand for \"no answer\", by variable; \"*\" for all variables.",
        )
        .example(json!({ "*": [-99], "T11": [9] })),
    ]
}

fn one_character() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 1 })
}

/// Reads the section.
pub(crate) fn read(mut table: Table, notes: &mut Notes) -> DataPlan {
    let distributed = table.whole("distributed", (1, MOST_QUESTIONNAIRES), "the number of questionnaires", notes);
    let plan = DataPlan { distributed: distributed.map(|n| n.value), ..read_source(&mut table, notes) };
    table.close(notes);
    plan
}

/// Reads where answers are and how to read them.
pub(super) fn read_source(table: &mut Table, notes: &mut Notes) -> DataPlan {
    let file = table.text("file", notes);
    if !table.has("file") {
        table.missing("file", "the file with the answers", "write file = \"survey.sav\"", notes);
    }
    let delimiter = character(table, "delimiter", notes);
    let decimal = character(table, "decimal", notes);
    if let Some(mark) = decimal.as_ref().filter(|mark| !matches!(mark.value, '.' | ',')) {
        notes.fault(mark.span.start, &mark.key, "the decimal mark is \".\" or \",\"", None);
    }
    if let (Some(delimiter), Some(decimal)) = (&delimiter, &decimal)
        && delimiter.value == decimal.value
    {
        let message = format!("\"{}\" cannot be both the delimiter and the decimal mark", decimal.value);
        notes.fault(decimal.span.start, &decimal.key, message, None);
    }
    DataPlan {
        file: file.map(|f| f.value).unwrap_or_default(),
        distributed: None,
        sheet: table.text("sheet", notes).map(|t| t.value),
        encoding: table.text("encoding", notes).map(|t| t.value),
        delimiter: delimiter.map(|c| c.value),
        decimal: decimal.map(|c| c.value),
        missing_codes: missing_codes(table, notes),
    }
}

fn character(table: &mut Table, name: &'static str, notes: &mut Notes) -> Option<Located<char>> {
    let entry = table.entry(name, notes)?;
    let key = table.path_of(name);
    let mut characters = entry.value.get_ref().as_str().unwrap_or("").chars();
    match (characters.next(), characters.next()) {
        (Some(value), None) => Some(Located { value, key, span: entry.value.span() }),
        _ => crate::study_file::table::wrong_type(entry.value, &key, "a text of one character", notes),
    }
}

fn missing_codes(table: &mut Table, notes: &mut Notes) -> Vec<(String, Vec<f64>)> {
    let codes_table = table.table("missing_codes", notes);
    let mut codes = Vec::new();
    for entry in codes_table.entries() {
        let key = codes_table.path_of(entry.name);
        notes.places.push((key.clone(), notes.text.place(entry.name_span.start)));
        let values = match entry.value.get_ref() {
            DeValue::Array(_) => elements(entry.value, &key, "a list of numbers", notes).unwrap_or_default(),
            _ => vec![(key, entry.value)],
        };
        let values = values.into_iter().filter_map(|(key, value)| number(value, key, notes)).map(|n| n.value).collect();
        codes.push((entry.name.to_string(), values));
    }
    codes
}
