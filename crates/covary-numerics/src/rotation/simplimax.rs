//! Simplimax: a given number of loadings as near to zero as possible.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
};
use crate::Scalar;

/// Minimises the sum of the p smallest λ²: as many near-zeros as there are variables.
///
/// Which loadings are the smallest changes during the search; the criterion has kinks there and many local minima.
///
/// # Source
/// Kiers (1994), Psychometrika 59; number of near-zeros of Bernaards and Jennrich (2005).
pub(super) const MEMBER: Member =
    Member { criterion: Some(criterion!(simplimax)), ..Member::oblique(Rotation::Simplimax, "simplimax") };

fn simplimax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    let squares = loadings.map(|value| value * value);
    let mut order: Vec<usize> = (0..squares.values.len()).collect();
    order.sort_by(|a, b| squares.values[*a].value().total_cmp(&squares.values[*b].value()));
    let mut gradient = loadings.map(|_| T::ZERO);
    let smallest = &order[..loadings.rows.min(order.len())];
    for k in smallest {
        gradient.values[*k] = T::from(2.0) * loadings.values[*k];
    }
    Evaluation { value: sum(smallest.iter().map(|k| squares.values[*k])), gradient }
}
