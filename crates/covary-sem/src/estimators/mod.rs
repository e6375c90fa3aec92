//! Discrepancy functions: how far implied moments lie from a sample's. One member per file, one line in the list.
//!
//! An estimator sees sample moments and implied moments, never a parameter. It returns a value and the
//! gradient on the moments, in the form the moments came in; the gradient need not be the derivative of
//! the value (distributionally weighted least squares). The test statistic belongs to inference.

pub(crate) mod fiml;
mod least_squares;
mod ml;
pub mod named;
pub mod two_level;
mod weight;

use covary_numerics::{Matrix, Scalar};

pub use fiml::PatternMoments;
pub use weight::{ObservedMetric, Weight};
pub(crate) use weight::{half, lower_triangle, normal_theory_gamma, symmetric};

use crate::{
    kernels,
    model_matrices::{Form, Implied, MomentGradient},
    sample::{Patterns, Sample},
    settings::{EstimatorName, MissingValues, Settings},
};
pub use named::NamedEstimator;

/// The discrepancy functions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimator {
    /// Maximum likelihood under normality.
    Ml,
    /// The same from cases with missing values.
    Fiml,
    /// Generalized least squares.
    Gls,
    /// Unweighted least squares.
    Uls,
    /// Weighted least squares, full weight matrix.
    Wls,
    /// Weighted least squares, diagonal weight matrix.
    Dwls,
    /// Distributionally weighted least squares.
    Dls,
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
    /// V of least squares.
    pub weight: Weight<T>,
    /// Moments by pattern of missing values; empty with complete data.
    pub patterns: Vec<PatternMoments<T>>,
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
    /// d and Vd of least squares: means, then the lower triangle by columns.
    differences: Vec<T>,
    weighted: Vec<T>,
    /// A row of the gradient on Σ of one pattern.
    line: Vec<T>,
}

impl Estimator {
    /// All of them.
    pub const ALL: [Estimator; 7] = [
        Estimator::Ml,
        Estimator::Fiml,
        Estimator::Gls,
        Estimator::Uls,
        Estimator::Wls,
        Estimator::Dwls,
        Estimator::Dls,
    ];

    /// The discrepancy function of an estimator's name.
    pub fn named(name: EstimatorName) -> Self {
        NamedEstimator::of(name).discrepancy
    }

    /// The discrepancy function of a fit: that of the estimator's name, by pattern where values are missing and modelled.
    pub fn of(settings: &Settings, sample: &Sample) -> Self {
        let modelled = matches!(settings.missing, MissingValues::Ml | MissingValues::MlX);
        match Estimator::named(settings.estimator) {
            Estimator::Ml if modelled && sample.is_incomplete() => Estimator::Fiml,
            named => named,
        }
    }

    /// The form in which it takes the implied moments.
    pub fn form(self) -> Form {
        match self {
            Estimator::Ml => Form::Any,
            _ => Form::Moments,
        }
    }

    /// Whether it is a quadratic form in the differences of moments.
    pub fn is_least_squares(self) -> bool {
        !matches!(self, Estimator::Ml | Estimator::Fiml)
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
            Estimator::Fiml => fiml::evaluate(sample, implied, gradient, scratch),
            _ => least_squares::evaluate(sample, implied, gradient, scratch),
        }
    }

    /// The value where the implied moments are the sample's own. `None` where the sample has none
    /// (its covariance matrix is not positive definite).
    #[inline(always)]
    pub fn saturated<T: Scalar>(self, sample: &SampleMoments<T>, scratch: &mut Scratch<T>) -> Option<T> {
        match self {
            Estimator::Ml => ml::saturated(sample, scratch),
            Estimator::Fiml => fiml::saturated(sample, scratch),
            _ => Some(T::ZERO),
        }
    }
}

impl<T: Scalar> SampleMoments<T> {
    /// Room for p variables; `means` as modelled or not.
    pub fn zeros(p: usize, means: bool) -> Self {
        SampleMoments {
            p,
            covariance: vec![T::ZERO; p * p],
            mean: vec![T::ZERO; if means { p } else { 0 }],
            weight: Weight::None,
            patterns: Vec::new(),
        }
    }

    /// The moments of a sample, its means where they are modelled.
    pub fn new(covariance: &Matrix, mean: Option<&[f64]>) -> Self {
        SampleMoments {
            p: covariance.rows(),
            covariance: covariance.values().iter().map(|v| T::from(*v)).collect(),
            mean: mean.unwrap_or(&[]).iter().map(|v| T::from(*v)).collect(),
            weight: Weight::None,
            patterns: Vec::new(),
        }
    }

    /// The same with the moments of the patterns of missing values.
    pub fn by_pattern(self, patterns: Option<&Patterns>) -> Self {
        SampleMoments { patterns: patterns.map_or_else(Vec::new, Patterns::moments), ..self }
    }

    /// The same with the weight of least squares.
    pub fn weighted(self, weight: &Weight<f64>) -> Self {
        SampleMoments { weight: weight.over(), ..self }
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
            differences: Vec::new(),
            weighted: Vec::new(),
            line: Vec::new(),
        }
    }

    /// ln |A| of a symmetric matrix of order n. `None` unless positive definite.
    #[inline(always)]
    fn log_determinant(&mut self, matrix: &[T], n: usize) -> Option<T> {
        self.square[..n * n].copy_from_slice(matrix);
        kernels::cholesky(&mut self.square[..n * n], n)
    }
}
