//! Information about the parameters from patterns: expected, and observed between first derivatives of the moments.

use covary_numerics::{Matrix, linalg::Cholesky};

use crate::{
    estimators::{ObservedMetric, PatternMoments},
    inference::{
        Solution,
        information::{add_normal_theory, add_observed_saturated},
    },
    model_matrices::BilinearForm,
    settings::SaturatedAt,
};

/// Moments at which information is taken.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// μ, p.
    pub mean: &'a [f64],
    /// Σ, p × p.
    pub covariance: &'a Matrix,
}

/// Adds w Σ_r n_r/n Δ'K_r'NT(Σ_oo)K_rΔ.
///
/// `None` where a sub-block of Σ is not positive definite.
pub fn add_expected(
    information: &mut Matrix,
    form: &BilinearForm,
    patterns: &[PatternMoments<f64>],
    covariance: &Matrix,
    weight: f64,
) -> Option<()> {
    for pattern in patterns.iter().filter(|pattern| pattern.share > 0.0) {
        let inverse = embedded_inverse(covariance, &pattern.observed)?;
        add_normal_theory(information, form, &inverse, weight * pattern.share);
    }
    Some(())
}

/// Adds w Σ_r n_r/n Δ'K_r'A_rK_rΔ, A_r the observed information of the saturated model with m_r and S_r.
///
/// `None` where a sub-block of Σ is not positive definite.
pub fn add_observed(
    information: &mut Matrix,
    form: &BilinearForm,
    patterns: &[PatternMoments<f64>],
    at: At,
    weight: f64,
) -> Option<()> {
    for pattern in patterns.iter().filter(|pattern| pattern.share > 0.0) {
        add_observed_saturated(information, form, &observed_metric(pattern, at)?, weight * pattern.share);
    }
    Some(())
}

/// A_r with N = K'Σ_oo⁻¹K: zeros where nothing was observed.
pub(crate) fn observed_metric(pattern: &PatternMoments<f64>, at: At) -> Option<ObservedMetric> {
    let p = at.covariance.rows();
    let inverse = embedded_inverse(at.covariance, &pattern.observed)?;
    let k = pattern.observed.len();
    let mut delta = vec![0.0; p];
    pattern.observed.iter().zip(&pattern.mean).for_each(|(&i, m)| delta[i] = m - at.mean[i]);
    let mut squares = Matrix::zeros(p, p);
    for (a, &i) in pattern.observed.iter().enumerate() {
        for (b, &j) in pattern.observed.iter().enumerate() {
            squares[(i, j)] = pattern.covariance[a * k + b] + delta[i] * delta[j];
        }
    }
    Some(ObservedMetric::new(inverse, &squares, &delta))
}

/// K'Σ_oo⁻¹K, p × p. `None` unless Σ_oo is positive definite.
pub(crate) fn embedded_inverse(covariance: &Matrix, observed: &[usize]) -> Option<Matrix> {
    let p = covariance.rows();
    if observed.len() == p {
        return Some(Cholesky::new(covariance)?.inverse());
    }
    let inverse = Cholesky::new(&covariance.select(observed, observed))?.inverse();
    let mut embedded = Matrix::zeros(p, p);
    for (a, &i) in observed.iter().enumerate() {
        for (b, &j) in observed.iter().enumerate() {
            embedded[(i, j)] = inverse[(a, b)];
        }
    }
    Some(embedded)
}

impl Solution<'_> {
    /// The moments of a block at which information is taken: the model's or the saturated model's.
    pub(crate) fn moments_at(&self, block: usize, at: SaturatedAt) -> Option<At<'_>> {
        let (values, sample) = (&self.values[block], &self.sample.blocks[block]);
        Some(match at {
            SaturatedAt::Structured => At { mean: &values.mean, covariance: &values.covariance },
            SaturatedAt::Unstructured => At { mean: sample.mean.as_ref()?, covariance: &sample.covariance },
        })
    }

    /// I(W), patterns by patterns. `None` with complete data and where a sub-block is not positive definite.
    pub(crate) fn expected_by_pattern(&self, at: SaturatedAt) -> Option<Matrix> {
        self.by_pattern(|information, form, patterns, block, weight| {
            add_expected(information, form, patterns, self.moments_at(block, at)?.covariance, weight)
        })
    }

    /// I(A), patterns by patterns. `None` with complete data and where a sub-block is not positive definite.
    pub(crate) fn observed_by_pattern(&self, at: SaturatedAt) -> Option<Matrix> {
        self.by_pattern(|information, form, patterns, block, weight| {
            add_observed(information, form, patterns, self.moments_at(block, at)?, weight)
        })
    }

    fn by_pattern(
        &self,
        add: impl Fn(&mut Matrix, &BilinearForm, &[PatternMoments<f64>], usize, f64) -> Option<()>,
    ) -> Option<Matrix> {
        let mut information = Matrix::zeros(self.matrices.free, self.matrices.free);
        for (block, weight) in self.weights().into_iter().enumerate() {
            let patterns = self.sample.blocks[block].patterns.as_ref()?.moments();
            let form = BilinearForm::new(&self.matrices.blocks[block], &self.values[block]);
            add(&mut information, &form, &patterns, block, weight)?;
        }
        Some(information)
    }
}

impl Solution<'_> {
    /// Scores of the distinct rows of a block on the parameters, k × q⁺, each by the variables that it has.
    ///
    /// `None` with complete data and where a sub-block is not positive definite.
    pub(crate) fn scores_by_pattern(&self, block: usize, at: SaturatedAt) -> Option<Matrix> {
        let sample = &self.sample.blocks[block];
        let (rows, patterns) = (sample.rows.as_ref()?, sample.patterns.as_ref()?);
        let at = self.moments_at(block, at)?;
        let form = BilinearForm::new(&self.matrices.blocks[block], &self.values[block]);
        let mut scores = Matrix::zeros(rows.values.rows(), self.matrices.free);
        for pattern in &patterns.list {
            let inverse = embedded_inverse(at.covariance, &pattern.observed)?;
            let gram = form.gram(&inverse);
            for &k in &pattern.rows {
                let along = form.products(&inverse.times_vector(&super::saturated::deviations(rows, k, at.mean)));
                form.add_scores(&along, &gram, scores.row_mut(k));
            }
        }
        Some(scores)
    }
}
