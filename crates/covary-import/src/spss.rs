//! SPSS data files: `.sav` and the compressed `.zsav`.
//!
//! Read by the library `ambers`; before it sees the bytes, the dictionary is walked once, so that sizes that a
//! damaged file declares are held against what the file has, and the texts are read byte for byte.

mod dictionary;

use std::io::Cursor;

use ambers::metadata::{MissingSpec, SpssMetadata, Value};
use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, DurationMicrosecondType, Float64Type, TimeUnit, TimestampMicrosecondType,
};
use covary_data::variable::LabelledValue;
use covary_data::{Column, Dataset, Measure, MissingCodes, ValueLabel, Variable};

use crate::calendar::{iso_date, iso_datetime};
use crate::error::{ImportError, Place};
use crate::note::ImportNote;
use crate::{Format, ImportOptions, Imported, recode};
use dictionary::Dictionary;

/// SPSS data.
pub(crate) const SAV: Format = Format { name: "SPSS data", extensions: &["sav"], recognise: is_spss, read };

/// Compressed SPSS data. The content says which of the two it is, so both names read both.
pub(crate) const ZSAV: Format =
    Format { name: "compressed SPSS data", extensions: &["zsav"], recognise: is_spss, read };

/// SPSS counts dates in seconds from 14 October 1582, this many before 1970.
const EPOCH_SECONDS: f64 = 12_219_379_200.0;

/// Cases read at a time: below the size from which the library reads on several threads, which is not worth it here.
const BATCH: usize = 8192;

fn is_spss(bytes: &[u8]) -> bool {
    bytes.starts_with(b"$FL2") || bytes.starts_with(b"$FL3")
}

fn read(bytes: &[u8], options: &ImportOptions) -> Result<Imported, ImportError> {
    let dictionary = Dictionary::walk(bytes)?;
    dictionary.refuse_empty_promises(bytes)?;
    let neutral = dictionary.without_encoding(bytes);
    let mut scanner = ambers::scan_sav_from_reader(Cursor::new(neutral), BATCH).map_err(damaged)?;
    let mut kinds = Vec::new();
    let mut columns = Vec::new();
    for field in scanner.schema().fields() {
        let kind = Kind::of(field.data_type())?;
        columns.push(kind.column());
        kinds.push(kind);
    }
    let mut variables = variables(scanner.metadata());
    let mut applied = vec![false; columns.len()];
    while let Some(batch) = scanner.next_batch().map_err(damaged)? {
        for (index, array) in batch.columns().iter().enumerate() {
            applied[index] |= append(array.as_ref(), kinds[index], &variables[index].missing, &mut columns[index])
                .ok_or_else(|| {
                    ImportError::new("its values are not of the declared type")
                        .at(Place::Variable(variables[index].name.clone()))
                })?;
        }
    }
    dictionary.refuse_fewer_cases(scanner.rows_read())?;
    let mut notes = remarks(scanner.metadata());
    recode::decode(&mut variables, &mut columns, &dictionary.stated_encoding, options, &mut notes)?;
    notes.extend(kind_notes(&kinds, &applied, &mut variables));
    let dataset = Dataset::new(variables, columns).map_err(|error| ImportError::new(error.to_string()))?;
    Ok(Imported { dataset, notes })
}

fn damaged(error: ambers::error::SpssError) -> ImportError {
    ImportError::new(format!("the file is damaged: {error}")).help("Save it again from SPSS, or export it as CSV")
}

/// How the library hands over a column, and so how it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Date,
    DateTime,
    Duration,
}

impl Kind {
    fn of(data_type: &DataType) -> Result<Kind, ImportError> {
        match data_type {
            DataType::Float64 => Ok(Kind::Number),
            DataType::Utf8View => Ok(Kind::Text),
            DataType::Date32 => Ok(Kind::Date),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Ok(Kind::DateTime),
            DataType::Duration(TimeUnit::Microsecond) => Ok(Kind::Duration),
            other => Err(ImportError::new(format!("the file holds values of the type {other}, which are not known"))),
        }
    }

    fn column(self) -> Column {
        match self {
            Kind::Number | Kind::Duration => Column::Numeric(Vec::new()),
            Kind::Text | Kind::Date | Kind::DateTime => Column::Text(Vec::new()),
        }
    }
}

