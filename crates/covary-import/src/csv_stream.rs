//! A CSV file read as a stream: numbers in batches, in memory that does not grow with the file.

use std::io::{Read, Seek, SeekFrom};

use covary_data::case_source::SourceError;
use covary_data::{Batch, CaseSource, Variable};

use crate::columns::{Field, Kind, Tally, name_columns, read_field};
use crate::delimited::{find_decimal, find_delimiter, records};
use crate::error::{ImportError, Place};
use crate::{ImportOptions, nearest};

/// Bytes at the beginning of the file that decide its delimiter, decimal mark and which columns are numeric.
const SAMPLE: usize = 1 << 16;

/// Cases in a batch.
const BATCH: usize = 4096;

/// A CSV or TSV file in UTF-8 as a [`CaseSource`].
///
/// What a column is, is decided from the first 64 KiB: a column that is text there gives missing values throughout,
/// as [`Batch`] says; a column that is numeric there and holds text later is an error, never a missing value.
/// Empty fields and missing marks are missing, and so are the codes of the options.
pub struct CsvStream<R> {
    file: String,
    reader: csv::Reader<R>,
    variables: Vec<Variable>,
    /// Per field of the file: whether it is a variable, and whether that is numeric.
    fields: Vec<FieldKind>,
    decimal: char,
    next_case: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldKind {
    Dropped,
    Numeric,
    Text,
}

impl<R: Read + Seek> CsvStream<R> {
    /// A stream over the file called `file`, whose bytes `reader` gives.
    ///
    /// # Errors
    /// What [`import`](crate::import) says of a first line, and text that is not UTF-8.
    pub fn open(file: &str, mut reader: R, options: &ImportOptions) -> Result<Self, ImportError> {
        let named = |mut error: ImportError| {
            error.file = file.to_string();
            error
        };
        let sample = sample(&mut reader).map_err(named)?;
        let form = Form::find(&sample, file, options).map_err(named)?;
        let variables = form.variables(&options.missing_codes).map_err(named)?;
        reader.seek(SeekFrom::Start(0)).map_err(|error| named(ImportError::new(error.to_string())))?;
        let reader = csv::ReaderBuilder::new()
            .delimiter(u8::try_from(form.delimiter).unwrap_or(b','))
            .has_headers(true)
            .flexible(true)
            .from_reader(reader);
        let file = file.to_string();
        Ok(CsvStream { file, reader, variables, fields: form.fields, decimal: form.decimal, next_case: 0 })
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        // The position of the header: reading it again is what `has_headers` then skips.
        self.reader.seek(csv::Position::new()).map_err(|error| self.failed(&error.to_string()))?;
        let mut header = csv::StringRecord::new();
        self.reader.read_record(&mut header).map_err(|error| self.failed(&error.to_string()))?;
        self.next_case = 0;
        Ok(())
    }

    fn append(&self, record: &csv::StringRecord, columns: &mut [Vec<f64>]) -> Result<(), SourceError> {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != self.fields.len() {
            let (found, expected) = (record.len(), self.fields.len());
            return Err(self.failed(&format!("line {line}: the line has {found} fields; expected {expected}")));
        }
        let mut columns = columns.iter_mut().zip(&self.variables);
        for (index, (field, kind)) in record.iter().zip(&self.fields).enumerate() {
            if *kind == FieldKind::Dropped {
                continue;
            }
            let Some((column, variable)) = columns.next() else { break };
            column.push(match (kind, read_field(field, self.decimal)) {
                (FieldKind::Numeric, Field::Number(number)) if !variable.missing.contains(number) => number,
                (FieldKind::Numeric, Field::Truth(truth)) => f64::from(u8::from(truth)),
                (FieldKind::Numeric, Field::Text | Field::LongNumber) => {
                    let place = format!("line {line}, column {} (\"{}\")", index + 1, variable.name);
                    return Err(
                        self.failed(&format!("{place}: \"{field}\" is not a number, as the column held before"))
                    );
                }
                _ => f64::NAN,
            });
        }
        Ok(())
    }

