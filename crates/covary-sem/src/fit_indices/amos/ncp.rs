//! NCP: the noncentrality parameter and its 90% interval.

use super::{noncentrality_lower, noncentrality_upper};
use crate::fit_indices::FitInput;

/// NCP = max(Ĉ − d, 0).
pub fn ncp(input: &FitInput) -> Option<f64> {
    let (c, d) = input.test()?;
    Some((c - d).max(0.0))
}

/// Lower limit δ_L: P(χ²_d(δ_L) ≤ Ĉ) = .95, or 0.
pub fn lower(input: &FitInput) -> Option<f64> {
    noncentrality_lower(input)
}

/// Upper limit δ_U: P(χ²_d(δ_U) ≤ Ĉ) = .05, or 0.
pub fn upper(input: &FitInput) -> Option<f64> {
    noncentrality_upper(input)
}
