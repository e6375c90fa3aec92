//! The sample profile: who answered.

use covary_data::variable::LabelledValue;
use serde::Serialize;

/// The sample profile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// Cases.
    pub cases: usize,
    /// By variable, in the order of the study.
    pub variables: Vec<ProfileVariable>,
}

/// The distribution of one variable, as SPSS's FREQUENCIES shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProfileVariable {
    /// The variable.
    pub name: String,
    /// Its label, where it has one.
    pub label: Option<String>,
    /// One row per answer that occurs: in the order of the value labels where all answers bear one,
    /// else by value.
    pub rows: Vec<FrequencyRow>,
    /// One row per code for "no answer" that occurs, last system-missing (no value).
    pub missing: Vec<FrequencyRow>,
    /// Cases that answered.
    pub valid: usize,
    /// Cases that did not.
    pub missing_cases: usize,
    /// Positions in `rows` by decreasing frequency (ties in order): what a sentence about shares names.
    pub by_share: Vec<usize>,
    /// Mean and so on of a variable that is measured on a scale; `None` of categories and of text.
    pub summary: Option<NumericSummary>,
}

/// One answer and how often it occurs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrequencyRow {
    /// The answer; `None`: system-missing.
    pub value: Option<LabelledValue>,
    /// Its meaning, where declared.
    pub label: Option<String>,
    /// Cases.
    pub frequency: usize,
    /// Of all cases, 0 to 100.
    pub percent: f64,
    /// Of the cases that answered, 0 to 100; `None` for missing.
    pub valid_percent: Option<f64>,
    /// Valid percent up to this row; `None` for missing.
    pub cumulative_percent: Option<f64>,
}

/// Location and spread of a variable measured on a scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NumericSummary {
    /// Mean.
    pub mean: f64,
    /// Standard deviation, divisor N − 1. `None` with one case.
    pub sd: Option<f64>,
    /// Smallest answer.
    pub minimum: f64,
    /// Median (HAVERAGE).
    pub median: f64,
    /// Largest answer.
    pub maximum: f64,
}
