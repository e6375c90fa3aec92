//! Principal components.

use covary_numerics::{Matrix, linalg::symmetric_eigen};

use super::{Extracted, loadings_of, sums_of_squares};

/// The leading principal components of a correlation matrix: Λ = V Γ^½.
///
/// `None` with more components than items, or elements that are not finite.
///
/// # Source
/// Hotelling (1933). Same as SPSS FACTOR, extraction PC.
pub fn principal_components(correlations: &Matrix, components: usize) -> Option<Extracted> {
    let p = correlations.rows();
    if components > p {
        return None;
    }
    let loadings = loadings_of(&symmetric_eigen(correlations)?, components);
    Some(Extracted {
        initial: vec![1.0; p],
        communalities: sums_of_squares(&loadings),
        loadings,
        iterations: None,
        converged: true,
        heywood: vec![false; p],
        discrepancy: None,
    })
}
