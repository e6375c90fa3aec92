//! From questionnaires sent to valid cases; missing and careless answers.

use covary_analysis::screening::{Exclusion, FlagResult, MissingAnswers, Screening};

use super::compose::{Context, row};
use crate::{
    Block, Cell, Number, NumberKind, Section, Span, TableRow, Text,
    place::{Place, at, number},
    words::{Note, Phrase, SectionName, Sentence, TableName, Term},
};

/// Longer lists are cut; `results.json` holds them whole.
const LONGEST_LIST: usize = 100;
/// Cases farthest from the centroid that are shown.
const FARTHEST_SHOWN: usize = 20;
/// Flagged cases that are named in a cell.
const NAMED_CASES: usize = 20;

pub(super) fn section(screening: &Place<Screening>, context: &Context) -> Section {
    let mut blocks = vec![context.paragraph(response(screening)), Block::Table(case_flow(screening, context))];
    if screening.exclusions.is_empty() {
        blocks.push(context.paragraph(Sentence::NoExclusions));
    }
    blocks.extend(out_of_scale(screening, context));
    if !screening.reversed.is_empty() {
        let items = screening.reversed.iter().map(|r| r.item.clone()).collect();
        blocks.push(context.paragraph(Sentence::Reversed { items }));
    }
    let mut section = context.section("screening", SectionName::Screening, blocks);
    section.sections.push(missing(&at!(screening.missing), context));
    section.sections.extend(careless(screening, context));
    section
}

fn response(screening: &Place<Screening>) -> Sentence {
    let (returned, valid) = (number!(screening.returned, Count), number!(screening.valid, Count));
    if screening.distributed.is_some() {
        Sentence::Response {
            distributed: number!(screening.distributed, Count),
            returned,
            valid,
            response_rate: number!(screening.response_rate, Proportion),
            effective_rate: number!(screening.effective_rate, Proportion),
        }
    } else {
        Sentence::Returned { returned, valid, validity_rate: number!(screening.validity_rate, Proportion) }
    }
}

fn case_flow(screening: &Place<Screening>, context: &Context) -> crate::Table {
    let phrase = |phrase| Cell::words(context.words.phrase(phrase));
    let single = |name: Cell, figure: Number| TableRow::Cells(vec![name, Cell::blank(), figure.into()]);
    let mut rows = Vec::new();
    if screening.distributed.is_some() {
        rows.push(single(phrase(Phrase::Distributed), number!(screening.distributed, Count)));
    }
    rows.push(single(phrase(Phrase::Returned), number!(screening.returned, Count)));
    let excluded = |exclusion: Place<Exclusion>| {
        let words = context.words.exclusion(exclusion.reason, exclusion.rule.as_deref());
        let name = Cell { indent: 1, ..Cell::words(words) };
        row(name, [number!(exclusion.cases, Count), number!(exclusion.remaining, Count)])
    };
    rows.extend(at!(screening.exclusions).each().map(excluded));
    rows.push(single(phrase(Phrase::Valid).in_bold(true), number!(screening.valid, Count)));
    let columns = vec![context.left(Term::Step), context.decimal(Term::Cases), context.decimal(Term::Remaining)];
    context.table("case-flow", TableName::CaseFlow, columns, rows)
}

fn out_of_scale(screening: &Place<Screening>, context: &Context) -> Vec<Block> {
    let found = at!(screening.out_of_scale);
    let answers = at!(found.answers);
    if answers.is_empty() {
        return vec![context.paragraph(Sentence::AllInScale)];
    }
    let columns = vec![
        context.left(Term::Item),
        context.decimal(Term::Case),
        context.decimal(Term::Answer),
        context.decimal(Term::Minimum).under(context.words.head(Term::Scale)),
        context.decimal(Term::Maximum).under(context.words.head(Term::Scale)),
    ];
    let rows = answers.each().take(LONGEST_LIST).map(|answer| {
        let figures = [
            number!(answer.case, Count),
            number!(answer.value, Exact),
            number!(answer.low, Exact),
            number!(answer.high, Exact),
        ];
        row(context.item(&answer.item), figures)
    });
    let mut table = context.table("out-of-scale", TableName::OutOfScale, columns, rows.collect());
    if answers.len() > LONGEST_LIST {
        table = table.with_note(context.words.note(Note::ListCut));
    }
    vec![context.paragraph(Sentence::OutOfScale { policy: found.policy }), Block::Table(table)]
}

fn missing(missing: &Place<MissingAnswers>, context: &Context) -> Section {
    if missing.answers == 0 {
        let lead = Sentence::NothingMissing { cases: number!(missing.cases, Count) };
        return context.section("missing", SectionName::MissingAnswers, vec![context.paragraph(lead)]);
    }
    let lead = Sentence::Missing {
        answers: number!(missing.answers, Count),
        percent: number!(missing.percent, Percent),
        cases: number!(missing.cases, Count),
        complete: number!(missing.complete_cases, Count),
    };
    let mut blocks = vec![context.paragraph(lead)];
    if let Some(little) = at!(missing.little).some() {
        blocks.push(context.paragraph(Sentence::Little {
            chi_squared: number!(little.chi_squared, Statistic),
            df: number!(little.df, Count),
            p: number!(little.p, Probability),
            rejected: little.p < 0.05,
        }));
    }
    let some_missing = at!(missing.by_variable).each().filter(|variable| variable.missing > 0);
    let rows = some_missing.map(|variable| {
        row(context.item(&variable.variable), [number!(variable.missing, Count), number!(variable.percent, Percent)])
    });
    let columns = vec![context.left(Term::Variable), context.decimal(Term::Missing), context.decimal(Term::Percent)];
    blocks.push(Block::Table(context.table(
        "missing-variables",
        TableName::MissingByVariable,
        columns,
        rows.collect(),
    )));
    blocks.push(Block::Table(patterns(missing, context)));
    blocks.push(Block::Table(by_case(missing, context)));
    context.section("missing", SectionName::MissingAnswers, blocks)
}

