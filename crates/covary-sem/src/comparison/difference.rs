//! Likelihood-ratio tests between nested fits, standard, scaled and shifted.

use covary_numerics::distributions::{chi_squared_sf, noncentrality};
use serde::{Deserialize, Serialize};

use super::{satorra_2000, satorra_bentler};
use crate::{Fit, SemError, fit_report::input, inference::model_tests::ModelTest, settings::TestName};

/// Level of the interval of RMSEA_D.
const LEVEL: f64 = 0.90;

/// How two χ² are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum DifferenceMethod {
    /// T₀ − T₁ of the standard statistics.
    #[serde(rename = "standard")]
    Standard,
    /// Satorra and Bentler (2001): the difference scaled by what the scaling factors of both fits give.
    #[serde(rename = "satorra.bentler.2001")]
    SatorraBentler2001,
    /// Satorra and Bentler (2010): the same with a scaling factor that cannot become negative.
    #[serde(rename = "satorra.bentler.2010")]
    SatorraBentler2010,
    /// Satorra (2000): the exact mean, and on demand the variance, of the difference.
    #[serde(rename = "satorra.2000")]
    Satorra2000,
}

impl DifferenceMethod {
    /// All of them.
    pub const ALL: [DifferenceMethod; 4] = [
        DifferenceMethod::Standard,
        DifferenceMethod::SatorraBentler2001,
        DifferenceMethod::SatorraBentler2010,
        DifferenceMethod::Satorra2000,
    ];

    /// As lavaan writes it.
    pub fn word(self) -> &'static str {
        match self {
            DifferenceMethod::Standard => "standard",
            DifferenceMethod::SatorraBentler2001 => "satorra.bentler.2001",
            DifferenceMethod::SatorraBentler2010 => "satorra.bentler.2010",
            DifferenceMethod::Satorra2000 => "satorra.2000",
        }
    }

    /// The method of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }
}

/// Where `satorra.2000` takes the restrictions between two models from (lavaan's `A.method`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restrictions {
    /// From the derivatives of the moments of both, whatever their parameters are: `delta`.
    #[default]
    Derivatives,
    /// From the parameters that the restricted model fixes or holds equal: `exact`.
    Parameters,
}

/// Choices for difference tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferenceSettings {
    /// The method; `None`: the one that goes with the fits' tests: `standard` where they are not scaled, `satorra.2000` where
    /// their variance is adjusted, else `satorra.bentler.2001`.
    pub method: Option<DifferenceMethod>,
    /// Whether `satorra.2000` scales and shifts; else it scales the mean, and of fits whose tests adjust the variance the
    /// degrees of freedom, too.
    pub scaled_shifted: bool,
    /// Where `satorra.2000` takes the restrictions from.
    pub restrictions: Restrictions,
}

impl Default for DifferenceSettings {
    fn default() -> Self {
        DifferenceSettings { method: None, scaled_shifted: true, restrictions: Restrictions::default() }
    }
}

/// A test of the restrictions that one model adds to another.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct DifferenceTest {
    /// The method.
    pub method: DifferenceMethod,
    /// χ² of the difference; `None` where the scaling factor is not positive.
    pub chisq_diff: Option<f64>,
    /// Its degrees of freedom; a fraction where the variance is adjusted.
    pub df_diff: f64,
    /// Its p value.
    pub pvalue: Option<f64>,
    /// What T₀ − T₁ is divided by.
    pub scaling_factor: Option<f64>,
    /// What is added after scaling.
    pub shift: Option<f64>,
    /// RMSEA_D: the misfit of the restrictions per degree of freedom; of the standard difference alone.
    pub rmsea: Option<f64>,
    /// Lower limit of its 90% interval.
    #[serde(rename = "rmsea.ci.lower")]
    pub rmsea_ci_lower: Option<f64>,
    /// Upper limit.
    #[serde(rename = "rmsea.ci.upper")]
    pub rmsea_ci_upper: Option<f64>,
}

/// The difference of two fits that is to be tested.
#[derive(Clone, Copy)]
pub(super) struct Difference<'a> {
    /// Model 0.
    pub restricted: &'a Fit,
    /// Model 1.
    pub full: &'a Fit,
    /// T₀ − T₁ of the standard statistics.
    pub statistic: f64,
    /// m = df₀ − df₁.
    pub df: f64,
}

