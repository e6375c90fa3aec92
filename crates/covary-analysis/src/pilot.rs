//! The pre-survey: which items stay.

use covary_data::Dataset;
use covary_numerics::Matrix;
use covary_study::{Construct, PilotPlan};
use serde::Serialize;

use crate::{
    AnalysisError,
    answers::Answers,
    descriptives::label_of,
    factors::extraction::principal_components,
    reliability::{cronbach_alpha, item_total},
    screening::reverse_score,
};

/// What the pre-survey says about the items.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Pilot {
    /// Questionnaires of the pre-survey.
    pub cases: usize,
    /// An item whose loading is below this in absolute value is dropped.
    pub drop_below: f64,
    /// By construct, in the order of the study.
    pub constructs: Vec<PilotConstruct>,
    /// All dropped items, in order.
    pub dropped: Vec<String>,
}

/// A construct in the pre-survey.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PilotConstruct {
    /// Its name.
    pub construct: String,
    /// Its name for readers.
    pub label: String,
    /// Cases with all its items answered.
    pub cases: usize,
    /// Cronbach's alpha of all items of the pre-survey.
    pub alpha_before: Option<f64>,
    /// Cronbach's alpha of the items that stay.
    pub alpha_after: Option<f64>,
    /// Largest eigenvalue of the items' correlation matrix.
    pub eigenvalue: Option<f64>,
    /// Its items.
    pub items: Vec<PilotItem>,
}

/// An item of the pre-survey.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PilotItem {
    /// The item.
    pub item: String,
    /// The question, where the file has it.
    pub label: Option<String>,
    /// Correlation with the sum of the construct's other items.
    pub corrected_item_total: Option<f64>,
    /// Loading on the single principal component of the construct's items.
    pub loading: Option<f64>,
    /// Cronbach's alpha of the construct without it.
    pub alpha_if_deleted: Option<f64>,
    /// Whether it is dropped.
    pub dropped: bool,
}

/// The pre-survey of a study: item-total correlations, loadings and alpha of each construct, with the
/// items that it asked beyond those of the study.
///
/// The loading of an item is its correlation with the single principal component of the construct's
/// items, as survey papers report it for a pre-survey, too small for a factor analysis of all items.
/// Items are dropped in one pass. Reverse-keyed items are reverse-scored before.
///
/// # Errors
/// An unknown variable, text in an item, a reverse-keyed item without a scale.
pub fn pilot(dataset: &Dataset, constructs: &[Construct], plan: &PilotPlan) -> Result<Pilot, AnalysisError> {
    let measured = constructs.iter().filter(|construct| !construct.items().is_empty());
    let constructs: Vec<PilotConstruct> =
        measured.map(|construct| pilot_construct(dataset, construct, plan)).collect::<Result<_, _>>()?;
    let dropped = constructs.iter().flat_map(|construct| &construct.items).filter(|item| item.dropped);
    Ok(Pilot {
        cases: dataset.cases(),
        drop_below: plan.drop_below,
        dropped: dropped.map(|item| item.item.clone()).collect(),
        constructs,
    })
}

fn pilot_construct(
    dataset: &Dataset,
    construct: &Construct,
    plan: &PilotPlan,
) -> Result<PilotConstruct, AnalysisError> {
    let items = pilot_items(dataset, construct, plan);
    let mut answers = Answers::read(dataset, &items, &format!("pilot, construct {}", construct.name))?;
    for (item, values) in items.iter().zip(&mut answers.values) {
        if construct.reverse.contains(item) {
            reverse_score(item, values, construct.scale)?;
        }
    }
    let complete = answers.complete();
    let moments = complete.moments();
    let covariance = moments.as_ref().map(|moments| &moments.covariance);
    let component = covariance.and_then(Matrix::to_correlation).and_then(|r| principal_components(&r, 1));
    let loadings = component.map(|component| component.loadings.column(0));
    let is_dropped = |j: usize| loadings.as_ref().is_some_and(|loadings| loadings[j].abs() < plan.drop_below);
    let kept: Vec<usize> = (0..items.len()).filter(|j| !is_dropped(*j)).collect();
    let totals = moments.as_ref().map_or_else(Vec::new, |moments| item_total(&items, moments));
    Ok(PilotConstruct {
        construct: construct.name.clone(),
        label: construct.label.clone(),
        cases: complete.cases(),
        alpha_before: covariance.and_then(cronbach_alpha),
        alpha_after: answers.select(&kept).complete().moments().and_then(|m| cronbach_alpha(&m.covariance)),
        eigenvalue: loadings.as_ref().map(|loadings| loadings.iter().map(|l| l * l).sum()),
        items: items
            .iter()
            .enumerate()
            .map(|(j, item)| PilotItem {
                item: item.clone(),
                label: label_of(dataset, item),
                corrected_item_total: totals.get(j).and_then(|total| total.corrected_item_total),
                loading: loadings.as_ref().map(|loadings| loadings[j]),
                alpha_if_deleted: totals.get(j).and_then(|total| total.alpha_if_deleted),
                dropped: is_dropped(j),
            })
            .collect(),
    })
}

/// The construct's items and those that only the pre-survey asked, in the order of the questionnaire.
fn pilot_items(dataset: &Dataset, construct: &Construct, plan: &PilotPlan) -> Vec<String> {
    let further = plan.items.iter().filter(|(name, _)| *name == construct.name).flat_map(|(_, items)| items);
    let mut items: Vec<String> = construct.items().to_vec();
    for item in further {
        if !items.contains(item) {
            items.push(item.clone());
        }
    }
    items.sort_by_key(|item| dataset.position(item).unwrap_or(usize::MAX));
    items
}
