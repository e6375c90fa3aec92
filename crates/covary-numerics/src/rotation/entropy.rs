//! Minimum entropy: squared loadings near 0 or 1.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
    infomax::logarithm,
};
use crate::Scalar;

/// Minimises −½ Σᵢⱼ λᵢⱼ² ln λᵢⱼ². Orthogonal.
///
/// # Source
/// Jennrich (2004), Psychometrika 69.
pub(super) const MEMBER: Member =
    Member { criterion: Some(criterion!(entropy)), ..Member::orthogonal(Rotation::Entropy, "entropy") };

fn entropy<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    let logarithms = loadings.map(|value| logarithm(value * value));
    let terms = loadings.values.iter().zip(&logarithms.values).map(|(value, log)| *value * *value * *log);
    let gradient = Grid::from_fn(loadings.rows, loadings.columns, |i, j| {
        -(loadings.at(i, j) * logarithms.at(i, j) + loadings.at(i, j))
    });
    Evaluation { value: T::from(-0.5) * sum(terms), gradient }
}
