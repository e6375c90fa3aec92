//! Searches that begin near their end: many samples of one population, one start and one first metric.

use covary_numerics::{
    Matrix,
    minimise::{self, Ending, QuasiNewton, Request},
};

use super::{EqualityConstraints, Objective, fisher_metric};

/// Largest element of the gradient per unit of a parameter's information. With N cases an estimate is off by less than
/// √N · 10⁻⁶ of its standard error.
const TOLERANCE: f64 = 1e-6;
/// A warm start converges within a dozen; what needs more is searched anew with care.
const MOST_ITERATIONS: usize = 60;

/// A quasi-Newton search from one point with the inverse information there as first metric.
#[derive(Debug)]
pub struct WarmSearch<'a> {
    constraints: &'a EqualityConstraints,
    /// The start as ξ, η = scale · ξ.
    start: Vec<f64>,
    scale: Vec<f64>,
    search: QuasiNewton,
    /// The widest vector instructions there are; the bits are the same with any.
    vectors: pulp::Arch,
    eta: Vec<f64>,
    on_theta: Vec<f64>,
    gradient: Vec<f64>,
}

/// f and its gradient, as a piece of work that is compiled for each width of vector instructions.
struct Evaluation<'b, 'a> {
    objective: &'b mut Objective<'a, f64>,
    theta: &'b [f64],
    gradient: &'b mut [f64],
}

impl pulp::WithSimd for Evaluation<'_, '_> {
    type Output = Option<f64>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Option<f64> {
        self.objective.evaluate(self.theta, self.gradient)
    }
}

impl<'a> WarmSearch<'a> {
    /// Searches from θ, in the metric that `objective` has there. `None` where it has no moments at θ.
    pub fn new(
        objective: &Objective<f64>,
        constraints: &'a EqualityConstraints,
        weights: &[f64],
        theta: &[f64],
    ) -> Option<Self> {
        let (scale, metric): (Vec<f64>, Matrix) = fisher_metric(objective, constraints, weights, theta)?;
        let start: Vec<f64> = constraints.project(theta).iter().zip(&scale).map(|(eta, scale)| eta / scale).collect();
        let settings = minimise::Settings { gradient_tolerance: TOLERANCE, max_iterations: MOST_ITERATIONS };
        Some(WarmSearch {
            constraints,
            search: QuasiNewton::new(&start, Some(&metric), settings),
            vectors: pulp::Arch::new(),
            eta: vec![0.0; scale.len()],
            on_theta: vec![0.0; theta.len()],
            gradient: vec![0.0; scale.len()],
            start,
            scale,
        })
    }

    /// Minimises; θ is left in `theta`. `None` when the search did not converge.
    pub fn run(&mut self, objective: &mut Objective<f64>, theta: &mut [f64]) -> Option<f64> {
        self.search.restart(&self.start);
        let ending = loop {
            match self.search.request() {
                Request::Done(ending) => break ending,
                Request::Evaluate(point) => {
                    for ((eta, xi), scale) in self.eta.iter_mut().zip(point).zip(&self.scale) {
                        *eta = xi * scale;
                    }
                    self.constraints.expand(&self.eta, theta);
                    let value = self.vectors.dispatch(Evaluation { objective, theta, gradient: &mut self.on_theta });
                    self.constraints.reduce_gradient(&self.on_theta, &mut self.gradient);
                    for (element, scale) in self.gradient.iter_mut().zip(&self.scale) {
                        *element *= scale;
                    }
                    self.search.tell(value, &self.gradient);
                }
            }
        };
        for ((eta, xi), scale) in self.eta.iter_mut().zip(self.search.best()).zip(&self.scale) {
            *eta = xi * scale;
        }
        self.constraints.expand(&self.eta, theta);
        (ending == Ending::Converged).then(|| self.search.best_value())
    }
}
