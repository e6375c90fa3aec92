//! `[constructs.NAME]`: what is measured, and by what.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::Section;
use crate::lexer::is_plain_name;
use crate::nearest::help_with_nearest;
use crate::study_file::keys::{Key, object, text, texts};
use crate::study_file::table::{Entry, Located, Notes, Table, elements, number};
use crate::{Construct, Fault, MeasuredBy};

pub(crate) const SECTION: Section = Section {
    name: "constructs",
    about: "What is measured, and by what: one table for each construct, in the order of the report.",
    required: true,
    keys: Vec::new,
    others: construct_schema,
};

fn construct_schema() -> Value {
    let mut schema = object(construct_keys(), Value::Bool(false));
    if let Value::Object(schema) = &mut schema {
        schema.insert("oneOf".into(), json!([{ "required": ["items"] }, { "required": ["constructs"] }]));
        schema.insert("dependentRequired".into(), json!({ "reverse": ["scale"] }));
    }
    schema
}

/// The keys of one construct.
pub(crate) fn construct_keys() -> Vec<Key> {
    let list = |fewest: usize| {
        let mut schema = texts();
        if let Value::Object(schema) = &mut schema {
            schema.insert("minItems".into(), json!(fewest));
        }
        schema
    };
    vec![
        Key::new("label", text(), "Name for readers; the construct's name where it is left out."),
        Key::new("items", list(1), "The items that measure it.").example(json!(["T11", "T12", "T13"])),
        Key::new("constructs", list(2), "The constructs that measure it, in place of items (second order)."),
        Key::new(
            "scale",
            json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 }),
            "Ends of the answer scale, the lower first.",
        )
        .example(json!([1, 5])),
        Key::new("reverse", texts(), "Reverse-keyed items: x is read as lower end + upper end - x.").default(json!([])),
    ]
}

/// A construct as it is written, with places.
struct Written {
    construct: Construct,
    name_at: usize,
    key: String,
    items: Vec<Located<String>>,
    constructs: Vec<Located<String>>,
}

/// Reads all constructs.
pub(crate) fn read(table: Table, notes: &mut Notes) -> Vec<Construct> {
    let mut written = Vec::new();
    for entry in table.entries() {
        if let Some(inside) = table.table_of(entry, notes) {
            let key = table.path_of(entry.name);
            notes.places.push((key, notes.text.place(entry.name_span.start)));
            written.push(read_construct(entry, inside, notes));
        }
    }
    if table.entries().is_empty() {
        let place = table.span.as_ref().map(|span| notes.text.place(span.start));
        let message = "a study needs at least one construct, measured by items".into();
        let help = Some("write [constructs.F1] with items = [\"…\", \"…\"]".into());
        notes.faults.push(Fault { place, key: "constructs".into(), message, help });
    }
    check_names(&written, notes);
    check_items(&written, notes);
    check_second_order(&written, notes);
    written.into_iter().map(|w| w.construct).collect()
}

fn read_construct(entry: &Entry, mut table: Table, notes: &mut Notes) -> Written {
    let (key, name) = (table.path.clone(), entry.name.to_string());
    let label = table.text("label", notes).map_or(name.clone(), |t| t.value);
    let items = table.distinct_texts("items", notes);
    let constructs = table.distinct_texts("constructs", notes);
    let scale = scale(&mut table, notes);
    let reverse = table.distinct_texts("reverse", notes).unwrap_or_default();
    check_parts(&table, &items, &constructs, notes);
    check_reverse(&table, &items, &reverse, notes);
    table.close(notes);

    let (items, constructs) = (items.unwrap_or_default(), constructs.unwrap_or_default());
    let names = |texts: &[Located<String>]| texts.iter().map(|t| t.value.clone()).collect::<Vec<_>>();
    let measured_by = match constructs.is_empty() {
        true => MeasuredBy::Items(names(&items)),
        false => MeasuredBy::Constructs(names(&constructs)),
    };
    let construct = Construct { name, label, measured_by, scale, reverse: names(&reverse) };
    Written { construct, name_at: entry.name_span.start, key, items, constructs }
}

fn scale(table: &mut Table, notes: &mut Notes) -> Option<(f64, f64)> {
    let entry = table.entry("scale", notes)?;
    let key = table.path_of("scale");
    let ends = elements(entry.value, &key, "the two ends of a scale, as in [1, 5]", notes)?;
    let found = ends.len();
    let ends: Vec<f64> = ends.into_iter().filter_map(|(key, end)| number(end, key, notes)).map(|n| n.value).collect();
    let at = entry.value.span().start;
    match ends[..] {
        [low, high] if found == 2 && low < high => Some((low, high)),
        [low, high] if found == 2 && low == high => {
            notes.fault(at, &key, format!("the ends of the scale are equal ({low})"), None);
            None
        }
        [low, high] if found == 2 => {
            let help = format!("write [{high}, {low}]");
            notes.fault(at, &key, format!("the ends of the scale are out of order ({low}, {high})"), Some(help));
            None
        }
        // An end that is no number has been noted.
        _ if found == 2 => None,
        _ => {
            let message = format!("a scale has two ends, found {found} values");
            notes.fault(at, &key, message, Some("write the lowest and the highest answer: [1, 5]".into()));
            None
        }
    }
}

