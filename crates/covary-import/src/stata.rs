//! Stata data files, of every release from 102 to 119.

mod promises;

use std::cell::Cell;
use std::collections::HashMap;

use covary_data::variable::LabelledValue;
use covary_data::{Column, Dataset, Measure, MissingCodes, ValueLabel, Variable};
use dta::stata::dta::characteristic_reader::CharacteristicReader;
use dta::stata::dta::dta_error::DtaError;
use dta::stata::dta::dta_reader::DtaReader;
use dta::stata::dta::header::Header;
use dta::stata::dta::long_string_reader::LongStringReader;
use dta::stata::dta::long_string_ref::LongStringRef;
use dta::stata::dta::long_string_table::LongStringTable;
use dta::stata::dta::release::Release;
use dta::stata::dta::schema::Schema;
use dta::stata::dta::value::Value;
use dta::stata::dta::value_label::ValueLabelSet;
use dta::stata::dta::value_label_reader::ValueLabelReader;
use dta::stata::dta::variable_type::VariableType;
use dta::stata::missing_value::MissingValue;
use dta::stata::temporal::{TemporalKind, conversion};
use encoding_rs::WINDOWS_1252;

use crate::calendar::{iso_date, iso_datetime};
use crate::error::ImportError;
use crate::note::ImportNote;
use crate::recode::{self, Stated};
use crate::{Format, ImportOptions, Imported};
use promises::{Promises, Watched};

/// Stata data.
pub(crate) const DTA: Format = Format { name: "Stata data", extensions: &["dta"], recognise: is_stata, read };

/// Stata's largest number of 32 bits that is not a missing value.
const LARGEST_LONG: i32 = 2_147_483_620;

/// A new file begins with a tag; an old one with its release, byte order, file type and a zero.
fn is_stata(bytes: &[u8]) -> bool {
    let old = matches!(bytes, [102..=116, 1 | 2, 1, ..]);
    bytes.starts_with(b"<stata_dta>") || old
}

fn read(bytes: &[u8], options: &ImportOptions) -> Result<Imported, ImportError> {
    refuse_cut_tags(bytes)?;
    let position = Cell::new(0);
    let watched = Watched { bytes, position: &position };
    let reader = DtaReader::new().encoding(WINDOWS_1252).from_reader(watched).read_header().map_err(damaged)?;
    let promises = Promises { bytes, position: &position, header: reader.header().clone() };
    promises.refuse_variables()?;
    let reader = skip_characteristics(reader.read_schema().map_err(damaged)?, &promises)?;
    let schema = reader.schema().clone();
    promises.refuse_cases(&schema)?;
    let mut columns = Columns::new(&schema);
    let mut records = reader.into_record_reader().map_err(damaged)?;
    while let Some(record) = records.read_record().map_err(damaged)? {
        columns.append(record.values());
    }
    let (long_strings, reader) = long_strings(records.into_long_string_reader().map_err(damaged)?, &promises)?;
    let labels = labels(reader.into_value_label_reader().map_err(damaged)?, &promises)?;
    finish(&promises.header, &schema, columns, &long_strings, &labels, options)
}

/// Notes that Stata's users attach to data; nothing here needs them.
fn skip_characteristics<'a>(
    mut reader: CharacteristicReader<Watched<'a>>,
    promises: &Promises,
) -> Result<CharacteristicReader<Watched<'a>>, ImportError> {
    promises.refuse_expansions()?;
    loop {
        promises.refuse_characteristic()?;
        if reader.read_characteristic().map_err(damaged)?.is_none() {
            return Ok(reader);
        }
    }
}

/// The long texts that the cases refer to.
fn long_strings<'a>(
    mut reader: LongStringReader<Watched<'a>>,
    promises: &Promises,
) -> Result<(LongStringTable, LongStringReader<Watched<'a>>), ImportError> {
    let mut table = LongStringTable::for_reading();
    loop {
        promises.refuse_long_string()?;
        let Some(text) = reader.read_long_string().map_err(damaged)? else { break };
        let (variable, observation) = (text.variable(), text.observation());
        table.get_or_insert(variable, observation, text.into_content());
    }
    Ok((table, reader))
}

/// The sets of value labels by their names.
fn labels(
    mut reader: ValueLabelReader<Watched>,
    promises: &Promises,
) -> Result<HashMap<String, ValueLabelSet>, ImportError> {
    let mut sets = HashMap::new();
    loop {
        promises.refuse_label_set()?;
        let rest = promises.rest().len();
        match reader.read_value_label_set().map_err(damaged)? {
            Some(set) => sets.insert(set.name().to_string(), set),
            // Without tags the labels end where the file ends; the library takes half a set for that end as well.
            None if !promises.header.release().is_xml_like() && rest > 0 => return Err(cut_off()),
            None => return Ok(sets),
        };
    }
}

