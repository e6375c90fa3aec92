//! Γ of one block as an operator: n times the covariance matrix of the moments, never formed where a smaller form is known.

use covary_numerics::{Matrix, linalg};

use super::Solution;
use crate::{
    estimators::{Weight, lower_triangle, symmetric},
    sample::{fourth_moments::centred_vectors, weights::choices},
};

/// A moment of the observed variables.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// A variance or covariance.
    Covariance(usize, usize),
    /// A mean.
    Mean(usize),
}

/// All moments of p variables: means where they are modelled, then the lower triangle by columns.
pub(crate) fn moments(p: usize, means: bool) -> impl Iterator<Item = Moment> {
    let of_means = (0..p).filter(move |_| means).map(Moment::Mean);
    of_means.chain(lower_triangle(p).map(|(i, j)| Moment::Covariance(i, j)))
}

/// Positions of the moments that are not those of `x` alone.
pub(crate) fn moments_without(p: usize, means: bool, x: &[usize]) -> Vec<usize> {
    let fixed = |moment| match moment {
        Moment::Covariance(i, j) => x.contains(&i) && x.contains(&j),
        Moment::Mean(i) => x.contains(&i),
    };
    moments(p, means).enumerate().filter(|(_, moment)| !fixed(*moment)).map(|(k, _)| k).collect()
}

/// Γ of one block under normality: Γ_NT(S), less Γ_NT(Ŝ) where x are fixed, Ŝ = S_·x S_xx⁻¹ S_x·.
#[derive(Clone, Debug)]
pub(crate) struct Sampling {
    layers: Vec<(f64, Matrix)>,
}

impl Sampling {
    /// `None` where the covariance matrix of fixed x is singular.
    pub fn new(sample: &Matrix, fixed_x: &[usize]) -> Option<Self> {
        let mut layers = vec![(1.0, sample.clone())];
        if !fixed_x.is_empty() {
            let all: Vec<usize> = (0..sample.rows()).collect();
            let with_x = sample.select(fixed_x, &all);
            let explained =
                with_x.transpose().times(&linalg::solve_columns(&sample.select(fixed_x, fixed_x), &with_x)?);
            layers.push((-1.0, explained));
        }
        Some(Sampling { layers })
    }

    /// Sign and L of every layer.
    pub fn layers(&self) -> &[(f64, Matrix)] {
        &self.layers
    }

    /// The element of Γ for two moments.
    pub fn between(&self, one: Moment, other: Moment) -> f64 {
        let of_layer = |s: &Matrix| match (one, other) {
            (Moment::Covariance(i, j), Moment::Covariance(k, l)) => s[(i, k)] * s[(j, l)] + s[(i, l)] * s[(j, k)],
            (Moment::Mean(i), Moment::Mean(k)) => s[(i, k)],
            _ => 0.0,
        };
        self.layers.iter().map(|(sign, layer)| sign * of_layer(layer)).sum()
    }

    /// diag Γ over (means,) the lower triangle by columns.
    pub fn diagonal(&self, means: bool) -> Vec<f64> {
        let p = self.layers.first().map_or(0, |(_, layer)| layer.rows());
        moments(p, means).map(|moment| self.between(moment, moment)).collect()
    }

    /// Γ times every column.
    pub fn times_columns(&self, columns: &Matrix, means: bool) -> Matrix {
        columns.map_columns(|column| self.times(column, means))
    }

    /// Γv: on means La, on covariances vech L(U + U')L, with v = (a, the lower triangle U).
    fn times(&self, v: &[f64], means: bool) -> Vec<f64> {
        let mut product = vec![0.0; v.len()];
        for (sign, layer) in &self.layers {
            let p = layer.rows();
            let (of_means, of_covariances) = v.split_at(if means { p } else { 0 });
            let mut square = symmetric(of_covariances, p);
            (0..p).for_each(|i| square[(i, i)] *= 2.0);
            let weighted = layer.times(&square).times(layer);
            let on_covariances = lower_triangle(p).map(|(i, j)| weighted[(i, j)]);
            let on_means = if means { layer.times_vector(of_means) } else { Vec::new() };
            for (own, value) in product.iter_mut().zip(on_means.into_iter().chain(on_covariances)) {
                *own += sign * value;
            }
        }
        product
    }
}

/// Γ̂ of one block.
#[derive(Clone, Debug)]
pub(crate) enum MomentCovariance {
    /// Z'CZ/divisor, where there are fewer distinct rows than moments.
    Cases {
        /// Z, centred moment vectors, distinct rows × moments.
        vectors: Matrix,
        /// The diagonal of C, how often each row stands in the sample.
        counts: Vec<f64>,
        /// n, or n − 1.
        divisor: f64,
    },
    /// As a matrix.
    Full(Matrix),
}

impl MomentCovariance {
    /// diag Γ̂
    pub fn diagonal(&self) -> Vec<f64> {
        match self {
            MomentCovariance::Full(matrix) => matrix.diagonal(),
            MomentCovariance::Cases { vectors, counts, divisor } => {
                let mut diagonal = vec![0.0; vectors.columns()];
                for (k, count) in counts.iter().enumerate() {
                    diagonal.iter_mut().zip(vectors.row(k)).for_each(|(own, z)| *own += count / divisor * z * z);
                }
                diagonal
            }
        }
    }

    /// Γ̂ times every column.
    pub fn times_columns(&self, columns: &Matrix) -> Matrix {
        match self {
            MomentCovariance::Full(matrix) => matrix.times(columns),
            MomentCovariance::Cases { vectors, counts, divisor } => {
                let mut along = vectors.times(columns);
                let q = along.columns();
                for (row, count) in along.values_mut().chunks_exact_mut(q).zip(counts) {
                    row.iter_mut().for_each(|value| *value *= count / divisor);
                }
                vectors.transpose().times(&along)
            }
        }
    }

    /// tr WΓ̂.
    pub fn trace_in(&self, metric: &Weight<f64>, p: usize, means: bool) -> f64 {
        match self {
            MomentCovariance::Full(matrix) => metric.times_columns(matrix, p, means).diagonal().iter().sum(),
            MomentCovariance::Cases { vectors, counts, divisor } => {
                let square = |z: &[f64]| -> f64 { z.iter().zip(metric.times(z, p, means)).map(|(l, r)| l * r).sum() };
                counts.iter().enumerate().map(|(k, count)| count / divisor * square(vectors.row(k))).sum()
            }
        }
    }
}

impl Solution<'_> {
    /// Γ̂ of a block, in the smaller of its forms. `None` where [`gamma`](Self::gamma) does not exist.
    pub(crate) fn moment_covariance(&self, block: usize) -> Option<MomentCovariance> {
        let (sample, layout) = (&self.sample.blocks[block], &self.matrices.blocks[block]);
        let choices = choices(self.settings, layout.meanstructure);
        match sample.complete_rows().zip(sample.mean.as_ref()) {
            Some((rows, mean)) if rows.counts.len() < layout.moments() && !choices.unbiased => {
                let (vectors, _) = centred_vectors(rows, mean, &self.fixed_x(block), choices.means);
                let divisor = choices.divisor(rows.counts.iter().sum());
                Some(MomentCovariance::Cases { vectors, counts: rows.counts.clone(), divisor })
            }
            _ => self.gamma(block).map(MomentCovariance::Full),
        }
    }
}
