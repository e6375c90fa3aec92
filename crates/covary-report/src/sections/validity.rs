//! Convergent validity of every construct, discriminant validity of every pair.

use covary_analysis::validity::{PairValidity, PairVerdict, Validity};

use super::compose::{Context, row};
use crate::{
    Block, Cell, Number,
    NumberKind::Bounded,
    Section, Table, TableRow,
    place::{Place, at, number},
    words::{Note, Phrase, SectionName, Sentence, TableName, Term},
};

pub(super) fn section(validity: &Place<Validity>, context: &Context) -> Section {
    let low: Vec<String> = validity
        .constructs
        .iter()
        .filter(|c| c.ave.is_some_and(|ave| ave < 0.5))
        .map(|c| context.names.long(&c.name))
        .collect();
    let convergent =
        if low.is_empty() { Sentence::ConvergentHolds } else { Sentence::ConvergentFails { constructs: low } };
    let mut blocks = vec![context.paragraph(convergent), Block::Table(convergent_table(validity, context))];
    if !validity.pairs.is_empty() {
        let failing: Vec<(String, String)> = validity
            .pairs
            .iter()
            .filter(|pair| matches!(pair.verdict, PairVerdict::Doubtful | PairVerdict::NotEstablished))
            .map(|pair| (context.names.long(&pair.left), context.names.long(&pair.right)))
            .collect();
        let verdict =
            if failing.is_empty() { Sentence::ValidityHolds } else { Sentence::ValidityFails { pairs: failing } };
        blocks.push(context.paragraph(verdict));
        blocks.push(Block::Table(fornell_larcker(validity, context)));
        blocks.push(Block::Table(pairs(validity, context)));
    }
    context.section("validity", SectionName::Validity, blocks)
}

fn convergent_table(validity: &Place<Validity>, context: &Context) -> Table {
    let terms = [Term::Items, Term::Ave, Term::SqrtAve, Term::CompositeReliability, Term::GreatestCorrelation];
    let columns = std::iter::once(context.left(Term::Construct)).chain(terms.map(|t| context.decimal(t))).collect();
    let rows = at!(validity.constructs).each().map(|construct| {
        let figures = [
            Number::plan(construct.loadings.len() as f64),
            number!(construct.ave, Bounded),
            number!(construct.sqrt_ave, Bounded),
            number!(construct.cr, Bounded),
            number!(construct.greatest_correlation, Bounded),
        ];
        row(context.named(&construct.name), figures)
    });
    context
        .table("convergent-validity", TableName::ConvergentValidity, columns, rows.collect())
        .with_note(context.words.note(Note::ConvergentValidity))
}

fn fornell_larcker(validity: &Place<Validity>, context: &Context) -> Table {
    let names: Vec<String> = validity.constructs.iter().map(|c| c.name.clone()).collect();
    let (constructs, pairs) = (at!(validity.constructs), at!(validity.pairs));
    let pair_of =
        |a: &str, b: &str| pairs.each().find(|p| (p.left == a && p.right == b) || (p.left == b && p.right == a));
    let table = context.triangle("fornell-larcker", TableName::FornellLarcker, &names, |i, j| {
        if i == j {
            let diagonal = constructs.element(i).map(|construct| number!(construct.sqrt_ave, Bounded));
            diagonal.map_or_else(Cell::blank, |number| Cell::from(number).in_bold(true))
        } else {
            pair_of(&names[i], &names[j]).map_or_else(Cell::blank, |pair| number!(pair.correlation, Bounded).into())
        }
    });
    table.with_note(context.words.note(Note::FornellLarcker))
}

fn pairs(validity: &Place<Validity>, context: &Context) -> Table {
    let [lower, upper] = context.limits(validity.level);
    let correlation = || context.words.head(Term::LatentCorrelation);
    let htmt = || context.words.head(Term::Htmt);
    let columns = vec![
        context.left(Term::Construct),
        context.decimal(Term::LatentCorrelation).renamed(vec![crate::Span::Symbol("r")]).under(correlation()),
        lower.clone().under(correlation()),
        upper.clone().under(correlation()),
        context.center(Term::FornellLarcker),
        context.decimal(Term::Htmt).renamed(context.words.head(Term::Value)).under(htmt()),
        lower.under(htmt()),
        upper.under(htmt()),
        context.left(Term::Verdict),
    ];
    let rows = at!(validity.pairs).each().map(|pair| pair_row(&pair, context)).collect();
    context
        .table("discriminant-validity", TableName::Discriminant, columns, rows)
        .with_note(context.words.note(Note::Discriminant { level: validity.level }))
}

fn pair_row(pair: &Place<PairValidity>, context: &Context) -> TableRow {
    let criterion = match pair.fornell_larcker {
        Some(true) => Cell::words(context.words.phrase(Phrase::Yes)),
        Some(false) => Cell::words(context.words.phrase(Phrase::No)),
        None => number_absent(),
    };
    let failing = matches!(pair.verdict, PairVerdict::Doubtful | PairVerdict::NotEstablished);
    TableRow::Cells(vec![
        Cell::verbatim(format!("{} – {}", pair.left, pair.right)),
        number!(pair.correlation, Bounded).into(),
        number!(pair.correlation_lower, Bounded).into(),
        number!(pair.correlation_upper, Bounded).into(),
        criterion,
        number!(pair.htmt, Bounded).into(),
        number!(pair.htmt_lower, Bounded).into(),
        number!(pair.htmt_upper, Bounded).into(),
        Cell::words(context.words.pair_verdict(pair.verdict)).in_bold(failing),
    ])
}

fn number_absent() -> Cell {
    Number::new(None, Bounded, "").into()
}
