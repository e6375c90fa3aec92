//! The structural model, or any single fit: notes, fit, estimates, local fit.

use covary_analysis::Results;
use covary_sem::FitReport;

use super::{amos, compose::Context, estimates, fit, parameter_tests, resamples, residuals};
use crate::{
    Block, Number,
    NumberKind::{Count, Probability, Statistic},
    Section,
    diagram::{DiagramOptions, measured_model, path_diagram},
    place::{Place, at, number},
    words::{FigureName, Note, SectionName, Sentence},
};

/// `None` in a study without a structural model.
pub(super) fn section(results: &Place<Results>, context: &Context) -> Option<Section> {
    let model = at!(results.structural_model).some()?;
    let (cases, method) = (number!(model.n_total, Count), fit::method(&model));
    let mut blocks = vec![context.paragraph(Sentence::StructuralModel { cases, method })];
    blocks.extend(notes_for_model(&model, context));
    if model.converged {
        blocks.push(context.paragraph(Sentence::Fit(fit::figures(&model))));
    }
    blocks.push(diagram("structural-diagram", FigureName::StructuralModel, &model, context));
    blocks.extend(estimates::paths("paths", &model, context).map(Block::Table));
    for (variable, value) in estimates::outcomes(&model) {
        let variable = context.names.long(&variable);
        blocks.push(context.paragraph(Sentence::RSquare { variable, value }));
    }
    let mut section = context.section("structural", SectionName::StructuralModel, blocks);
    let fit_table = Block::Table(fit::table("structural-fit", &model, context));
    section.sections.push(context.section("structural-fit-section", SectionName::Fit, vec![fit_table]));
    section.sections.extend(details("structural-", &model, context));
    Some(section)
}

/// The sections of a fit that stands by itself.
pub(super) fn single_fit(model: &Place<FitReport>, context: &Context) -> Vec<Section> {
    let mut blocks: Vec<Block> = model
        .warnings
        .iter()
        .map(|warning| Block::Finding(context.words.warning(warning.code, &warning.subjects)))
        .collect();
    let (cases, method) = (number!(model.n_total, Count), fit::method(model));
    blocks.push(context.paragraph(Sentence::FittedModel { cases, method }));
    blocks.extend(notes_for_model(model, context));
    if model.converged {
        blocks.push(context.paragraph(Sentence::Fit(fit::figures(model))));
    }
    blocks.push(diagram("diagram", FigureName::StructuralModel, model, context));
    blocks.push(Block::Table(fit::table("fit", model, context)));
    blocks.extend(estimates::paths("paths", model, context).map(Block::Table));
    let mut sections = vec![context.section("model-fit", SectionName::Fit, blocks)];
    sections.extend(details("", model, context));
    sections
}

/// AMOS's blocks, all estimates, residuals and modification indices, and resamples and tests of parameters where asked for.
pub(super) fn details(prefix: &str, model: &Place<FitReport>, context: &Context) -> Vec<Section> {
    let mut local = residuals::matrices(prefix, model, context);
    local.extend(residuals::modification_indices(prefix, model, context));
    let mut sections = vec![
        context.section(&format!("{prefix}amos-fit"), SectionName::AmosFit, amos::blocks(model, context)),
        context.section(
            &format!("{prefix}estimates"),
            SectionName::Estimates,
            estimates::scalars(prefix, model, context),
        ),
        context.section(&format!("{prefix}local-fit"), SectionName::LocalFit, local),
    ];
    sections.extend(resamples::section(prefix, model, context));
    sections.extend(parameter_tests::section(prefix, model, context));
    sections
}

/// AMOS's "Notes for Model".
fn notes_for_model(model: &Place<FitReport>, context: &Context) -> Vec<Block> {
    let amos = at!(model.fit_amos);
    let iterations = number!(model.iterations, Count);
    let result = if model.converged {
        Sentence::MinimumAchieved {
            iterations,
            chisq: model.measure("chisq", Statistic),
            df: model.measure("df", Count),
            p: model.measure("pvalue", Probability),
        }
    } else {
        Sentence::MinimumNotAchieved { iterations }
    };
    let counts = Sentence::NotesForModel {
        moments: at!(amos.saturated).entry("NPAR", Count),
        parameters: at!(amos.default).entry("NPAR", Count),
        df: at!(amos.default).entry("DF", Count),
    };
    vec![context.paragraph(counts), context.paragraph(result)]
}

/// The path diagram of the first group.
pub(super) fn diagram(id: &str, name: FigureName, model: &FitReport, context: &Context) -> Block {
    let options = DiagramOptions::default();
    let label_of = |variable: &str| context.names.label(variable).unwrap_or(variable).to_string();
    let scene = path_diagram(&measured_model(model, 1, &label_of, &options), &options);
    let legend = context.words.note(Note::DiagramLegend { alpha: Number::plan(options.alpha) });
    context.figure(id, name, scene, vec![legend])
}
