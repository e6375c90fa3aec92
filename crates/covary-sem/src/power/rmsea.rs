//! Power of tests of fit by RMSEA, and the number of cases that reaches it.
//!
//! With λ = (N − 1) df ε² / G the statistic has a noncentral χ² distribution; G is the number of groups.

use covary_numerics::{
    distributions::{chi_squared_quantile, noncentral_chi_squared_cdf, noncentral_chi_squared_sf},
    root,
};
use serde::Serialize;

use crate::SemError;

/// A test of fit: ε₀ against ε_a.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FitTest {
    /// Degrees of freedom of the test.
    pub df: f64,
    /// (N − 1)-fold noncentrality under the null hypothesis, G/(N − 1) λ₀: df ε₀² of one model.
    pub null: f64,
    /// The same under the alternative.
    pub alternative: f64,
    /// Level.
    pub alpha: f64,
    /// Groups.
    pub groups: usize,
}

/// What is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// ε_a > ε₀ = 0: exact fit.
    ExactFit,
    /// ε_a > ε₀: close fit, rejected by a large statistic.
    CloseFit,
    /// ε_a < ε₀: fit that is not close, rejected by a small statistic.
    NotCloseFit,
}

/// Largest N that is looked at.
const MOST_CASES: f64 = 1e8;

impl FitTest {
    /// The test of one model. `None` unless df ≥ 1, RMSEAs are at least 0 and differ, 0 < α < 1.
    ///
    /// # Source
    /// MacCallum, Browne and Sugawara (1996), Psychological Methods 1.
    ///
    /// # Errors
    /// [`SemError::Option`] that names what is wrong.
    pub fn of_model(df: f64, h0: f64, ha: f64, alpha: f64, groups: usize) -> Result<FitTest, SemError> {
        check_rmsea(&[("h0", h0), ("ha", ha)])?;
        if h0 == ha {
            return Err(SemError::Option(format!("h0 and ha are both {h0}: a test needs two different values")));
        }
        FitTest { df, null: df * h0 * h0, alternative: df * ha * ha, alpha, groups }.checked()
    }

    /// The test of the difference between model A and model B, in which A is nested: df_A > df_B.
    ///
    /// λ = (N − 1)(df_A ε_A² − df_B ε_B²)/G. With ε₀ of 0 for both the null hypothesis is that of no difference.
    ///
    /// # Source
    /// MacCallum, Browne and Cai (2006), Psychological Methods 11.
    ///
    /// # Errors
    /// [`SemError::Option`] where A does not have more degrees of freedom, or would fit better than B.
    pub fn of_nested(df: [f64; 2], h0: [f64; 2], ha: [f64; 2], alpha: f64, groups: usize) -> Result<FitTest, SemError> {
        check_rmsea(&[("h0 of A", h0[0]), ("h0 of B", h0[1]), ("ha of A", ha[0]), ("ha of B", ha[1])])?;
        let refuse = |text: String| Err(SemError::Option(text));
        if df[0] <= df[1] || df[1] < 0.0 {
            return refuse(format!(
                "degrees of freedom {}, {}: the nested, more restricted model comes first and has more of them",
                df[0], df[1]
            ));
        }
        let misfit = |e: [f64; 2]| df[0] * e[0] * e[0] - df[1] * e[1] * e[1];
        for (name, e) in [("h0", h0), ("ha", ha)] {
            if misfit(e) < -1e-12 {
                return refuse(format!(
                    "{name} = {}, {}: the nested model would fit better than the one it is nested in, for df_A ε_A² is less \
                     than df_B ε_B²",
                    e[0], e[1]
                ));
            }
        }
        let (null, alternative) = (misfit(h0).max(0.0), misfit(ha).max(0.0));
        if null == alternative {
            return refuse("h0 and ha give the same difference of fit: a test needs two different ones".into());
        }
        FitTest { df: df[0] - df[1], null, alternative, alpha, groups }.checked()
    }

