//! Fit indices: one index, or one tight family, per file, and one list, [`ALL`].
//!
//! An index sees a [`FitInput`] and nothing else: the test statistic, its degrees of freedom, the baseline
//! model, the sizes, and per group the sample and implied moments. What is `None` does not exist for the fit.
//! AMOS's blocks, which use the same input under other definitions, are in [`amos`].

pub mod amos;
pub mod baseline;
pub mod cfi;
pub mod chi_square;
pub mod crmr;
pub mod ecvi;
pub mod gfi;
pub mod hoelter;
pub mod ifi;
pub mod information_criteria;
pub mod log_likelihood;
pub mod mfi;
pub mod nfi;
pub mod pnfi;
pub mod rfi;
pub mod rmr;
pub mod rmsea;
pub mod rni;
pub mod scaled;
pub mod srmr;
pub mod srmr_levels;
pub mod srmr_mplus;
pub mod tli;
pub mod variant;

mod moment_residuals;

pub use moment_residuals::{GroupMomentPair, SlopePair};
pub use scaled::{RobustInput, ScaledInput};
use serde_json::{Map, Value};

/// What fit indices are computed from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FitInput {
    /// Free parameters net of equality constraints (lavaan's npar, AMOS's q).
    pub parameters: usize,
    /// Whether T has a χ² distribution (unweighted least squares has none).
    pub without_distribution: bool,
    /// The minimised objective, ½ Σ w_g F_g.
    pub objective: Option<f64>,
    /// The test statistic T against the saturated model (AMOS's Ĉ).
    pub statistic: Option<f64>,
    /// Degrees of freedom; negative when the model has more parameters than moments.
    pub df: f64,
    /// The baseline (independence) model.
    pub baseline: Option<Baseline>,
    /// N̄: what turns T into a discrepancy per case: N, or N − G under the wishart and amos likelihoods.
    pub multiplier: f64,
    /// What RMSEA² is multiplied by: G in lavaan, 1 in AMOS.
    pub rmsea_group_factor: f64,
    /// Log-likelihood of the model and of the saturated model.
    pub log_likelihood: Option<(f64, f64)>,
    /// The first scaled test that was asked for.
    pub scaled: Option<ScaledInput>,
    /// What robust indices are computed from.
    pub robust: Option<RobustInput>,
    /// Groups, in their order.
    pub groups: Vec<FitGroup>,
    /// Of a model of two levels: its groups within and between clusters, with the moments of the saturated model for
    /// the sample's; those of `groups` are then absent.
    pub levels: Option<[Vec<FitGroup>; 2]>,
}

/// The baseline model: variances and means free, covariances zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// Its test statistic.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub df: f64,
}

/// One group of a fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FitGroup {
    /// Cases.
    pub cases: usize,
    /// What the group weighs in means over groups: the sum of sampling weights; `None`: its cases.
    pub weight: Option<f64>,
    /// Observed variables.
    pub variables: usize,
    /// Whether means are modelled.
    pub means: bool,
    /// Sample and implied moments; `None` where only the statistic is known.
    pub moments: Option<GroupMomentPair>,
}

impl FitInput {
    /// N, the cases of all groups.
    pub fn cases(&self) -> f64 {
        self.groups.iter().map(|group| group.cases as f64).sum()
    }

    /// All sample moments, fixed ones and means included: Σ_g p_g(p_g + 1)/2, and p_g more with means, one more with frequencies.
    pub fn moments(&self) -> f64 {
        self.groups.iter().map(FitGroup::moments).sum()
    }

    /// Whether means are modelled in any group.
    pub fn means(&self) -> bool {
        self.groups.iter().any(|group| group.means)
    }

    /// T and df where the statistic exists and the model is not over-parameterised.
    pub(crate) fn test(&self) -> Option<(f64, f64)> {
        let statistic = self.statistic.filter(|t| t.is_finite())?;
        (self.df >= 0.0).then_some((statistic, self.df))
    }

    /// T, df, T_b, df_b.
    pub(crate) fn against_baseline(&self) -> Option<(f64, f64, f64, f64)> {
        let (statistic, df) = self.test()?;
        let baseline = self.baseline?;
        Some((statistic, df, baseline.statistic, baseline.df))
    }

