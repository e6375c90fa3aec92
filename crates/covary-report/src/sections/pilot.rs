//! The pre-survey: which items stay.

use covary_analysis::pilot::{Pilot, PilotConstruct};

use super::compose::Context;
use crate::{
    Block, Cell, Section, TableRow,
    place::{Place, at, number},
    words::{Phrase, SectionName, Sentence, TableName, Term},
};

pub(super) fn section(pilot: &Place<Pilot>, context: &Context) -> Section {
    let lead = Sentence::Pilot {
        cases: number!(pilot.cases, Count),
        drop_below: number!(pilot.drop_below, Exact),
        dropped: pilot.dropped.clone(),
    };
    let columns = vec![
        context.left(Term::Item),
        context.decimal(Term::CorrectedItemTotal),
        context.decimal(Term::Loading),
        context.decimal(Term::AlphaIfDeleted),
        context.left(Term::Decision),
    ];
    let rows = at!(pilot.constructs).each().flat_map(|construct| construct_rows(&construct, context)).collect();
    let table = context.table("pilot-items", TableName::PilotItems, columns, rows);
    context.section("pilot", SectionName::Pilot, vec![context.paragraph(lead), Block::Table(table)])
}

fn construct_rows(construct: &Place<PilotConstruct>, context: &Context) -> Vec<TableRow> {
    let any_dropped = construct.items.iter().any(|item| item.dropped);
    let heading = context.words.say(Sentence::PilotConstruct {
        construct: context.names.long(&construct.construct),
        before: number!(construct.alpha_before, Bounded),
        after: any_dropped.then(|| number!(construct.alpha_after, Bounded)),
    });
    let items = at!(construct.items).each().map(|item| {
        let name = match &item.label {
            Some(label) => format!("{}: {label}", item.item),
            None => item.item.clone(),
        };
        let phrase = if item.dropped { Phrase::Dropped } else { Phrase::Stays };
        TableRow::Cells(vec![
            Cell::verbatim(name),
            number!(item.corrected_item_total, Bounded).into(),
            number!(item.loading, Bounded).into(),
            number!(item.alpha_if_deleted, Bounded).into(),
            Cell::words(context.words.phrase(phrase)).in_bold(item.dropped),
        ])
    });
    std::iter::once(TableRow::Heading(heading)).chain(items).collect()
}
