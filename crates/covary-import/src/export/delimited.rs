//! CSV and TSV in UTF-8, numbers with a decimal point, missing answers as empty fields.

use covary_data::{Dataset, Measure};

use super::{ExportError, ExportFormat, ExportLoss, Value, named, value};

/// Comma-separated values.
pub(super) const CSV: ExportFormat =
    ExportFormat { name: "comma-separated values", extension: "csv", write: |dataset| write(dataset, b','), losses };

/// Tab-separated values.
pub(super) const TSV: ExportFormat =
    ExportFormat { name: "tab-separated values", extension: "tsv", write: |dataset| write(dataset, b'\t'), losses };

fn write(dataset: &Dataset, delimiter: u8) -> Result<Vec<u8>, ExportError> {
    let failed = |error: csv::Error| ExportError::new(error.to_string());
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(dataset.variables().iter().map(|variable| &variable.name)).map_err(failed)?;
    for case in 0..dataset.cases() {
        for index in 0..dataset.variables().len() {
            match value(dataset, index, case) {
                Value::Number(number) => writer.write_field(number_text(number)),
                Value::Text(text) => writer.write_field(text),
                Value::Nothing => writer.write_field(""),
            }
            .map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    let text = writer.into_inner().map_err(|error| ExportError::new(error.to_string()))?;
    Ok(with_mark_where_needed(text))
}

/// Shortest digits that give the number back; with an exponent where plain digits would be many.
fn number_text(number: f64) -> String {
    let size = number.abs();
    match size != 0.0 && !(1e-5..1e15).contains(&size) {
        true => format!("{number:e}"),
        false => number.to_string(),
    }
}

/// Excel takes a text file for one in its country's code page unless a mark says UTF-8; plain ASCII needs none.
fn with_mark_where_needed(text: Vec<u8>) -> Vec<u8> {
    match text.is_ascii() {
        true => text,
        false => [b"\xEF\xBB\xBF".as_slice(), &text].concat(),
    }
}

fn losses(dataset: &Dataset) -> Vec<ExportLoss> {
    let described = dataset.variables().iter().any(|variable| {
        variable.label.is_some() || !variable.value_labels.is_empty() || variable.measure != Measure::Unknown
    });
    let coded = named(dataset, |variable| !variable.missing.is_empty());
    let mut losses = Vec::new();
    if described {
        losses.push(ExportLoss::Labels);
    }
    if !coded.is_empty() {
        losses.push(ExportLoss::MissingCodes { variables: coded });
    }
    losses
}