    /// Σ_g w_g x_g, w_g = n_g/N; `None` where it does not exist in a group.
    pub(crate) fn weighted_mean(&self, of_group: impl Fn(&GroupMomentPair) -> Option<f64>) -> Option<f64> {
        let cases = self.cases();
        let mut total = 0.0;
        for group in &self.groups {
            total += group.weight.unwrap_or(group.cases as f64) / cases * of_group(group.moments.as_ref()?)?;
        }
        (!self.groups.is_empty()).then_some(total)
    }
}

impl FitGroup {
    fn moments(&self) -> f64 {
        let p = self.variables as f64;
        let slopes = self.moments.as_ref().and_then(|pair| pair.given_x.as_ref());
        let slopes = slopes.map_or(0, |slopes| slopes.sample.rows() * slopes.sample.columns());
        let frequency = self.moments.as_ref().is_some_and(|pair| pair.frequencies.is_some());
        p * (p + 1.0) / 2.0 + if self.means { p } else { 0.0 } + slopes as f64 + f64::from(u8::from(frequency))
    }
}

/// A fit index: its name and how it is computed.
#[derive(Clone, Copy, Debug)]
pub struct FitIndex {
    /// lavaan's name, or AMOS's in [`amos::ALL`].
    pub name: &'static str,
    /// The index; `None` where it does not exist.
    pub value: fn(&FitInput) -> Option<f64>,
}

