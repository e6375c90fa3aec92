//! Infomax: rows and columns tell as much about each other as possible.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
};
use crate::Scalar;

/// Infomax minimises Σᵢ pᵢ. ln pᵢ. + Σⱼ p.ⱼ ln p.ⱼ − Σᵢⱼ pᵢⱼ ln pᵢⱼ, pᵢⱼ = λᵢⱼ²/Σλ²: minus the mutual information.
///
/// # Source
/// McKeon (1968), unpublished; in Browne (2001), Multivariate Behavioral Research 36.
pub(super) const MEMBER: Member =
    Member { criterion: Some(criterion!(infomax)), ..Member::oblique(Rotation::Infomax, "infomax") };

fn infomax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    let (p, m) = (loadings.rows, loadings.columns);
    let squares = loadings.map(|value| value * value);
    let total = sum(squares.values.iter().copied());
    let shares = squares.map(|square| square / total);
    let of_rows: Vec<T> = (0..p).map(|i| sum((0..m).map(|j| shares.at(i, j)))).collect();
    let of_columns: Vec<T> = (0..m).map(|j| sum((0..p).map(|i| shares.at(i, j)))).collect();
    // ∂f/∂p as if the shares were free; their sum of 1 takes its mean away.
    let slopes =
        Grid::from_fn(p, m, |i, j| logarithm(of_rows[i]) + logarithm(of_columns[j]) - logarithm(shares.at(i, j)));
    let value = sum(shares.values.iter().zip(&slopes.values).map(|(share, slope)| *share * *slope));
    let gradient = Grid::from_fn(p, m, |i, j| T::from(2.0) * loadings.at(i, j) * (slopes.at(i, j) - value) / total);
    Evaluation { value, gradient }
}

/// ln x; 0 at 0, where it is multiplied by 0.
pub(super) fn logarithm<T: Scalar>(number: T) -> T {
    if number.value() > 0.0 { number.ln() } else { T::ZERO }
}
