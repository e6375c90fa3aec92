//! Full-information maximum likelihood: every case by the variables that it has values of.

use std::sync::Arc;

use covary_numerics::{Matrix, Scalar};

use super::{SampleMoments, Scratch};
use crate::{
    kernels,
    model_matrices::{Implied, MomentGradient},
};

/// The moments of the cases that have values of the same variables, over any [`Scalar`].
#[derive(Clone, Debug)]
pub struct PatternMoments<T> {
    /// Variables with values, ascending.
    pub observed: Arc<[usize]>,
    /// n_r/n
    pub share: T,
    /// S_r of the variables with values, divisor n_r.
    pub covariance: Vec<T>,
    /// m_r of the variables with values.
    pub mean: Vec<T>,
}

impl<T: Scalar> PatternMoments<T> {
    /// The same numbers, constants over another scalar.
    pub fn of(observed: &Arc<[usize]>, share: f64, covariance: &Matrix, mean: &[f64]) -> Self {
        PatternMoments {
            observed: Arc::clone(observed),
            share: T::from(share),
            covariance: covariance.values().iter().map(|value| T::from(*value)).collect(),
            mean: mean.iter().map(|value| T::from(*value)).collect(),
        }
    }
}

impl PatternMoments<f64> {
    /// The same over another scalar.
    pub fn over<T: Scalar>(&self) -> PatternMoments<T> {
        let constants = |values: &[f64]| values.iter().map(|value| T::from(*value)).collect();
        PatternMoments {
            observed: Arc::clone(&self.observed),
            share: T::from(self.share),
            covariance: constants(&self.covariance),
            mean: constants(&self.mean),
        }
    }
}

/// Σ_r n_r/n [ln |Σ_oo| + tr(S_r Σ_oo⁻¹) + δ'Σ_oo⁻¹δ], δ = m_r − μ_o, and its gradient on Σ and μ.
///
/// On Σ: the sum of Σ_oo⁻¹ − Σ_oo⁻¹(S_r + δδ')Σ_oo⁻¹, each in the rows and columns of its variables; on μ: of −2Σ_oo⁻¹δ.
/// Only sub-blocks are factorised. NaN where one of them is not positive definite.
///
/// # Source
/// Arbuckle (1996); Finkbeiner (1979), Psychometrika 44.
// Not in line: only ML of complete data is worth compiling for each width of vector instructions.
#[inline(never)]
pub(super) fn evaluate<T: Scalar>(
    sample: &SampleMoments<T>,
    implied: Implied<'_, T>,
    gradient: MomentGradient<'_, T>,
    scratch: &mut Scratch<T>,
) -> T {
    match (implied, gradient) {
        (Implied::Dense(moments), MomentGradient::Dense(gradient)) => value_and_gradient(
            sample,
            &moments.covariance,
            &moments.mean,
            &mut gradient.covariance,
            &mut gradient.mean,
            scratch,
        ),
        // A workspace in the form of moments hands out dense ones.
        _ => T::from(f64::NAN),
    }
}

/// The value at the moments of the saturated model, which stand in the sample. `None` where it does not exist.
pub(super) fn saturated<T: Scalar>(sample: &SampleMoments<T>, scratch: &mut Scratch<T>) -> Option<T> {
    let mut omega = vec![T::ZERO; sample.p * sample.p];
    let mut on_mean = vec![T::ZERO; sample.mean.len()];
    let value = value_and_gradient(sample, &sample.covariance, &sample.mean, &mut omega, &mut on_mean, scratch);
    (!value.value().is_nan()).then_some(value)
}

/// [`evaluate`] at any moments: the gradient on Σ as a full symmetric matrix into `omega`, on μ into `on_mean`.
///
/// Without patterns the sample's own moments are those of its only one. Without means (`mu` empty) δ = 0.
pub(crate) fn value_and_gradient<T: Scalar>(
    sample: &SampleMoments<T>,
    sigma: &[T],
    mu: &[T],
    omega: &mut [T],
    on_mean: &mut [T],
    scratch: &mut Scratch<T>,
) -> T {
    omega.fill(T::ZERO);
    on_mean.fill(T::ZERO);
    let mut value = T::ZERO;
    let p = sample.p;
    let mut add = |observed: &[usize], share: T, covariance: &[T], mean: &[T]| {
        let own = Own { observed, share, covariance, mean };
        match own.add(p, sigma, mu, omega, on_mean, scratch) {
            Some(term) => value += share * term,
            None => value = T::from(f64::NAN),
        }
    };
    if sample.patterns.is_empty() {
        let all: Vec<usize> = (0..p).collect();
        add(&all, T::ONE, &sample.covariance, &sample.mean);
    }
    for pattern in &sample.patterns {
        add(&pattern.observed, pattern.share, &pattern.covariance, &pattern.mean);
    }
    for i in 0..p {
        for j in 0..i {
            omega[j * p + i] = omega[i * p + j];
        }
    }
    value
}

/// One pattern.
struct Own<'a, T> {
    observed: &'a [usize],
    share: T,
    covariance: &'a [T],
    mean: &'a [T],
}

impl<T: Scalar> Own<'_, T> {
    /// The pattern's term; its gradient is added to the lower triangle of `omega` and to `on_mean`.
    fn add(
        &self,
        p: usize,
        sigma: &[T],
        mu: &[T],
        omega: &mut [T],
        on_mean: &mut [T],
        scratch: &mut Scratch<T>,
    ) -> Option<T> {
        let k = self.observed.len();
        let (factor, inverse) = (&mut scratch.square[..k * k], &mut scratch.other_square[..k * k]);
        for (row, &i) in factor.chunks_exact_mut(k.max(1)).zip(self.observed) {
            for (element, &j) in row.iter_mut().zip(self.observed) {
                *element = sigma[i * p + j];
            }
        }
        let mut term = kernels::cholesky(factor, k)?;
        kernels::inverse_from_cholesky(factor, k, inverse);
        // Its room serves for S Σ_oo⁻¹ now.
        let weighted = factor;
        kernels::product(self.covariance, inverse, k, k, k, weighted);
        for i in 0..k {
            term += weighted[i * k + i];
        }
        let means = !mu.is_empty();
        if means {
            for (a, &i) in self.observed.iter().enumerate() {
                scratch.deviation[a] = self.mean[a] - mu[i];
            }
            for (a, &i) in self.observed.iter().enumerate() {
                let solved = kernels::dot(&inverse[a * k..(a + 1) * k], &scratch.deviation);
                scratch.solved[a] = solved;
                term += solved * scratch.deviation[a];
                on_mean[i] -= self.share * (solved + solved);
            }
        }
        let line = &mut scratch.line;
        line.resize(p, T::ZERO);
        for (a, &i) in self.observed.iter().enumerate() {
            let line = &mut line[..a + 1];
            line.copy_from_slice(&inverse[a * k..a * k + a + 1]);
            for (l, factor) in inverse[a * k..(a + 1) * k].iter().enumerate() {
                for (target, w) in line.iter_mut().zip(&weighted[l * k..l * k + a + 1]) {
                    *target -= *factor * *w;
                }
            }
            if means {
                let solved = scratch.solved[a];
                for (target, other) in line.iter_mut().zip(&scratch.solved) {
                    *target -= solved * *other;
                }
            }
            let target = &mut omega[i * p..(i + 1) * p];
            for (element, &j) in line.iter().zip(self.observed) {
                target[j] += self.share * *element;
            }
        }
        Some(term)
    }
}
