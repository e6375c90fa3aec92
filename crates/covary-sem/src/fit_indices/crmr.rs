//! The correlation root mean square residual.

use super::{FitInput, GroupMomentPair};

/// CRMR, the root mean square difference of sample and implied correlations.
///
/// √[(Σ_{j<i} (r_ij − ρ_ij)² + Σ (δ_i/s_i)²) / (p(p − 1)/2 + p)]; without means their terms are absent.
///
/// Several groups: mean weighted by n_g/N. `None` with one variable and no means, or where a variance is not positive.
///
/// # Source
/// Bollen (1989), Structural Equations with Latent Variables; Maydeu-Olivares (2017).
pub fn crmr(input: &FitInput) -> Option<f64> {
    input.weighted_mean(|group| of_group(group, group.mean_residuals()))
}

/// [`crmr`] of the correlations alone.
pub fn crmr_nomean(input: &FitInput) -> Option<f64> {
    input.weighted_mean(|group| of_group(group, None))
}

fn of_group(group: &GroupMomentPair, means: Option<Vec<f64>>) -> Option<f64> {
    let (s, sigma) = (group.sample_deviations()?, group.implied_deviations()?);
    let p = s.len() as f64;
    let squares = group.sum_of_squares(|i, j| {
        if i == j {
            return 0.0;
        }
        group.sample[(i, j)] / (s[i] * s[j]) - group.implied[(i, j)] / (sigma[i] * sigma[j])
    });
    let of_means: f64 = means.iter().flatten().zip(&s).map(|(d, s)| (d / s).powi(2)).sum();
    let count = p * (p - 1.0) / 2.0 + if means.is_some() { p } else { 0.0 };
    (count > 0.0).then(|| ((squares + of_means) / count).sqrt())
}
