//! CSV and TSV: text with one case per line, fields separated by a delimiter, names in the first line.
//!
//! A column is numeric when every field that is not empty and not a missing mark is a number.

use covary_data::{Column, Dataset, Variable};

use crate::columns::{Field, Kind, Tally, name_columns, read_field};
use crate::error::{ImportError, Place};
use crate::note::ImportNote;
use crate::text_encoding::{Decoded, decode_file};
use crate::{Format, ImportOptions, Imported};

/// Comma-separated values.
pub(crate) const CSV: Format = Format {
    name: "comma-separated values",
    extensions: &["csv", "txt"],
    recognise: looks_like_text,
    read: |bytes, options| read(bytes, options, None),
};

/// Tab-separated values.
pub(crate) const TSV: Format = Format {
    name: "tab-separated values",
    extensions: &["tsv", "tab"],
    recognise: looks_like_text,
    read: |bytes, options| read(bytes, options, Some('\t')),
};

/// The delimiters looked for, the likelier first.
const DELIMITERS: &[char] = &[',', ';', '\t', '|'];

/// Records looked at to find the delimiter.
const SAMPLE: usize = 50;

/// Text holds no control characters but line ends, tabs and form feeds; UTF-16 text holds NULs in every other byte.
fn looks_like_text(bytes: &[u8]) -> bool {
    decode_file(&bytes[..bytes.len().min(4096)], None).map_or(true, |decoded| control_line(&decoded.text).is_none())
}

fn read(bytes: &[u8], options: &ImportOptions, usual: Option<char>) -> Result<Imported, ImportError> {
    let mut notes = Vec::new();
    let Decoded { text, encoding, guessed } = decode_file(bytes, options.encoding.as_deref())?;
    if guessed {
        notes.push(ImportNote::EncodingGuessed { encoding: encoding.name().to_string() });
    }
    if let Some(line) = control_line(&text) {
        return Err(ImportError::new("the file is not text: it holds control characters")
            .at(Place::Line(line))
            .expected("a text file with one case per line"));
    }
    let (text, stated) = stated_delimiter(&text);
    let delimiter = options.delimiter.or(stated).unwrap_or_else(|| find_delimiter(text, usual));
    if !delimiter.is_ascii() {
        return Err(ImportError::new(format!("the delimiter \"{delimiter}\" cannot be used"))
            .expected("one ASCII character, such as a comma, semicolon, tab or bar"));
    }
    if options.delimiter.is_none() && delimiter != usual.unwrap_or(',') && text.contains(delimiter) {
        notes.push(ImportNote::DelimiterFound { delimiter });
    }
    let (header_line, headers) = read_headers(text, delimiter)?;
    let decimal = match options.decimal {
        Some(decimal) => decimal,
        None => find_decimal(text, delimiter, headers.len())?,
    };
    if decimal == ',' && options.decimal.is_none() {
        notes.push(ImportNote::DecimalComma);
    }
    let form = Form { delimiter, decimal };
    let place = |column: usize| Place::LineColumn { line: header_line, column: column + 1 };
    let dataset = read_columns(text, form, &headers, place, &mut notes)?;
    Ok(Imported { dataset, notes })
}

/// The line of the first character that no text file holds.
fn control_line(text: &str) -> Option<u64> {
    let control = |c: char| c < ' ' && !matches!(c, '\n' | '\r' | '\t' | '\u{0C}' | '\u{1A}');
    let position = text.find(control)?;
    Some(1 + text[..position].matches('\n').count() as u64)
}

/// Excel reads and some programs write a first line `sep=;`. The empty line left of it keeps line numbers right.
fn stated_delimiter(text: &str) -> (&str, Option<char>) {
    let first = text.lines().next().unwrap_or("");
    let mut rest = first.strip_prefix("sep=").unwrap_or("").chars();
    match (rest.next(), rest.next()) {
        (Some(delimiter), None) => (&text[first.len()..], Some(delimiter)),
        _ => (text, None),
    }
}

