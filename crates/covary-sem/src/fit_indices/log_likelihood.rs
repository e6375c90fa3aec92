//! Log-likelihoods of the model and of the saturated model.

use super::FitInput;

/// The log-likelihood of the model.
///
/// Σ_g −n_g/2 · (p ln 2π + ln|Σ| + tr SΣ⁻¹ + δ'Σ⁻¹δ), conditional on fixed x.
///
/// `None` for estimators other than ML.
pub fn logl(input: &FitInput) -> Option<f64> {
    Some(input.log_likelihood?.0)
}

/// The log-likelihood of the saturated model: [`logl`] at Σ = S, μ = m.
pub fn unrestricted_logl(input: &FitInput) -> Option<f64> {
    Some(input.log_likelihood?.1)
}
