//! The root mean square error of approximation, its interval and its tests.

use covary_numerics::distributions::{noncentral_chi_squared_cdf, noncentral_chi_squared_sf, noncentrality};

use super::FitInput;

/// Level of the interval.
const LEVEL: f64 = 0.90;
/// RMSEA of close fit.
const CLOSE: f64 = 0.05;
/// RMSEA of fit that is not close.
const NOT_CLOSE: f64 = 0.08;

/// RMSEA, misfit per degree of freedom.
///
/// √(G · max(T − df, 0) / (N̄ df))
///
/// The factor G for several groups is lavaan's (Steiger 1998); AMOS has none. 0 with df = 0.
///
/// # Source
/// Steiger and Lind (1980); Browne and Cudeck (1993).
pub fn rmsea(input: &FitInput) -> Option<f64> {
    let (t, df) = input.test()?;
    Some(of_noncentrality(input, df, (t - df).max(0.0)))
}

/// Lower limit of the 90% interval: the λ with P(χ²_df(λ) ≤ T) = .95, or 0, on the scale of RMSEA.
pub fn ci_lower(input: &FitInput) -> Option<f64> {
    limit(input, 1.0 - (1.0 - LEVEL) / 2.0)
}

/// Upper limit of the 90% interval: the λ with P(χ²_df(λ) ≤ T) = .05, or 0, on the scale of RMSEA.
pub fn ci_upper(input: &FitInput) -> Option<f64> {
    limit(input, (1.0 - LEVEL) / 2.0)
}

/// Level of the interval, .90.
pub fn ci_level(_: &FitInput) -> Option<f64> {
    Some(LEVEL)
}

/// P of close fit (AMOS's PCLOSE): P(χ²_df(λ) > T) with λ at RMSEA = .05. `None` with df = 0.
pub fn close_fit(input: &FitInput) -> Option<f64> {
    let (t, df) = input.test()?;
    (df > 0.0).then(|| noncentral_chi_squared_sf(t, df, noncentrality_at(input, df, CLOSE)))
}

/// RMSEA under the hypothesis of close fit, .05.
pub fn close_h0(_: &FitInput) -> Option<f64> {
    Some(CLOSE)
}

/// P of fit that is not close: P(χ²_df(λ) ≤ T) with λ at RMSEA = .08. `None` with df = 0.
///
/// # Source
/// MacCallum, Browne and Sugawara (1996).
pub fn not_close_fit(input: &FitInput) -> Option<f64> {
    let (t, df) = input.test()?;
    (df > 0.0).then(|| noncentral_chi_squared_cdf(t, df, noncentrality_at(input, df, NOT_CLOSE)))
}

/// RMSEA under the hypothesis of fit that is not close, .08.
pub fn not_close_h0(_: &FitInput) -> Option<f64> {
    Some(NOT_CLOSE)
}

fn limit(input: &FitInput, probability: f64) -> Option<f64> {
    let (t, df) = input.test()?;
    let lambda = if df > 0.0 { noncentrality(t, df, probability) } else { 0.0 };
    Some(of_noncentrality(input, df, lambda))
}

fn of_noncentrality(input: &FitInput, df: f64, lambda: f64) -> f64 {
    if df == 0.0 {
        return 0.0;
    }
    (input.rmsea_group_factor * lambda / (input.multiplier * df)).sqrt()
}

fn noncentrality_at(input: &FitInput, df: f64, rmsea: f64) -> f64 {
    input.multiplier * df * rmsea * rmsea / input.rmsea_group_factor
}