/// The delimiter that cuts the first records into the same number of fields, the more the better.
pub(crate) fn find_delimiter(text: &str, usual: Option<char>) -> char {
    let fields = |delimiter: char| -> (bool, usize) {
        let mut counts = records(text, delimiter).take(SAMPLE).map(|record| record.map_or(0, |record| record.len()));
        let header = counts.next().unwrap_or(0);
        (counts.all(|count| count == header), header)
    };
    let candidates = usual.into_iter().chain(DELIMITERS.iter().copied().filter(|d| Some(*d) != usual));
    let mut best = (usual.unwrap_or(','), (false, 1));
    for delimiter in candidates {
        let found = fields(delimiter);
        // One field per line says nothing, however even the lines are.
        if found.1 > 1 && (best.1.1 < 2 || found > best.1) {
            best = (delimiter, found);
        }
    }
    best.0
}

/// A comma, where fields are not separated by commas and at least one column is numeric only with decimal commas
/// and none only with points; else a point.
///
/// In a file with semicolons "1,234" is one and a bit, because the semicolon is there to free the comma. With tabs
/// it could as well be a thousand, so there some field must have another number of decimals.
pub(crate) fn find_decimal(text: &str, delimiter: char, width: usize) -> Result<char, ImportError> {
    if delimiter == ',' || !text.contains(',') {
        return Ok('.');
    }
    let mut tallies = vec![(Tally::default(), Tally::default()); width];
    let mut unmistakable = delimiter == ';';
    for record in records(text, delimiter).skip(1) {
        let record = record?;
        for (field, (point, comma)) in record.iter().zip(&mut tallies) {
            point.add(read_field(field, '.'));
            comma.add(read_field(field, ','));
            let decimals = field.trim().rsplit_once(',').map_or(3, |(_, decimals)| decimals.len());
            unmistakable |= decimals != 3 && matches!(read_field(field, ','), Field::Number(_));
        }
    }
    let numeric = |tally: &Tally| tally.kind() == Kind::Numeric;
    let comma_only = tallies.iter().any(|(point, comma)| numeric(comma) && !numeric(point));
    let point_only = tallies.iter().any(|(point, comma)| numeric(point) && !numeric(comma));
    Ok(if comma_only && !point_only && unmistakable { ',' } else { '.' })
}

/// The first line that is not blank: its number and its fields.
fn read_headers(text: &str, delimiter: char) -> Result<(u64, Vec<String>), ImportError> {
    match records(text, delimiter).next().transpose()? {
        Some(record) => {
            let line = record.position().map_or(1, csv::Position::line);
            Ok((line, record.iter().map(|header| header.trim().to_string()).collect()))
        }
        None => Err(ImportError::new("the file is empty").expected("variable names in the first line, then the cases")),
    }
}

/// How fields and numbers are written.
#[derive(Clone, Copy)]
struct Form {
    delimiter: char,
    decimal: char,
}

fn read_columns(
    text: &str,
    form: Form,
    headers: &[String],
    place: impl Fn(usize) -> Place,
    notes: &mut Vec<ImportNote>,
) -> Result<Dataset, ImportError> {
    let (tallies, cases) = tally(text, form, headers, notes)?;
    let names = name_columns(headers, |i| tallies[i].is_empty(), place, notes)?;
    let mut columns: Vec<Column> = tallies
        .iter()
        .map(|tally| match tally.kind() {
            Kind::Numeric | Kind::Truth => Column::Numeric(Vec::with_capacity(cases)),
            Kind::Text | Kind::LongNumbers => Column::Text(Vec::with_capacity(cases)),
        })
        .collect();
    let mut marks = Marks::default();
    for record in records(text, form.delimiter).skip(1).take(cases) {
        let record = record?;
        for (index, (field, column)) in record.iter().zip(&mut columns).enumerate() {
            match column {
                Column::Numeric(values) => values.push(match read_field(field, form.decimal) {
                    Field::Number(number) => number,
                    Field::Truth(truth) => f64::from(u8::from(truth)),
                    Field::Mark => marks.add(field.trim(), index),
                    _ => f64::NAN,
                }),
                Column::Text(texts) => texts.push(Some(field.trim()).filter(|f| !f.is_empty()).map(str::to_string)),
            }
        }
    }
    notes.extend(kind_notes(&tallies, &names, marks));
    let (variables, columns) =
        names.into_iter().zip(columns).filter_map(|(name, column)| Some((Variable::named(name?), column))).unzip();
    Dataset::new(variables, columns).map_err(|error| ImportError::new(error.to_string()))
}

