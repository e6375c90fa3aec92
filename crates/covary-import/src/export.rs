//! [`Dataset`] to data files: one file per format.
//!
//! What a format cannot hold is not dropped in silence: [`losses`] names it, and what must not be misread is
//! written as missing.

mod delimited;
mod names;
mod spss;
mod stata;
pub(crate) mod workbook;

use std::fmt;

use covary_data::{Column, Dataset, Variable};
use serde::Serialize;

/// A file format that can be written.
pub struct ExportFormat {
    /// What people call it.
    pub name: &'static str,
    /// Its file name extension, in lower case.
    pub extension: &'static str,
    write: fn(&Dataset) -> Result<Vec<u8>, ExportError>,
    losses: fn(&Dataset) -> Vec<ExportLoss>,
}

/// All formats that can be written.
#[rustfmt::skip] // one line a format
pub const EXPORT_FORMATS: &[ExportFormat] = &[
    delimited::CSV,
    delimited::TSV,
    workbook::XLSX,
    spss::SAV,
    spss::ZSAV,
    stata::DTA,
];

/// Why a dataset cannot be written in a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportError {
    /// The file's name as given by the caller.
    pub file: String,
    /// The variable that does not fit, if it is one.
    pub variable: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What would help.
    pub help: Option<String>,
}

impl ExportError {
    fn new(problem: impl Into<String>) -> Self {
        ExportError { file: String::new(), variable: None, problem: problem.into(), help: None }
    }

    fn of(mut self, variable: &str) -> Self {
        self.variable = Some(variable.to_string());
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(variable) = &self.variable {
            write!(f, ", variable \"{variable}\"")?;
        }
        write!(f, ": {}", self.problem)?;
        if let Some(help) = &self.help {
            write!(f, ". {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ExportError {}

/// Something of a dataset that a format cannot hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum ExportLoss {
    /// Variable and value labels and measures are not kept.
    Labels,
    /// Measures are not kept.
    Measures,
    /// Answers with a missing code are written as missing, and the codes are not kept.
    MissingCodes {
        /// The variables.
        variables: Vec<String>,
    },
    /// Answers with a missing code are written as extended missing values.
    ExtendedMissing {
        /// The variables.
        variables: Vec<String>,
    },
    /// A name that the format does not take was changed; the old one became the label where there was none.
    Renamed {
        /// The name in the dataset.
        from: String,
        /// The name in the file.
        to: String,
    },
    /// Labels were shortened to the length that the format takes.
    ShortenedLabels {
        /// The variables.
        variables: Vec<String>,
    },
    /// Labels of fractions, or of texts, cannot be kept.
    ValueLabels {
        /// The variables.
        variables: Vec<String>,
    },
}

impl ExportLoss {
    /// The loss in one English sentence.
    pub fn text(&self) -> String {
        let list = |variables: &[String]| variables.join(", ");
        match self {
            ExportLoss::Labels => "labels and measures are not kept in this format".to_string(),
            ExportLoss::Measures => "measures are not kept in this format".to_string(),
            ExportLoss::MissingCodes { variables } => {
                format!("answers with a missing code are written as missing in {}", list(variables))
            }
            ExportLoss::ExtendedMissing { variables } => {
                format!("missing codes are written as .a, .b, … in {}", list(variables))
            }
            ExportLoss::Renamed { from, to } => format!("\"{from}\" is called {to} in the file"),
            ExportLoss::ShortenedLabels { variables } => format!("labels are shortened in {}", list(variables)),
            ExportLoss::ValueLabels { variables } => format!("some value labels are not kept in {}", list(variables)),
        }
    }
}

/// The bytes of a file called `name` that holds `dataset`; the extension chooses the format.
///
/// The same dataset gives the same bytes. Texts stay texts, those that look like formulas too.
///
/// # Errors
/// An extension that cannot be written; a dataset beyond the format's limits.
pub fn export(name: &str, dataset: &Dataset) -> Result<Vec<u8>, ExportError> {
    let named = |mut error: ExportError| {
        error.file = name.to_string();
        error
    };
    format_of(name).and_then(|format| (format.write)(dataset)).map_err(named)
}

/// What the format of a file called `name` cannot hold of `dataset`.
///
/// # Errors
/// An extension that cannot be written.
pub fn losses(name: &str, dataset: &Dataset) -> Result<Vec<ExportLoss>, ExportError> {
    let format = format_of(name).map_err(|mut error| {
        error.file = name.to_string();
        error
    })?;
    Ok((format.losses)(dataset))
}

fn format_of(name: &str) -> Result<&'static ExportFormat, ExportError> {
    let extension = name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_lowercase());
    EXPORT_FORMATS.iter().find(|format| format.extension == extension).ok_or_else(|| {
        let known: Vec<String> = EXPORT_FORMATS.iter().map(|format| format!(".{}", format.extension)).collect();
        ExportError::new(format!("a file with the extension \"{extension}\" cannot be written"))
            .help(format!("Give it one of {}", known.join(" ")))
    })
}

/// A value of a case as written where missing codes cannot be declared: what is missing is nothing.
enum Value<'a> {
    Number(f64),
    Text(&'a str),
    Nothing,
}

fn value(dataset: &Dataset, index: usize, case: usize) -> Value<'_> {
    match (raw_value(dataset, index, case), &dataset.variables()[index].missing) {
        (Value::Number(number), missing) if missing.contains(number) => Value::Nothing,
        (Value::Text(text), missing) if missing.texts.iter().any(|code| code == text) => Value::Nothing,
        (value, _) => value,
    }
}

/// A value of a case, missing codes included.
fn raw_value(dataset: &Dataset, index: usize, case: usize) -> Value<'_> {
    match dataset.column(index) {
        Column::Numeric(values) if values[case].is_nan() => Value::Nothing,
        Column::Numeric(values) => Value::Number(values[case]),
        Column::Text(texts) => texts[case].as_deref().map_or(Value::Nothing, Value::Text),
    }
}

/// The names of the variables for which `holds`.
fn named(dataset: &Dataset, holds: impl Fn(&Variable) -> bool) -> Vec<String> {
    dataset.variables().iter().filter(|variable| holds(variable)).map(|variable| variable.name.clone()).collect()
}

/// The beginning of `text` within `bytes` bytes, cut between characters.
fn shortened(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
