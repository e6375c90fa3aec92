//! Tables with three lines in characters; wide ones continue below, the first column repeated.

use covary_report::{Align, Cell, Table, TableRow};
use unicode_width::UnicodeWidthStr;

use super::{Sheet, without_controls};
use crate::columns::single_number;

/// Blanks between columns.
const GAP: usize = 2;
/// The first column is cut to this share of the screen, so that others find room.
const FIRST_SHARE: f64 = 0.45;

/// A column with its cells set to one width.
struct Set {
    spanner: String,
    head: String,
    cells: Vec<Option<String>>,
    width: usize,
    align: Align,
}

pub(super) fn table(table: &Table, sheet: Sheet) -> String {
    let columns: Vec<Set> = (0..table.columns.len()).map(|index| set_column(table, index, sheet)).collect();
    let mut out = String::new();
    for panel in panels(&columns, sheet.screen.width) {
        panel_lines(&panel, table, sheet, &mut out);
    }
    out
}

fn set_column(table: &Table, index: usize, sheet: Sheet) -> Set {
    let head = &table.columns[index];
    let texts: Vec<Option<(String, String)>> = table
        .rows
        .iter()
        .map(|row| match row {
            TableRow::Cells(cells) => Some(cells.get(index).map_or_else(Default::default, |cell| parts(cell, sheet))),
            TableRow::Heading(_) => None,
        })
        .collect();
    // Figures meet at the decimal mark: what stands before it is set flush right, what follows flush left.
    let widest = |part: fn(&(String, String)) -> &String| {
        texts.iter().flatten().map(|text| part(text).width()).max().unwrap_or(0)
    };
    let (whole, rest) = (widest(|t| &t.0), widest(|t| &t.1));
    let joined = |(a, b): &(String, String)| match head.align {
        Align::Decimal => {
            format!("{}{a}{b}{}", " ".repeat(whole.saturating_sub(a.width())), " ".repeat(rest - b.width()))
        }
        Align::Left | Align::Center => format!("{a}{b}"),
    };
    let mut cells: Vec<Option<String>> = texts.iter().map(|text| text.as_ref().map(joined)).collect();
    let head_text = sheet.plain(&head.text);
    if index == 0 {
        let most = (sheet.screen.width as f64 * FIRST_SHARE) as usize;
        for cell in cells.iter_mut().flatten() {
            *cell = cut(cell, most);
        }
    }
    let width = cells.iter().flatten().map(|cell| cell.width()).max().unwrap_or(0).max(head_text.width());
    let spanner = head.spanner.as_ref().map(|text| sheet.plain(text)).unwrap_or_default();
    Set { spanner, head: head_text, cells, width, align: head.align }
}

/// What stands before and from the decimal mark on; other text is all before.
fn parts(cell: &Cell, sheet: Sheet) -> (String, String) {
    match single_number(cell, sheet.style) {
        Some(number) => (number.whole, number.rest),
        None => (format!("{}{}", "  ".repeat(usize::from(cell.indent)), sheet.plain(&cell.text)), String::new()),
    }
}

fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + 2 > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Columns that fit side by side; the first column opens every panel.
fn panels(columns: &[Set], width: usize) -> Vec<Vec<&Set>> {
    let Some((first, others)) = columns.split_first() else { return Vec::new() };
    let mut panels = vec![vec![first]];
    let mut used = first.width;
    for column in others {
        let fits = used + GAP + column.width <= width;
        match panels.last_mut() {
            Some(panel) if fits || panel.len() == 1 => {
                panel.push(column);
                used += GAP + column.width;
            }
            _ => {
                panels.push(vec![first, column]);
                used = first.width + GAP + column.width;
            }
        }
    }
    panels
}

fn panel_lines(panel: &[&Set], table: &Table, sheet: Sheet, out: &mut String) {
    let total = panel.iter().map(|c| c.width).sum::<usize>() + GAP * (panel.len() - 1);
    let rule = |mark: &str| format!("{}\n", mark.repeat(total));
    out.push_str(&rule("━"));
    if let Some(line) = spanner_line(panel) {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    let heads: Vec<String> = panel.iter().map(|c| padded(&c.head, c.width, c.align)).collect();
    out.push_str(heads.join("  ").trim_end());
    out.push('\n');
    out.push_str(&rule("─"));
    for (index, row) in table.rows.iter().enumerate() {
        match row {
            TableRow::Heading(heading) => out.push_str(&without_controls(&sheet.plain(heading))),
            TableRow::Cells(_) => {
                let cells = panel.iter().map(|c| padded(c.cells[index].as_deref().unwrap_or(""), c.width, c.align));
                out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            }
        }
        out.push('\n');
    }
    out.push_str(&rule("━"));
}

/// The line of spanners, each centred over its columns and cut to their width.
fn spanner_line(panel: &[&Set]) -> Option<String> {
    if panel.iter().all(|c| c.spanner.is_empty()) {
        return None;
    }
    let mut runs: Vec<(&str, usize)> = Vec::new();
    for column in panel {
        match runs.last_mut() {
            Some((spanner, width)) if !spanner.is_empty() && *spanner == column.spanner => *width += GAP + column.width,
            _ => runs.push((&column.spanner, column.width)),
        }
    }
    let cells: Vec<String> =
        runs.iter().map(|(text, width)| padded(&cut(text, *width), *width, Align::Center)).collect();
    Some(cells.join("  "))
}

fn padded(text: &str, width: usize, align: Align) -> String {
    let missing = width.saturating_sub(text.width());
    let left = match align {
        Align::Left => 0,
        Align::Center => missing / 2,
        Align::Decimal => missing,
    };
    format!("{}{text}{}", " ".repeat(left), " ".repeat(missing - left))
}