/// What every column holds, and the number of cases without the empty lines at the end.
fn tally(
    text: &str,
    form: Form,
    headers: &[String],
    notes: &mut Vec<ImportNote>,
) -> Result<(Vec<Tally>, usize), ImportError> {
    let mut tallies = vec![Tally::default(); headers.len()];
    let (mut cases, mut empty) = (0, 0);
    let mut last = None;
    for record in records(text, form.delimiter).skip(1) {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != headers.len() {
            return Err(ragged(&record, line, headers.len(), text));
        }
        for (field, tally) in record.iter().zip(&mut tallies) {
            tally.add(read_field(field, form.decimal));
        }
        empty = if record.iter().all(|field| field.trim().is_empty()) { empty + 1 } else { 0 };
        cases += 1;
        last = Some((line, record));
    }
    if let Some((line, record)) = last {
        let several_lines = record.iter().any(|field| field.contains('\n'));
        if several_lines && has_open_quote(text) {
            return Err(open_quote(line));
        }
    }
    if empty > 0 {
        notes.push(ImportNote::EmptyRowsDropped { count: empty });
    }
    Ok((tallies, cases - empty))
}

fn ragged(record: &csv::StringRecord, line: u64, expected: usize, text: &str) -> ImportError {
    if record.iter().any(|field| field.contains('\n')) && has_open_quote(text) {
        return open_quote(line);
    }
    ImportError::new(format!("the line has {} fields", record.len()))
        .at(Place::Line(line))
        .expected(format!("{expected}, as many as there are names in the first line"))
        .help("A field that holds the delimiter must stand in quotation marks; or give another delimiter")
}

fn open_quote(line: u64) -> ImportError {
    ImportError::new("a quotation mark opened in this line is never closed")
        .at(Place::Line(line))
        .help("Close it, or write a quotation mark inside a field twice")
}

/// Marks come in pairs in a well-formed file, doubled ones included.
fn has_open_quote(text: &str) -> bool {
    text.matches('"').count() % 2 == 1
}

pub(crate) fn records(
    text: &str,
    delimiter: char,
) -> impl Iterator<Item = Result<csv::StringRecord, ImportError>> + '_ {
    csv::ReaderBuilder::new()
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
        .map(|record| {
            record.map_err(|error| {
                let place = error.position().map(|position| Place::Line(position.line()));
                let fault = ImportError::new(error.to_string());
                place.map_or(fault.clone(), |place| fault.at(place))
            })
        })
}

/// Missing marks met, by text and column.
#[derive(Default)]
struct Marks {
    texts: Vec<String>,
    columns: Vec<usize>,
    count: usize,
}

impl Marks {
    /// Counts a mark and gives the missing value it stands for.
    fn add(&mut self, mark: &str, column: usize) -> f64 {
        if !self.texts.iter().any(|text| text == mark) {
            self.texts.push(mark.to_string());
        }
        if !self.columns.contains(&column) {
            self.columns.push(column);
        }
        self.count += 1;
        f64::NAN
    }
}

fn kind_notes(tallies: &[Tally], names: &[Option<String>], mut marks: Marks) -> Vec<ImportNote> {
    let named = |kind: Kind| -> Vec<String> {
        let of_kind = tallies.iter().zip(names).filter(|(tally, _)| tally.kind() == kind);
        of_kind.filter_map(|(_, name)| name.clone()).collect()
    };
    let mut notes = Vec::new();
    if marks.count > 0 {
        marks.columns.sort_unstable();
        let variables = marks.columns.iter().filter_map(|&column| names[column].clone()).collect();
        notes.push(ImportNote::MissingMarks { marks: marks.texts, variables, count: marks.count });
    }
    let (truths, long) = (named(Kind::Truth), named(Kind::LongNumbers));
    if !truths.is_empty() {
        notes.push(ImportNote::TrueFalse { variables: truths });
    }
    if !long.is_empty() {
        notes.push(ImportNote::LongNumbersKeptAsText { variables: long });
    }
    notes
}
