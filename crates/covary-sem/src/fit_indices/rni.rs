//! The relative noncentrality index.

use super::FitInput;

/// RNI, the comparative fit index without its bounds.
///
/// (T_b − df_b − (T − df)) / (T_b − df_b)
///
/// 1 with df = 0. `None` without a baseline or where T_b = df_b.
///
/// # Source
/// McDonald and Marsh (1990), Psychological Bulletin 107.
pub fn rni(input: &FitInput) -> Option<f64> {
    let (t, df, t_b, df_b) = input.against_baseline()?;
    if df == 0.0 {
        return Some(1.0);
    }
    (t_b != df_b).then(|| (t_b - df_b - (t - df)) / (t_b - df_b))
}
