//! The search for the minimum, and its last steps to rounding.

use covary_numerics::{
    Matrix,
    linalg::{self, Cholesky},
    minimise::{self, Ending, QuasiNewton, Request},
};

use super::{EqualityConstraints, Objective, StartingValues};
use crate::{ParameterTable, Sample};

/// What a search found.
#[derive(Clone, Debug)]
pub struct Estimates {
    /// θ at the end, q⁺.
    pub theta: Vec<f64>,
    /// f(θ).
    pub objective: f64,
    /// How the search ended.
    pub ending: Ending,
    /// Iterations, over all starts.
    pub iterations: usize,
}

/// Largest element of the gradient per unit of a parameter's information, at which the search hands over to Newton's steps.
const SEARCH_TOLERANCE: f64 = 1e-8;
/// What must be reached after them: a thousandth of what could be seen in the last printed digit of an estimate.
const FINAL_TOLERANCE: f64 = 1e-7;
/// Below this a gradient is rounding: no step can bring it down.
const ROUNDING: f64 = 1e-13;
/// Newton's steps at the end: each squares the distance, so that few are needed.
const MOST_NEWTON_STEPS: usize = 6;
/// Metrics taken from the information along the way: far from the minimum scoring outruns updates of an old metric.
const RENEWED_METRICS: usize = 2;

/// Minimises f from one scheme of starting values after another until one converges; else the best that was found.
///
/// `None` where the model has no moments at any start.
pub fn estimate(
    objective: &mut Objective<f64>,
    constraints: &EqualityConstraints,
    table: &ParameterTable,
    sample: &Sample,
    max_iterations: usize,
) -> Option<Estimates> {
    let weights = super::objective::weights(sample);
    let mut best: Option<Estimates> = None;
    let mut iterations = 0;
    for scheme in StartingValues::ALL {
        let start = constraints.project(&scheme.theta(objective.matrices(), table, sample));
        let found = search(objective, constraints, &weights, &start, max_iterations);
        let Some(found) = found else { continue };
        iterations += found.iterations;
        let ended = found.ending != Ending::NoProgress;
        if ended || best.as_ref().is_none_or(|best| found.objective < best.objective) {
            best = Some(found);
        }
        if ended {
            break;
        }
    }
    best.map(|found| Estimates { iterations, ..found })
}

/// The scale of each η and the inverse expected information in that scale: where a parameter's information is 1.
///
/// Where the information is singular, directions without information get that of a ten-thousandth.
/// `None` where the model has no moments at θ.
pub fn fisher_metric(
    objective: &Objective<f64>,
    constraints: &EqualityConstraints,
    weights: &[f64],
    theta: &[f64],
) -> Option<(Vec<f64>, Matrix)> {
    let information = objective.information(theta, weights)?;
    let reduced = constraints.reduce_information(&information);
    let scale: Vec<f64> = reduced.diagonal().iter().map(|i| if *i > 0.0 { 1.0 / i.sqrt() } else { 1.0 }).collect();
    let q = scale.len();
    let unit = Matrix::from_fn(q, q, |i, j| reduced[(i, j)] * scale[i] * scale[j]);
    Some((scale, regular_inverse(&unit)?))
}

fn regular_inverse(unit: &Matrix) -> Option<Matrix> {
    if let Some(factor) = Cholesky::new(unit) {
        let inverse = factor.inverse();
        // The largest element bounds the condition number well enough.
        if inverse.values().iter().all(|element| element.abs() < 1e8) {
            return Some(inverse);
        }
    }
    let eigen = linalg::symmetric_eigen(unit)?;
    let vectors = &eigen.vectors;
    let q = unit.rows();
    let weighted = Matrix::from_fn(q, q, |i, k| vectors[(i, k)] / eigen.values[k].max(1e-4));
    Some(weighted.times(&vectors.transpose()))
}

