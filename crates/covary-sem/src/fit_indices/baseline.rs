//! The test of the baseline model, in which observed variables are uncorrelated.

use covary_numerics::distributions::chi_squared_sf;

use super::FitInput;

/// T_b, the statistic of the baseline model.
pub fn chisq(input: &FitInput) -> Option<f64> {
    Some(input.baseline?.statistic)
}

/// df_b, the degrees of freedom of the baseline model.
pub fn df(input: &FitInput) -> Option<f64> {
    Some(input.baseline?.df)
}

/// P(χ²_{df_b} > T_b). `None` with df_b = 0, and for unweighted least squares.
pub fn pvalue(input: &FitInput) -> Option<f64> {
    let baseline = input.baseline?;
    (baseline.df > 0.0 && !input.without_distribution).then(|| chi_squared_sf(baseline.statistic, baseline.df))
}
