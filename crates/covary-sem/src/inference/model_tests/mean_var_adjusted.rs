//! The mean- and variance-adjusted statistic.

use super::{ModelTest, TestInput};
use crate::settings::TestName;

/// T/c on df' = (tr UΓ̂)²/tr (UΓ̂)² degrees of freedom, c = tr UΓ̂ / df'.
///
/// # Source
/// Satterthwaite (1941); Satorra and Bentler (1994).
pub(super) fn test(input: &TestInput) -> Option<ModelTest> {
    if input.df == 0.0 {
        return input.saturated(TestName::MeanVarAdjusted);
    }
    let traces = input.traces()?;
    let df = traces.first * traces.first / traces.second?;
    Some(ModelTest {
        mean_eigenvalue: Some(traces.first / input.df),
        ..input.scaled(TestName::MeanVarAdjusted, traces.first / df, 0.0, df)
    })
}
