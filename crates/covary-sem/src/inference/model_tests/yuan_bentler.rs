//! Yuan and Bentler's statistics.

use covary_numerics::Matrix;

use super::{LikelihoodScaling, ModelTest, TestInput};
use crate::{
    estimators::Estimator,
    inference::sandwich::Purpose,
    settings::{Information, SaturatedAt, TestName},
};

/// T/c with the information of the saturated model in the trace of the model; with expected information, and where values
/// are missing, c = tr UΓ̂ / df.
///
/// `None` where only moments are known.
///
/// # Source
/// Yuan and Bentler (2000).
pub(super) fn test(input: &TestInput) -> Option<ModelTest> {
    let solution = input.solution;
    let at = solution.settings.h1_information[1].unwrap_or(SaturatedAt::Structured);
    let information = match solution.settings.information_of_tests {
        Some(Information::Observed) => solution.observed_saturated(at)?,
        Some(Information::FirstOrder) => solution.first_order(at)?,
        _ => return by_trace(input, &solution.expected(at)?),
    };
    if solution.estimator() == Estimator::Fiml {
        return by_trace(input, &information);
    }
    scaled(input, &information, TestName::YuanBentler)
}

/// c = tr UΓ̂ / df; the scaling factors of the likelihoods stand beside it.
fn by_trace(input: &TestInput, information: &Matrix) -> Option<ModelTest> {
    let test = scaled(input, information, TestName::YuanBentler)?;
    if input.df == 0.0 {
        return Some(test);
    }
    let mean = input.traces()?.first / input.df;
    Some(ModelTest {
        likelihood_scaling: test.likelihood_scaling,
        mean_eigenvalue: Some(mean),
        ..input.scaled(TestName::YuanBentler, mean, 0.0, input.df)
    })
}

/// T/c, c = (tr(Wu⁻¹Bu) − tr(H⁻I(B)))/df, H the observed or expected information of the tests.
///
/// `None` where only moments are known.
///
/// # Source
/// Asparouhov and Muthén (2005), Mplus's MLR.
pub(super) fn test_of_mplus(input: &TestInput) -> Option<ModelTest> {
    let solution = input.solution;
    let information = solution.information(Purpose::Tests)?;
    scaled(input, &information, TestName::YuanBentlerMplus)
}

fn scaled(input: &TestInput, information: &Matrix, name: TestName) -> Option<ModelTest> {
    let solution = input.solution;
    let blocks = 0..solution.sample.blocks.len();
    let of_saturated: f64 = blocks.map(|block| solution.saturated_trace(block)).sum::<Option<f64>>()?
        + solution.matrices.frequencies.len() as f64;
    let inverse = solution.generalized_inverse(information)?;
    let first_order = solution.first_order(solution.meat_at(Purpose::Tests))?;
    let of_model: f64 = inverse.values().iter().zip(first_order.values()).map(|(l, r)| l * r).sum();
    let moments = super::super::test_statistic::moments(solution.matrices) as f64;
    let likelihood_scaling =
        Some(LikelihoodScaling { h1: of_saturated / moments, h0: of_model / solution.matrices.free as f64 });
    if let Some(test) = input.saturated(name) {
        return Some(ModelTest { likelihood_scaling, ..test });
    }
    let scaling_factor = (of_saturated - of_model) / input.df;
    Some(ModelTest {
        likelihood_scaling,
        mean_eigenvalue: Some(scaling_factor),
        ..input.scaled(name, scaling_factor, 0.0, input.df)
    })
}
