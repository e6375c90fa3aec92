//! The sample profile: who answered.

use covary_analysis::profile::{FrequencyRow, Profile, ProfileVariable};
use covary_data::variable::LabelledValue;

use super::compose::{Context, row};
use crate::{
    Block, Cell, Section, Span, TableRow,
    place::{Place, at, number},
    words::{Phrase, SectionName, Sentence, TableName, Term},
};

/// A sentence names at most so many shares.
const SHARES_NAMED: usize = 4;

/// `None` without profile variables.
pub(super) fn section(profile: &Place<Profile>, context: &Context) -> Option<Section> {
    if profile.variables.is_empty() {
        return None;
    }
    let variables = at!(profile.variables);
    let sentences = variables.each().filter(|v| v.summary.is_none()).map(|v| context.words.say(shares(&v))).collect();
    let columns = vec![
        context.left(Term::Variable),
        context.decimal(Term::Frequency),
        context.decimal(Term::Percent),
        context.decimal(Term::ValidPercent),
        context.decimal(Term::CumulativePercent),
    ];
    let rows = variables.each().flat_map(|variable| variable_rows(&variable, context)).collect();
    let mut blocks =
        vec![Block::List(sentences), Block::Table(context.table("profile-table", TableName::Profile, columns, rows))];
    blocks.extend(scale_table(profile, context));
    Some(context.section("profile", SectionName::Profile, blocks))
}

fn shares(variable: &Place<ProfileVariable>) -> Sentence {
    let rows = at!(variable.rows);
    let largest = variable.by_share.iter().take(SHARES_NAMED).filter_map(|&position| rows.element(position));
    let shares = largest.map(|row| (answer(&row), number!(row.valid_percent, Percent))).collect();
    Sentence::ProfileVariable { variable: title(variable), shares }
}

fn title(variable: &ProfileVariable) -> String {
    variable.label.clone().unwrap_or_else(|| variable.name.clone())
}

fn answer(row: &FrequencyRow) -> String {
    match (&row.label, &row.value) {
        (Some(label), _) => label.clone(),
        (None, Some(LabelledValue::Number(value))) => format!("{value}"),
        (None, Some(LabelledValue::Text(text))) => text.clone(),
        (None, None) => String::new(),
    }
}

fn variable_rows(variable: &Place<ProfileVariable>, context: &Context) -> Vec<TableRow> {
    let frequency = |row_place: Place<FrequencyRow>| {
        let name = if row_place.value.is_none() {
            Cell::words(context.words.phrase(Phrase::SystemMissing))
        } else {
            Cell::verbatim(answer(&row_place))
        };
        let mut cells =
            vec![name, number!(row_place.frequency, Count).into(), number!(row_place.percent, Percent).into()];
        if row_place.valid_percent.is_some() {
            cells.push(number!(row_place.valid_percent, Percent).into());
            cells.push(number!(row_place.cumulative_percent, Percent).into());
        } else {
            cells.extend([Cell::blank(), Cell::blank()]);
        }
        TableRow::Cells(cells)
    };
    let mut rows = vec![TableRow::Heading(vec![Span::Verbatim(title(variable))])];
    rows.extend(at!(variable.rows).each().map(frequency));
    rows.extend(at!(variable.missing).each().map(frequency));
    rows
}

/// `None` where no variable is measured on a scale.
fn scale_table(profile: &Place<Profile>, context: &Context) -> Option<Block> {
    let rows: Vec<TableRow> = at!(profile.variables)
        .each()
        .filter_map(|variable| {
            let summary = at!(variable.summary).some()?;
            let figures = [
                number!(variable.valid, Count),
                number!(summary.mean, Statistic),
                number!(summary.sd, Statistic),
                number!(summary.minimum, Exact),
                number!(summary.median, Exact),
                number!(summary.maximum, Exact),
            ];
            Some(row(Cell::verbatim(title(&variable)), figures))
        })
        .collect();
    let terms = [Term::N, Term::Mean, Term::Sd, Term::Minimum, Term::Median, Term::Maximum];
    let columns = std::iter::once(context.left(Term::Variable)).chain(terms.map(|t| context.decimal(t))).collect();
    (!rows.is_empty()).then(|| Block::Table(context.table("profile-scale", TableName::ProfileScale, columns, rows)))
}