fn patterns(missing: &Place<MissingAnswers>, context: &Context) -> crate::Table {
    let rows = at!(missing.patterns).each().take(LONGEST_LIST).map(|pattern| {
        let name = if pattern.missing.is_empty() {
            Cell::words(context.words.phrase(Phrase::Complete))
        } else {
            Cell::verbatim(pattern.missing.join(", "))
        };
        row(name, [number!(pattern.cases, Count)])
    });
    let columns = vec![context.left(Term::MissingVariables), context.decimal(Term::Cases)];
    let table = context.table("missing-patterns", TableName::MissingPatterns, columns, rows.collect());
    if missing.patterns.len() > LONGEST_LIST { table.with_note(context.words.note(Note::ListCut)) } else { table }
}

fn by_case(missing: &Place<MissingAnswers>, context: &Context) -> crate::Table {
    let rows = at!(missing.by_case).each().take(LONGEST_LIST).map(|case| {
        let number = number!(case.case, Count);
        TableRow::Cells(vec![number.into(), Cell::verbatim(case.variables.join(", "))])
    });
    let columns = vec![context.left(Term::Case), context.left(Term::MissingVariables)];
    let table = context.table("missing-cases", TableName::MissingByCase, columns, rows.collect());
    if missing.by_case.len() > LONGEST_LIST { table.with_note(context.words.note(Note::ListCut)) } else { table }
}

/// `None` where neither signs nor distances were computed.
fn careless(screening: &Place<Screening>, context: &Context) -> Option<Section> {
    let mut blocks = Vec::new();
    if !screening.flags.is_empty() {
        blocks.push(context.paragraph(Sentence::Careless));
        blocks.push(Block::Table(flags(screening, context)));
    }
    if !screening.farthest.is_empty() {
        blocks.push(Block::Table(farthest(screening, context)));
    }
    (!blocks.is_empty()).then(|| context.section("careless", SectionName::CarelessAnswers, blocks))
}

fn flags(screening: &Place<Screening>, context: &Context) -> crate::Table {
    let columns = vec![
        context.left(Term::Sign),
        context.left(Term::CutOff),
        context.left(Term::Rule),
        context.left(Term::Source),
        context.left(Term::FlaggedCases),
        context.left(Term::Treatment),
    ];
    let rows = at!(screening.flags).each().map(|flag| flag_row(&flag, context)).collect();
    context.table("careless-flags", TableName::CarelessFlags, columns, rows)
}

fn flag_row(flag: &Place<FlagResult>, context: &Context) -> TableRow {
    let words = context.words;
    let name =
        Cell { definition: Some(words.flag_definition(flag.flag).to_string()), ..Cell::words(words.flag(flag.flag)) };
    let (cutoff, rule) = match flag.unavailable {
        Some(reason) => (words.unavailable(reason), Text::new()),
        None => (
            words.beyond(flag.beyond, number!(flag.cutoff, Exact).of_kind(cutoff_kind(flag.cutoff))),
            words.cutoff_rule(flag.rule),
        ),
    };
    let treatment = if flag.dropped { Phrase::Dropped } else { Phrase::Kept };
    let cases = at!(flag.cases);
    let mut named = Text::new();
    for case in cases.each().take(NAMED_CASES) {
        if !named.is_empty() {
            named.push(Span::Word(", ".to_string()));
        }
        named.push(Span::Number(number!(case.case, Count)));
    }
    if cases.len() > NAMED_CASES {
        named.push(Span::Word(", …".to_string()));
    }
    TableRow::Cells(vec![
        name,
        Cell::words(cutoff),
        Cell::words(rule),
        flag.source.map_or_else(Cell::blank, Cell::verbatim),
        Cell::words(named),
        Cell::words(words.phrase(treatment)),
    ])
}

/// Whole numbers as such, computed cut-offs with decimals.
fn cutoff_kind(cutoff: Option<f64>) -> NumberKind {
    if cutoff.is_some_and(|c| c.fract() != 0.0) { NumberKind::Statistic } else { NumberKind::Exact }
}

fn farthest(screening: &Place<Screening>, context: &Context) -> crate::Table {
    let columns = vec![
        context.left(Term::Case),
        context.decimal(Term::MahalanobisSquared),
        context.decimal(Term::P1),
        context.decimal(Term::P2),
    ];
    let rows = at!(screening.farthest).each().take(FARTHEST_SHOWN).map(|case| {
        let figures =
            [number!(case.d_squared, Statistic), number!(case.p1, Probability), number!(case.p2, Probability)];
        row(number!(case.case, Count).into(), figures)
    });
    let table = context.table("farthest", TableName::Farthest, columns, rows.collect());
    let shown = Number::plan(screening.farthest.len().min(FARTHEST_SHOWN) as f64);
    table.with_note(context.words.note(Note::MahalanobisShown { shown }))
}
