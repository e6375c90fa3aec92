//! Comrey's tandem criteria: correlated variables on the same factor, uncorrelated ones on different factors.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
};
use crate::Scalar;

/// Principle I minimises −Σⱼ Σᵢₖ λᵢⱼ² rᵢₖ² λₖⱼ², rᵢₖ = (ΛΛ')ᵢₖ: finds how many factors there are. Orthogonal.
///
/// # Source
/// Comrey (1967), Psychometrika 32.
pub(super) const FIRST: Member =
    Member { criterion: Some(criterion!(first)), ..Member::orthogonal(Rotation::Tandem1, "tandem1") };

/// Principle II minimises Σⱼ Σᵢₖ λᵢⱼ² (1 − rᵢₖ²) λₖⱼ²: the factors that are kept. Orthogonal.
///
/// # Source
/// Comrey (1967), Psychometrika 32.
pub(super) const SECOND: Member =
    Member { criterion: Some(criterion!(second)), ..Member::orthogonal(Rotation::Tandem2, "tandem2") };

fn first<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    let together = together(loadings);
    Evaluation { value: -together.value, gradient: together.gradient.map(|element| -element) }
}

fn second<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    let together = together(loadings);
    let (p, m) = (loadings.rows, loadings.columns);
    let of_columns: Vec<T> = (0..m).map(|j| sum((0..p).map(|i| loadings.at(i, j) * loadings.at(i, j)))).collect();
    let gradient =
        Grid::from_fn(p, m, |i, j| T::from(4.0) * loadings.at(i, j) * of_columns[j] - together.gradient.at(i, j));
    Evaluation { value: sum(of_columns.iter().map(|column| *column * *column)) - together.value, gradient }
}

/// Σⱼ Σᵢₖ λᵢⱼ² rᵢₖ² λₖⱼ² and its gradient.
fn together<T: Scalar>(loadings: &Grid<T>) -> Evaluation<T> {
    let squares = loadings.map(|value| value * value);
    let reproduced = loadings.times(&loadings.transpose()); // R = ΛΛ'
    let of_squares = squares.times(&squares.transpose());
    let products = reproduced.map(|r| r * r).times(&squares);
    let weighted = Grid::from_fn(loadings.rows, loadings.rows, |i, k| reproduced.at(i, k) * of_squares.at(i, k));
    let through_r = weighted.times(loadings);
    let gradient = Grid::from_fn(loadings.rows, loadings.columns, |i, j| {
        T::from(4.0) * (loadings.at(i, j) * products.at(i, j) + through_r.at(i, j))
    });
    let value = sum(squares.values.iter().zip(&products.values).map(|(square, product)| *square * *product));
    Evaluation { value, gradient }
}
