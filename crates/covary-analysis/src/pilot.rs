//! The pre-survey: which items stay.

use serde::Serialize;

/// What the pre-survey says about the items.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
