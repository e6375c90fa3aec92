//! RMR, GFI: residuals and the goodness-of-fit index. AMOS gives none of them when means are modelled.

use covary_numerics::Matrix;

use crate::fit_indices::FitInput;

/// RMR, the root mean square residual over all groups at once.
///
/// √[Σ_g Σ_{j≤i} (s_ij − σ_ij)² / Σ_g p_g(p_g + 1)/2], S with divisor N.
///
/// `None` with a mean structure.
pub fn rmr(input: &FitInput) -> Option<f64> {
    without_means(input)?;
    let mut squares = 0.0;
    for group in &input.groups {
        let pair = group.moments.as_ref()?;
        squares += pair.sum_of_squares(|i, j| pair.sample[(i, j)] - pair.implied[(i, j)]);
    }
    Some((squares / input.moments()).sqrt())
}

/// GFI, the share of the sample covariances that the model reproduces.
///
/// 1 − Σ_g N_g tr(Σ⁻¹S − I)² / Σ_g N_g tr(Σ⁻¹S)²
///
/// `None` with a mean structure, or where Σ is not positive definite.
///
/// # Source
/// Jöreskog and Sörbom (1984); Tanaka and Huba (1985).
pub fn gfi(input: &FitInput) -> Option<f64> {
    without_means(input)?;
    let (mut unexplained, mut total) = (0.0, 0.0);
    for group in &input.groups {
        let pair = group.moments.as_ref()?;
        let residual: Matrix = pair.sample.minus(&pair.implied);
        unexplained += group.cases as f64 * pair.squared_in_metric(&residual)?;
        total += group.cases as f64 * pair.squared_in_metric(&pair.sample)?;
    }
    Some(1.0 - unexplained / total)
}

/// AGFI = 1 − (1 − GFI) Σ p*/d. `None` with a mean structure or d = 0.
pub fn agfi(input: &FitInput) -> Option<f64> {
    let (_, d) = input.test()?;
    (d > 0.0).then_some(1.0 - (1.0 - gfi(input)?) * input.moments() / d)
}

/// PGFI = GFI · d/Σ p*. `None` with a mean structure or d = 0.
///
/// # Source
/// Mulaik et al. (1989).
pub fn pgfi(input: &FitInput) -> Option<f64> {
    let (_, d) = input.test()?;
    (d > 0.0).then_some(gfi(input)? * d / input.moments())
}

fn without_means(input: &FitInput) -> Option<()> {
    (!input.means()).then_some(())
}
