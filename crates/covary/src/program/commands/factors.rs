//! `covary factors`: KMO, Bartlett and exploratory factor analysis.

use covary_analysis::{
    adequacy::adequacy,
    answers::items_of,
    factors::{FactorSettings, ParallelSettings, ScoreMethod, Stopping as Rule, factor_analysis},
};
use covary_report::{
    sections::{FactorResults, factors_report},
    words::English,
};
use covary_study::{Extraction, FactorCount, RotationName};
use serde::Serialize;

use super::output::{Telling, check_report_file};
use crate::program::{
    arguments::{Common, FactorsArguments, Stopping},
    failure::{Failure, Outcome},
    items::{self, labels},
    reading,
};

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    #[serde(flatten)]
    results: &'a FactorResults,
}

/// Factor analysis of the named items; without any, of those found by name and scale.
pub fn run(task: &FactorsArguments, common: &Common) -> Result<Outcome, Failure> {
    check_report_file(task.items.report.as_deref())?;
    let settings = settings(task)?;
    let imported = reading::read_data(&task.data, &task.items.reading, common.quiet)?;
    let constructs = items::constructs(&imported.dataset, &task.items)?;
    let dataset = items::reversed(imported.dataset, &constructs)?;
    let items = items_of(&constructs);
    let results = FactorResults {
        adequacy: Some(adequacy(&dataset, &items)?),
        factors: Some(factor_analysis(&dataset, &items, &settings)?),
    };
    let report = || factors_report(&results, &labels(&dataset), &task.data.display().to_string(), &English);
    let answer = Answer { schema: "covary.factors/1", results: &results };
    Telling::new(task.items.json, task.items.report.as_deref(), common).tell(&answer, &report)?;
    Ok(Outcome::Done)
}

fn settings(task: &FactorsArguments) -> Result<FactorSettings, Failure> {
    let extraction = [("pca", Extraction::Pca), ("paf", Extraction::Paf), ("ml", Extraction::Ml)];
    let rotation = [
        ("none", RotationName::None),
        ("varimax", RotationName::Varimax),
        ("quartimax", RotationName::Quartimax),
        ("equamax", RotationName::Equamax),
        ("promax", RotationName::Promax),
        ("oblimin", RotationName::Oblimin),
    ];
    Ok(FactorSettings {
        extraction: word("--extraction", &task.extraction, &extraction)?,
        rotation: word("--rotation", &task.rotation, &rotation)?,
        count: count(&task.count)?,
        stopping: match task.stopping {
            Stopping::Spss => Rule::Spss,
            Stopping::Converged => Rule::Converged,
        },
        scores: task.scores.then_some(ScoreMethod::Regression),
        parallel: ParallelSettings { seed: task.items.seed, ..ParallelSettings::default() },
        ..FactorSettings::default()
    })
}

fn count(text: &str) -> Result<FactorCount, Failure> {
    match text {
        "kaiser" => Ok(FactorCount::Kaiser),
        "parallel" => Ok(FactorCount::Parallel),
        number => number.parse().ok().filter(|n| *n > 0).map(FactorCount::Fixed).ok_or_else(|| {
            Failure::new(format!("--count \"{text}\": a number of factors, kaiser or parallel is expected"))
        }),
    }
}

fn word<T: Copy>(option: &str, text: &str, known: &[(&str, T)]) -> Result<T, Failure> {
    known.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        Failure::new(format!("{option} \"{text}\": one of {} is expected", words.join(", ")))
    })
}
