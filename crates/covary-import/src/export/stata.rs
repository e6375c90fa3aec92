//! Stata data files of release 118 (Stata 14 and later), in UTF-8.

use std::borrow::Cow;
use std::io::Cursor;

use covary_data::variable::LabelledValue;
use covary_data::{Column, Dataset, Measure, Variable};
use dta::stata::dta::byte_order::ByteOrder;
use dta::stata::dta::dta_error::DtaError;
use dta::stata::dta::dta_writer::DtaWriter;
use dta::stata::dta::header::Header;
use dta::stata::dta::long_string::LongStringContent;
use dta::stata::dta::long_string_ref::LongStringRef;
use dta::stata::dta::long_string_table::LongStringTable;
use dta::stata::dta::release::Release;
use dta::stata::dta::schema::Schema;
use dta::stata::dta::value::Value;
use dta::stata::dta::variable::Variable as StataVariable;
use dta::stata::dta::variable_type::VariableType;
use dta::stata::missing_value::MissingValue;
use dta::stata::stata_byte::StataByte;
use dta::stata::stata_double::StataDouble;
use dta::stata::stata_int::StataInt;
use dta::stata::stata_long::StataLong;

use super::names::NameRule;
use super::{ExportError, ExportFormat, ExportLoss, named};

/// Stata data.
pub(super) const DTA: ExportFormat = ExportFormat { name: "Stata data", extension: "dta", write, losses };

/// The limits of release 118: names of 32 characters, variable labels of 80.
const NAMES: NameRule = NameRule {
    longest: 32,
    in_bytes: false,
    further: &[],
    reserved: &["_all", "byte", "double", "float", "if", "in", "int", "long", "str", "strl", "using", "with"],
};
const LONGEST_LABEL: usize = 80;
const LONGEST_FIXED: usize = 2045;
const VARIABLES: usize = 32_767;

/// The largest numbers of each type that are not missing values.
const BYTE: (f64, f64) = (-127.0, 100.0);
const INT: (f64, f64) = (-32_767.0, 32_740.0);
const LONG: (f64, f64) = (-2_147_483_647.0, 2_147_483_620.0);
const DOUBLE: f64 = 8.988e307;

fn write(dataset: &Dataset) -> Result<Vec<u8>, ExportError> {
    if dataset.variables().len() > VARIABLES {
        return Err(ExportError::new(format!("Stata data of this release take {VARIABLES} variables")));
    }
    let columns = columns(dataset)?;
    let bytes = sections(dataset, &columns).map_err(|error| ExportError::new(error.to_string()))?;
    with_value_labels(bytes, &label_sets(dataset, &columns))
}

/// How one column is written.
struct Plan {
    name: String,
    stata_type: VariableType,
    /// User-missing numbers in ascending order, written as .a, .b, … in this order.
    missing: Vec<f64>,
}

fn columns(dataset: &Dataset) -> Result<Vec<Plan>, ExportError> {
    let plans = fit_names(dataset).into_iter().enumerate().map(|(index, name)| {
        let variable = &dataset.variables()[index];
        match dataset.column(index) {
            Column::Numeric(values) => {
                let missing = user_missing(values, variable);
                let valid =
                    || values.iter().copied().filter(|value| !value.is_nan() && !variable.missing.contains(*value));
                match valid().find(|value| value.abs() >= DOUBLE) {
                    Some(value) => {
                        Err(ExportError::new(format!("the number {value:e} is beyond what Stata takes"))
                            .of(&variable.name))
                    }
                    None => Ok(Plan { name, stata_type: number_type(valid()), missing }),
                }
            }
            Column::Text(texts) => Ok(Plan { name, stata_type: text_type(texts), missing: Vec::new() }),
        }
    });
    plans.collect()
}

fn fit_names(dataset: &Dataset) -> Vec<String> {
    let names: Vec<&str> = dataset.variables().iter().map(|variable| variable.name.as_str()).collect();
    NAMES.apply(&names)
}

fn user_missing(values: &[f64], variable: &Variable) -> Vec<f64> {
    let mut missing: Vec<f64> = values.iter().copied().filter(|value| variable.missing.contains(*value)).collect();
    // Declared codes take their letter even where no case bears them, so that their labels are kept.
    missing.extend(&variable.missing.values);
    missing.sort_by(f64::total_cmp);
    missing.dedup();
    missing
}

/// The smallest type that holds all numbers exactly.
fn number_type(values: impl Iterator<Item = f64>) -> VariableType {
    let within = |value: f64, (low, high): (f64, f64)| value.fract() == 0.0 && low <= value && value <= high;
    let negative_zero = |value: f64| value == 0.0 && value.is_sign_negative();
    values.fold(VariableType::Byte, |kind, value| match kind {
        _ if negative_zero(value) => VariableType::Double,
        VariableType::Byte if within(value, BYTE) => VariableType::Byte,
        VariableType::Byte | VariableType::Int if within(value, INT) => VariableType::Int,
        VariableType::Byte | VariableType::Int | VariableType::Long if within(value, LONG) => VariableType::Long,
        _ => VariableType::Double,
    })
}

