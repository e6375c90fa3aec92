//! The JSON Schema of the study file, so that editors complete and check it.
//!
//! Composed from the lists of keys that stand beside the code that reads them, not derived from [`Study`](crate::Study):
//! the file's shape (words or numbers, tables under chosen names, options of the fit) is not that of the plan.

use serde_json::{Map, Value, json};

use crate::study_file::keys::object;
use crate::study_file::sections::SECTIONS;

/// The JSON Schema (draft 2020-12) of the study file.
///
/// What a schema cannot say is left to [`read_study`](crate::read_study): ends of a scale in order, an item in one
/// construct only, names that a condition or a hypothesis mentions.
pub fn schema() -> Value {
    let mut properties = Map::new();
    for section in &SECTIONS {
        let mut table = object((section.keys)(), (section.others)());
        if let Value::Object(table) = &mut table {
            table.insert("description".into(), json!(section.about));
        }
        properties.insert(section.name.into(), table);
    }
    // What cannot stand in the lists of keys: conditions on whole tables.
    properties["constructs"]["minProperties"] = json!(1);
    properties["model"]["oneOf"] = json!([{ "required": ["paths"] }, { "required": ["file"] }]);
    let required: Vec<&str> = SECTIONS.iter().filter(|s| s.required).map(|s| s.name).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "covary study file",
        "description": "The plan of a survey study: data, screening, constructs, model, hypotheses, report.",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::schema;
    use crate::study_file::keys_asked;

    /// A file with every table that has keys of its own, each with at least one key.
    const EVERY_TABLE: &str = "
[constructs.F]
items = ['a']
[pilot]
file = 'p.csv'
[model]
paths = 'a ~ b'
[hypotheses]
H1 = { rule = 'a -> b' }
";

    /// Options of the fit are described where they are frequent, and read whatever they are called.
    const OPTIONS: [&str; 10] = [
        "estimator",
        "missing",
        "group",
        "group-equal",
        "group-partial",
        "cluster",
        "weights",
        "ordered",
        "std-lv",
        "meanstructure",
    ];

    fn described(schema: &Value) -> BTreeSet<String> {
        let properties = schema["properties"].as_object().expect("every table has properties");
        properties.keys().cloned().collect()
    }

    #[test]
    fn every_key_that_is_read_is_described_and_every_key_described_is_read() {
        let schema = schema();
        let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        expected.insert(String::new(), described(&schema));
        for (name, section) in schema["properties"].as_object().expect("the schema has properties") {
            expected.insert(name.clone(), described(section));
        }
        expected.remove("constructs");
        expected.insert("constructs.F".into(), described(&schema["properties"]["constructs"]["additionalProperties"]));
        let hypothesis = &schema["properties"]["hypotheses"]["additionalProperties"]["anyOf"][1];
        expected.insert("hypotheses.H1".into(), described(hypothesis));
        let model = expected.get_mut("model").expect("model is a section");
        for option in OPTIONS {
            assert!(model.remove(option), "{option} is described");
        }

        let asked: BTreeMap<String, BTreeSet<String>> = keys_asked(EVERY_TABLE)
            .into_iter()
            .map(|(path, keys)| (path, keys.into_iter().map(String::from).collect()))
            .collect();
        assert_eq!(asked, expected);
    }

    #[test]
    fn every_key_has_a_description_and_every_default_fits_its_schema() {
        fn walk(schema: &Value, path: &str, keys: &mut usize) {
            let Some(properties) = schema["properties"].as_object() else { return };
            for (name, key) in properties {
                let path = format!("{path}.{name}");
                *keys += 1;
                assert!(key["description"].as_str().is_some_and(|d| d.len() > 8), "{path} has no description");
                let validator = jsonschema::draft202012::new(key).expect("every key's schema is a schema");
                for value in key.get("default").into_iter().chain(key["examples"].as_array().into_iter().flatten()) {
                    assert!(validator.is_valid(value), "{path}: {value}");
                }
                walk(key, &path, keys);
            }
        }
        let schema = schema();
        let mut keys = 0;
        walk(&schema, "", &mut keys);
        walk(&schema["properties"]["constructs"]["additionalProperties"], "constructs.NAME", &mut keys);
        assert!(keys > 50, "{keys} keys");
        assert!(jsonschema::draft202012::meta::is_valid(&schema));
    }
}
