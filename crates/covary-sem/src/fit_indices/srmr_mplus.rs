//! The standardized root mean square residual as Mplus prints it.

use super::{FitInput, GroupMomentPair};

/// Mplus's SRMR: correlation residuals, relative variance residuals and differences of standardized means.
///
/// √[(Σ_{j<i} (r_ij − ρ_ij)² + Σ ((s_ii − σ_ii)/s_ii)² + Σ (m_i/s_i − μ_i/σ_i)²) / (p(p + 1)/2 + p)];
/// without means their terms are absent.
///
/// Several groups: mean weighted by n_g/N. `None` where a variance is not positive.
///
/// # Source
/// Asparouhov and Muthén (2018), SRMR in Mplus.
pub fn srmr_mplus(input: &FitInput) -> Option<f64> {
    input.weighted_mean(|group| of_group(group, group.means.as_ref()))
}

/// [`srmr_mplus`] of the covariances alone.
pub fn srmr_mplus_nomean(input: &FitInput) -> Option<f64> {
    input.weighted_mean(|group| of_group(group, None))
}

fn of_group(group: &GroupMomentPair, means: Option<&(Vec<f64>, Vec<f64>)>) -> Option<f64> {
    let (s, sigma) = (group.sample_deviations()?, group.implied_deviations()?);
    let p = s.len();
    let squares = group.sum_of_squares(|i, j| {
        let (sample, implied) = (group.sample[(i, j)], group.implied[(i, j)]);
        if i == j { (sample - implied) / sample } else { sample / (s[i] * s[j]) - implied / (sigma[i] * sigma[j]) }
    });
    let of_means: f64 = match means {
        Some((sample, implied)) => (0..p).map(|i| (sample[i] / s[i] - implied[i] / sigma[i]).powi(2)).sum(),
        None => 0.0,
    };
    let p = p as f64;
    let count = p * (p + 1.0) / 2.0 + if means.is_some() { p } else { 0.0 };
    Some(((squares + of_means) / count).sqrt())
}
