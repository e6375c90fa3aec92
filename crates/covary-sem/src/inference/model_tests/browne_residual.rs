//! Browne's residual-based statistics.

use covary_numerics::{
    Matrix,
    linalg::{Cholesky, symmetric_pseudo_inverse},
};

use super::{ModelTest, TestInput, upper_tail};
use crate::{
    estimators::{Weight, lower_triangle},
    inference::{Solution, incomplete::embedded, moment_covariance::moments_without},
    model_matrices::Source,
    sample::{DistinctRows, fourth_moments::counted_products},
    settings::{SaturatedAt, TestName},
};

/// V⁻¹ = Γ_NT(S).
///
/// # Source
/// Browne (1984), equation 2.20.
pub(super) fn under_normal_theory(input: &TestInput) -> Option<ModelTest> {
    let blocks = &input.solution.sample.blocks;
    let metrics: Vec<_> = blocks.iter().map(|b| Weight::normal_theory(&b.covariance)).collect::<Option<_>>()?;
    residual_test(input, &metrics, TestName::BrowneResidualNt, false)
}

/// V⁻¹ = Γ_NT(Σ̂).
pub(super) fn under_normal_theory_of_model(input: &TestInput) -> Option<ModelTest> {
    let values = &input.solution.values;
    let metrics: Vec<_> = values.iter().map(|v| Weight::normal_theory(&v.covariance)).collect::<Option<_>>()?;
    residual_test(input, &metrics, TestName::BrowneResidualNtModel, false)
}

/// V⁻¹ = Γ̂; with fixed x the rows of their moments are left out.
pub(super) fn distribution_free(input: &TestInput) -> Option<ModelTest> {
    let solution = input.solution;
    let metric = |block: usize| full_inverse(&solution.gamma(block)?, &kept(solution, block));
    let metrics: Vec<_> = (0..solution.values.len()).map(metric).collect::<Option<_>>()?;
    residual_test(input, &metrics, TestName::BrowneResidualAdf, true)
}

/// V⁻¹ = Γ̂ about the implied moments.
pub(super) fn distribution_free_of_model(input: &TestInput) -> Option<ModelTest> {
    let solution = input.solution;
    let metric = |block: usize| {
        let rows = solution.sample.blocks[block].rows.as_ref()?;
        full_inverse(&about_model(solution, block, rows)?, &kept(solution, block))
    };
    let metrics: Vec<_> = (0..solution.values.len()).map(metric).collect::<Option<_>>()?;
    residual_test(input, &metrics, TestName::BrowneResidualAdfModel, true)
}

/// N·d'[V − VΔ(Δ'VΔ)⁻Δ'V]d over all groups.
fn residual_test(input: &TestInput, metrics: &[Weight<f64>], name: TestName, without_x: bool) -> Option<ModelTest> {
    let solution = input.solution;
    let q = solution.matrices.free;
    let (mut information, mut pull, mut square) = (Matrix::zeros(q, q), vec![0.0; q], 0.0);
    for (block, weight) in solution.weights().into_iter().enumerate() {
        let layout = &solution.matrices.blocks[block];
        let (p, means) = (layout.observed.len(), layout.meanstructure);
        let mut d = differences(solution, block);
        if without_x {
            let kept = kept(solution, block);
            (0..d.len()).filter(|k| !kept.contains(k)).for_each(|k| d[k] = 0.0);
        }
        let weighted = metrics[block].times(&d, p, means);
        square += weight * d.iter().zip(&weighted).map(|(d, v)| d * v).sum::<f64>();
        let delta = solution.matrices.delta(block, &solution.values[block]);
        let product = solution.weighted_derivatives(block, &metrics[block]);
        information = information.plus(&delta.transpose().times(&product).scaled(weight));
        for (own, element) in pull.iter_mut().zip(delta.transpose().times_vector(&weighted)) {
            *own += weight * element;
        }
    }
    let information = solution.with_frequencies(information, SaturatedAt::Unstructured);
    for frequency in &solution.matrices.frequencies {
        let n = solution.sample.blocks[frequency.block].weighted_cases();
        let (d, share) = (n.ln() - frequency.expected(solution.theta).ln(), n / solution.sample.cases() as f64);
        square += share * d * d;
        if let Source::Free(k) = frequency.source {
            pull[k] += share * d;
        }
    }
    let inverse = solution.generalized_inverse(&information)?;
    let explained: f64 = pull.iter().zip(inverse.times_vector(&pull)).map(|(l, r)| l * r).sum();
    // Least squares counts n − 1 cases in each group.
    let lost = if solution.estimator().is_least_squares() { solution.sample.blocks.len() as f64 } else { 0.0 };
    let statistic = ((solution.sample.cases() as f64 - lost) * (square - explained)).max(0.0);
    Some(ModelTest {
        name,
        statistic,
        df: input.df,
        p_value: upper_tail(statistic, input.df),
        scaling_factor: None,
        shift: None,
        likelihood_scaling: None,
        mean_eigenvalue: None,
    })
}

/// d = s − σ(θ̂).
pub(crate) fn differences(solution: &Solution, block: usize) -> Vec<f64> {
    let layout = &solution.matrices.blocks[block];
    let (values, sample) = (&solution.values[block], &solution.sample.blocks[block]);
    let mut d = Vec::with_capacity(layout.moments());
    if let Some(mean) = sample.mean.as_ref().filter(|_| layout.meanstructure) {
        d.extend(mean.iter().zip(&values.mean).map(|(m, mu)| m - mu));
    }
    let p = layout.observed.len();
    d.extend(lower_triangle(p).map(|(i, j)| sample.covariance[(i, j)] - values.covariance[(i, j)]));
    d
}

/// Positions of the moments that are not fixed.
fn kept(solution: &Solution, block: usize) -> Vec<usize> {
    let layout = &solution.matrices.blocks[block];
    moments_without(layout.observed.len(), layout.meanstructure, &solution.fixed_x(block))
}

/// The inverse of the kept rows and columns, zeros elsewhere.
fn full_inverse(gamma: &Matrix, kept: &[usize]) -> Option<Weight<f64>> {
    let part = gamma.select(kept, kept);
    let inverse = match Cholesky::new(&part) {
        Some(factor) => factor.inverse(),
        None => symmetric_pseudo_inverse(&part, 1e-12)?,
    };
    Some(Weight::Full(std::sync::Arc::new(embedded(&inverse, kept, gamma.rows()))))
}

/// (1/n) Σ (z − σ)(z − σ)', z = (y − μ̂, vech (y − μ̂)(y − μ̂)') centred at (0, vech Σ̂).
fn about_model(solution: &Solution, block: usize, rows: &DistinctRows) -> Option<Matrix> {
    let layout = &solution.matrices.blocks[block];
    let values = &solution.values[block];
    let centre = if layout.meanstructure { &values.mean } else { solution.sample.blocks[block].mean.as_ref()? };
    let p = layout.observed.len();
    let mut z = Matrix::zeros(rows.values.rows(), layout.moments());
    for k in 0..rows.values.rows() {
        let c: Vec<f64> = rows.values.row(k).iter().zip(centre).map(|(y, m)| y - m).collect();
        let means = if layout.meanstructure { c.clone() } else { Vec::new() };
        let squares = lower_triangle(p).map(|(i, j)| c[i] * c[j] - values.covariance[(i, j)]);
        for (column, value) in means.into_iter().chain(squares).enumerate() {
            z[(k, column)] = value;
        }
    }
    let n: f64 = rows.counts.iter().sum();
    Some(counted_products(&z, &rows.counts).scaled(1.0 / n))
}
