//! Excel workbooks.
//!
//! One sheet is read: names in its first row that holds anything, then one case per row. Cells come as a sparse
//! list, so a sheet that names a cell in its last corner costs nothing. The older `.xls` and the open `.ods` are not
//! read: the library makes room for as many cells as such a file claims, before anything can be checked.

mod archive;
mod codebook;

use std::io::Cursor;

use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader, Sheet, SheetType, Xlsx};
use covary_data::{Column, Dataset, Variable};

use crate::columns::{Field, Kind, Tally, name_columns, read_field};
use crate::error::{ImportError, Place};
use crate::note::ImportNote;
use crate::{Format, ImportOptions, Imported, nearest};

/// Excel workbooks.
pub(crate) const XLSX: Format =
    Format { name: "an Excel workbook", extensions: &["xlsx", "xlsm"], recognise: is_xlsx, read };

/// Cells that a grid may have beyond those that are filled, and how many times those: what is more than this comes
/// from a stray cell far outside the data.
const SPARSE: (u64, u64) = (1_000_000, 64);

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

fn is_ole(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
}

/// A zip archive with the folder of a workbook's parts.
fn is_xlsx(bytes: &[u8]) -> bool {
    (is_zip(bytes) && archive::find(bytes, b"xl/").is_some()) || is_encrypted(bytes)
}

/// A protected workbook of today stands in a container of the old kind.
fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    is_ole(bytes) && archive::find(bytes, &name).is_some()
}

