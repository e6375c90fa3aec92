//! The normed fit index.

use super::FitInput;

/// NFI (Δ₁), the relative fall of χ² from the baseline model.
///
/// (T_b − T) / T_b
///
/// 1 with df = 0. `None` without a baseline or where T_b = 0.
///
/// # Source
/// Bentler and Bonett (1980), Psychological Bulletin 88.
pub fn nfi(input: &FitInput) -> Option<f64> {
    let (t, df, t_b, _) = input.against_baseline()?;
    if df == 0.0 {
        return Some(1.0);
    }
    (t_b != 0.0).then(|| (t_b - t) / t_b)
}
