//! The incremental fit index.

use super::FitInput;

/// IFI (Δ₂), the normed fit index corrected for degrees of freedom.
///
/// (T_b − T) / (T_b − df)
///
/// 1 with df = 0. May exceed 1. `None` without a baseline or where T_b = df.
///
/// # Source
/// Bollen (1989), Sociological Methods & Research 17.
pub fn ifi(input: &FitInput) -> Option<f64> {
    let (t, df, t_b, _) = input.against_baseline()?;
    if df == 0.0 {
        return Some(1.0);
    }
    (t_b != df).then(|| (t_b - t) / (t_b - df))
}
