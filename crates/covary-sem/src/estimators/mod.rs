//! Discrepancy functions: how far implied moments lie from a sample's. One member per file, one line in the list.
//!
//! An estimator sees sample moments and implied moments, never a parameter. It returns a value and the
//! gradient on the moments, in the form the moments came in; the gradient need not be the derivative of
//! the value (distributionally weighted least squares). The test statistic belongs to inference.

mod ml;

use covary_numerics::{Matrix, Scalar};

use crate::{
    kernels,
    model_matrices::{Implied, MomentGradient},
    settings::EstimatorName,
};

/// The discrepancy functions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimator {
    /// Maximum likelihood under normality.
    Ml,
}

/// A sample's moments over any [`Scalar`], as an estimator sees them.
#[derive(Clone, Debug)]
pub struct SampleMoments<T> {
    /// Number of variables, p.
    pub p: usize,
    /// S, p × p.
    pub covariance: Vec<T>,
    /// m, p; empty when means are not modelled.
    pub mean: Vec<T>,
}

/// Room for one evaluation.
#[derive(Clone, Debug)]
pub struct Scratch<T> {
    deviation: Vec<T>,
    solved: Vec<T>,
    factors: Vec<T>,
    by_entry: Vec<T>,
    by_factor: Vec<T>,
    square: Vec<T>,
    other_square: Vec<T>,
}

impl Estimator {
    /// All of them.
    pub const ALL: [Estimator; 1] = [Estimator::Ml];

    /// The discrepancy function of an estimator's name.
    pub fn named(name: EstimatorName) -> Self {
        match name {
            EstimatorName::Ml => Estimator::Ml,
        }
    }

    /// The value at these moments, and its gradient on them.
    #[inline(always)]
    pub fn evaluate<T: Scalar>(
        self,
        sample: &SampleMoments<T>,
        implied: Implied<'_, T>,
        gradient: MomentGradient<'_, T>,
        scratch: &mut Scratch<T>,
    ) -> T {
        match self {
            Estimator::Ml => ml::evaluate(sample, implied, gradient, scratch),
        }
    }

    /// The value where the implied moments are the sample's own. `None` where the sample has none
    /// (its covariance matrix is not positive definite).
    #[inline(always)]
    pub fn saturated<T: Scalar>(self, sample: &SampleMoments<T>, scratch: &mut Scratch<T>) -> Option<T> {
        match self {
            Estimator::Ml => ml::saturated(sample, scratch),
        }
    }
}

impl<T: Scalar> SampleMoments<T> {
    /// Room for p variables; `means` as modelled or not.
    pub fn zeros(p: usize, means: bool) -> Self {
        SampleMoments { p, covariance: vec![T::ZERO; p * p], mean: vec![T::ZERO; if means { p } else { 0 }] }
    }

    /// The moments of a sample, its means where they are modelled.
    pub fn new(covariance: &Matrix, mean: Option<&[f64]>) -> Self {
        SampleMoments {
            p: covariance.rows(),
            covariance: covariance.values().iter().map(|v| T::from(*v)).collect(),
            mean: mean.unwrap_or(&[]).iter().map(|v| T::from(*v)).collect(),
        }
    }
}

impl<T: Scalar> Scratch<T> {
    /// Room for p variables and f factors.
    pub fn new(p: usize, f: usize) -> Self {
        let zeros = |n: usize| vec![T::ZERO; n];
        Scratch {
            deviation: zeros(p),
            solved: zeros(p),
            factors: zeros(2 * f),
            by_entry: zeros(f * f),
            by_factor: zeros(p * f),
            square: zeros((p * p).max(f * f)),
            other_square: zeros((p * p).max(f * f)),
        }
    }

    /// ln |A| of a symmetric matrix of order n. `None` unless positive definite.
    #[inline(always)]
    fn log_determinant(&mut self, matrix: &[T], n: usize) -> Option<T> {
        self.square[..n * n].copy_from_slice(matrix);
        kernels::cholesky(&mut self.square[..n * n], n)
    }
}
