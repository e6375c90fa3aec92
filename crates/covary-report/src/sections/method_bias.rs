//! Signs of common method variance.

use covary_analysis::method_bias::MethodBias;

use super::compose::{Context, row};
use crate::{
    Block, Section, TableRow,
    place::{Place, at, number},
    words::{Note, SectionName, Sentence, TableName, Term},
};

pub(super) fn section(bias: &Place<MethodBias>, context: &Context) -> Section {
    let mut blocks = Vec::new();
    if let Some(share) = bias.first_component_percent {
        blocks.push(context.paragraph(Sentence::Harman {
            percent: number!(bias.first_component_percent, Percent),
            components: number!(bias.components_above_one, Count),
            suspicious: share > 50.0,
        }));
    }
    if let Some(single) = at!(bias.single_factor).some() {
        if single.chisq_difference.is_some() {
            blocks.push(context.paragraph(Sentence::SingleFactor {
                chisq: number!(single.chisq_difference, Statistic),
                df: number!(single.df_difference, Count),
                p: number!(single.difference_p, Probability),
            }));
        }
        let terms = [Term::ChiSquare, Term::Df, Term::Cfi, Term::Rmsea, Term::Srmr];
        let columns = terms.map(|term| context.decimal(term)).into();
        let cells = vec![
            number!(single.chisq, Statistic).into(),
            number!(single.df, Count).into(),
            number!(single.cfi, Bounded).into(),
            number!(single.rmsea, Bounded).into(),
            number!(single.srmr, Bounded).into(),
        ];
        blocks.push(Block::Table(context.table(
            "single-factor",
            TableName::SingleFactor,
            columns,
            vec![TableRow::Cells(cells)],
        )));
    }
    if !bias.vif.is_empty() {
        let columns =
            vec![context.left(Term::Construct), context.decimal(Term::VifScores), context.decimal(Term::VifLatent)];
        let rows = at!(bias.vif)
            .each()
            .map(|vif| row(context.named(&vif.name), [number!(vif.scores, Statistic), number!(vif.latent, Statistic)]));
        let table = context.table("collinearity", TableName::Collinearity, columns, rows.collect());
        blocks.push(Block::Table(table.with_note(context.words.note(Note::Vif))));
    }
    blocks.push(context.paragraph(Sentence::HarmanLimits));
    context.section("method-bias", SectionName::MethodBias, blocks)
}
