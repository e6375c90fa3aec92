//! KMO, Bartlett, and the matrices behind them.

use covary_analysis::adequacy::Adequacy;

use super::compose::Context;
use crate::{
    Block, Cell,
    NumberKind::{Bounded, Probability},
    TableRow,
    place::{Place, at, number},
    words::{Judgement, Note, Sentence, TableName, Term},
};

pub(super) fn blocks(adequacy: &Place<Adequacy>, context: &Context) -> Vec<Block> {
    let mut blocks = Vec::new();
    if adequacy.kmo.is_none() {
        blocks.push(context.paragraph(Sentence::NoAdequacy));
    }
    let mut rows = vec![TableRow::Cells(vec![context.term(Term::Kmo), number!(adequacy.kmo, Bounded).into()])];
    if let Some(bartlett) = at!(adequacy.bartlett).some() {
        blocks.push(context.paragraph(Sentence::Adequacy {
            kmo: number!(adequacy.kmo, Bounded),
            judgement: adequacy.kmo.map(judgement),
            chi_squared: number!(bartlett.chi_squared, Statistic),
            df: number!(bartlett.df, Count),
            p: number!(bartlett.p, Probability),
        }));
        rows.push(TableRow::Cells(vec![
            context.term(Term::BartlettChiSquare),
            number!(bartlett.chi_squared, Statistic).into(),
        ]));
        rows.push(TableRow::Cells(vec![
            Cell { indent: 1, ..context.term(Term::Df) },
            number!(bartlett.df, Count).into(),
        ]));
        rows.push(TableRow::Cells(vec![
            Cell { indent: 1, ..context.term(Term::P) },
            number!(bartlett.p, Probability).into(),
        ]));
    }
    let columns = vec![context.left(Term::Statistic), context.decimal(Term::Value)];
    blocks.push(Block::Table(context.table("kmo-bartlett", TableName::KmoBartlett, columns, rows)));
    blocks
}

fn judgement(kmo: f64) -> Judgement {
    match kmo {
        kmo if kmo >= 0.8 => Judgement::Good,
        kmo if kmo >= 0.6 => Judgement::Acceptable,
        _ => Judgement::Poor,
    }
}

/// Correlation matrix and anti-image matrices.
pub(super) fn matrices(adequacy: &Place<Adequacy>, context: &Context) -> Vec<Block> {
    let items = &adequacy.items;
    let matrix = at!(adequacy.correlation_matrix);
    let (correlations, one_tailed) = (at!(matrix.correlations), at!(matrix.one_tailed));
    let lower = || context.words.note(Note::LowerTriangle);
    let mut tables = vec![
        context
            .triangle("correlation-matrix", TableName::CorrelationMatrix, items, |i, j| {
                correlations.cell(i, j, Bounded).into()
            })
            .with_note(lower()),
        context.triangle("one-tailed", TableName::OneTailed, items, |i, j| {
            if i == j { Cell::blank() } else { one_tailed.cell(i, j, Probability).into() }
        }),
    ];
    if let Some(covariance) = at!(adequacy.anti_image_covariance).some() {
        tables.push(context.triangle("anti-image-covariance", TableName::AntiImageCovariance, items, |i, j| {
            covariance.cell(i, j, Bounded).into()
        }));
    }
    if let Some(correlation) = at!(adequacy.anti_image_correlation).some() {
        let table = context.triangle("anti-image-correlation", TableName::AntiImageCorrelation, items, |i, j| {
            Cell::from(correlation.cell(i, j, Bounded)).in_bold(i == j)
        });
        tables.push(table.with_note(context.words.note(Note::AntiImageDiagonal)));
    }
    tables.into_iter().map(Block::Table).collect()
}
