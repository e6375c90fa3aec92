//! FMIN: the discrepancy per case, F0 its population value, with 90% limits.

use super::ncp;
use crate::fit_indices::FitInput;

/// FMIN = Ĉ/n. Twice lavaan's `fmin`.
pub fn fmin(input: &FitInput) -> Option<f64> {
    Some(input.test()?.0 / input.multiplier)
}

/// F0 = NCP/n.
pub fn f0(input: &FitInput) -> Option<f64> {
    Some(ncp::ncp(input)? / input.multiplier)
}

/// Lower limit of F0, δ_L/n.
pub fn f0_lower(input: &FitInput) -> Option<f64> {
    Some(ncp::lower(input)? / input.multiplier)
}

/// Upper limit of F0, δ_U/n.
pub fn f0_upper(input: &FitInput) -> Option<f64> {
    Some(ncp::upper(input)? / input.multiplier)
}
