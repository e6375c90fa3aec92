//! Row weights under which a criterion is taken: Kaiser's, Cureton and Mulaik's.

use serde::Serialize;

use super::grid::{Grid, sum};
use crate::{Matrix, Scalar, matrix::dot};

/// How rows of loadings are weighted while the rotation is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RowWeights {
    /// As they are.
    #[default]
    None,
    /// Divided by √h²: every variable counts alike (Kaiser 1958).
    Kaiser,
    /// Kaiser's times a weight that favours variables at an angle of arccos m^{-½} to the first principal axis, as those
    /// of simple structure have (Cureton and Mulaik 1975).
    CuretonMulaik,
}

/// The weights of the rows of Λ with factor correlations Φ (none: orthogonal), h² = diag ΛΦΛ'.
///
/// A row of zeros has weight 0. They do not depend on the rotation: ΛΦΛ' does not.
pub(super) fn weights<T: Scalar>(kind: RowWeights, loadings: &Grid<T>, correlations: Option<&Grid<T>>) -> Vec<T> {
    let lengths: Vec<T> = communalities(loadings, correlations)
        .into_iter()
        .map(|h2| if h2.value() > 0.0 { h2.sqrt().recip() } else { T::ZERO })
        .collect();
    match kind {
        RowWeights::None => vec![T::ONE; loadings.rows],
        RowWeights::Kaiser => lengths,
        RowWeights::CuretonMulaik => {
            // Cosines of the angles between variables and the first principal axis.
            let axis = scaled(&first_axis(loadings, correlations), &lengths);
            axis.into_iter()
                .zip(lengths)
                .map(|(loading, length)| cureton_mulaik(loading, loadings.columns) * length)
                .collect()
        }
    }
}

/// diag ΛΦΛ'.
pub(super) fn communalities<T: Scalar>(loadings: &Grid<T>, correlations: Option<&Grid<T>>) -> Vec<T> {
    let structure = correlations.map_or_else(|| loadings.clone(), |phi| loadings.times(phi));
    (0..loadings.rows).map(|i| sum((0..loadings.columns).map(|j| structure.at(i, j) * loadings.at(i, j)))).collect()
}

/// Each row times its weight.
pub(super) fn scaled_rows<T: Scalar>(loadings: &Grid<T>, weights: &[T]) -> Grid<T> {
    Grid::from_fn(loadings.rows, loadings.columns, |i, j| loadings.at(i, j) * weights[i])
}

/// Loadings times their row weights, for the search of a transformation of columns.
pub(super) fn weighted_loadings(loadings: &Matrix, kind: RowWeights) -> Matrix {
    let grid = Grid::constant(loadings);
    scaled_rows(&grid, &weights(kind, &grid, None)).matrix()
}

/// Rows divided by their length; a row of zeros stays.
pub(super) fn normalised_rows(loadings: &Matrix) -> Matrix {
    let lengths: Vec<f64> = (0..loadings.rows()).map(|i| dot(loadings.row(i), loadings.row(i)).sqrt()).collect();
    Matrix::from_fn(loadings.rows(), loadings.columns(), |i, j| {
        if lengths[i] > 0.0 { loadings[(i, j)] / lengths[i] } else { 0.0 }
    })
}

fn scaled<T: Scalar>(values: &[T], factors: &[T]) -> Vec<T> {
    values.iter().zip(factors).map(|(value, factor)| *value * *factor).collect()
}

/// Loadings of the rows of B on the first principal axis of BΦB', by the power method.
fn first_axis<T: Scalar>(rows: &Grid<T>, correlations: Option<&Grid<T>>) -> Vec<T> {
    let m = rows.columns;
    let products = rows.transpose().times(rows);
    let step = correlations.map_or_else(|| products.clone(), |phi| phi.times(&products)); // ΦB'B
    let mut axis: Grid<T> = Grid::from_fn(m, 1, |j, _| T::from(1.0 + 0.01 * j as f64));
    for _ in 0..MOST_POWERS {
        let next = step.times(&axis);
        let length = sum(next.values.iter().map(|value| *value * *value)).sqrt();
        let next = next.map(|value| value / length);
        let change =
            next.values.iter().zip(&axis.values).fold(0.0f64, |most, (a, b)| most.max((*a - *b).abs().value()));
        axis = next;
        if change < 1e-15 {
            break;
        }
    }
    let on_axis = rows.times(&axis);
    // BΦB'u = e u with u = Bv; loadings are √e u/|u|.
    let squared = sum(on_axis.values.iter().map(|value| *value * *value));
    let moved = rows.times(&step.times(&axis));
    let eigenvalue = sum(on_axis.values.iter().zip(&moved.values).map(|(a, b)| *a * *b)) / squared;
    on_axis.values.iter().map(|value| *value * (eigenvalue / squared).sqrt()).collect()
}

const MOST_POWERS: usize = 2000;

/// cos²((arccos m^{-½} − arccos |l|)/(arccos m^{-½} − δ) · 90°) + .001; δ is 90° where |l| < m^{-½}, else 0.
fn cureton_mulaik<T: Scalar>(loading: T, factors: usize) -> T {
    let size = loading.abs();
    let share = (factors as f64).sqrt().recip();
    let edge = share.acos();
    let offset = if size.value() < share { std::f64::consts::FRAC_PI_2 } else { 0.0 };
    let angle = (T::from(edge) - arc_cosine(size)) * T::from(std::f64::consts::FRAC_PI_2 / (edge - offset));
    let cosine = angle.cos();
    cosine * cosine + T::from(0.001)
}

/// arccos x for 0 ≤ x ≤ 1.
fn arc_cosine<T: Scalar>(x: T) -> T {
    let rest = T::ONE - x * x;
    if rest.value() <= 0.0 {
        return T::ZERO;
    }
    T::from(std::f64::consts::FRAC_PI_2) - (x / rest.sqrt()).atan()
}
