//! The statistic that the estimator minimises.

use super::{ModelTest, TestInput, upper_tail};
use crate::{estimators::Estimator, settings::TestName};

/// T = Σ n_g F_g (ML), Σ (n_g − 1)F_g (least squares) on df degrees of freedom.
///
/// Unweighted least squares has no χ² distribution, hence no p; use a robust test with it.
pub(super) fn test(input: &TestInput) -> Option<ModelTest> {
    let known = input.solution.estimator() != Estimator::Uls;
    Some(ModelTest {
        name: TestName::Standard,
        statistic: input.statistic,
        df: input.df,
        p_value: upper_tail(input.statistic, input.df).filter(|_| known),
        scaling_factor: None,
        shift: None,
        likelihood_scaling: None,
        mean_eigenvalue: None,
    })
}
