//! `[hypotheses]`: what is claimed.

use serde_json::{Value, json};
use toml::de::DeValue;

use super::Section;
use crate::study_file::keys::{Key, between, object, text};
use crate::study_file::table::{Entry, Located, Notes, Table, text as read_text, wrong_type};
use crate::{Claim, Hypothesis};

pub(crate) const SECTION: Section = Section {
    name: "hypotheses",
    about: "Hypotheses by name, in the order of the report.",
    required: false,
    keys,
    others: hypothesis_schema,
};

/// Significance level where the study file states none.
pub const DEFAULT_ALPHA: f64 = 0.05;

fn keys() -> Vec<Key> {
    vec![
        Key::new("alpha", between((0.0, 0.5)), "Significance level of the decisions, two-tailed.")
            .default(DEFAULT_ALPHA),
    ]
}

fn hypothesis_schema() -> Value {
    json!({ "anyOf": [rule_schema(), object(hypothesis_keys(), Value::Bool(false))] })
}

/// The keys of a hypothesis that is a table.
pub(crate) fn hypothesis_keys() -> Vec<Key> {
    vec![
        Key { name: "rule", schema: rule_schema(), required: true },
        Key::new("text", text(), "The hypothesis in the researcher's words."),
    ]
}

fn rule_schema() -> Value {
    json!({
        "type": "string",
        "pattern": "\\S",
        "description": "The rule that decides it: \"F1 -> Y > 0\" (a path and its direction; without one: differs from \
                        0), \"F1 -> M -> Y\" (the indirect effect along this way), \"F1 <-> F2\", \
                        \"F1 -> Y == F2 -> Y\".",
        "examples": ["F1 -> Y > 0", "F1 -> M -> Y"]
    })
}

/// What the section says.
pub(crate) struct Claims {
    /// Hypotheses, in the file's order.
    pub hypotheses: Vec<Hypothesis>,
    /// Significance level.
    pub alpha: f64,
}

/// Reads the section.
pub(crate) fn read(mut table: Table, notes: &mut Notes) -> Claims {
    let alpha = table.number_between("alpha", (0.0, 0.5), "the significance level", notes).unwrap_or(DEFAULT_ALPHA);
    let others = table.entries().to_vec();
    let hypotheses =
        others.iter().filter(|e| e.name != "alpha").filter_map(|e| read_hypothesis(&table, e, notes)).collect();
    notes.asked.push((table.path, vec!["alpha"]));
    Claims { hypotheses, alpha }
}

fn read_hypothesis(table: &Table, entry: &Entry, notes: &mut Notes) -> Option<Hypothesis> {
    let key = table.path_of(entry.name);
    let line = notes.text.place(entry.name_span.start).line;
    notes.places.push((key.clone(), notes.text.place(entry.name_span.start)));
    let (rule, text) = match entry.value.get_ref() {
        DeValue::String(_) => (read_text(entry.value, key, notes)?, None),
        DeValue::Table(_) => {
            let mut inside = table.table_of(entry, notes)?;
            let rule = inside.text("rule", notes);
            let text = inside.text("text", notes).map(|t| t.value);
            if !inside.has("rule") {
                inside.missing("rule", "the rule that decides it", "write rule = \"X -> Y > 0\"", notes);
            }
            inside.close(notes);
            // Whatever the rule's own key, the hypothesis is what is faulted and pointed at.
            (Located { key, ..rule? }, text)
        }
        _ => return wrong_type(entry.value, &key, "a rule in quotes, or { rule = \"…\", text = \"…\" }", notes),
    };
    match Claim::parse_located(&rule.value) {
        Ok((claim, mentions)) => {
            for mention in mentions {
                notes.mention(&rule, &mention.variable, mention.offset);
            }
            Some(Hypothesis { name: entry.name.into(), claim, rule: rule.value, text, line })
        }
        Err(fault) => {
            notes.syntax_fault(&rule, fault);
            None
        }
    }
}
