//! Promax: the varimax solution bent towards its own powers.

use crate::linalg::{Cholesky, inverse};
use crate::{Matrix, matrix::dot};

use super::{
    Member, Order, Rotation, RotationSettings, Transformation, arrange::arrange, kaiser::normalised_rows, varimax,
};

/// Promax as SPSS computes it.
///
/// With Λ the varimax loadings, h their row lengths: target P = sign(λ)|λ/h|^κ, U = (Λ'Λ)⁻¹Λ'P with
/// columns multiplied by √diag (U'U)⁻¹; pattern ΛU, factor correlations U⁻¹U⁻¹'. The order of the varimax
/// factors is kept. R's `promax` takes |λ|^κ in place of |λ/h|^κ and agrees where all communalities are 1.
///
/// # Source
/// Hendrickson and White (1964), British Journal of Statistical Psychology 17.
pub(super) const MEMBER: Member =
    Member { rotation: Rotation::Promax, name: "promax", oblique: true, transformation: towards_powers };

fn towards_powers(loadings: &Matrix, settings: &RotationSettings) -> Option<Transformation> {
    let varimax = arrange(loadings, (varimax::MEMBER.transformation)(loadings, settings)?);
    let target = powers(&normalised_rows(&varimax.loadings), settings.kappa);
    let transposed = varimax.loadings.transpose();
    let regression = Cholesky::new(&transposed.times(&varimax.loadings))?.solve(&transposed.times(&target));
    let unit = scaled_to_unit_variances(&regression)?;
    // Factors transform by U⁻¹ where loadings transform by U.
    let factors = inverse(&unit)?;
    Some(Transformation {
        matrix: varimax.transformation.times(&unit),
        factor_correlations: Some(unit_diagonal(factors.times(&factors.transpose()))),
        iterations: varimax.iterations,
        converged: varimax.converged,
        order: Order::AsFound,
    })
}

/// sign(λ) |λ|^κ.
fn powers(loadings: &Matrix, kappa: f64) -> Matrix {
    Matrix::from_fn(loadings.rows(), loadings.columns(), |i, j| {
        let loading: f64 = loadings[(i, j)];
        loading.signum() * loading.abs().powf(kappa)
    })
}

/// Columns multiplied so that the factors have variance 1.
fn scaled_to_unit_variances(u: &Matrix) -> Option<Matrix> {
    let factors = inverse(u)?;
    let deviations: Vec<f64> = (0..u.rows()).map(|j| dot(factors.row(j), factors.row(j)).sqrt()).collect();
    Some(Matrix::from_fn(u.rows(), u.columns(), |i, j| u[(i, j)] * deviations[j]))
}

/// The diagonal is 1 but for rounding; now it is 1.
fn unit_diagonal(correlations: Matrix) -> Matrix {
    let n = correlations.rows();
    Matrix::from_fn(n, n, |i, j| if i == j { 1.0 } else { correlations[(i, j)] })
}