/// Appends a batch's values; says whether a date was missing by a code. `None` when the types do not fit.
fn append(array: &dyn Array, kind: Kind, missing: &MissingCodes, column: &mut Column) -> Option<bool> {
    match (kind, column) {
        (Kind::Number, Column::Numeric(values)) => {
            values.extend(array.as_primitive_opt::<Float64Type>()?.iter().map(|value| value.unwrap_or(f64::NAN)));
            Some(false)
        }
        (Kind::Duration, Column::Numeric(values)) => {
            let durations = array.as_primitive_opt::<DurationMicrosecondType>()?;
            values.extend(durations.iter().map(|value| value.map_or(f64::NAN, |micros| micros as f64 / 1e6)));
            Some(false)
        }
        (Kind::Text, Column::Text(texts)) => {
            let array = array.as_string_view_opt()?;
            texts.extend(array.iter().map(|text| text.filter(|text| !text.is_empty()).map(str::to_string)));
            Some(false)
        }
        (Kind::Date, Column::Text(texts)) => {
            let days = array.as_primitive_opt::<Date32Type>()?;
            let is_code = |days: i32| names_day(missing, f64::from(days) * 86_400.0 + EPOCH_SECONDS);
            texts.extend(days.iter().map(|day| Some(iso_date(i64::from(day.filter(|day| !is_code(*day))?)))));
            Some(days.iter().flatten().any(is_code))
        }
        (Kind::DateTime, Column::Text(texts)) => {
            let moments = array.as_primitive_opt::<TimestampMicrosecondType>()?;
            let is_code = |micros: i64| missing.contains(micros as f64 / 1e6 + EPOCH_SECONDS);
            texts.extend(moments.iter().map(|m| Some(iso_datetime(m.filter(|m| !is_code(*m))?.div_euclid(1000)))));
            Some(moments.iter().flatten().any(is_code))
        }
        _ => None,
    }
}

/// Whether a missing code falls on the day that begins at `start`, in SPSS seconds: the library has dropped the
/// time of day.
fn names_day(missing: &MissingCodes, start: f64) -> bool {
    missing.contains(start) || missing.values.iter().any(|code| (start..start + 86_400.0).contains(code))
}

fn variables(metadata: &SpssMetadata) -> Vec<Variable> {
    let variable = |name: &String| Variable {
        name: name.clone(),
        label: metadata.label(name).filter(|label| !label.is_empty()).map(str::to_string),
        measure: measure(metadata.measure(name)),
        value_labels: metadata.value_labels(name).into_iter().flatten().map(value_label).collect(),
        missing: missing_codes(metadata.variable_missing_values.get(name).map_or(&[], Vec::as_slice)),
    };
    metadata.variable_names.iter().map(variable).collect()
}

fn measure(measure: Option<ambers::Measure>) -> Measure {
    match measure {
        Some(ambers::Measure::Nominal) => Measure::Nominal,
        Some(ambers::Measure::Ordinal) => Measure::Ordinal,
        Some(ambers::Measure::Scale) => Measure::Scale,
        Some(ambers::Measure::Unknown) | None => Measure::Unknown,
    }
}

fn value_label((value, label): (&Value, &String)) -> ValueLabel {
    let value = match value {
        Value::Numeric(number) => LabelledValue::Number(*number),
        Value::String(text) => LabelledValue::Text(text.clone()),
    };
    ValueLabel { value, label: label.clone() }
}

fn missing_codes(specs: &[MissingSpec]) -> MissingCodes {
    let mut codes = MissingCodes::default();
    for spec in specs {
        match spec {
            MissingSpec::Value(value) => codes.values.push(*value),
            MissingSpec::Range { lo, hi } if lo == hi => codes.values.push(*lo),
            MissingSpec::Range { lo, hi } => codes.ranges.push((open_end(*lo), open_end(*hi))),
            MissingSpec::StringValue(text) => codes.texts.push(text.clone()),
        }
    }
    codes
}

/// SPSS writes LOWEST and HIGHEST as the outermost finite numbers.
fn open_end(end: f64) -> f64 {
    const OUTERMOST: f64 = 1.797e308;
    if end.abs() >= OUTERMOST { end.signum() * f64::INFINITY } else { end }
}

/// The library's remarks; the number of cases has been checked before.
fn remarks(metadata: &SpssMetadata) -> Vec<ImportNote> {
    let about_cases = |text: &&String| text.contains("rows were read");
    metadata
        .warnings
        .iter()
        .filter(|text| !about_cases(text))
        .map(|text| ImportNote::Remark { text: text.clone() })
        .collect()
}

/// Notes on dates and durations. Codes and labels of a date are numbers and mean nothing to its text, so they go.
fn kind_notes(kinds: &[Kind], applied: &[bool], variables: &mut [Variable]) -> Vec<ImportNote> {
    let (mut dates, mut durations, mut coded) = (Vec::new(), Vec::new(), Vec::new());
    for ((kind, variable), applied) in kinds.iter().zip(variables).zip(applied) {
        match kind {
            Kind::Date | Kind::DateTime => {
                dates.push(variable.name.clone());
                variable.missing = MissingCodes::default();
                variable.value_labels.clear();
            }
            Kind::Duration => durations.push(variable.name.clone()),
            Kind::Number | Kind::Text => {}
        }
        if *applied {
            coded.push(variable.name.clone());
        }
    }
    let mut notes = Vec::new();
    if !dates.is_empty() {
        notes.push(ImportNote::DatesAsText { variables: dates });
    }
    if !durations.is_empty() {
        notes.push(ImportNote::DurationsAsSeconds { variables: durations });
    }
    if !coded.is_empty() {
        notes.push(ImportNote::MissingCodesApplied { variables: coded });
    }
    notes
}
