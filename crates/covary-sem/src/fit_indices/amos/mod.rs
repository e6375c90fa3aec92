//! AMOS's fit blocks under AMOS's names, one block per file and one list, [`ALL`].
//!
//! Three models are shown side by side: the default, the saturated and the independence model. Every
//! definition starts from AMOS's statistic Ĉ = (N − G)/N · Σ n_g F_g, with n = N − G (a [`FitInput`] whose
//! `multiplier` is n), and S with divisor N; observed exogenous variables count as random, so that their
//! moments are parameters. What AMOS leaves blank is `None`.
//!
//! The keys are AMOS's column heads; a limit of a 90% interval is the index with `_LO90` or `_HI90`, and
//! `HOELTER_05`, `HOELTER_01` are the critical N at α = .05 and .01.
//!
//! # Source
//! Arbuckle, AMOS user's guide, appendix on measures of fit.

pub mod baseline_comparisons;
pub mod cmin;
pub mod ecvi;
pub mod fmin;
pub mod hoelter;
pub mod information_criteria;
pub mod ncp;
pub mod parsimony;
pub mod residuals;
pub mod rmsea;

use covary_numerics::{Matrix, distributions::noncentrality};

use super::{Baseline, FitGroup, FitIndex, FitInput, GroupMomentPair, measures};
use crate::fit_report::AmosFit;

/// Every measure under AMOS's name, in the order of AMOS's blocks.
pub const ALL: &[FitIndex] = &[
    FitIndex { name: "NPAR", value: cmin::npar },
    FitIndex { name: "CMIN", value: cmin::cmin },
    FitIndex { name: "DF", value: cmin::df },
    FitIndex { name: "P", value: cmin::p },
    FitIndex { name: "CMIN/DF", value: cmin::cmin_per_df },
    FitIndex { name: "RMR", value: residuals::rmr },
    FitIndex { name: "GFI", value: residuals::gfi },
    FitIndex { name: "AGFI", value: residuals::agfi },
    FitIndex { name: "PGFI", value: residuals::pgfi },
    FitIndex { name: "NFI", value: baseline_comparisons::nfi },
    FitIndex { name: "RFI", value: baseline_comparisons::rfi },
    FitIndex { name: "IFI", value: baseline_comparisons::ifi },
    FitIndex { name: "TLI", value: baseline_comparisons::tli },
    FitIndex { name: "CFI", value: baseline_comparisons::cfi },
    FitIndex { name: "PRATIO", value: parsimony::pratio },
    FitIndex { name: "PNFI", value: parsimony::pnfi },
    FitIndex { name: "PCFI", value: parsimony::pcfi },
    FitIndex { name: "NCP", value: ncp::ncp },
    FitIndex { name: "NCP_LO90", value: ncp::lower },
    FitIndex { name: "NCP_HI90", value: ncp::upper },
    FitIndex { name: "FMIN", value: fmin::fmin },
    FitIndex { name: "F0", value: fmin::f0 },
    FitIndex { name: "F0_LO90", value: fmin::f0_lower },
    FitIndex { name: "F0_HI90", value: fmin::f0_upper },
    FitIndex { name: "RMSEA", value: rmsea::rmsea },
    FitIndex { name: "RMSEA_LO90", value: rmsea::lower },
    FitIndex { name: "RMSEA_HI90", value: rmsea::upper },
    FitIndex { name: "PCLOSE", value: rmsea::pclose },
    FitIndex { name: "AIC", value: information_criteria::aic },
    FitIndex { name: "BCC", value: information_criteria::bcc },
    FitIndex { name: "BIC", value: information_criteria::bic },
    FitIndex { name: "CAIC", value: information_criteria::caic },
    FitIndex { name: "ECVI", value: ecvi::ecvi },
    FitIndex { name: "ECVI_LO90", value: ecvi::lower },
    FitIndex { name: "ECVI_HI90", value: ecvi::upper },
    FitIndex { name: "MECVI", value: ecvi::mecvi },
    FitIndex { name: "HOELTER_05", value: hoelter::at_05 },
    FitIndex { name: "HOELTER_01", value: hoelter::at_01 },
];

/// AMOS's blocks for a model and its two points of reference.
pub fn blocks(model: &FitInput) -> AmosFit {
    AmosFit {
        default: measures(ALL, model),
        saturated: measures(ALL, &saturated(model)),
        independence: measures(ALL, &independence(model)),
    }
}

/// The saturated model: every moment is a parameter, and Ĉ = 0.
fn saturated(model: &FitInput) -> FitInput {
    FitInput {
        parameters: model.moments() as usize,
        statistic: Some(0.0),
        df: 0.0,
        groups: with_implied(model, |pair| pair.sample.clone()),
        ..model.clone()
    }
}

/// The independence model: variances (and means, where modelled) are free, covariances zero.
fn independence(model: &FitInput) -> FitInput {
    let parameters = |group: &FitGroup| group.variables * if group.means { 2 } else { 1 };
    FitInput {
        parameters: model.groups.iter().map(parameters).sum(),
        statistic: model.baseline.map(|baseline| baseline.statistic),
        df: model.baseline.map_or(f64::NAN, |baseline| baseline.df),
        groups: with_implied(model, |pair| Matrix::from_diagonal(&pair.sample.diagonal())),
        ..model.clone()
    }
}

/// The groups with other implied covariances; both reference models reproduce the means.
fn with_implied(model: &FitInput, implied: impl Fn(&GroupMomentPair) -> Matrix) -> Vec<FitGroup> {
    let of_group = |group: &FitGroup| FitGroup {
        moments: group.moments.as_ref().map(|pair| GroupMomentPair {
            implied: implied(pair),
            means: pair.means.as_ref().map(|(sample, _)| (sample.clone(), sample.clone())),
            ..pair.clone()
        }),
        ..group.clone()
    };
    model.groups.iter().map(of_group).collect()
}

/// The independence model's statistic and degrees of freedom from the sample covariance matrices.
///
/// Ĉ_b = (n/N) Σ_g n_g (Σ_i ln s_ii − ln|S_g|), d_b = Σ_g p_g(p_g − 1)/2
///
/// All variables, exogenous ones too, are uncorrelated. `None` where a covariance matrix is not positive definite.
pub fn independence_test(groups: &[FitGroup], multiplier: f64) -> Option<Baseline> {
    let cases: f64 = groups.iter().map(|group| group.cases as f64).sum();
    let mut baseline = Baseline { statistic: 0.0, df: 0.0 };
    for group in groups {
        let sample = &group.moments.as_ref()?.sample;
        let factor = covary_numerics::linalg::Cholesky::new(sample)?;
        let of_variances: f64 = sample.diagonal().iter().map(|v| v.ln()).sum();
        let p = group.variables as f64;
        baseline.statistic += multiplier * group.cases as f64 / cases * (of_variances - factor.log_determinant());
        baseline.df += p * (p - 1.0) / 2.0;
    }
    Some(baseline)
}

/// The λ ≥ 0 with P(χ²_d(λ) ≤ Ĉ) = .95, AMOS's δ_L; 0 with d = 0.
fn noncentrality_lower(input: &FitInput) -> Option<f64> {
    let (c, d) = input.test()?;
    Some(if d > 0.0 { noncentrality(c, d, 0.95) } else { 0.0 })
}

/// The λ ≥ 0 with P(χ²_d(λ) ≤ Ĉ) = .05, AMOS's δ_U; 0 with d = 0.
fn noncentrality_upper(input: &FitInput) -> Option<f64> {
    let (c, d) = input.test()?;
    Some(if d > 0.0 { noncentrality(c, d, 0.05) } else { 0.0 })
}
