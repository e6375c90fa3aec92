//! The search under nonlinear equalities, inequalities and bounds.
//!
//! In two parts. The method of multipliers comes near from anywhere: quasi-Newton searches of the augmented Lagrangian
//!
//! f − Σ λᵢcᵢ + ½ρ Σ cᵢ², of an inequality only where cᵢ < λᵢ/ρ,
//!
//! with λ ← λ − ρc (of inequalities at least 0) after each. While no restriction is touched that is f itself. Limits of
//! single parameters have no part in it: they are kept to at each step (projected Newton's or scoring steps), since f may
//! have no minimum, or no values, beyond them. Then steps of sequential quadratic programming with exact second derivatives of f and of the restrictions find which of them
//! bind, and bring the conditions of a minimum to rounding:
//!
//! ∂f = Σ λᵢ∂cᵢ, cᵢ = 0 or ≥ 0, of inequalities λᵢ ≥ 0 and λᵢcᵢ = 0.
//!
//! Parameters are in units in which their information is 1, restrictions in units in which a change of 1 takes a step of
//! length 1 in the metric of the information, so that penalty and tolerances mean the same in any model.
//!
//! # Source
//! Hestenes (1969), Powell (1969), Rockafellar (1973) for the multipliers; Bertsekas (1982) for projected steps; Nocedal and Wright (2006), chapters 17 and 18.

use covary_numerics::{
    Matrix,
    linalg::Cholesky,
    matrix::dot,
    minimise::{self, Ending, QuasiNewton, Request},
    quadratic_programme::{self, LinearRestriction},
};

use super::{
    Estimates, Objective, Restrictions,
    search::{FINAL_TOLERANCE, ROUNDING, SEARCH_TOLERANCE, Scaled, largest, regular_inverse},
};

/// ρ to begin with: ten times the curvature of f, so that each round leaves a tenth of a violation.
const FIRST_PENALTY: f64 = 10.0;
/// Beyond this the penalty drowns f.
const LARGEST_PENALTY: f64 = 1e8;
/// Rounds of new multipliers.
const MOST_ROUNDS: usize = 30;
/// A violation that falls by less than this calls for a larger penalty.
const SUFFICIENT_FALL: f64 = 0.25;
/// Gradient of the first round; each later one is searched ten times as closely.
const FIRST_TOLERANCE: f64 = 1e-2;
/// From here on Newton's steps are tried.
const NEAR: f64 = 0.1;
/// Iterations of one round; a search along a level direction has no end, Newton's steps do.
const MOST_ITERATIONS_OF_ROUND: usize = 200;
/// The part of the promised decrease that a projected step must bring, and how often it is halved for that.
const SUFFICIENT_DECREASE: f64 = 1e-4;
const MOST_SHORTENINGS: i32 = 30;
/// Newton's steps, and how often one is halved.
const MOST_STEPS: usize = 30;
const MOST_HALVINGS: i32 = 3;
/// Multiples of the curvature across binding restrictions that are tried.
const PENALTIES_OF_STEPS: [f64; 4] = [0.0, 1.0, 1e2, 1e4];
/// Curvatures that are added in all directions, where steps without do not help: f may bend down off the minimum, and is
/// level along some direction without identification.
const RIDGES: [f64; 5] = [0.0, 1e-6, 1e-4, 1e-2, 1.0];
/// A curvature above minus this counts as level.
const LEVEL: f64 = 1e-6;
/// An inequality this close to 0 holds as an equation.
const ACTIVE: f64 = 1e-7;
/// Where restrictions do not exist at the start: their parameters are moved by this much of their units.
const NUDGES: [f64; 6] = [0.1, -0.1, 0.5, -0.5, 2.0, -2.0];

/// One search from η under all restrictions.
///
/// `None` where the model has no moments at the start.
pub(super) fn search(
    objective: &mut Objective<f64>,
    restrictions: &Restrictions,
    weights: &[f64],
    start: &[f64],
    max_iterations: usize,
) -> Option<Estimates> {
    let start = within_bounds(restrictions, start);
    let scaled = Scaled::at(objective, &restrictions.linear, weights, &start)?;
    let point: Vec<f64> = start.iter().zip(&scaled.scale).map(|(eta, scale)| eta / scale).collect();
    let number = restrictions.rest.len();
    let limits = Limits::new(restrictions, &scaled.scale);
    let mut search = Search { scaled, restrictions, limits, units: vec![1.0; number], iterations: 0, max_iterations };
    let point = search.where_restrictions_exist(point)?;
    search.set_units(&point)?;
    let found = search.run(weights, point)?;
    search.estimates(found)
}

