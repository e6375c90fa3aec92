//! The sampling variance of residuals: QΓQ' of one block.
//!
//! With Δ the derivatives of the moments, C = w_g I⁻ and B = ΓWΔ,
//!
//! QΓQ' = Γ − ΔCB' − BCΔ' + ΔC(Δ'WΓWΔ)CΔ'.
//!
//! Rows of Δ are sparse, so that no p* × q matrix is kept; Γ is a sum of normal-theory layers, for each of which B has
//! the form of Δ with T and E replaced by LΣ⁻¹T and LΣ⁻¹E.

use covary_numerics::{Matrix, linalg::Cholesky};

use super::{
    moment_covariance::{Moment, Sampling},
    reticular::Place,
    score::{BlockScore, InnerProducts, Scores},
};
use crate::Fit;

/// What QΓQ' of one block is made of.
pub(crate) struct ResidualVariance<'a> {
    /// Γ
    pub sampling: Sampling,
    score: &'a BlockScore,
    /// C = w_g I⁻.
    projection: Matrix,
    /// C (Δ'WΓWΔ) C.
    middle: Matrix,
    /// For every layer L: its sign, LΣ⁻¹T and LΣ⁻¹E, p × m.
    transformed: Vec<(f64, Matrix, Matrix)>,
}

impl<'a> ResidualVariance<'a> {
    /// `None` where a matrix that must be inverted is singular.
    pub fn new(fit: &Fit, block: usize, scores: &'a Scores) -> Option<Self> {
        let score = &scores.blocks[block];
        let (sample, implied) = (&fit.sample.blocks[block], &fit.implied[block]);
        let sampling = Sampling::new(&sample.covariance, &score.fixed_x)?;
        let factor = Cholesky::new(&implied.covariance)?;
        let n_total = factor.solve(&score.total); // Σ⁻¹T
        let n_covariance = factor.solve(&score.covariance); // Σ⁻¹E
        let means = score.has_means();
        let q = fit.theta.len();
        let mut meat = Matrix::zeros(q, q);
        let mut transformed = Vec::new();
        for (sign, layer) in sampling.layers() {
            let (total, covariance) = (layer.times(&n_total), layer.times(&n_covariance));
            // Inner products in the metric Σ⁻¹LΣ⁻¹ give Δ'WΓWΔ.
            let products = InnerProducts::new(&n_total, &n_covariance, &total, &covariance);
            for &(k, one) in &score.free {
                for &(l, other) in &score.free {
                    meat[(k, l)] += sign * score.bilinear(one, other, &products, means);
                }
            }
            transformed.push((*sign, total, covariance));
        }
        let projection = scores.information.inverse.scaled(score.weight);
        let middle = projection.times(&meat).times(&projection);
        Some(ResidualVariance { sampling, score, projection, middle, transformed })
    }

    /// A diagonal element of QΓQ'.
    pub fn of(&self, moment: Moment) -> f64 {
        let row = self.row(moment);
        let crossed = self.through(&row, &self.transformed_row(moment));
        self.sampling.between(moment, moment) - 2.0 * crossed + self.both(&row, &row)
    }

    /// QΓQ' between some moments, rows and columns scaled.
    pub fn between(&self, moments: &[Moment], scale: &[f64]) -> Matrix {
        let rows: Vec<Vec<(usize, f64)>> = moments.iter().map(|moment| self.row(*moment)).collect();
        let transformed: Vec<Vec<f64>> = moments.iter().map(|moment| self.transformed_row(*moment)).collect();
        let t = moments.len();
        let mut variance = Matrix::zeros(t, t);
        for a in 0..t {
            for b in 0..=a {
                let crossed = self.through(&rows[a], &transformed[b]) + self.through(&rows[b], &transformed[a]);
                let element = self.sampling.between(moments[a], moments[b]) - crossed + self.both(&rows[a], &rows[b]);
                variance[(a, b)] = element * scale[a] * scale[b];
                variance[(b, a)] = variance[(a, b)];
            }
        }
        variance
    }

    /// The row of Δ for one moment, zeros left out.
    fn row(&self, moment: Moment) -> Vec<(usize, f64)> {
        let derivative = |place: Place| match moment {
            Moment::Covariance(i, j) => self.score.moments.covariance_derivative(place, i, j),
            Moment::Mean(i) => self.score.moments.mean_derivative(place, i),
        };
        self.score.free.iter().map(|&(k, place)| (k, derivative(place))).filter(|(_, d)| *d != 0.0).collect()
    }

    /// The row of B = ΓWΔ.
    fn transformed_row(&self, moment: Moment) -> Vec<f64> {
        let mut row = vec![0.0; self.projection.rows()];
        for (sign, t, e) in &self.transformed {
            for &(k, place) in &self.score.free {
                row[k] += sign * transformed_derivative(moment, place, t, e, &self.score.moments.mean);
            }
        }
        row
    }

    /// a'Cb
    fn through(&self, sparse: &[(usize, f64)], dense: &[f64]) -> f64 {
        let product = |k: usize| self.projection.row(k).iter().zip(dense).map(|(c, b)| c * b).sum::<f64>();
        sparse.iter().map(|&(k, a)| a * product(k)).sum()
    }

    /// a'C(Δ'WΓWΔ)Cb
    fn both(&self, one: &[(usize, f64)], other: &[(usize, f64)]) -> f64 {
        one.iter().map(|&(k, a)| a * other.iter().map(|&(l, b)| self.middle[(k, l)] * b).sum::<f64>()).sum()
    }
}

/// The derivative of a moment with T and E replaced by `t` and `e`.
fn transformed_derivative(moment: Moment, place: Place, t: &Matrix, e: &Matrix, means: &[f64]) -> f64 {
    match (moment, place) {
        (Moment::Covariance(i, j), Place::Covariance { first, second }) if first == second => {
            t[(i, first)] * t[(j, first)]
        }
        (Moment::Covariance(i, j), Place::Covariance { first, second }) => {
            t[(i, first)] * t[(j, second)] + t[(i, second)] * t[(j, first)]
        }
        (Moment::Covariance(i, j), Place::Weight { effect, cause }) => {
            t[(i, effect)] * e[(j, cause)] + e[(i, cause)] * t[(j, effect)]
        }
        (Moment::Mean(i), Place::Weight { effect, cause }) => t[(i, effect)] * means[cause],
        (Moment::Mean(i), Place::Intercept { of }) => t[(i, of)],
        _ => 0.0,
    }
}
