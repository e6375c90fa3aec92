//! The scaled and shifted statistic.

use super::{ModelTest, TestInput};
use crate::settings::TestName;

/// T/a + df − tr UΓ̂ / a, a = √(tr (UΓ̂)² / df): mean and variance of χ²_df.
///
/// # Source
/// Asparouhov and Muthén (2010).
pub(super) fn test(input: &TestInput) -> Option<ModelTest> {
    if input.df == 0.0 {
        return input.saturated(TestName::ScaledShifted);
    }
    let traces = input.traces()?;
    let scale = (traces.second? / input.df).sqrt();
    let shift = input.df - traces.first / scale;
    Some(ModelTest {
        shift: Some(shift),
        mean_eigenvalue: Some(traces.first / input.df),
        ..input.scaled(TestName::ScaledShifted, scale, shift, input.df)
    })
}
