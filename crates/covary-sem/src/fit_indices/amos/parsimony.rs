//! Parsimony-adjusted measures: PRATIO, PNFI, PCFI.

use super::baseline_comparisons;
use crate::fit_indices::FitInput;

/// PRATIO = d/d_b, the parsimony ratio. `None` without a baseline or with d_b = 0.
///
/// # Source
/// James, Mulaik and Brett (1982).
pub fn pratio(input: &FitInput) -> Option<f64> {
    let (_, d, _, d_b) = input.against_baseline()?;
    (d_b > 0.0).then(|| d / d_b)
}

/// PNFI = NFI · PRATIO.
pub fn pnfi(input: &FitInput) -> Option<f64> {
    Some(baseline_comparisons::nfi(input)? * pratio(input)?)
}

/// PCFI = CFI · PRATIO.
pub fn pcfi(input: &FitInput) -> Option<f64> {
    Some(baseline_comparisons::cfi(input)? * pratio(input)?)
}
