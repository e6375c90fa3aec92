//! Signs of careless or doubtful answering: one sign per file, one list.

mod distance;
mod duplicates;
mod even_odd;
mod longstring;
mod time;
mod variability;

use covary_data::Dataset;
use covary_study::{Flag, ScreeningPlan};

use super::{Beyond, CutoffRule, Distance, FlagResult, FlaggedCase, Survey, Unavailable};

/// The cases among whom signs of careless answering are looked for.
pub struct Candidates<'a> {
    /// All columns, for identification and time.
    pub dataset: &'a Dataset,
    /// Answers as given.
    pub survey: &'a Survey,
    /// What the study says.
    pub plan: &'a ScreeningPlan,
    /// The cases, positions from 0.
    pub cases: Vec<usize>,
}

impl Candidates<'_> {
    /// A case's answers in the order of the questionnaire; `None` is missing.
    fn in_questionnaire_order(&self, case: usize) -> Vec<Option<f64>> {
        let mut order: Vec<usize> = (0..self.survey.items.len()).collect();
        order.sort_by_key(|&j| self.survey.items[j].position);
        order.into_iter().map(|j| self.survey.answers.values[j][case]).collect()
    }
}

/// Computes one sign.
pub type Sign = fn(&Candidates, Option<&[Distance]>) -> FlagResult;

/// All signs.
pub const SIGNS: [(Flag, Sign); 6] = [
    (Flag::Longstring, longstring::longstring),
    (Flag::Irv, variability::variability),
    (Flag::Evenodd, even_odd::even_odd),
    (Flag::Mahalanobis, distance::distance),
    (Flag::Duplicates, duplicates::duplicates),
    (Flag::Time, time::time),
];

/// The signs that the study reports or drops, in its order: reported first.
pub(super) fn flags(candidates: &Candidates, distances: Option<&[Distance]>) -> Vec<FlagResult> {
    let mut wanted: Vec<Flag> = Vec::new();
    for flag in candidates.plan.flags.iter().chain(&candidates.plan.drop) {
        if !wanted.contains(flag) {
            wanted.push(*flag);
        }
    }
    let compute =
        |flag: Flag| SIGNS.iter().find(|(known, _)| *known == flag).map(|(_, sign)| sign(candidates, distances));
    wanted
        .into_iter()
        .filter_map(compute)
        .map(|result| FlagResult { dropped: candidates.plan.drop.contains(&result.flag), ..result })
        .collect()
}

/// A sign with a cut-off: the cases whose value lies beyond it.
fn beyond_cutoff(
    flag: Flag,
    (rule, source): (CutoffRule, Option<&'static str>),
    (beyond, cutoff): (Beyond, f64),
    values: impl IntoIterator<Item = (usize, f64)>,
) -> FlagResult {
    let is_beyond = |value: f64| match beyond {
        Beyond::AtLeast => value >= cutoff,
        Beyond::Below => value < cutoff,
        Beyond::Repeated => false,
    };
    let flagged = values.into_iter().filter(|(_, value)| is_beyond(*value));
    FlagResult {
        flag,
        cutoff: Some(cutoff),
        beyond,
        rule,
        source,
        cases: flagged.map(|(case, value)| FlaggedCase { case: case + 1, value: Some(value), repeats: None }).collect(),
        dropped: false,
        unavailable: None,
    }
}

/// A sign that could not be computed.
fn unavailable(
    flag: Flag,
    (rule, source): (CutoffRule, Option<&'static str>),
    beyond: Beyond,
    reason: Unavailable,
) -> FlagResult {
    FlagResult {
        flag,
        cutoff: None,
        beyond,
        rule,
        source,
        cases: Vec::new(),
        dropped: false,
        unavailable: Some(reason),
    }
}
