//! Wald and score tests of a fit, where asked for.

use covary_sem::{
    FitReport, Operator,
    fit_report::{ScoreTestReport, SingleScoreTest, WaldReport},
};

use super::compose::Context;
use crate::{
    Block, Cell, Section, Table, TableRow,
    place::{Place, at, number},
    words::{Phrase, SectionName, TableName, Term},
};

/// `None` where no test was asked for.
pub(super) fn section(prefix: &str, model: &Place<FitReport>, context: &Context) -> Option<Section> {
    let mut blocks = Vec::new();
    let wald: Vec<Place<WaldReport>> = at!(model.wald).each().collect();
    if !wald.is_empty() {
        blocks.push(Block::Table(wald_table(prefix, &wald, context)));
    }
    for tests in at!(model.score_tests).each() {
        blocks.push(Block::Table(score_table(prefix, &tests, context)));
    }
    let id = format!("{prefix}parameter-tests");
    (!blocks.is_empty()).then(|| context.section(&id, SectionName::ParameterTests, blocks))
}

fn wald_table(prefix: &str, tests: &[Place<WaldReport>], context: &Context) -> Table {
    let columns = vec![
        context.left(Term::Constraint),
        context.decimal(Term::WaldTest),
        context.decimal(Term::Df),
        context.decimal(Term::P),
    ];
    let rows = tests.iter().map(|test| {
        TableRow::Cells(vec![
            Cell::verbatim(test.constraints.join("; ")),
            number!(test.stat, Statistic).into(),
            number!(test.df, Count).into(),
            number!(test.pvalue, Probability).into(),
        ])
    });
    context.table(&format!("{prefix}wald"), TableName::WaldTests, columns, rows.collect())
}

fn score_table(prefix: &str, tests: &Place<ScoreTestReport>, context: &Context) -> Table {
    let added = tests.kind == "add";
    let columns = vec![
        context.left(if added { Term::Parameter } else { Term::Constraint }),
        context.decimal(Term::ScoreTest).without_definition(),
        context.decimal(Term::Df),
        context.decimal(Term::P),
        context.decimal(Term::Epc),
    ];
    let together = TableRow::Cells(vec![
        Cell::words(context.words.phrase(Phrase::AllTogether)),
        number!(tests.stat, Statistic).into(),
        number!(tests.df, Count).into(),
        number!(tests.pvalue, Probability).into(),
        Cell::blank(),
    ]);
    let single = at!(tests.single).each().map(|test| {
        TableRow::Cells(vec![
            Cell::verbatim(tested(&test)),
            number!(test.stat, Statistic).into(),
            number!(test.df, Count).into(),
            number!(test.pvalue, Probability).into(),
            if added { number!(test.epc, Statistic).into() } else { Cell::blank() },
        ])
    });
    let name = if added { TableName::AdditionTests } else { TableName::ReleaseTests };
    let id = format!("{prefix}score-{}", tests.kind);
    context.table(&id, name, columns, std::iter::once(together).chain(single).collect())
}

/// A constraint by the parameters that it names, or an added parameter; with the group.
fn tested(test: &SingleScoreTest) -> String {
    let shown = |lhs: &str, op: Operator, rhs: &str, group: usize| {
        let formula = if op == Operator::Intercept { format!("{lhs} ~ 1") } else { format!("{lhs} {op} {rhs}") };
        format!("{formula} [{group}]")
    };
    if test.op != Operator::Equal {
        return shown(&test.lhs, test.op, &test.rhs, test.group);
    }
    match test.parameters.as_slice() {
        [one, other] => format!(
            "{} == {}",
            shown(&one.lhs, one.op, &one.rhs, one.group),
            shown(&other.lhs, other.op, &other.rhs, other.group)
        ),
        _ => format!("{} == {}", test.lhs, test.rhs),
    }
}
