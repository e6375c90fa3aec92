//! Even-odd consistency.

use covary_study::Flag;

use super::{Beyond, Candidates, CutoffRule, Distance, FlagResult, Unavailable, beyond_cutoff, unavailable};
use crate::descriptives::correlation;

/// Flags cases whose answers to the odd items of the constructs say little about those to the even
/// ones: the correlation, over constructs, of a case's two half-scale means, stepped up by
/// Spearman–Brown to 2r/(1 + r), is below .30.
///
/// Items are reverse-scored for it, and constructs need two answered items; a case whose halves do
/// not vary over at least three constructs has no value and is not flagged. A negative r is left
/// as it is.
///
/// # Source
/// Jackson (1976); Johnson (2005) for the cut-off; Curran (2016).
pub(super) fn even_odd(candidates: &Candidates, _: Option<&[Distance]>) -> FlagResult {
    let basis = (CutoffRule::Consistency30, Some("Johnson (2005)"));
    let constructs = constructs_of_two(candidates);
    if constructs.len() < 3 {
        return unavailable(Flag::Evenodd, basis, Beyond::Below, Unavailable::FewConstructs);
    }
    let values = candidates.cases.iter().filter_map(|&case| Some((case, consistency(candidates, &constructs, case)?)));
    beyond_cutoff(Flag::Evenodd, basis, (Beyond::Below, 0.30), values)
}

/// Positions of the items of each construct that has at least two.
fn constructs_of_two(candidates: &Candidates) -> Vec<Vec<usize>> {
    let mut constructs: indexmap::IndexMap<&str, Vec<usize>> = indexmap::IndexMap::new();
    for (j, item) in candidates.survey.items.iter().enumerate() {
        constructs.entry(&item.construct).or_default().push(j);
    }
    constructs.into_values().filter(|items| items.len() >= 2).collect()
}

/// Spearman–Brown corrected correlation of odd and even half-scales within one case.
fn consistency(candidates: &Candidates, constructs: &[Vec<usize>], case: usize) -> Option<f64> {
    let half = |items: &[usize], first: usize| -> Option<f64> {
        let answers: Vec<f64> =
            items.iter().skip(first).step_by(2).filter_map(|&j| scored_answer(candidates, j, case)).collect();
        (!answers.is_empty()).then(|| answers.iter().sum::<f64>() / answers.len() as f64)
    };
    let odd: Vec<Option<f64>> = constructs.iter().map(|items| half(items, 0)).collect();
    let even: Vec<Option<f64>> = constructs.iter().map(|items| half(items, 1)).collect();
    let halves = correlation(&odd, &even);
    let r = halves.r.filter(|_| halves.n >= 3)?;
    Some(if r > 0.0 { 2.0 * r / (1.0 + r) } else { r })
}

/// An answer in the direction of its construct. A reverse-keyed item without a scale stops screening elsewhere.
fn scored_answer(candidates: &Candidates, j: usize, case: usize) -> Option<f64> {
    let item = &candidates.survey.items[j];
    let answer = candidates.survey.answers.values[j][case]?;
    match (item.reverse, item.scale) {
        (true, Some((low, high))) => Some(low + high - answer),
        _ => Some(answer),
    }
}
