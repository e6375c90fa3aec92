//! Information about the parameters, per case: Δ'WΔ in a metric W of the moments, and the exact Hessian.

use std::sync::Arc;

use covary_numerics::{Matrix, linalg::Cholesky};

use super::{Solution, sandwich::Purpose, two_level};
use crate::{
    Fit,
    estimate::{Objective, objective},
    estimators::{Estimator, ObservedMetric, Weight, half, lower_triangle},
    model_matrices::{BilinearDerivative, BilinearForm, BlockMatrices, ModelMatrices, MomentDerivative},
    settings::{Information, SaturatedAt},
};

/// Σ w_g Δ_g'W_gΔ_g, q⁺ × q⁺, in any metric of the moments.
///
/// Under normal theory an element is ½ tr(Σ⁻¹Σ_kΣ⁻¹Σ_l) + μ_k'Σ⁻¹μ_l; since Σ_k = uv' + vu', this is
/// (u'Σ⁻¹x)(v'Σ⁻¹y) + (u'Σ⁻¹y)(v'Σ⁻¹x), looked up in one table of the inner products of all vectors that occur: no ∂Σ
/// is ever formed. A diagonal metric is summed moment by moment; only a full one needs Δ.
pub fn in_metric(
    matrices: &ModelMatrices,
    values: &[BlockMatrices],
    weights: &[f64],
    metrics: &[Weight<f64>],
) -> Matrix {
    let mut information = Matrix::zeros(matrices.free, matrices.free);
    for (block, layout) in matrices.blocks.iter().enumerate() {
        let form = BilinearForm::new(layout, &values[block]);
        let p = layout.observed.len();
        match &metrics[block] {
            Weight::NormalTheory(inverse) => {
                let inverse = Matrix::from_fn(p, p, |i, j| inverse[i * p + j]);
                add_normal_theory(&mut information, &form, &inverse, weights[block]);
            }
            Weight::Observed(metric) => add_observed_saturated(&mut information, &form, metric, weights[block]),
            Weight::Full(metric) => {
                let delta = matrices.delta(block, &values[block]);
                let product = delta.transpose().times(&metric.times(&delta));
                information = information.plus(&product.scaled(weights[block]));
            }
            Weight::None => add_diagonal(&mut information, &form, |_| 1.0, weights[block]),
            Weight::Diagonal(diagonal) => add_diagonal(&mut information, &form, |k| diagonal[k], weights[block]),
        }
    }
    information
}

/// Adds w Δ'NT(N⁻¹)Δ, N = `inverse`.
pub fn add_normal_theory(information: &mut Matrix, form: &BilinearForm, inverse: &Matrix, weight: f64) {
    let gram = form.gram(inverse);
    add_pairs(information, form, weight, |a, b| {
        let straight = gram[(a.left, b.left)] * gram[(a.right, b.right)];
        let crossed = gram[(a.left, b.right)] * gram[(a.right, b.left)];
        let mut element = a.scale * b.scale * (straight + crossed);
        if form.means {
            element += a.mean_factor * b.mean_factor * gram[(a.mean, b.mean)];
        }
        element
    });
}

/// WΔ of a block, moments × q⁺.
///
/// Under normal theory and in the observed metric a column is made of the pairs of vectors that ∂Σ is made of; only other
/// metrics are applied to Δ itself.
pub(crate) fn weighted_derivatives(
    matrices: &ModelMatrices,
    block: usize,
    values: &BlockMatrices,
    metric: &Weight<f64>,
) -> Matrix {
    let layout = &matrices.blocks[block];
    let (p, means) = (layout.observed.len(), layout.meanstructure);
    match metric {
        Weight::NormalTheory(inverse) => {
            let inverse = Matrix::from_fn(p, p, |i, j| inverse[i * p + j]);
            let form = BilinearForm::new(layout, values);
            let n = inverse.times(&form.vectors);
            by_pairs(
                &form,
                matrices.free,
                |d, i| d.mean_factor * n[(i, d.mean)],
                |d, i, j| d.scale * (n[(i, d.left)] * n[(j, d.right)] + n[(i, d.right)] * n[(j, d.left)]),
            )
        }
        Weight::Observed(metric) => {
            let form = BilinearForm::new(layout, values);
            let (n, c) = (metric.inverse.times(&form.vectors), metric.curvature().times(&form.vectors));
            let (shift, along) = (&metric.shift, form.products(&metric.shift));
            let of_mean = |d: &BilinearDerivative, i: usize| d.mean_factor * n[(i, d.mean)];
            by_pairs(
                &form,
                matrices.free,
                |d, i| of_mean(d, i) + d.scale * (n[(i, d.left)] * along[d.right] + n[(i, d.right)] * along[d.left]),
                |d, i, j| {
                    let one_way =
                        |i: usize, j: usize| c[(i, d.left)] * n[(j, d.right)] + c[(i, d.right)] * n[(j, d.left)];
                    let crossed = if means { of_mean(d, i) * shift[j] + of_mean(d, j) * shift[i] } else { 0.0 };
                    d.scale * (one_way(i, j) + one_way(j, i)) + crossed
                },
            )
        }
        other => other.times_columns(&matrices.delta(block, values), p, means),
    }
}

