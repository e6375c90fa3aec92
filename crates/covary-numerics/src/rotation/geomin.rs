//! Geomin: each row's loadings as small as possible in geometric mean.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
};
use crate::Scalar;

/// Geomin minimises Σᵢ Πⱼ (λᵢⱼ² + ε)^{1/m}.
///
/// ε keeps the criterion smooth at 0. Programs differ in it: lavaan .001; Mplus .0001 with two factors, .001
/// with three, .01 with more.
///
/// # Source
/// Yates (1987), Multivariate Exploratory Data Analysis; Browne (2001), Multivariate Behavioral Research 36.
pub(super) const MEMBER: Member =
    Member { criterion: Some(criterion!(geomin)), ..Member::oblique(Rotation::Geomin, "geomin") };

fn geomin<T: Scalar>(loadings: &Grid<T>, settings: &RotationSettings) -> Evaluation<T> {
    of_columns(loadings, 0, settings.geomin_epsilon)
}

/// Geomin over the columns from `first` on.
pub(super) fn of_columns<T: Scalar>(loadings: &Grid<T>, first: usize, epsilon: f64) -> Evaluation<T> {
    let (p, m) = (loadings.rows, loadings.columns);
    let share = T::from(1.0 / (m - first).max(1) as f64);
    let square = |i: usize, j: usize| loadings.at(i, j) * loadings.at(i, j) + T::from(epsilon);
    let means: Vec<T> = (0..p).map(|i| (share * sum((first..m).map(|j| square(i, j).ln()))).exp()).collect();
    let gradient = Grid::from_fn(p, m, |i, j| {
        if j < first { T::ZERO } else { T::from(2.0) * share * loadings.at(i, j) / square(i, j) * means[i] }
    });
    Evaluation { value: sum(means.iter().copied()), gradient }
}
