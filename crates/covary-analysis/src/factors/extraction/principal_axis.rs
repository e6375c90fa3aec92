//! Principal axis factoring.

use covary_numerics::{Matrix, linalg::symmetric_eigen};

use super::{Extracted, Stopping, initial_communalities, loadings_of, sums_of_squares};

/// Iterated principal axes: the correlation matrix with communalities on its diagonal is decomposed,
/// and h²_j = Σ_k |γ_k| v_jk² replaces them, until they settle.
///
/// Starts from squared multiple correlations. A communality that passes 1 is a Heywood case: the
/// iteration goes on, and the result says so, where SPSS ends without a solution.
///
/// By SPSS's rule it stops when no communality changes by .001 or more, or after 25 iterations; else when none
/// changes by 10⁻¹⁰ or more, or after 100,000.
///
/// `None` with more factors than items, or elements that are not finite.
///
/// # Source
/// SPSS FACTOR, extraction PAF; |γ| as SPSS has it, since an eigenvalue can be negative at the start.
pub fn principal_axis(correlations: &Matrix, factors: usize, stopping: Stopping) -> Option<Extracted> {
    let p = correlations.rows();
    if factors > p {
        return None;
    }
    let (tolerance, limit) = match stopping {
        Stopping::Spss => (1e-3, 25),
        Stopping::Converged => (1e-10, 100_000),
    };
    let initial = initial_communalities(correlations);
    let mut communalities = initial.clone();
    let mut iterations = 0;
    loop {
        let reduced = Matrix::from_fn(p, p, |i, j| if i == j { communalities[i] } else { correlations[(i, j)] });
        let loadings = loadings_of(&symmetric_eigen(&reduced)?, factors);
        let updated = sums_of_squares(&loadings);
        iterations += 1;
        let change = updated.iter().zip(&communalities).map(|(new, old)| (new - old).abs()).fold(0.0, f64::max);
        communalities = updated;
        let converged = change < tolerance;
        if converged || iterations == limit {
            return Some(Extracted {
                loadings,
                initial,
                heywood: communalities.iter().map(|h| *h >= 1.0).collect(),
                communalities,
                iterations: Some(iterations),
                converged,
                discrepancy: None,
            });
        }
    }
}
