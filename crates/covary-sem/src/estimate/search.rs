//! The search for the minimum, and its last steps to rounding.

use covary_numerics::{
    Matrix,
    linalg::{self, Cholesky},
    minimise::{self, Ending, QuasiNewton, Request},
};

use super::{EqualityConstraints, Objective, Restrictions};

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
    /// Restrictions that hold as equations at θ, by position among [`Restrictions::rest`]; equalities not among them.
    pub active: Vec<usize>,
    /// λ by restriction: ∂f/∂θ = Σ λᵢ ∂cᵢ/∂θ but for linear equalities; empty without restrictions beside those.
    pub multipliers: Vec<f64>,
}

/// Largest element of the gradient per unit of a parameter's information, at which the search hands over to Newton's steps.
pub(super) const SEARCH_TOLERANCE: f64 = 1e-8;
/// What must be reached after them: a thousandth of what could be seen in the last printed digit of an estimate.
pub(super) const FINAL_TOLERANCE: f64 = 1e-7;
/// Below this a gradient is rounding: no step can bring it down.
pub(super) const ROUNDING: f64 = 1e-13;
/// Newton's steps at the end: each squares the distance, so that few are needed.
const MOST_NEWTON_STEPS: usize = 6;
/// Metrics taken from the information along the way: far from the minimum scoring outruns updates of an old metric.
const RENEWED_METRICS: usize = 2;
/// A curvature below minus this, where that of a parameter is 1, is a way down and no rounding.
const SADDLE: f64 = 1e-6;
/// Saddles that one search leaves behind.
const MOST_SADDLES: usize = 3;

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
    let (scale, unit) = unit_information(objective, constraints, weights, theta)?;
    Some((scale, regular_inverse(&unit)?))
}

/// The scale of each η and the expected information in that scale, ones on its diagonal.
fn unit_information(
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
    Some((scale, unit))
}

pub(super) fn regular_inverse(unit: &Matrix) -> Option<Matrix> {
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
    restrictions: &Restrictions,
    weights: &[f64],
    start: &[f64],
    max_iterations: usize,
) -> Option<Estimates> {
    if !restrictions.are_linear() {
        return super::restricted::search(objective, restrictions, weights, start, max_iterations);
    }
    let mut scaled = Scaled::at(objective, &restrictions.linear, weights, start)?;
    let mut point: Vec<f64> = start.iter().zip(&scaled.scale).map(|(eta, scale)| eta / scale).collect();
    let mut iterations = 0;
    let mut ending = Ending::NoProgress;
    for _ in 0..=MOST_SADDLES {
        ending = scaled.descend(weights, &mut point, &mut iterations, max_iterations)?;
        if ending != Ending::Converged {
            break;
        }
        let Some(lower) = scaled.way_off_saddle(&point) else { break };
        point = lower;
        ending = Ending::NoProgress;
    }
    let objective = scaled.evaluate(&point)?;
    Some(Estimates { theta: scaled.theta, objective, ending, iterations, active: Vec::new(), multipliers: Vec::new() })
}

/// The objective over ξ, η = scale · ξ.
pub(super) struct Scaled<'a, 'b> {
    pub objective: &'a mut Objective<'b, f64>,
    constraints: &'a EqualityConstraints,
    pub scale: Vec<f64>,
    eta: Vec<f64>,
    pub theta: Vec<f64>,
    on_theta: Vec<f64>,
    pub gradient: Vec<f64>,
    /// The inverse information that the search began with.
    pub metric: Matrix,
    /// Whether the Hessian at the last of Newton's steps was positive definite.
    at_minimum: bool,
}

impl<'a, 'b> Scaled<'a, 'b> {
    /// In the units that parameters have at η. `None` where the model has no moments there.
    pub fn at(
        objective: &'a mut Objective<'b, f64>,
        constraints: &'a EqualityConstraints,
        weights: &[f64],
        eta: &[f64],
    ) -> Option<Self> {
        let q_plus = objective.matrices().free;
        let mut theta = vec![0.0; q_plus];
        constraints.expand(eta, &mut theta);
        let (scale, metric) = fisher_metric(objective, constraints, weights, &theta)?;
        let q = scale.len();
        Some(Scaled {
            objective,
            constraints,
            scale,
            eta: vec![0.0; q],
            theta,
            on_theta: vec![0.0; q_plus],
            gradient: vec![0.0; q],
            metric,
            at_minimum: false,
        })
    }