struct Search<'a, 'b> {
    scaled: Scaled<'a, 'b>,
    restrictions: &'a Restrictions,
    limits: Limits,
    /// By what each restriction is divided.
    units: Vec<f64>,
    iterations: usize,
    max_iterations: usize,
}

/// Limits of single parameters, in the units of the search.
struct Limits {
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// Of each restriction that is one: the parameter, and whether it is a lower limit.
    of: Vec<Option<(usize, bool)>>,
}

impl Limits {
    /// Those that leave room; what contradicts another is no limit but a restriction that will be missed.
    fn new(restrictions: &Restrictions, scale: &[f64]) -> Self {
        let q = scale.len();
        let mut limits = Limits {
            lower: vec![f64::NEG_INFINITY; q],
            upper: vec![f64::INFINITY; q],
            of: vec![None; restrictions.rest.len()],
        };
        for i in 0..restrictions.rest.len() {
            let Some((j, value, is_lower)) = restrictions.limit(i) else { continue };
            let value = value / scale[j];
            let fits = if is_lower { value <= limits.upper[j] } else { value >= limits.lower[j] };
            if fits {
                if is_lower {
                    limits.lower[j] = limits.lower[j].max(value);
                } else {
                    limits.upper[j] = limits.upper[j].min(value);
                }
                limits.of[i] = Some((j, is_lower));
            }
        }
        limits
    }

    fn are_there(&self) -> bool {
        self.of.iter().any(Option::is_some)
    }

    fn project(&self, point: &mut [f64]) {
        for (j, x) in point.iter_mut().enumerate() {
            *x = x.clamp(self.lower[j], self.upper[j]);
        }
    }

    /// Whether a parameter stays at its limit: it is there, and f falls beyond.
    fn holds(&self, j: usize, x: f64, gradient: f64) -> bool {
        (x <= self.lower[j] && gradient > 0.0) || (x >= self.upper[j] && gradient < 0.0)
    }
}

/// f and the restrictions at a point, in the units of the search.
struct Values {
    objective: f64,
    gradient: Vec<f64>,
    restrictions: Vec<f64>,
    jacobian: Matrix,
}

/// A point with its multipliers, and how far it is from meeting the conditions of a minimum.
struct Candidate {
    point: Vec<f64>,
    multipliers: Vec<f64>,
    residual: f64,
}

struct Found {
    point: Vec<f64>,
    multipliers: Vec<f64>,
    ending: Ending,
}

impl Search<'_, '_> {
    fn run(&mut self, weights: &[f64], start: Vec<f64>) -> Option<Found> {
        let mut point = start;
        let mut multipliers = vec![0.0; self.restrictions.rest.len()];
        let (mut penalty, mut tolerance, mut violation) = (FIRST_PENALTY, FIRST_TOLERANCE, f64::INFINITY);
        for _ in 0..MOST_ROUNDS {
            let ending = if self.limits.are_there() {
                self.minimise_within_limits(weights, &mut point, &multipliers, penalty, tolerance)?
            } else {
                self.minimise_augmented(weights, &mut point, &multipliers, penalty, tolerance)?
            };
            let values = self.evaluate(&point)?;
            if ending == Ending::IterationLimit && self.iterations >= self.max_iterations {
                return Some(Found { point, multipliers, ending });
            }
            let before = violation;
            violation = self.violation(&values.restrictions, &multipliers, penalty);
            let at_limits = self.multipliers_of_limits(&point, &multipliers, penalty)?;
            for (i, (multiplier, c)) in multipliers.iter_mut().zip(&values.restrictions).enumerate() {
                if let Some(of_limit) = at_limits[i] {
                    *multiplier = of_limit;
                    continue;
                }
                *multiplier -= penalty * c;
                if !self.restrictions.rest[i].is_equality() {
                    *multiplier = multiplier.max(0.0);
                }
            }
            if violation < NEAR {
                let candidate = self.newton(point.clone(), multipliers.clone())?;
                if candidate.residual <= FINAL_TOLERANCE && self.is_minimum(&candidate) {
                    let Candidate { point, multipliers, .. } = candidate;
                    return Some(Found { point, multipliers, ending: Ending::Converged });
                }
            }
            if violation > SUFFICIENT_FALL * before {
                penalty *= 10.0;
            }
            if penalty > LARGEST_PENALTY {
                break;
            }
            tolerance = (0.1 * tolerance).max(SEARCH_TOLERANCE);
        }
        Some(Found { point, multipliers, ending: Ending::NoProgress })
    }

