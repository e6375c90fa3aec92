//! Means, variances and central moments that do not lose digits.

use crate::Matrix;

/// Count, mean and sums of powers of deviations of one variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CentralMoments {
    /// Number of values.
    pub n: usize,
    /// Mean.
    pub mean: f64,
    /// Σ(x − x̄)².
    pub sum2: f64,
    /// Σ(x − x̄)³.
    pub sum3: f64,
    /// Σ(x − x̄)⁴.
    pub sum4: f64,
}

/// Central moments in two passes with compensated sums. `None` without values.
pub fn central_moments(values: &[f64]) -> Option<CentralMoments> {
    todo!("{}", values.len())
}

/// Means and covariance matrix (divisor N) of complete cases; `cases`: N × p.
pub fn mean_and_covariance(cases: &Matrix) -> (Vec<f64>, Matrix) {
    todo!("{}", cases.rows())
}
