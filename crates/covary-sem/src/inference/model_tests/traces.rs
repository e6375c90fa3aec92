//! tr UΓ̂ and tr (UΓ̂)², U = W − WΔI⁻Δ'W.

use std::cell::OnceCell;

use covary_numerics::Matrix;

use super::super::{Solution, casewise::columns_times, information::in_metric, sandwich::Purpose};
use crate::{
    estimators::Weight,
    sample::fourth_moments::{Projection, moment_vector},
};

/// Traces of UΓ̂, over all groups: W = blockdiag(w_g W_g), Γ̂ = blockdiag(Γ̂_g/w_g).
#[derive(Debug)]
pub(super) struct Traces {
    /// tr UΓ̂ = Σ tr W_gΓ̂_g − tr I⁻M, M = Σ w_g Δ'W_gΓ̂_gW_gΔ.
    pub first: f64,
    second: OnceCell<Option<f64>>,
    parts: Option<Parts>,
}

/// What the second trace takes.
#[derive(Debug)]
struct Parts {
    /// Σ tr W_gΓ̂_gW_gΓ̂_g.
    squares: f64,
    /// Σ w_g Δ'W_gΓ̂_gW_gΓ̂_gW_gΔ.
    twice: Matrix,
    meat: Matrix,
    inverse: Matrix,
}

impl Traces {
    /// `None` where only moments are known, and where the information is singular.
    pub fn new(solution: &Solution) -> Option<Self> {
        let metrics = solution.metrics_of(Purpose::Tests)?;
        let information = in_metric(solution.matrices, &solution.values, &solution.weights(), &metrics);
        let inverse = solution.generalized_inverse(&information)?;
        let (meat, trace) = solution.meat(&metrics)?;
        let of_model: f64 = inverse.values().iter().zip(meat.values()).map(|(l, r)| l * r).sum();
        let wanted = solution.settings.tests.iter().any(|test| {
            use crate::settings::TestName::{MeanVarAdjusted, ScaledShifted};
            matches!(test, MeanVarAdjusted | ScaledShifted)
        });
        let parts = if wanted { Parts::new(solution, &metrics, meat, inverse) } else { None };
        Some(Traces { first: trace - of_model, second: OnceCell::new(), parts })
    }

    /// tr (UΓ̂)² = tr(WΓ̂)² − 2 tr(I⁻Δ'WΓ̂WΓ̂WΔ) + tr(I⁻M)².
    pub fn second(&self) -> Option<f64> {
        *self.second.get_or_init(|| {
            let parts = self.parts.as_ref()?;
            let crossed: f64 = parts.inverse.values().iter().zip(parts.twice.values()).map(|(l, r)| l * r).sum();
            let product = parts.inverse.times(&parts.meat);
            let square: f64 = product.values().iter().zip(product.transpose().values()).map(|(l, r)| l * r).sum();
            Some(parts.squares - 2.0 * crossed + square)
        })
    }
}

impl Parts {
    fn new(solution: &Solution, metrics: &[Weight<f64>], meat: Matrix, inverse: Matrix) -> Option<Self> {
        let q = solution.matrices.free;
        let mut parts = Parts { squares: 0.0, twice: Matrix::zeros(q, q), meat, inverse };
        for (block, weight) in solution.weights().into_iter().enumerate() {
            let layout = &solution.matrices.blocks[block];
            let cases = solution.sample.blocks[block].rows.as_ref()?.values.rows();
            // A product of the smaller of both orders; without bias there is no form by cases.
            let complete = solution.sample.blocks[block].patterns.is_none();
            let (squares, twice) = if complete && cases < layout.moments() && !solution.settings.gamma_unbiased {
                by_cases(solution, block, &metrics[block])?
            } else {
                by_moments(solution, block, &metrics[block])?
            };
            parts.squares += squares;
            parts.twice = parts.twice.plus(&twice.scaled(weight));
        }
        Some(parts)
    }
}

/// tr(WΓ̂)² and Δ'WΓ̂WΓ̂WΔ by matrices of the order of the moments.
fn by_moments(solution: &Solution, block: usize, metric: &Weight<f64>) -> Option<(f64, Matrix)> {
    let layout = &solution.matrices.blocks[block];
    let (p, means) = (layout.observed.len(), layout.meanstructure);
    let gamma = solution.gamma(block)?;
    let product = columns_times(metric, &gamma, p, means); // WΓ̂
    let squares = product.values().iter().zip(product.transpose().values()).map(|(l, r)| l * r).sum();
    let weighted = columns_times(metric, &solution.matrices.delta(block, &solution.values[block]), p, means);
    let once = gamma.times(&weighted); // Γ̂WΔ
    let twice = once.transpose().times(&columns_times(metric, &once, p, means));
    Some((squares, twice))
}

/// The same by a matrix of the order of the distinct rows: with z the centred moment vectors of the cases,
/// tr(WΓ̂)² = Σ_ij c_ic_j (z_i'Wz_j)²/n².
fn by_cases(solution: &Solution, block: usize, metric: &Weight<f64>) -> Option<(f64, Matrix)> {
    let layout = &solution.matrices.blocks[block];
    let (p, means) = (layout.observed.len(), layout.meanstructure);
    let sample = &solution.sample.blocks[block];
    let (rows, mean) = (sample.rows.as_ref()?, sample.mean.as_ref()?);
    let projection = Projection::new(rows, mean, &solution.fixed_x(block));
    let k = rows.values.rows();
    let n: f64 = rows.counts.iter().sum();
    let mut z = Matrix::zeros(k, layout.moments());
    let mut centre = vec![0.0; layout.moments()];
    for i in 0..k {
        let c: Vec<f64> = rows.values.row(i).iter().zip(mean).map(|(y, m)| y - m).collect();
        for (j, value) in moment_vector(&c, projection.as_ref(), means).into_iter().enumerate() {
            z[(i, j)] = value;
            centre[j] += rows.counts[i] * value / n;
        }
    }
    for i in 0..k {
        for (j, c) in centre.iter().enumerate() {
            z[(i, j)] -= c;
        }
    }
    let transposed = z.transpose();
    let weighted = columns_times(metric, &transposed, p, means); // WZ'
    let gram = z.times(&weighted);
    let root = |i: usize| rows.counts[i].sqrt();
    let factor = if solution.settings.gamma_n_minus_one { n / (n - 1.0) } else { 1.0 };
    let mut squares = 0.0;
    for i in 0..k {
        for j in 0..k {
            let element = root(i) * gram[(i, j)] * root(j);
            squares += element * element;
        }
    }
    let influence = weighted.transpose().times(&solution.matrices.delta(block, &solution.values[block])); // rows z'WΔ
    let by_case = Matrix::from_fn(k, influence.columns(), |i, j| rows.counts[i] * influence[(i, j)]);
    let through = gram.times(&by_case); // Σ_j c_j (z_i'Wz_j) z_j'WΔ
    let twice = by_case.transpose().times(&through);
    Some((factor * factor * squares / (n * n), twice.scaled(factor * factor / (n * n))))
}
