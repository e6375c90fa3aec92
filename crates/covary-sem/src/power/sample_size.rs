//! The N that reaches a wanted power, by simulation at sample sizes around it.

use super::{
    monte_carlo::{PowerSettings, at},
    probit::{Point, ProbitLine},
    study::{Study, covariance_per_case},
    summary::{Needed, Target, Tried, variance_of},
};
use crate::SemError;
use covary_numerics::distributions::normal_quantile;

/// Sample sizes tried in each round, as parts of the last guess.
const ROUNDS: [&[f64]; 3] = [&[0.5, 0.75, 1.0, 1.3, 1.7], &[0.75, 0.9, 1.0, 1.1, 1.3], &[0.85, 0.95, 1.05, 1.2]];
/// Where nothing is known.
const FIRST_GUESS: f64 = 200.0;
/// Largest N that is tried.
const MOST_CASES: f64 = 100_000.0;
/// How far the guess moves where all replicates, or none, are significant.
const STRIDE: f64 = 3.0;

/// Replicates of a whole search at one setting: for progress.
pub fn replicates_of_search(replicates: usize) -> usize {
    ROUNDS.iter().map(|round| round.len()).sum::<usize>() * replicates
}

/// Looks for the N at which a tracked parameter has the wanted power; groups share N by `shares`.
///
/// Three rounds of sample sizes around the last guess, the first guess from the normal approximation; a probit line in √N
/// through all shares of significant replicates gives N and its interval.
///
/// # Errors
/// As [`monte_carlo`](super::monte_carlo); [`SemError::Option`] where the parameter is 0 in the population.
pub fn sample_size(
    study: &Study,
    parameter: usize,
    shares: &[f64],
    settings: &PowerSettings,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Target, SemError> {
    let name = study.tracked[parameter].name();
    let truth = study.value(parameter);
    if truth.is_some_and(|truth| truth.abs() < 1e-10) {
        return Err(SemError::Option(format!(
            "{name} is 0 in the population: it is significant with probability {} whatever N, and no N reaches another power",
            settings.alpha
        )));
    }
    let analytic = analytic_cases(study, parameter, shares, settings);
    let mut guess = analytic.unwrap_or(FIRST_GUESS);
    let smallest = smallest(study);
    let mut points: Vec<Point> = Vec::new();
    let mut tried: Vec<Tried> = Vec::new();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let count = |more: usize| progress(done.fetch_add(more, std::sync::atomic::Ordering::Relaxed) + more);
    for round in ROUNDS {
        for part in round {
            let total = (guess * part).round().clamp(smallest, MOST_CASES);
            let cases = split(total as usize, shares);
            let n_total = cases.iter().sum();
            if tried.iter().any(|known| known.n_total == n_total) {
                continue;
            }
            let own = at(study, &cases, settings, &count)?;
            let power = own.parameters[parameter].power;
            points.push(power.point(n_total));
            tried.push(Tried { n_total, power });
        }
        guess = match ProbitLine::through(&points).and_then(|line| line.cases_for(settings.target)) {
            Some((cases, _)) => cases.clamp(guess / STRIDE, guess * STRIDE),
            None if points.iter().all(|p| p.significant < settings.target * p.replicates) => guess * STRIDE,
            None => guess / STRIDE,
        };
    }
    tried.sort_by_key(|known| known.n_total);
    let needed = ProbitLine::through(&points).and_then(|line| Needed::from_line(&line, settings.target));
    let reached = |needed: &Needed| needed.n_total as f64 <= MOST_CASES && needed.n_total as f64 >= smallest;
    Ok(Target {
        parameter: name,
        power: settings.target,
        needed: needed.filter(reached),
        analytic: analytic.map(|n| n.ceil() as usize),
        tried,
    })
}

/// N shared by groups, at least one case each.
pub fn split(total: usize, shares: &[f64]) -> Vec<usize> {
    let sum: f64 = shares.iter().sum();
    let mut cases: Vec<usize> = shares.iter().map(|s| ((total as f64 * s / sum).floor() as usize).max(1)).collect();
    let mut k = 0;
    // What rounding left goes to the first groups.
    while cases.iter().sum::<usize>() < total && !cases.is_empty() {
        let groups = cases.len();
        cases[k % groups] += 1;
        k += 1;
    }
    cases
}

/// N with δ√N = z_α/2 + z_power. `None` where the truth or its variance is not known.
fn analytic_cases(study: &Study, parameter: usize, shares: &[f64], settings: &PowerSettings) -> Option<f64> {
    let sum: f64 = shares.iter().sum();
    let shares: Vec<f64> = shares.iter().map(|share| share / sum).collect();
    let variance = variance_of(study, parameter, &covariance_per_case(study, &shares)?)?;
    let truth = study.value(parameter)?;
    let z = super::outcome::critical(settings.alpha) + normal_quantile(settings.target)?;
    let cases = variance * (z / truth).powi(2);
    (cases.is_finite() && z > 0.0).then(|| cases.clamp(1.0, MOST_CASES))
}

/// More cases in every group than variables, so that moments exist.
fn smallest(study: &Study) -> f64 {
    study.population.groups.iter().map(|group| group.names.len() as f64 + 2.0).sum()
}
