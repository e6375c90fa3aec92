//! HOELTER: the largest sample for which the model would not be rejected.

use crate::fit_indices::{FitInput, hoelter::critical_n};

/// Critical N at α = .05: ⌊χ²_{d; .95}/FMIN + 1⌋. `None` with d = 0 or Ĉ = 0.
///
/// # Source
/// Hoelter (1983).
pub fn at_05(input: &FitInput) -> Option<f64> {
    whole_critical_n(input, 0.05)
}

/// Critical N at α = .01: ⌊χ²_{d; .99}/FMIN + 1⌋. `None` with d = 0 or Ĉ = 0.
pub fn at_01(input: &FitInput) -> Option<f64> {
    whole_critical_n(input, 0.01)
}

fn whole_critical_n(input: &FitInput, alpha: f64) -> Option<f64> {
    (input.df > 0.0).then(|| critical_n(input, alpha))?.map(f64::floor)
}
