//! The measurement model: estimation, fit, loadings, validity.

use covary_analysis::Results;
use covary_study::ConventionName;

use super::{compose::Context, estimates, fit, structural, validity};
use crate::{
    Block, Section,
    place::{Place, at, number},
    words::{FigureName, SectionName, Sentence},
};

pub(super) fn section(results: &Place<Results>, context: &Context) -> Section {
    let model = at!(results.measurement_model);
    let convention: ConventionName = results.provenance.convention;
    let (cases, method) = (number!(model.n_total, Count), fit::method(&model));
    let mut blocks = vec![context.paragraph(Sentence::MeasurementModel { cases, method, convention })];
    if model.converged {
        blocks.push(context.paragraph(Sentence::Fit(fit::figures(&model))));
    } else {
        blocks.push(context.paragraph(Sentence::MinimumNotAchieved { iterations: number!(model.iterations, Count) }));
    }
    blocks.push(Block::Table(estimates::loadings("loadings", &model, context)));
    blocks.push(Block::Table(fit::table("measurement-fit", &model, context)));
    if results.structural_model.is_none() {
        blocks.push(structural::diagram("measurement-diagram", FigureName::MeasurementModel, &model, context));
    }
    let mut section = context.section("measurement", SectionName::MeasurementModel, blocks);
    section.sections.push(validity::section(&at!(results.validity), context));
    // Without a structural model AMOS's tables are those of the measurement model.
    if results.structural_model.is_none() {
        section.sections.extend(structural::details("measurement-", &model, context));
    }
    section
}