/// One search from η, in units of each parameter's information: a gradient in these units has no scale.
pub fn search(
    objective: &mut Objective<f64>,
    constraints: &EqualityConstraints,
    weights: &[f64],
    start: &[f64],
    max_iterations: usize,
) -> Option<Estimates> {
    let matrices = objective.matrices();
    let mut theta = vec![0.0; matrices.free];
    constraints.expand(start, &mut theta);
    let (scale, metric) = fisher_metric(objective, constraints, weights, &theta)?;
    let mut scaled = Scaled::new(objective, constraints, scale);
    let begin: Vec<f64> = start.iter().zip(&scaled.scale).map(|(eta, scale)| eta / scale).collect();
    let settings = minimise::Settings { gradient_tolerance: SEARCH_TOLERANCE, max_iterations };
    let mut newton = QuasiNewton::new(&begin, Some(&metric), settings);
    let mut renewed = 0;
    let ending = loop {
        match newton.request() {
            Request::Done(ending) => break ending,
            Request::Evaluate(point) => {
                let value = scaled.evaluate(point);
                newton.tell(value, &scaled.gradient);
            }
        }
        if renewed < RENEWED_METRICS && newton.iterations() > renewed {
            renewed += 1;
            if let Some(metric) = scaled.metric_at(weights, newton.best()) {
                newton.renew_metric(&metric);
            }
        }
    };
    let mut point = newton.best().to_vec();
    let ending = match ending {
        Ending::IterationLimit => ending,
        _ => scaled.polish(&mut point, ending),
    };
    let objective = scaled.evaluate(&point)?;
    Some(Estimates { theta: scaled.theta, objective, ending, iterations: newton.iterations() })
}

/// The objective over ξ, η = scale · ξ.
struct Scaled<'a, 'b> {
    objective: &'a mut Objective<'b, f64>,
    constraints: &'a EqualityConstraints,
    scale: Vec<f64>,
    eta: Vec<f64>,
    theta: Vec<f64>,
    on_theta: Vec<f64>,
    gradient: Vec<f64>,
}

impl<'a, 'b> Scaled<'a, 'b> {
    fn new(objective: &'a mut Objective<'b, f64>, constraints: &'a EqualityConstraints, scale: Vec<f64>) -> Self {
        let (q_plus, q) = (objective.matrices().free, scale.len());
        Scaled {
            objective,
            constraints,
            scale,
            eta: vec![0.0; q],
            theta: vec![0.0; q_plus],
            on_theta: vec![0.0; q_plus],
            gradient: vec![0.0; q],
        }
    }

    fn evaluate(&mut self, point: &[f64]) -> Option<f64> {
        self.set_point(point);
        let value = self.objective.evaluate(&self.theta, &mut self.on_theta);
        self.constraints.reduce_gradient(&self.on_theta, &mut self.gradient);
        for (element, scale) in self.gradient.iter_mut().zip(&self.scale) {
            *element *= scale;
        }
        value
    }

    fn set_point(&mut self, point: &[f64]) {
        for ((eta, xi), scale) in self.eta.iter_mut().zip(point).zip(&self.scale) {
            *eta = xi * scale;
        }
        self.constraints.expand(&self.eta, &mut self.theta);
    }

    /// The inverse expected information at `point`, in this search's units.
    fn metric_at(&mut self, weights: &[f64], point: &[f64]) -> Option<Matrix> {
        self.set_point(point);
        let (own, metric) = fisher_metric(self.objective, self.constraints, weights, &self.theta)?;
        let ratio: Vec<f64> = own.iter().zip(&self.scale).map(|(own, scale)| own / scale).collect();
        Some(Matrix::from_fn(ratio.len(), ratio.len(), |i, j| metric[(i, j)] * ratio[i] * ratio[j]))
    }

    /// Newton's steps with the exact Hessian, as long as each brings the gradient down.
    fn polish(&mut self, point: &mut Vec<f64>, ending: Ending) -> Ending {
        if self.evaluate(point).is_none() {
            return Ending::NoProgress;
        }
        let mut size = largest(&self.gradient);
        for _ in 0..MOST_NEWTON_STEPS {
            if size <= ROUNDING {
                break;
            }
            let Some(step) = self.newton_step(point) else { break };
            let next: Vec<f64> = point.iter().zip(&step).map(|(x, s)| x - s).collect();
            let lower = self.evaluate(&next).is_some() && largest(&self.gradient) < size;
            if !lower {
                break;
            }
            size = largest(&self.gradient);
            *point = next;
        }
        if ending == Ending::Converged || size <= FINAL_TOLERANCE { Ending::Converged } else { ending }
    }

    /// H⁻¹g. `None` where H is not positive definite.
    fn newton_step(&mut self, point: &[f64]) -> Option<Vec<f64>> {
        self.evaluate(point)?;
        let hessian = self.constraints.reduce_information(&self.objective.hessian(&self.theta)?);
        let scale = &self.scale;
        let hessian = Matrix::from_fn(scale.len(), scale.len(), |i, j| hessian[(i, j)] * scale[i] * scale[j]);
        Some(Cholesky::new(&hessian)?.solve_vector(&self.gradient))
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, value| most.max(value.abs()))
}
