//! ECVI: expected cross-validation, its 90% limits, and MECVI.

use super::{information_criteria, ncp};
use crate::fit_indices::FitInput;

/// ECVI = AIC/n.
///
/// # Source
/// Browne and Cudeck (1993).
pub fn ecvi(input: &FitInput) -> Option<f64> {
    Some(information_criteria::aic(input)? / input.multiplier)
}

/// Lower limit (δ_L + d + 2q)/n.
pub fn lower(input: &FitInput) -> Option<f64> {
    limit(input, ncp::lower(input)?)
}

/// Upper limit (δ_U + d + 2q)/n.
pub fn upper(input: &FitInput) -> Option<f64> {
    limit(input, ncp::upper(input)?)
}

/// MECVI = BCC/n.
pub fn mecvi(input: &FitInput) -> Option<f64> {
    Some(information_criteria::bcc(input)? / input.multiplier)
}

fn limit(input: &FitInput, noncentrality: f64) -> Option<f64> {
    Some((noncentrality + input.df + 2.0 * input.parameters as f64) / input.multiplier)
}
