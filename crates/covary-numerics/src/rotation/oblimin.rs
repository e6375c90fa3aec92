//! Direct oblimin: pattern loadings whose squares overlap as little as possible.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
};
use crate::Scalar;

/// Direct oblimin minimises Σ_{j<k} [Σᵢ λᵢⱼ²λᵢₖ² − δ/p Σᵢ λᵢⱼ² Σᵢ λᵢₖ²] over the pattern matrix; δ = 0 is quartimin.
///
/// To the optimum under either stopping rule, where SPSS's own search (one column at a time, 25
/// iterations) ends close to it. δ above 0 makes factors more oblique and has no minimum near 1:
/// then `converged` is false.
///
/// # Source
/// Jennrich and Sampson (1966), Psychometrika 31; Jennrich (2002), Psychometrika 67, for the search.
pub(super) const MEMBER: Member =
    Member { criterion: Some(criterion!(oblimin)), ..Member::oblique(Rotation::Oblimin, "oblimin") };

/// Quartimin: oblimin with δ = 0.
///
/// # Source
/// Carroll (1953), Psychometrika 18.
pub(super) const QUARTIMIN: Member =
    Member { criterion: Some(criterion!(quartimin)), ..Member::oblique(Rotation::Quartimin, "quartimin") };

fn oblimin<T: Scalar>(loadings: &Grid<T>, settings: &RotationSettings) -> Evaluation<T> {
    of_columns(loadings, 0, settings.delta)
}

fn quartimin<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    of_columns(loadings, 0, 0.0)
}

/// Oblimin over the columns from `first` on.
pub(super) fn of_columns<T: Scalar>(loadings: &Grid<T>, first: usize, delta: f64) -> Evaluation<T> {
    let (p, m) = (loadings.rows, loadings.columns);
    let squares = Grid::from_fn(p, m, |i, j| if j < first { T::ZERO } else { loadings.at(i, j) * loadings.at(i, j) });
    let of_rows: Vec<T> = (0..p).map(|i| sum((0..m).map(|j| squares.at(i, j)))).collect();
    // Squares on the other factors.
    let others = Grid::from_fn(p, m, |i, j| of_rows[i] - squares.at(i, j));
    let shares: Vec<T> = (0..m).map(|j| T::from(delta / p as f64) * sum((0..p).map(|i| others.at(i, j)))).collect();
    let overlap = Grid::from_fn(p, m, |i, j| if j < first { T::ZERO } else { others.at(i, j) - shares[j] });
    Evaluation {
        value: T::from(0.25) * sum(squares.values.iter().zip(&overlap.values).map(|(square, other)| *square * *other)),
        gradient: Grid::from_fn(p, m, |i, j| loadings.at(i, j) * overlap.at(i, j)),
    }
}
