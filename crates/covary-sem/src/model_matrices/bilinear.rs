//! Derivatives of the moments of a block as pairs of numbered vectors.

use covary_numerics::Matrix;

use super::{BlockLayout, BlockMatrices, MatrixName, Position, Source};

/// How the moments of a block move with its free parameters: ∂Σ = scale(uv' + vu'), ∂μ = mean_factor · w, where u, v
/// and w are columns of one matrix Z = [I, L, ΛV], so that every quadratic form in derivatives is a look-up in Z'MZ.
#[derive(Clone, Debug)]
pub struct BilinearForm {
    /// Z, p × (p + 2m): unit vectors, columns of L = ΛA, columns of ΛV.
    pub vectors: Matrix,
    /// One entry per place of a free parameter.
    pub derivatives: Vec<BilinearDerivative>,
    /// Whether means are modelled.
    pub means: bool,
}

/// One derivative, its vectors as columns of [`BilinearForm::vectors`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BilinearDerivative {
    /// Position in θ.
    pub parameter: usize,
    /// u
    pub left: usize,
    /// v
    pub right: usize,
    /// 1, ½ (variances) or 0 (intercepts).
    pub scale: f64,
    /// w
    pub mean: usize,
    /// Factor of w; 0 where the mean does not move.
    pub mean_factor: f64,
}

impl BilinearForm {
    /// The form of a block at the θ that `values` were made from.
    pub fn new(layout: &BlockLayout, values: &BlockMatrices) -> Self {
        let (p, m) = (layout.observed.len(), layout.latent.len());
        let vectors = Matrix::from_fn(p, p + 2 * m, |i, k| {
            if k < p {
                f64::from(i == k)
            } else if k < p + m {
                values.reach[(i, k - p)]
            } else {
                values.observed_latent[(i, k - p - m)]
            }
        });
        let derivatives = layout.entries().into_iter().filter_map(|(position, source)| match source {
            Source::Free(parameter) => Some(derivative(layout, values, position, parameter)),
            _ => None,
        });
        BilinearForm { vectors, derivatives: derivatives.collect(), means: layout.meanstructure }
    }

    /// Z'MZ.
    pub fn gram(&self, metric: &Matrix) -> Matrix {
        self.vectors.transpose().times(&metric.times(&self.vectors))
    }

    /// Z'x.
    pub fn products(&self, x: &[f64]) -> Vec<f64> {
        let mut products = vec![0.0; self.vectors.columns()];
        for (i, value) in x.iter().enumerate() {
            for (product, z) in products.iter_mut().zip(self.vectors.row(i)) {
                *product += value * z;
            }
        }
        products
    }

    /// Adds the scores of a case to its row: ∂/∂θ_k of −½(ln |Σ| + e'Ne) is c(u'Ne · v'Ne − u'Nv) + w'Ne.
    ///
    /// `along`: Z'Ne; `gram`: Z'NZ.
    pub fn add_scores(&self, along: &[f64], gram: &Matrix, scores: &mut [f64]) {
        for d in &self.derivatives {
            let of_covariance = d.scale * (along[d.left] * along[d.right] - gram[(d.left, d.right)]);
            let of_mean = if self.means { d.mean_factor * along[d.mean] } else { 0.0 };
            scores[d.parameter] += of_covariance + of_mean;
        }
    }

    /// ∂σ_ij of a derivative.
    pub fn covariance(&self, of: &BilinearDerivative, i: usize, j: usize) -> f64 {
        let z = &self.vectors;
        of.scale * (z[(i, of.left)] * z[(j, of.right)] + z[(i, of.right)] * z[(j, of.left)])
    }

    /// ∂μ_i of a derivative.
    pub fn mean(&self, of: &BilinearDerivative, i: usize) -> f64 {
        if self.means && of.mean_factor != 0.0 { of.mean_factor * self.vectors[(i, of.mean)] } else { 0.0 }
    }
}

fn derivative(
    layout: &BlockLayout,
    values: &BlockMatrices,
    position: Position,
    parameter: usize,
) -> BilinearDerivative {
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
    BilinearDerivative { parameter, left, right, scale, mean, mean_factor }
}