/// Tests the restrictions that `restricted` adds to `full`.
///
/// T are the standard statistics in every method: a scaled difference is no difference of scaled statistics.
/// RMSEA_D = √(G · max(d − m, 0)/(N m)), d the standard difference on m degrees of freedom; N under every likelihood and
/// estimator, as in lavaan.
///
/// Whether the models are nested is not looked at: see [`nesting`](super::nesting()).
///
/// # Errors
/// [`SemError::Option`] where one of the fits has no test, where `restricted` has no more degrees of freedom, and where a
/// scaled method meets fits without scaled tests, or with different ones.
///
/// # Source
/// Steiger, Shapiro and Browne (1985); Browne and Du Toit (1992) for RMSEA_D, with the factor G as in
/// [`rmsea`](crate::fit_indices::rmsea). lavaan 0.6-14, lavTestLRT().
pub fn difference_test(restricted: &Fit, full: &Fit, settings: DifferenceSettings) -> Result<DifferenceTest, SemError> {
    let (Some(of_restricted), Some(of_full)) = (restricted.test, full.test) else {
        return Err(SemError::Option("a difference test needs a chi-square of both models".into()));
    };
    let df = restricted.degrees_of_freedom - full.degrees_of_freedom;
    if df <= 0 {
        return Err(SemError::Option(format!(
            "a difference test needs more degrees of freedom in the restricted model: it has {}, the other {}",
            restricted.degrees_of_freedom, full.degrees_of_freedom
        )));
    }
    let difference =
        Difference { restricted, full, statistic: of_restricted.statistic - of_full.statistic, df: df as f64 };
    let scaled = scaled_tests(restricted, full)?;
    let natural = match scaled {
        None => DifferenceMethod::Standard,
        Some([test, _]) if adjusts_variance(test.name) => DifferenceMethod::Satorra2000,
        Some(_) => DifferenceMethod::SatorraBentler2001,
    };
    match (settings.method.unwrap_or(natural), scaled) {
        (DifferenceMethod::Standard, _) => Ok(standard(difference)),
        (method, None) => Err(SemError::Option(format!(
            "method {} needs scaled tests: take a robust estimator such as MLR or MLM, or method standard",
            method.word()
        ))),
        (DifferenceMethod::SatorraBentler2001, Some(tests)) => Ok(satorra_bentler::of_2001(difference, tests)),
        (DifferenceMethod::SatorraBentler2010, Some(tests)) => satorra_bentler::of_2010(difference, tests),
        (DifferenceMethod::Satorra2000, Some([test, _])) => {
            satorra_2000::test(difference, settings, adjusts_variance(test.name))
        }
    }
}

/// The scaled tests of both fits, `None` where neither has one.
fn scaled_tests(restricted: &Fit, full: &Fit) -> Result<Option<[ModelTest; 2]>, SemError> {
    let scaled = |fit: &Fit| fit.tests.iter().find(|test| test.name.is_scaled()).copied();
    match (scaled(restricted), scaled(full)) {
        (None, None) => Ok(None),
        (Some(one), Some(other)) if one.name == other.name => Ok(Some([one, other])),
        _ => Err(SemError::Option("a difference test needs the same kind of test of both models".into())),
    }
}

/// Whether a test adjusts mean and variance.
fn adjusts_variance(name: TestName) -> bool {
    matches!(name, TestName::ScaledShifted | TestName::MeanVarAdjusted)
}

fn standard(difference: Difference) -> DifferenceTest {
    let Difference { statistic, df, .. } = difference;
    let input = input::lavaan(difference.restricted);
    let cases = difference.restricted.cases() as f64;
    let on_scale = |lambda: f64| (input.rmsea_group_factor * lambda / (cases * df)).sqrt();
    let limit = |probability: f64| on_scale(noncentrality(statistic.max(0.0), df, probability));
    DifferenceTest {
        rmsea: Some(on_scale((statistic - df).max(0.0))),
        rmsea_ci_lower: Some(limit(1.0 - (1.0 - LEVEL) / 2.0)),
        rmsea_ci_upper: Some(limit((1.0 - LEVEL) / 2.0)),
        scaling_factor: None,
        ..DifferenceTest::scaled(DifferenceMethod::Standard, statistic, 1.0, 0.0, df)
    }
}

impl DifferenceTest {
    /// (T₀ − T₁)/c + shift on `df` degrees of freedom. No statistic with c ≤ 0.
    pub(super) fn scaled(method: DifferenceMethod, difference: f64, factor: f64, shift: f64, df: f64) -> Self {
        let statistic = Some(difference / factor + shift).filter(|_| factor > 0.0);
        DifferenceTest {
            method,
            chisq_diff: statistic,
            df_diff: df,
            pvalue: statistic.map(|statistic| chi_squared_sf(statistic.max(0.0), df)),
            scaling_factor: Some(factor),
            shift: Some(shift).filter(|shift| *shift != 0.0),
            rmsea: None,
            rmsea_ci_lower: None,
            rmsea_ci_upper: None,
        }
    }

    /// What is wrong with the test, in plain words.
    pub fn problem(&self) -> Option<String> {
        match (self.chisq_diff, self.scaling_factor) {
            (None, Some(factor)) => Some(format!(
                "the scaling factor of the difference is {factor:.3}, and a negative one makes no test (method {}); take \
                 satorra.bentler.2010 or satorra.2000",
                self.method.word()
            )),
            (Some(difference), _) if difference < 0.0 && self.shift.is_none() => Some(format!(
                "the restricted model fits better than the other (difference {difference:.3}): one of the two stopped short \
                 of its optimum"
            )),
            _ => None,
        }
    }
}
