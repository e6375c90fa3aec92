//! McCammon's minimum entropy ratio.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
    infomax::logarithm,
};
use crate::Scalar;

/// Minimises ln H₁ − ln H₂: H₁ = −Σⱼ Σᵢ qᵢⱼ ln qᵢⱼ with qᵢⱼ = λᵢⱼ²/Σᵢ λᵢⱼ² within columns, H₂ = −Σⱼ qⱼ ln qⱼ with
/// qⱼ = Σᵢ λᵢⱼ²/Σλ² between them. Orthogonal.
///
/// # Source
/// McCammon (1966), Journal of Geology 74; in the form of Bernaards and Jennrich (2005).
pub(super) const MEMBER: Member =
    Member { criterion: Some(criterion!(mccammon)), ..Member::orthogonal(Rotation::Mccammon, "mccammon") };

fn mccammon<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    let (p, m) = (loadings.rows, loadings.columns);
    let squares = loadings.map(|value| value * value);
    let of_columns: Vec<T> = (0..m).map(|j| sum((0..p).map(|i| squares.at(i, j)))).collect();
    let total = sum(of_columns.iter().copied());
    let within = Grid::from_fn(p, m, |i, j| squares.at(i, j) / of_columns[j]);
    // Σᵢ q ln q of each column, and over the columns.
    let entropies: Vec<T> = (0..m).map(|j| sum((0..p).map(|i| within.at(i, j) * logarithm(within.at(i, j))))).collect();
    let between: Vec<T> = of_columns.iter().map(|column| *column / total).collect();
    let entropy_between = sum(between.iter().map(|share| *share * logarithm(*share)));
    let (h_within, h_between) = (-sum(entropies.iter().copied()), -entropy_between);
    let gradient = Grid::from_fn(p, m, |i, j| {
        let by_within = -(logarithm(within.at(i, j)) - entropies[j]) / of_columns[j];
        let by_between = -(logarithm(between[j]) - entropy_between) / total;
        T::from(2.0) * loadings.at(i, j) * (by_within / h_within - by_between / h_between)
    });
    Evaluation { value: h_within.ln() - h_between.ln(), gradient }
}