    fn checked(self) -> Result<FitTest, SemError> {
        let refuse = |text: String| Err(SemError::Option(text));
        if !(self.df >= 1.0 && self.df.is_finite()) {
            return refuse(format!("df = {}: at least one degree of freedom is expected", self.df));
        }
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return refuse(format!("alpha = {}: a number between 0 and 1 is expected", self.alpha));
        }
        if self.groups == 0 {
            return refuse("at least one group is expected".into());
        }
        Ok(self)
    }

    /// What is tested.
    pub fn kind(&self) -> Kind {
        if self.alternative < self.null {
            Kind::NotCloseFit
        } else if self.null == 0.0 {
            Kind::ExactFit
        } else {
            Kind::CloseFit
        }
    }

    /// The statistic beyond which the null hypothesis is rejected; below which for fit that is not close.
    pub fn critical(&self, cases: f64) -> Option<f64> {
        let lambda = self.noncentrality(self.null, cases);
        let upper = self.kind() != Kind::NotCloseFit;
        if lambda == 0.0 {
            return chi_squared_quantile(if upper { 1.0 - self.alpha } else { self.alpha }, self.df);
        }
        let below = if upper { 1.0 - self.alpha } else { self.alpha };
        let most = self.df + lambda + 40.0 * (2.0 * (self.df + 2.0 * lambda)).sqrt() + 100.0;
        Some(root::increasing_root(|x| noncentral_chi_squared_cdf(x, self.df, lambda) - below, 0.0, most))
    }

    /// The probability that the null hypothesis is rejected with N cases. `None` with fewer than two.
    pub fn power(&self, cases: f64) -> Option<f64> {
        if cases.is_nan() || cases < 2.0 {
            return None;
        }
        let (critical, lambda) = (self.critical(cases)?, self.noncentrality(self.alternative, cases));
        Some(match self.kind() {
            Kind::NotCloseFit => noncentral_chi_squared_cdf(critical, self.df, lambda),
            _ => noncentral_chi_squared_sf(critical, self.df, lambda),
        })
    }

    /// The least N with at least this power. `None` where more than 10⁸ cases would be needed.
    pub fn cases_for(&self, power: f64) -> Option<usize> {
        let reaches = |cases: f64| self.power(cases).is_some_and(|own| own >= power);
        let mut high = 2.0f64;
        while !reaches(high) {
            high *= 2.0;
            if high > MOST_CASES {
                return None;
            }
        }
        // Power rises with N.
        let mut low = (high / 2.0).max(1.0);
        while high - low > 1.0 {
            let middle = ((low + high) / 2.0).floor();
            if reaches(middle) { high = middle } else { low = middle }
        }
        Some(high as usize)
    }

    fn noncentrality(&self, misfit: f64, cases: f64) -> f64 {
        (cases - 1.0) * misfit / self.groups as f64
    }
}

/// Power of tests of fit: the JSON contract `covary.power.fit/1`.
#[derive(Clone, Debug, Serialize)]
pub struct FitPowerReport {
    /// `covary.power.fit/1`
    pub schema: &'static str,
    /// What is tested.
    pub kind: Kind,
    /// Degrees of freedom: of the model; of the nested model and of the one it is nested in.
    pub df: Vec<f64>,
    /// RMSEA under the null hypothesis, likewise.
    pub h0: Vec<f64>,
    /// RMSEA under the alternative, likewise.
    pub ha: Vec<f64>,
    /// Level.
    pub alpha: f64,
    /// Groups.
    pub groups: usize,
    /// Power at each N.
    pub powers: Vec<FitPower>,
    /// The wanted power, where one was asked for.
    pub target: Option<f64>,
    /// The least N that reaches it; `None` also beyond 10⁸.
    pub cases_needed: Option<usize>,
}

/// Power at one N.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FitPower {
    /// N over all groups.
    pub n_total: usize,
    /// The critical value of the statistic.
    pub critical: Option<f64>,
    /// The power.
    pub power: Option<f64>,
}

impl FitPowerReport {
    /// The power of a test at each N, and the N for a wanted power. `df`, `h0` and `ha` are shown as they were given.
    pub fn new(
        test: &FitTest,
        [df, h0, ha]: [Vec<f64>; 3],
        cases: &[usize],
        target: Option<f64>,
    ) -> Result<FitPowerReport, SemError> {
        if let Some(target) = target.filter(|target| !(*target > 0.0 && *target < 1.0)) {
            return Err(SemError::Option(format!("target = {target}: a power between 0 and 1 is expected")));
        }
        let at = |n: &usize| FitPower { n_total: *n, critical: test.critical(*n as f64), power: test.power(*n as f64) };
        Ok(FitPowerReport {
            schema: "covary.power.fit/1",
            kind: test.kind(),
            df,
            h0,
            ha,
            alpha: test.alpha,
            groups: test.groups,
            powers: cases.iter().map(at).collect(),
            target,
            cases_needed: target.and_then(|target| test.cases_for(target)),
        })
    }
}

