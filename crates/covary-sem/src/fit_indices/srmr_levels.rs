//! SRMR of each level of a model of two levels.

use super::{FitGroup, FitInput};

/// SRMR within clusters, √[Σ_{j≤i} (r_ij − ρ_ij)² / (p(p + 1)/2)] of the saturated and implied correlations of level 1.
///
/// Correlations, so that the diagonal counts in p and adds nothing; means are left out. Several groups: mean weighted by
/// n_g/N. `None` with one level, and where a variance is not positive.
///
/// # Source
/// Bollen's residuals, as in lavaan 0.6-14; Asparouhov and Muthén (2018), SRMR in Mplus.
pub fn srmr_within(input: &FitInput) -> Option<f64> {
    of_level(input, &input.levels.as_ref()?[0])
}

/// The same between clusters, p the variables of level 2.
pub fn srmr_between(input: &FitInput) -> Option<f64> {
    of_level(input, &input.levels.as_ref()?[1])
}

fn of_level(input: &FitInput, level: &[FitGroup]) -> Option<f64> {
    let mut total = 0.0;
    for (group, of_cases) in level.iter().zip(&input.groups) {
        let moments = group.moments.as_ref()?;
        let (r, rho) = (moments.sample.to_correlation()?, moments.implied.to_correlation()?);
        let p = moments.variables() as f64;
        let squares = moments.sum_of_squares(|i, j| r[(i, j)] - rho[(i, j)]);
        total += of_cases.cases as f64 / input.cases() * (squares / (p * (p + 1.0) / 2.0)).sqrt();
    }
    Some(total)
}
