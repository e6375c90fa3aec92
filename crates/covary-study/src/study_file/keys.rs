//! What is said about the keys of a study file: the material of its JSON Schema.

use serde_json::{Map, Value, json};

/// A key of a section.
pub(crate) struct Key {
    /// Its name.
    pub name: &'static str,
    /// JSON Schema of its value.
    pub schema: Value,
    /// Whether a study file must have it.
    pub required: bool,
}

impl Key {
    /// A key that may be left out.
    pub fn new(name: &'static str, schema: Value, about: &str) -> Self {
        let mut key = Key { name, schema, required: false };
        key.set("description", json!(about));
        key
    }

    /// The same with what holds where it is left out.
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.set("default", value.into());
        self
    }

    /// The same with an example.
    pub fn example(mut self, value: impl Into<Value>) -> Self {
        self.set("examples", json!([value.into()]));
        self
    }

    /// The same, needed.
    pub fn required(self) -> Self {
        Key { required: true, ..self }
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Value::Object(schema) = &mut self.schema {
            schema.insert(name.into(), value);
        }
    }
}

/// Schema of a table with these keys and `others` for any further key (`false`: none).
pub(crate) fn object(keys: Vec<Key>, others: Value) -> Value {
    let required: Vec<&str> = keys.iter().filter(|k| k.required).map(|k| k.name).collect();
    let properties: Map<String, Value> = keys.into_iter().map(|k| (k.name.to_string(), k.schema)).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": others });
    if let (Value::Object(schema), false) = (&mut schema, required.is_empty()) {
        schema.insert("required".into(), json!(required));
    }
    schema
}

/// A text that is not empty.
pub(crate) fn text() -> Value {
    json!({ "type": "string", "pattern": "\\S" })
}

/// A list of different texts.
pub(crate) fn texts() -> Value {
    json!({ "type": "array", "items": text(), "uniqueItems": true })
}

/// One of the words of a choice.
pub(crate) fn word<T>(words: &[(&'static str, T)]) -> Value {
    json!({ "type": "string", "enum": words.iter().map(|(word, _)| *word).collect::<Vec<_>>() })
}

/// A list of different words of a choice.
pub(crate) fn words<T>(words: &[(&'static str, T)]) -> Value {
    json!({ "type": "array", "items": word(words), "uniqueItems": true })
}

/// A whole number inside closed ends.
pub(crate) fn whole((low, high): (u64, u64)) -> Value {
    json!({ "type": "integer", "minimum": low, "maximum": high })
}

/// A number inside open ends.
pub(crate) fn between((low, high): (f64, f64)) -> Value {
    json!({ "type": "number", "exclusiveMinimum": low, "exclusiveMaximum": high })
}
