//! The indices with a scaled statistic in place of the standard one, and the robust ones, which estimate what the index
//! would be under normality.

use covary_numerics::distributions::chi_squared_sf;

use super::{Baseline, FitInput, cfi, ifi, nfi, pnfi, rfi, rmsea, rni, tli};
use crate::settings::TestName;

/// A scaled test of the model and of its baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaledInput {
    /// Which test.
    pub test: TestName,
    /// T_s
    pub statistic: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// c; `None` with df = 0.
    pub scaling_factor: Option<f64>,
    /// T_s of the baseline with its degrees of freedom, and its c.
    pub baseline: Option<(Baseline, Option<f64>)>,
    /// Scaling factors of the log-likelihoods of the saturated model and of the model.
    pub likelihood_scaling: Option<(f64, f64)>,
}

/// What robust CFI, TLI and RMSEA are computed from (Brosseau-Liard and Savalei 2012, 2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RobustInput {
    /// T, before scaling.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// ĉ, the mean of the eigenvalues that scale T.
    pub mean_eigenvalue: f64,
    /// What limits and p values of RMSEA are found from: a scaled statistic and its scaling factor.
    pub interval: (f64, f64),
    /// Whether T is that of the saturated moments of cases with missing values, which exists with df = 0 as well.
    pub of_saturated_moments: bool,
    /// T_b, df_b and ĉ_b of the baseline.
    pub baseline: Option<(f64, f64, f64)>,
}

impl FitInput {
    /// The input with the scaled statistics in place of the standard ones.
    fn scaled_input(&self) -> Option<FitInput> {
        let scaled = self.scaled?;
        Some(FitInput {
            statistic: Some(scaled.statistic),
            df: scaled.df,
            baseline: scaled.baseline.map(|(baseline, _)| baseline),
            ..self.clone()
        })
    }

    /// For RMSEA: T with df replaced by c·df, which turns both into the scale of a mean-scaled statistic; the scaled and
    /// shifted statistic stands as it is. `None` with df = 0.
    fn scaled_input_of_rmsea(&self) -> Option<FitInput> {
        let scaled = self.scaled?;
        let factor = scaled.scaling_factor?;
        if scaled.test == TestName::ScaledShifted {
            return self.scaled_input();
        }
        Some(FitInput { df: factor * scaled.df, ..self.clone() })
    }

    /// For limits and p values of the robust RMSEA.
    fn robust_interval_input(&self) -> Option<FitInput> {
        let robust = self.robust?;
        let (statistic, factor) = robust.interval;
        Some(FitInput {
            statistic: Some(statistic),
            df: robust.df,
            multiplier: self.multiplier / factor,
            ..self.clone()
        })
    }
}

/// T_s, the scaled statistic of the first robust test that was asked for.
pub fn chisq(input: &FitInput) -> Option<f64> {
    Some(input.scaled?.statistic)
}

/// Its degrees of freedom; a fraction for the mean- and variance-adjusted test.
pub fn df(input: &FitInput) -> Option<f64> {
    Some(input.scaled?.df)
}

/// P(χ² > T_s). `None` with df = 0.
pub fn pvalue(input: &FitInput) -> Option<f64> {
    let scaled = input.scaled?;
    (scaled.df > 0.0).then(|| chi_squared_sf(scaled.statistic.max(0.0), scaled.df))
}

/// c, the scaling factor.
pub fn scaling_factor(input: &FitInput) -> Option<f64> {
    input.scaled?.scaling_factor
}

/// T_s of the baseline.
pub fn baseline_chisq(input: &FitInput) -> Option<f64> {
    Some(input.scaled?.baseline?.0.statistic)
}

/// Degrees of freedom of the baseline's scaled test.
pub fn baseline_df(input: &FitInput) -> Option<f64> {
    Some(input.scaled?.baseline?.0.df)
}

/// Its p. `None` with df_b = 0.
pub fn baseline_pvalue(input: &FitInput) -> Option<f64> {
    let (baseline, _) = input.scaled?.baseline?;
    (baseline.df > 0.0).then(|| chi_squared_sf(baseline.statistic.max(0.0), baseline.df))
}

/// c of the baseline.
pub fn baseline_scaling_factor(input: &FitInput) -> Option<f64> {
    input.scaled?.baseline?.1
}

/// [`cfi::cfi`] of the scaled statistics.
pub fn cfi_scaled(input: &FitInput) -> Option<f64> {
    cfi::cfi(&input.scaled_input()?)
}

/// [`tli::tli`] of the scaled statistics.
pub fn tli_scaled(input: &FitInput) -> Option<f64> {
    tli::tli(&input.scaled_input()?)
}

/// [`rfi::rfi`] of the scaled statistics; `None` where the model has more degrees of freedom than the baseline, as the
/// mean- and variance-adjusted test may have.
pub fn rfi_scaled(input: &FitInput) -> Option<f64> {
    rfi::rfi(&with_common_df(input)?)
}

/// [`nfi::nfi`] of the scaled statistics; `None` as [`rfi_scaled`].
pub fn nfi_scaled(input: &FitInput) -> Option<f64> {
    nfi::nfi(&with_common_df(input)?)
}

/// [`pnfi::pnfi`] of the scaled statistics.
pub fn pnfi_scaled(input: &FitInput) -> Option<f64> {
    pnfi::pnfi(&input.scaled_input()?)
}

/// [`ifi::ifi`] of the scaled statistics.
pub fn ifi_scaled(input: &FitInput) -> Option<f64> {
    ifi::ifi(&input.scaled_input()?)
}

