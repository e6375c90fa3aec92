//! Several searches side by side, one in each lane: warm starts that share a first metric.

use super::{Ending, MOST_TRIALS_IN_ROUNDING, SUFFICIENT_DECREASE, Settings, Trial, VALUE_ROUNDING, between};
use crate::{Lanes, Matrix, Scalar};

/// Steps and changes of the gradient that are remembered. A warm start needs about ten; with more, the oldest are of little use.
const MEMORY: usize = 6;
/// Trial points along one direction before a lane is given up.
const MOST_TRIALS: usize = 10;
/// Part of the predicted curvature that a step must show to be remembered.
const LEAST_CURVATURE: f64 = 1e-3;

/// L-BFGS in N lanes about one inverse metric H₀ of the caller's.
///
/// Ask for [`trial`](Self::trial), answer with [`tell`](Self::tell), until [`is_done`](Self::is_done). Every lane has its own
/// steps and its own end: what happens in one lane has no influence on the figures of another, whatever stands in it. A lane
/// steps by backtracking (the value falls by 10⁻⁴ of what the slope promises, with cubic interpolation), and at the
/// rounding of the value as long as the gradient falls. Lanes that do not come home are for another search:
/// there is no second metric to fall back on. Nothing is allocated after [`new`](Self::new).
///
/// # Source
/// Nocedal (1980); Liu and Nocedal (1989) for the scaling by a metric in between; Hager and Zhang (2005) for accepting steps
/// by the gradient where the value is at its rounding.
#[derive(Clone, Debug)]
pub struct LaneSearches<const N: usize> {
    settings: Settings,
    /// H₀, q × q by rows.
    inverse_metric: Vec<f64>,
    point: Vec<Lanes<N>>,
    gradient: Vec<Lanes<N>>,
    direction: Vec<Lanes<N>>,
    trial: Vec<Lanes<N>>,
    /// s, MEMORY × q: a ring.
    steps: Vec<Lanes<N>>,
    /// y, MEMORY × q.
    changes: Vec<Lanes<N>>,
    /// 1/s'y by entry of the ring; 0 in lanes without that entry.
    reciprocals: [Lanes<N>; MEMORY],
    newest: usize,
    work: Vec<Lanes<N>>,
    lanes: [Lane; N],
}

/// Where the search of a lane stands.
#[derive(Clone, Copy, Debug)]
struct Lane {
    ending: Option<Ending>,
    /// Of the best point.
    value: f64,
    /// Largest element of the gradient there.
    largest: f64,
    /// g'd there.
    slope: f64,
    /// Length of the step being tried; 0: the start is being evaluated.
    step: f64,
    trials: usize,
    iterations: usize,
}

const FRESH: Lane = Lane {
    ending: None,
    value: f64::INFINITY,
    largest: f64::INFINITY,
    slope: 0.0,
    step: 0.0,
    trials: 0,
    iterations: 0,
};

impl<const N: usize> LaneSearches<N> {
    /// Searches with H₀ = `inverse_metric` (q × q, positive definite).
    pub fn new(inverse_metric: &Matrix, settings: Settings) -> Self {
        let q = inverse_metric.rows();
        let zeros = || vec![Lanes::ZERO; q];
        LaneSearches {
            settings,
            inverse_metric: inverse_metric.values().to_vec(),
            point: zeros(),
            gradient: zeros(),
            direction: zeros(),
            trial: zeros(),
            steps: vec![Lanes::ZERO; MEMORY * q],
            changes: vec![Lanes::ZERO; MEMORY * q],
            reciprocals: [Lanes::ZERO; MEMORY],
            newest: 0,
            work: zeros(),
            lanes: [FRESH; N],
        }
    }

    /// Begins anew in every lane from one point (q elements).
    pub fn restart(&mut self, start: &[f64]) {
        for ((point, trial), start) in self.point.iter_mut().zip(&mut self.trial).zip(start) {
            *point = Lanes::from(*start);
            *trial = *point;
        }
        self.reciprocals = [Lanes::ZERO; MEMORY];
        self.lanes = [FRESH; N];
    }

    /// Where values and gradients are wanted; lanes that have ended stay where they ended.
    pub fn trial(&self) -> &[Lanes<N>] {
        &self.trial
    }

    /// Whether every lane has ended.
    pub fn is_done(&self) -> bool {
        self.lanes.iter().all(|lane| lane.ending.is_some())
    }

