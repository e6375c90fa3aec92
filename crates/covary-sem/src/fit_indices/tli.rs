//! The Tucker–Lewis index, also called the non-normed fit index.

use super::FitInput;

/// TLI = NNFI, a comparison of χ²/df with that of the baseline model.
///
/// (T_b/df_b − T/df) / (T_b/df_b − 1)
///
/// Not bounded by 0 and 1. 1 with df = 0. `None` without a baseline, with df_b = 0, or where T_b = df_b.
///
/// # Source
/// Tucker and Lewis (1973), Psychometrika 38; Bentler and Bonett (1980).
pub fn tli(input: &FitInput) -> Option<f64> {
    let (t, df, t_b, df_b) = input.against_baseline()?;
    if df == 0.0 {
        return Some(1.0);
    }
    let baseline = t_b / df_b;
    (df_b > 0.0 && baseline != 1.0).then(|| (baseline - t / df) / (baseline - 1.0))
}
