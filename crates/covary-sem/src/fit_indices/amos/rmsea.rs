//! RMSEA: misfit per degree of freedom, its 90% limits and PCLOSE. Blank with d = 0.

use super::fmin;
use crate::fit_indices::{FitInput, rmsea as lavaan};

/// RMSEA = √(F0/d), without a factor for the number of groups.
///
/// # Source
/// Browne and Cudeck (1993).
pub fn rmsea(input: &FitInput) -> Option<f64> {
    per_degree_of_freedom(input, fmin::f0(input)?)
}

/// Lower limit √(δ_L/(n d)).
pub fn lower(input: &FitInput) -> Option<f64> {
    per_degree_of_freedom(input, fmin::f0_lower(input)?)
}

/// Upper limit √(δ_U/(n d)).
pub fn upper(input: &FitInput) -> Option<f64> {
    per_degree_of_freedom(input, fmin::f0_upper(input)?)
}

/// PCLOSE = P(χ²_d(.05² n d) > Ĉ).
pub fn pclose(input: &FitInput) -> Option<f64> {
    lavaan::close_fit(input)
}

fn per_degree_of_freedom(input: &FitInput, f: f64) -> Option<f64> {
    (input.df > 0.0).then(|| (f / input.df).sqrt())
}
