//! SPSS data files with labels, measures and missing codes, in UTF-8.

use std::io::Cursor;
use std::sync::Arc;

use ambers::constants::{HIGHEST_BITS, LOWEST_BITS};
use ambers::metadata::{MissingSpec, SpssMetadata, Value as SpssValue};
use ambers::{Alignment, Compression};
use arrow::array::{ArrayRef, Float64Array, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use covary_data::variable::LabelledValue;
use covary_data::{Column, Dataset, Measure, MissingCodes, Variable};

use super::names::NameRule;
use super::{ExportError, ExportFormat, ExportLoss, named, shortened};

/// SPSS data.
pub(super) const SAV: ExportFormat = ExportFormat {
    name: "SPSS data",
    extension: "sav",
    write: |dataset| write(dataset, Compression::Bytecode),
    losses,
};

/// Compressed SPSS data.
pub(super) const ZSAV: ExportFormat = ExportFormat {
    name: "compressed SPSS data",
    extension: "zsav",
    write: |dataset| write(dataset, Compression::Zlib),
    losses,
};

/// The limits that IBM SPSS Statistics states: names of 64 bytes, variable labels of 256, value labels of 120,
/// texts of 32,767.
const NAMES: NameRule = NameRule {
    longest: 64,
    in_bytes: true,
    further: &['.', '@', '#', '$'],
    reserved: &["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"],
};
const LONGEST_LABEL: usize = 256;
const LONGEST_VALUE_LABEL: usize = 120;
const LONGEST_TEXT: usize = 32_767;

fn write(dataset: &Dataset, compression: Compression) -> Result<Vec<u8>, ExportError> {
    if dataset.variables().is_empty() {
        return Err(ExportError::new("SPSS data need at least one variable"));
    }
    let names = fit_names(dataset);
    let mut metadata = SpssMetadata {
        file_encoding: "UTF-8".to_string(),
        compression,
        // The writer would put the present moment; the same dataset is to give the same bytes.
        creation_time: "2000-01-01 00:00:00".to_string(),
        variable_names: names.clone(),
        number_columns: names.len(),
        ..SpssMetadata::default()
    };
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let variable = &dataset.variables()[index];
        describe(&mut metadata, name, variable);
        match dataset.column(index) {
            Column::Numeric(values) => {
                let kept = keepable(&variable.missing);
                metadata.variable_formats.insert(name.clone(), number_format(values).to_string());
                metadata.variable_missing_values.insert(name.clone(), missing_specs(&kept));
                fields.push(Field::new(name, DataType::Float64, true));
                arrays.push(Arc::new(Float64Array::from_iter(numbers(values, &variable.missing, &kept))));
            }
            Column::Text(texts) => {
                let width = text_width(texts).map_err(|error| error.of(&variable.name))?;
                metadata.variable_formats.insert(name.clone(), format!("A{width}"));
                metadata.variable_storage_widths.insert(name.clone(), width);
                metadata.variable_alignments.insert(name.clone(), Alignment::Left);
                let kept = keepable_texts(&variable.missing);
                let lost = |text: &&str| variable.missing.texts.iter().any(|t| t == text) && !kept.contains(text);
                let specs = kept.iter().map(|text| MissingSpec::StringValue(text.to_string()));
                metadata.variable_missing_values.insert(name.clone(), specs.collect());
                fields.push(Field::new(name, DataType::Utf8View, true));
                let texts = texts.iter().map(|text| text.as_deref().filter(|text| !lost(text)));
                arrays.push(Arc::new(StringViewArray::from_iter(texts)));
            }
        }
    }
    let failed = |error: &dyn std::fmt::Display| ExportError::new(error.to_string());
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|error| failed(&error))?;
    let mut bytes = Cursor::new(Vec::new());
    ambers::write_sav_to_writer(&mut bytes, &batch, &metadata, compression, None).map_err(|error| failed(&error))?;
    Ok(bytes.into_inner())
}

fn fit_names(dataset: &Dataset) -> Vec<String> {
    let names: Vec<&str> = dataset.variables().iter().map(|variable| variable.name.as_str()).collect();
    NAMES.apply(&names)
}

