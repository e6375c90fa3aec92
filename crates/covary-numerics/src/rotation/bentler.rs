//! Bentler's criterion of invariant pattern simplicity.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::Grid,
};
use crate::Scalar;

/// Minimises −¼ (ln |M| − ln |diag M|), M = (Λ∘Λ)'(Λ∘Λ): columns of squared loadings as orthogonal as possible.
///
/// # Source
/// Bentler (1977), Psychometrika 42.
pub(super) const MEMBER: Member =
    Member { criterion: Some(criterion!(bentler)), ..Member::oblique(Rotation::Bentler, "bentler") };

fn bentler<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    let (p, m) = (loadings.rows, loadings.columns);
    let squares = loadings.map(|value| value * value);
    let products = squares.transpose().times(&squares);
    // A singular M is as far from simple as can be: infinite, which no search accepts.
    let (Some(inverse), Some(log_determinant)) = (products.inverse(), log_determinant(&products)) else {
        return Evaluation { value: T::from(f64::INFINITY), gradient: Grid::from_fn(p, m, |_, _| T::ZERO) };
    };
    let mut value = -log_determinant;
    for j in 0..m {
        value += products.at(j, j).ln();
    }
    let less_diagonal =
        Grid::from_fn(m, m, |j, k| inverse.at(j, k) - if j == k { products.at(j, j).recip() } else { T::ZERO });
    let slopes = squares.times(&less_diagonal);
    Evaluation {
        value: T::from(0.25) * value,
        gradient: Grid::from_fn(p, m, |i, j| -(loadings.at(i, j) * slopes.at(i, j))),
    }
}

/// By Cholesky. `None` unless positive definite.
fn log_determinant<T: Scalar>(matrix: &Grid<T>) -> Option<T> {
    let m = matrix.rows;
    let mut factor = matrix.clone();
    let mut total = T::ZERO;
    for j in 0..m {
        let mut pivot = matrix.at(j, j);
        for k in 0..j {
            pivot -= factor.at(j, k) * factor.at(j, k);
        }
        if pivot.value().is_nan() || pivot.value() <= 0.0 {
            return None;
        }
        total += pivot.ln();
        let root = pivot.sqrt();
        factor.values[j * m + j] = root;
        for i in j + 1..m {
            let mut element = matrix.at(i, j);
            for k in 0..j {
                element -= factor.at(i, k) * factor.at(j, k);
            }
            factor.values[i * m + j] = element / root;
        }
    }
    Some(total)
}