/// Means where they are modelled, then the lower triangle by columns, halved on the diagonal.
fn by_pairs(
    form: &BilinearForm,
    parameters: usize,
    of_mean: impl Fn(&BilinearDerivative, usize) -> f64,
    of_covariance: impl Fn(&BilinearDerivative, usize, usize) -> f64,
) -> Matrix {
    let p = form.vectors.rows();
    let offset = if form.means { p } else { 0 };
    let mut weighted = Matrix::zeros(offset + p * (p + 1) / 2, parameters);
    for i in 0..offset {
        form.derivatives.iter().for_each(|d| weighted[(i, d.parameter)] += of_mean(d, i));
    }
    for (k, (i, j)) in lower_triangle(p).enumerate() {
        for d in &form.derivatives {
            weighted[(offset + k, d.parameter)] += half(i, j) * of_covariance(d, i, j);
        }
    }
    weighted
}

/// Adds w Δ'AΔ.
pub fn add_observed_saturated(information: &mut Matrix, form: &BilinearForm, metric: &ObservedMetric, weight: f64) {
    let gram = form.gram(&metric.inverse);
    let other = form.gram(&metric.curvature());
    let along = form.products(&metric.shift);
    // tr(A P B N) with A = uv' + vu', B = xy' + yx'.
    let crossed = |a: (usize, usize), b: (usize, usize)| {
        other[(a.1, b.0)] * gram[(b.1, a.0)]
            + other[(a.1, b.1)] * gram[(b.0, a.0)]
            + other[(a.0, b.0)] * gram[(b.1, a.1)]
            + other[(a.0, b.1)] * gram[(b.0, a.1)]
    };
    add_pairs(information, form, weight, |a, b| {
        let mut element = a.scale * b.scale * crossed((a.left, a.right), (b.left, b.right));
        if form.means {
            element += a.mean_factor * b.mean_factor * gram[(a.mean, b.mean)];
            // ∂μ_a'N ∂Σ_b Nδ and the like.
            let mixed = |mean: usize, left: usize, right: usize| {
                gram[(mean, left)] * along[right] + gram[(mean, right)] * along[left]
            };
            element += a.mean_factor * b.scale * mixed(a.mean, b.left, b.right);
            element += b.mean_factor * a.scale * mixed(b.mean, a.left, a.right);
        }
        element
    });
}

fn add_pairs(
    information: &mut Matrix,
    form: &BilinearForm,
    weight: f64,
    element: impl Fn(&BilinearDerivative, &BilinearDerivative) -> f64,
) {
    for (k, a) in form.derivatives.iter().enumerate() {
        for b in &form.derivatives[..=k] {
            let value = weight * element(a, b);
            information[(a.parameter, b.parameter)] += value;
            // Two places of one parameter (a shared θ) meet twice on the diagonal.
            if !std::ptr::eq(a, b) {
                information[(b.parameter, a.parameter)] += value;
            }
        }
    }
}

/// Adds w Δ'VΔ, V diagonal, one moment after the other.
fn add_diagonal(information: &mut Matrix, form: &BilinearForm, metric: impl Fn(usize) -> f64, weight: f64) {
    let p = form.vectors.rows();
    let q = information.rows();
    let mut row = vec![0.0; q];
    let mut add = |row: &[f64], factor: f64| {
        let moved: Vec<usize> = (0..q).filter(|k| row[*k] != 0.0).collect();
        for &k in &moved {
            for &l in &moved {
                information[(k, l)] += factor * row[k] * row[l];
            }
        }
    };
    let mut moment = 0;
    if form.means {
        for i in 0..p {
            row.fill(0.0);
            form.derivatives.iter().for_each(|d| row[d.parameter] += form.mean(d, i));
            add(&row, weight * metric(moment));
            moment += 1;
        }
    }
    for (i, j) in lower_triangle(p) {
        row.fill(0.0);
        form.derivatives.iter().for_each(|d| row[d.parameter] += form.covariance(d, i, j));
        add(&row, weight * metric(moment));
        moment += 1;
    }
}

/// Expected information per case at the estimates of a fit, q⁺ × q⁺: under normal theory for ML, in the estimator's own
/// metric for least squares.
pub fn expected_of(fit: &Fit) -> Option<Matrix> {
    fit.solution()?.expected(SaturatedAt::Structured)
}

