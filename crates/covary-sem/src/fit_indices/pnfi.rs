//! The parsimonious normed fit index.

use super::{FitInput, nfi::nfi};

/// PNFI, the normed fit index times the parsimony ratio.
///
/// (df / df_b) · NFI
///
/// 0 with df = 0. `None` without a baseline or with df_b = 0.
///
/// # Source
/// James, Mulaik and Brett (1982).
pub fn pnfi(input: &FitInput) -> Option<f64> {
    let (_, df, _, df_b) = input.against_baseline()?;
    (df_b > 0.0).then_some(df / df_b * nfi(input)?)
}
