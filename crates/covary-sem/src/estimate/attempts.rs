//! From where the search is begun, and what is tried when it does not succeed.

use covary_numerics::{Matrix, minimise::Ending, random};
use rand::RngExt;

use super::{Estimates, Objective, Restrictions, StartingValues, bounds, restrictions::Restriction, search};
use crate::{Operator, ParameterTable, Row, Sample, Settings, settings::Bounds};

/// The seed of random starting values where none is given.
const SEED: u64 = 1;
/// Random starting values lie up to this far from the usual ones, in units in which a parameter's information is 1.
const SPREAD: f64 = 1.0;

/// Iterations of one search: what needs more runs along a direction without an end, and another start leads farther.
const MOST_ITERATIONS_OF_ATTEMPT: usize = 250;

/// Minimises f from one scheme of starting values after another until one converges; else the best that was found.
///
/// Where the first does not, it is tried once more under bounds that the data set (`bounds = "standard"`), which are then
/// released. A minimum with a negative variance or at a bound is a hint of several minima: then all schemes are tried, and the lowest is
/// kept. So are random starting values (`rstarts`). `None` where the model has no moments at any start.
pub fn estimate(
    objective: &mut Objective<f64>,
    restrictions: &Restrictions,
    table: &ParameterTable,
    sample: &Sample,
    settings: &Settings,
) -> Option<Estimates> {
    let mut attempts = Attempts {
        restrictions,
        weights: super::objective::weights(sample),
        max_iterations: settings.max_iterations,
        variances: variances(table),
        best: None,
        iterations: 0,
        objective,
    };
    for (number, scheme) in StartingValues::ALL.into_iter().enumerate() {
        let start = scheme.theta(attempts.objective.matrices(), table, sample);
        if let Some(found) = attempts.try_from(restrictions, &start) {
            let settled = found.ending == Ending::Converged && !attempts.is_suspicious(&found);
            attempts.keep(found);
            if settled {
                break;
            }
        }
        if number == 0 && attempts.failed() {
            attempts.try_bounded(table, sample);
        }
    }
    attempts.go_on();
    attempts.try_random(table, sample, settings);
    attempts.result()
}

/// Positions in θ of variances.
fn variances(table: &ParameterTable) -> Vec<usize> {
    let is_variance = |row: &&Row| row.op == Operator::Covariance && row.lhs == row.rhs;
    table.rows.iter().filter(is_variance).filter_map(|row| row.free).collect()
}

struct Attempts<'a, 'b> {
    objective: &'a mut Objective<'b, f64>,
    restrictions: &'a Restrictions,
    weights: Vec<f64>,
    max_iterations: usize,
    variances: Vec<usize>,
    best: Option<Estimates>,
    iterations: usize,
}

impl Attempts<'_, '_> {
    /// A search from θ; and, where it ends without a minimum, another from there.
    fn try_from(&mut self, restrictions: &Restrictions, theta: &[f64]) -> Option<Estimates> {
        let mut found = self.search_from(restrictions, theta)?;
        if found.ending == Ending::NoProgress
            && let Some(again) = self.search_from(restrictions, &found.theta)
            && again.objective <= found.objective
        {
            // Units of parameters far from the start may be of another size altogether.
            found = again;
        }
        Some(found)
    }

    /// One search. `None` where there are no moments at θ, or no iterations left.
    fn search_from(&mut self, restrictions: &Restrictions, theta: &[f64]) -> Option<Estimates> {
        let left = self.max_iterations.saturating_sub(self.iterations);
        if left == 0 && self.best.is_some() {
            return None;
        }
        let start = restrictions.linear.project(theta);
        let most = left.min(MOST_ITERATIONS_OF_ATTEMPT);
        let found = search(self.objective, restrictions, &self.weights, &start, most)?;
        self.iterations += found.iterations;
        Some(found)
    }

    /// A negative variance, or an estimate at a bound.
    fn is_suspicious(&self, found: &Estimates) -> bool {
        self.variances.iter().any(|k| found.theta[*k] < 0.0)
            || found.active.iter().any(|i| self.restrictions.rest.get(*i).is_some_and(Restriction::is_bound))
    }

