//! The comparative fit index.

use super::FitInput;

/// CFI, the share of the baseline model's misfit that the model removes.
///
/// 1 − max(T − df, 0) / max(T − df, T_b − df_b, 0)
///
/// Between 0 and 1; 1 with df = 0 and where T ≤ df. `None` without a baseline.
///
/// # Source
/// Bentler (1990), Psychological Bulletin 107.
pub fn cfi(input: &FitInput) -> Option<f64> {
    let (t, df, t_b, df_b) = input.against_baseline()?;
    let excess = (t - df).max(0.0);
    if df == 0.0 || excess == 0.0 {
        return Some(1.0);
    }
    Some(1.0 - excess / excess.max(t_b - df_b))
}
