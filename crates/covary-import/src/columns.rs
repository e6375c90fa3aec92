//! Fields of text to typed columns: what counts as a number, as missing, as a name.

use std::collections::{HashMap, HashSet};

use crate::error::{ImportError, Place};
use crate::note::ImportNote;

/// Marks that stand for "missing" in an otherwise numeric column.
///
/// NA is R's, the lone point SPSS's and Stata's, NaN Python's, NULL that of databases, `#NULL!` what SPSS
/// writes for a system-missing value when it saves as text.
pub(crate) const MISSING_MARKS: &[&str] = &["NA", ".", "NaN", "nan", "NULL", "#NULL!"];

/// Whole numbers with more digits than this do not all fit a binary number of 64 bits.
const SAFE_DIGITS: usize = 15;

/// What one field of text is, read as part of a numeric column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field {
    Empty,
    Number(f64),
    /// One of [`MISSING_MARKS`].
    Mark,
    Truth(bool),
    /// A whole number too long to be kept exactly.
    LongNumber,
    Text,
}

/// Reads one field; `decimal` is the decimal mark.
pub(crate) fn read_field(field: &str, decimal: char) -> Field {
    let field = field.trim();
    if field.is_empty() {
        return Field::Empty;
    }
    if MISSING_MARKS.contains(&field) {
        return Field::Mark;
    }
    if let Some(number) = parse_number(field, decimal) {
        return match is_long_integer(field) {
            true => Field::LongNumber,
            false => Field::Number(number),
        };
    }
    match field {
        "TRUE" | "True" | "true" => Field::Truth(true),
        "FALSE" | "False" | "false" => Field::Truth(false),
        _ => Field::Text,
    }
}

/// A plain number in digits with at most one decimal mark and an exponent; neither words such as "inf" nor
/// thousands separators.
pub(crate) fn parse_number(field: &str, decimal: char) -> Option<f64> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | 'e' | 'E') || c == decimal;
    if !field.chars().all(plain) || !field.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let number: f64 = match decimal {
        '.' => field.parse().ok()?,
        other => field.replace(other, ".").parse().ok()?,
    };
    number.is_finite().then_some(number)
}

fn is_long_integer(field: &str) -> bool {
    let digits = field.trim_start_matches(['+', '-']).trim_start_matches('0');
    digits.len() > SAFE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// How a column is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Numeric,
    /// Only words for true and false.
    Truth,
    Text,
    /// Numbers, some of them too long to be kept exactly as numbers.
    LongNumbers,
}

