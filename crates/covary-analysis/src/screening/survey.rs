//! The answers that screening looks at: items with their scales, and observed model variables.

use covary_data::{Dataset, MissingCodes};
use covary_numerics::Matrix;
use covary_study::{Construct, Study, model_names::model_names};

use super::{OutOfScaleAnswer, ReversedItem, reverse_score, reversed_labels};
use crate::{
    AnalysisError,
    adequacy::constant_item,
    answers::{Answers, CompleteCases, answers_of, construct_of, items_of, position_of},
};

/// The answers that screening looks at; nothing is reverse-scored yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// Items, in the order of the constructs.
    pub items: Vec<ScreenedItem>,
    /// Their answers, items × cases.
    pub answers: Answers,
    /// Observed variables of the model: name, and per case whether it is answered.
    pub observed: Vec<(String, Vec<bool>)>,
    /// Answers to those of them that hold numbers.
    pub observed_numbers: Vec<(String, Vec<Option<f64>>)>,
}

/// An item with what its construct says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScreenedItem {
    /// The item.
    pub name: String,
    /// Its construct.
    pub construct: String,
    /// Ends of the scale.
    pub scale: Option<(f64, f64)>,
    /// Whether it is reverse-keyed.
    pub reverse: bool,
    /// Where it stands in the questionnaire: its position in the data.
    pub position: usize,
}

impl Survey {
    /// Reads items and observed model variables of a study.
    ///
    /// # Errors
    /// An unknown variable, text in an item.
    pub fn read(dataset: &Dataset, study: &Study) -> Result<Self, AnalysisError> {
        let names = items_of(&study.constructs);
        let mut items = Vec::new();
        let mut values = Vec::new();
        for name in &names {
            let construct = construct_of(&study.constructs, name);
            let wanted_by = construct.map_or_else(String::new, |c| format!("construct {}", c.name));
            values.push(answers_of(dataset, name, &wanted_by)?);
            items.push(screened_item(name, construct, position_of(dataset, name, &wanted_by)?));
        }
        let observed = observed_variables(dataset, study);
        Ok(Survey {
            observed: observed.iter().map(|name| (name.clone(), answered(dataset, name))).collect(),
            observed_numbers: observed
                .into_iter()
                .filter_map(|name| {
                    let numbers = dataset.numbers(&name).ok()?;
                    Some((name, numbers))
                })
                .collect(),
            answers: Answers { items: names, values, cases: dataset.cases() },
            items,
        })
    }

    /// Items, then observed model variables.
    pub fn variables(&self) -> Vec<String> {
        self.items.iter().map(|item| &item.name).chain(self.observed.iter().map(|(name, _)| name)).cloned().collect()
    }

    /// Which variables, by position in [`variables`](Self::variables), a case did not answer.
    pub fn missing_of(&self, case: usize) -> Vec<usize> {
        let of_items = self.answers.values.iter().map(|values| values[case].is_none());
        let of_observed = self.observed.iter().map(|(_, answered)| !answered[case]);
        of_items.chain(of_observed).enumerate().filter(|(_, missing)| *missing).map(|(j, _)| j).collect()
    }

    /// Whether a case misses any answer on items and observed model variables.
    pub fn misses_any(&self, case: usize) -> bool {
        !self.missing_of(case).is_empty()
    }

    /// Whether a case answered no item.
    pub fn misses_all(&self, case: usize) -> bool {
        self.answers.values.iter().all(|values| values[case].is_none())
    }

    /// Numbers of items and numeric model variables, variables × the given cases.
    pub fn numbers(&self, cases: &[usize]) -> Vec<Vec<Option<f64>>> {
        let observed = self.observed_numbers.iter().map(|(_, values)| values);
        let all = self.answers.values.iter().chain(observed);
        all.map(|values| cases.iter().map(|&case| values[case]).collect()).collect()
    }

    /// Those of the given cases that answered every item.
    pub fn complete(&self, cases: &[usize]) -> CompleteCases {
        let positions: Vec<usize> =
            cases.iter().copied().filter(|&case| self.answers.values.iter().all(|v| v[case].is_some())).collect();
        CompleteCases {
            values: Matrix::from_fn(positions.len(), self.items.len(), |i, j| {
                // Every answer of these cases is there, by the line above.
                self.answers.values[j][positions[i]].unwrap_or_default()
            }),
            positions,
        }
    }

    /// Answers outside their declared scale among the given cases, by case and then item.
    pub fn out_of_scale(&self, cases: &[usize]) -> Vec<OutOfScaleAnswer> {
        let mut found = Vec::new();
        for &case in cases {
            for (item, values) in self.items.iter().zip(&self.answers.values) {
                if let (Some((low, high)), Some(value)) = (item.scale, values[case])
                    && !(low..=high).contains(&value)
                {
                    found.push(OutOfScaleAnswer { case: case + 1, item: item.name.clone(), value, low, high });
                }
            }
        }
        found
    }