    /// How a lane ended; `None` while it searches.
    pub fn ending(&self, lane: usize) -> Option<Ending> {
        self.lanes[lane].ending
    }

    /// The value at the best point of a lane.
    pub fn best_value(&self, lane: usize) -> f64 {
        self.lanes[lane].value
    }

    /// The best point of a lane.
    pub fn best(&self, lane: usize) -> impl Iterator<Item = f64> + '_ {
        self.point.iter().map(move |element| element.0[lane])
    }

    /// The answer at the trial point. A value or gradient that is not finite counts as one that does not exist.
    #[inline(always)]
    pub fn tell(&mut self, value: Lanes<N>, gradient: &[Lanes<N>]) {
        let (mut largest, mut sum, mut slope) = (Lanes::ZERO, value, Lanes::ZERO);
        for (element, direction) in gradient.iter().zip(&self.direction) {
            largest = largest.max(element.abs());
            // Not a number as soon as one element is infinite or none.
            sum += *element * Lanes::ZERO;
            slope += *element * *direction;
        }
        let mut moves = [false; N];
        for (k, (lane, moves)) in self.lanes.iter_mut().zip(&mut moves).enumerate() {
            let told = Trial { step: lane.step, value: value.0[k], slope: slope.0[k] };
            *moves = lane.judge(told, sum.0[k].is_finite(), largest.0[k], self.settings.gradient_tolerance);
        }
        if moves.contains(&true) {
            self.move_on(&moves, gradient);
            for (k, lane) in self.lanes.iter_mut().enumerate().filter(|(k, _)| moves[*k]) {
                lane.take_up(value.0[k], largest.0[k], &self.settings);
            }
            if !self.is_done() {
                self.set_directions(&moves);
            }
        }
        let steps =
            Lanes(std::array::from_fn(|k| if self.lanes[k].ending.is_none() { self.lanes[k].step } else { 0.0 }));
        let goes_on: [bool; N] = std::array::from_fn(|k| self.lanes[k].ending.is_none());
        for ((trial, point), direction) in self.trial.iter_mut().zip(&self.point).zip(&self.direction) {
            *trial = point.or(*point + steps * *direction, &goes_on);
        }
    }

    /// Moves lanes to their trial points and remembers the steps that led there.
    #[inline(always)]
    fn move_on(&mut self, moves: &[bool; N], gradient: &[Lanes<N>]) {
        let q = self.point.len();
        // The first evaluation is no step.
        let steps: [bool; N] = std::array::from_fn(|k| moves[k] && self.lanes[k].step > 0.0);
        let slot = (self.newest + 1) % MEMORY;
        let (s, y) = (&mut self.steps[slot * q..(slot + 1) * q], &mut self.changes[slot * q..(slot + 1) * q]);
        let mut curvature = Lanes::ZERO;
        for i in 0..q {
            s[i] = Lanes::ZERO.or(self.trial[i] - self.point[i], &steps);
            y[i] = Lanes::ZERO.or(gradient[i] - self.gradient[i], &steps);
            curvature += s[i] * y[i];
            self.point[i] = self.point[i].or(self.trial[i], moves);
            self.gradient[i] = self.gradient[i].or(gradient[i], moves);
        }
        self.newest = slot;
        self.reciprocals[slot] = Lanes(std::array::from_fn(|k| {
            // The metric predicts s'Bs = −step² · slope; a curvature that is nothing beside it says nothing.
            let predicted = -self.lanes[k].step * self.lanes[k].step * self.lanes[k].slope;
            if steps[k] && curvature.0[k] > LEAST_CURVATURE * predicted { curvature.0[k].recip() } else { 0.0 }
        }));
    }

    /// d = −Hg in the lanes that moved, H₀ updated by what each lane remembers.
    #[inline(always)]
    fn set_directions(&mut self, moves: &[bool; N]) {
        let q = self.point.len();
        let mut shares = [Lanes::ZERO; MEMORY];
        self.work.copy_from_slice(&self.gradient);
        for age in 0..MEMORY {
            let slot = (self.newest + MEMORY - age) % MEMORY;
            let (s, y) = (&self.steps[slot * q..(slot + 1) * q], &self.changes[slot * q..(slot + 1) * q]);
            let share = self.reciprocals[slot] * dot(s, &self.work);
            for (element, y) in self.work.iter_mut().zip(y) {
                *element -= share * *y;
            }
            shares[slot] = share;
        }
        // `direction` of lanes that did not move must stay.
        let mut slope = Lanes::ZERO;
        let (work, trial) = (&self.work, &mut self.trial);
        metric_times(&self.inverse_metric, work, trial);
        for age in (0..MEMORY).rev() {
            let slot = (self.newest + MEMORY - age) % MEMORY;
            let (s, y) = (&self.steps[slot * q..(slot + 1) * q], &self.changes[slot * q..(slot + 1) * q]);
            let share = shares[slot] - self.reciprocals[slot] * dot(y, trial);
            for (element, s) in trial.iter_mut().zip(s) {
                *element += share * *s;
            }
        }
        for ((direction, found), gradient) in self.direction.iter_mut().zip(trial.iter()).zip(&self.gradient) {
            *direction = direction.or(-*found, moves);
            slope += *direction * *gradient;
        }
        for (k, lane) in self.lanes.iter_mut().enumerate().filter(|(k, _)| moves[*k]) {
            lane.slope = slope.0[k];
            let descends = lane.slope < 0.0; // not with NaN
            if !descends && lane.ending.is_none() {
                lane.ending = Some(Ending::NoProgress);
            }
        }
    }
}