fn read(bytes: &[u8], options: &ImportOptions) -> Result<Imported, ImportError> {
    if is_encrypted(bytes) {
        return Err(ImportError::new("the workbook is protected by a password").help("Save it without a password"));
    }
    archive::refuse_empty_promises(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut notes = Vec::new();
    let sheet = choose_sheet(book.sheets_metadata(), options, &mut notes)?;
    let (cells, empty_formulas) = sheet_cells(&mut book, &sheet)?;
    if let Some(first) = empty_formulas.first() {
        notes.push(ImportNote::FormulasWithoutValue { first: first.clone(), count: empty_formulas.len() });
    }
    let mut imported = read_cells(sheet.clone(), cells, notes)?;
    for name in book.sheet_names().into_iter().filter(|name| *name != sheet && codebook::is_part(name)) {
        codebook::apply(&name, sheet_cells(&mut book, &name)?.0, &mut imported.dataset);
    }
    Ok(imported)
}

/// The filled cells of a sheet, and the addresses of formulas without a stored result.
fn sheet_cells(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<(Vec<Cell>, Vec<String>), ImportError> {
    let failed = |error| damaged(error).at(Place::Sheet(sheet.to_string()));
    let (mut cells, mut empty_formulas) = (Vec::new(), Vec::new());
    let mut reader = book.worksheet_cells_reader(sheet).map_err(failed)?;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(failed)? {
        let (row, column) = cell.pos;
        match content(cell.value) {
            Some(content) => cells.push(Cell { row, column, content }),
            None if cell.formula.is_some() => empty_formulas.push(address(row, column)),
            None => {}
        }
    }
    Ok((cells, empty_formulas))
}

fn damaged(error: impl std::fmt::Debug) -> ImportError {
    ImportError::new(format!("the workbook is damaged: {error:?}"))
        .help("Open it in its program and save it again, or save the sheet as CSV")
}

/// The named sheet, or the first worksheet.
fn choose_sheet(sheets: &[Sheet], options: &ImportOptions, notes: &mut Vec<ImportNote>) -> Result<String, ImportError> {
    let names: Vec<&str> =
        sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).map(|sheet| sheet.name.as_str()).collect();
    let Some(first) = names.first() else {
        return Err(ImportError::new("the workbook holds no worksheet"));
    };
    match &options.sheet {
        Some(wanted) if names.contains(&wanted.as_str()) => Ok(wanted.clone()),
        Some(wanted) => {
            let error = ImportError::new(format!("the workbook holds no sheet \"{wanted}\""))
                .expected(names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "));
            match nearest(wanted, names.iter().copied()) {
                Some(near) => Err(error.help(format!("Did you mean \"{near}\"?"))),
                None => Err(error),
            }
        }
        None => {
            let others: Vec<String> =
                names[1..].iter().filter(|name| !codebook::is_part(name)).map(ToString::to_string).collect();
            if !others.is_empty() {
                notes.push(ImportNote::SheetChosen { sheet: first.to_string(), others });
            }
            Ok(first.to_string())
        }
    }
}

/// A filled cell; row and column from 0.
#[derive(Clone, Debug)]
struct Cell {
    row: u32,
    column: u32,
    content: Content,
}

/// What a filled cell holds.
#[derive(Clone, Debug, PartialEq)]
enum Content {
    Number(f64),
    Truth(bool),
    Text(String),
    /// In ISO 8601.
    Date(String),
    /// In seconds.
    Duration(f64),
    Error(CellErrorType),
}

fn content(value: DataRef) -> Option<Content> {
    match value {
        DataRef::Int(number) => Some(Content::Number(number as f64)),
        DataRef::Float(number) => Some(Content::Number(number)),
        DataRef::String(text) => text_content(&text),
        DataRef::SharedString(text) => text_content(text),
        DataRef::Bool(truth) => Some(Content::Truth(truth)),
        DataRef::DateTime(moment) => Some(moment_content(moment)),
        DataRef::DateTimeIso(text) => Some(Content::Date(text)),
        DataRef::DurationIso(text) => Some(iso_duration(text)),
        DataRef::Error(error) => Some(Content::Error(error)),
        DataRef::Empty => None,
    }
}

fn text_content(text: &str) -> Option<Content> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(|text| Content::Text(text.to_string()))
}

/// A serial number of days is a date, or a duration when it is formatted as one or lies below one day: Excel has
/// no other way to say "12 minutes".
fn moment_content(moment: ExcelDateTime) -> Content {
    let serial = moment.as_f64();
    if moment.is_duration() || (0.0..1.0).contains(&serial) {
        return Content::Duration((serial * 86_400_000.0).round() / 1000.0);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let mut text = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second, milli) != (0, 0, 0, 0) {
        text.push_str(&format!("T{hour:02}:{minute:02}:{second:02}"));
        if milli > 0 {
            text.push_str(&format!(".{milli:03}"));
        }
    }
    Content::Date(text)
}

/// `PT1H02M03.5S` in seconds; another spelling stays text.
fn iso_duration(text: String) -> Content {
    let seconds = || {
        let mut rest = text.strip_prefix("PT")?;
        let mut total = 0.0;
        for (unit, weight) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
            if let Some((number, after)) = rest.split_once(unit) {
                total += weight * number.parse::<f64>().ok().filter(|n| n.is_finite())?;
                rest = after;
            }
        }
        rest.is_empty().then_some(total)
    };
    match seconds() {
        Some(seconds) => Content::Duration(seconds),
        None => Content::Text(text),
    }
}

/// The address that spreadsheet programs show; row and column from 0.
fn address(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", u64::from(row) + 1)
}

