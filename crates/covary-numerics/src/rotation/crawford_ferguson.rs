//! The Crawford-Ferguson family: complexity of rows against complexity of columns.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
};
use crate::Scalar;

/// Minimises (1 − κ)/4 Σᵢ Σ_{j≠k} λᵢⱼ²λᵢₖ² + κ/4 Σⱼ Σ_{i≠l} λᵢⱼ²λₗⱼ², κ given (`cf_kappa`).
///
/// # Source
/// Crawford and Ferguson (1970), Psychometrika 35; Browne (2001), Multivariate Behavioral Research 36, for κ.
pub(super) const WITH_KAPPA: Member =
    Member { criterion: Some(criterion!(with_kappa)), ..Member::oblique(Rotation::CrawfordFerguson, "cf") };

/// κ = 0: quartimax's criterion, when oblique quartimin.
pub(super) const QUARTIMAX: Member =
    Member { criterion: Some(criterion!(quartimax)), ..Member::oblique(Rotation::CfQuartimax, "cf-quartimax") };

/// κ = 1/p: varimax's criterion where factors are orthogonal.
pub(super) const VARIMAX: Member =
    Member { criterion: Some(criterion!(varimax)), ..Member::oblique(Rotation::CfVarimax, "cf-varimax") };

/// κ = m/(2p): equamax's criterion where factors are orthogonal.
pub(super) const EQUAMAX: Member =
    Member { criterion: Some(criterion!(equamax)), ..Member::oblique(Rotation::CfEquamax, "cf-equamax") };

/// κ = (m − 1)/(p + m − 2): parsimax.
pub(super) const PARSIMAX: Member =
    Member { criterion: Some(criterion!(parsimax)), ..Member::oblique(Rotation::CfParsimax, "cf-parsimax") };

/// κ = 1: factor parsimony.
pub(super) const FACTOR_PARSIMONY: Member =
    Member { criterion: Some(criterion!(factor_parsimony)), ..Member::oblique(Rotation::CfFacparsim, "cf-facparsim") };

fn with_kappa<T: Scalar>(loadings: &Grid<T>, settings: &RotationSettings) -> Evaluation<T> {
    crawford_ferguson(loadings, settings.cf_kappa)
}

fn quartimax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    crawford_ferguson(loadings, 0.0)
}

fn varimax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    crawford_ferguson(loadings, 1.0 / loadings.rows as f64)
}

fn equamax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    crawford_ferguson(loadings, loadings.columns as f64 / (2.0 * loadings.rows as f64))
}

fn parsimax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    let (p, m) = (loadings.rows as f64, loadings.columns as f64);
    crawford_ferguson(loadings, (m - 1.0) / (p + m - 2.0))
}

fn factor_parsimony<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    crawford_ferguson(loadings, 1.0)
}

fn crawford_ferguson<T: Scalar>(loadings: &Grid<T>, kappa: f64) -> Evaluation<T> {
    let (p, m) = (loadings.rows, loadings.columns);
    let squares = loadings.map(|value| value * value);
    let of_rows: Vec<T> = (0..p).map(|i| sum((0..m).map(|j| squares.at(i, j)))).collect();
    let of_columns: Vec<T> = (0..m).map(|j| sum((0..p).map(|i| squares.at(i, j)))).collect();
    let (rows, columns) = (T::from(1.0 - kappa), T::from(kappa));
    let others = Grid::from_fn(p, m, |i, j| {
        rows * (of_rows[i] - squares.at(i, j)) + columns * (of_columns[j] - squares.at(i, j))
    });
    let products = squares.values.iter().zip(&others.values).map(|(square, other)| *square * *other);
    Evaluation {
        value: T::from(0.25) * sum(products),
        gradient: Grid::from_fn(p, m, |i, j| loadings.at(i, j) * others.at(i, j)),
    }
}