    /// Makes these answers missing.
    pub fn make_missing(&mut self, answers: &[OutOfScaleAnswer]) {
        for answer in answers {
            if let Some(j) = self.items.iter().position(|item| item.name == answer.item) {
                self.answers.values[j][answer.case - 1] = None;
            }
        }
    }

    /// # Errors
    /// Not more cases than items, or an item that all of them answered alike.
    pub fn check_enough(&self, cases: &[usize]) -> Result<(), AnalysisError> {
        let needed = self.items.len() + 1;
        if cases.len() < needed {
            return Err(AnalysisError::TooFewCases {
                what: format!("an analysis of {} items", self.items.len()),
                found: cases.len(),
                needed,
            });
        }
        for (item, values) in self.items.iter().zip(&self.answers.values) {
            let answered: Vec<f64> = cases.iter().filter_map(|&case| values[case]).collect();
            let column = Matrix::from_fn(answered.len(), 1, |i, _| answered[i]);
            let one = CompleteCases { values: column, positions: Vec::new() };
            if constant_item(&one).is_some() {
                let value = answered.first().copied();
                return Err(match value {
                    Some(value) => {
                        AnalysisError::ConstantItem { item: item.name.clone(), value, cases: answered.len() }
                    }
                    None => AnalysisError::Request(format!("no valid case answered item \"{}\"", item.name)),
                });
            }
        }
        Ok(())
    }

    /// The dataset with these answers: reverse-keyed items scored in the direction of their construct.
    ///
    /// # Errors
    /// A reverse-keyed item without a scale.
    pub fn scored(&self, dataset: &Dataset) -> Result<Dataset, AnalysisError> {
        let mut scored = dataset.clone();
        for (item, values) in self.items.iter().zip(&self.answers.values) {
            let mut values = values.clone();
            let mut variable = dataset.variables()[item.position].clone();
            // These codes are system-missing now; a reversed answer might otherwise coincide with one.
            variable.missing = MissingCodes::default();
            if item.reverse {
                reverse_score(&item.name, &mut values, item.scale)?;
                variable = item.scale.map_or(variable.clone(), |scale| reversed_labels(&variable, scale));
            }
            scored = scored.with_numbers(variable, values)?;
        }
        Ok(scored)
    }

    /// The reverse-keyed items.
    pub fn reversed(&self) -> Vec<ReversedItem> {
        let reversed = self.items.iter().filter(|item| item.reverse);
        reversed
            .filter_map(|item| {
                let (low, high) = item.scale?;
                Some(ReversedItem { item: item.name.clone(), low, high })
            })
            .collect()
    }
}

fn screened_item(name: &str, construct: Option<&Construct>, position: usize) -> ScreenedItem {
    ScreenedItem {
        name: name.to_string(),
        construct: construct.map_or_else(String::new, |construct| construct.name.clone()),
        scale: construct.and_then(|construct| construct.scale),
        reverse: construct.is_some_and(|construct| construct.reverse.iter().any(|item| item == name)),
        position,
    }
}

/// Variables of the data that the model names beside items: controls, and the columns of its options
/// `group`, `cluster` and `sampling.weights`.
pub(crate) fn observed_variables(dataset: &Dataset, study: &Study) -> Vec<String> {
    let Some(model) = &study.model else { return Vec::new() };
    let in_formulas = model_names(&model.paths).variables.into_iter().map(|(name, _)| name);
    let in_options = model
        .options
        .iter()
        .filter(|(option, _)| ["group", "cluster", "sampling.weights"].contains(&option.replace('_', ".").as_str()))
        .filter_map(|(_, value)| value.as_str().map(str::to_string));
    let items = items_of(&study.constructs);
    let mut observed: Vec<String> = Vec::new();
    for name in in_formulas.chain(in_options) {
        let is_construct = study.constructs.iter().any(|construct| construct.name == name);
        let is_new = !items.contains(&name) && !observed.contains(&name) && !is_construct;
        if is_new && dataset.position(&name).is_some() {
            observed.push(name);
        }
    }
    observed
}

/// Whether each case answered a variable, number or text.
fn answered(dataset: &Dataset, name: &str) -> Vec<bool> {
    let Some(index) = dataset.position(name) else { return vec![false; dataset.cases()] };
    let missing = &dataset.variables()[index].missing;
    let has_number = |case| dataset.raw_number(index, case).is_some_and(|value| !missing.contains(value));
    let has_text = |case| dataset.text(index, case).is_some_and(|text| !text.trim().is_empty());
    (0..dataset.cases()).map(|case| has_number(case) || has_text(case)).collect()
}
