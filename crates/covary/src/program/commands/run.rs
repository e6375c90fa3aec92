//! `covary run`: the whole study, from the survey file to the report.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use covary_analysis::{Inputs, Provenance, Results, Step, Watcher, analyse};
use covary_report::{sections::study_report, words::English};
use covary_study::{ConventionName, Study};
use sha2::{Digest, Sha256};

use super::output;
use crate::program::{
    arguments::{Common, Convention, RunArguments},
    failure::{Failure, Outcome},
    files,
    progress::Progress,
    say,
    study_input::{self, StudyInput},
};

/// Study file → data → analysis → report → files, then the summary.
pub fn run(task: &RunArguments, common: &Common) -> Result<Outcome, Failure> {
    output::check_report_file(task.report.as_deref())?;
    let mut input = study_input::read(&task.study)?;
    override_plan(&mut input.file.study, task);
    let progress = Progress::new(common.quiet);
    let provenance = provenance(&input);
    let inputs = Inputs {
        study: &input.file.study,
        survey: &input.survey.dataset,
        pilot: input.pilot.as_ref().map(|pilot| &pilot.dataset),
        provenance: &provenance,
    };
    let results = analyse(&inputs, &Shown(&progress)).map_err(|error| in_study(&task.study, &error))?;
    let folder = task.out.clone().unwrap_or_else(|| default_folder(&task.study));
    let report = study_report(&results, &English);
    let mut written = output::rendered(&report, &input.file.study.report.formats, &folder)?;
    written.push((folder.join("model.lav"), results.model_text.clone().into_bytes()));
    if let Some(path) = &task.report {
        written.push((path.clone(), output::render_as(&report, path)?));
    }
    files::write_all(&written)?;
    progress.finish();
    if task.json {
        say(&serde_json::to_string(&report.results).map_err(Failure::new)?);
    } else if !common.quiet {
        let paths: Vec<PathBuf> = written.into_iter().map(|(path, _)| path).collect();
        say(output::finished(&report, &paths, task.verbose).trim_end());
    }
    Ok(outcome(&results))
}

/// What the command line states in place of the study file.
fn override_plan(study: &mut Study, task: &RunArguments) {
    if let Some(seed) = task.seed {
        study.bootstrap.seed = seed;
    }
    if let Some(convention) = task.convention {
        study.convention = match convention {
            Convention::Lavaan => ConventionName::Lavaan,
            Convention::Amos => ConventionName::Amos,
            Convention::Mplus => ConventionName::Mplus,
        };
    }
}

fn default_folder(study: &Path) -> PathBuf {
    let stem = study.file_stem().map_or_else(|| "study".to_string(), |stem| stem.to_string_lossy().into_owned());
    study.with_file_name(format!("{stem}-report"))
}

fn provenance(input: &StudyInput) -> Provenance {
    let study = &input.file.study;
    Provenance {
        program: "covary",
        version: env!("CARGO_PKG_VERSION").to_string(),
        seed: study.bootstrap.seed,
        resamples: study.bootstrap.resamples,
        convention: study.convention,
        data_file: study.data.file.clone(),
        data_sha256: sha256(&input.survey_bytes),
        study_sha256: sha256(input.text.as_bytes()),
        import_notes: input.survey.notes.iter().map(|note| note.text().to_string()).collect(),
        settings: study.clone(),
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn in_study(path: &Path, error: &covary_analysis::AnalysisError) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

/// 1 when a model did not converge or is not identified.
fn outcome(results: &Results) -> Outcome {
    use covary_sem::warning::WarningCode::{NotConverged, NotIdentified};
    let models = std::iter::once(&results.measurement_model).chain(&results.structural_model);
    let unsound = models.into_iter().any(|report| {
        !report.converged || report.warnings.iter().any(|w| matches!(w.code, NotConverged | NotIdentified))
    });
    if unsound { Outcome::LookAtModel } else { Outcome::Done }
}

/// The steps of a study on a progress line.
struct Shown<'a>(&'a Progress);

impl Watcher for Shown<'_> {
    fn step(&self, step: Step) {
        match step {
            Step::Screening => self.0.step("screening"),
            Step::Description => self.0.step("descriptives, factors, reliability"),
            Step::MeasurementModel => self.0.step("measurement model"),
            Step::StructuralModel => self.0.step("structural model"),
            Step::Resampling(total) => self.0.start("resampling", total),
            Step::Conclusions => self.0.step("effects, hypotheses, findings"),
        }
    }

    fn resamples(&self, done: usize) -> bool {
        self.0.at(done);
        true
    }
}
