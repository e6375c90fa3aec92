//! Reliability of every construct, table by table as SPSS's RELIABILITY shows it.

use covary_analysis::reliability::{ConstructReliability, Reliability, Summary};

use super::compose::{Context, row};
use crate::{
    Block, Cell, Number,
    NumberKind::Bounded,
    Section, Span, Table, TableRow,
    place::{Place, at, number},
    words::{Note, Phrase, SectionName, Sentence, TableName, Term},
};

/// Level of the interval of alpha where none exists to say otherwise.
const USUAL_LEVEL: f64 = 0.95;

pub(super) fn section(reliability: &Place<Reliability>, context: &Context) -> Section {
    let constructs = at!(reliability.constructs);
    let mut blocks: Vec<Block> = range(reliability, context).into_iter().collect();
    blocks.push(Block::Table(statistics(reliability, context)));
    blocks.push(Block::Table(item_total(reliability, context)));
    let mut section = context.section("reliability", SectionName::Reliability, blocks);
    let mut details = vec![Block::Table(scales(reliability, context)), Block::Table(summaries(reliability, context))];
    details.extend(constructs.each().filter_map(|construct| inter_item(&construct, context)));
    section.sections.push(context.section("reliability-details", SectionName::ReliabilityDetails, details));
    section
}

/// `None` with fewer than two values of alpha.
fn range(reliability: &Place<Reliability>, context: &Context) -> Option<Block> {
    let mut known: Vec<Place<ConstructReliability>> =
        at!(reliability.constructs).each().filter(|construct| construct.alpha.is_some()).collect();
    known.sort_by(|a, b| a.alpha.unwrap_or(0.0).total_cmp(&b.alpha.unwrap_or(0.0)));
    let [least, .., greatest] = known.as_slice() else { return None };
    Some(context.paragraph(Sentence::Reliability {
        least: number!(least.alpha, Bounded),
        least_construct: context.names.long(&least.construct),
        greatest: number!(greatest.alpha, Bounded),
        greatest_construct: context.names.long(&greatest.construct),
    }))
}

fn name(construct: &ConstructReliability) -> String {
    if construct.label == construct.construct {
        construct.construct.clone()
    } else {
        format!("{} ({})", construct.label, construct.construct)
    }
}

fn statistics(reliability: &Place<Reliability>, context: &Context) -> Table {
    let level = reliability.constructs.iter().find_map(|c| c.alpha_interval).map_or(USUAL_LEVEL, |i| i.level);
    let [lower, upper] = context.limits(level);
    let columns = vec![
        context.left(Term::Construct),
        context.decimal(Term::Items),
        context.decimal(Term::N),
        context.decimal(Term::Alpha),
        lower,
        upper,
        context.decimal(Term::StandardizedAlpha),
        context.decimal(Term::Omega),
        context.decimal(Term::CompositeReliability),
    ];
    let rows = at!(reliability.constructs).each().map(|construct| {
        let cases = at!(construct.cases);
        let interval = at!(construct.alpha_interval);
        let limit = |pick: fn(&Place<covary_analysis::Interval>) -> Number| {
            interval.some().map_or(Number::new(None, Bounded, interval.path()), |interval| pick(&interval))
        };
        let items = match at!(construct.scale).some() {
            Some(scale) => number!(scale.items, Count),
            None => Number::plan(construct.items.len() as f64),
        };
        let figures = [
            items,
            number!(cases.valid, Count),
            number!(construct.alpha, Bounded),
            limit(|i| number!(i.lower, Bounded)),
            limit(|i| number!(i.upper, Bounded)),
            number!(construct.standardized_alpha, Bounded),
            number!(construct.omega, Bounded),
            number!(construct.composite_reliability, Bounded),
        ];
        row(Cell::verbatim(name(&construct)), figures)
    });
    context
        .table("reliability-statistics", TableName::Reliability, columns, rows.collect())
        .with_note(context.words.note(Note::ReliabilityConventions))
}

