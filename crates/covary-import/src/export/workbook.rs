//! Excel workbooks: the answers in the sheet "data", what they mean in the sheets "variables" and "value labels".
//!
//! The importer reads the same two sheets, so a workbook keeps labels, measures and missing codes.

use covary_data::variable::LabelledValue;
use covary_data::{Dataset, Measure, MissingCodes};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{ExportError, ExportFormat, ExportLoss, Value, raw_value};

/// Excel workbooks.
pub(super) const XLSX: ExportFormat = ExportFormat {
    name: "an Excel workbook",
    extension: "xlsx",
    write,
    losses: |_: &Dataset| -> Vec<ExportLoss> { Vec::new() },
};

/// The sheet of variables and its header.
pub(crate) const VARIABLES: (&str, [&str; 4]) = ("variables", ["name", "label", "measure", "missing"]);

/// The sheet of value labels and its header.
pub(crate) const VALUE_LABELS: (&str, [&str; 3]) = ("value labels", ["variable", "value", "label"]);

/// Cases and variables that a sheet takes.
const LARGEST: (usize, usize) = (1_048_575, 16_384);

/// Characters that a cell takes.
const LONGEST_TEXT: usize = 32_767;

fn write(dataset: &Dataset) -> Result<Vec<u8>, ExportError> {
    refuse_too_large(dataset)?;
    build(dataset).map_err(|error| ExportError::new(error.to_string()))
}

fn refuse_too_large(dataset: &Dataset) -> Result<(), ExportError> {
    let (cases, variables) = (dataset.cases(), dataset.variables().len());
    if cases > LARGEST.0 || variables > LARGEST.1 {
        return Err(ExportError::new(format!(
            "{cases} cases of {variables} variables do not fit a sheet, which takes {} and {}",
            LARGEST.0, LARGEST.1
        ))
        .help("Write CSV or SPSS data"));
    }
    for (index, variable) in dataset.variables().iter().enumerate() {
        let too_long = |case: &usize| matches!(raw_value(dataset, index, *case), Value::Text(t) if t.chars().count() > LONGEST_TEXT);
        if let Some(case) = (0..cases).find(too_long) {
            return Err(ExportError::new(format!("the text of case {} is longer than a cell takes", case + 1))
                .of(&variable.name)
                .help("Write CSV"));
        }
    }
    Ok(())
}

fn build(dataset: &Dataset) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The writer would put the present moment; the same dataset is to give the same bytes.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    answers(book.add_worksheet(), dataset, &bold)?;
    variables(book.add_worksheet(), dataset, &bold)?;
    value_labels(book.add_worksheet(), dataset, &bold)?;
    book.save_to_buffer()
}

fn answers(sheet: &mut Worksheet, dataset: &Dataset, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_name("data")?;
    sheet.set_freeze_panes(1, 0)?;
    for (index, variable) in dataset.variables().iter().enumerate() {
        let column = index as u16;
        sheet.write_string_with_format(0, column, &variable.name, bold)?;
        for case in 0..dataset.cases() {
            let row = case as u32 + 1;
            // `write_string` never makes a formula of a text that begins with "=".
            match raw_value(dataset, index, case) {
                Value::Number(number) if number.is_finite() => sheet.write_number(row, column, number)?,
                Value::Text(text) => sheet.write_string(row, column, text)?,
                Value::Number(_) | Value::Nothing => sheet,
            };
        }
    }
    Ok(())
}

fn variables(sheet: &mut Worksheet, dataset: &Dataset, bold: &Format) -> Result<(), XlsxError> {
    headed(sheet, VARIABLES.0, &VARIABLES.1, bold)?;
    for (index, variable) in dataset.variables().iter().enumerate() {
        let row = index as u32 + 1;
        let texts = [
            variable.name.clone(),
            variable.label.clone().unwrap_or_default(),
            measure_word(variable.measure).to_string(),
            codes_text(&variable.missing),
        ];
        for (column, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(row, column as u16, shortened_cell(text))?;
        }
    }
    Ok(())
}

fn value_labels(sheet: &mut Worksheet, dataset: &Dataset, bold: &Format) -> Result<(), XlsxError> {
    headed(sheet, VALUE_LABELS.0, &VALUE_LABELS.1, bold)?;
    let labels = dataset.variables().iter().flat_map(|v| v.value_labels.iter().map(move |label| (&v.name, label)));
    for (index, (name, label)) in labels.enumerate().take(LARGEST.0) {
        let row = index as u32 + 1;
        sheet.write_string(row, 0, name)?;
        match &label.value {
            LabelledValue::Number(number) => sheet.write_number(row, 1, *number)?,
            LabelledValue::Text(text) => sheet.write_string(row, 1, shortened_cell(text))?,
        };
        sheet.write_string(row, 2, shortened_cell(&label.label))?;
    }
    Ok(())
}

fn headed(sheet: &mut Worksheet, name: &str, header: &[&str], bold: &Format) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, title) in header.iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, *title, bold)?;
        sheet.set_column_width(column as u16, if *title == "label" { 60 } else { 16 })?;
    }
    Ok(())
}

fn shortened_cell(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(end, _)| end);
    &text[..end]
}

/// A measure in SPSS's words; nothing where it is unknown.
pub(crate) fn measure_word(measure: Measure) -> &'static str {
    match measure {
        Measure::Unknown => "",
        Measure::Nominal => "nominal",
        Measure::Ordinal => "ordinal",
        Measure::Scale => "scale",
    }
}

/// Missing codes as one text: `9; 98; 5 thru 8; LOWEST thru 0; "n/a"`.
pub(crate) fn codes_text(codes: &MissingCodes) -> String {
    let end = |end: f64| match end {
        f64::NEG_INFINITY => "LOWEST".to_string(),
        f64::INFINITY => "HIGHEST".to_string(),
        number => number.to_string(),
    };
    let values = codes.values.iter().map(f64::to_string);
    let ranges = codes.ranges.iter().map(|(low, high)| format!("{} thru {}", end(*low), end(*high)));
    let texts = codes.texts.iter().map(|text| format!("\"{text}\""));
    values.chain(ranges).chain(texts).collect::<Vec<_>>().join("; ")
}