/// Cells to columns: the first filled row names them, the first filled column is the first.
fn read_cells(sheet: String, mut cells: Vec<Cell>, mut notes: Vec<ImportNote>) -> Result<Imported, ImportError> {
    let left = cells.iter().map(|cell| cell.column).min().unwrap_or(0);
    cells.iter_mut().for_each(|cell| cell.column -= left);
    let place = |row: u32, column: u32| Place::Cell { sheet: sheet.clone(), cell: address(row, left + column) };
    if let Some(cell) = cells.iter().find(|cell| matches!(cell.content, Content::Error(_))) {
        let Content::Error(error) = &cell.content else { unreachable!("found as an error in the line above") };
        return Err(ImportError::new(format!("the cell holds the error {error}"))
            .at(place(cell.row, cell.column))
            .expected("a value or an empty cell")
            .help("Correct the formula or empty the cell"));
    }
    cells.sort_by_key(|cell| (cell.row, cell.column));
    let Some(first) = cells.first() else {
        return Err(ImportError::new("the sheet is empty").at(Place::Sheet(sheet)));
    };
    let (header_row, width) = (first.row, 1 + cells.iter().map(|cell| cell.column).max().unwrap_or(0) as usize);
    let last = cells.last().map_or(header_row, |cell| cell.row);
    let count = (last - header_row) as usize;
    refuse_sparse(&cells, count, width).map_err(|(row, column, error)| error.at(place(row, column)))?;

    let split = cells.partition_point(|cell| cell.row == header_row);
    let body = cells.split_off(split);
    let mut headers = vec![String::new(); width];
    for cell in cells {
        headers[cell.column as usize] = header_text(cell.content);
    }
    let tallies = tally(&body, width);
    let names =
        name_columns(&headers, |index| tallies[index].is_empty(), |index| place(header_row, index as u32), &mut notes)?;
    let columns = fill(body, header_row, count, &tallies);
    notes.extend(kind_notes(&tallies, &names));
    let (variables, columns): (Vec<Variable>, Vec<Column>) =
        names.into_iter().zip(columns).filter_map(|(name, column)| Some((Variable::named(name?), column))).unzip();
    let dataset = Dataset::new(variables, columns).map_err(|error| ImportError::new(error.to_string()))?;
    Ok(Imported { dataset, notes })
}

fn refuse_sparse(cells: &[Cell], count: usize, width: usize) -> Result<(), (u32, u32, ImportError)> {
    let grid = count as u64 * width as u64;
    if grid <= SPARSE.0 + SPARSE.1 * cells.len() as u64 {
        return Ok(());
    }
    let far = cells.iter().max_by_key(|cell| (u64::from(cell.row) + 1) * (u64::from(cell.column) + 1));
    let (row, column) = far.map_or((0, 0), |cell| (cell.row, cell.column));
    let error =
        ImportError::new(format!("a cell far outside the data makes the sheet {count} rows by {width} columns"))
            .help("Delete the rows and columns beyond the data");
    Err((row, column, error))
}

fn header_text(content: Content) -> String {
    match content {
        Content::Number(number) | Content::Duration(number) => number.to_string(),
        Content::Truth(truth) => truth.to_string(),
        Content::Text(text) | Content::Date(text) => text,
        Content::Error(error) => error.to_string(),
    }
}

/// What a column of cells holds.
#[derive(Clone, Debug, Default)]
struct CellTally {
    /// Texts, read as fields of a text file.
    texts: Tally,
    /// The missing marks among them.
    marks: Vec<String>,
    numbers: usize,
    durations: usize,
    dates: usize,
    filled: usize,
}

impl CellTally {
    fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Numbers, truths, durations, and texts that are numbers or missing marks make a numeric column.
    fn is_numeric(&self) -> bool {
        let as_text = self.texts.kind();
        self.dates == 0 && (as_text == Kind::Numeric || (as_text == Kind::Truth && self.numbers == 0))
    }

    fn is_all_durations(&self) -> bool {
        self.durations > 0 && self.is_numeric()
    }
}

fn tally(cells: &[Cell], width: usize) -> Vec<CellTally> {
    let mut tallies = vec![CellTally::default(); width];
    for cell in cells {
        let tally = &mut tallies[cell.column as usize];
        tally.filled += 1;
        match &cell.content {
            Content::Number(_) | Content::Truth(_) => tally.numbers += 1,
            Content::Duration(_) => tally.durations += 1,
            Content::Date(_) => tally.dates += 1,
            Content::Text(text) => {
                let field = read_field(text, '.');
                tally.texts.add(field);
                if field == Field::Mark && !tally.marks.contains(text) {
                    tally.marks.push(text.clone());
                }
            }
            Content::Error(_) => {}
        }
    }
    tallies
}

