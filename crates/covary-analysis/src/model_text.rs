//! The plan as model text in lavaan's language.

use covary_study::{Construct, MeasuredBy, Study, model_names::model_names};

/// The measurement part: one `=~` formula per construct, in the study's order.
pub fn measurement_text<'a>(constructs: impl IntoIterator<Item = &'a Construct>) -> String {
    let lines: Vec<String> = constructs
        .into_iter()
        .map(|construct| {
            let indicators = match &construct.measured_by {
                MeasuredBy::Items(names) | MeasuredBy::Constructs(names) => names.join(" + "),
            };
            format!("{} =~ {indicators}", construct.name)
        })
        .collect();
    lines.join("\n") + "\n"
}

/// The structural model: the constructs that take part, then the study's paths.
///
/// `None` where the study has no model.
pub fn structural_text(study: &Study) -> Option<String> {
    let model = study.model.as_ref()?;
    let constructs = constructs_in_model(study);
    Some(measurement_text(constructs) + model.paths.trim() + "\n")
}

/// The constructs that take part in the structural model: those that the paths or hypotheses name,
/// and those that measure one of them.
pub fn constructs_in_model(study: &Study) -> Vec<&Construct> {
    let Some(model) = &study.model else { return Vec::new() };
    let mut named: Vec<String> = model_names(&model.paths).variables.into_iter().map(|(name, _)| name).collect();
    named.extend(study.hypotheses.iter().flat_map(|hypothesis| hypothesis.claim.variables()).map(str::to_string));
    let mut takes_part: Vec<bool> = study.constructs.iter().map(|c| named.contains(&c.name)).collect();
    // A construct of second order brings those that measure it, and these theirs.
    while let Some(index) = next_to_add(study, &takes_part) {
        takes_part[index] = true;
    }
    study.constructs.iter().zip(&takes_part).filter(|(_, takes)| **takes).map(|(c, _)| c).collect()
}

fn next_to_add(study: &Study, takes_part: &[bool]) -> Option<usize> {
    let measures_one_that_does = |name: &String| {
        study.constructs.iter().zip(takes_part).any(|(construct, takes)| {
            *takes && matches!(&construct.measured_by, MeasuredBy::Constructs(names) if names.contains(name))
        })
    };
    study.constructs.iter().enumerate().position(|(i, c)| !takes_part[i] && measures_one_that_does(&c.name))
}
