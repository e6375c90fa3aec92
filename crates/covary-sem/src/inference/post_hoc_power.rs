//! The power of a modification index, and what index and power together say about a parameter.

use std::sync::LazyLock;

use covary_numerics::distributions::{chi_squared_quantile, noncentral_chi_squared_sf};
use serde::Serialize;

use crate::syntax::Operator;

/// Level of the modification index.
const ALPHA: f64 = 0.05;
/// What an index exceeds to be significant: found once, for a model may have twenty thousand of them.
static CRITICAL: LazyLock<Option<f64>> = LazyLock::new(|| chi_squared_quantile(1.0 - ALPHA, 1.0));
/// Power from which a test counts as sensitive, as in JRule and lavaan.
const HIGH_POWER: f64 = 0.75;
/// lavaan's default for the size of a misspecification, in the unit of the EPC.
pub const DELTA: f64 = 0.1;

/// What modification index and power together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub enum Decision {
    /// Not significant, low power: nothing can be said.
    #[serde(rename = "i")]
    Inconclusive,
    /// Not significant, high power: no misspecification.
    #[serde(rename = "nm")]
    NotMisspecified,
    /// Significant in spite of low power: misspecified.
    #[serde(rename = "m")]
    Misspecified,
    /// Significant, high power, and the EPC reaches the size in question: misspecified.
    #[serde(rename = "epc:m")]
    MisspecifiedByEpc,
    /// Significant, high power, but the EPC is smaller than what matters: no misspecification to care about.
    #[serde(rename = "epc:nm")]
    NotMisspecifiedByEpc,
}

/// How a modification index is judged for a misspecification of a given size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Noncentrality of the index if the parameter were off by that size: MI/EPC² · δ².
    pub noncentrality: f64,
    /// Probability that the index is then significant at .05.
    pub power: f64,
    /// What follows.
    pub decision: Decision,
}

/// Index, EPC and power for a misspecification of size δ.
///
/// `None` where MI or EPC are 0 or not finite: then the power is not known.
///
/// # Source
/// Saris, Satorra and van der Veld (2009), Structural Equation Modeling 16, table 1.
pub fn judge(mi: f64, epc: f64, delta: f64) -> Option<Judgement> {
    let critical = (*CRITICAL)?;
    let noncentrality = mi / (epc * epc) * (delta * delta);
    if !(noncentrality.is_finite() && noncentrality >= 0.0) {
        return None;
    }
    let power = noncentral_chi_squared_sf(critical, 1.0, noncentrality);
    let decision = match (mi > critical, power > HIGH_POWER) {
        (false, false) => Decision::Inconclusive,
        (false, true) => Decision::NotMisspecified,
        (true, false) => Decision::Misspecified,
        (true, true) if epc.abs() > delta => Decision::MisspecifiedByEpc,
        (true, true) => Decision::NotMisspecifiedByEpc,
    };
    Some(Judgement { noncentrality, power, decision })
}

/// The size of a misspecification that matters, in units of the variables' implied standard deviations, also for covariances
/// of residuals: loadings .4, regressions and covariances .1, intercepts .2.
///
/// # Source
/// Saris, Satorra and van der Veld (2009) for loadings, regressions and correlations; semTools' miPowerFit() for intercepts.
pub fn standardized_target(op: Operator) -> f64 {
    match op {
        Operator::Measures => 0.4,
        Operator::Intercept => 0.2,
        _ => 0.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// lavaan 0.6-14, modindices(power = TRUE) of the three-factor model of Holzinger and Swineford's data: visual =~ x9.
    /// Figures to five digits.
    #[test]
    fn power_is_lavaans() {
        let judged = judge(36.411_003, 0.576_802_6, DELTA).expect("a judgement");
        assert!((judged.noncentrality - 1.0944).abs() < 5e-5, "{judged:?}");
        assert!((judged.power - 0.1820).abs() < 5e-4, "{judged:?}");
        assert_eq!(judged.decision, Decision::Misspecified);
    }

    #[test]
    fn the_four_cells_of_the_table() {
        let check = |mi: f64, epc: f64, delta, expected| {
            assert_eq!(judge(mi, epc, delta).map(|judged| judged.decision), Some(expected), "{mi}, {epc}");
        };
        check(1.0, 0.05, 0.05, Decision::Inconclusive);
        check(1.0, 0.01, 0.1, Decision::NotMisspecified);
        check(20.0, 0.5, 0.1, Decision::Misspecified);
        check(20.0, 0.5, 0.4, Decision::MisspecifiedByEpc);
        check(20.0, 0.1, 0.4, Decision::NotMisspecifiedByEpc);
        assert_eq!(judge(0.0, 0.0, 0.1), None);
    }
}
