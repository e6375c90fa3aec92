//! Models side by side, and each against the next.

use covary_sem::comparison::{ComparedModel, Comparison, ComparisonReport, DifferenceTest};

use super::compose::Context;
use crate::{
    Block, Cell, ColumnHead, Number, NumberKind, Section, Table, TableRow,
    place::{Place, at, number},
    words::{Note, SectionName, TableName, Term},
};

/// The sections of a comparison.
pub(super) fn sections(report: &Place<ComparisonReport>, context: &Context) -> Vec<Section> {
    let warnings = report.warnings.iter().chain(report.models.iter().flat_map(|model| &model.warnings));
    let mut blocks: Vec<Block> =
        warnings.map(|warning| Block::Finding(context.words.warning(warning.code, &warning.subjects))).collect();
    blocks.push(Block::Table(models(
        "models",
        TableName::ComparedModels,
        at!(report.models).each().collect(),
        context,
    )));
    let comparisons: Vec<Place<Comparison>> = at!(report.comparisons).each().collect();
    if !comparisons.is_empty() {
        blocks.push(Block::Table(differences("differences", TableName::ModelDifferences, comparisons, context)));
    }
    vec![context.section("comparison", SectionName::Comparison, blocks)]
}

/// The fit of several models.
pub(super) fn models(id: &str, name: TableName, models: Vec<Place<ComparedModel>>, context: &Context) -> Table {
    let scaled = models.iter().any(|model| model.chisq_scaled.is_some());
    let mut columns = vec![context.left(Term::Model)];
    let terms = [Term::ChiSquare, Term::Df, Term::P].into_iter();
    let terms = terms.chain(scaled.then_some(Term::ScaledChiSquare)).chain([
        Term::Cfi,
        Term::Tli,
        Term::Rmsea,
        Term::Srmr,
        Term::Aic,
        Term::Bic,
    ]);
    columns.extend(terms.map(|term| context.decimal(term)));
    let row = |model: &Place<ComparedModel>| {
        let mut cells: Vec<Cell> = vec![
            Cell::verbatim(&model.name),
            number!(model.chisq, Statistic).into(),
            number!(model.df, Count).into(),
            number!(model.pvalue, Probability).into(),
        ];
        if scaled {
            cells.push(number!(model.chisq_scaled as "chisq.scaled", Statistic).into());
        }
        let indices: [Number; 6] = [
            number!(model.cfi, Bounded),
            number!(model.tli, Bounded),
            number!(model.rmsea, Bounded),
            number!(model.srmr, Bounded),
            number!(model.aic, Statistic),
            number!(model.bic, Statistic),
        ];
        cells.extend(indices.map(Cell::from));
        TableRow::Cells(cells)
    };
    let table = context.table(id, name, columns, models.iter().map(row).collect());
    match models.first() {
        Some(model) => table.with_note(context.words.note(Note::IndexVariant { variant: model.indices })),
        None => table,
    }
}

/// Differences between models.
pub(super) fn differences(id: &str, name: TableName, comparisons: Vec<Place<Comparison>>, context: &Context) -> Table {
    let rows = comparisons.iter().map(|comparison| {
        let mut cells = vec![
            Cell::verbatim(&comparison.restricted),
            Cell::verbatim(&comparison.full),
            comparison.nesting.map_or_else(Cell::blank, |nesting| Cell::words(context.words.nesting(nesting))),
        ];
        cells.extend(changes(comparison));
        TableRow::Cells(cells)
    });
    let mut columns = vec![context.left(Term::Model), context.left(Term::ComparedWith), context.left(Term::Nesting)];
    columns.extend(change_columns(context));
    let mut table = context.table(id, name, columns, rows.collect());
    if let Some(test) = comparisons.iter().find_map(|comparison| comparison.test.as_ref()) {
        table = table.with_note(context.words.note(Note::DifferenceTest { method: test.method }));
    }
    table
}

/// A whole number but where the variance is adjusted.
fn degrees_of_freedom(test: Place<DifferenceTest>) -> Number {
    let kind = if test.df_diff.fract() == 0.0 { NumberKind::Count } else { NumberKind::Statistic };
    at!(test.df_diff).number(kind)
}

/// The heads of [`short_changes`].
pub(super) fn short_change_columns(context: &Context) -> Vec<ColumnHead> {
    let terms =
        [Term::ChiSquareDifference, Term::DfDifference, Term::P, Term::CfiChange, Term::RmseaChange, Term::SrmrChange];
    terms.map(|term| context.decimal(term)).into()
}

/// The difference test and the changes of fit that cut-offs are for.
pub(super) fn short_changes(comparison: &Place<Comparison>) -> Vec<Cell> {
    let mut cells = changes(comparison);
    cells.truncate(7);
    cells.remove(3);
    cells
}

/// The heads of [`changes`].
pub(super) fn change_columns(context: &Context) -> Vec<ColumnHead> {
    [
        Term::ChiSquareDifference,
        Term::DfDifference,
        Term::P,
        Term::RmseaOfDifference,
        Term::CfiChange,
        Term::RmseaChange,
        Term::SrmrChange,
        Term::AicChange,
        Term::BicChange,
    ]
    .map(|term| context.decimal(term))
    .into()
}

/// The difference test and the changes of fit.
pub(super) fn changes(comparison: &Place<Comparison>) -> Vec<Cell> {
    let changes = at!(comparison.changes);
    let of_test = |number: &dyn Fn(Place<DifferenceTest>) -> Number| match at!(comparison.test).some() {
        Some(test) => number(test).into(),
        None => Cell::blank(),
    };
    vec![
        of_test(&|test| number!(test.chisq_diff, Statistic)),
        of_test(&degrees_of_freedom),
        of_test(&|test| number!(test.pvalue, Probability)),
        of_test(&|test| number!(test.rmsea, Bounded)),
        number!(changes.cfi, Bounded).into(),
        number!(changes.rmsea, Bounded).into(),
        number!(changes.srmr, Bounded).into(),
        number!(changes.aic, Statistic).into(),
        number!(changes.bic, Statistic).into(),
    ]
}
