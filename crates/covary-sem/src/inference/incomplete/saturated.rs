//! Information of the saturated model about its own moments, from patterns: matrices of the order of the moments.
//!
//! Moments: means first, then the lower triangle of covariances by columns. FIML always models means.

use covary_numerics::{Matrix, linalg::Cholesky};

use super::information::{At, embedded_inverse, observed_metric};
use crate::{
    estimators::{PatternMoments, half, lower_triangle},
    inference::{Solution, casewise::cross_products, moment_covariance::moments_without},
    sample::{DistinctRows, Patterns},
    settings::{Information, SaturatedAt},
};

/// W = Σ_r n_r/n K_r'NT(Σ_oo)K_r. `None` where a sub-block of Σ is not positive definite.
pub fn expected(patterns: &[PatternMoments<f64>], covariance: &Matrix) -> Option<Matrix> {
    let p = covariance.rows();
    let mut sum = Matrix::zeros(moments(p), moments(p));
    for pattern in patterns.iter().filter(|pattern| pattern.share > 0.0) {
        let n = embedded_inverse(covariance, &pattern.observed)?;
        let own = OwnMoments::new(&pattern.observed, p);
        for &(row, i, j) in &own.pairs {
            for &(column, k, l) in own.pairs.iter().take_while(|(column, ..)| *column <= row) {
                let element = n[(i, k)] * n[(j, l)] + n[(i, l)] * n[(j, k)];
                sum[(row, column)] += pattern.share * half(i, j) * half(k, l) * element;
            }
        }
        own.add_means(&mut sum, &n, pattern.share);
    }
    Some(mirrored(sum))
}

/// A = Σ_r n_r/n K_r'A_rK_r: blocks N; δ'N-cross (N ⊗ δ'N)D; D'(N ⊗ (Q − ½N))D, Q = N(S_r + δδ')N.
///
/// `None` where a sub-block of Σ is not positive definite.
pub fn observed(patterns: &[PatternMoments<f64>], at: At) -> Option<Matrix> {
    let p = at.covariance.rows();
    let mut sum = Matrix::zeros(moments(p), moments(p));
    for pattern in patterns.iter().filter(|pattern| pattern.share > 0.0) {
        let metric = observed_metric(pattern, at)?;
        let (n, m, shift) = (&metric.inverse, metric.curvature(), &metric.shift);
        let own = OwnMoments::new(&pattern.observed, p);
        for &(row, i, j) in &own.pairs {
            for &(column, k, l) in own.pairs.iter().take_while(|(column, ..)| *column <= row) {
                let element =
                    n[(i, k)] * m[(j, l)] + n[(i, l)] * m[(j, k)] + n[(j, k)] * m[(i, l)] + n[(j, l)] * m[(i, k)];
                sum[(row, column)] += pattern.share * half(i, j) * half(k, l) * element;
            }
            for &mean in pattern.observed.iter() {
                let element = shift[i] * n[(j, mean)] + shift[j] * n[(i, mean)];
                sum[(row, mean)] += pattern.share * half(i, j) * element;
            }
        }
        own.add_means(&mut sum, n, pattern.share);
    }
    Some(mirrored(sum))
}

/// Scores of the distinct rows on the moments, k × p*: a and, with a = Ne, a_ia_j − n_ij (half of it for a variance).
///
/// `None` where a sub-block of Σ is not positive definite.
pub fn scores(patterns: &Patterns, rows: &DistinctRows, at: At) -> Option<Matrix> {
    let p = at.covariance.rows();
    let mut scores = Matrix::zeros(rows.values.rows(), moments(p));
    for pattern in &patterns.list {
        let n = embedded_inverse(at.covariance, &pattern.observed)?;
        let own = OwnMoments::new(&pattern.observed, p);
        for &k in &pattern.rows {
            let a = n.times_vector(&deviations(rows, k, at.mean));
            for &i in pattern.observed.iter() {
                scores[(k, i)] = a[i];
            }
            for &(column, i, j) in &own.pairs {
                scores[(k, column)] = half(i, j) * (a[i] * a[j] - n[(i, j)]);
            }
        }
    }
    Some(scores)
}

