//! Quasi-Newton minimisation as a state machine that asks for evaluations.
//!
//! Never a loop around a closure: lanes of resamples ask for their evaluations together, and a
//! lane is refilled as it converges.
//!
//! ```text
//! start ─▶ direction = −H g ─▶ trial points along it ─▶ accept ─▶ update H ─┐
//!               ▲                     │ none will do                        │
//!               └─────────────────────┴── H back to the first metric, once ◀┘ until converged
//! ```

mod lanes;

pub use lanes::LaneSearches;

use crate::{Matrix, matrix::dot};

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
///
/// Ask with [`request`](Self::request), answer with [`tell`](Self::tell), until it is done. A step is
/// accepted by the weak Wolfe conditions (the value falls by 10⁻⁴ of what the slope promises, the slope
/// rises to .9 of the first or above), with cubic interpolation in between. Where the value no longer
/// resolves the promised decrease (64 ε of it), a step is accepted that brings the largest element of
/// the gradient down, so that the search goes on until the gradient stops falling. Nothing is
/// allocated after [`new`](Self::new).
///
/// # Source
/// Broyden, Fletcher, Goldfarb, Shanno (1970); Powell (1978) for the damped update; Hager and Zhang
/// (2005) for accepting steps by the gradient where the value is at its rounding.
#[derive(Clone, Debug)]
pub struct QuasiNewton {
    settings: Settings,
    /// The metric to begin with and to fall back on (q × q by rows); empty: the identity, scaled after the first step.
    first_metric: Vec<f64>,
    /// The current inverse Hessian H, by rows.
    metric: Vec<f64>,
    /// Accepted steps since H was last set to the first metric.
    updates: usize,
    point: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    direction: Vec<f64>,
    trial: Vec<f64>,
    /// Gradient at the longest acceptable but too short step.
    fallback_gradient: Vec<f64>,
    /// Change of the gradient over a step, y.
    change: Vec<f64>,
    /// H y.
    metric_change: Vec<f64>,
    iterations: usize,
    phase: Phase,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// The starting point is being evaluated.
    Starting,
    /// A trial point along the direction is being evaluated.
    Searching(LineSearch),
    Ended(Ending),
}

/// A search along one direction.
#[derive(Clone, Copy, Debug)]
struct LineSearch {
    /// Length of the step being tried.
    step: f64,
    /// Slope g'd at the beginning, negative.
    slope: f64,
    /// The longest step found that lowers the value enough but leaves the slope too steep.
    too_short: Option<Trial>,
    /// The shortest step found too long: a trial, or only a length where the function does not exist.
    too_long: Option<TooLong>,
    trials: usize,
}

/// What is known at a step length.
#[derive(Clone, Copy, Debug)]
struct Trial {
    step: f64,
    value: f64,
    slope: f64,
}

#[derive(Clone, Copy, Debug)]
enum TooLong {
    Known(Trial),
    Undefined(f64),
}

/// What a trial point means for the search along its direction.
enum Verdict {
    Accept,
    TooShort,
    TooLong,
}

/// Part of the decrease promised by the slope that a step must bring.
const SUFFICIENT_DECREASE: f64 = 1e-4;
/// A step is long enough when the slope has risen to this part of the first.
const REMAINING_SLOPE: f64 = 0.9;
/// Trial points along one direction before it is given up.
const MOST_TRIALS: usize = 40;
/// Trial points after the first acceptable one before that is taken.
const MOST_EXTENSIONS: usize = 12;
/// Differences below this part of the value (or of 1) are rounding.
const VALUE_ROUNDING: f64 = 64.0 * f64::EPSILON;
/// Trial points at which the value is at its rounding and the gradient did not fall.
const MOST_TRIALS_IN_ROUNDING: usize = 3;

impl QuasiNewton {
    /// A search from `start`; `inverse_metric` (q × q, positive definite) is the first inverse Hessian, the identity without.
    ///
    /// With the inverse Fisher information as first metric the first steps are Fisher scoring. A
    /// metric that is not q × q or not finite counts as none.
    pub fn new(start: &[f64], inverse_metric: Option<&Matrix>, settings: Settings) -> Self {
        let q = start.len();
        let usable =
            inverse_metric.filter(|m| m.rows() == q && m.columns() == q && m.values().iter().all(|v| v.is_finite()));
        QuasiNewton {
            settings,
            first_metric: usable.map_or_else(Vec::new, |m| m.values().to_vec()),
            metric: vec![0.0; q * q],
            updates: 0,
            point: start.to_vec(),
            value: f64::INFINITY,
            gradient: vec![0.0; q],
            direction: vec![0.0; q],
            trial: start.to_vec(),
            fallback_gradient: vec![0.0; q],
            change: vec![0.0; q],
            metric_change: vec![0.0; q],
            iterations: 0,
            phase: Phase::Starting,
        }
    }

