//! The sheets "variables" and "value labels" that the exporter writes beside the answers.

use std::collections::BTreeMap;

use covary_data::variable::LabelledValue;
use covary_data::{Column, Dataset, Measure, MissingCodes, ValueLabel};

use super::{Cell, Content, header_text};
use crate::columns::parse_number;
use crate::export::workbook::{VALUE_LABELS, VARIABLES};

/// Whether a sheet of this name may be part of a codebook.
pub(super) fn is_part(sheet: &str) -> bool {
    sheet == VARIABLES.0 || sheet == VALUE_LABELS.0
}

/// Gives the dataset's variables what a codebook's sheet says of them. A sheet with another header than the
/// exporter's is somebody's own and left alone; so is a row about a variable that does not exist.
pub(super) fn apply(sheet: &str, cells: Vec<Cell>, dataset: &mut Dataset) {
    let mut rows: BTreeMap<u32, BTreeMap<u32, Content>> = BTreeMap::new();
    for cell in cells {
        rows.entry(cell.row).or_default().insert(cell.column, cell.content);
    }
    let Some((_, header)) = rows.pop_first() else { return };
    let header: Vec<String> = header.into_values().map(header_text).collect();
    if sheet == VARIABLES.0 && header == VARIABLES.1 {
        rows.into_values().for_each(|row| describe(row, dataset));
    } else if sheet == VALUE_LABELS.0 && header == VALUE_LABELS.1 {
        rows.into_values().for_each(|row| label(row, dataset));
    }
}

fn describe(mut row: BTreeMap<u32, Content>, dataset: &mut Dataset) {
    let mut take = |column: u32| row.remove(&column).map(header_text);
    let (name, label, measure, codes) = (take(0), take(1), take(2), take(3));
    let Some(index) = name.and_then(|name| dataset.position(&name)) else { return };
    let variable = &mut dataset.variables_mut()[index];
    variable.label = label;
    variable.measure = match measure.as_deref() {
        Some("nominal") => Measure::Nominal,
        Some("ordinal") => Measure::Ordinal,
        Some("scale") => Measure::Scale,
        _ => Measure::Unknown,
    };
    variable.missing = codes.map(|codes| parse_codes(&codes)).unwrap_or_default();
}

fn label(mut row: BTreeMap<u32, Content>, dataset: &mut Dataset) {
    let (Some(name), Some(value), Some(label)) = (row.remove(&0), row.remove(&1), row.remove(&2)) else { return };
    let Some(index) = dataset.position(&header_text(name)) else { return };
    let value = match (dataset.column(index), value) {
        (Column::Numeric(_), Content::Number(number)) => LabelledValue::Number(number),
        (Column::Text(_), content) => LabelledValue::Text(header_text(content)),
        (Column::Numeric(_), _) => return,
    };
    dataset.variables_mut()[index].value_labels.push(ValueLabel { value, label: header_text(label) });
}

/// Missing codes as the exporter writes them; what is not one is passed over.
fn parse_codes(text: &str) -> MissingCodes {
    let end = |end: &str| match end.trim() {
        "LOWEST" => Some(f64::NEG_INFINITY),
        "HIGHEST" => Some(f64::INFINITY),
        number => parse_number(number, '.'),
    };
    let mut codes = MissingCodes::default();
    for part in text.split("; ") {
        let part = part.trim();
        if let Some(text) = part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
            codes.texts.push(text.to_string());
        } else if let Some((low, high)) = part.split_once(" thru ") {
            codes.ranges.extend(end(low).zip(end(high)));
        } else {
            codes.values.extend(parse_number(part, '.'));
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::workbook::codes_text;

    #[test]
    fn codes_come_back_as_written() {
        for codes in [
            MissingCodes::default(),
            MissingCodes { values: vec![9.0, -99.5], ..MissingCodes::default() },
            MissingCodes { values: vec![0.0], ranges: vec![(f64::NEG_INFINITY, -1.0), (97.0, 99.0)], texts: vec![] },
            MissingCodes { texts: vec!["n/a".to_string(), "-".to_string()], ..MissingCodes::default() },
        ] {
            assert_eq!(parse_codes(&codes_text(&codes)), codes);
        }
    }
}