/// y − μ of a distinct row; 0 where nothing was observed.
pub(crate) fn deviations(rows: &DistinctRows, row: usize, mean: &[f64]) -> Vec<f64> {
    rows.values.row(row).iter().zip(mean).map(|(y, m)| if y.is_nan() { 0.0 } else { y - m }).collect()
}

impl Solution<'_> {
    /// A of a block. `None` with complete data and where a sub-block is not positive definite.
    pub(crate) fn saturated_observed(&self, block: usize, at: SaturatedAt) -> Option<Matrix> {
        observed(&self.sample.blocks[block].patterns.as_ref()?.moments(), self.moments_at(block, at)?)
    }

    /// W of a block. `None` with complete data and where a sub-block is not positive definite.
    pub(crate) fn saturated_expected(&self, block: usize, at: SaturatedAt) -> Option<Matrix> {
        let patterns = self.sample.blocks[block].patterns.as_ref()?.moments();
        expected(&patterns, self.moments_at(block, at)?.covariance)
    }

    /// B of a block: the mean cross-product of scores of cases (weighted cases, clusters) on the moments.
    ///
    /// `None` with complete data and where a sub-block is not positive definite.
    pub(crate) fn saturated_first_order(&self, block: usize, at: SaturatedAt) -> Option<Matrix> {
        let sample = &self.sample.blocks[block];
        let scores = scores(sample.patterns.as_ref()?, sample.rows.as_ref()?, self.moments_at(block, at)?)?;
        cross_products(sample, &scores)
    }

    /// tr(Au⁻¹Bu) of a block over the moments that are not fixed, Au the observed information of the saturated model;
    /// with expected information of the tests tr(Wu⁻¹Bu).
    pub(crate) fn saturated_trace_by_pattern(&self, block: usize) -> Option<f64> {
        let at = SaturatedAt::Unstructured;
        let information = match self.settings.information_of_tests {
            Some(Information::Expected) => self.saturated_expected(block, at)?,
            _ => self.saturated_observed(block, at)?,
        };
        let kept = moments_without(self.sample.blocks[block].covariance.rows(), true, &self.fixed_x(block));
        let inverse = Cholesky::new(&information.select(&kept, &kept))?.inverse();
        let first_order = self.saturated_first_order(block, at)?.select(&kept, &kept);
        Some(inverse.values().iter().zip(first_order.values()).map(|(l, r)| l * r).sum())
    }
}

/// Number of moments of p variables, means among them.
fn moments(p: usize) -> usize {
    p + p * (p + 1) / 2
}

/// Where the moments of a pattern's variables stand among all.
struct OwnMoments<'a> {
    observed: &'a [usize],
    /// (position, i, j), positions ascending.
    pairs: Vec<(usize, usize, usize)>,
}

impl<'a> OwnMoments<'a> {
    fn new(observed: &'a [usize], p: usize) -> Self {
        let mut has = vec![false; p];
        observed.iter().for_each(|&i| has[i] = true);
        let pairs = lower_triangle(p).enumerate().filter(|(_, (i, j))| has[*i] && has[*j]);
        OwnMoments { observed, pairs: pairs.map(|(k, (i, j))| (p + k, i, j)).collect() }
    }

    fn add_means(&self, sum: &mut Matrix, n: &Matrix, share: f64) {
        for &i in self.observed {
            for &j in self.observed.iter().take_while(|j| **j <= i) {
                sum[(i, j)] += share * n[(i, j)];
            }
        }
    }
}

/// The lower triangle on both sides.
fn mirrored(mut lower: Matrix) -> Matrix {
    for i in 0..lower.rows() {
        for j in 0..i {
            lower[(j, i)] = lower[(i, j)];
        }
    }
    lower
}
