//! Derivatives by differences, for tests and as a fallback.

use crate::Matrix;

/// The gradient of `f` at `x` by central differences with Richardson extrapolation.
pub fn gradient(f: impl Fn(&[f64]) -> f64, x: &[f64]) -> Vec<f64> {
    todo!("{}", f(x))
}

/// The Jacobian (outputs × inputs) of `f` at `x` by central differences with Richardson extrapolation.
pub fn jacobian(f: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Matrix {
    todo!("{}", f(x).len())
}
