//! Intra-individual response variability.

use covary_numerics::moments::central_moments;
use covary_study::Flag;

use super::{Beyond, Candidates, CutoffRule, Distance, FlagResult, Unavailable, beyond_cutoff, unavailable};
use crate::descriptives::sample_sd;

/// Flags cases whose answers vary least: the standard deviation (divisor k − 1) of a case's answers,
/// before reverse-scoring, is more than two standard deviations below the mean of the sample.
///
/// No absolute cut-off is published; the index is judged within its sample.
///
/// # Source
/// Index: Dunn, Heggestad, Shanock and Theilgard (2018).
pub(super) fn variability(candidates: &Candidates, _: Option<&[Distance]>) -> FlagResult {
    let basis = (CutoffRule::TwoSdBelowMean, Some("Dunn et al. (2018)"));
    let of_case = |case: usize| {
        let answers: Vec<f64> = candidates.in_questionnaire_order(case).into_iter().flatten().collect();
        Some((case, sample_sd(&central_moments(&answers)?)?))
    };
    let values: Vec<(usize, f64)> = candidates.cases.iter().filter_map(|&case| of_case(case)).collect();
    let in_sample = central_moments(&values.iter().map(|(_, value)| *value).collect::<Vec<_>>());
    match in_sample.and_then(|moments| Some((moments.mean, sample_sd(&moments)?))) {
        Some((mean, sd)) => beyond_cutoff(Flag::Irv, basis, (Beyond::Below, mean - 2.0 * sd), values),
        None => unavailable(Flag::Irv, basis, Beyond::Below, Unavailable::FewAnswers),
    }
}
