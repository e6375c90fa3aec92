//! Hoelter's critical N.

use covary_numerics::distributions::chi_squared_quantile;

use super::FitInput;

/// Critical N at α = .05: the sample size at which the model would just be rejected.
///
/// χ²_{df; 1−α} / (T/N̄) + 1
///
/// AMOS prints the same without decimals. 1 with df = 0; `None` where T = 0 with df > 0.
///
/// # Source
/// Hoelter (1983), Sociological Methods & Research 11.
pub fn cn_05(input: &FitInput) -> Option<f64> {
    critical_n(input, 0.05)
}

/// Critical N at α = .01, see [`cn_05`].
pub fn cn_01(input: &FitInput) -> Option<f64> {
    critical_n(input, 0.01)
}

pub(super) fn critical_n(input: &FitInput, alpha: f64) -> Option<f64> {
    let (t, df) = input.test()?;
    if df == 0.0 {
        return Some(1.0);
    }
    let critical = chi_squared_quantile(1.0 - alpha, df)?;
    (t > 0.0).then(|| critical / (t / input.multiplier) + 1.0)
}
