//! A study file with the data it names: read, and checked as far as can be without computing.

use std::path::{Path, PathBuf};

use covary_data::Dataset;
use covary_import::{ImportOptions, Imported};
use covary_sem::options::{OPTIONS, refused_names};
use covary_study::{
    DataPlan, Fault, Known, StudyFile, check_against, check_hypotheses, check_pilot_against, read_study_with,
};

use super::{failure::Failure, files};

/// A study whose file and data were read without a fault.
pub struct StudyInput {
    /// The study file.
    pub file: StudyFile,
    /// Its text.
    pub text: String,
    /// The survey.
    pub survey: Imported,
    /// The bytes of the survey file.
    pub survey_bytes: Vec<u8>,
    /// The pre-survey.
    pub pilot: Option<Imported>,
}

/// What is wrong: faults of the study file, and other messages, each complete.
pub struct Faults {
    /// Faults with places.
    pub faults: Vec<Fault>,
    /// As a person at a terminal sees them, one after the other.
    pub messages: Vec<String>,
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        let number = faults.messages.len();
        let heading = if number > 1 { format!("{number} faults\n") } else { String::new() };
        Failure::new(heading + &faults.messages.join("\n"))
    }
}

/// Reads a study file and the data it names; on failure everything that is wrong, at once.
pub fn read(path: &Path) -> Result<StudyInput, Faults> {
    let mut found = Found { path, text: String::new(), faults: Vec::new(), others: Vec::new() };
    match found.read() {
        Some(input) if found.faults.is_empty() && found.others.is_empty() => Ok(input),
        _ => Err(found.into_faults()),
    }
}

struct Found<'a> {
    path: &'a Path,
    text: String,
    faults: Vec<Fault>,
    others: Vec<String>,
}

impl Found<'_> {
    fn read(&mut self) -> Option<StudyInput> {
        self.text = self.keep(files::read_text(self.path))?;
        let options = model_options();
        let formats = formats();
        let known = Known { formats: &formats, model_options: Some(&options), ..Known::default() };
        let mut file = match read_study_with(&self.text, &known) {
            Ok(file) => file,
            Err(faults) => {
                self.faults = faults;
                return None;
            }
        };
        let model_is_there = self.read_model_file(&mut file);
        let data = file.study.data.clone();
        let survey = self.read_data(&data);
        let pilot_plan = file.study.pilot.as_ref().map(|pilot| pilot.data.clone());
        let pilot = pilot_plan.map(|plan| self.read_data(&plan));
        if let Some((imported, _)) = &survey {
            self.faults.extend(check_against(&file, &names(&imported.dataset)));
        }
        if let Some(Some((imported, _))) = &pilot {
            self.faults.extend(check_pilot_against(&file, &names(&imported.dataset)));
        }
        if model_is_there.is_some() && self.faults.is_empty() {
            self.check_model(&file);
        }
        let (survey, survey_bytes) = survey?;
        Some(StudyInput { file, text: self.text.clone(), survey, survey_bytes, pilot: pilot.flatten().map(|p| p.0) })
    }

    /// The formulas of `model.file` become those of the study.
    fn read_model_file(&mut self, file: &mut StudyFile) -> Option<()> {
        let Some(name) = file.study.model.as_ref().and_then(|model| model.file.clone()) else { return Some(()) };
        let path = beside(self.path, &name);
        let text = self.keep(files::read_text(&path))?;
        self.faults.extend(check_hypotheses(file, &text));
        if let Some(model) = &mut file.study.model {
            model.paths = text;
        }
        Some(())
    }

    fn read_data(&mut self, plan: &DataPlan) -> Option<(Imported, Vec<u8>)> {
        let path = beside(self.path, &plan.file);
        let bytes = self.keep(files::read(&path))?;
        let options = ImportOptions {
            sheet: plan.sheet.clone(),
            encoding: plan.encoding.clone(),
            delimiter: plan.delimiter,
            decimal: plan.decimal,
            missing_codes: plan.missing_codes.clone(),
        };
        let imported = covary_import::import(&path.display().to_string(), &bytes, &options).map_err(Failure::from);
        Some((self.keep(imported)?, bytes))
    }

    /// The formulas must be a model, and the options must make settings.
    fn check_model(&mut self, file: &StudyFile) {
        let settings = covary_analysis::analyse::settings_of(&file.study).map_err(Failure::from);
        let _ = self.keep(settings);
        let Some(model) = &file.study.model else { return };
        let name = match &model.file {
            Some(name) => format!("{}: ", beside(self.path, name).display()),
            None => format!("{}: [model] paths, counted from its first line: ", self.path.display()),
        };
        if let Err(error) = covary_sem::parse(&model.paths) {
            self.others.push(format!("{name}{error}"));
        }
    }

    fn keep<T>(&mut self, result: Result<T, Failure>) -> Option<T> {
        result.map_err(|failure| self.others.push(failure.0)).ok()
    }

    fn into_faults(self) -> Faults {
        let name = self.path.display().to_string();
        let mut messages: Vec<String> = self.faults.iter().map(|fault| fault.describe(&name, &self.text)).collect();
        messages.extend(self.others);
        Faults { faults: self.faults, messages }
    }
}

/// Options that `[model]` takes: those of a fit, but for what other sections of the study file say. Options that are known but not
/// built are among them, so that they are refused as such.
fn model_options() -> Vec<&'static str> {
    const ELSEWHERE: [&str; 6] = ["convention", "function", "bootstrap", "seed", "boot.ci.type", "level"];
    let built = OPTIONS.iter().map(|option| option.name).filter(|name| !ELSEWHERE.contains(name));
    built.chain(refused_names()).collect()
}

/// Formats of a study's report that are built.
fn formats() -> Vec<&'static str> {
    let built = covary_render::FORMATS.iter().map(|format| format.name);
    built.filter(|name| covary_study::FORMATS.contains(name)).collect()
}

/// A file named in a study file stands relative to it.
pub fn beside(study: &Path, name: &str) -> PathBuf {
    study.parent().unwrap_or(Path::new("")).join(name)
}

fn names(dataset: &Dataset) -> Vec<&str> {
    dataset.variables().iter().map(|variable| variable.name.as_str()).collect()
}
