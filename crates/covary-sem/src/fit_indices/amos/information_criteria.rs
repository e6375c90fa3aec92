//! AIC, BCC, BIC, CAIC from the discrepancy: other numbers than those from the log-likelihood.

use crate::fit_indices::{FitGroup, FitInput};

/// AIC = Ĉ + 2q.
///
/// # Source
/// Akaike (1973, 1987).
pub fn aic(input: &FitInput) -> Option<f64> {
    Some(input.test()?.0 + 2.0 * input.parameters as f64)
}

/// BCC, the Browne–Cudeck criterion.
///
/// Ĉ + 2q · [Σ_g b_g p_g(p_g + 3)/(N_g − p_g − 2)] / Σ_g p_g(p_g + 3), b_g = n N_g/N
///
/// `None` where a group has p_g + 2 cases or fewer.
///
/// # Source
/// Browne and Cudeck (1989).
pub fn bcc(input: &FitInput) -> Option<f64> {
    let (c, _) = input.test()?;
    let size = |group: &FitGroup| (group.variables * (group.variables + 3)) as f64;
    let total: f64 = input.groups.iter().map(size).sum();
    let mut penalty = 0.0;
    for group in &input.groups {
        let cases = group.cases as f64;
        let spare = cases - group.variables as f64 - 2.0;
        if spare <= 0.0 {
            return None;
        }
        penalty += input.multiplier * cases / input.cases() * size(group) / spare;
    }
    (total > 0.0).then(|| c + 2.0 * input.parameters as f64 * penalty / total)
}

/// BIC = Ĉ + q ln N. Only for one group without means.
///
/// # Source
/// Schwarz (1978); Raftery (1993).
pub fn bic(input: &FitInput) -> Option<f64> {
    single_group_criterion(input, input.cases().ln())
}

/// CAIC = Ĉ + q (ln N + 1). Only for one group without means.
///
/// # Source
/// Bozdogan (1987).
pub fn caic(input: &FitInput) -> Option<f64> {
    single_group_criterion(input, input.cases().ln() + 1.0)
}

fn single_group_criterion(input: &FitInput, penalty: f64) -> Option<f64> {
    let (c, _) = input.test()?;
    (input.groups.len() == 1 && !input.means()).then_some(c + penalty * input.parameters as f64)
}
