//! Means, variances and central moments that do not lose digits.

use crate::{Matrix, matrix::dot};

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
    if values.is_empty() {
        return None;
    }
    let (mean, remainder) = means_in_two_parts(values, 1)[0];
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
/// Products of deviations are summed in eight interleaved sums over blocks of cases, and the blocks
/// with compensation: the accuracy of a compensated sum at the speed of a plain one. Without cases
/// the means and covariances are zeros.
pub fn mean_and_covariance(cases: &Matrix) -> (Vec<f64>, Matrix) {
    let (n, p) = (cases.rows(), cases.columns());
    let centre = means_in_two_parts(cases.values(), p);
    let mut products = vec![CompensatedSum::default(); p * (p + 1) / 2];
    // Deviations by variable, so that products are taken along memory.
    let mut deviations = vec![0.0; p * CASES_IN_A_BLOCK];
    for first in (0..n).step_by(CASES_IN_A_BLOCK) {
        let size = CASES_IN_A_BLOCK.min(n - first);
        for k in 0..size {
            for (j, (x, (mean, remainder))) in cases.row(first + k).iter().zip(&centre).enumerate() {
                deviations[j * CASES_IN_A_BLOCK + k] = (x - mean) - remainder;
            }
        }
        add_products(&mut products, &deviations, size);
    }
    let divisor = n.max(1) as f64;
    let covariance = Matrix::from_fn(p, p, |i, j| {
        let (high, low) = (i.max(j), i.min(j));
        products[high * (high + 1) / 2 + low].total() / divisor
    });
    (centre.into_iter().map(|(mean, _)| mean).collect(), covariance)
}

/// Eight plain sums of eight products each err by at most 8 ε of the sum of magnitudes.
const CASES_IN_A_BLOCK: usize = 64;

/// Adds the products of each pair of variables, in the order of a lower triangle by rows.
fn add_products(products: &mut [CompensatedSum], deviations: &[f64], size: usize) {
    let variable = |j: usize| &deviations[j * CASES_IN_A_BLOCK..j * CASES_IN_A_BLOCK + size];
    let pairs = (0..deviations.len() / CASES_IN_A_BLOCK).flat_map(|i| (0..=i).map(move |j| (i, j)));
    for (product, (i, j)) in products.iter_mut().zip(pairs) {
        product.add(dot(variable(i), variable(j)));
    }
}

/// The mean of each variable and what its rounding left out; zeros without cases. `cases`: case after case.
///
/// All variables at once, case by case: the sums do not wait for one another, and memory is read in order.
fn means_in_two_parts(cases: &[f64], variables: usize) -> Vec<(f64, f64)> {
    let n = (cases.len() / variables.max(1)).max(1) as f64;
    let mut sums = vec![CompensatedSum::default(); variables];
    for case in cases.chunks(variables.max(1)) {
        sums.iter_mut().zip(case).for_each(|(sum, x)| sum.add(*x));
    }
    let means: Vec<f64> = sums.iter().map(|sum| sum.total() / n).collect();
    let mut remainders = vec![CompensatedSum::default(); variables];
    for case in cases.chunks(variables.max(1)) {
        remainders.iter_mut().zip(case).zip(&means).for_each(|((sum, x), mean)| sum.add(x - mean));
    }
    let in_two_parts = |(mean, remainder): (f64, CompensatedSum)| {
        let remainder = remainder.total() / n;
        let better = mean + remainder;
        (better, remainder - (better - mean))
    };
    means.into_iter().zip(remainders).map(in_two_parts).collect()
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
