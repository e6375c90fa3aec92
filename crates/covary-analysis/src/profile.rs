//! The sample profile: who answered.

use std::cmp::Ordering;

use covary_data::{Column, Dataset, Measure, Variable, variable::LabelledValue};
use covary_numerics::moments::central_moments;
use serde::Serialize;

use crate::{
    AnalysisError,
    answers::position_of,
    descriptives::{haverage, sample_sd},
};

/// The sample profile.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Profile {
    /// Cases.
    pub cases: usize,
    /// By variable, in the order of the study.
    pub variables: Vec<ProfileVariable>,
}

/// The distribution of one variable, as SPSS's FREQUENCIES shows it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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

/// The distributions of `variables` among all cases of `dataset`, as SPSS's FREQUENCIES shows them.
///
/// # Errors
/// An unknown variable.
pub fn profile(dataset: &Dataset, variables: &[String]) -> Result<Profile, AnalysisError> {
    let variables: Result<_, _> = variables.iter().map(|name| profile_variable(dataset, name)).collect();
    Ok(Profile { cases: dataset.cases(), variables: variables? })
}

fn profile_variable(dataset: &Dataset, name: &str) -> Result<ProfileVariable, AnalysisError> {
    let index = position_of(dataset, name, "profile")?;
    let variable = &dataset.variables()[index];
    let answers: Vec<Answer> = (0..dataset.cases()).map(|case| answer(dataset, index, case)).collect();
    let (valid, missing): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| !answer.is_missing);
    let mut counts = counts(&valid);
    if let Some(order) = label_order(variable, &counts) {
        counts = order.into_iter().map(|k| counts[k].clone()).collect();
    }
    let rows = valid_rows(variable, &counts, dataset.cases(), valid.len());
    let mut by_share: Vec<usize> = (0..rows.len()).collect();
    by_share.sort_by_key(|&row| std::cmp::Reverse(rows[row].frequency));
    Ok(ProfileVariable {
        name: name.to_string(),
        label: variable.label.clone(),
        missing: missing_rows(variable, &self::counts(&missing), dataset.cases()),
        valid: valid.len(),
        missing_cases: missing.len(),
        by_share,
        summary: (variable.measure == Measure::Scale).then(|| numeric_summary(&valid)).flatten(),
        rows,
    })
}

/// The answer of one case, with codes for "no answer" kept apart.
#[derive(Clone, Debug, PartialEq)]
struct Answer {
    value: Option<LabelledValue>,
    is_missing: bool,
}

fn answer(dataset: &Dataset, index: usize, case: usize) -> Answer {
    let missing = &dataset.variables()[index].missing;
    match dataset.column(index) {
        Column::Numeric(_) => {
            let value = dataset.raw_number(index, case);
            let is_missing = value.is_none_or(|value| missing.contains(value));
            Answer { value: value.map(LabelledValue::Number), is_missing }
        }
        Column::Text(texts) => {
            let text = texts[case].clone().filter(|text| !text.trim().is_empty());
            let is_missing = text.as_ref().is_none_or(|text| missing.texts.contains(text));
            Answer { value: text.map(LabelledValue::Text), is_missing }
        }
    }
}

/// Distinct values by size, numbers before texts before system-missing, and how often each occurs.
fn counts(answers: &[&Answer]) -> Vec<(Option<LabelledValue>, usize)> {
    let mut values: Vec<&Option<LabelledValue>> = answers.iter().map(|answer| &answer.value).collect();
    values.sort_by(|left, right| by_value(left, right));
    let mut counts: Vec<(Option<LabelledValue>, usize)> = Vec::new();
    for value in values {
        match counts.last_mut() {
            Some((last, count)) if last == value => *count += 1,
            _ => counts.push((value.clone(), 1)),
        }
    }
    counts
}

fn by_value(left: &Option<LabelledValue>, right: &Option<LabelledValue>) -> Ordering {
    match (left, right) {
        (Some(LabelledValue::Number(l)), Some(LabelledValue::Number(r))) => l.total_cmp(r),
        (Some(LabelledValue::Text(l)), Some(LabelledValue::Text(r))) => l.cmp(r),
        (Some(LabelledValue::Number(_)), Some(LabelledValue::Text(_))) | (Some(_), None) => Ordering::Less,
        (Some(LabelledValue::Text(_)), Some(LabelledValue::Number(_))) | (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// The positions of `counts` in the order of the value labels. `None` where a value bears none.
fn label_order(variable: &Variable, counts: &[(Option<LabelledValue>, usize)]) -> Option<Vec<usize>> {
    let rank = |value: &Option<LabelledValue>| {
        let value = value.as_ref()?;
        variable.value_labels.iter().position(|label| &label.value == value)
    };
    let mut ranked: Vec<(usize, usize)> =
        counts.iter().enumerate().map(|(k, (value, _))| Some((rank(value)?, k))).collect::<Option<_>>()?;
    ranked.sort_unstable();
    Some(ranked.into_iter().map(|(_, k)| k).collect())
}

fn valid_rows(
    variable: &Variable,
    counts: &[(Option<LabelledValue>, usize)],
    cases: usize,
    valid: usize,
) -> Vec<FrequencyRow> {
    let mut up_to_here = 0;
    let row = |(value, frequency): &(Option<LabelledValue>, usize)| {
        up_to_here += frequency;
        FrequencyRow {
            value: value.clone(),
            label: label(variable, value),
            frequency: *frequency,
            percent: percent(*frequency, cases),
            valid_percent: Some(percent(*frequency, valid)),
            cumulative_percent: Some(percent(up_to_here, valid)),
        }
    };
    counts.iter().map(row).collect()
}

fn missing_rows(variable: &Variable, counts: &[(Option<LabelledValue>, usize)], cases: usize) -> Vec<FrequencyRow> {
    let row = |(value, frequency): &(Option<LabelledValue>, usize)| FrequencyRow {
        value: value.clone(),
        label: label(variable, value),
        frequency: *frequency,
        percent: percent(*frequency, cases),
        valid_percent: None,
        cumulative_percent: None,
    };
    counts.iter().map(row).collect()
}

fn label(variable: &Variable, value: &Option<LabelledValue>) -> Option<String> {
    let value = value.as_ref()?;
    variable.value_labels.iter().find(|label| &label.value == value).map(|label| label.label.clone())
}

/// `part` of `whole`, 0 to 100; `whole` holds `part`, so it is positive wherever there is a row.
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn numeric_summary(valid: &[&Answer]) -> Option<NumericSummary> {
    let number = |answer: &&Answer| match answer.value {
        Some(LabelledValue::Number(value)) => Some(value),
        _ => None,
    };
    let mut values: Vec<f64> = valid.iter().map(number).collect::<Option<_>>()?;
    values.sort_by(f64::total_cmp);
    let moments = central_moments(&values)?;
    Some(NumericSummary {
        mean: moments.mean,
        sd: sample_sd(&moments),
        minimum: *values.first()?,
        median: haverage(&values, 0.5)?,
        maximum: *values.last()?,
    })
}
