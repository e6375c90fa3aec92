//! How factors are extracted from a correlation matrix: one method per file.

mod maximum_likelihood;
mod principal_axis;
mod principal_components;

use covary_numerics::{Matrix, linalg::SymmetricEigen};
use covary_study::Extraction;

use super::Stopping;

pub use self::{
    maximum_likelihood::{MlSettings, MlSolution, maximum_likelihood},
    principal_axis::principal_axis,
    principal_components::principal_components,
};

/// An extraction.
#[derive(Clone, Debug, PartialEq)]
pub struct Extracted {
    /// Loadings, p × m; every column has a non-negative sum.
    pub loadings: Matrix,
    /// Communalities before extraction.
    pub initial: Vec<f64>,
    /// Communalities after extraction.
    pub communalities: Vec<f64>,
    /// Iterations; `None` where there is nothing to iterate.
    pub iterations: Option<usize>,
    /// Whether the stopping rule was met.
    pub converged: bool,
    /// Whether each communality reached or passed 1 (Heywood case).
    pub heywood: Vec<bool>,
    /// Value of the likelihood's discrepancy function, of a maximum likelihood extraction.
    pub discrepancy: Option<f64>,
}

/// Extracts `factors` factors from a correlation matrix, p × p.
///
/// `stopping`: when principal axis factoring stops. `None` where the method
/// cannot be computed: fewer items than factors, elements that are not finite, and for maximum
/// likelihood a matrix without an inverse.
pub fn extract(correlations: &Matrix, extraction: Extraction, factors: usize, stopping: Stopping) -> Option<Extracted> {
    match extraction {
        Extraction::Pca => principal_components(correlations, factors),
        Extraction::Paf => principal_axis(correlations, factors, stopping),
        Extraction::Ml => {
            let solution = maximum_likelihood(correlations, factors, &MlSettings::default())?;
            Some(Extracted {
                initial: initial_communalities(correlations),
                communalities: sums_of_squares(&solution.loadings),
                loadings: solution.loadings,
                iterations: Some(solution.iterations),
                converged: solution.converged,
                heywood: solution.at_bound,
                discrepancy: Some(solution.discrepancy),
            })
        }
    }
}

/// Squared multiple correlations; the largest absolute correlation of each item where the matrix has no inverse.
fn initial_communalities(correlations: &Matrix) -> Vec<f64> {
    crate::reliability::squared_multiple_correlations(correlations).unwrap_or_else(|| {
        let p = correlations.rows();
        let largest = |i: usize| (0..p).filter(|j| *j != i).map(|j| correlations[(i, j)].abs()).fold(0.0, f64::max);
        (0..p).map(largest).collect()
    })
}

/// Λ = V |Γ|^½ of the leading `factors` eigenvalues, columns with non-negative sums.
fn loadings_of(eigen: &SymmetricEigen, factors: usize) -> Matrix {
    let p = eigen.vectors.rows();
    with_positive_sums(&Matrix::from_fn(p, factors, |i, k| eigen.vectors[(i, k)] * eigen.values[k].abs().sqrt()))
}

fn with_positive_sums(loadings: &Matrix) -> Matrix {
    let signs: Vec<f64> = (0..loadings.columns())
        .map(|k| if loadings.column(k).iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 })
        .collect();
    Matrix::from_fn(loadings.rows(), loadings.columns(), |i, k| signs[k] * loadings[(i, k)])
}

/// Σ_k λ_jk² of each row.
pub(crate) fn sums_of_squares(loadings: &Matrix) -> Vec<f64> {
    (0..loadings.rows()).map(|i| loadings.row(i).iter().map(|l| l * l).sum()).collect()
}