    /// Begins anew from `start` with the same first metric and settings, without allocation: for the next resample.
    ///
    /// Panics unless `start` has as many elements as before.
    pub fn restart(&mut self, start: &[f64]) {
        self.point.copy_from_slice(start);
        self.trial.copy_from_slice(start);
        self.value = f64::INFINITY;
        self.gradient.fill(0.0);
        self.iterations = 0;
        self.phase = Phase::Starting;
    }

    /// Replaces the current inverse Hessian (q × q, positive definite) at the best point; the step being tried is dropped.
    ///
    /// To be called between answers. Renewed with the information at the best point after each of the first
    /// one to three iterations, the search begins with scoring, which far from the minimum outruns
    /// the updates of a metric from elsewhere. A metric that is not q × q or not finite is ignored,
    /// and so is one that comes before the start has been evaluated or after the end.
    pub fn renew_metric(&mut self, inverse_metric: &Matrix) {
        let q = self.point.len();
        let usable = inverse_metric.rows() == q
            && inverse_metric.columns() == q
            && inverse_metric.values().iter().all(|v| v.is_finite());
        if usable && matches!(self.phase, Phase::Searching(_)) {
            self.metric.copy_from_slice(inverse_metric.values());
            self.updates = self.updates.max(1);
            self.search_along_new_direction();
        }
    }

