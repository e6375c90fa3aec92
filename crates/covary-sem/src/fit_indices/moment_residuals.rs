//! Sample beside implied moments of one group, and the residuals that the residual indices share.

use covary_numerics::{Matrix, linalg::Cholesky};

use crate::estimators::{Weight, lower_triangle};

/// Sample and implied moments of one group, in the same order of variables.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupMomentPair {
    /// S, with the divisor that the estimator used.
    pub sample: Matrix,
    /// Σ(θ̂).
    pub implied: Matrix,
    /// Sample and implied means, with a mean structure.
    pub means: Option<(Vec<f64>, Vec<f64>)>,
    /// Positions of exogenous variables whose moments are fixed at the sample's.
    pub fixed_x: Vec<usize>,
    /// The weight of least squares; `None`: normal theory at the implied moments.
    pub metric: Option<Weight<f64>>,
    /// d'Wd and s'Ws of GFI where values are missing: its moments are those of the available cases.
    pub of_available_cases: Option<(f64, f64)>,
    /// With `conditional.x`: slopes on x. The moments above are then those of the outcomes given x, means intercepts.
    pub given_x: Option<SlopePair>,
    /// Cases of the group and those that the model expects, where the frequencies of groups are parameters.
    pub frequencies: Option<(f64, f64)>,
}

/// Regressions of outcomes on x, of the sample and implied.
#[derive(Clone, Debug, PartialEq)]
pub struct SlopePair {
    /// Sample slopes, p_y × p_x.
    pub sample: Matrix,
    /// Implied slopes, p_y × p_x.
    pub implied: Matrix,
    /// Second moments of (1, x), divisor n.
    pub moments_of_x: Matrix,
}

impl GroupMomentPair {
    /// p
    pub(super) fn variables(&self) -> usize {
        self.sample.rows()
    }

    /// √s_ii; `None` where a variance is not positive.
    pub(super) fn sample_deviations(&self) -> Option<Vec<f64>> {
        deviations(&self.sample)
    }

    /// √σ_ii; `None` where a variance is not positive.
    pub(super) fn implied_deviations(&self) -> Option<Vec<f64>> {
        deviations(&self.implied)
    }

    /// Σ over i ≥ j of the squares of f(i, j).
    pub(super) fn sum_of_squares(&self, f: impl Fn(usize, usize) -> f64) -> f64 {
        (0..self.variables()).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| f(i, j).powi(2)).sum()
    }

    /// m − μ; `None` without a mean structure.
    pub(super) fn mean_residuals(&self) -> Option<Vec<f64>> {
        let (sample, implied) = self.means.as_ref()?;
        Some(sample.iter().zip(implied).map(|(m, mu)| m - mu).collect())
    }

    /// a'Va of moments (means where modelled, then covariances) in the metric of least squares; `None` without one.
    pub(super) fn in_own_metric(&self, means: Option<&[f64]>, covariances: &Matrix) -> Option<f64> {
        let metric = self.metric.as_ref()?;
        let p = self.variables();
        let mut a: Vec<f64> = means.unwrap_or(&[]).to_vec();
        a.extend(lower_triangle(p).map(|(i, j)| covariances[(i, j)]));
        Some(a.iter().zip(metric.times(&a, p, means.is_some())).map(|(l, r)| l * r).sum())
    }

    /// tr (Σ⁻¹A)²; `None` where Σ is not positive definite.
    pub(super) fn squared_in_metric(&self, a: &Matrix) -> Option<f64> {
        let ratio = Cholesky::new(&self.implied)?.solve(a); // Σ⁻¹A
        let p = ratio.rows();
        Some((0..p).map(|i| (0..p).map(|j| ratio[(i, j)] * ratio[(j, i)]).sum::<f64>()).sum())
    }

    /// tr Σ⁻¹BMB', B = (intercepts, slopes), M the second moments of (1, x); `None` where Σ is not positive definite.
    pub(super) fn regressions_in_metric(&self, intercepts: &[f64], slopes: &Matrix, m: &Matrix) -> Option<f64> {
        let b =
            Matrix::from_fn(slopes.rows(), m.rows(), |i, j| if j == 0 { intercepts[i] } else { slopes[(i, j - 1)] });
        let products = b.times(m).times(&b.transpose());
        let ratio = Cholesky::new(&self.implied)?.solve(&products);
        Some(ratio.diagonal().iter().sum())
    }

    /// x'Σ⁻¹x; `None` where Σ is not positive definite.
    pub(super) fn vector_in_metric(&self, x: &[f64]) -> Option<f64> {
        let solved = Cholesky::new(&self.implied)?.solve_vector(x);
        Some(x.iter().zip(&solved).map(|(l, r)| l * r).sum())
    }
}

fn deviations(covariance: &Matrix) -> Option<Vec<f64>> {
    covariance.diagonal().iter().map(|v| (*v > 0.0).then(|| v.sqrt())).collect()
}
