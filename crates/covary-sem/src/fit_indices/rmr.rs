//! The root mean square residual.

use super::{FitInput, GroupMomentPair};

/// RMR, the root mean square of covariance and mean residuals.
///
/// √[(Σ_{j≤i} (s_ij − σ_ij)² + Σ δ_i²) / (p(p + 1)/2 + p)], δ = m − μ; without means their terms are absent.
///
/// In the metric of the variables. Several groups: mean weighted by n_g/N.
///
/// # Source
/// Jöreskog and Sörbom (1981).
pub fn rmr(input: &FitInput) -> Option<f64> {
    input.weighted_mean(|group| Some(of_group(group, group.mean_residuals())))
}

/// [`rmr`] of the covariances alone.
pub fn rmr_nomean(input: &FitInput) -> Option<f64> {
    input.weighted_mean(|group| Some(of_group(group, None)))
}

fn of_group(group: &GroupMomentPair, means: Option<Vec<f64>>) -> f64 {
    let p = group.variables() as f64;
    let squares = group.sum_of_squares(|i, j| group.sample[(i, j)] - group.implied[(i, j)]);
    let of_means: f64 = means.iter().flatten().map(|d| d * d).sum();
    let count = p * (p + 1.0) / 2.0 + if means.is_some() { p } else { 0.0 };
    ((squares + of_means) / count).sqrt()
}
