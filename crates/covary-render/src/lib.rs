//! serde_json.
