//! Multivariate skewness and kurtosis.

use covary_numerics::{
    Matrix,
    distributions::{chi_squared_sf, normal_two_tailed},
    linalg::Cholesky,
    matrix::dot,
    moments::mean_and_covariance,
};

use super::Mardia;

/// Mardia's multivariate skewness and kurtosis of complete cases, N × p, both ways.
///
/// With d_ij = (x_i − x̄)' S⁻¹ (x_j − x̄) and S with divisor N: b₁,p = Σ_ij d_ij³ / N²,
/// b₂,p = Σ_i d_ii² / N. The usual kurtosis is centred at p(p + 2), AMOS's at p(p + 2)(N − 1)/(N + 1),
/// its expectation under normality; both are divided by √(8p(p + 2)/N).
///
/// `None` where S has no inverse.
///
/// # Source
/// Mardia (1970, 1974). AMOS, "Assessment of normality", "multivariate"; reproduced on its Grnt_fem data.
pub fn mardia(cases: &Matrix) -> Option<Mardia> {
    let standardised = standardised_deviations(cases)?;
    let (n, p) = (cases.rows() as f64, cases.columns() as f64);
    let skewness = sum_of_cubes(&standardised) / (n * n);
    let kurtosis = (0..cases.rows()).map(|i| squared_length(&standardised, i).powi(2)).sum::<f64>() / n;
    let spread = (8.0 * p * (p + 2.0) / n).sqrt();
    let excess_kurtosis = kurtosis - p * (p + 2.0);
    let amos_kurtosis = kurtosis - p * (p + 2.0) * (n - 1.0) / (n + 1.0);
    let skewness_chi_squared = n * skewness / 6.0;
    let skewness_df = p * (p + 1.0) * (p + 2.0) / 6.0;
    Some(Mardia {
        n: cases.rows(),
        variables: cases.columns(),
        skewness,
        skewness_chi_squared,
        skewness_df,
        skewness_p: chi_squared_sf(skewness_chi_squared, skewness_df),
        kurtosis,
        excess_kurtosis,
        kurtosis_cr: excess_kurtosis / spread,
        kurtosis_p: normal_two_tailed(excess_kurtosis / spread),
        amos_kurtosis,
        amos_cr: amos_kurtosis / spread,
        amos_p: normal_two_tailed(amos_kurtosis / spread),
    })
}

/// Squared Mahalanobis distances of complete cases, N × p, from their centroid; S with divisor N.
///
/// `None` where S has no inverse.
pub fn squared_distances(cases: &Matrix) -> Option<Vec<f64>> {
    let standardised = standardised_deviations(cases)?;
    Some((0..cases.rows()).map(|i| squared_length(&standardised, i)).collect())
}

/// Rows z_i = L⁻¹(x_i − x̄), S = LL' with divisor N.
fn standardised_deviations(cases: &Matrix) -> Option<Matrix> {
    if cases.columns() == 0 || cases.rows() <= cases.columns() {
        return None;
    }
    let (means, covariance) = mean_and_covariance(cases);
    let deviations = Matrix::from_fn(cases.columns(), cases.rows(), |j, i| cases[(i, j)] - means[j]);
    Some(Cholesky::new(&covariance)?.forward(&deviations).transpose())
}

fn squared_length(rows: &Matrix, i: usize) -> f64 {
    dot(rows.row(i), rows.row(i))
}

/// Σ_ij (z_i'z_j)³ = Σ_abc (Σ_i z_ia z_ib z_ic)²: the second form takes Np³ steps in place of N²p.
fn sum_of_cubes(rows: &Matrix) -> f64 {
    let (n, p) = (rows.rows(), rows.columns());
    if n <= p * p {
        return (0..n).map(|i| (0..n).map(|j| dot(rows.row(i), rows.row(j)).powi(3)).sum::<f64>()).sum();
    }
    let mut total = 0.0;
    for a in 0..p {
        for b in 0..=a {
            for c in 0..=b {
                let third: f64 = (0..n).map(|i| rows[(i, a)] * rows[(i, b)] * rows[(i, c)]).sum();
                total += orderings(a, b, c) * third * third;
            }
        }
    }
    total
}

/// How many ordered triples are the unordered triple {a, b, c}.
fn orderings(a: usize, b: usize, c: usize) -> f64 {
    match (a == b, b == c) {
        (true, true) => 1.0,
        (true, false) | (false, true) => 3.0,
        (false, false) => 6.0,
    }
}
