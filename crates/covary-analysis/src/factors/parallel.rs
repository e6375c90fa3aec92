//! Parallel analysis: how large eigenvalues are when nothing is there.

use covary_numerics::{Matrix, linalg::symmetric_eigen, moments::mean_and_covariance, random::stream};
use rand::seq::SliceRandom;
use rand_distr::{ChiSquared, Distribution, StandardNormal};
use rayon::prelude::*;

use super::ParallelAnalysis;
use crate::descriptives::haverage;

/// How much random data parallel analysis draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParallelSettings {
    /// Random data sets of each kind (default 1,000).
    pub replicates: usize,
    /// Seed of the random streams.
    pub seed: u64,
    /// An eigenvalue counts when it exceeds this percentile of the random ones (default 95).
    pub percentile: f64,
}

impl Default for ParallelSettings {
    fn default() -> Self {
        ParallelSettings { replicates: 1000, seed: 1, percentile: 95.0 }
    }
}

/// Compares `eigenvalues` of the correlations of complete cases, N × p, with those of random data of
/// the same size: uncorrelated normal variables, and the answers with each item's permuted.
///
/// Factors are counted from the first eigenvalue until one does not exceed the percentile of the
/// random eigenvalue of the same rank. The same numbers on any number of threads.
///
/// # Source
/// Horn (1965); the percentile in place of the mean: Glorfeld (1995); permutation: Buja and Eyuboglu (1992).
pub fn parallel_analysis(cases: &Matrix, eigenvalues: &[f64], settings: &ParallelSettings) -> ParallelAnalysis {
    let normal =
        replicate(settings, |replicate| normal_eigenvalues(cases.rows(), cases.columns(), settings.seed, replicate));
    let permuted = replicate(settings, |replicate| permuted_eigenvalues(cases, settings.seed, replicate));
    let normal_percentile = percentiles(&normal, eigenvalues.len(), settings.percentile);
    let permuted_percentile = percentiles(&permuted, eigenvalues.len(), settings.percentile);
    ParallelAnalysis {
        replicates: settings.replicates,
        seed: settings.seed,
        percentile: settings.percentile,
        normal_mean: means(&normal, eigenvalues.len()),
        permuted_mean: means(&permuted, eigenvalues.len()),
        factors: leading(eigenvalues, &normal_percentile),
        factors_permuted: leading(eigenvalues, &permuted_percentile),
        normal_percentile,
        permuted_percentile,
    }
}

fn replicate(settings: &ParallelSettings, draw: impl Fn(u64) -> Option<Vec<f64>> + Sync + Send) -> Vec<Vec<f64>> {
    (0..settings.replicates as u64).into_par_iter().filter_map(draw).collect()
}

/// The streams of parallel analysis lie apart from those of the bootstrap under the same seed.
const APART: u64 = 0x70_61_72_61_6c_6c_65_6c;

/// Eigenvalues of the correlations of N cases of p independent normal variables.
///
/// Their cross-products are Wishart with N − 1 degrees of freedom, drawn as AA' with A lower
/// triangular, a_jj² ~ χ²(N − 1 − j), a_ij ~ N(0, 1): p²/2 draws in place of Np.
///
/// # Source
/// Bartlett (1933).
fn normal_eigenvalues(cases: usize, variables: usize, seed: u64, replicate: u64) -> Option<Vec<f64>> {
    let mut random = stream(seed ^ APART, 2 * replicate);
    let df = cases.checked_sub(1)?;
    let columns = variables.min(df);
    let mut factor = Matrix::zeros(variables, columns);
    for i in 0..variables {
        for j in 0..columns.min(i + 1) {
            factor[(i, j)] = if i == j {
                ChiSquared::new((df - j) as f64).ok()?.sample(&mut random).sqrt()
            } else {
                StandardNormal.sample(&mut random)
            };
        }
    }
    eigenvalues_of(&factor.times(&factor.transpose()))
}

/// Eigenvalues of the correlations of the answers with each item's permuted among the cases.
fn permuted_eigenvalues(cases: &Matrix, seed: u64, replicate: u64) -> Option<Vec<f64>> {
    let mut random = stream(seed ^ APART, 2 * replicate + 1);
    let mut permuted = cases.clone();
    let mut column = Vec::with_capacity(cases.rows());
    for j in 0..cases.columns() {
        column.clear();
        column.extend((0..cases.rows()).map(|i| cases[(i, j)]));
        column.shuffle(&mut random);
        for (i, value) in column.iter().enumerate() {
            permuted[(i, j)] = *value;
        }
    }
    eigenvalues_of(&mean_and_covariance(&permuted).1)
}

fn eigenvalues_of(covariance: &Matrix) -> Option<Vec<f64>> {
    Some(symmetric_eigen(&covariance.to_correlation()?)?.values)
}

fn means(replicates: &[Vec<f64>], count: usize) -> Vec<f64> {
    let mean = |k: usize| replicates.iter().map(|values| values[k]).sum::<f64>() / replicates.len() as f64;
    if replicates.is_empty() { Vec::new() } else { (0..count).map(mean).collect() }
}

fn percentiles(replicates: &[Vec<f64>], count: usize, percentile: f64) -> Vec<f64> {
    let of_rank = |k: usize| {
        let mut values: Vec<f64> = replicates.iter().map(|values| values[k]).collect();
        values.sort_by(f64::total_cmp);
        haverage(&values, percentile / 100.0)
    };
    (0..count).filter_map(of_rank).collect()
}

fn leading(eigenvalues: &[f64], random: &[f64]) -> usize {
    eigenvalues.iter().zip(random).take_while(|(value, random)| value > random).count()
}
