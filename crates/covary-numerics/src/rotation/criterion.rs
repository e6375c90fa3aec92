//! What a criterion is: a value of loadings that rotation makes small, and its gradient.

use super::{RotationSettings, grid::Grid};
use crate::Dual;

/// A criterion at loadings.
#[derive(Clone, Debug)]
pub struct Evaluation<T> {
    /// Its value f(Λ), smaller is simpler.
    pub value: T,
    /// ∂f/∂Λ, p × m.
    pub gradient: Grid<T>,
}

/// A criterion for numbers, and for numbers with derivatives: two instances of one function.
#[derive(Clone, Copy)]
pub struct Criterion {
    /// At numbers.
    pub(super) at: fn(&Grid<f64>, &RotationSettings) -> Evaluation<f64>,
    /// With the derivative along a direction: that of the gradient is a product with the Hessian.
    pub(super) along: fn(&Grid<Dual>, &RotationSettings) -> Evaluation<Dual>,
}

impl Criterion {
    /// f and ∂f/∂Λ.
    pub fn evaluate(&self, loadings: &Grid<f64>, settings: &RotationSettings) -> Evaluation<f64> {
        (self.at)(loadings, settings)
    }

    /// The same with derivatives along a direction.
    pub fn evaluate_along(&self, loadings: &Grid<Dual>, settings: &RotationSettings) -> Evaluation<Dual> {
        (self.along)(loadings, settings)
    }
}

/// A [`Criterion`] from a function that is generic over its scalar.
macro_rules! criterion {
    ($function:path) => {
        $crate::rotation::criterion::Criterion { at: $function, along: $function }
    };
}
pub(super) use criterion;