    fn failed(&self, problem: &str) -> SourceError {
        SourceError(format!("{}, {problem}", self.file))
    }
}

impl<R: Read + Seek> CaseSource for CsvStream<R> {
    fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Cases follow each other; 0 begins anew.
    fn next_batch(&mut self, first_case: usize) -> Result<Option<Batch>, SourceError> {
        if first_case == 0 && self.next_case > 0 {
            self.rewind()?;
        }
        if first_case != self.next_case {
            return Err(self.failed(&format!(
                "case {} is asked for, case {} comes next",
                first_case + 1,
                self.next_case + 1
            )));
        }
        let mut columns = vec![Vec::with_capacity(BATCH); self.variables.len()];
        let mut record = csv::StringRecord::new();
        let mut cases = 0;
        while cases < BATCH && self.reader.read_record(&mut record).map_err(|error| self.failed(&error.to_string()))? {
            self.append(&record, &mut columns)?;
            cases += 1;
        }
        self.next_case += cases;
        Ok((cases > 0).then_some(Batch { columns }))
    }
}

/// The whole lines at the beginning of the file, without a byte-order mark; the reader behind them is not told.
fn sample(reader: &mut impl Read) -> Result<String, ImportError> {
    let mut bytes = Vec::with_capacity(SAMPLE);
    reader.take(SAMPLE as u64).read_to_end(&mut bytes).map_err(|error| ImportError::new(error.to_string()))?;
    if bytes.len() == SAMPLE {
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(bytes.len(), |position| position + 1);
        bytes.truncate(end);
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        ImportError::new("a file read as a stream must be text in UTF-8")
            .help("Save it as UTF-8, or let it be read whole")
    })?;
    Ok(text.trim_start_matches('\u{FEFF}').to_string())
}

/// How the file is written, as its beginning shows.
struct Form {
    delimiter: char,
    decimal: char,
    names: Vec<Option<String>>,
    fields: Vec<FieldKind>,
}

impl Form {
    fn find(sample: &str, file: &str, options: &ImportOptions) -> Result<Form, ImportError> {
        let usual = file.to_lowercase().ends_with(".tsv").then_some('\t');
        let delimiter = options.delimiter.unwrap_or_else(|| find_delimiter(sample, usual));
        let header =
            records(sample, delimiter).next().transpose()?.ok_or_else(|| ImportError::new("the file is empty"))?;
        let headers: Vec<String> = header.iter().map(|header| header.trim().to_string()).collect();
        let decimal = match options.decimal {
            Some(decimal) => decimal,
            None => find_decimal(sample, delimiter, headers.len())?,
        };
        let mut tallies = vec![Tally::default(); headers.len()];
        for record in records(sample, delimiter).skip(1) {
            record?.iter().zip(&mut tallies).for_each(|(field, tally)| tally.add(read_field(field, decimal)));
        }
        let place = |column: usize| Place::LineColumn { line: 1, column: column + 1 };
        let names = name_columns(&headers, |index| tallies[index].is_empty(), place, &mut Vec::new())?;
        let fields = names.iter().zip(&tallies).map(|(name, tally)| match (name, tally.kind()) {
            (None, _) => FieldKind::Dropped,
            (Some(_), Kind::Numeric | Kind::Truth) => FieldKind::Numeric,
            (Some(_), Kind::Text | Kind::LongNumbers) => FieldKind::Text,
        });
        let fields = fields.collect();
        Ok(Form { delimiter, decimal, names, fields })
    }