    pub fn evaluate(&mut self, point: &[f64]) -> Option<f64> {
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

    /// The expected information at `point`, in this search's units.
    pub fn information_at(&mut self, weights: &[f64], point: &[f64]) -> Option<Matrix> {
        self.set_point(point);
        let (own, unit) = unit_information(self.objective, self.constraints, weights, &self.theta)?;
        let ratio: Vec<f64> = own.iter().zip(&self.scale).map(|(own, scale)| scale / own).collect();
        Some(Matrix::from_fn(ratio.len(), ratio.len(), |i, j| unit[(i, j)] * ratio[i] * ratio[j]))
    }

    /// The inverse expected information at `point`, in this search's units.
    fn metric_at(&mut self, weights: &[f64], point: &[f64]) -> Option<Matrix> {
        self.set_point(point);
        let (own, metric) = fisher_metric(self.objective, self.constraints, weights, &self.theta)?;
        let ratio: Vec<f64> = own.iter().zip(&self.scale).map(|(own, scale)| own / scale).collect();
        Some(Matrix::from_fn(ratio.len(), ratio.len(), |i, j| metric[(i, j)] * ratio[i] * ratio[j]))
    }

    /// A quasi-Newton search from `point`, which is left at the end of it; and its last steps.
    fn descend(
        &mut self,
        weights: &[f64],
        point: &mut Vec<f64>,
        iterations: &mut usize,
        max_iterations: usize,
    ) -> Option<Ending> {
        let most = max_iterations.saturating_sub(*iterations);
        let settings = minimise::Settings { gradient_tolerance: SEARCH_TOLERANCE, max_iterations: most };
        let mut newton = QuasiNewton::new(point, Some(&self.metric), settings);
        let mut renewed = 0;
        let ending = loop {
            match newton.request() {
                Request::Done(ending) => break ending,
                Request::Evaluate(point) => {
                    let value = self.evaluate(point);
                    newton.tell(value, &self.gradient);
                }
            }
            if renewed < RENEWED_METRICS && newton.iterations() > renewed {
                renewed += 1;
                if let Some(metric) = self.metric_at(weights, newton.best()) {
                    newton.renew_metric(&metric);
                }
            }
        };
        *iterations += newton.iterations();
        point.copy_from_slice(newton.best());
        Some(match ending {
            Ending::IterationLimit => ending,
            _ => self.polish(point, ending),
        })
    }

    /// Where the gradient vanishes without a minimum (a saddle): a lower point in the direction in which f falls most.
    ///
    /// `None` where the Hessian is positive semidefinite to rounding, as it is without identification.
    fn way_off_saddle(&mut self, point: &[f64]) -> Option<Vec<f64>> {
        if self.at_minimum {
            return None;
        }
        let value = self.evaluate(point)?;
        let eigen = linalg::symmetric_eigen(&self.hessian()?)?;
        let last = eigen.values.len().checked_sub(1)?;
        if eigen.values[last] > -SADDLE * eigen.values[0].abs().max(1.0) {
            return None;
        }
        let moved = |length: f64| -> Vec<f64> {
            point.iter().enumerate().map(|(i, x)| x + length * eigen.vectors[(i, last)]).collect()
        };
        [0.5, 0.1, 0.02].into_iter().flat_map(|length| [length, -length]).find_map(|length| {
            let next = moved(length);
            let lower = self.evaluate(&next).is_some_and(|other| other < value);
            lower.then_some(next)
        })
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
        let factor = Cholesky::new(&self.hessian()?);
        self.at_minimum = factor.is_some();
        Some(factor?.solve_vector(&self.gradient))
    }

    /// The exact Hessian at the point set last, in this search's units.
    fn hessian(&self) -> Option<Matrix> {
        self.in_units(&self.objective.hessian(&self.theta)?)
    }

    /// A matrix over θ brought to ξ.
    pub fn in_units(&self, over_theta: &Matrix) -> Option<Matrix> {
        let reduced = self.constraints.reduce_information(over_theta);
        let scale = &self.scale;
        let scaled = Matrix::from_fn(scale.len(), scale.len(), |i, j| reduced[(i, j)] * scale[i] * scale[j]);
        scaled.values().iter().all(|element| element.is_finite()).then_some(scaled)
    }
}

pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, value| most.max(value.abs()))
}
