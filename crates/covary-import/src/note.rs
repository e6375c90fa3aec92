//! What an importer did that the researcher should know.

use serde::Serialize;

/// Something an importer decided or changed, as a value; [`ImportNote::text`] says it in English.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum ImportNote {
    /// The text encoding was guessed from the bytes.
    EncodingGuessed {
        /// Its name.
        encoding: String,
    },
    /// The file states no encoding that is known; its texts were taken as this one.
    LegacyCodePage {
        /// What the file states, if anything.
        stated: Option<String>,
        /// The encoding used.
        encoding: String,
    },
    /// Texts hold bytes that do not belong to the file's encoding.
    UndecodedTexts {
        /// The encoding.
        encoding: String,
        /// How many texts.
        count: usize,
    },
    /// The field delimiter was found from the text (only noted where it is not the usual one).
    DelimiterFound {
        /// The delimiter.
        delimiter: char,
    },
    /// Numbers are written with a decimal comma.
    DecimalComma,
    /// Marks such as NA or a lone point in numeric columns were taken as missing.
    MissingMarks {
        /// The marks, as they stand in the file.
        marks: Vec<String>,
        /// The variables.
        variables: Vec<String>,
        /// How many fields.
        count: usize,
    },
    /// Words for true and false were taken as 1 and 0.
    TrueFalse {
        /// The variables.
        variables: Vec<String>,
    },
    /// Whole numbers of more than 15 digits were kept as text, so that no digit is lost.
    LongNumbersKeptAsText {
        /// The variables.
        variables: Vec<String>,
    },
    /// A column without a name was named.
    UnnamedColumn {
        /// Its position, from 1.
        column: usize,
        /// The name given.
        name: String,
    },
    /// Columns without name and content were dropped.
    EmptyColumnsDropped {
        /// Their positions, from 1.
        columns: Vec<usize>,
    },
    /// Lines or rows without any content were dropped.
    EmptyRowsDropped {
        /// How many.
        count: usize,
    },
    /// The workbook holds several sheets; one was read.
    SheetChosen {
        /// The sheet read.
        sheet: String,
        /// All others.
        others: Vec<String>,
    },
    /// Numbers stored as text were read as numbers.
    NumbersStoredAsText {
        /// The variables.
        variables: Vec<String>,
        /// How many cells.
        count: usize,
    },
    /// Formulas whose result the file does not hold; they count as missing.
    FormulasWithoutValue {
        /// The first such cell.
        first: String,
        /// How many.
        count: usize,
    },
    /// Dates were turned into ISO 8601 texts.
    DatesAsText {
        /// The variables.
        variables: Vec<String>,
    },
    /// Durations were turned into seconds.
    DurationsAsSeconds {
        /// The variables.
        variables: Vec<String>,
    },
    /// Missing codes of a date or a text cannot be kept; these values count as missing.
    MissingCodesApplied {
        /// The variables.
        variables: Vec<String>,
    },
    /// Stata's extended missing values (.a to .z) count as missing; their kinds are not kept.
    ExtendedMissing {
        /// The variables.
        variables: Vec<String>,
        /// How many values.
        count: usize,
    },
    /// Something the reading library remarked about the file.
    Remark {
        /// Its words.
        text: String,
    },
}

impl ImportNote {
    /// The note in one English sentence.
    pub fn text(&self) -> String {
        match self {
            ImportNote::EncodingGuessed { encoding } => {
                format!("the text encoding is not stated; taken as {encoding}")
            }
            ImportNote::LegacyCodePage { stated: None, encoding } => {
                format!("the file does not state its text encoding; taken as {encoding}")
            }
            ImportNote::LegacyCodePage { stated: Some(stated), encoding } => {
                format!("the file states the unknown text encoding \"{stated}\"; taken as {encoding}")
            }
            ImportNote::UndecodedTexts { encoding, count } => {
                format!("{count} texts hold bytes that are not {encoding}; another encoding may be right")
            }
            ImportNote::DelimiterFound { delimiter } => match delimiter {
                '\t' => "fields are separated by tabs".to_string(),
                other => format!("fields are separated by \"{other}\""),
            },
            ImportNote::DecimalComma => "numbers are written with a decimal comma".to_string(),
            ImportNote::MissingMarks { marks, variables, count } => {
                format!("{} taken as missing in {} ({count} fields)", quoted(marks), listed(variables))
            }
            ImportNote::TrueFalse { variables } => {
                format!("true and false read as 1 and 0 in {}", listed(variables))
            }
            ImportNote::LongNumbersKeptAsText { variables } => {
                format!("whole numbers of more than 15 digits kept as text in {}", listed(variables))
            }
            ImportNote::UnnamedColumn { column, name } => format!("column {column} has no name; called \"{name}\""),
            ImportNote::EmptyColumnsDropped { columns } => {
                let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
                format!("dropped columns without name and content: {}", listed(&columns))
            }
            ImportNote::EmptyRowsDropped { count } => format!("dropped {count} rows without any content"),
            ImportNote::SheetChosen { sheet, others } => {
                format!("read the sheet \"{sheet}\"; the workbook also holds {}", quoted(others))
            }
            ImportNote::NumbersStoredAsText { variables, count } => {
                format!("{count} numbers stored as text read as numbers in {}", listed(variables))
            }
            ImportNote::FormulasWithoutValue { first, count } => {
                format!("{count} formulas without a stored result count as missing, the first in {first}")
            }
            ImportNote::DatesAsText { variables } => format!("dates kept as ISO 8601 texts in {}", listed(variables)),
            ImportNote::DurationsAsSeconds { variables } => {
                format!("durations read as seconds in {}", listed(variables))
            }
            ImportNote::MissingCodesApplied { variables } => {
                format!("values declared missing count as missing, the codes are not kept, in {}", listed(variables))
            }
            ImportNote::ExtendedMissing { variables, count } => {
                format!("{count} extended missing values (.a to .z) count as missing in {}", listed(variables))
            }
            ImportNote::Remark { text } => text.clone(),
        }
    }
}

fn quoted(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
    listed(&quoted)
}

/// The first names in full and how many more there are, so that a note stays one line.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
