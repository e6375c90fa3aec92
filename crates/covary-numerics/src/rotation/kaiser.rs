//! Kaiser's row normalisation.

use crate::{Matrix, matrix::dot};

use super::RotationSettings;

/// Loadings whose rows have length 1 (λ / √h²), or the loadings themselves without Kaiser normalisation.
///
/// A transformation found for the one holds for the other, since it works on columns.
pub(super) fn weighted_loadings(loadings: &Matrix, settings: &RotationSettings) -> Matrix {
    if settings.kaiser { normalised_rows(loadings) } else { loadings.clone() }
}

/// Rows divided by their length; a row of zeros stays.
pub(super) fn normalised_rows(loadings: &Matrix) -> Matrix {
    let lengths: Vec<f64> = (0..loadings.rows()).map(|i| dot(loadings.row(i), loadings.row(i)).sqrt()).collect();
    Matrix::from_fn(loadings.rows(), loadings.columns(), |i, j| {
        if lengths[i] > 0.0 { loadings[(i, j)] / lengths[i] } else { 0.0 }
    })
}