impl Solution<'_> {
    /// Σ w_g Δ'WΔ with W at the implied moments or at the sample's; for least squares W = V. Of two levels at the implied
    /// moments.
    pub fn expected(&self, at: SaturatedAt) -> Option<Matrix> {
        if self.sample.is_two_level() {
            let groups = self.sample.levels.iter().map(|group| group.as_ref());
            return two_level::expected(self.matrices, &self.values, groups);
        }
        let information = if self.estimator() == Estimator::Fiml {
            self.expected_by_pattern(at)?
        } else {
            in_metric(self.matrices, &self.values, &self.weights(), &self.metrics(at)?)
        };
        Some(self.with_frequencies(information, at))
    }

    /// Information with that about the frequencies of the groups.
    pub(crate) fn with_frequencies(&self, mut information: Matrix, at: SaturatedAt) -> Matrix {
        self.matrices.add_frequencies(&mut information, self.sample.cases() as f64, |own| match at {
            SaturatedAt::Structured => own.expected(self.theta),
            SaturatedAt::Unstructured => self.sample.blocks[own.block].weighted_cases(),
        });
        information
    }

    /// The exact Hessian of f.
    pub fn hessian(&self) -> Option<Matrix> {
        Objective::<f64>::new(self.matrices, self.estimator(), self.sample)?.hessian(self.theta)
    }

    /// Δ'AΔ, A the observed information of the saturated model at the implied moments or at the sample's.
    pub fn observed_saturated(&self, at: SaturatedAt) -> Option<Matrix> {
        if self.estimator() == Estimator::Fiml {
            return Some(self.with_frequencies(self.observed_by_pattern(at)?, at));
        }
        if at == SaturatedAt::Unstructured || self.estimator().is_least_squares() {
            // At the sample's own moments the observed information is the expected one.
            return self.expected(at);
        }
        let information = in_metric(self.matrices, &self.values, &self.weights(), &self.observed_metrics()?);
        Some(self.with_frequencies(information, at))
    }

    /// A of every block at the implied moments. `None` where one is not positive definite.
    fn observed_metrics(&self) -> Option<Vec<Weight<f64>>> {
        let metric = |block: usize| {
            let (values, sample) = (&self.values[block], &self.sample.blocks[block]);
            let mut squares = sample.covariance.clone();
            let mut delta = vec![0.0; squares.rows()];
            if let Some(mean) = sample.mean.as_ref().filter(|_| self.matrices.meanstructure) {
                delta = mean.iter().zip(&values.mean).map(|(m, mu)| m - mu).collect();
                squares = Matrix::from_fn(delta.len(), delta.len(), |i, j| squares[(i, j)] + delta[i] * delta[j]);
            }
            let inverse = Cholesky::new(&values.covariance)?.inverse();
            Some(Weight::Observed(Arc::new(ObservedMetric::new(inverse, &squares, &delta))))
        };
        (0..self.values.len()).map(metric).collect()
    }

    /// The metric in which robust.sem and the scaled tests see the moments: NT, or with observed information the observed
    /// information of the saturated model.
    pub fn metrics_of(&self, purpose: Purpose) -> Option<Vec<Weight<f64>>> {
        let k = usize::from(purpose == Purpose::Tests);
        let at = self.settings.h1_information[k].unwrap_or(SaturatedAt::Structured);
        let kind = if k == 0 { self.settings.information } else { self.settings.information_of_tests };
        let observed = kind == Some(Information::Observed) && at == SaturatedAt::Structured;
        if self.estimator() == Estimator::Fiml {
            let metric = |block| Some(Weight::Full(Arc::new(self.saturated_information(block, kind, at)?)));
            return (0..self.values.len()).map(metric).collect();
        }
        if !observed || self.estimator() != Estimator::Ml {
            return self.metrics(at);
        }
        self.observed_metrics()
    }

    /// WΔ of a block, moments × q⁺.
    pub(crate) fn weighted_derivatives(&self, block: usize, metric: &Weight<f64>) -> Matrix {
        weighted_derivatives(self.matrices, block, &self.values[block], metric)
    }

    /// w_g = n_g/N by block.
    pub fn weights(&self) -> Vec<f64> {
        objective::weights(self.sample)
    }
}

/// Expected information between two parameters of a block, free or not: ∂σ_a' NT(Σ) ∂σ_b, not weighted by w_g.
///
/// `inverse`: Σ⁻¹. Means count where `means` says so.
pub fn between(inverse: &Matrix, a: &MomentDerivative, b: &MomentDerivative, means: bool) -> f64 {
    let product =
        |left: &[f64], right: &[f64]| left.iter().zip(inverse.times_vector(right)).map(|(l, r)| l * r).sum::<f64>();
    let mut sum = 0.0;
    if a.scale * b.scale != 0.0 {
        let straight = product(&a.left, &b.left) * product(&a.right, &b.right);
        let crossed = product(&a.left, &b.right) * product(&a.right, &b.left);
        sum += a.scale * b.scale * (straight + crossed);
    }
    if means {
        sum += product(&a.mean, &b.mean);
    }
    sum
}
