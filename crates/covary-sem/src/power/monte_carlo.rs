//! A study repeated over a grid of sample sizes.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use covary_numerics::random;
use rayon::prelude::*;

use super::{
    by_moments::{self, ByMoments, Worker},
    outcome::{DrawnLimits, Outcome},
    study::Study,
    summary::{PowerAtN, PowerReport, summary_at},
};
use crate::{
    Data, SemError,
    estimate::defined::DefinedParameters,
    fit::fit_table,
    simulate::{SimulationSettings, Simulator},
};

/// How a study is repeated.
#[derive(Clone, Debug)]
pub struct PowerSettings {
    /// Sample sizes: the cases of each group.
    pub grid: Vec<Vec<usize>>,
    /// Replicates of each.
    pub replicates: usize,
    /// Level of tests; 1 − α that of intervals.
    pub alpha: f64,
    /// The power that sample sizes are looked for.
    pub target: f64,
    /// How data are drawn; `cases` and `seed` are set here.
    pub drawing: SimulationSettings,
    /// Definitions are judged by Monte Carlo limits from so many draws; `None`: by their z.
    pub limit_draws: Option<usize>,
    /// Seed of the random streams.
    pub seed: u64,
}

/// Replicates that one thread takes at a time.
const CHUNK: usize = 16;

/// Repeats a study at every sample size of the grid.
///
/// The same numbers on any number of threads and whatever else is in the grid: replicate r with N cases draws from the
/// stream (seed, 2³² N + r). `progress` is told how many replicates are done; returning false stops.
///
/// # Errors
/// [`SemError::Option`] for settings that cannot be; the first error of an analysis where no replicate could be analysed at
/// all.
pub fn monte_carlo(
    study: &Study,
    settings: &PowerSettings,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<PowerReport, SemError> {
    check(settings)?;
    let done = AtomicUsize::new(0);
    let count = |more: usize| progress(done.fetch_add(more, Ordering::Relaxed) + more);
    let grid = settings.grid.iter().map(|cases| at(study, cases, settings, &count)).collect::<Result<Vec<_>, _>>()?;
    Ok(PowerReport::new(study, settings, grid))
}

fn check(settings: &PowerSettings) -> Result<(), SemError> {
    let refuse = |text: String| Err(SemError::Option(text));
    let share = |value: f64| value > 0.0 && value < 1.0;
    if settings.replicates < 2 {
        return refuse(format!("{} replicates: at least two are expected", settings.replicates));
    }
    if settings.replicates >= 1 << 32 {
        return refuse(format!("{} replicates are too many", settings.replicates));
    }
    if !share(settings.alpha) {
        return refuse(format!("alpha = {}: a number between 0 and 1 is expected", settings.alpha));
    }
    if !share(settings.target) {
        return refuse(format!("target = {}: a power between 0 and 1 is expected", settings.target));
    }
    if settings.drawing.empirical {
        return refuse("empirical samples are all alike: they have no power to find out".into());
    }
    if settings.limit_draws.is_some_and(|draws| draws < 100) {
        return refuse("Monte Carlo limits need at least 100 draws".into());
    }
    Ok(())
}

/// One sample size.
pub(super) fn at(
    study: &Study,
    cases: &[usize],
    settings: &PowerSettings,
    count: &(dyn Fn(usize) -> bool + Sync),
) -> Result<PowerAtN, SemError> {
    let defined = DefinedParameters::new(&study.truth.fit.table);
    let limits = || {
        let draws = settings.limit_draws?;
        Some(DrawnLimits { definitions: &defined, draws, alpha: settings.alpha })
    };
    let total: usize = cases.iter().sum();
    let address = |replicate: usize| ((total as u64) << 32) + replicate as u64;
    let shared = if by_moments::serves(study, &settings.drawing) {
        ByMoments::new(study, cases, settings.seed, limits())?
    } else {
        None
    };
    let outcomes = match &shared {
        Some(shared) => repeat(
            settings.replicates,
            count,
            || Worker::new(shared),
            |worker, replicate| worker.replicate(address(replicate)),
        ),
        None => {
            let drawing = SimulationSettings { cases: cases.to_vec(), seed: settings.seed, ..settings.drawing.clone() };
            let drawing = SimulationSettings { group_variable: group_variable(study), ..drawing };
            let simulator = Simulator::new(&study.population, &drawing)?;
            let (first_error, limits) = (Mutex::new(None), limits());
            let one = |replicate: usize| {
                let data = simulator.draw(address(replicate));
                match fit_table(study.table.clone(), &Data::Cases(&data), &study.settings) {
                    Ok(fit) => {
                        let mut outcome = Outcome::of_fit(&fit, study)?;
                        if let (Some(limits), Some(vcov)) = (&limits, &fit.vcov) {
                            // Behind the data of all replicates.
                            let mut stream = random::stream(settings.seed, (1 << 63) + address(replicate));
                            outcome.limits = limits.at(study, &fit.theta, vcov, &mut stream);
                        }
                        Some(outcome)
                    }
                    Err(error) => {
                        let mut first = first_error.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        let earlier = first.as_ref().is_none_or(|(known, _)| replicate < *known);
                        if earlier {
                            *first = Some((replicate, error));
                        }
                        None
                    }
                }
            };
            let outcomes = repeat(settings.replicates, count, || (), |(), replicate| one(replicate));
            let first = first_error.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let (true, Some((_, error))) = (outcomes.iter().all(Option::is_none), first) {
                return Err(error);
            }
            outcomes
        }
    };
    Ok(summary_at(study, settings, cases, &outcomes))
}

/// The variable that tells groups apart in the analysis.
fn group_variable(study: &Study) -> String {
    study.settings.group.clone().unwrap_or_else(|| "group".into())
}

/// Replicates in order, in parallel; those after a stop are left out.
fn repeat<W>(
    replicates: usize,
    count: &(dyn Fn(usize) -> bool + Sync),
    worker: impl Fn() -> W + Sync + Send,
    one: impl Fn(&mut W, usize) -> Option<Outcome> + Sync + Send,
) -> Vec<Option<Outcome>> {
    let stopped = AtomicBool::new(false);
    let chunks: Vec<Vec<Option<Outcome>>> = (0..replicates.div_ceil(CHUNK))
        .into_par_iter()
        .map_init(&worker, |worker, chunk| {
            if stopped.load(Ordering::Relaxed) {
                return Vec::new();
            }
            let own = chunk * CHUNK..((chunk + 1) * CHUNK).min(replicates);
            let number = own.len();
            let outcomes = own.map(|replicate| one(worker, replicate)).collect();
            if !count(number) {
                stopped.store(true, Ordering::Relaxed);
            }
            outcomes
        })
        .collect();
    chunks.into_iter().flatten().collect()
}
