//! Where the figures of a column meet: what is needed to align cells at their decimal mark.

use covary_report::{Align, Cell, Span, Table, TableRow};

use crate::{
    Style,
    number::{NumberText, number_text},
};

/// The widest parts of a column's figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Widest {
    /// Digits and signs before the decimal mark, in halves of a digit's width.
    pub whole: usize,
    /// The longest part from the decimal mark on, in halves of a digit's width.
    pub rest: usize,
}

/// The cell's figure, where it is one figure that exists and nothing else: a dash stands in the middle.
pub fn single_number(cell: &Cell, style: &Style) -> Option<NumberText> {
    match cell.text.as_slice() {
        [Span::Number(number)] if number.value.is_some() => Some(number_text(number, style)),
        _ => None,
    }
}

/// The widest parts of each column; empty for columns that are not aligned at the mark.
pub fn widest(table: &Table, style: &Style) -> Vec<Widest> {
    let mut columns = vec![Widest::default(); table.columns.len()];
    for row in &table.rows {
        let TableRow::Cells(cells) = row else { continue };
        for ((column, head), cell) in columns.iter_mut().zip(&table.columns).zip(cells) {
            if head.align != Align::Decimal {
                continue;
            }
            if let Some(text) = single_number(cell, style) {
                column.whole = column.whole.max(half_widths(&text.whole));
                column.rest = column.rest.max(half_widths(&text.rest));
            }
        }
    }
    columns
}

/// Width in halves of a digit's width: marks and spaces count one, all else two.
pub fn half_widths(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '.' | ',' | ' ') { 1 } else { 2 }).sum()
}
