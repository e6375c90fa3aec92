//! tr UΓ̂ and tr (UΓ̂)², U = W − WΔI⁻Δ'W.

use covary_numerics::{Matrix, matrix::dot};

use super::super::{Solution, information::in_metric, moment_covariance::MomentCovariance, sandwich::Purpose};
use crate::{
    estimators::Weight,
    settings::{
        SaturatedAt,
        TestName::{MeanVarAdjusted, ScaledShifted},
    },
};

/// Traces of UΓ̂, over all groups: W = blockdiag(w_g W_g), Γ̂ = blockdiag(Γ̂_g/w_g).
#[derive(Debug)]
pub(super) struct Traces {
    /// tr UΓ̂ = Σ tr W_gΓ̂_g − tr I⁻M, M = Σ w_g Δ'W_gΓ̂_gW_gΔ.
    pub first: f64,
    /// tr (UΓ̂)² = tr(WΓ̂)² − 2 tr(I⁻Δ'WΓ̂WΓ̂WΔ) + tr(I⁻M)²; `None` unless a test that is asked for takes it.
    pub second: Option<f64>,
}

impl Traces {
    /// `None` where only moments are known, and where the information is singular.
    pub fn new(solution: &Solution) -> Option<Self> {
        let metrics = solution.metrics_of(Purpose::Tests)?;
        let information = in_metric(solution.matrices, &solution.values, &solution.weights(), &metrics);
        let information = solution.with_frequencies(information, SaturatedAt::Structured);
        let inverse = solution.generalized_inverse(&information)?;
        let (meat, trace) = solution.meat(&metrics)?;
        let of_model = dot(inverse.values(), meat.values());
        let wanted = solution.settings.tests.iter().any(|test| matches!(test, MeanVarAdjusted | ScaledShifted));
        let second = wanted.then(|| second_trace(solution, &metrics, &meat, &inverse)).flatten();
        Some(Traces { first: trace - of_model, second })
    }
}

fn second_trace(solution: &Solution, metrics: &[Weight<f64>], meat: &Matrix, inverse: &Matrix) -> Option<f64> {
    let q = solution.matrices.free;
    let (mut squares, mut twice) = (0.0, Matrix::zeros(q, q));
    for (block, weight) in solution.weights().into_iter().enumerate() {
        let (own_squares, own_twice) = squared(solution, block, &metrics[block])?;
        squares += own_squares;
        twice = twice.plus(&own_twice.scaled(weight));
    }
    // WΓ̂ of the log frequencies is the identity.
    squares += solution.matrices.frequencies.len() as f64;
    let twice = solution.with_frequencies(twice, SaturatedAt::Structured);
    let product = inverse.times(meat);
    let square = dot(product.values(), product.transpose().values());
    Some(squares - 2.0 * dot(inverse.values(), twice.values()) + square)
}

/// tr(W_gΓ̂_g)² and Δ'W_gΓ̂_gW_gΓ̂_gW_gΔ of a block.
///
/// By cases, with Γ̂ = Z'CZ/d: tr(WΓ̂)² = Σ_ij c_ic_j (z_i'Wz_j)²/d².
fn squared(solution: &Solution, block: usize, metric: &Weight<f64>) -> Option<(f64, Matrix)> {
    let layout = &solution.matrices.blocks[block];
    let (p, means) = (layout.observed.len(), layout.meanstructure);
    match solution.moment_covariance(block)? {
        MomentCovariance::Full(gamma) => {
            let product = metric.times_columns(&gamma, p, means); // WΓ̂
            let once = gamma.times(&solution.weighted_derivatives(block, metric)); // Γ̂WΔ
            let twice = once.transpose().times(&metric.times_columns(&once, p, means));
            Some((dot(product.values(), product.transpose().values()), twice))
        }
        MomentCovariance::Cases { vectors, counts, divisor } => {
            let weighted = metric.times_columns(&vectors.transpose(), p, means); // WZ'
            let gram = vectors.times(&weighted);
            let k = counts.len();
            let mut squares = 0.0;
            for i in 0..k {
                for j in 0..k {
                    let element = counts[i].sqrt() * gram[(i, j)] * counts[j].sqrt();
                    squares += element * element;
                }
            }
            let delta = solution.matrices.delta(block, &solution.values[block]);
            let influence = weighted.transpose().times(&delta); // rows z'WΔ
            let by_case = Matrix::from_fn(k, influence.columns(), |i, j| counts[i] * influence[(i, j)]);
            let through = gram.times(&by_case); // Σ_j c_j (z_i'Wz_j) z_j'WΔ
            let twice = by_case.transpose().times(&through);
            let factor = 1.0 / (divisor * divisor);
            Some((squares * factor, twice.scaled(factor)))
        }
    }
}
