//! `covary power`: power, bias and coverage by simulation, the N for a wanted power, power of tests of fit.

use std::sync::atomic::{AtomicUsize, Ordering};

use covary_report::{
    sections::{fit_power_document, power_document},
    words::English,
};
use covary_sem::{
    Formulas,
    power::{
        Design, PowerSettings, Study, monte_carlo,
        rmsea::{FitPowerReport, FitTest},
        sample_size::{replicates_of_search, sample_size, split},
    },
    simulate::SimulationSettings,
};
use serde_json::Value;

use super::{
    fit::in_file,
    output::{Telling, check_report_file},
    simulate::{drawing_settings, tell_assumed},
};
use crate::program::{
    arguments::{Common, DefinedInterval, PowerArguments},
    failure::{Failure, Outcome},
    files,
    progress::Progress,
    reading,
};

/// Sample sizes where none are given.
const USUAL_GRID: &str = "100:500:100";
/// Power where none is given.
const USUAL_TARGET: f64 = 0.8;
/// More sample sizes are a slip of the pen.
const MOST_SIZES: usize = 1000;

/// Repeats the study and tells the result.
pub fn run(task: &PowerArguments, common: &Common, given: &[(&'static str, Value)]) -> Result<Outcome, Failure> {
    check_report_file(task.report.as_deref())?;
    if task.rmsea {
        return of_fit(task, common);
    }
    let Some(path) = task.model.as_deref() else {
        return Err(Failure::new("covary power takes a model: covary power MODEL, or --rmsea --df DF --h0 X --ha X"));
    };
    let settings = reading::settings(task.options.as_deref(), given)?;
    let read = |path: &std::path::Path| -> Result<Formulas, Failure> {
        covary_sem::parse(&files::read_text(path)?).map_err(|error| in_file(path, error))
    };
    let model = read(path)?;
    let population = task.population.as_deref().map(read).transpose()?;
    let labels = match task.group_ratio.len() {
        0 | 1 => settings.group_label.clone(),
        groups => (1..=groups).map(|g| g.to_string()).collect(),
    };
    let group_variable = settings.group.clone().unwrap_or_else(|| "group".into());
    let study = Study::new(&Design {
        model: &model,
        population: population.as_ref(),
        settings: &settings,
        labels: &labels,
        group_variable: &group_variable,
        standardized: task.drawing.standardized,
    })
    .map_err(|error| in_file(path, error))?;
    tell_assumed(task.population.as_deref().unwrap_or(path), &study.population, common);
    let shares = shares(&task.group_ratio, study.population.groups.len())?;
    let parameter = task.parameter.as_deref().map(|name| study.find(name)).transpose()?;
    let sizes = match (&task.n, parameter) {
        (Some(text), _) => sizes(text)?,
        (None, None) => sizes(USUAL_GRID)?,
        (None, Some(_)) => Vec::new(),
    };
    let mut plan = PowerSettings {
        grid: sizes.iter().map(|total| split(*total, &shares)).collect(),
        replicates: task.reps,
        alpha: task.alpha,
        target: task.target.unwrap_or(USUAL_TARGET),
        drawing: SimulationSettings {
            missing: task.mechanism.clone(),
            group_variable,
            ..drawing_settings(&task.drawing)?
        },
        limit_draws: (task.interval == DefinedInterval::MonteCarlo).then_some(task.interval_draws),
        seed: seed(given)?,
    };
    let progress = Progress::new(common.quiet);
    let search = parameter.map_or(0, |_| replicates_of_search(task.reps));
    let more = if parameter.is_some() && task.n.is_none() { 1 } else { 0 };
    progress.start("Simulating", search + (plan.grid.len() + more) * task.reps);
    let before = AtomicUsize::new(0);
    let count = |done: usize| {
        progress.at(before.load(Ordering::Relaxed) + done);
        true
    };
    let found = parameter.map(|parameter| sample_size(&study, parameter, &shares, &plan, &count)).transpose()?;
    before.store(search, Ordering::Relaxed);
    if let (None, Some(needed)) = (&task.n, found.as_ref().and_then(|found| found.needed)) {
        plan.grid = vec![split(needed.n_total, &shares)];
    }
    let mut report = monte_carlo(&study, &plan, &count)?;
    report.search = found;
    progress.finish();
    let title = format!("Power of {}", path.display());
    let document = || power_document(&report, &title, &English);
    Telling::new(task.json, task.report.as_deref(), common).tell(&report, &document)?;
    let usable = report.grid.iter().all(|own| own.converged.value.is_some_and(|share| share > 0.0));
    Ok(if usable { Outcome::Done } else { Outcome::LookAtModel })
}

/// The seed among the options of a fit.
fn seed(given: &[(&'static str, Value)]) -> Result<u64, Failure> {
    let Some((_, value)) = given.iter().find(|(name, _)| *name == "seed") else { return Ok(1) };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_string);
    text.parse().map_err(|_| Failure::new(format!("--seed {text}: a whole number is expected")))
}

/// `100,150,200` or `100:500:50`.
fn sizes(text: &str) -> Result<Vec<usize>, Failure> {
    let wrong = || {
        Failure::new(format!(
            "--n \"{text}\": sample sizes such as 100,150,200 or FROM:TO:STEP (100:500:50) are expected"
        ))
    };
    let number = |part: &str| part.trim().parse::<usize>().ok().filter(|n| *n >= 2);
    let mut sizes = Vec::new();
    for part in text.split(',') {
        let ends: Vec<&str> = part.split(':').collect();
        match ends.as_slice() {
            [one] => sizes.push(number(one).ok_or_else(wrong)?),
            [from, to, step] => {
                let (from, to) = (number(from).ok_or_else(wrong)?, number(to).ok_or_else(wrong)?);
                let step = step.trim().parse::<usize>().ok().filter(|s| *s > 0).ok_or_else(wrong)?;
                if to < from || (to - from) / step >= MOST_SIZES {
                    return Err(wrong());
                }
                sizes.extend((from..=to).step_by(step));
            }
            _ => return Err(wrong()),
        }
    }
    sizes.sort_unstable();
    sizes.dedup();
    Ok(sizes)
}

/// The groups' shares of the cases: equal where nothing is said.
fn shares(ratio: &[f64], groups: usize) -> Result<Vec<f64>, Failure> {
    if ratio.is_empty() {
        return Ok(vec![1.0; groups]);
    }
    if ratio.len() != groups || ratio.iter().any(|share| !(*share > 0.0 && share.is_finite())) {
        return Err(Failure::new(format!("--group-ratio: {groups} positive numbers are expected, one for each group")));
    }
    Ok(ratio.to_vec())
}

/// Power of the test of fit.
fn of_fit(task: &PowerArguments, common: &Common) -> Result<Outcome, Failure> {
    let nested = task.df.len() > 1;
    let usual = if nested { vec![0.0, 0.0] } else { vec![0.05] };
    let h0 = if task.h0.is_empty() { usual } else { task.h0.clone() };
    let wanted = if nested { 2 } else { 1 };
    for (name, values) in [("--df", &task.df), ("--h0", &h0), ("--ha", &task.ha)] {
        if values.len() != wanted {
            return Err(Failure::new(format!(
                "{name} has {} values, but {wanted} are expected: one of a single model, two of nested models with the \
                 restricted one first",
                values.len()
            )));
        }
    }
    let test = match (task.df.as_slice(), h0.as_slice(), task.ha.as_slice()) {
        ([df], [h0], [ha]) => FitTest::of_model(*df, *h0, *ha, task.alpha, task.groups)?,
        ([a, b], [h0a, h0b], [haa, hab]) => {
            FitTest::of_nested([*a, *b], [*h0a, *h0b], [*haa, *hab], task.alpha, task.groups)?
        }
        _ => return Err(Failure::new("--df, --h0 and --ha take one value of a single model, two of nested models")),
    };
    let cases = match (&task.n, task.target) {
        (Some(text), _) => sizes(text)?,
        (None, Some(_)) => Vec::new(),
        (None, None) => {
            return Err(Failure::new("--rmsea needs --n for power, --target for the number of cases, or both"));
        }
    };
    let report = FitPowerReport::new(&test, [task.df.clone(), h0, task.ha.clone()], &cases, task.target)?;
    let document = || fit_power_document(&report, "Power of a test of fit", &English);
    Telling::new(task.json, task.report.as_deref(), common).tell(&report, &document)?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_sizes_are_lists_and_ranges() {
        let check = |text: &str, expected: &[usize]| assert_eq!(sizes(text).ok().as_deref(), Some(expected), "{text}");
        check("100,150,200", &[100, 150, 200]);
        check("100:500:100", &[100, 200, 300, 400, 500]);
        check("50,100:200:50,100", &[50, 100, 150, 200]);
        for wrong in ["", "1", "100:200", "200:100:10", "100:200:0", "a", "2:100000000:1"] {
            assert!(sizes(wrong).is_err(), "{wrong}");
        }
    }
}