/// A file of tags ends with the one that closes the first.
fn refuse_cut_tags(bytes: &[u8]) -> Result<(), ImportError> {
    match bytes.starts_with(b"<") && !bytes.trim_ascii_end().ends_with(b"</stata_dta>") {
        true => Err(cut_off()),
        false => Ok(()),
    }
}

fn cut_off() -> ImportError {
    ImportError::new("the file is cut off: its end is missing").help("Copy it again or save it again from Stata")
}

fn damaged(error: DtaError) -> ImportError {
    ImportError::new(format!("the file is damaged: {error}")).help("Save it again from Stata, or export it as CSV")
}

/// Variables and texts, when all sections are read.
fn finish(
    header: &Header,
    schema: &Schema,
    columns: Columns,
    long_strings: &LongStringTable,
    labels: &HashMap<String, ValueLabelSet>,
    options: &ImportOptions,
) -> Result<Imported, ImportError> {
    let mut variables: Vec<Variable> = schema.variables().iter().map(|v| variable(v, labels)).collect();
    let mut notes = columns.notes(schema);
    let mut columns = columns.resolve(long_strings);
    for (variable, column) in variables.iter_mut().zip(&columns) {
        if let Column::Text(_) = column {
            variable.value_labels.clear();
        }
    }
    let stated = match header.release() {
        Release::V118 | Release::V119 => Stated::Name("utf-8".to_string()),
        _ => Stated::Nothing,
    };
    recode::decode(&mut variables, &mut columns, &stated, options, &mut notes)?;
    let dataset = Dataset::new(variables, columns).map_err(|error| ImportError::new(error.to_string()))?;
    Ok(Imported { dataset, notes })
}

fn variable(variable: &dta::stata::dta::variable::Variable, labels: &HashMap<String, ValueLabelSet>) -> Variable {
    let set = labels.get(variable.value_label_name());
    let entries = set.map_or(&[][..], ValueLabelSet::entries);
    // Labels of .a to .z label a missing value, which has no number here.
    let labelled = entries.iter().filter(|entry| entry.value() <= LARGEST_LONG).map(|entry| ValueLabel {
        value: LabelledValue::Number(f64::from(entry.value())),
        label: entry.label().to_string(),
    });
    Variable {
        name: variable.name().to_string(),
        label: Some(variable.label().to_string()).filter(|label| !label.is_empty()),
        measure: Measure::Unknown,
        value_labels: labelled.collect(),
        missing: MissingCodes::default(),
    }
}

/// A column in the making.
enum Growing {
    Numbers(Vec<f64>),
    Texts(Vec<Option<String>>),
    References(Vec<LongStringRef>),
    Dates(TemporalKind, Vec<Option<String>>),
}

/// All columns in the making, and how many extended missing values each has met.
struct Columns {
    growing: Vec<Growing>,
    extended: Vec<usize>,
}

impl Columns {
    fn new(schema: &Schema) -> Self {
        let growing = schema.variables().iter().map(|variable| {
            let date = TemporalKind::from_format(variable.format()).filter(|kind| *kind != TemporalKind::Year);
            match (variable.variable_type(), date) {
                (VariableType::FixedString(_), _) => Growing::Texts(Vec::new()),
                (VariableType::LongString, _) => Growing::References(Vec::new()),
                (_, Some(kind)) => Growing::Dates(kind, Vec::new()),
                (_, None) => Growing::Numbers(Vec::new()),
            }
        });
        let growing: Vec<Growing> = growing.collect();
        let extended = vec![0; growing.len()];
        Columns { growing, extended }
    }

    fn append(&mut self, values: &[Value]) {
        for ((value, column), extended) in values.iter().zip(&mut self.growing).zip(&mut self.extended) {
            let (number, missing) = number(value);
            *extended += usize::from(missing.is_some_and(|missing| missing != MissingValue::System));
            match (column, value) {
                (Growing::Numbers(numbers), _) => numbers.push(number.unwrap_or(f64::NAN)),
                (Growing::Dates(kind, texts), _) => texts.push(number.and_then(|number| iso_text(*kind, number))),
                (Growing::Texts(texts), Value::String(text)) => {
                    texts.push(Some(text.trim_end()).filter(|text| !text.is_empty()).map(str::to_string));
                }
                (Growing::Texts(texts), _) => texts.push(None),
                (Growing::References(references), Value::LongStringRef(reference)) => references.push(*reference),
                (Growing::References(_), _) => {}
            }
        }
    }

