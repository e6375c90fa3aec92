//! GFI's two quadratic forms where values are missing.

use covary_numerics::Matrix;

use super::information::embedded_inverse;
use crate::sample::{BlockSample, incomplete};

/// d'Wd and s'Ws in the metric W of the patterns at the implied moments: s the available cases' means and the pairs'
/// covariances (divisor n), d = s − σ(θ̂), the moments of fixed x left out. Of the first p variables, as many as `covariance` has: auxiliary ones stand behind them.
///
/// With sampling weights s are the moments of the saturated model. As in lavaan 0.6-14, whose other residual indices take the moments of the saturated model. `None` with complete data
/// and where a sub-block is not positive definite.
pub fn quadratic_forms(
    block: &BlockSample,
    mean: &[f64],
    covariance: &Matrix,
    fixed_x: &[usize],
) -> Option<(f64, f64)> {
    let patterns = block.patterns.as_ref()?;
    let p = covariance.rows();
    let patterns = if p < patterns.variables { &patterns.of_variables(&(0..p).collect::<Vec<_>>()) } else { patterns };
    let all: Vec<usize> = (0..p).collect();
    let (means, s) = if block.case_weights.is_some() {
        (block.mean.as_ref()?[..p].to_vec(), block.covariance.select(&all, &all))
    } else {
        let pairs = incomplete::pairwise_of(block.rows.as_ref()?, &block.row_weights()?, &all)?;
        (patterns.by_variable().iter().map(|variable| variable.mean).collect(), pairs)
    };
    let is_x = |i: usize| fixed_x.contains(&i);
    let kept = |i: usize, j: usize, value: f64| if is_x(i) && is_x(j) { 0.0 } else { value };
    let total = Matrix::from_fn(p, p, |i, j| kept(i, j, s[(i, j)]));
    let residual = Matrix::from_fn(p, p, |i, j| kept(i, j, s[(i, j)] - covariance[(i, j)]));
    let total_mean: Vec<f64> = (0..p).map(|i| kept(i, i, means[i])).collect();
    let residual_mean: Vec<f64> = (0..p).map(|i| kept(i, i, means[i] - mean[i])).collect();
    let (mut unexplained, mut all_of_it) = (0.0, 0.0);
    for pattern in &patterns.list {
        let metric = embedded_inverse(covariance, &pattern.observed)?;
        let share = patterns.share(pattern);
        unexplained += share * quadratic_form(&metric, &residual, &residual_mean);
        all_of_it += share * quadratic_form(&metric, &total, &total_mean);
    }
    Some((unexplained, all_of_it))
}

/// ½ tr(NANA) + a'Na.
fn quadratic_form(metric: &Matrix, covariance: &Matrix, mean: &[f64]) -> f64 {
    let product = metric.times(covariance);
    let p = product.rows();
    let trace: f64 = (0..p).map(|i| (0..p).map(|j| product[(i, j)] * product[(j, i)]).sum::<f64>()).sum();
    0.5 * trace + mean.iter().zip(metric.times_vector(mean)).map(|(l, r)| l * r).sum::<f64>()
}
