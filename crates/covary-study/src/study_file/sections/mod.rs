//! The sections of a study file: one file each, with its keys and how they are read.

pub(crate) mod bootstrap;
pub(crate) mod constructs;
pub(crate) mod data;
pub(crate) mod factors;
pub(crate) mod hypotheses;
pub(crate) mod model;
pub(crate) mod pilot;
pub(crate) mod profile;
pub(crate) mod report;
pub(crate) mod screening;
pub(crate) mod study;

use serde_json::Value;

use super::keys::Key;

/// A section: what it is called, what it says, and its keys.
pub(crate) struct Section {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
    /// Whether a study file must have it.
    pub required: bool,
    /// Keys with a fixed name.
    pub keys: fn() -> Vec<Key>,
    /// JSON Schema of what may stand under names that the researcher chooses.
    pub others: fn() -> Value,
}

/// All sections, in the order of a study.
pub(crate) const SECTIONS: [Section; 11] = [
    study::SECTION,
    data::SECTION,
    pilot::SECTION,
    screening::SECTION,
    profile::SECTION,
    constructs::SECTION,
    factors::SECTION,
    model::SECTION,
    bootstrap::SECTION,
    hypotheses::SECTION,
    report::SECTION,
];

/// No further names.
fn nothing() -> Value {
    Value::Bool(false)
}