    /// A quasi-Newton search of the augmented Lagrangian; the point is left at its end.
    fn minimise_augmented(
        &mut self,
        weights: &[f64],
        point: &mut [f64],
        multipliers: &[f64],
        penalty: f64,
        tolerance: f64,
    ) -> Option<Ending> {
        let metric = self.metric(weights, point, multipliers, penalty);
        let most = self.max_iterations.saturating_sub(self.iterations).min(MOST_ITERATIONS_OF_ROUND);
        let settings = minimise::Settings { gradient_tolerance: tolerance, max_iterations: most };
        let mut newton = QuasiNewton::new(point, metric.as_ref(), settings);
        let ending = loop {
            match newton.request() {
                Request::Done(ending) => break ending,
                Request::Evaluate(trial) => match self.augmented(trial, multipliers, penalty) {
                    Some((value, gradient)) => newton.tell(Some(value), &gradient),
                    None => newton.tell(None, &[]),
                },
            }
        };
        self.iterations += newton.iterations();
        point.copy_from_slice(newton.best());
        Some(ending)
    }

    fn augmented(&mut self, point: &[f64], multipliers: &[f64], penalty: f64) -> Option<(f64, Vec<f64>)> {
        let Values { objective: mut value, mut gradient, restrictions, jacobian } = self.evaluate(point)?;
        for (i, (c, multiplier)) in restrictions.iter().zip(multipliers).enumerate() {
            if self.limits.of[i].is_some() {
                continue;
            }
            if self.restrictions.rest[i].is_equality() || *c < multiplier / penalty {
                value += (0.5 * penalty * c - multiplier) * c;
                let factor = penalty * c - multiplier;
                gradient.iter_mut().zip(jacobian.row(i)).for_each(|(g, a)| *g += factor * a);
            } else {
                value -= 0.5 * multiplier * multiplier / penalty;
            }
        }
        Some((value, gradient))
    }

    /// The inverse of the information with the curvature of the penalty.
    fn metric(&mut self, weights: &[f64], point: &[f64], multipliers: &[f64], penalty: f64) -> Option<Matrix> {
        regular_inverse(&self.penalised_information(weights, point, multipliers, penalty)?)
    }

    /// Whether a restriction has a part in the augmented Lagrangian that bends with it.
    fn is_penalised(&self, i: usize, values: &Values, multipliers: &[f64], penalty: f64) -> bool {
        self.limits.of[i].is_none()
            && (self.restrictions.rest[i].is_equality() || values.restrictions[i] < multipliers[i] / penalty)
    }

    /// Newton's steps on the augmented Lagrangian, scoring steps where its Hessian is not positive definite, projected on
    /// the limits; the point is left at their end.
    fn minimise_within_limits(
        &mut self,
        weights: &[f64],
        point: &mut Vec<f64>,
        multipliers: &[f64],
        penalty: f64,
        tolerance: f64,
    ) -> Option<Ending> {
        self.limits.project(point);
        for _ in 0..MOST_ITERATIONS_OF_ROUND {
            let (value, gradient) = self.augmented(point, multipliers, penalty)?;
            let free: Vec<usize> =
                (0..point.len()).filter(|j| !self.limits.holds(*j, point[*j], gradient[*j])).collect();
            if free.iter().all(|j| gradient[*j].abs() <= tolerance) {
                return Some(Ending::Converged);
            }
            if self.iterations >= self.max_iterations {
                return Some(Ending::IterationLimit);
            }
            self.iterations += 1;
            let directions = self.directions(weights, point, multipliers, penalty, &gradient, &free);
            let next = directions
                .into_iter()
                .find_map(|direction| self.projected_step(point, &direction, value, &gradient, multipliers, penalty));
            match next {
                Some(next) => *point = next,
                None => return Some(Ending::NoProgress),
            }
        }
        Some(Ending::IterationLimit)
    }

