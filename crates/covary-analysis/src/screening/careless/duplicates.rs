//! The same answers, or the same identification, twice.

use std::collections::HashMap;

use covary_data::Column;
use covary_study::Flag;

use super::{Beyond, Candidates, CutoffRule, Distance, FlagResult};
use crate::screening::FlaggedCase;

/// Flags cases that repeat an earlier one: in every item, or in every column that identifies a
/// respondent. Cases with a missing identification, or without any answer, repeat nobody.
pub(super) fn duplicates(candidates: &Candidates, _: Option<&[Distance]>) -> FlagResult {
    let by_answers = earlier_cases(&candidates.cases, |case| answers_key(candidates, case));
    let by_id = earlier_cases(&candidates.cases, |case| id_key(candidates, case));
    let cases = candidates.cases.iter().filter_map(|case| {
        let repeats = by_answers.get(case).or_else(|| by_id.get(case))?;
        Some(FlaggedCase { case: case + 1, value: None, repeats: Some(repeats + 1) })
    });
    FlagResult {
        flag: Flag::Duplicates,
        cutoff: None,
        beyond: Beyond::Repeated,
        rule: CutoffRule::SameAsEarlier,
        source: None,
        cases: cases.collect(),
        dropped: false,
        unavailable: None,
    }
}

/// For each case whose key an earlier case has, the first such case.
fn earlier_cases(cases: &[usize], key: impl Fn(usize) -> Option<Vec<Key>>) -> HashMap<usize, usize> {
    let mut first: HashMap<Vec<Key>, usize> = HashMap::new();
    let mut earlier = HashMap::new();
    for &case in cases {
        let Some(key) = key(case) else { continue };
        match first.get(&key) {
            Some(&known) => {
                earlier.insert(case, known);
            }
            None => {
                first.insert(key, case);
            }
        }
    }
    earlier
}

/// A value that can be looked up; numbers by their bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Number(u64),
    Text(String),
    Missing,
}

fn number_key(value: f64) -> Key {
    // Adding zero turns −0 into 0.
    Key::Number((value + 0.0).to_bits())
}

fn answers_key(candidates: &Candidates, case: usize) -> Option<Vec<Key>> {
    let answers = candidates.survey.answers.values.iter().map(|values| values[case]);
    let keys: Vec<Key> = answers.map(|answer| answer.map_or(Key::Missing, number_key)).collect();
    keys.iter().any(|key| *key != Key::Missing).then_some(keys)
}

fn id_key(candidates: &Candidates, case: usize) -> Option<Vec<Key>> {
    let keys: Vec<Key> = candidates
        .plan
        .id
        .iter()
        .map(|name| {
            let index = candidates.dataset.position(name)?;
            match candidates.dataset.column(index) {
                Column::Numeric(_) => candidates.dataset.raw_number(index, case).map(number_key),
                Column::Text(_) => candidates.dataset.text(index, case).map(|text| Key::Text(text.trim().to_string())),
            }
        })
        .collect::<Option<_>>()?;
    (!keys.is_empty()).then_some(keys)
}