/// Every index under lavaan's name, in lavaan's order.
pub const ALL: &[FitIndex] = &[
    FitIndex { name: "npar", value: chi_square::npar },
    FitIndex { name: "fmin", value: chi_square::fmin },
    FitIndex { name: "chisq", value: chi_square::chisq },
    FitIndex { name: "df", value: chi_square::df },
    FitIndex { name: "pvalue", value: chi_square::pvalue },
    FitIndex { name: "chisq.scaled", value: scaled::chisq },
    FitIndex { name: "df.scaled", value: scaled::df },
    FitIndex { name: "pvalue.scaled", value: scaled::pvalue },
    FitIndex { name: "chisq.scaling.factor", value: scaled::scaling_factor },
    FitIndex { name: "baseline.chisq", value: baseline::chisq },
    FitIndex { name: "baseline.df", value: baseline::df },
    FitIndex { name: "baseline.pvalue", value: baseline::pvalue },
    FitIndex { name: "baseline.chisq.scaled", value: scaled::baseline_chisq },
    FitIndex { name: "baseline.df.scaled", value: scaled::baseline_df },
    FitIndex { name: "baseline.pvalue.scaled", value: scaled::baseline_pvalue },
    FitIndex { name: "baseline.chisq.scaling.factor", value: scaled::baseline_scaling_factor },
    FitIndex { name: "cfi", value: cfi::cfi },
    FitIndex { name: "tli", value: tli::tli },
    FitIndex { name: "cfi.scaled", value: scaled::cfi_scaled },
    FitIndex { name: "tli.scaled", value: scaled::tli_scaled },
    FitIndex { name: "cfi.robust", value: scaled::cfi_robust },
    FitIndex { name: "tli.robust", value: scaled::tli_robust },
    FitIndex { name: "nnfi", value: tli::tli },
    FitIndex { name: "rfi", value: rfi::rfi },
    FitIndex { name: "nfi", value: nfi::nfi },
    FitIndex { name: "pnfi", value: pnfi::pnfi },
    FitIndex { name: "ifi", value: ifi::ifi },
    FitIndex { name: "rni", value: rni::rni },
    FitIndex { name: "nnfi.scaled", value: scaled::tli_scaled },
    FitIndex { name: "rfi.scaled", value: scaled::rfi_scaled },
    FitIndex { name: "nfi.scaled", value: scaled::nfi_scaled },
    FitIndex { name: "pnfi.scaled", value: scaled::pnfi_scaled },
    FitIndex { name: "ifi.scaled", value: scaled::ifi_scaled },
    FitIndex { name: "rni.scaled", value: scaled::rni_scaled },
    FitIndex { name: "nnfi.robust", value: scaled::tli_robust },
    FitIndex { name: "rni.robust", value: scaled::rni_robust },
    FitIndex { name: "logl", value: log_likelihood::logl },
    FitIndex { name: "unrestricted.logl", value: log_likelihood::unrestricted_logl },
    FitIndex { name: "aic", value: information_criteria::aic },
    FitIndex { name: "bic", value: information_criteria::bic },
    FitIndex { name: "ntotal", value: information_criteria::ntotal },
    FitIndex { name: "bic2", value: information_criteria::bic2 },
    FitIndex { name: "scaling.factor.h1", value: scaled::scaling_factor_h1 },
    FitIndex { name: "scaling.factor.h0", value: scaled::scaling_factor_h0 },
    FitIndex { name: "rmsea", value: rmsea::rmsea },
    FitIndex { name: "rmsea.ci.lower", value: rmsea::ci_lower },
    FitIndex { name: "rmsea.ci.upper", value: rmsea::ci_upper },
    FitIndex { name: "rmsea.ci.level", value: rmsea::ci_level },
    FitIndex { name: "rmsea.pvalue", value: rmsea::close_fit },
    FitIndex { name: "rmsea.close.h0", value: rmsea::close_h0 },
    FitIndex { name: "rmsea.notclose.pvalue", value: rmsea::not_close_fit },
    FitIndex { name: "rmsea.notclose.h0", value: rmsea::not_close_h0 },
    FitIndex { name: "rmsea.scaled", value: scaled::rmsea_scaled },
    FitIndex { name: "rmsea.ci.lower.scaled", value: scaled::rmsea_scaled_lower },
    FitIndex { name: "rmsea.ci.upper.scaled", value: scaled::rmsea_scaled_upper },
    FitIndex { name: "rmsea.pvalue.scaled", value: scaled::rmsea_scaled_close },
    FitIndex { name: "rmsea.notclose.pvalue.scaled", value: scaled::rmsea_scaled_not_close },
    FitIndex { name: "rmsea.robust", value: scaled::rmsea_robust },
    FitIndex { name: "rmsea.ci.lower.robust", value: scaled::rmsea_robust_lower },
    FitIndex { name: "rmsea.ci.upper.robust", value: scaled::rmsea_robust_upper },
    FitIndex { name: "rmsea.pvalue.robust", value: scaled::rmsea_robust_close },
    FitIndex { name: "rmsea.notclose.pvalue.robust", value: scaled::rmsea_robust_not_close },
    FitIndex { name: "rmr", value: rmr::rmr },
    FitIndex { name: "rmr_nomean", value: rmr::rmr_nomean },
    FitIndex { name: "srmr", value: srmr::srmr },
    FitIndex { name: "srmr_bentler", value: srmr::srmr_bentler },
    FitIndex { name: "srmr_bentler_nomean", value: srmr::srmr_nomean },
    FitIndex { name: "crmr", value: crmr::crmr },
    FitIndex { name: "crmr_nomean", value: crmr::crmr_nomean },
    FitIndex { name: "srmr_mplus", value: srmr_mplus::srmr_mplus },
    FitIndex { name: "srmr_mplus_nomean", value: srmr_mplus::srmr_mplus_nomean },
    FitIndex { name: "srmr_within", value: srmr_levels::srmr_within },
    FitIndex { name: "srmr_between", value: srmr_levels::srmr_between },
    FitIndex { name: "cn_05", value: hoelter::cn_05 },
    FitIndex { name: "cn_01", value: hoelter::cn_01 },
    FitIndex { name: "gfi", value: gfi::gfi },
    FitIndex { name: "agfi", value: gfi::agfi },
    FitIndex { name: "pgfi", value: gfi::pgfi },
    FitIndex { name: "mfi", value: mfi::mfi },
    FitIndex { name: "ecvi", value: ecvi::ecvi },
];

/// The indices of a list by name, in its order; null where an index does not exist.
///
/// Scaled and robust ones stand in it only where a test of that kind was asked for.
pub fn measures(indices: &[FitIndex], input: &FitInput) -> Map<String, Value> {
    let value = |index: &FitIndex| Value::from((index.value)(input).filter(|v| v.is_finite()));
    let asked = |index: &&FitIndex| {
        (input.robust.is_some() || !index.name.ends_with(".robust"))
            && (input.scaled.is_some() || !(index.name.ends_with(".scaled") || index.name.contains("scaling.factor")))
    };
    indices.iter().filter(asked).map(|index| (index.name.to_owned(), value(index))).collect()
}

#[cfg(test)]
mod tests;
