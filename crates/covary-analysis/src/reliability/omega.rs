//! Omega and composite reliability from one factor.

use covary_numerics::Matrix;

use crate::factors::{MlSettings, maximum_likelihood};

/// One factor behind the items of a scale, with uncorrelated errors, and what it says of reliability.
#[derive(Clone, Debug, PartialEq)]
pub struct OneFactor {
    /// Standardised loadings λ*, with a non-negative sum.
    pub loadings: Vec<f64>,
    /// (Σλ)² / ((Σλ)² + Σψ) in the metric of the items.
    pub omega: Option<f64>,
    /// (Σλ*)² / ((Σλ*)² + Σ(1 − λ*²)).
    pub composite_reliability: Option<f64>,
    /// Whether the uniqueness of each item ended at its lower bound.
    pub at_bound: Vec<bool>,
    /// Whether the estimation converged.
    pub converged: bool,
}

/// Fits one factor by maximum likelihood to the covariance matrix of k ≥ 3 items, any divisor.
///
/// The fit does not depend on the metric, so that λ = λ* s and ψ = (1 − λ*²) s².
///
/// `None` with fewer than three items (two leave the loadings undetermined), or where the correlation
/// matrix has no inverse.
///
/// # Source
/// McDonald (1999); the omega of SPSS RELIABILITY since 27.0.1.
pub fn one_factor(covariance: &Matrix) -> Option<OneFactor> {
    if covariance.rows() < 3 {
        return None;
    }
    let correlations = covariance.to_correlation()?;
    let solution = maximum_likelihood(&correlations, 1, &MlSettings::default())?;
    let loadings = solution.loadings.column(0);
    let deviations: Vec<f64> = covariance.diagonal().iter().map(|variance| variance.sqrt()).collect();
    let unstandardised: Vec<f64> = loadings.iter().zip(&deviations).map(|(loading, s)| loading * s).collect();
    let residuals: f64 = solution.uniquenesses.iter().zip(&deviations).map(|(psi, s)| psi * s * s).sum();
    Some(OneFactor {
        omega: reliability_of_sum(&unstandardised, residuals),
        composite_reliability: reliability_of_sum(&loadings, solution.uniquenesses.iter().sum()),
        at_bound: solution.at_bound,
        converged: solution.converged,
        loadings,
    })
}

/// (Σλ)² / ((Σλ)² + Σψ).
fn reliability_of_sum(loadings: &[f64], residuals: f64) -> Option<f64> {
    let common = loadings.iter().sum::<f64>().powi(2);
    (common + residuals > 0.0).then(|| common / (common + residuals))
}