fn check_rmsea(values: &[(&str, f64)]) -> Result<(), SemError> {
    match values.iter().find(|(_, value)| !(*value >= 0.0 && value.is_finite())) {
        Some((name, value)) => Err(SemError::Option(format!("{name} = {value}: an RMSEA is 0 or more"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// semTools 0.5-6, findRMSEApower(); ten digits kept, 1e-9.
    #[test]
    fn power_is_that_of_sem_tools() {
        let check = |h0, ha, df, n, groups, alpha, expected: f64| {
            let power = FitTest::of_model(df, h0, ha, alpha, groups).unwrap().power(n).unwrap();
            assert!((power - expected).abs() < 1e-9, "{h0}, {ha}, {df}, {n}: {power}");
        };
        check(0.05, 0.08, 50.0, 200.0, 1, 0.05, 0.769_104_659_651);
        check(0.05, 0.01, 50.0, 200.0, 1, 0.05, 0.608_239_394_793);
        check(0.0, 0.05, 20.0, 150.0, 1, 0.05, 0.291_409_230_176);
        check(0.05, 0.08, 10.0, 500.0, 2, 0.01, 0.149_974_773_444);
        check(0.05, 0.10, 100.0, 80.0, 1, 0.05, 0.916_447_816_668);
    }

    /// R 4.2.2, `pchisq` and `qchisq` with `ncp`; seven digits kept, N by halving.
    #[test]
    fn power_and_cases_are_those_of_r() {
        let close = |df: f64| FitTest::of_model(df, 0.05, 0.08, 0.05, 1).unwrap();
        let not_close = |df: f64| FitTest::of_model(df, 0.05, 0.01, 0.05, 1).unwrap();
        for (df, n, of_close, of_not_close) in [
            (5.0, 100.0, 0.127_005_1, 0.080_623_74),
            (50.0, 200.0, 0.769_104_7, 0.608_239_4),
            (100.0, 400.0, 0.999_827_9, 0.999_644_2),
            (30.0, 300.0, 0.780_223_5, 0.673_171_1),
        ] {
            assert!((close(df).power(n).unwrap() - of_close).abs() < 1e-7, "{df}, {n}: {:?}", close(df).power(n));
            let own = not_close(df).power(n);
            assert!((own.unwrap() - of_not_close).abs() < 1e-7, "{df}, {n}: {own:?}");
        }
        for (df, of_close, of_not_close) in
            [(2.0, 3494, 2382), (10.0, 782, 750), (20.0, 434, 474), (50.0, 214, 268), (100.0, 132, 178)]
        {
            assert_eq!(close(df).cases_for(0.8), Some(of_close), "{df}");
            assert_eq!(not_close(df).cases_for(0.8), Some(of_not_close), "{df}");
        }
    }

    /// semTools 0.5-6, findRMSEApowernested(), findRMSEAsamplesizenested().
    #[test]
    fn nested_models_are_those_of_sem_tools() {
        let test = |h0, ha, groups| FitTest::of_nested([22.0, 20.0], h0, ha, 0.05, groups).unwrap();
        let difference = test([0.0, 0.0], [0.06, 0.05], 1);
        assert!((difference.power(200.0).unwrap() - 0.569_500_870_198).abs() < 1e-9);
        assert_eq!(difference.cases_for(0.8), Some(331));
        let small = test([0.06, 0.05], [0.08, 0.05], 1);
        assert!((small.power(200.0).unwrap() - 0.562_498_566_955).abs() < 1e-9);
    }

    #[test]
    fn what_is_no_test_is_refused() {
        let message = |result: Result<FitTest, SemError>| result.unwrap_err().to_string();
        assert!(message(FitTest::of_model(0.0, 0.05, 0.08, 0.05, 1)).contains("df = 0"));
        assert!(message(FitTest::of_model(10.0, 0.05, 0.05, 0.05, 1)).contains("both 0.05"));
        assert!(message(FitTest::of_model(10.0, f64::NAN, 0.05, 0.05, 1)).contains("h0"));
        assert!(message(FitTest::of_model(10.0, 0.05, 0.08, 1.5, 1)).contains("alpha"));
        let nested = |df, ha| message(FitTest::of_nested(df, [0.0; 2], ha, 0.05, 1));
        assert!(nested([20.0, 22.0], [0.06, 0.05]).contains("comes first"));
        assert!(nested([22.0, 20.0], [0.01, 0.05]).contains("fit better"));
    }
}
