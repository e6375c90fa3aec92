//! The study file: TOML in, [`Study`] out, every fault named at once with line and column.
//!
//! Read with `toml`'s spanned tables and not through serde, which ends at the first fault; `toml_edit` would keep
//! comments and blanks that nobody asks for here.

mod cross_checks;
mod fault;
pub(crate) mod keys;
pub(crate) mod sections;
pub(crate) mod table;
mod text;

use serde::Serialize;
use toml::de::DeTable;

use crate::{Language, Study};
pub use cross_checks::check_hypotheses;
pub use sections::bootstrap::{DEFAULT_LEVEL, DEFAULT_RESAMPLES, DEFAULT_SEED};
pub use sections::hypotheses::DEFAULT_ALPHA;
pub use sections::report::FORMATS;
use table::{Notes, Table};
use text::Text;

/// Where in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
}

/// What is wrong with a study file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
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
    /// Where each key's value stands, to point at it once the data are known: (`constructs.F1.items[2]`, place).
    ///
    /// Elements of a list count from 0. A name inside a text (a condition, a rule, formulas) stands under the key of
    /// the text, `#` and the name: `screening.keep#age`, `hypotheses.H1#F1`, `model.paths#M`. Options of the model
    /// stand under lavaan's names: `model.std.lv`. Names that TOML would quote are quoted.
    pub places: Vec<(String, Place)>,
}

impl StudyFile {
    /// Where a key stands.
    pub fn place(&self, key: &str) -> Option<Place> {
        self.places.iter().find(|(known, _)| known == key).map(|(_, place)| *place)
    }
}

/// What the program that reads a study file can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known<'a> {
    /// Report formats that are built, among [`FORMATS`]; default html and json.
    pub formats: &'a [&'a str],
    /// Languages of reports that are built; default English.
    pub languages: &'a [Language],
    /// Names of the options that a fit takes, in lavaan's spelling; `None` (default): options are not checked.
    pub model_options: Option<&'a [&'a str]>,
}

impl Default for Known<'_> {
    fn default() -> Self {
        Known { formats: &["html", "json"], languages: &[Language::En], model_options: None }
    }
}

/// Reads a study file; on failure all faults, in the order of their places.
///
/// # Errors
/// Everything that is wrong and can be seen without the data; of a text that is not TOML, the first place that is not.
pub fn read_study(text: &str) -> Result<StudyFile, Vec<Fault>> {
    read_study_with(text, &Known::default())
}

/// Reads a study file for a program that can do what `known` says; on failure all faults, in the order of their places.
///
/// # Errors
/// As [`read_study`].
pub fn read_study_with(text: &str, known: &Known) -> Result<StudyFile, Vec<Fault>> {
    let text = Text::new(text);
    let mut notes = Notes::new(&text);
    let study = read_text(&text, known, &mut notes);
    finish(study, notes)
}

fn read_text(text: &Text, known: &Known, notes: &mut Notes) -> Option<Study> {
    let (document, errors) = DeTable::parse_recoverable(text.content);
    fault::note_syntax_errors(&errors, notes).then(|| {
        let root = Table::new(String::new(), Some(0..0), document.get_ref());
        let study = read_sections(root, known, notes);
        cross_checks::check_study(&study, notes);
        study
    })
}

fn read_sections(mut root: Table, known: &Known, notes: &mut Notes) -> Study {
    let heading = sections::study::read(root.table("study", notes), known, notes);
    let data = sections::data::read(root.table("data", notes), notes);
    let constructs = sections::constructs::read(root.table("constructs", notes), notes);
    let pilot = sections::pilot::read(root.table("pilot", notes), &constructs, &data.missing_codes, notes);
    let screening = sections::screening::read(root.table("screening", notes), notes);
    let profile = sections::profile::read(root.table("profile", notes), notes);
    let factors = sections::factors::read(root.table("factors", notes), &constructs, notes);
    let model = sections::model::read(root.table("model", notes), known, notes);
    let bootstrap = sections::bootstrap::read(root.table("bootstrap", notes), model.is_some(), notes);
    let claims = sections::hypotheses::read(root.table("hypotheses", notes), notes);
    let report = sections::report::read(root.table("report", notes), known, notes);
    root.close(notes);
    Study {
        title: heading.title,
        convention: heading.convention,
        languages: heading.languages,
        data,
        pilot,
        screening,
        profile,
        constructs,
        factors,
        model,
        bootstrap,
        hypotheses: claims.hypotheses,
        alpha: claims.alpha,
        report,
    }
}

/// The keys that each table of a study file was asked for, to hold them against the schema.
#[cfg(test)]
pub(crate) fn keys_asked(text: &str) -> Vec<(String, Vec<&'static str>)> {
    let text = Text::new(text);
    let mut notes = Notes::new(&text);
    read_text(&text, &Known::default(), &mut notes);
    notes.asked
}

fn finish(study: Option<Study>, notes: Notes) -> Result<StudyFile, Vec<Fault>> {
    let (mut faults, places) = (notes.faults, notes.places);
    // What has no place comes first: it is about the file as a whole.
    faults.sort_by_key(|f| f.place);
    match study {
        Some(study) if faults.is_empty() => Ok(StudyFile { study, places }),
        _ => Err(faults),
    }
}
