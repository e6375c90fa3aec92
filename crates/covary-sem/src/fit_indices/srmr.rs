//! The standardized root mean square residual, Bentler's form.

use super::{
    FitInput, GroupMomentPair,
    srmr_levels::{srmr_between, srmr_within},
};

/// SRMR, the root mean square of residuals over sample standard deviations.
///
/// √[(Σ_{j≤i} ((s_ij − σ_ij)/(s_i s_j))² + Σ (δ_i/s_i)²) / (p(p + 1)/2 + p)]; without means their terms are absent.
///
/// Several groups: mean weighted by n_g/N. `None` where a sample variance is not positive. Two levels: the sum of those
/// of the levels.
///
/// # Source
/// Bentler (1995), EQS Structural Equations Program Manual.
pub fn srmr(input: &FitInput) -> Option<f64> {
    if input.levels.is_some() {
        return Some(srmr_within(input)? + srmr_between(input)?);
    }
    input.weighted_mean(|group| of_group(group, group.mean_residuals()))
}

/// [`srmr`] under the name of its form; `None` of two levels.
pub fn srmr_bentler(input: &FitInput) -> Option<f64> {
    input.weighted_mean(|group| of_group(group, group.mean_residuals()))
}

/// [`srmr`] of the covariances alone: the figure of AMOS's plugin.
pub fn srmr_nomean(input: &FitInput) -> Option<f64> {
    input.weighted_mean(|group| of_group(group, None))
}

fn of_group(group: &GroupMomentPair, means: Option<Vec<f64>>) -> Option<f64> {
    let s = group.sample_deviations()?;
    let p = s.len() as f64;
    let squares = group.sum_of_squares(|i, j| (group.sample[(i, j)] - group.implied[(i, j)]) / (s[i] * s[j]));
    let of_means: f64 = means.iter().flatten().zip(&s).map(|(d, s)| (d / s).powi(2)).sum();
    let count = p * (p + 1.0) / 2.0 + if means.is_some() { p } else { 0.0 };
    Some(((squares + of_means) / count).sqrt())
}