    fn notes(&self, schema: &Schema) -> Vec<ImportNote> {
        let name = |index: usize| schema.variables()[index].name().to_string();
        let mut notes = Vec::new();
        let extended: Vec<String> =
            self.extended.iter().enumerate().filter(|(_, count)| **count > 0).map(|(index, _)| name(index)).collect();
        if !extended.is_empty() {
            notes.push(ImportNote::ExtendedMissing { variables: extended, count: self.extended.iter().sum() });
        }
        let dates = self.growing.iter().enumerate().filter(|(_, column)| matches!(column, Growing::Dates(..)));
        let dates: Vec<String> = dates.map(|(index, _)| name(index)).collect();
        if !dates.is_empty() {
            notes.push(ImportNote::DatesAsText { variables: dates });
        }
        notes
    }

    fn resolve(self, long_strings: &LongStringTable) -> Vec<Column> {
        let text = |reference: &LongStringRef| {
            let entry = long_strings.get(reference)?;
            let text = entry.data_str(WINDOWS_1252)?;
            Some(text.trim_end_matches(['\0', ' '])).filter(|text| !text.is_empty()).map(str::to_string)
        };
        let columns = self.growing.into_iter().map(|column| match column {
            Growing::Numbers(numbers) => Column::Numeric(numbers),
            Growing::Texts(texts) | Growing::Dates(_, texts) => Column::Text(texts),
            Growing::References(references) => Column::Text(references.iter().map(text).collect()),
        });
        columns.collect()
    }
}

/// The number of a value, or the kind of missing value it is.
fn number(value: &Value) -> (Option<f64>, Option<MissingValue>) {
    use dta::stata::{
        stata_byte::StataByte, stata_double::StataDouble, stata_float::StataFloat, stata_int::StataInt,
        stata_long::StataLong,
    };
    match value {
        Value::Byte(StataByte::Present(number)) => (Some(f64::from(*number)), None),
        Value::Int(StataInt::Present(number)) => (Some(f64::from(*number)), None),
        Value::Long(StataLong::Present(number)) => (Some(f64::from(*number)), None),
        Value::Float(StataFloat::Present(number)) => (Some(f64::from(*number)).filter(|n| n.is_finite()), None),
        Value::Double(StataDouble::Present(number)) => (Some(*number).filter(|n| n.is_finite()), None),
        Value::Byte(StataByte::Missing(missing))
        | Value::Int(StataInt::Missing(missing))
        | Value::Long(StataLong::Missing(missing))
        | Value::Float(StataFloat::Missing(missing))
        | Value::Double(StataDouble::Missing(missing)) => (None, Some(*missing)),
        Value::String(_) | Value::LongStringRef(_) => (None, None),
    }
}

/// A date in ISO 8601; weeks, quarters and half-years, which that standard lacks or counts otherwise, as Stata
/// writes them. `None` outside years 0 to 9999.
fn iso_text(kind: TemporalKind, number: f64) -> Option<String> {
    const DAYS: std::ops::RangeInclusive<i64> = -719_528..=2_932_896;
    let whole = number.floor() as i32;
    match kind {
        TemporalKind::Date => {
            let days = i64::from(conversion::td_days_to_unix_days(whole)?);
            DAYS.contains(&days).then(|| iso_date(days))
        }
        TemporalKind::DateTime | TemporalKind::DateTimeLeap => {
            let millis = conversion::tc_millis_to_unix_millis(number)?;
            DAYS.contains(&millis.div_euclid(86_400_000)).then(|| iso_datetime(millis))
        }
        TemporalKind::Month => period(conversion::tm_months_to_year_month(whole), |y, m| format!("{y:04}-{m:02}")),
        TemporalKind::Week => period(conversion::tw_weeks_to_year_week(whole), |y, w| format!("{y:04}w{w}")),
        TemporalKind::Quarter => period(conversion::tq_quarters_to_year_quarter(whole), |y, q| format!("{y:04}q{q}")),
        TemporalKind::HalfYear => period(conversion::th_halves_to_year_half(whole), |y, h| format!("{y:04}h{h}")),
        _ => Some(whole.to_string()),
    }
}

fn period((year, part): (i32, u8), text: impl Fn(i32, u8) -> String) -> Option<String> {
    (0..=9999).contains(&year).then(|| text(year, part))
}