fn check_parts(
    table: &Table,
    items: &Option<Vec<Located<String>>>,
    constructs: &Option<Vec<Located<String>>>,
    notes: &mut Notes,
) {
    if !table.has("items") && !table.has("constructs") {
        table.missing("items", "the items that measure it", "write items = [\"…\", \"…\"]", notes);
    }
    if table.has("items") && table.has("constructs") {
        let message = "a construct is measured by items or by constructs, not by both";
        notes.fault_at_key(&table.path_of("constructs"), message, None);
    }
    if matches!(items, Some(items) if items.is_empty()) && !table.has("constructs") {
        let help = Some("name the items, or leave the construct out".into());
        fault_unless_noted(&table.path_of("items"), "the construct has no items", help, notes);
    }
    if matches!(constructs, Some(constructs) if constructs.len() < 2) {
        let message = "a construct of second order needs at least two constructs";
        fault_unless_noted(&table.path_of("constructs"), message, None, notes);
    }
    for name in ["scale", "reverse"] {
        if table.has("constructs") && !table.has("items") && table.has(name) {
            let message = format!("\"{name}\" belongs to items, and this construct is measured by constructs");
            notes.fault_at_key(&table.path_of(name), message, None);
        }
    }
}

/// An element that was left out with a note is no second fault of the list.
fn fault_unless_noted(key: &str, message: &str, help: Option<String>, notes: &mut Notes) {
    let element = format!("{key}[");
    if !notes.faults.iter().any(|f| f.key.starts_with(&element)) {
        notes.fault_at_key(key, message, help);
    }
}

fn check_reverse(table: &Table, items: &Option<Vec<Located<String>>>, reverse: &[Located<String>], notes: &mut Notes) {
    let Some(items) = items else { return };
    for item in reverse.iter().filter(|r| !items.iter().any(|i| i.value == r.value)) {
        let help = help_with_nearest(&item.value, items.iter().map(|i| i.value.as_str()), "its items");
        notes.fault(item.span.start, &item.key, format!("\"{}\" is not an item of this construct", item.value), help);
    }
    if !reverse.is_empty() && !table.has("scale") {
        let message = "reverse-keyed items need the ends of the scale";
        let help = "add scale = [1, 5]: x is read as 1 + 5 - x".into();
        notes.fault_at_key(&table.path_of("reverse"), message, Some(help));
    }
}

fn check_names(written: &[Written], notes: &mut Notes) {
    for Written { construct, name_at, key, .. } in written {
        if !is_plain_name(&construct.name) {
            let message = format!("\"{}\" cannot name a construct in formulas", construct.name);
            let help = "a name begins with a letter and holds letters, digits, _ and .; what readers see is the label";
            notes.fault(*name_at, key, message, Some(help.into()));
        }
    }
}

fn check_items(written: &[Written], notes: &mut Notes) {
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for Written { construct, items, .. } in written {
        for item in items {
            if let Some(owner) = owners.get(item.value.as_str()) {
                let message = format!("\"{}\" is an item of {owner} already", item.value);
                notes.fault(item.span.start, &item.key, message, Some("an item measures one construct".into()));
            } else {
                owners.insert(&item.value, &construct.name);
            }
            if written.iter().any(|w| w.construct.name == item.value) {
                let message = format!("\"{}\" names an item and a construct", item.value);
                let help = Some("give the construct another name; what readers see is its label".into());
                notes.fault(item.span.start, &item.key, message, help);
            }
        }
    }
}

fn check_second_order(written: &[Written], notes: &mut Notes) {
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for Written { construct, constructs, .. } in written {
        for part in constructs {
            if part.value == construct.name {
                notes.fault(part.span.start, &part.key, format!("\"{}\" measures itself", part.value), None);
            } else if !written.iter().any(|w| w.construct.name == part.value) {
                let others = written.iter().map(|w| w.construct.name.as_str()).filter(|n| *n != construct.name);
                let help = help_with_nearest(&part.value, others, "the constructs");
                notes.fault(part.span.start, &part.key, format!("there is no construct \"{}\"", part.value), help);
            } else if let Some(owner) = owners.insert(&part.value, &construct.name) {
                let message = format!("\"{}\" measures {owner} already", part.value);
                notes.fault(part.span.start, &part.key, message, None);
            }
        }
    }
    for Written { construct, key, name_at, .. } in written {
        if let Some(way) = way_back(&construct.name, written) {
            notes.fault(*name_at, key, format!("constructs measure each other in a circle: {}", way.join(", ")), None);
            // One fault for the circle, not one for each of its members.
            return;
        }
    }
}

/// The way from a construct through what measures it back to itself, of at least two constructs.
fn way_back<'w>(start: &'w str, written: &'w [Written]) -> Option<Vec<&'w str>> {
    let parts = |name: &str| written.iter().find(|w| w.construct.name == name).map(|w| &w.constructs[..]);
    let mut reached: Vec<(&str, usize)> = vec![(start, 0)];
    let mut next = 0;
    while next < reached.len() {
        let (name, _) = reached[next];
        for part in parts(name).unwrap_or_default().iter().map(|p| p.value.as_str()) {
            if part == start && name != start {
                let mut way = vec![start];
                let mut at = next;
                while at != 0 {
                    way.insert(1, reached[at].0);
                    at = reached[at].1;
                }
                return Some(way);
            }
            if !reached.iter().any(|(known, _)| *known == part) {
                reached.push((part, next));
            }
        }
        next += 1;
    }
    None
}
