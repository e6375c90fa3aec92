//! From where the search is begun, and what is tried when it does not succeed.

use covary_numerics::{Matrix, minimise::Ending, random};
use rand::RngExt;

use super::{Estimates, Objective, Restrictions, StartingValues, bounds, search};
use crate::{Operator, ParameterTable, Sample, Settings, settings::Bounds};

/// The seed of random starting values where none is given.
const SEED: u64 = 1;
/// Random starting values lie up to this far from the usual ones, in units in which a parameter's information is 1.
const SPREAD: f64 = 1.0;

/// Minimises f from one scheme of starting values after another until one converges; else the best that was found.
///
/// Where none does, once more under bounds that the data set (`bounds = "standard"`), which are then released. Random
/// starting values (`rstarts`) are all tried, and the lowest minimum is kept. `None` where the model has no moments at
/// any start.
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
        best: None,
        iterations: 0,
        objective,
    };
    for scheme in StartingValues::ALL {
        let start = scheme.theta(attempts.objective.matrices(), table, sample);
        let found = attempts.try_from(restrictions, &start);
        if attempts.is_over(found) {
            break;
        }
    }
    if attempts.failed() {
        attempts.try_bounded(table, sample);
    }
    attempts.try_random(table, sample, settings);
    let iterations = attempts.iterations;
    attempts.best.map(|best| Estimates { iterations, ..best })
}

struct Attempts<'a, 'b> {
    objective: &'a mut Objective<'b, f64>,
    restrictions: &'a Restrictions,
    weights: Vec<f64>,
    max_iterations: usize,
    best: Option<Estimates>,
    iterations: usize,
}

impl Attempts<'_, '_> {
    /// A search from θ. The limit of iterations is one for each search, as it is in the programs whose option it is.
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

    fn search_from(&mut self, restrictions: &Restrictions, theta: &[f64]) -> Option<Estimates> {
        let start = restrictions.linear.project(theta);
        let found = search(self.objective, restrictions, &self.weights, &start, self.max_iterations)?;
        self.iterations += found.iterations;
        Some(found)
    }

    /// Keeps what was found where it is better; whether no other start need be tried.
    fn is_over(&mut self, found: Option<Estimates>) -> bool {
        let Some(found) = found else { return false };
        let over = found.ending != Ending::NoProgress;
        self.keep(found);
        over
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
        self.best.as_ref().is_none_or(|best| best.ending == Ending::NoProgress)
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
            let theta = perturbed(&usual, &units, table, &mut random::stream(seed, start as u64));
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
fn perturbed(usual: &[f64], units: &[f64], table: &ParameterTable, stream: &mut impl rand::Rng) -> Vec<f64> {
    let mut theta = usual.to_vec();
    for (k, value) in theta.iter_mut().enumerate() {
        let u = SPREAD * (2.0 * stream.random::<f64>() - 1.0);
        let is_variance =
            table.rows.iter().any(|row| row.free == Some(k) && row.op == Operator::Covariance && row.lhs == row.rhs);
        if is_variance && *value > 0.0 {
            *value *= u.exp();
        } else {
            *value += u * units[k];
        }
    }
    theta
}