    /// What the search wants next.
    pub fn request(&self) -> Request<'_> {
        match self.phase {
            Phase::Ended(ending) => Request::Done(ending),
            Phase::Starting | Phase::Searching(_) => Request::Evaluate(&self.trial),
        }
    }

    /// The answer to the last request: the value and gradient, or `None` where the function does not exist.
    ///
    /// A value or gradient that is not finite counts as `None`. Where the function does not exist at
    /// the start, the search ends with [`Ending::NoProgress`]. After the end answers are ignored.
    pub fn tell(&mut self, value: Option<f64>, gradient: &[f64]) {
        let value = value.filter(|v| v.is_finite() && gradient.iter().all(|g| g.is_finite()));
        match (self.phase, value) {
            (Phase::Ended(_), _) => {}
            (Phase::Starting, None) => self.phase = Phase::Ended(Ending::NoProgress),
            (Phase::Starting, Some(value)) => {
                self.value = value;
                self.gradient.copy_from_slice(gradient);
                self.return_to_first_metric();
                self.next_iteration();
            }
            (Phase::Searching(search), None) => self.shorten_to_exist(search),
            (Phase::Searching(search), Some(value)) => self.judge(search, value, gradient),
        }
    }

    /// The best point so far.
    pub fn best(&self) -> &[f64] {
        &self.point
    }

    /// The value at the best point; infinite until the start has been evaluated.
    pub fn best_value(&self) -> f64 {
        self.value
    }

    /// The gradient at the best point.
    pub fn best_gradient(&self) -> &[f64] {
        &self.gradient
    }

    /// Iterations (accepted steps) so far.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Ends, or searches along a new direction from the current point.
    fn next_iteration(&mut self) {
        if largest_magnitude(&self.gradient) <= self.settings.gradient_tolerance {
            self.phase = Phase::Ended(Ending::Converged);
        } else if self.iterations >= self.settings.max_iterations {
            self.phase = Phase::Ended(Ending::IterationLimit);
        } else {
            self.search_along_new_direction();
        }
    }

    fn search_along_new_direction(&mut self) {
        let mut slope = self.set_direction();
        if !is_descent(slope) && self.updates > 0 {
            self.return_to_first_metric();
            slope = self.set_direction();
        }
        if !is_descent(slope) {
            // The metric handed in is not positive definite: its direction is no use, the gradient's is.
            self.first_metric.clear();
            self.return_to_first_metric();
            slope = self.set_direction();
        }
        if !is_descent(slope) {
            self.phase = Phase::Ended(Ending::NoProgress);
            return;
        }
        // A metric knows the length of a step. The bare gradient does not: begin within distance 1.
        let knows_length = self.updates > 0 || !self.first_metric.is_empty();
        let step = if knows_length { 1.0 } else { 1.0 / dot(&self.direction, &self.direction).sqrt().max(1.0) };
        self.try_step(LineSearch { step, slope, too_short: None, too_long: None, trials: 0 });
    }

    /// d = −H g; gives the slope g'd.
    fn set_direction(&mut self) -> f64 {
        let q = self.point.len();
        for (i, d) in self.direction.iter_mut().enumerate() {
            *d = -dot(&self.metric[i * q..(i + 1) * q], &self.gradient);
        }
        dot(&self.direction, &self.gradient)
    }

    fn return_to_first_metric(&mut self) {
        self.updates = 0;
        if self.first_metric.is_empty() {
            set_to_scaled_identity(&mut self.metric, self.point.len(), 1.0);
        } else {
            self.metric.copy_from_slice(&self.first_metric);
        }
    }

    fn try_step(&mut self, search: LineSearch) {
        for ((t, x), d) in self.trial.iter_mut().zip(&self.point).zip(&self.direction) {
            *t = x + search.step * d;
        }
        self.phase = Phase::Searching(LineSearch { trials: search.trials + 1, ..search });
    }

    /// The function does not exist at the trial point: back towards where it does.
    fn shorten_to_exist(&mut self, search: LineSearch) {
        let shortest = search.too_short.map_or(0.0, |trial| trial.step);
        let step = shortest + 0.25 * (search.step - shortest);
        self.continue_search(LineSearch { step, too_long: Some(TooLong::Undefined(search.step)), ..search });
    }

    fn judge(&mut self, search: LineSearch, value: f64, gradient: &[f64]) {
        let trial = Trial { step: search.step, value, slope: dot(gradient, &self.direction) };
        match self.verdict(&search, &trial, gradient) {
            Verdict::Accept => self.accept(search, trial, gradient),
            Verdict::TooShort => {
                self.fallback_gradient.copy_from_slice(gradient);
                let search = LineSearch { too_short: Some(trial), ..search };
                self.continue_search(LineSearch { step: self.longer_step(&search, &trial), ..search });
            }
            Verdict::TooLong => {
                let search = LineSearch { too_long: Some(TooLong::Known(trial)), ..search };
                self.continue_search(LineSearch { step: self.shorter_step(&search, &trial), ..search });
            }
        }
    }

    fn verdict(&self, search: &LineSearch, trial: &Trial, gradient: &[f64]) -> Verdict {
        let promised = SUFFICIENT_DECREASE * trial.step * search.slope;
        let rounding = VALUE_ROUNDING * self.value.abs().max(1.0);
        if trial.value > self.value + promised {
            let resolved = -trial.step * search.slope > rounding || trial.value > self.value + rounding;
            let gradient_falls = largest_magnitude(gradient) < largest_magnitude(&self.gradient);
            return if !resolved && gradient_falls { Verdict::Accept } else { Verdict::TooLong };
        }
        let within = largest_magnitude(gradient) <= self.settings.gradient_tolerance;
        if within || trial.slope >= REMAINING_SLOPE * search.slope { Verdict::Accept } else { Verdict::TooShort }
    }

    /// Tries the next step, unless the search has gone on long enough.
    fn continue_search(&mut self, search: LineSearch) {
        let in_rounding = -search.step * search.slope <= VALUE_ROUNDING * self.value.abs().max(1.0);
        let most_trials = match (search.too_short, in_rounding) {
            (Some(_), _) => MOST_EXTENSIONS,
            (None, true) => MOST_TRIALS_IN_ROUNDING,
            (None, false) => MOST_TRIALS,
        };
        if search.trials < most_trials {
            self.try_step(search);
        } else if let Some(trial) = search.too_short {
            let gradient = std::mem::take(&mut self.fallback_gradient);
            self.accept(search, trial, &gradient);
            self.fallback_gradient = gradient;
        } else if self.updates > 0 {
            self.return_to_first_metric();
            self.search_along_new_direction();
        } else {
            self.phase = Phase::Ended(Ending::NoProgress);
        }
    }

    /// A step beyond `trial`, where the slope is still too steep.
    fn longer_step(&self, search: &LineSearch, trial: &Trial) -> f64 {
        match search.too_long {
            Some(TooLong::Known(end)) => between(trial, &end),
            Some(TooLong::Undefined(end)) => 0.5 * (trial.step + end),
            None => {
                // Where the slope would vanish if it went on as it began; at least twice as far, at most ten times.
                let secant = trial.step * search.slope / (search.slope - trial.slope);
                let ahead = if secant.is_finite() && secant > 0.0 { secant } else { f64::INFINITY };
                ahead.clamp(2.0 * trial.step, 10.0 * trial.step)
            }
        }
    }

    /// A step short of `trial`, where the value is not low enough.
    fn shorter_step(&self, search: &LineSearch, trial: &Trial) -> f64 {
        let origin = Trial { step: 0.0, value: self.value, slope: search.slope };
        between(&search.too_short.unwrap_or(origin), trial)
    }

    /// Moves to the trial point and updates the metric.
    fn accept(&mut self, search: LineSearch, trial: Trial, gradient: &[f64]) {
        for ((y, new), old) in self.change.iter_mut().zip(gradient).zip(&self.gradient) {
            *y = new - old;
        }
        for (x, d) in self.point.iter_mut().zip(&self.direction) {
            *x += trial.step * d;
        }
        // The metric predicts the change B s of the gradient over the step as −step · g.
        let predicted = trial.step * trial.step * -search.slope; // s'Bs
        self.dampen(trial, search.slope, predicted);
        self.value = trial.value;
        self.update_metric(trial.step);
        self.gradient.copy_from_slice(gradient);
        self.iterations += 1;
        self.next_iteration();
    }

    /// Powell's damping: where the curvature along the step is not positive enough, mixes in what the metric predicts.
    ///
    /// Only steps taken although their slope is still too steep need it; the others have s'y ≥ .1 s'Bs / step.
    fn dampen(&mut self, trial: Trial, slope: f64, predicted: f64) {
        let curvature = trial.step * (trial.slope - slope); // s'y
        let long_enough = trial.slope >= REMAINING_SLOPE * slope;
        if long_enough || curvature >= 0.2 * predicted {
            return;
        }
        let weight = 0.8 * predicted / (predicted - curvature);
        for (y, g) in self.change.iter_mut().zip(&self.gradient) {
            *y = weight * *y - (1.0 - weight) * trial.step * g;
        }
    }

    /// H ← (I − ρ s y') H (I − ρ y s') + ρ s s', ρ = 1/s'y, with s = step · direction.
    fn update_metric(&mut self, step: f64) {
        let q = self.point.len();
        let curvature = step * dot(&self.direction, &self.change); // s'y
        let squared_change = dot(&self.change, &self.change);
        let length = step * dot(&self.direction, &self.direction).sqrt();
        // A curvature at the rounding of its sum says nothing; the metric stays.
        if curvature.is_nan() || curvature <= f64::EPSILON * length * squared_change.sqrt() {
            return;
        }
        if self.updates == 0 && self.first_metric.is_empty() {
            set_to_scaled_identity(&mut self.metric, q, curvature / squared_change);
        }
        for (i, hy) in self.metric_change.iter_mut().enumerate() {
            *hy = dot(&self.metric[i * q..(i + 1) * q], &self.change);
        }
        let factor = (1.0 + dot(&self.change, &self.metric_change) / curvature) / curvature;
        for i in 0..q {
            let (s_i, hy_i) = (step * self.direction[i], self.metric_change[i]);
            let along = (factor * s_i - hy_i / curvature) * step;
            let across = -s_i / curvature;
            let row = &mut self.metric[i * q..(i + 1) * q];
            for ((h, d), hy) in row.iter_mut().zip(&self.direction).zip(&self.metric_change) {
                *h += along * d + across * hy;
            }
        }
        self.updates += 1;
    }
}

fn is_descent(slope: f64) -> bool {
    slope < 0.0 && slope.is_finite()
}

fn largest_magnitude(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, v| most.max(v.abs()))
}

fn set_to_scaled_identity(metric: &mut [f64], q: usize, scale: f64) {
    metric.fill(0.0);
    for i in 0..q {
        metric[i * q + i] = scale;
    }
}

/// The minimum of the cubic through the values and slopes at two steps, kept off both ends by a tenth of the way.
fn between(near: &Trial, far: &Trial) -> f64 {
    let width = far.step - near.step;
    let d1 = near.slope + far.slope - 3.0 * (far.value - near.value) / width;
    let discriminant = d1 * d1 - near.slope * far.slope;
    let fraction = if discriminant >= 0.0 {
        let d2 = discriminant.sqrt();
        1.0 - (far.slope + d2 - d1) / (far.slope - near.slope + 2.0 * d2)
    } else {
        0.5
    };
    let fraction = if fraction.is_finite() { fraction.clamp(0.1, 0.9) } else { 0.5 };
    near.step + fraction * width
}