fn fill(cells: Vec<Cell>, header_row: u32, count: usize, tallies: &[CellTally]) -> Vec<Column> {
    let mut columns: Vec<Column> = tallies
        .iter()
        .map(|tally| match tally.is_numeric() {
            true => Column::Numeric(vec![f64::NAN; count]),
            false => Column::Text(vec![None; count]),
        })
        .collect();
    for cell in cells {
        let case = (cell.row - header_row - 1) as usize;
        match &mut columns[cell.column as usize] {
            Column::Numeric(values) => values[case] = number(&cell.content),
            Column::Text(texts) => texts[case] = Some(header_text(cell.content)),
        }
    }
    columns
}

fn number(content: &Content) -> f64 {
    match content {
        Content::Number(number) | Content::Duration(number) => *number,
        Content::Truth(truth) => f64::from(u8::from(*truth)),
        Content::Text(text) => match read_field(text, '.') {
            Field::Number(number) => number,
            Field::Truth(truth) => f64::from(u8::from(truth)),
            _ => f64::NAN,
        },
        Content::Date(_) | Content::Error(_) => f64::NAN,
    }
}

fn kind_notes(tallies: &[CellTally], names: &[Option<String>]) -> Vec<ImportNote> {
    let named = |holds: &dyn Fn(&CellTally) -> bool| -> Vec<String> {
        let held = tallies.iter().zip(names).filter(|(tally, _)| holds(tally));
        held.filter_map(|(_, name)| name.clone()).collect()
    };
    let numeric = || tallies.iter().filter(|tally| tally.is_numeric());
    let mut notes = Vec::new();
    let stored = named(&|tally| tally.is_numeric() && tally.texts.numbers > 0);
    if !stored.is_empty() {
        let count = numeric().map(|tally| tally.texts.numbers).sum();
        notes.push(ImportNote::NumbersStoredAsText { variables: stored, count });
    }
    let marked = named(&|tally| tally.is_numeric() && tally.texts.marks > 0);
    if !marked.is_empty() {
        let count = numeric().map(|tally| tally.texts.marks).sum();
        let mut marks: Vec<String> = numeric().flat_map(|tally| tally.marks.clone()).collect();
        marks.sort_unstable();
        marks.dedup();
        notes.push(ImportNote::MissingMarks { marks, variables: marked, count });
    }
    let truths = named(&|tally| tally.is_numeric() && tally.texts.kind() == Kind::Truth);
    if !truths.is_empty() {
        notes.push(ImportNote::TrueFalse { variables: truths });
    }
    let long = named(&|tally| tally.texts.kind() == Kind::LongNumbers);
    if !long.is_empty() {
        notes.push(ImportNote::LongNumbersKeptAsText { variables: long });
    }
    let durations = named(&CellTally::is_all_durations);
    if !durations.is_empty() {
        notes.push(ImportNote::DurationsAsSeconds { variables: durations });
    }
    let dates = named(&|tally| tally.dates > 0);
    if !dates.is_empty() {
        notes.push(ImportNote::DatesAsText { variables: dates });
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_spreadsheets() {
        for (row, column, expected) in [(0, 0, "A1"), (6, 1, "B7"), (9, 25, "Z10"), (0, 26, "AA1"), (0, 16_383, "XFD1")]
        {
            assert_eq!(address(row, column), expected);
        }
    }

    #[test]
    fn iso_durations_become_seconds() {
        assert_eq!(iso_duration("PT1H02M03.5S".into()), Content::Duration(3723.5));
        assert_eq!(iso_duration("PT45S".into()), Content::Duration(45.0));
        assert_eq!(iso_duration("P1Y".into()), Content::Text("P1Y".into()));
    }
}
