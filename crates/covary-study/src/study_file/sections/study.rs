//! `[study]`: title, convention, language.

use serde_json::json;

use super::{Section, nothing};
use crate::study_file::Known;
use crate::study_file::keys::{Key, text, word, words};
use crate::study_file::table::{Located, Notes, Table, choose};
use crate::{ConventionName, Language};

pub(crate) const SECTION: Section =
    Section { name: "study", about: "The study as a whole.", required: false, keys, others: nothing };

const CONVENTIONS: [(&str, ConventionName); 3] =
    [("amos", ConventionName::Amos), ("lavaan", ConventionName::Lavaan), ("mplus", ConventionName::Mplus)];

const LANGUAGES: [(&str, Language); 2] = [("en", Language::En), ("zh", Language::Zh)];

fn keys() -> Vec<Key> {
    vec![
        Key::new("title", text(), "Title of the study, as it stands over the report."),
        Key::new(
            "convention",
            word(&CONVENTIONS),
            "Whose conventions the numbers follow. Under \"amos\" observed exogenous variables are random, else fixed.",
        )
        .default("amos"),
        Key::new(
            "language",
            json!({ "anyOf": [word(&LANGUAGES), words(&LANGUAGES)] }),
            "Language of the report, or a list of languages, first the main one.",
        )
        .default("en"),
    ]
}

/// What the section says.
pub(crate) struct Heading {
    /// Title; empty where none is given.
    pub title: String,
    /// Whose conventions the numbers follow.
    pub convention: ConventionName,
    /// Languages of the report.
    pub languages: Vec<Language>,
}

/// Reads the section.
pub(crate) fn read(mut table: Table, known: &Known, notes: &mut Notes) -> Heading {
    let title = table.text("title", notes).map(|t| t.value).unwrap_or_default();
    let convention = table.word("convention", &CONVENTIONS, notes).unwrap_or_default();
    let written = table.text_or_texts("language", notes);
    table.close(notes);
    let languages = match written {
        Some(written) => languages(written, known, notes),
        None => vec![Language::default()],
    };
    Heading { title, convention, languages }
}

fn languages(mut written: Vec<Located<String>>, known: &Known, notes: &mut Notes) -> Vec<Language> {
    crate::study_file::table::drop_repeated(&mut written, notes);
    let mut languages = Vec::new();
    for text in &written {
        match choose(text, &LANGUAGES, notes) {
            Some(language) if known.languages.contains(&language) => languages.push(language),
            Some(_) => {
                let message = format!("reports in the language \"{}\" are not built yet", text.value);
                let built = LANGUAGES.iter().filter(|(_, l)| known.languages.contains(l)).map(|(word, _)| *word);
                let help = format!("built: {}", built.collect::<Vec<_>>().join(", "));
                notes.fault(text.span.start, &text.key, message, Some(help));
            }
            None => {}
        }
    }
    if written.is_empty() {
        notes.fault_at_key("study.language", "the list of languages is empty", Some("write \"en\"".into()));
    }
    languages
}