/// [`rni::rni`] of the scaled statistics.
pub fn rni_scaled(input: &FitInput) -> Option<f64> {
    rni::rni(&input.scaled_input()?)
}

fn with_common_df(input: &FitInput) -> Option<FitInput> {
    let scaled = input.scaled?;
    let (baseline, _) = scaled.baseline?;
    (scaled.df <= baseline.df).then(|| input.scaled_input())?
}

/// Robust CFI: 1 − max(T − ĉ df, 0)/max(T − ĉ df, T_b − ĉ_b df_b, 0). `None` with df = 0.
///
/// # Source
/// Brosseau-Liard and Savalei (2014), Multivariate Behavioral Research 49.
pub fn cfi_robust(input: &FitInput) -> Option<f64> {
    if let Some(one) = perfect(input) {
        return Some(one);
    }
    let (excess, of_baseline) = robust_excesses(input)?;
    let excess = excess.max(0.0);
    if excess == 0.0 {
        return Some(1.0);
    }
    Some(1.0 - excess / excess.max(of_baseline))
}

/// Robust TLI: 1 − (T − ĉ df)df_b/((T_b − ĉ_b df_b)df). `None` with df = 0.
pub fn tli_robust(input: &FitInput) -> Option<f64> {
    if let Some(one) = perfect(input) {
        return Some(one);
    }
    let (excess, of_baseline) = robust_excesses(input)?;
    let robust = input.robust?;
    let (_, df_b, _) = robust.baseline?;
    (of_baseline != 0.0).then(|| 1.0 - excess * df_b / (of_baseline * robust.df))
}

/// Robust RNI: 1 − (T − ĉ df)/(T_b − ĉ_b df_b). `None` with df = 0.
pub fn rni_robust(input: &FitInput) -> Option<f64> {
    if let Some(one) = perfect(input) {
        return Some(one);
    }
    let (excess, of_baseline) = robust_excesses(input)?;
    (of_baseline != 0.0).then(|| 1.0 - excess / of_baseline)
}

/// 1 for a model without degrees of freedom of cases with missing values, as the plain indices are.
fn perfect(input: &FitInput) -> Option<f64> {
    let robust = input.robust?;
    (robust.of_saturated_moments && robust.df == 0.0).then_some(1.0)
}

/// T − ĉ df and T_b − ĉ_b df_b.
fn robust_excesses(input: &FitInput) -> Option<(f64, f64)> {
    let robust = input.robust.filter(|robust| robust.df > 0.0)?;
    let (t_b, df_b, c_b) = robust.baseline?;
    Some((robust.statistic - robust.mean_eigenvalue * robust.df, t_b - c_b * df_b))
}

/// √(G (T − c·df)/(N̄ c·df)). `None` with df = 0.
pub fn rmsea_scaled(input: &FitInput) -> Option<f64> {
    rmsea::rmsea(&input.scaled_input_of_rmsea()?)
}

/// Its lower limit.
pub fn rmsea_scaled_lower(input: &FitInput) -> Option<f64> {
    rmsea::ci_lower(&input.scaled_input_of_rmsea()?)
}

/// Its upper limit.
pub fn rmsea_scaled_upper(input: &FitInput) -> Option<f64> {
    rmsea::ci_upper(&input.scaled_input_of_rmsea()?)
}

/// P of close fit.
pub fn rmsea_scaled_close(input: &FitInput) -> Option<f64> {
    rmsea::close_fit(&input.scaled_input_of_rmsea()?)
}

/// P of fit that is not close.
pub fn rmsea_scaled_not_close(input: &FitInput) -> Option<f64> {
    rmsea::not_close_fit(&input.scaled_input_of_rmsea()?)
}

/// Robust RMSEA: √(G max(T − ĉ df, 0)/(N̄ df)). 0 with df = 0.
///
/// # Source
/// Brosseau-Liard, Savalei and Li (2012), Multivariate Behavioral Research 47.
pub fn rmsea_robust(input: &FitInput) -> Option<f64> {
    let robust = input.robust?;
    if robust.df == 0.0 {
        return Some(0.0);
    }
    let excess = (robust.statistic - robust.mean_eigenvalue * robust.df).max(0.0);
    Some((input.rmsea_group_factor * excess / (input.multiplier * robust.df)).sqrt())
}

/// Its lower limit.
pub fn rmsea_robust_lower(input: &FitInput) -> Option<f64> {
    rmsea::ci_lower(&input.robust_interval_input()?)
}

/// Its upper limit.
pub fn rmsea_robust_upper(input: &FitInput) -> Option<f64> {
    rmsea::ci_upper(&input.robust_interval_input()?)
}

/// P of close fit.
pub fn rmsea_robust_close(input: &FitInput) -> Option<f64> {
    rmsea::close_fit(&input.robust_interval_input()?)
}

/// P of fit that is not close.
pub fn rmsea_robust_not_close(input: &FitInput) -> Option<f64> {
    rmsea::not_close_fit(&input.robust_interval_input()?)
}

/// Scaling factor of the saturated model's log-likelihood, as Mplus's MLR prints it.
pub fn scaling_factor_h1(input: &FitInput) -> Option<f64> {
    Some(input.scaled?.likelihood_scaling?.0)
}

/// Scaling factor of the model's log-likelihood; over the free rows before equality constraints.
pub fn scaling_factor_h0(input: &FitInput) -> Option<f64> {
    Some(input.scaled?.likelihood_scaling?.1)
}