    /// Ways down among the parameters that are not held at a limit: Newton's, scoring's, the gradient's.
    fn directions(
        &mut self,
        weights: &[f64],
        point: &[f64],
        multipliers: &[f64],
        penalty: f64,
        gradient: &[f64],
        free: &[usize],
    ) -> Vec<Vec<f64>> {
        let of_free: Vec<f64> = free.iter().map(|j| gradient[*j]).collect();
        let spread = |step: Vec<f64>| {
            let mut direction = vec![0.0; point.len()];
            free.iter().zip(step).for_each(|(j, d)| direction[*j] = -d);
            direction
        };
        let newton = self
            .augmented_hessian(point, multipliers, penalty)
            .and_then(|hessian| Some(spread(Cholesky::new(&hessian.select(free, free))?.solve_vector(&of_free))));
        let scoring = self.penalised_information(weights, point, multipliers, penalty).and_then(|information| {
            Some(spread(regular_inverse(&information.select(free, free))?.times_vector(&of_free)))
        });
        [newton, scoring, Some(spread(of_free.clone()))].into_iter().flatten().collect()
    }

    fn augmented_hessian(&mut self, point: &[f64], multipliers: &[f64], penalty: f64) -> Option<Matrix> {
        let values = self.evaluate(point)?;
        let penalised: Vec<usize> =
            (0..multipliers.len()).filter(|i| self.is_penalised(*i, &values, multipliers, penalty)).collect();
        let mut effective = vec![0.0; multipliers.len()];
        penalised.iter().for_each(|i| effective[*i] = multipliers[*i] - penalty * values.restrictions[*i]);
        let mut hessian = self.lagrangian_hessian(&effective)?;
        penalised.iter().for_each(|i| add_outer(&mut hessian, values.jacobian.row(*i), penalty));
        Some(hessian)
    }

    fn penalised_information(
        &mut self,
        weights: &[f64],
        point: &[f64],
        multipliers: &[f64],
        penalty: f64,
    ) -> Option<Matrix> {
        let mut information = self.scaled.information_at(weights, point)?;
        let values = self.evaluate(point)?;
        for i in (0..multipliers.len()).filter(|i| self.is_penalised(*i, &values, multipliers, penalty)) {
            add_outer(&mut information, values.jacobian.row(i), penalty);
        }
        Some(information)
    }

    /// The first of ever shorter steps, projected on the limits, that lowers the augmented Lagrangian by enough.
    fn projected_step(
        &mut self,
        point: &[f64],
        direction: &[f64],
        value: f64,
        gradient: &[f64],
        multipliers: &[f64],
        penalty: f64,
    ) -> Option<Vec<f64>> {
        (0..MOST_SHORTENINGS).find_map(|shortening| {
            let length = 0.5f64.powi(shortening);
            let mut next: Vec<f64> = point.iter().zip(direction).map(|(x, d)| x + length * d).collect();
            self.limits.project(&mut next);
            let promised: f64 = gradient.iter().zip(next.iter().zip(point)).map(|(g, (n, x))| g * (n - x)).sum();
            let (lower, _) = self.augmented(&next, multipliers, penalty)?;
            (promised < 0.0 && lower <= value + SUFFICIENT_DECREASE * promised).then_some(next)
        })
    }

    /// λ of each limit: the gradient of the rest across it, where the parameter is at the limit.
    fn multipliers_of_limits(&mut self, point: &[f64], multipliers: &[f64], penalty: f64) -> Option<Vec<Option<f64>>> {
        let (_, gradient) = self.augmented(point, multipliers, penalty)?;
        let values = self.evaluate(point)?;
        let of = |(i, limit): (usize, &Option<(usize, bool)>)| {
            limit.map(|(j, is_lower)| {
                let at_limit =
                    if is_lower { point[j] <= self.limits.lower[j] } else { point[j] >= self.limits.upper[j] };
                let slope = values.jacobian[(i, j)];
                if at_limit && slope != 0.0 { (gradient[j] / slope).max(0.0) } else { 0.0 }
            })
        };
        Some(self.limits.of.iter().enumerate().map(of).collect())
    }

    /// How much the restrictions are missed, and how far inequalities with a multiplier are from 0.
    fn violation(&self, values: &[f64], multipliers: &[f64], penalty: f64) -> f64 {
        let of = |(i, c): (usize, &f64)| match self.limits.of[i] {
            Some(_) => 0.0,
            None if self.restrictions.rest[i].is_equality() => c.abs(),
            None => c.min(multipliers[i] / penalty).abs(),
        };
        values.iter().enumerate().map(of).fold(0.0, f64::max)
    }