    /// A minimum is better than none, a lower one better than another.
    fn keep(&mut self, found: Estimates) {
        let rank = |found: &Estimates| (found.ending != Ending::Converged, found.objective);
        let better = self.best.as_ref().is_none_or(|best| {
            let ((own_open, own), (best_open, best)) = (rank(&found), rank(best));
            (own_open == best_open && own < best) || (!own_open && best_open)
        });
        if better {
            self.best = Some(found);
        }
    }

    fn failed(&self) -> bool {
        self.best.as_ref().is_none_or(|best| best.ending != Ending::Converged)
    }

    /// The best, with the iterations of all; the limit counts for all of them together.
    fn result(self) -> Option<Estimates> {
        let (iterations, over) = (self.iterations, self.iterations >= self.max_iterations);
        self.best.map(|best| {
            let ending = match best.ending {
                Ending::Converged => Ending::Converged,
                _ if over => Ending::IterationLimit,
                _ => Ending::NoProgress,
            };
            Estimates { iterations, ending, ..best }
        })
    }

    /// With the iterations that are left, from the best that was found where that is no minimum.
    fn go_on(&mut self) {
        let left = self.max_iterations.saturating_sub(self.iterations);
        let Some(best) = self.best.clone().filter(|best| best.ending != Ending::Converged && left > 0) else { return };
        let start = self.restrictions.linear.project(&best.theta);
        if let Some(found) = search(self.objective, self.restrictions, &self.weights, &start, left) {
            self.iterations += found.iterations;
            self.keep(found);
        }
    }

    /// Within bounds, then from where that ends without them.
    ///
    /// De Jonckere and Rosseel (2022): in small samples bounds lead most searches home that end nowhere without.
    fn try_bounded(&mut self, table: &ParameterTable, sample: &Sample) {
        let mut bounded = table.clone();
        bounds::set(&mut bounded, sample, Bounds::Standard);
        let Ok(within) = Restrictions::new(&bounded) else { return };
        let start = StartingValues::Noniterative.theta(self.objective.matrices(), table, sample);
        let Some(found) = self.try_from(&within, &start) else { return };
        if let Some(released) = self.try_from(self.restrictions, &found.theta) {
            self.keep(released);
        }
    }

    fn try_random(&mut self, table: &ParameterTable, sample: &Sample, settings: &Settings) {
        if settings.random_starts == 0 {
            return;
        }
        let seed = settings.bootstrap.map_or(SEED, |bootstrap| bootstrap.seed);
        let usual = StartingValues::Noniterative.theta(self.objective.matrices(), table, sample);
        let Some(units) = self.units(&usual) else { return };
        for start in 0..settings.random_starts {
            // Each has the limit for itself.
            self.max_iterations = self.iterations + settings.max_iterations;
            let theta = perturbed(&usual, &units, &self.variances, &mut random::stream(seed, start as u64));
            if let Some(found) = self.try_from(self.restrictions, &theta) {
                self.keep(found);
            }
        }
    }

    /// The change of each parameter that its information resolves from one case: 1/√I_kk.
    fn units(&self, theta: &[f64]) -> Option<Vec<f64>> {
        let information: Matrix = self.objective.information(theta, &self.weights)?;
        Some(information.diagonal().iter().map(|i| if *i > 0.0 { 1.0 / i.sqrt() } else { 1.0 }).collect())
    }
}

/// Variances are multiplied by e^u, other parameters moved by u of their units, u uniform between −1 and 1.
fn perturbed(usual: &[f64], units: &[f64], variances: &[usize], stream: &mut impl rand::Rng) -> Vec<f64> {
    let mut theta = usual.to_vec();
    for (k, value) in theta.iter_mut().enumerate() {
        let u = SPREAD * (2.0 * stream.random::<f64>() - 1.0);
        if variances.contains(&k) && *value > 0.0 {
            *value *= u.exp();
        } else {
            *value += u * units[k];
        }
    }
    theta
}
