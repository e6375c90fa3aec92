//! Oblimax: as many small and large loadings as possible.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
};
use crate::Scalar;

/// Minimises −(ln Σλ⁴ − 2 ln Σλ²): the kurtosis of all loadings is as large as possible.
///
/// # Source
/// Saunders (1961), Psychometrika 26.
pub(super) const MEMBER: Member =
    Member { criterion: Some(criterion!(oblimax)), ..Member::oblique(Rotation::Oblimax, "oblimax") };

fn oblimax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    let squares = loadings.map(|value| value * value);
    let second = sum(squares.values.iter().copied());
    let fourth = sum(squares.values.iter().map(|square| *square * *square));
    let gradient = Grid::from_fn(loadings.rows, loadings.columns, |i, j| {
        T::from(4.0) * loadings.at(i, j) * (second.recip() - squares.at(i, j) / fourth)
    });
    Evaluation { value: T::from(2.0) * second.ln() - fourth.ln(), gradient }
}