    /// Steps of sequential quadratic programming, as long as each brings the conditions of a minimum nearer.
    fn newton(&mut self, point: Vec<f64>, multipliers: Vec<f64>) -> Option<Candidate> {
        let mut best = self.candidate(point, multipliers)?;
        for _ in 0..MOST_STEPS {
            if best.residual <= ROUNDING {
                break;
            }
            let Some(next) = self.newton_step(&best) else { break };
            best = next;
        }
        Some(best)
    }

    fn candidate(&mut self, point: Vec<f64>, multipliers: Vec<f64>) -> Option<Candidate> {
        let values = self.evaluate(&point)?;
        let mut residual = values.gradient;
        for (i, multiplier) in multipliers.iter().enumerate() {
            residual.iter_mut().zip(values.jacobian.row(i)).for_each(|(r, a)| *r -= multiplier * a);
        }
        let of = |(i, c): (usize, &f64)| {
            if self.restrictions.rest[i].is_equality() { c.abs() } else { c.min(multipliers[i]).abs() }
        };
        let missed = values.restrictions.iter().enumerate().map(of).fold(0.0, f64::max);
        Some(Candidate { point, multipliers, residual: largest(&residual).max(missed) })
    }

    /// The step of the quadratic programme, shortened while it does not bring the conditions nearer: halved, then with
    /// more and more curvature in all directions. `None` where nothing helps.
    fn newton_step(&mut self, from: &Candidate) -> Option<Candidate> {
        let values = self.evaluate(&from.point)?;
        let hessian = self.lagrangian_hessian(&from.multipliers)?;
        let linear = |i: usize| LinearRestriction {
            gradient: values.jacobian.row(i).to_vec(),
            value: values.restrictions[i],
            is_equality: self.restrictions.rest[i].is_equality(),
        };
        let restrictions: Vec<LinearRestriction> = (0..values.restrictions.len()).map(linear).collect();
        RIDGES.into_iter().find_map(|ridge| {
            let (convex, penalty) = self.made_convex(&hessian, ridge, from, &values)?;
            let mut solution = quadratic_programme::solve(&convex, &values.gradient, &restrictions)?;
            for i in (0..restrictions.len()).filter(|i| self.binds(from, *i)) {
                solution.multipliers[i] -= penalty * dot(values.jacobian.row(i), &solution.step);
            }
            (0..=MOST_HALVINGS).find_map(|halvings| {
                let length = 0.5f64.powi(halvings);
                let moved = |(x, d): (&f64, &f64)| x + length * d;
                let point = from.point.iter().zip(&solution.step).map(moved).collect();
                let next = self.candidate(point, solution.multipliers.clone());
                next.filter(|next| next.residual < from.residual)
            })
        })
    }

    /// ∂²f − Σ λᵢ∂²cᵢ at the point of the last evaluation.
    fn lagrangian_hessian(&self, multipliers: &[f64]) -> Option<Matrix> {
        let unscaled: Vec<f64> = multipliers.iter().zip(&self.units).map(|(m, unit)| m / unit).collect();
        let theta = &self.scaled.theta;
        let over_theta = self.scaled.objective.hessian(theta)?.minus(&self.restrictions.curvature(theta, &unscaled)?);
        self.scaled.in_units(&over_theta)
    }

    /// H with a ridge, and ρ where ρ Σ aᵢaᵢ' over the restrictions that bind had to be added to make it positive definite.
    ///
    /// What is added so changes no step along them; it is taken off the multipliers afterwards. `None` where it does not
    /// suffice.
    fn made_convex(&self, hessian: &Matrix, ridge: f64, at: &Candidate, values: &Values) -> Option<(Matrix, f64)> {
        let mut convex = hessian.clone();
        (0..convex.rows()).for_each(|j| convex[(j, j)] += ridge);
        let mut added = 0.0;
        for penalty in PENALTIES_OF_STEPS {
            for i in (0..at.multipliers.len()).filter(|i| self.binds(at, *i)) {
                add_outer(&mut convex, values.jacobian.row(i), penalty - added);
            }
            added = penalty;
            if Cholesky::new(&convex).is_some() {
                return Some((convex, penalty));
            }
        }
        None
    }

