//! Baseline comparisons: NFI Delta1, RFI rho1, IFI Delta2, TLI rho2, CFI.

use crate::fit_indices::FitInput;

/// NFI (Delta1) = 1 − Ĉ/Ĉ_b. `None` without a baseline or with Ĉ_b = 0.
///
/// # Source
/// Bentler and Bonett (1980).
pub fn nfi(input: &FitInput) -> Option<f64> {
    let (c, _, c_b, _) = input.against_baseline()?;
    (c_b > 0.0).then(|| 1.0 - c / c_b)
}

/// RFI (rho1) = 1 − (Ĉ/d)/(Ĉ_b/d_b). `None` with d = 0.
///
/// # Source
/// Bollen (1986).
pub fn rfi(input: &FitInput) -> Option<f64> {
    let (c, d, c_b, d_b) = input.against_baseline()?;
    (d > 0.0 && d_b > 0.0 && c_b > 0.0).then(|| 1.0 - (c / d) / (c_b / d_b))
}

/// IFI (Delta2) = (Ĉ_b − Ĉ)/(Ĉ_b − d). `None` without a baseline or where Ĉ_b = d.
///
/// # Source
/// Bollen (1989).
pub fn ifi(input: &FitInput) -> Option<f64> {
    let (c, d, c_b, _) = input.against_baseline()?;
    (c_b != d).then(|| (c_b - c) / (c_b - d))
}

/// TLI (rho2) = (Ĉ_b/d_b − Ĉ/d)/(Ĉ_b/d_b − 1). `None` with d = 0, or where Ĉ_b = d_b.
///
/// # Source
/// Tucker and Lewis (1973); Bentler and Bonett (1980).
pub fn tli(input: &FitInput) -> Option<f64> {
    let (c, d, c_b, d_b) = input.against_baseline()?;
    (d > 0.0 && d_b > 0.0 && c_b != d_b).then(|| (c_b / d_b - c / d) / (c_b / d_b - 1.0))
}

/// CFI = 1 − max(Ĉ − d, 0)/max(Ĉ_b − d_b, 0), kept between 0 and 1.
///
/// 1 where Ĉ ≤ d; else `None` where Ĉ_b ≤ d_b, when there is no misfit to compare with.
///
/// # Source
/// Bentler (1990).
pub fn cfi(input: &FitInput) -> Option<f64> {
    let (c, d, c_b, d_b) = input.against_baseline()?;
    if c <= d {
        return Some(1.0);
    }
    (c_b > d_b).then(|| (1.0 - (c - d) / (c_b - d_b)).max(0.0))
}
