//! McDonald's fit index.

use super::FitInput;

/// MFI, the index of noncentrality.
///
/// exp(−½ (T − df)/N̄)
///
/// May exceed 1; 1 with df = 0.
///
/// # Source
/// McDonald (1989), Journal of Classification 6.
pub fn mfi(input: &FitInput) -> Option<f64> {
    let (t, df) = input.test()?;
    if df == 0.0 {
        return Some(1.0);
    }
    Some((-0.5 * (t - df) / input.multiplier).exp())
}
