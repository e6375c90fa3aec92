//! CMIN: the minimum discrepancy and its test.

use crate::fit_indices::{FitInput, chi_square};

/// NPAR = q, the number of distinct parameters, moments of observed exogenous variables included.
pub fn npar(input: &FitInput) -> Option<f64> {
    chi_square::npar(input)
}

/// CMIN = Ĉ, the minimum value of the discrepancy.
pub fn cmin(input: &FitInput) -> Option<f64> {
    chi_square::chisq(input)
}

/// DF = d, degrees of freedom.
pub fn df(input: &FitInput) -> Option<f64> {
    chi_square::df(input)
}

/// P = P(χ²_d > Ĉ). `None` with d = 0.
pub fn p(input: &FitInput) -> Option<f64> {
    chi_square::pvalue(input)
}

/// CMIN/DF, the relative χ². `None` with d = 0.
///
/// # Source
/// Jöreskog (1969); Wheaton et al. (1977).
pub fn cmin_per_df(input: &FitInput) -> Option<f64> {
    let (c, d) = input.test()?;
    (d > 0.0).then(|| c / d)
}
