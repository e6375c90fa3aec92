//! The hypotheses, each with the sentence that says why it was decided as it was.

use covary_analysis::{
    Results,
    hypotheses::{Decision, Verdict},
};

use super::compose::Context;
use crate::{
    Block, Cell, Section, TableRow,
    place::{Place, at, number},
    words::{HypothesisFigures, SectionName, Sentence, TableName, Term},
};

/// `None` in a study without hypotheses.
pub(super) fn section(results: &Place<Results>, context: &Context) -> Option<Section> {
    let decisions = at!(results.hypotheses);
    if decisions.is_empty() {
        return None;
    }
    let level = results.provenance.settings.bootstrap.level;
    let several = decisions.iter().any(|d| d.group > 1);
    let sentences = decisions.each().map(|d| context.words.say(reason(&d, level, several))).collect();
    let [lower, upper] = context.limits(level);
    let columns = vec![
        context.left(Term::Hypothesis),
        context.decimal(Term::Estimate),
        context.decimal(Term::Standardized),
        context.decimal(Term::StandardError).without_definition(),
        context.decimal(Term::CriticalRatio),
        context.decimal(Term::P),
        lower,
        upper,
        context.left(Term::Basis),
        context.left(Term::Decision),
    ];
    let rows = decisions.each().map(|d| row(&d, context)).collect();
    let table = context.table("hypothesis-details", TableName::HypothesisDetails, columns, rows);
    let blocks = vec![Block::List(sentences), Block::Table(table)];
    Some(context.section("hypotheses-section", SectionName::Hypotheses, blocks))
}

fn reason(decision: &Place<Decision>, level: f64, several_groups: bool) -> Sentence {
    Sentence::Hypothesis(HypothesisFigures {
        name: decision.name.clone(),
        rule: decision.rule.clone(),
        text: decision.text.clone(),
        group: several_groups.then(|| number!(decision.group, Count)),
        estimate: number!(decision.estimate, Statistic),
        standardized: number!(decision.standardized, Bounded),
        z: number!(decision.z, Statistic),
        p: number!(decision.p, Probability),
        lower: number!(decision.lower, Statistic),
        upper: number!(decision.upper, Statistic),
        level,
        basis: decision.basis,
        verdict: decision.verdict,
        reason: decision.reason,
        mediation: decision.mediation,
        contested_by: decision.contested_by.clone(),
    })
}

fn row(decision: &Place<Decision>, context: &Context) -> TableRow {
    let name =
        if decision.group > 1 { format!("{} [{}]", decision.name, decision.group) } else { decision.name.clone() };
    TableRow::Cells(vec![
        Cell::verbatim(name),
        number!(decision.estimate, Statistic).into(),
        number!(decision.standardized, Bounded).into(),
        number!(decision.se, Statistic).into(),
        number!(decision.z, Statistic).into(),
        number!(decision.p, Probability).into(),
        number!(decision.lower, Statistic).into(),
        number!(decision.upper, Statistic).into(),
        Cell::words(context.words.basis(decision.basis)),
        Cell::words(context.words.verdict(decision.verdict)).in_bold(decision.verdict == Verdict::Supported),
    ])
}
