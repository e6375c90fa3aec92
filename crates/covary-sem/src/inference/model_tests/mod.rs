//! Tests of a model against the saturated one: one test, or one tight family, per file, and one list, [`ALL`].
//!
//! A test sees a [`TestInput`]: the solution, the standard statistic and traces that several tests share.

mod browne_residual;
mod mean_var_adjusted;
mod of_fit;
mod satorra_bentler;
mod scaled_shifted;
mod standard;
mod traces;
mod yuan_bentler;

pub(crate) use browne_residual::differences;

use std::cell::OnceCell;

use serde::Serialize;

use super::Solution;
use crate::settings::TestName;
use traces::Traces;

/// A test of a model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ModelTest {
    /// Which test.
    pub name: TestName,
    /// Its statistic.
    pub statistic: f64,
    /// Its degrees of freedom; of the mean- and variance-adjusted test a fraction.
    pub df: f64,
    /// Upper tail of χ²; `None` with df = 0, and where the statistic has no known distribution.
    pub p_value: Option<f64>,
    /// c, what the standard statistic is divided by.
    pub scaling_factor: Option<f64>,
    /// What is added after scaling (scaled and shifted).
    pub shift: Option<f64>,
    /// Scaling factors of the saturated and of the model's log-likelihood (Yuan and Bentler).
    pub likelihood_scaling: Option<LikelihoodScaling>,
    /// tr UΓ̂ / df, the mean of the eigenvalues that scale the statistic: what robust fit indices take.
    pub mean_eigenvalue: Option<f64>,
}

/// Scaling factors of log-likelihoods, as Mplus prints them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct LikelihoodScaling {
    /// Of the saturated model: tr(Wu⁻¹Bu) over the number of moments.
    pub h1: f64,
    /// Of the model: tr(H⁻I(B)) over the number of free rows, before equality constraints.
    pub h0: f64,
}

/// What tests are computed from.
#[derive(Debug)]
pub struct TestInput<'a> {
    /// The model at its estimates.
    pub solution: &'a Solution<'a>,
    /// T, the standard statistic.
    pub statistic: f64,
    /// Degrees of freedom, at least 0.
    pub df: f64,
    traces: OnceCell<Option<Traces>>,
}

impl<'a> TestInput<'a> {
    /// The input of a solution with its standard statistic.
    pub fn new(solution: &'a Solution<'a>, statistic: f64, df: f64) -> Self {
        TestInput { solution, statistic, df, traces: OnceCell::new() }
    }

    /// tr UΓ̂ and tr (UΓ̂)²; `None` where only moments are known.
    fn traces(&self) -> Option<&Traces> {
        self.traces.get_or_init(|| Traces::new(self.solution)).as_ref()
    }

    /// A scaled test without degrees of freedom: nothing is there to be scaled.
    fn saturated(&self, name: TestName) -> Option<ModelTest> {
        (self.df == 0.0).then_some(ModelTest {
            name,
            statistic: self.statistic,
            df: 0.0,
            p_value: None,
            scaling_factor: None,
            shift: None,
            likelihood_scaling: None,
            mean_eigenvalue: None,
        })
    }

    /// The statistic divided by c, with upper tail on `df`.
    fn scaled(&self, name: TestName, scaling_factor: f64, shift: f64, df: f64) -> ModelTest {
        let statistic = self.statistic / scaling_factor + shift;
        ModelTest {
            name,
            statistic,
            df,
            p_value: upper_tail(statistic, df),
            scaling_factor: Some(scaling_factor),
            shift: None,
            likelihood_scaling: None,
            mean_eigenvalue: None,
        }
    }
}

/// P(χ²_df > statistic). `None` with df = 0.
pub(crate) fn upper_tail(statistic: f64, df: f64) -> Option<f64> {
    (df > 0.0).then(|| covary_numerics::distributions::chi_squared_sf(statistic.max(0.0), df))
}

/// A member of the family.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The test.
    pub name: TestName,
    /// Its computation; `None` where it does not exist for the fit.
    pub compute: fn(&TestInput) -> Option<ModelTest>,
}

/// All tests that are computed from a fit alone.
pub const ALL: &[Member] = &[
    Member { name: TestName::Standard, compute: standard::test },
    Member { name: TestName::SatorraBentler, compute: satorra_bentler::test },
    Member { name: TestName::YuanBentler, compute: yuan_bentler::test },
    Member { name: TestName::YuanBentlerMplus, compute: yuan_bentler::test_of_mplus },
    Member { name: TestName::MeanVarAdjusted, compute: mean_var_adjusted::test },
    Member { name: TestName::ScaledShifted, compute: scaled_shifted::test },
    Member { name: TestName::BrowneResidualNt, compute: browne_residual::under_normal_theory },
    Member { name: TestName::BrowneResidualNtModel, compute: browne_residual::under_normal_theory_of_model },
    Member { name: TestName::BrowneResidualAdf, compute: browne_residual::distribution_free },
    Member { name: TestName::BrowneResidualAdfModel, compute: browne_residual::distribution_free_of_model },
];

/// The tests by name, in the order asked for; those that do not exist for the fit are left out.
pub fn compute(input: &TestInput, names: &[TestName]) -> Vec<ModelTest> {
    let member = |name: &TestName| ALL.iter().find(|member| member.name == *name);
    names.iter().filter_map(member).filter_map(|member| (member.compute)(input)).collect()
}
