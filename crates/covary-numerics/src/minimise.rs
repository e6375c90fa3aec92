//! Quasi-Newton minimisation as a state machine that asks for evaluations.
//!
//! Never a loop around a closure: lanes of resamples ask for their evaluations together, and a
//! lane is refilled as it converges.

use crate::Matrix;

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Converged when no element of the gradient exceeds this in absolute value.
    pub gradient_tolerance: f64,
    /// Give up after so many iterations.
    pub max_iterations: usize,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The gradient is within its tolerance.
    Converged,
    /// The largest number of iterations was reached.
    IterationLimit,
    /// No step along the search direction lowers the value, yet the gradient is not within its tolerance.
    NoProgress,
}

/// What the search wants next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Request<'a> {
    /// Value and gradient at this point.
    Evaluate(&'a [f64]),
    /// Nothing: it has ended.
    Done(Ending),
}

/// BFGS on the inverse Hessian, with a first inverse metric of the caller's.
#[derive(Clone, Debug)]
pub struct QuasiNewton {
    _replace: (),
}

impl QuasiNewton {
    /// A search from `start`; `inverse_metric` (q × q, positive definite) is the first inverse Hessian, the identity without.
    pub fn new(start: &[f64], inverse_metric: Option<&Matrix>, settings: Settings) -> Self {
        todo!("{} {:?} {:?}", start.len(), inverse_metric, settings)
    }
    /// What the search wants next.
    pub fn request(&self) -> Request<'_> {
        todo!()
    }
    /// The answer to the last request: the value and gradient, or `None` where the function does not exist.
    pub fn tell(&mut self, value: Option<f64>, gradient: &[f64]) {
        todo!("{value:?} {gradient:?}")
    }
    /// The best point so far.
    pub fn best(&self) -> &[f64] {
        todo!()
    }
    /// The value at the best point.
    pub fn best_value(&self) -> f64 {
        todo!()
    }
    /// Iterations (accepted steps) so far.
    pub fn iterations(&self) -> usize {
        todo!()
    }
}
