//! Information criteria from the log-likelihood; AMOS's, from χ², are other numbers (see [`super::amos`]).

use super::FitInput;

/// AIC = −2 logL + 2q. `None` without a likelihood.
///
/// # Source
/// Akaike (1974).
pub fn aic(input: &FitInput) -> Option<f64> {
    criterion(input, 2.0)
}

/// BIC = −2 logL + q ln N. `None` without a likelihood.
///
/// # Source
/// Schwarz (1978).
pub fn bic(input: &FitInput) -> Option<f64> {
    criterion(input, input.cases().ln())
}

/// N, the cases of all groups.
pub fn ntotal(input: &FitInput) -> Option<f64> {
    Some(input.cases())
}

/// Sample-size adjusted BIC = −2 logL + q ln((N + 2)/24). `None` without a likelihood.
///
/// # Source
/// Sclove (1987).
pub fn bic2(input: &FitInput) -> Option<f64> {
    criterion(input, ((input.cases() + 2.0) / 24.0).ln())
}

fn criterion(input: &FitInput, penalty: f64) -> Option<f64> {
    let (logl, _) = input.log_likelihood?;
    Some(-2.0 * logl + penalty * input.parameters as f64)
}