/// Counts over the fields of one column, from which its kind follows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub numbers: usize,
    pub marks: usize,
    truths: usize,
    long: usize,
    texts: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, field: Field) {
        match field {
            Field::Empty => {}
            Field::Number(_) => self.numbers += 1,
            Field::Mark => self.marks += 1,
            Field::Truth(_) => self.truths += 1,
            Field::LongNumber => self.long += 1,
            Field::Text => self.texts += 1,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match (self.texts, self.truths, self.long, self.numbers) {
            (0, 0, 0, _) => Kind::Numeric,
            (0, 0, _, _) => Kind::LongNumbers,
            (0, _, 0, 0) => Kind::Truth,
            _ => Kind::Text,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.numbers + self.marks + self.truths + self.long + self.texts == 0
    }
}

/// The names of columns, from their headers; `None` for a column that is dropped because it has neither name
/// nor content.
///
/// `place` says where the header of a column (from 0) stands.
pub(crate) fn name_columns(
    headers: &[String],
    is_empty: impl Fn(usize) -> bool,
    place: impl Fn(usize) -> Place,
    notes: &mut Vec<ImportNote>,
) -> Result<Vec<Option<String>>, ImportError> {
    refuse_duplicates(headers, &place)?;
    if headers.iter().all(|header| header.is_empty() || parse_number(header, '.').is_some()) {
        return Err(ImportError::new("the first line holds numbers, not names")
            .at(place(0))
            .expected("the variable names in the first line")
            .help("Add a line with the names of the variables"));
    }
    refuse_title(headers, &is_empty, &place)?;
    let taken: HashSet<&str> = headers.iter().map(String::as_str).collect();
    let mut dropped = Vec::new();
    let mut names = Vec::with_capacity(headers.len());
    for (index, header) in headers.iter().enumerate() {
        if !header.is_empty() {
            names.push(Some(header.clone()));
        } else if is_empty(index) {
            dropped.push(index + 1);
            names.push(None);
        } else {
            let name = free_name(index + 1, &taken);
            notes.push(ImportNote::UnnamedColumn { column: index + 1, name: name.clone() });
            names.push(Some(name));
        }
    }
    if !dropped.is_empty() {
        notes.push(ImportNote::EmptyColumnsDropped { columns: dropped });
    }
    Ok(names)
}

fn refuse_duplicates(headers: &[String], place: &impl Fn(usize) -> Place) -> Result<(), ImportError> {
    let mut first = HashMap::new();
    for (index, header) in headers.iter().enumerate().filter(|(_, header)| !header.is_empty()) {
        if let Some(earlier) = first.insert(header.as_str(), index) {
            return Err(ImportError::new(format!(
                "the name \"{header}\" stands in column {} and again in column {}",
                earlier + 1,
                index + 1
            ))
            .at(place(index))
            .help("Every column needs a name of its own; rename one of them"));
        }
    }
    Ok(())
}

/// A first line that names few of the columns is a title above the names.
fn refuse_title(
    headers: &[String],
    is_empty: &impl Fn(usize) -> bool,
    place: &impl Fn(usize) -> Place,
) -> Result<(), ImportError> {
    let unnamed: Vec<usize> =
        (0..headers.len()).filter(|&index| headers[index].is_empty() && !is_empty(index)).collect();
    match unnamed.len() > 1 && 2 * unnamed.len() > headers.len() {
        true => Err(ImportError::new(format!(
            "{} of {} columns have no name in the first line",
            unnamed.len(),
            headers.len()
        ))
        .at(place(unnamed[0]))
        .expected("the variable names in the first line")
        .help("Delete titles and empty lines above the names")),
        false => Ok(()),
    }
}

fn free_name(column: usize, taken: &HashSet<&str>) -> String {
    let mut name = format!("column_{column}");
    while taken.contains(name.as_str()) {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_documented() {
        for (field, decimal, expected) in [
            ("", '.', Field::Empty),
            ("  ", '.', Field::Empty),
            ("1", '.', Field::Number(1.0)),
            (" -1.5e3 ", '.', Field::Number(-1500.0)),
            ("1,5", ',', Field::Number(1.5)),
            ("1.5", ',', Field::Text),
            ("1,5", '.', Field::Text),
            ("1,234", '.', Field::Text),
            ("1.234,5", ',', Field::Text),
            ("inf", '.', Field::Text),
            ("infinity", '.', Field::Text),
            ("nan", '.', Field::Mark),
            ("NA", '.', Field::Mark),
            (".", '.', Field::Mark),
            ("#NULL!", '.', Field::Mark),
            ("1e999", '.', Field::Text),
            ("-", '.', Field::Text),
            ("e", '.', Field::Text),
            ("0x10", '.', Field::Text),
            ("TRUE", '.', Field::Truth(true)),
            ("false", '.', Field::Truth(false)),
            ("123456789012345", '.', Field::Number(123456789012345.0)),
            ("1234567890123456", '.', Field::LongNumber),
            ("0.30000000000000004", '.', Field::Number(0.30000000000000004)),
            ("5 pieces", '.', Field::Text),
        ] {
            assert_eq!(read_field(field, decimal), expected, "{field:?} with {decimal:?}");
        }
    }

    #[test]
    fn kinds_follow_from_all_fields() {
        for (fields, expected) in [
            (vec!["1", "", "NA"], Kind::Numeric),
            (vec!["", ""], Kind::Numeric),
            (vec!["1", "x"], Kind::Text),
            (vec!["TRUE", "FALSE", "NA"], Kind::Truth),
            (vec!["TRUE", "1"], Kind::Text),
            (vec!["1", "1234567890123456"], Kind::LongNumbers),
        ] {
            let mut tally = Tally::default();
            fields.iter().for_each(|field| tally.add(read_field(field, '.')));
            assert_eq!(tally.kind(), expected, "{fields:?}");
        }
    }
}