    /// Whether f bends up, or is level to rounding, along the restrictions that bind.
    fn is_minimum(&mut self, candidate: &Candidate) -> bool {
        let bends_up = |search: &mut Self| {
            let values = search.evaluate(&candidate.point)?;
            let hessian = search.lagrangian_hessian(&candidate.multipliers)?;
            search.made_convex(&hessian, LEVEL, candidate, &values)
        };
        bends_up(self).is_some()
    }

    fn binds(&self, at: &Candidate, i: usize) -> bool {
        self.restrictions.rest[i].is_equality() || at.multipliers[i] > 0.0
    }

    fn evaluate(&mut self, point: &[f64]) -> Option<Values> {
        let objective = self.scaled.evaluate(point).filter(|value| value.is_finite())?;
        let (mut restrictions, mut jacobian) = self.restrictions.at(&self.scaled.theta)?;
        for (i, unit) in self.units.iter().enumerate() {
            restrictions[i] /= unit;
            for (j, scale) in self.scaled.scale.iter().enumerate() {
                jacobian[(i, j)] *= scale / unit;
            }
        }
        let finite = jacobian.values().iter().chain(&restrictions).all(|value| value.is_finite());
        let gradient = self.scaled.gradient.clone();
        finite.then_some(Values { objective, gradient, restrictions, jacobian })
    }

    /// √(a'Ma), M the inverse information, of each restriction's gradient a; where that vanishes, 1.
    fn set_units(&mut self, point: &[f64]) -> Option<()> {
        let values = self.evaluate(point)?;
        for (i, unit) in self.units.iter_mut().enumerate() {
            let gradient = values.jacobian.row(i);
            let length = dot(gradient, &self.scaled.metric.times_vector(gradient)).sqrt();
            *unit = if length.is_finite() && length > 1e-8 { length } else { 1.0 };
        }
        Some(())
    }

    /// The point, or one beside it where all restrictions have values and derivatives (√x at 0 has none).
    fn where_restrictions_exist(&mut self, point: Vec<f64>) -> Option<Vec<f64>> {
        if self.evaluate(&point).is_some() {
            return Some(point);
        }
        let beside = |nudge: f64| point.iter().map(|x| x + nudge).collect::<Vec<f64>>();
        NUDGES.into_iter().map(beside).find(|other| self.evaluate(other).is_some())
    }

    fn estimates(mut self, found: Found) -> Option<Estimates> {
        let values = self.evaluate(&found.point)?;
        let active: Vec<usize> = (0..values.restrictions.len())
            .filter(|i| !self.restrictions.rest[*i].is_equality() && values.restrictions[*i] <= ACTIVE)
            .collect();
        let multipliers = found.multipliers.iter().zip(&self.units).map(|(m, unit)| m / unit).collect();
        let mut theta = std::mem::take(&mut self.scaled.theta);
        if found.ending == Ending::Converged {
            set_on_limits(&mut theta, self.restrictions, &active);
        }
        let mut gradient = vec![0.0; theta.len()];
        let objective = self.scaled.objective.evaluate(&theta, &mut gradient)?;
        Some(Estimates { theta, objective, ending: found.ending, iterations: self.iterations, active, multipliers })
    }
}

/// η with every parameter that has bounds within them.
fn within_bounds(restrictions: &Restrictions, start: &[f64]) -> Vec<f64> {
    let mut theta = vec![0.0; restrictions.linear.offset.len()];
    restrictions.linear.expand(start, &mut theta);
    let Some((values, _)) = restrictions.at(&theta) else { return start.to_vec() };
    let outside: Vec<usize> =
        (0..values.len()).filter(|i| values[*i] < 0.0 && restrictions.rest[*i].is_bound()).collect();
    if outside.is_empty() {
        return start.to_vec();
    }
    set_on_limits(&mut theta, restrictions, &outside);
    restrictions.linear.project(&theta)
}

/// Parameters that lie at a limit of their own to rounding exactly there: a variance at 0 is not −10⁻¹⁷.
fn set_on_limits(theta: &mut [f64], restrictions: &Restrictions, active: &[usize]) {
    for i in active {
        if let Some((parameter, value)) = restrictions.rest[*i].single(theta.len()) {
            theta[parameter] = value;
        }
    }
}

/// M += factor · a a'.
fn add_outer(matrix: &mut Matrix, a: &[f64], factor: f64) {
    for (i, left) in a.iter().enumerate() {
        for (j, right) in a.iter().enumerate() {
            matrix[(i, j)] += factor * left * right;
        }
    }
}
