//! Whether the correlations suit a factor analysis: KMO, MSA, Bartlett, anti-image.

use covary_numerics::Matrix;
use serde::Serialize;

use crate::descriptives::CorrelationMatrix;

/// Whether the correlations of the items suit a factor analysis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adequacy {
    /// Complete cases.
    pub cases: usize,
    /// The items.
    pub items: Vec<String>,
    /// Their correlations.
    pub correlation_matrix: CorrelationMatrix,
    /// |R|. It underflows for no set of survey items, yet may be very small.
    pub determinant: f64,
    /// Kaiser–Meyer–Olkin measure, 0 to 1. `None` where R has no inverse, as the other measures that need it.
    pub kmo: Option<f64>,
    /// Measure of sampling adequacy of each item, in order.
    pub msa: Option<Vec<f64>>,
    /// Bartlett's test of sphericity.
    pub bartlett: Option<Bartlett>,
    /// Anti-image covariances.
    pub anti_image_covariance: Option<Matrix>,
    /// Anti-image correlations: negative partial correlations, MSA on the diagonal.
    pub anti_image_correlation: Option<Matrix>,
}

/// Bartlett's test that the items are uncorrelated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bartlett {
    /// χ².
    pub chi_squared: f64,
    /// Degrees of freedom, p(p − 1)/2.
    pub df: usize,
    /// P(χ²_df > statistic).
    pub p: f64,
}
