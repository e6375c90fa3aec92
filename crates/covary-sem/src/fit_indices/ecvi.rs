//! The expected cross-validation index.

use super::FitInput;

/// ECVI, the discrepancy to be expected in another sample of the same size.
///
/// (T + 2q)/N̄
///
/// # Source
/// Browne and Cudeck (1993).
pub fn ecvi(input: &FitInput) -> Option<f64> {
    let (t, _) = input.test()?;
    Some((t + 2.0 * input.parameters as f64) / input.multiplier)
}