fn text_type(texts: &[Option<String>]) -> VariableType {
    let longest = texts.iter().flatten().map(String::len).max().unwrap_or(1).max(1);
    match u16::try_from(longest) {
        Ok(length) if longest <= LONGEST_FIXED => VariableType::FixedString(length),
        _ => VariableType::LongString,
    }
}

fn sections(dataset: &Dataset, columns: &[Plan]) -> Result<Vec<u8>, DtaError> {
    let header = Header::builder(Release::V118, ByteOrder::LittleEndian).build();
    let mut schema = Schema::builder();
    for (variable, plan) in dataset.variables().iter().zip(columns) {
        schema = schema.add_variable(description(variable, plan));
    }
    let writer = DtaWriter::new().from_writer(Cursor::new(Vec::new())).write_header(header)?;
    let mut writer = writer.write_schema(schema.build()?)?.into_record_writer()?;
    let mut long_strings = LongStringTable::for_writing();
    let nothing = LongStringTable::for_writing().get_or_insert(0, 0, LongStringContent::Text(Cow::Borrowed(b"")));
    for case in 0..dataset.cases() {
        let values: Vec<Value> = columns
            .iter()
            .enumerate()
            .map(|(index, plan)| match dataset.column(index) {
                Column::Numeric(values) => number(values[case], plan),
                Column::Text(_) => {
                    let place = (index as u32 + 1, case as u64 + 1);
                    text(dataset.text(index, case), plan, place, &mut long_strings, nothing)
                }
            })
            .collect();
        writer.write_record(&values)?;
    }
    let mut writer = writer.into_long_string_writer()?;
    writer.write_long_string_table(&long_strings)?;
    Ok(writer.into_value_label_writer()?.finish()?.into_inner())
}

fn description(variable: &Variable, plan: &Plan) -> dta::stata::dta::variable::VariableBuilder {
    let format = match plan.stata_type {
        VariableType::Byte | VariableType::Int => "%8.0g".to_string(),
        VariableType::Long => "%12.0g".to_string(),
        VariableType::Float | VariableType::Double => "%10.0g".to_string(),
        VariableType::FixedString(length) => format!("%{length}s"),
        VariableType::LongString => "%9s".to_string(),
    };
    let renamed = (variable.name != plan.name).then_some(&variable.name);
    let label = variable.label.as_ref().or(renamed).map_or("", String::as_str);
    let builder = StataVariable::builder(plan.stata_type, plan.name.clone())
        .format(format)
        .label(label.chars().take(LONGEST_LABEL).collect::<String>());
    match entries(variable, plan).is_empty() {
        true => builder,
        false => builder.value_label_name(plan.name.clone()),
    }
}

/// A number in the type of its column; a user-missing one as .a, .b, …, which Stata never takes for an answer.
fn number(value: f64, plan: &Plan) -> Value<'static> {
    let missing = match plan.missing.iter().position(|code| *code == value) {
        Some(rank) => Some(extended(rank)),
        None => value.is_nan().then_some(MissingValue::System),
    };
    match (plan.stata_type, missing) {
        (VariableType::Byte, None) => Value::Byte(StataByte::Present(value as i8)),
        (VariableType::Byte, Some(missing)) => Value::Byte(StataByte::Missing(missing)),
        (VariableType::Int, None) => Value::Int(StataInt::Present(value as i16)),
        (VariableType::Int, Some(missing)) => Value::Int(StataInt::Missing(missing)),
        (VariableType::Long, None) => Value::Long(StataLong::Present(value as i32)),
        (VariableType::Long, Some(missing)) => Value::Long(StataLong::Missing(missing)),
        (_, None) => Value::Double(StataDouble::Present(value)),
        (_, Some(missing)) => Value::Double(StataDouble::Missing(missing)),
    }
}

/// The missing value of this rank: .a to .z, then the system-missing value.
fn extended(rank: usize) -> MissingValue {
    use MissingValue::*;
    const LETTERS: [MissingValue; 26] = [A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z];
    LETTERS.get(rank).copied().unwrap_or(System)
}

fn text<'a>(
    text: Option<&'a str>,
    plan: &Plan,
    (variable, observation): (u32, u64),
    long_strings: &mut LongStringTable,
    nothing: LongStringRef,
) -> Value<'a> {
    match (plan.stata_type, text) {
        (VariableType::LongString, Some(text)) => {
            // Stata ends the text with a zero, which counts as part of it.
            let ended = [text.as_bytes(), b"\0"].concat();
            let content = LongStringContent::Text(Cow::Owned(ended));
            Value::LongStringRef(long_strings.get_or_insert(variable, observation, content))
        }
        (VariableType::LongString, None) => Value::LongStringRef(nothing),
        (_, text) => Value::string(text.unwrap_or("")),
    }
}

/// A set of value labels under the name of its variable.
struct LabelSet<'a> {
    name: &'a str,
    entries: Vec<(i32, &'a str)>,
}

fn label_sets<'a>(dataset: &'a Dataset, columns: &'a [Plan]) -> Vec<LabelSet<'a>> {
    let sets = dataset
        .variables()
        .iter()
        .zip(columns)
        .map(|(variable, plan)| LabelSet { name: &plan.name, entries: entries(variable, plan) });
    sets.filter(|set| !set.entries.is_empty()).collect()
}

