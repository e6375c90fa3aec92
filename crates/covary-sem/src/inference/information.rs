//! Information about the parameters, per case: expected (Fisher) and observed (Hessian).

use covary_numerics::{Matrix, linalg::Cholesky};

use crate::{
    Fit,
    estimate::{Objective, objective},
    estimators::Estimator,
    model_matrices::{BlockLayout, BlockMatrices, MatrixName, ModelMatrices, MomentDerivative, Position, Source},
};

/// Expected information of θ per case, q⁺ × q⁺: Σ w_g Δ_g' NT(Σ̂_g) Δ_g.
///
/// Element by element ½ tr(Σ⁻¹Σ_kΣ⁻¹Σ_l) + μ_k'Σ⁻¹μ_l; since Σ_k = uv' + vu', this is
/// (u'Σ⁻¹x)(v'Σ⁻¹y) + (u'Σ⁻¹y)(v'Σ⁻¹x), looked up in one table of the inner products of all vectors
/// that occur (unit vectors, columns of L and of ΛV): no ∂Σ is ever formed.
///
/// `weights`: w_g by block. `None` where a block has no moments at θ.
pub fn expected(matrices: &ModelMatrices, theta: &[f64], exogenous: &[f64], weights: &[f64]) -> Option<Matrix> {
    let mut information = Matrix::zeros(matrices.free, matrices.free);
    for (block, layout) in matrices.blocks.iter().enumerate() {
        let values = matrices.matrices(block, theta, exogenous)?;
        add_block(&mut information, layout, &values, weights[block])?;
    }
    Some(information)
}

/// Expected information per case at the estimates of a fit, q⁺ × q⁺.
pub fn expected_of(fit: &Fit) -> Option<Matrix> {
    expected(&fit.matrices, &fit.theta, &fit.exogenous(), &objective::weights(&fit.sample))
}

/// Observed information per case at the estimates of a fit: the exact Hessian of f, q⁺ × q⁺.
pub fn observed_of(fit: &Fit) -> Option<Matrix> {
    Objective::<f64>::new(&fit.matrices, Estimator::named(fit.settings.estimator), &fit.sample)?.hessian(&fit.theta)
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

/// A derivative of the moments by the numbers of its vectors: ∂Σ = scale(uv' + vu'), ∂μ = factor · w.
struct Bilinear {
    parameter: usize,
    left: usize,
    right: usize,
    scale: f64,
    mean: usize,
    mean_factor: f64,
}

fn add_block(information: &mut Matrix, layout: &BlockLayout, values: &BlockMatrices, weight: f64) -> Option<()> {
    let derivatives: Vec<Bilinear> = layout
        .entries()
        .into_iter()
        .filter_map(|(position, source)| match source {
            Source::Free(parameter) => Some(bilinear(layout, values, position, parameter)),
            _ => None,
        })
        .collect();
    let gram = inner_products(values)?;
    for (k, a) in derivatives.iter().enumerate() {
        for b in &derivatives[..=k] {
            let straight = gram[(a.left, b.left)] * gram[(a.right, b.right)];
            let crossed = gram[(a.left, b.right)] * gram[(a.right, b.left)];
            let mut element = a.scale * b.scale * (straight + crossed);
            if layout.meanstructure {
                element += a.mean_factor * b.mean_factor * gram[(a.mean, b.mean)];
            }
            information[(a.parameter, b.parameter)] += weight * element;
            // Two places of one parameter (a shared θ) meet twice on the diagonal.
            if !std::ptr::eq(a, b) {
                information[(b.parameter, a.parameter)] += weight * element;
            }
        }
    }
    Some(())
}

/// Vectors in the order e_1 … e_p, L_1 … L_m, (ΛV)_1 … (ΛV)_m.
fn bilinear(layout: &BlockLayout, values: &BlockMatrices, position: Position, parameter: usize) -> Bilinear {
    let (p, m) = (layout.observed.len(), layout.latent.len());
    let (i, j) = (position.row, position.column);
    let (reach, observed_latent) = (|j: usize| p + j, |j: usize| p + m + j);
    let variance = if i == j { 0.5 } else { 1.0 };
    let (left, right, scale, mean, mean_factor) = match position.matrix {
        MatrixName::Loadings => (i, observed_latent(j), 1.0, i, values.latent_mean[j]),
        MatrixName::Regressions => (reach(i), observed_latent(j), 1.0, reach(i), values.latent_mean[j]),
        MatrixName::LatentCovariance => (reach(i), reach(j), variance, 0, 0.0),
        MatrixName::ResidualCovariance => (i, j, variance, 0, 0.0),
        MatrixName::ObservedIntercepts => (0, 0, 0.0, i, 1.0),
        MatrixName::LatentIntercepts => (0, 0, 0.0, reach(i), 1.0),
    };
    Bilinear { parameter, left, right, scale, mean, mean_factor }
}

/// Z'Σ⁻¹Z, Z = [I, L, ΛV].
fn inner_products(values: &BlockMatrices) -> Option<Matrix> {
    let (p, m) = (values.covariance.rows(), values.reach.columns());
    let vectors = Matrix::from_fn(p, p + 2 * m, |i, k| {
        if k < p {
            f64::from(i == k)
        } else if k < p + m {
            values.reach[(i, k - p)]
        } else {
            values.observed_latent[(i, k - p - m)]
        }
    });
    let solved = Cholesky::new(&values.covariance)?.inverse().times(&vectors);
    Some(vectors.transpose().times(&solved))
}
