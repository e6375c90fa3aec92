//! The decisions, before the work that led to them.

use covary_analysis::{
    Results,
    hypotheses::{Decision, Verdict},
};

use super::compose::Context;
use crate::{
    Block, Cell, Number, Section, TableRow,
    place::{Place, at, number},
    words::{Note, SectionName, Sentence, TableName, Term},
};

/// `None` in a study without hypotheses.
pub(super) fn section(results: &Place<Results>, context: &Context) -> Option<Section> {
    let decisions = at!(results.hypotheses);
    if decisions.is_empty() {
        return None;
    }
    let of = |verdict: Verdict| -> Vec<String> {
        decisions.iter().filter(|d| d.verdict == verdict).map(|d| named(d, results)).collect()
    };
    let summary = Sentence::DecisionSummary {
        supported: of(Verdict::Supported),
        rejected: of(Verdict::NotSupported),
        undecided: of(Verdict::Undecided),
    };
    let columns = vec![
        context.left(Term::Hypothesis),
        context.left(Term::Claim),
        context.decimal(Term::Estimate),
        context.decimal(Term::Standardized),
        context.decimal(Term::P),
        context.left(Term::Decision),
    ];
    let rows = decisions.each().map(|decision| row(&decision, named(&decision, results), context)).collect();
    let alpha =
        Number::new(Some(results.provenance.settings.alpha), crate::NumberKind::Exact, "/provenance/settings/alpha");
    let table = context
        .table("hypotheses", TableName::Decisions, columns, rows)
        .with_note(context.words.note(Note::DecisionRule { alpha }));
    let blocks = vec![context.paragraph(summary), Block::Table(table)];
    Some(context.section("decisions", SectionName::Decisions, blocks))
}

/// A hypothesis is decided in each group: with several, the group's label stands behind its name.
fn named(decision: &Decision, results: &Results) -> String {
    let labels = results.structural_model.as_ref().map_or(&[][..], |model| &model.group_labels);
    match labels.get(decision.group.wrapping_sub(1)).filter(|_| labels.len() > 1) {
        Some(label) => format!("{} ({label})", decision.name),
        None => decision.name.clone(),
    }
}

fn row(decision: &Place<Decision>, name: String, context: &Context) -> TableRow {
    let supported = decision.verdict == Verdict::Supported;
    TableRow::Cells(vec![
        Cell::verbatim(name),
        Cell::verbatim(decision.text.as_ref().unwrap_or(&decision.rule)),
        number!(decision.estimate, Statistic).into(),
        number!(decision.standardized, Bounded).into(),
        number!(decision.p, Probability).into(),
        Cell::words(context.words.verdict(decision.verdict)).in_bold(supported),
    ])
}
