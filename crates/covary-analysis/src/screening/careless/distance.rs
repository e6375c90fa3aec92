//! Mahalanobis distance.

use covary_numerics::distributions::chi_squared_quantile;
use covary_study::Flag;

use super::{Beyond, Candidates, CutoffRule, Distance, FlagResult, Unavailable, beyond_cutoff, unavailable};

/// Flags cases whose squared distance from the centroid of the items has p1 ≤ .001.
///
/// # Source
/// Tabachnick and Fidell (2019), Kline (2016) for the level.
pub(super) fn distance(candidates: &Candidates, distances: Option<&[Distance]>) -> FlagResult {
    let basis = (CutoffRule::P1Below001, Some("Tabachnick & Fidell (2019)"));
    let cutoff = chi_squared_quantile(0.999, candidates.survey.items.len() as f64);
    match distances.zip(cutoff) {
        Some((distances, cutoff)) => {
            let values = distances.iter().map(|distance| (distance.case, distance.d_squared));
            beyond_cutoff(Flag::Mahalanobis, basis, (Beyond::AtLeast, cutoff), values)
        }
        None => unavailable(Flag::Mahalanobis, basis, Beyond::AtLeast, Unavailable::SingularCovariance),
    }
}
