//! Means, variances and central moments that do not lose digits.

use crate::Matrix;

/// Count, mean and sums of powers of deviations of one variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CentralMoments {
    /// Number of values.
    pub n: usize,
    /// Mean.
    pub mean: f64,
    /// Σ(x − x̄)².
    pub sum2: f64,
    /// Σ(x − x̄)³.
    pub sum3: f64,
    /// Σ(x − x̄)⁴.
    pub sum4: f64,
}

/// Central moments in two passes with compensated sums. `None` without values.
///
/// Deviations are taken from the mean in twice the working precision: with values near 10⁷ that
/// differ by .1, the rounding of the mean itself would otherwise be felt in Σ(x − x̄)³.
///
/// # Source
/// Neumaier (1974) for the sums; checked against NIST's StRD univariate sets.
pub fn central_moments(values: &[f64]) -> Option<CentralMoments> {
    let (mean, remainder) = mean_in_two_parts(values.iter().copied(), values.len())?;
    let [mut sum2, mut sum3, mut sum4] = [CompensatedSum::default(); 3];
    for value in values {
        let deviation = (value - mean) - remainder;
        let square = deviation * deviation;
        sum2.add(square);
        sum3.add(square * deviation);
        sum4.add(square * square);
    }
    Some(CentralMoments { n: values.len(), mean, sum2: sum2.total(), sum3: sum3.total(), sum4: sum4.total() })
}

/// Means and covariance matrix (divisor N) of complete cases; `cases`: N × p.
///
/// Products of deviations are summed plainly over blocks of cases and the blocks with compensation:
/// the accuracy of a compensated sum at nearly the speed of a plain one. Without cases the means
/// and covariances are zeros.
pub fn mean_and_covariance(cases: &Matrix) -> (Vec<f64>, Matrix) {
    let (n, p) = (cases.rows(), cases.columns());
    let centre: Vec<(f64, f64)> =
        (0..p).map(|j| mean_in_two_parts((0..n).map(|i| cases[(i, j)]), n).unwrap_or_default()).collect();
    let mut products = vec![CompensatedSum::default(); p * (p + 1) / 2];
    let mut block_sums = vec![0.0; products.len()];
    let mut deviations = vec![0.0; p];
    for first in (0..n).step_by(CASES_IN_A_BLOCK) {
        block_sums.fill(0.0);
        for i in first..n.min(first + CASES_IN_A_BLOCK) {
            for ((d, x), (mean, remainder)) in deviations.iter_mut().zip(cases.row(i)).zip(&centre) {
                *d = (x - mean) - remainder;
            }
            add_products(&mut block_sums, &deviations);
        }
        for (product, sum) in products.iter_mut().zip(&block_sums) {
            product.add(*sum);
        }
    }
    let divisor = n.max(1) as f64;
    let covariance = Matrix::from_fn(p, p, |i, j| {
        let (high, low) = (i.max(j), i.min(j));
        products[high * (high + 1) / 2 + low].total() / divisor
    });
    (centre.into_iter().map(|(mean, _)| mean).collect(), covariance)
}

/// Over 32 products a plain sum errs by at most 32 ε of the sum of their magnitudes, on average by √32 ε.
const CASES_IN_A_BLOCK: usize = 32;

/// Adds the lower triangle, by rows, of the outer product of `deviations`.
fn add_products(sums: &mut [f64], deviations: &[f64]) {
    let mut rest = sums;
    for (i, left) in deviations.iter().enumerate() {
        let (row, after) = rest.split_at_mut(i + 1);
        for (sum, right) in row.iter_mut().zip(&deviations[..=i]) {
            *sum += left * right;
        }
        rest = after;
    }
}

/// The mean and what its rounding left out. `None` without values.
fn mean_in_two_parts(values: impl Iterator<Item = f64> + Clone, n: usize) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let mut sum = CompensatedSum::default();
    values.clone().for_each(|value| sum.add(value));
    let mean = sum.total() / n as f64;
    let mut remainder = CompensatedSum::default();
    values.for_each(|value| remainder.add(value - mean));
    let remainder = remainder.total() / n as f64;
    let better = mean + remainder;
    Some((better, remainder - (better - mean)))
}

/// A running sum that carries its rounding errors along.
///
/// The result errs by ε of the sum and n ε² of the sum of magnitudes, so that 10⁶ values of either
/// sign sum to the last digit unless they cancel almost wholly.
///
/// # Source
/// Neumaier (1974), Zeitschrift für Angewandte Mathematik und Mechanik 54.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CompensatedSum {
    sum: f64,
    errors: f64,
}

impl CompensatedSum {
    /// Adds a value.
    pub fn add(&mut self, value: f64) {
        let next = self.sum + value;
        // Exact for any order of magnitudes (Knuth), without a branch, so that it vectorises.
        let of_value = next - self.sum;
        let error = (self.sum - (next - of_value)) + (value - of_value);
        self.errors += error;
        self.sum = next;
    }

    /// The sum of all values added.
    pub fn total(&self) -> f64 {
        // Once infinite, the error term is NaN and says nothing.
        if self.sum.is_finite() { self.sum + self.errors } else { self.sum }
    }
}
