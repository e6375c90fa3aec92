//! Satorra and Bentler's mean-scaled statistic.

use super::{ModelTest, TestInput};
use crate::settings::TestName;

/// T/c, c = tr UΓ̂ / df.
///
/// # Source
/// Satorra and Bentler (1994).
pub(super) fn test(input: &TestInput) -> Option<ModelTest> {
    if input.df == 0.0 {
        return input.saturated(TestName::SatorraBentler);
    }
    let mean = input.traces()?.first / input.df;
    Some(ModelTest { mean_eigenvalue: Some(mean), ..input.scaled(TestName::SatorraBentler, mean, 0.0, input.df) })
}
