//! The test of the model against the saturated one.

use covary_numerics::distributions::chi_squared_sf;

use super::FitInput;

/// Free parameters, net of equality constraints and without moments of fixed x.
pub fn npar(input: &FitInput) -> Option<f64> {
    Some(input.parameters as f64)
}

/// The minimised objective, ½ Σ w_g F_g: half of what AMOS and LISREL call FMIN.
pub fn fmin(input: &FitInput) -> Option<f64> {
    input.objective
}

/// T, the likelihood-ratio statistic against the saturated model.
///
/// T = N̄ Σ w_g F_g
///
/// Divisor of S and multiplier N̄ as the likelihood says. `None` where the search gave no usable value.
///
/// # Source
/// Jöreskog (1969).
pub fn chisq(input: &FitInput) -> Option<f64> {
    input.statistic
}

/// Degrees of freedom: moments (without those of fixed x) − parameters + rank of the equalities.
pub fn df(input: &FitInput) -> Option<f64> {
    Some(input.df)
}

/// P(χ²_df > T). `None` with df = 0, and for unweighted least squares, whose T has no χ² distribution.
pub fn pvalue(input: &FitInput) -> Option<f64> {
    let (statistic, df) = input.test()?;
    (df > 0.0 && !input.without_distribution).then(|| chi_squared_sf(statistic, df))
}