/// Labels of whole numbers, and of missing codes under their letters, in ascending order.
fn entries<'a>(variable: &'a Variable, plan: &Plan) -> Vec<(i32, &'a str)> {
    const SYSTEM_MISSING: i32 = 2_147_483_621;
    let entry = |label: &'a covary_data::ValueLabel| {
        let LabelledValue::Number(number) = label.value else { return None };
        let code = match plan.missing.iter().position(|code| *code == number) {
            Some(rank) if rank < 26 => SYSTEM_MISSING + 1 + rank as i32,
            Some(_) => return None,
            None if number.fract() == 0.0 && LONG.0 <= number && number <= LONG.1 => number as i32,
            None => return None,
        };
        Some((code, label.label.as_str()))
    };
    let is_number = !matches!(plan.stata_type, VariableType::FixedString(_) | VariableType::LongString);
    let mut entries: Vec<_> = variable.value_labels.iter().filter(|_| is_number).filter_map(entry).collect();
    entries.sort_by_key(|(code, _)| *code);
    entries.dedup_by_key(|(code, _)| *code);
    entries
}

/// Puts the value labels into a finished file.
///
/// The library writes sets of value labels only where it has read them; it offers no way to make one. So the
/// section it left empty is filled here, and the two offsets behind it in the file's map are moved. Layout: Stata's
/// help file `dta`, "5.3 Map" and "5.11 Value labels".
fn with_value_labels(mut bytes: Vec<u8>, sets: &[LabelSet]) -> Result<Vec<u8>, ExportError> {
    if sets.is_empty() {
        return Ok(bytes);
    }
    const END: &[u8] = b"</value_labels></stata_dta>";
    let unexpected = || ExportError::new("the file could not be finished: its end is not as expected");
    let map = bytes.windows(5).position(|window| window == b"<map>").ok_or_else(unexpected)? + 5;
    let at = bytes.len().checked_sub(END.len()).filter(|at| bytes[*at..] == *END).ok_or_else(unexpected)?;
    let section: Vec<u8> = sets.iter().flat_map(label_section).collect();
    for entry in [12, 13] {
        let place = map + 8 * entry;
        let offset = bytes.get(place..).and_then(|rest| rest.first_chunk::<8>()).ok_or_else(unexpected)?;
        let moved = u64::from_le_bytes(*offset) + section.len() as u64;
        bytes[place..place + 8].copy_from_slice(&moved.to_le_bytes());
    }
    bytes.splice(at..at, section);
    Ok(bytes)
}

fn label_section(set: &LabelSet) -> Vec<u8> {
    const NAME: usize = 129;
    let mut texts = Vec::new();
    let mut offsets = Vec::new();
    for (_, label) in &set.entries {
        offsets.extend((texts.len() as u32).to_le_bytes());
        texts.extend(label.as_bytes());
        texts.push(0);
    }
    let codes = set.entries.iter().flat_map(|(code, _)| code.to_le_bytes());
    let mut table = Vec::new();
    table.extend((set.entries.len() as u32).to_le_bytes());
    table.extend((texts.len() as u32).to_le_bytes());
    table.extend(offsets);
    table.extend(codes);
    table.extend(texts);
    let mut name = set.name.as_bytes().to_vec();
    name.resize(NAME + 3, 0);
    [b"<lbl>".as_slice(), &(table.len() as u32).to_le_bytes(), &name, &table, b"</lbl>"].concat()
}

fn losses(dataset: &Dataset) -> Vec<ExportLoss> {
    let names = fit_names(dataset);
    let renamed = dataset.variables().iter().zip(names).filter(|(variable, name)| variable.name != *name);
    let mut losses: Vec<ExportLoss> =
        renamed.map(|(variable, to)| ExportLoss::Renamed { from: variable.name.clone(), to }).collect();
    if dataset.variables().iter().any(|variable| variable.measure != Measure::Unknown) {
        losses.push(ExportLoss::Measures);
    }
    let coded = named(dataset, |variable| !variable.missing.texts.is_empty());
    if !coded.is_empty() {
        losses.push(ExportLoss::MissingCodes { variables: coded });
    }
    let extended =
        named(dataset, |variable| !variable.missing.values.is_empty() || !variable.missing.ranges.is_empty());
    if !extended.is_empty() {
        losses.push(ExportLoss::ExtendedMissing { variables: extended });
    }
    let shortened =
        named(dataset, |variable| variable.label.as_ref().is_some_and(|label| label.chars().count() > LONGEST_LABEL));
    if !shortened.is_empty() {
        losses.push(ExportLoss::ShortenedLabels { variables: shortened });
    }
    let unlabelled = named(dataset, |variable| {
        variable.value_labels.iter().any(|label| match label.value {
            LabelledValue::Number(number) => number.fract() != 0.0 || number < LONG.0 || number > LONG.1,
            LabelledValue::Text(_) => true,
        })
    });
    if !unlabelled.is_empty() {
        losses.push(ExportLoss::ValueLabels { variables: unlabelled });
    }
    losses
}