fn item_total(reliability: &Place<Reliability>, context: &Context) -> Table {
    let terms = [
        Term::Mean,
        Term::Sd,
        Term::ScaleMeanIfDeleted,
        Term::ScaleVarianceIfDeleted,
        Term::CorrectedItemTotal,
        Term::SquaredMultipleCorrelation,
        Term::AlphaIfDeleted,
    ];
    let columns = std::iter::once(context.left(Term::Item)).chain(terms.map(|t| context.decimal(t))).collect();
    let rows = at!(reliability.constructs).each().flat_map(|construct| {
        let heading = TableRow::Heading(vec![Span::Verbatim(name(&construct))]);
        let total = at!(construct.item_total);
        let items: Vec<TableRow> = at!(construct.items)
            .each()
            .enumerate()
            .map(|(i, item)| {
                let mut figures = vec![number!(item.mean, Statistic), number!(item.sd, Statistic)];
                if let Some(total) = total.element(i) {
                    figures.push(number!(total.scale_mean_if_deleted, Statistic));
                    figures.push(number!(total.scale_variance_if_deleted, Statistic));
                    figures.push(number!(total.corrected_item_total, Bounded));
                    figures.push(number!(total.squared_multiple_correlation, Bounded));
                    figures.push(number!(total.alpha_if_deleted, Bounded));
                }
                let name = item.label.as_ref().map_or(item.item.clone(), |label| format!("{}: {label}", item.item));
                filled(row(Cell::verbatim(name), figures), terms.len() + 1)
            })
            .collect();
        std::iter::once(heading).chain(items)
    });
    context.table("item-total", TableName::ItemTotal, columns, rows.collect())
}

/// The row with blank cells up to `width`.
fn filled(row: TableRow, width: usize) -> TableRow {
    match row {
        TableRow::Cells(mut cells) => {
            cells.resize(width, Cell::blank());
            TableRow::Cells(cells)
        }
        heading => heading,
    }
}

fn scales(reliability: &Place<Reliability>, context: &Context) -> Table {
    let terms = [Term::Mean, Term::Variance, Term::Sd, Term::Items];
    let columns = std::iter::once(context.left(Term::Construct)).chain(terms.map(|t| context.decimal(t))).collect();
    let rows = at!(reliability.constructs).each().filter_map(|construct| {
        let scale = at!(construct.scale).some()?;
        let figures = [
            number!(scale.mean, Statistic),
            number!(scale.variance, Statistic),
            number!(scale.sd, Statistic),
            number!(scale.items, Count),
        ];
        Some(row(Cell::verbatim(name(&construct)), figures))
    });
    context.table("scale-statistics", TableName::ScaleStatistics, columns, rows.collect())
}

fn summaries(reliability: &Place<Reliability>, context: &Context) -> Table {
    let terms = [Term::Mean, Term::Minimum, Term::Maximum, Term::Range, Term::Ratio, Term::Variance];
    let columns = std::iter::once(context.left(Term::Construct)).chain(terms.map(|t| context.decimal(t))).collect();
    let figures = |s: &Place<Summary>| {
        [
            number!(s.mean, Statistic),
            number!(s.minimum, Statistic),
            number!(s.maximum, Statistic),
            number!(s.range, Statistic),
            number!(s.ratio, Statistic),
            number!(s.variance, Statistic),
        ]
    };
    let rows = at!(reliability.constructs).each().flat_map(|construct| {
        let Some(summary) = at!(construct.summary).some() else { return Vec::new() };
        let phrase = |phrase| Cell::words(context.words.phrase(phrase));
        let mut rows = vec![
            TableRow::Heading(vec![Span::Verbatim(name(&construct))]),
            row(phrase(Phrase::ItemMeans), figures(&at!(summary.means))),
            row(phrase(Phrase::ItemVariances), figures(&at!(summary.variances))),
            row(phrase(Phrase::InterItemCovariances), figures(&at!(summary.covariances))),
        ];
        rows.extend(at!(summary.correlations).some().map(|s| row(phrase(Phrase::InterItemCorrelations), figures(&s))));
        rows
    });
    context.table("summary-item-statistics", TableName::SummaryItems, columns, rows.collect())
}

/// `None` with one item.
fn inter_item(construct: &Place<ConstructReliability>, context: &Context) -> Option<Block> {
    let correlations = at!(construct.inter_item_correlations).some()?;
    let items: Vec<String> = construct.items.iter().map(|item| item.item.clone()).collect();
    // Ids hold letters, digits and hyphens only, so the construct is told by its place.
    let place = construct.path().rsplit('/').next().unwrap_or_default();
    let mut table = context.triangle(&format!("inter-item-{place}"), TableName::InterItem, &items, |i, j| {
        correlations.cell(i, j, Bounded).into()
    });
    table.caption.extend([Span::Word(": ".to_string()), Span::Verbatim(name(construct))]);
    Some(Block::Table(table))
}
