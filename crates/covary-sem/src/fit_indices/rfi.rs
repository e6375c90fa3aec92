//! The relative fit index.

use super::FitInput;

/// RFI (ρ₁), the relative fall of χ²/df from the baseline model.
///
/// (T_b/df_b − T/df) / (T_b/df_b)
///
/// 1 with df = 0; as in lavaan also 1 where the formula gives less than 0.
/// `None` without a baseline, with df_b = 0, or where T_b = 0.
///
/// # Source
/// Bollen (1986), Psychometrika 51.
pub fn rfi(input: &FitInput) -> Option<f64> {
    let (t, df, t_b, df_b) = input.against_baseline()?;
    if df == 0.0 {
        return Some(1.0);
    }
    if df_b == 0.0 || t_b == 0.0 {
        return None;
    }
    let value = 1.0 - (t / df) / (t_b / df_b);
    Some(if value < 0.0 { 1.0 } else { value })
}
