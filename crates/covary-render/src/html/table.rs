//! Tables with three lines.

use covary_report::{Align, Cell, ColumnHead, Table, TableRow, Text};
use maud::{Markup, html};

use super::{Page, text};
use crate::columns::{Widest, half_widths, single_number, widest};

/// From this many columns on a table is set smaller.
const DENSE_FROM: usize = 10;
/// From this many columns on a table is set very small in print, to fit the page.
const MATRIX_FROM: usize = 16;
/// Names of rows longer than this are given room before the figures.
const LONG_NAME: usize = 20;
/// Tables of at most so many rows are kept on one page in print.
const KEPT_TOGETHER: usize = 24;

pub(super) fn table(table: &Table, page: Page) -> Markup {
    let widest = widest(table, page.style);
    let caption_id = format!("{}-caption", table.id);
    html! {
        figure class={ "table" (size_class(table, page)) } id=(table.id) {
            figcaption id=(caption_id) {
                span.label { (page.numbering.label(&table.id, page.report)) }
                span.title { (text::inline(&table.caption, page)) }
            }
            // A region that scrolls must be reachable by keyboard.
            div.scroll tabindex="0" role="region" aria-labelledby=(caption_id) {
                table aria-labelledby=(caption_id) {
                    (head(&table.columns, page))
                    @for group in groups(&table.rows) {
                        tbody { @for row in group { (table_row(row, table, &widest, page)) } }
                    }
                }
            }
            (page.notes(&table.notes))
        }
    }
}

fn size_class(table: &Table, page: Page) -> String {
    let mut class = String::new();
    if table.columns.len() >= MATRIX_FROM {
        class.push_str(" matrix");
    } else if table.columns.len() >= DENSE_FROM {
        class.push_str(" dense");
    }
    if table.rows.iter().any(|row| has_long_name(row, page)) {
        class.push_str(" named");
    }
    if table.rows.len() <= KEPT_TOGETHER {
        class.push_str(" together");
    }
    class
}

fn has_long_name(row: &TableRow, page: Page) -> bool {
    match row {
        TableRow::Cells(cells) => {
            cells.first().is_some_and(|cell| text::plain(&cell.text, page).chars().count() > LONG_NAME)
        }
        TableRow::Heading(_) => false,
    }
}

/// Rows from one heading to the next.
fn groups(rows: &[TableRow]) -> Vec<&[TableRow]> {
    let mut groups = Vec::new();
    let mut start = 0;
    for (position, row) in rows.iter().enumerate() {
        if position > start && matches!(row, TableRow::Heading(_)) {
            groups.push(&rows[start..position]);
            start = position;
        }
    }
    groups.push(&rows[start..]);
    groups
}

/// One row of heads, or two where some columns share a spanner.
fn head(columns: &[ColumnHead], page: Page) -> Markup {
    let spanned = columns.iter().any(|column| column.spanner.is_some());
    html! {
        thead {
            @if spanned {
                tr {
                    @for run in spanner_runs(columns) {
                        @match &run.spanner {
                            Some(spanner) => th.spanner scope="colgroup" colspan=(run.columns) {
                                span { (text::inline(spanner, page)) }
                            },
                            None => (column_head(&columns[run.first], run.first, Some("2"), page)),
                        }
                    }
                }
                tr {
                    @for (index, column) in columns.iter().enumerate() {
                        @if column.spanner.is_some() { (column_head(column, index, None, page)) }
                    }
                }
            } @else {
                tr { @for (index, column) in columns.iter().enumerate() { (column_head(column, index, None, page)) } }
            }
        }
    }
}

struct SpannerRun<'a> {
    spanner: Option<&'a Text>,
    first: usize,
    columns: usize,
}

fn spanner_runs(columns: &[ColumnHead]) -> Vec<SpannerRun<'_>> {
    let mut runs: Vec<SpannerRun> = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.spanner.is_some() && run.spanner == column.spanner.as_ref() => run.columns += 1,
            _ => runs.push(SpannerRun { spanner: column.spanner.as_ref(), first: index, columns: 1 }),
        }
    }
    runs
}

fn column_head(column: &ColumnHead, index: usize, rowspan: Option<&str>, page: Page) -> Markup {
    let class = if column.align == Align::Left { "left" } else { "center" };
    html! {
        th class=(class) scope="col" rowspan=[rowspan] data-c=(index) {
            @match &column.definition {
                Some(definition) => abbr title=(definition) tabindex="0" { (text::inline(&column.text, page)) },
                None => (text::inline(&column.text, page)),
            }
        }
    }
}

fn table_row(row: &TableRow, table: &Table, widest: &[Widest], page: Page) -> Markup {
    match row {
        TableRow::Heading(heading) => html! {
            tr.group { th scope="rowgroup" colspan=(table.columns.len()) { span { (text::inline(heading, page)) } } }
        },
        TableRow::Cells(cells) => html! {
            tr {
                @for (index, cell) in cells.iter().enumerate() {
                    @if index == 0 { (row_head(cell, page)) }
                    @else { (body_cell(cell, table.columns.get(index), widest.get(index), page)) }
                }
            }
        },
    }
}

fn row_head(cell: &Cell, page: Page) -> Markup {
    let class = if cell.indent > 0 { Some(format!("in{}", cell.indent.min(3))) } else { None };
    html! { th scope="row" class=[class] { (content(cell, page)) } }
}

fn body_cell(cell: &Cell, column: Option<&ColumnHead>, widest: Option<&Widest>, page: Page) -> Markup {
    let align = column.map_or(Align::Left, |column| column.align);
    let number = single_number(cell, page.style).filter(|_| align == Align::Decimal);
    match (number, widest) {
        (Some(number), Some(widest)) => {
            // Hidden digits before and behind make all cells of the column equally wide: the marks stand in one line,
            // the block of figures is centred under its head, and the text of the cell stays whole.
            let before = padding(widest.whole - half_widths(&number.whole).min(widest.whole));
            let behind = padding(widest.rest - half_widths(&number.rest).min(widest.rest));
            html! { td.n data-l=[before] data-r=[behind] { (content(cell, page)) } }
        }
        _ if align == Align::Left => html! { td { (content(cell, page)) } },
        _ => html! { td.center { (content(cell, page)) } },
    }
}

/// Text as wide as `halves` halves of a digit.
fn padding(halves: usize) -> Option<String> {
    (halves > 0).then(|| "0".repeat(halves / 2) + if halves % 2 == 1 { "." } else { "" })
}

fn content(cell: &Cell, page: Page) -> Markup {
    let text = html! {
        @if cell.strong { b { (text::inline(&cell.text, page)) } } @else { (text::inline(&cell.text, page)) }
    };
    html! {
        @match &cell.definition {
            Some(definition) => abbr title=(definition) tabindex="0" { (text) },
            None => (text),
        }
    }
}
