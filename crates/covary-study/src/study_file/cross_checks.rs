//! What no section can see alone: whether hypotheses, formulas and constructs speak of the same things.

use super::table::{Notes, join_path};
use super::text::Text;
use crate::model_names::{ModelNames, model_names};
use crate::nearest::help_with_nearest;
use crate::{Fault, Hypothesis, MeasuredBy, ModelPlan, Relation, Study, StudyFile};

/// Notes where sections contradict each other. A model whose formulas stand in a file of their own is checked later, by
/// [`check_hypotheses`].
pub(super) fn check_study(study: &Study, notes: &mut Notes) {
    match &study.model {
        Some(ModelPlan { file: Some(_), .. }) => {}
        Some(model) if model.paths.is_empty() => {}
        model => check_formulas(study, model.as_ref().map(|m| model_names(&m.paths)), notes),
    }
}

/// Checks the hypotheses of a study whose formulas stand in a file of their own, once that file was read.
///
/// `formulas`: the text of the file. Faults in the order of their places.
pub fn check_hypotheses(file: &StudyFile, formulas: &str) -> Vec<Fault> {
    let text = Text::new("");
    let mut notes = Notes::new(&text);
    notes.places = file.places.clone();
    check_formulas(&file.study, Some(model_names(formulas)), &mut notes);
    notes.faults.sort_by_key(|f| f.place);
    notes.faults
}

fn check_formulas(study: &Study, model: Option<ModelNames>, notes: &mut Notes) {
    if let Some(model) = &model {
        check_definitions(study, model, notes);
    }
    for hypothesis in &study.hypotheses {
        check_hypothesis(hypothesis, study, model.as_ref(), notes);
    }
}

/// A construct that has items is not defined again in the formulas.
fn check_definitions(study: &Study, model: &ModelNames, notes: &mut Notes) {
    for (name, _) in &model.defined {
        if study.constructs.iter().any(|c| c.name == *name) {
            let message = format!("the formulas measure \"{name}\", which [constructs.{name}] measures already");
            let help = "leave the measurement part (=~) out of the formulas".into();
            notes.fault_at_key(&format!("model.paths#{name}"), message, Some(help));
        }
    }
}

fn check_hypothesis(hypothesis: &Hypothesis, study: &Study, model: Option<&ModelNames>, notes: &mut Notes) {
    let key = join_path("hypotheses", &hypothesis.name);
    let mut unknown = false;
    for name in hypothesis.claim.variables() {
        let is_construct = study.constructs.iter().any(|c| c.name == name);
        if !is_construct && !model.is_some_and(|m| m.mentions(name)) {
            unknown = true;
            let names = study.constructs.iter().map(|c| c.name.as_str());
            let mentioned = model.into_iter().flat_map(|m| m.variables.iter().map(|(n, _)| n.as_str()));
            let others = mentioned.filter(|n| !study.constructs.iter().any(|c| c.name == *n));
            let help = help_with_nearest(name, names.chain(others), "the model has");
            let message = format!("\"{name}\" is neither a construct nor a variable of the model");
            notes.fault_at_key(&format!("{key}#{name}"), message, help);
        }
    }
    if unknown {
        return;
    }
    for relation in hypothesis.claim.relations() {
        check_relation(relation, &key, study, model, notes);
    }
}

fn check_relation(relation: &Relation, key: &str, study: &Study, model: Option<&ModelNames>, notes: &mut Notes) {
    for (cause, outcome) in relation.paths() {
        let Some(model) = model else {
            let message = format!("the study has no [model], so there is no path {cause} -> {outcome}");
            let help = format!("add [model] with paths = \"{outcome} ~ {cause}\"");
            notes.fault_at_key(&format!("{key}#{cause}"), message, Some(help));
            return;
        };
        // The path from a construct of second order to what measures it is a loading, and in the model.
        let is_loading = study.constructs.iter().any(|c| {
            c.name == cause
                && matches!(&c.measured_by, MeasuredBy::Constructs(parts) if parts.iter().any(|p| p == outcome))
        });
        if is_loading || model.paths.iter().any(|(predictor, o)| predictor == cause && o == outcome) {
            continue;
        }
        let reversed = model.paths.iter().any(|(predictor, o)| predictor == outcome && o == cause);
        let into: Vec<&str> = model.paths.iter().filter(|(_, o)| o == outcome).map(|(p, _)| p.as_str()).collect();
        let help = match (reversed, into.is_empty()) {
            (true, _) => format!("the model has the path {outcome} -> {cause}"),
            (_, true) => format!("add \"{outcome} ~ {cause}\" to the formulas; no path leads to {outcome}"),
            _ => {
                format!("add \"{outcome} ~ {cause}\" to the formulas; paths to {outcome} come from {}", into.join(", "))
            }
        };
        let message = format!("the model has no path {cause} -> {outcome}");
        notes.fault_at_key(&format!("{key}#{cause}"), message, Some(help));
    }
}
