//! Answers of cases to items, as every method reads them.

use covary_data::{Column, Dataset};
use covary_numerics::{Matrix, moments};
use covary_study::Construct;

use crate::AnalysisError;

/// Answers of all cases to some items.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// The items.
    pub items: Vec<String>,
    /// Answers, items × cases; `None` is missing.
    pub values: Vec<Vec<Option<f64>>>,
    /// Number of cases.
    pub cases: usize,
}

/// The cases that answered everything.
#[derive(Clone, Debug, PartialEq)]
pub struct CompleteCases {
    /// Answers, N × p.
    pub values: Matrix,
    /// Position of each case in the dataset, from 0.
    pub positions: Vec<usize>,
}

/// Means and covariances of complete cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Cases N.
    pub cases: usize,
    /// Means.
    pub means: Vec<f64>,
    /// Covariance matrix, p × p, divisor N − 1.
    pub covariance: Matrix,
}

impl Answers {
    /// The answers to `items`; `wanted_by` says in an error what asks for them.
    ///
    /// # Errors
    /// An unknown variable, or text in an item.
    pub fn read(dataset: &Dataset, items: &[String], wanted_by: &str) -> Result<Self, AnalysisError> {
        let values: Result<_, _> = items.iter().map(|item| answers_of(dataset, item, wanted_by)).collect();
        Ok(Answers { items: items.to_vec(), values: values?, cases: dataset.cases() })
    }

    /// The answers to the items at `positions` (from 0), in that order.
    pub fn select(&self, positions: &[usize]) -> Self {
        Answers {
            items: positions.iter().map(|&j| self.items[j].clone()).collect(),
            values: positions.iter().map(|&j| self.values[j].clone()).collect(),
            cases: self.cases,
        }
    }

    /// The cases that answered every item (listwise deletion).
    pub fn complete(&self) -> CompleteCases {
        let answered = |case: usize| -> Option<Vec<f64>> { self.values.iter().map(|item| item[case]).collect() };
        let (positions, rows): (Vec<usize>, Vec<Vec<f64>>) =
            (0..self.cases).filter_map(|case| Some((case, answered(case)?))).unzip();
        CompleteCases { values: Matrix::from_fn(rows.len(), self.items.len(), |i, j| rows[i][j]), positions }
    }
}

impl CompleteCases {
    /// Number of cases.
    pub fn cases(&self) -> usize {
        self.values.rows()
    }

    /// Means and covariances, divisor N − 1. `None` with fewer than two cases.
    pub fn moments(&self) -> Option<Moments> {
        let cases = self.cases();
        if cases < 2 {
            return None;
        }
        let (means, covariance) = moments::mean_and_covariance(&self.values);
        let covariance = covariance.scaled(cases as f64 / (cases as f64 - 1.0));
        Some(Moments { cases, means, covariance })
    }
}

/// The numbers of one variable.
///
/// # Errors
/// An unknown variable, with the nearest name there is; text, with the first case that holds it.
pub fn answers_of(dataset: &Dataset, item: &str, wanted_by: &str) -> Result<Vec<Option<f64>>, AnalysisError> {
    let index = position_of(dataset, item, wanted_by)?;
    if let Column::Text(_) = dataset.column(index)
        && let Some((case, text)) = dataset.telling_text(index)
    {
        let text = text.to_string();
        return Err(AnalysisError::TextInItem { item: item.to_string(), case: case + 1, text });
    }
    let missing = &dataset.variables()[index].missing;
    let answer = |case| dataset.raw_number(index, case).filter(|value| !missing.contains(*value));
    Ok((0..dataset.cases()).map(answer).collect())
}

/// Where a variable stands.
///
/// # Errors
/// An unknown variable, with the nearest name there is.
pub fn position_of(dataset: &Dataset, name: &str, wanted_by: &str) -> Result<usize, AnalysisError> {
    dataset.position(name).ok_or_else(|| AnalysisError::UnknownVariable {
        name: name.to_string(),
        wanted_by: wanted_by.to_string(),
        nearest: nearest_name(dataset, name),
    })
}

/// The name in the data most like `name`, of equally near names the first; none where more than a third of
/// its letters would have to change.
fn nearest_name(dataset: &Dataset, name: &str) -> Option<String> {
    let most = (name.chars().count() / 3).max(1);
    let distance = |known: &str| strsim::damerau_levenshtein(&known.to_lowercase(), &name.to_lowercase());
    let names = dataset.variables().iter().map(|variable| (distance(&variable.name), &variable.name));
    names.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance).map(|(_, name)| name.clone())
}

/// All items of the constructs, each once, in order.
pub fn items_of(constructs: &[Construct]) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for item in constructs.iter().flat_map(Construct::items) {
        if !items.contains(item) {
            items.push(item.clone());
        }
    }
    items
}

/// The construct that `item` belongs to.
pub fn construct_of<'a>(constructs: &'a [Construct], item: &str) -> Option<&'a Construct> {
    constructs.iter().find(|construct| construct.items().iter().any(|name| name == item))
}
