//! A completed model printed again: lavaan syntax, Mplus input, equations. One language per file and one list, [`ALL`].

mod equations;
mod labels;
mod lavaan;
mod mplus;

use super::ParameterTable;
use crate::Settings;

/// A language that models are printed in.
#[derive(Clone, Copy, Debug)]
pub struct Language {
    /// The word that chooses it.
    pub name: &'static str,
    /// What it prints.
    pub help: &'static str,
    /// The model in this language, whole lines.
    pub print: fn(&ParameterTable, &Settings) -> String,
}

/// All languages.
pub const ALL: &[Language] = &[
    Language { name: "lavaan", help: "lavaan syntax, nothing left to defaults", print: lavaan::print },
    Language { name: "mplus", help: "an input of Mplus", print: mplus::print },
    Language { name: "equations", help: "one equation per variable", print: equations::print },
];

/// Words in lines of at most `width` characters, further lines indented more deeply than the first.
fn wrapped(words: &[String], indent: usize, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= width) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => {
                let indent = if lines.is_empty() { indent } else { indent + 4 };
                lines.push(format!("{}{word}", " ".repeat(indent)));
            }
        }
    }
    lines.join("\n")
}