impl Lane {
    /// Whether the lane moves to its trial point; if not, the next step is set.
    #[inline(always)]
    fn judge(&mut self, trial: Trial, exists: bool, largest: f64, tolerance: f64) -> bool {
        if self.ending.is_some() {
            return false;
        }
        if self.step == 0.0 {
            if !exists {
                self.ending = Some(Ending::NoProgress);
            }
            return exists;
        }
        let rounding = VALUE_ROUNDING * self.value.abs().max(1.0);
        let in_rounding = -trial.step * self.slope <= rounding;
        if exists {
            if trial.value <= self.value + SUFFICIENT_DECREASE * trial.step * self.slope || largest <= tolerance {
                return true;
            }
            if in_rounding && trial.value <= self.value + rounding && largest < self.largest {
                return true;
            }
        }
        if self.trials >= if in_rounding { MOST_TRIALS_IN_ROUNDING } else { MOST_TRIALS } {
            self.ending = Some(Ending::NoProgress);
            return false;
        }
        let origin = Trial { step: 0.0, value: self.value, slope: self.slope };
        self.step = if exists { between(&origin, &trial) } else { 0.25 * trial.step };
        self.trials += 1;
        false
    }

    /// A point that was moved to; the next step is a whole one.
    fn take_up(&mut self, value: f64, largest: f64, settings: &Settings) {
        if self.step > 0.0 {
            self.iterations += 1;
        }
        (self.value, self.largest, self.step, self.trials) = (value, largest, 1.0, 1);
        if largest <= settings.gradient_tolerance {
            self.ending = Some(Ending::Converged);
        } else if self.iterations >= settings.max_iterations {
            self.ending = Some(Ending::IterationLimit);
        }
    }
}

#[inline(always)]
fn dot<const N: usize>(left: &[Lanes<N>], right: &[Lanes<N>]) -> Lanes<N> {
    // Four sums, so that one need not wait for the other.
    let mut sums = [Lanes::ZERO; 4];
    let (mut lefts, mut rights) = (left.chunks_exact(4), right.chunks_exact(4));
    for (l, r) in lefts.by_ref().zip(rights.by_ref()) {
        for ((sum, l), r) in sums.iter_mut().zip(l).zip(r) {
            *sum += *l * *r;
        }
    }
    let mut sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (l, r) in lefts.remainder().iter().zip(rights.remainder()) {
        sum += *l * *r;
    }
    sum
}