    fn variables(&self, codes: &[(String, Vec<f64>)]) -> Result<Vec<Variable>, ImportError> {
        let mut variables: Vec<Variable> = self.names.iter().flatten().map(Variable::named).collect();
        for (selector, values) in codes {
            let known = |variable: &&mut Variable| selector == "*" || variable.name == *selector;
            let mut found = false;
            for variable in variables.iter_mut().filter(known) {
                variable.missing.values.extend(values);
                found = true;
            }
            if !found {
                let error = ImportError::new(format!(
                    "missing codes are given for \"{selector}\", which the file does not hold"
                ));
                let near = nearest(selector, variables.iter().map(|variable| variable.name.as_str()));
                return Err(near
                    .map(|near| format!("Did you mean \"{near}\"?"))
                    .into_iter()
                    .fold(error, ImportError::help));
            }
        }
        Ok(variables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn open(content: &str) -> CsvStream<Cursor<Vec<u8>>> {
        let codes = vec![("a".to_string(), vec![9.0])];
        let options = ImportOptions { missing_codes: codes, ..ImportOptions::default() };
        CsvStream::open("x.csv", Cursor::new(content.as_bytes().to_vec()), &options).unwrap()
    }

    /// All batches of a stream, joined by column.
    fn all(stream: &mut impl CaseSource) -> Vec<Vec<f64>> {
        let mut columns = vec![Vec::new(); stream.variables().len()];
        let mut next = 0;
        while let Some(batch) = stream.next_batch(next).unwrap() {
            next += batch.columns[0].len();
            columns.iter_mut().zip(batch.columns).for_each(|(all, part)| all.extend(part));
        }
        columns
    }

    #[test]
    fn a_stream_gives_what_the_importer_gives() {
        let mut content = "\u{FEFF}id;a;city;\r\n".to_string();
        for case in 0..10_000 {
            let answer = match case % 7 {
                0 => String::new(),
                1 => "NA".to_string(),
                other => format!("{other},5"),
            };
            content.push_str(&format!("{case};{answer};\"永;康\";\r\n"));
        }
        let options = ImportOptions { missing_codes: vec![("a".into(), vec![9.0])], ..ImportOptions::default() };
        let whole = crate::import("x.csv", content.as_bytes(), &options).unwrap().dataset;
        let mut stream = open(&content);
        let names = |variables: &[Variable]| variables.iter().map(|v| v.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(stream.variables()), names(whole.variables()));
        // Twice, because a second pass begins anew.
        for _ in 0..2 {
            let streamed = all(&mut stream);
            let known = |value: f64| (!value.is_nan()).then_some(value);
            for name in ["id", "a"] {
                let column: Vec<Option<f64>> =
                    streamed[whole.position(name).unwrap()].iter().copied().map(known).collect();
                assert_eq!(column, whole.numbers(name).unwrap(), "{name}");
            }
            assert!(streamed[2].iter().all(|value| value.is_nan()), "text is missing in a batch");
        }
    }

    #[test]
    fn codes_are_missing() {
        let columns = all(&mut open("a,b\n9,9\n1,2\n"));
        assert!(columns[0][0].is_nan());
        assert_eq!((columns[0][1], columns[1][0]), (1.0, 9.0));
    }

    #[test]
    fn text_after_numbers_is_an_error_with_its_place() {
        let mut content = "a,b\n".to_string();
        content.push_str(&"1,2\n".repeat(20_000));
        content.push_str("1,two\n");
        let mut stream = open(&content);
        let mut next = 0;
        let error = loop {
            match stream.next_batch(next) {
                Ok(Some(batch)) => next += batch.columns[0].len(),
                Ok(None) => panic!("the text was passed over"),
                Err(error) => break error.to_string(),
            }
        };
        assert_eq!(error, "x.csv, line 20002, column 2 (\"b\"): \"two\" is not a number, as the column held before");
    }

    #[test]
    fn lines_of_another_length_are_errors() {
        let error = open("a,b\n1,2\n3\n").next_batch(0).unwrap_err();
        assert_eq!(error.to_string(), "x.csv, line 3: the line has 1 fields; expected 2");
    }
}
