//! `[model]`: the structural model and how it is fitted.

use serde_json::{Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::Section;
use crate::ModelPlan;
use crate::nearest::help_with_nearest;
use crate::study_file::Known;
use crate::study_file::keys::{Key, text};
use crate::study_file::table::{Located, Notes, Table, elements, wrong_type};

pub(crate) const SECTION: Section = Section {
    name: "model",
    about: "The structural model and how it is fitted; without it the study ends with the measurement model. \
            Further keys are options of the fit, under lavaan's names with dashes, dots or underscores.",
    required: false,
    keys,
    others: option_value,
};

fn keys() -> Vec<Key> {
    let option = |name, about| Key::new(name, option_value(), about);
    vec![
        Key::new("paths", text(), "Formulas in lavaan's language, without the measurement part.").example("Y ~ X + M"),
        Key::new("file", text(), "In place of paths: the file with the formulas, relative to the study file."),
        option("estimator", "Estimator: \"ML\", …"),
        option("missing", "Missing values in the fit: \"listwise\", \"ml\", …"),
        option("group", "Variable whose values are the groups."),
        option("group-equal", "What is equal across groups: [\"loadings\", \"intercepts\"], …"),
        option("group-partial", "Parameters that are free across groups all the same."),
        option("cluster", "Variable whose values are the clusters."),
        option("weights", "Variable with the sampling weights."),
        option("ordered", "Variables that are ordinal: a list, or true for all."),
        option("std-lv", "Whether latent variances are fixed to 1 in place of first loadings."),
        option("meanstructure", "Whether means are part of the model."),
    ]
}

fn option_value() -> Value {
    json!({ "type": ["string", "number", "boolean", "array", "object"] })
}

/// Options that have a shorter name here than in lavaan.
const SHORT_NAMES: [(&str, &str); 1] = [("weights", "sampling.weights")];

/// An option as it is written.
struct ReadOption {
    /// Its name, dotted parts joined.
    written: String,
    /// Byte offset of its name.
    at: usize,
    /// Byte offset of its value.
    value_at: usize,
    /// Its value.
    value: Value,
}

/// Reads the section; `None` where it is not there.
pub(crate) fn read(mut table: Table, known: &Known, notes: &mut Notes) -> Option<ModelPlan> {
    table.span.as_ref()?;
    let paths = table.text("paths", notes);
    let file = table.text("file", notes).map(|t| t.value);
    match (table.has("paths"), table.has("file")) {
        (true, true) => {
            let message = "the formulas stand in \"paths\" or in \"file\", not in both";
            notes.fault_at_key(&table.path_of("file"), message, None);
        }
        (false, false) => {
            let help = "write paths = \"Y ~ X\", or name the file with the formulas: file = \"model.lav\"";
            table.missing("paths", "the formulas", help, notes);
        }
        _ => {}
    }
    let options = options(&table, known, notes);
    notes.asked.push((table.path, vec!["paths", "file"]));
    let first_line = match &paths {
        Some(paths) => note_formulas(paths, notes),
        None => 1,
    };
    Some(ModelPlan { paths: paths.map(|t| t.value).unwrap_or_default(), file, first_line, options })
}

/// Notes where variables stand; gives the line on which the formulas begin.
fn note_formulas(paths: &Located<String>, notes: &mut Notes) -> usize {
    for (name, offset) in crate::model_names::model_names(&paths.value).variables {
        notes.mention(paths, &name, offset);
    }
    notes.text.place_in_string(&paths.span, 0).line
}

fn options(table: &Table, known: &Known, notes: &mut Notes) -> Vec<(String, Value)> {
    let mut options = Vec::new();
    for entry in table.entries().iter().filter(|e| !matches!(e.name, "paths" | "file")) {
        read_option(entry.name.to_string(), entry.name_span.start, entry.value, notes, &mut options);
    }
    let mut read: Vec<(String, Value)> = Vec::new();
    for ReadOption { written, at, value_at, value } in options {
        let name = lavaan_name(&written);
        let key = table.path_of(&written);
        notes.places.push((format!("model.{name}"), notes.text.place(value_at)));
        if read.iter().any(|(other, _)| *other == name) {
            notes.fault(at, &key, format!("the option \"{name}\" stands twice, under two spellings"), None);
        }
        if let Some(names) = known.model_options.filter(|names| !names.contains(&name.as_str())) {
            let mut candidates = vec!["paths", "file"];
            candidates.extend(SHORT_NAMES.iter().map(|(short, _)| *short));
            candidates.extend(names);
            let message = format!("\"{written}\" is not a key of [model], nor an option of the fit");
            notes.fault(at, &key, message, help_with_nearest(&written, candidates, "its keys"));
        }
        read.push((name, value));
    }
    read
}

/// An option in lavaan's spelling: `std-lv` and `std_lv` are `std.lv`.
fn lavaan_name(written: &str) -> String {
    match SHORT_NAMES.iter().find(|(short, _)| *short == written) {
        Some((_, name)) => name.to_string(),
        None => written.replace(['-', '_'], "."),
    }
}

/// Reads one option. TOML takes `std.lv = true` for a table `std` with a key `lv`: its parts are joined again.
fn read_option(name: String, at: usize, value: &Spanned<DeValue>, notes: &mut Notes, options: &mut Vec<ReadOption>) {
    let DeValue::Table(parts) = value.get_ref() else {
        let key = format!("model.{name}");
        let value_at = value.span().start;
        let read = scalar_or_list(value, &key, notes);
        options.extend(read.map(|value| ReadOption { written: name, at, value_at, value }));
        return;
    };
    for (part, value) in parts {
        read_option(format!("{name}.{}", part.get_ref()), at, value, notes, options);
    }
}

fn scalar_or_list(value: &Spanned<DeValue>, key: &str, notes: &mut Notes) -> Option<Value> {
    if let DeValue::Array(_) = value.get_ref() {
        let elements = elements(value, key, "a list", notes)?;
        let read = elements.into_iter().filter_map(|(key, element)| scalar(element, &key, notes));
        return Some(Value::Array(read.collect()));
    }
    scalar(value, key, notes)
}

fn scalar(value: &Spanned<DeValue>, key: &str, notes: &mut Notes) -> Option<Value> {
    match value.get_ref() {
        DeValue::String(text) => Some(json!(text)),
        DeValue::Boolean(value) => Some(json!(value)),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => Some(json!(number)),
            Err(_) => wrong_type(value, key, "a number that can be held", notes),
        },
        DeValue::Float(float) => match float.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() => Some(json!(number)),
            _ => wrong_type(value, key, "a finite number", notes),
        },
        _ => wrong_type(value, key, "a text, a number, true or false, or a list of these", notes),
    }
}
