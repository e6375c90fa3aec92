//! A fitted model at other parameter values: what derivatives of derived quantities are taken from.

use crate::{Fit, estimate::defined::RowEstimates, fit::ImpliedMoments};

/// The estimate of every row and the implied moments of every block with `theta` in place of the estimates.
///
/// `None` where I − B is singular there.
pub fn evaluate(fit: &Fit, theta: &[f64]) -> Option<(Vec<Option<f64>>, Vec<ImpliedMoments>)> {
    let exogenous = fit.exogenous();
    let implied = fit
        .matrices
        .blocks
        .iter()
        .enumerate()
        .map(|(block, layout)| Some(fit.matrices.matrices(block, theta, &exogenous)?.implied(layout)));
    Some((RowEstimates::new(&fit.table).at(theta), implied.collect::<Option<_>>()?))
}