fn describe(metadata: &mut SpssMetadata, name: &str, variable: &Variable) {
    let renamed = (variable.name != name).then_some(&variable.name);
    if let Some(label) = variable.label.as_ref().or(renamed) {
        metadata.variable_labels.insert(name.to_string(), shortened(label, LONGEST_LABEL).to_string());
    }
    metadata.variable_measures.insert(name.to_string(), measure(variable.measure));
    let labels = variable.value_labels.iter().map(|label| {
        let value = match &label.value {
            LabelledValue::Number(number) => SpssValue::Numeric(*number),
            LabelledValue::Text(text) => SpssValue::String(text.clone()),
        };
        (value, shortened(&label.label, LONGEST_VALUE_LABEL).to_string())
    });
    if !variable.value_labels.is_empty() {
        metadata.variable_value_labels.insert(name.to_string(), labels.collect());
    }
}

fn measure(measure: Measure) -> ambers::Measure {
    match measure {
        Measure::Unknown => ambers::Measure::Unknown,
        Measure::Nominal => ambers::Measure::Nominal,
        Measure::Ordinal => ambers::Measure::Ordinal,
        Measure::Scale => ambers::Measure::Scale,
    }
}

/// How SPSS shows the numbers; it stores them in full in any case.
fn number_format(values: &[f64]) -> &'static str {
    match values.iter().all(|value| value.is_nan() || value.fract() == 0.0) {
        true => "F8.0",
        false => "F8.2",
    }
}

/// The codes that SPSS can declare: three values, or one range and one value.
fn keepable(codes: &MissingCodes) -> MissingCodes {
    let (ranges, values) = match codes.ranges.is_empty() {
        true => (0, 3),
        false => (1, 1),
    };
    MissingCodes {
        values: codes.values.iter().copied().take(values).collect(),
        ranges: codes.ranges.iter().copied().take(ranges).collect(),
        texts: Vec::new(),
    }
}

fn missing_specs(codes: &MissingCodes) -> Vec<MissingSpec> {
    let ranges = codes.ranges.iter().map(|(low, high)| MissingSpec::Range {
        lo: if *low == f64::NEG_INFINITY { f64::from_bits(LOWEST_BITS) } else { *low },
        hi: if *high == f64::INFINITY { f64::from_bits(HIGHEST_BITS) } else { *high },
    });
    ranges.chain(codes.values.iter().map(|value| MissingSpec::Value(*value))).collect()
}

/// SPSS takes three missing codes of a text variable, of at most eight bytes.
fn keepable_texts(codes: &MissingCodes) -> Vec<&str> {
    codes.texts.iter().map(String::as_str).filter(|text| text.len() <= 8).take(3).collect()
}

/// The numbers; a missing one whose code is not among those kept becomes system-missing, never an answer.
fn numbers<'a>(
    values: &'a [f64],
    declared: &'a MissingCodes,
    kept: &'a MissingCodes,
) -> impl Iterator<Item = Option<f64>> + 'a {
    values.iter().map(|value| {
        let lost = declared.contains(*value) && !kept.contains(*value);
        Some(*value).filter(|value| !value.is_nan() && !lost)
    })
}

fn text_width(texts: &[Option<String>]) -> Result<usize, ExportError> {
    let width = texts.iter().flatten().map(String::len).max().unwrap_or(1).max(1);
    match width <= LONGEST_TEXT {
        true => Ok(width),
        false => Err(ExportError::new(format!("a text of {width} bytes is longer than the {LONGEST_TEXT} SPSS takes"))
            .help("Write CSV")),
    }
}

fn losses(dataset: &Dataset) -> Vec<ExportLoss> {
    let names = fit_names(dataset);
    let renamed = dataset.variables().iter().zip(names).filter(|(variable, name)| variable.name != *name);
    let mut losses: Vec<ExportLoss> =
        renamed.map(|(variable, to)| ExportLoss::Renamed { from: variable.name.clone(), to }).collect();
    let too_long = |text: &String, longest: usize| text.len() > longest;
    let shortened = named(dataset, |variable| {
        variable.label.as_ref().is_some_and(|label| too_long(label, LONGEST_LABEL))
            || variable.value_labels.iter().any(|label| too_long(&label.label, LONGEST_VALUE_LABEL))
    });
    if !shortened.is_empty() {
        losses.push(ExportLoss::ShortenedLabels { variables: shortened });
    }
    let reduced = named(dataset, |variable| {
        let kept = keepable(&variable.missing);
        kept.values != variable.missing.values
            || kept.ranges != variable.missing.ranges
            || keepable_texts(&variable.missing).len() != variable.missing.texts.len()
    });
    if !reduced.is_empty() {
        losses.push(ExportLoss::MissingCodes { variables: reduced });
    }
    losses
}