/// `target` = H `vectors`, four rows of H at once.
#[inline(always)]
fn metric_times<const N: usize>(metric: &[f64], vectors: &[Lanes<N>], target: &mut [Lanes<N>]) {
    let q = vectors.len();
    for (rows, targets) in metric.chunks(4 * q.max(1)).zip(target.chunks_mut(4)) {
        if let [a, b, c, d] = targets {
            let (of_a, rest) = rows.split_at(q);
            let (of_b, rest) = rest.split_at(q);
            let (of_c, of_d) = rest.split_at(q);
            let mut sums = [Lanes::ZERO; 4];
            for ((((a, b), c), d), vector) in of_a.iter().zip(of_b).zip(of_c).zip(of_d).zip(vectors) {
                sums[0] += *vector * Lanes::from(*a);
                sums[1] += *vector * Lanes::from(*b);
                sums[2] += *vector * Lanes::from(*c);
                sums[3] += *vector * Lanes::from(*d);
            }
            [*a, *b, *c, *d] = sums;
        } else {
            for (row, target) in rows.chunks_exact(q).zip(targets) {
                let mut sum = Lanes::ZERO;
                for (h, vector) in row.iter().zip(vectors) {
                    sum += *vector * Lanes::from(*h);
                }
                *target = sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Q: usize = 7;

    /// Σ aᵢ (xᵢ − cᵢ)⁴/4 + ½ (x − c)'B(x − c), convex, with its minimum at c, a lane's own.
    fn value_and_gradient(x: &[f64], center: f64) -> (f64, Vec<f64>) {
        let d: Vec<f64> = x.iter().enumerate().map(|(i, x)| x - center - 0.1 * i as f64).collect();
        let b = |i: usize, j: usize| if i == j { 2.0 + i as f64 } else { 1.0 / (1.0 + i.abs_diff(j) as f64) };
        let mut value = 0.0;
        let mut gradient = vec![0.0; Q];
        for i in 0..Q {
            let along: f64 = (0..Q).map(|j| b(i, j) * d[j]).sum();
            value += 0.5 * d[i] * along + 0.25 * d[i].powi(4);
            gradient[i] = along + d[i].powi(3);
        }
        (value, gradient)
    }

    fn search(centers: [f64; 4], evaluate: impl Fn(&[f64], f64) -> (f64, Vec<f64>)) -> LaneSearches<4> {
        let metric = Matrix::from_fn(Q, Q, |i, j| if i == j { 1.0 / (3.0 + i as f64) } else { 0.0 });
        let settings = Settings { gradient_tolerance: 1e-9, max_iterations: 60 };
        let mut searches = LaneSearches::<4>::new(&metric, settings);
        searches.restart(&[0.0; Q]);
        for _ in 0..200 {
            if searches.is_done() {
                break;
            }
            let (mut value, mut gradient) = (Lanes::ZERO, [Lanes::ZERO; Q]);
            for (k, center) in centers.iter().enumerate() {
                let x: Vec<f64> = searches.trial().iter().map(|element| element.0[k]).collect();
                let (own, on_x) = evaluate(&x, *center);
                value.0[k] = own;
                gradient.iter_mut().zip(&on_x).for_each(|(element, own)| element.0[k] = *own);
            }
            searches.tell(value, &gradient);
        }
        searches
    }

    #[test]
    fn every_lane_finds_its_own_minimum() {
        let centers = [0.2, -3.0, 1.0, 10.0];
        let searches = search(centers, value_and_gradient);
        for (k, center) in centers.iter().enumerate() {
            assert_eq!(searches.ending(k), Some(Ending::Converged), "lane {k}");
            for (i, x) in searches.best(k).enumerate() {
                assert!((x - center - 0.1 * i as f64).abs() < 1e-8, "lane {k}: {x}");
            }
        }
    }

    /// The same bits whatever the neighbours do, be it that they have no value at all.
    #[test]
    fn lanes_do_not_see_each_other() {
        let one = search([0.2, -3.0, 1.0, 10.0], value_and_gradient);
        let other = search([0.2, 7.0, f64::NAN, 0.0], value_and_gradient);
        assert_eq!(one.best(0).collect::<Vec<_>>(), other.best(0).collect::<Vec<_>>());
        assert_eq!(one.best_value(0).to_bits(), other.best_value(0).to_bits());
        assert_eq!(other.ending(2), Some(Ending::NoProgress));
    }

    /// Where the function does not exist beyond a wall, steps are shortened until it does.
    #[test]
    fn steps_stay_where_the_function_exists() {
        let walled = |x: &[f64], center: f64| {
            if x[0] > 0.6 { (f64::NAN, vec![f64::NAN; Q]) } else { value_and_gradient(x, center) }
        };
        let searches = search([0.5, 0.4, 0.3, 0.2], walled);
        assert!((0..4).all(|k| searches.ending(k) == Some(Ending::Converged)));
    }
}
