//! Distances from the centroid, with AMOS's p1 and p2.

use covary_numerics::distributions::{binomial_upper_tail, chi_squared_sf};

use super::{FarthestCase, Survey};
use crate::descriptives::squared_distances;

/// How many cases AMOS lists.
const MOST_LISTED: usize = 100;

/// A case and its squared distance from the centroid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// Position of the case in the data, from 0.
    pub case: usize,
    /// d², covariance matrix with divisor N.
    pub d_squared: f64,
}

/// Squared Mahalanobis distances of those of the given cases that answered every item.
///
/// `None` where the covariance matrix has no inverse.
pub fn squared_mahalanobis(survey: &Survey, cases: &[usize]) -> Option<Vec<Distance>> {
    let complete = survey.complete(cases);
    let distances = squared_distances(&complete.values)?;
    let pairs = complete.positions.into_iter().zip(distances);
    Some(pairs.map(|(case, d_squared)| Distance { case, d_squared }).collect())
}

/// The cases farthest from the centroid, farthest first, at most 100.
///
/// p1 = P(χ²_p > d²); p2 of the k-th of N cases = P(at least k of N distances exceed d²), binomial
/// with probability p1.
///
/// # Source
/// AMOS, "Observations farthest from the centroid"; reproduced on its Grnt_fem data.
pub fn farthest(distances: &[Distance], variables: usize) -> Vec<FarthestCase> {
    let mut ordered = distances.to_vec();
    ordered.sort_by(|left, right| right.d_squared.total_cmp(&left.d_squared).then(left.case.cmp(&right.case)));
    let listed = ordered.iter().take(MOST_LISTED).enumerate();
    listed
        .map(|(rank, distance)| {
            let p1 = chi_squared_sf(distance.d_squared, variables as f64);
            FarthestCase {
                case: distance.case + 1,
                d_squared: distance.d_squared,
                p1,
                p2: binomial_upper_tail(rank as u64 + 1, distances.len() as u64, p1),
            }
        })
        .collect()
}
