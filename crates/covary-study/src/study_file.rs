//! The study file: TOML in, [`Study`](crate::Study) out, every fault named at once with line and column.

use serde::Serialize;

use crate::Study;

/// Where in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
}

/// What is wrong with a study file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where; `None` where no place can be named.
    pub place: Option<Place>,
    /// The key concerned: `constructs.F1.scale`.
    pub key: String,
    /// What was found and what was expected.
    pub message: String,
    /// What would help.
    pub help: Option<String>,
}

/// A study file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyFile {
    /// The plan.
    pub study: Study,
    /// Where each key stands, to point at it once the data are known: ("constructs.F1.items[2]", place).
    pub places: Vec<(String, Place)>,
}

/// Reads a study file; on failure all faults, in the order of their places.
pub fn read_study(text: &str) -> Result<StudyFile, Vec<Fault>> {
    todo!("{text}")
}
