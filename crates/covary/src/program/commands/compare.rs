//! `covary compare`: models of the same data against each other.

use std::path::{Path, PathBuf};

use covary_report::{sections::comparison_document, words::English};
use covary_sem::{
    Data, Fit,
    comparison::{DifferenceSettings, Restrictions, compare},
};
use serde_json::Value;

use super::{
    fit::{fit_to, in_file, moments, usable},
    output::{Telling, check_report_file},
};
use crate::program::{
    arguments::{Common, CompareArguments, Difference, RestrictionsFrom},
    failure::{Failure, Outcome},
    files, reading,
};

/// Fits the models, compares them and tells the result.
pub fn run(task: &CompareArguments, common: &Common, given: &[(&'static str, Value)]) -> Result<Outcome, Failure> {
    check_report_file(task.report.as_deref())?;
    let (models, data) = models_and_data(task)?;
    let imported = data.map(|path| reading::read_data(path, &task.reading, common.quiet)).transpose()?;
    let data = match &imported {
        Some(imported) => Data::Cases(&imported.dataset),
        None => Data::Moments(moments(&task.cov, &task.nobs, &task.means)?),
    };
    let fits: Vec<(String, Fit)> = models
        .iter()
        .map(|model| Ok((model.name.clone(), model.fit(&data, given)?)))
        .collect::<Result<_, Failure>>()?;
    let report = compare(&fits, difference_settings(&task.difference));
    let title = models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(", ");
    let document = || comparison_document(&report, &title, &English);
    Telling::new(task.json, task.report.as_deref(), common).tell(&report, &document)?;
    let all_usable = fits.iter().all(|(_, fit)| usable(fit));
    Ok(if all_usable { Outcome::Done } else { Outcome::LookAtModel })
}

/// What the command line says of difference tests.
pub(super) fn difference_settings(difference: &Difference) -> DifferenceSettings {
    DifferenceSettings {
        method: difference.method.0,
        scaled_shifted: !difference.not_shifted,
        restrictions: match difference.a_method {
            RestrictionsFrom::Delta => Restrictions::Derivatives,
            RestrictionsFrom::Exact => Restrictions::Parameters,
        },
    }
}

/// A model file, perhaps with options of its own.
struct ModelFile {
    /// As it was given.
    name: String,
    model: PathBuf,
    options: Option<PathBuf>,
}

fn models_and_data(task: &CompareArguments) -> Result<(Vec<ModelFile>, Option<&Path>), Failure> {
    let (models, data) = match task.files.split_last() {
        Some((data, models)) if task.cov.is_empty() => (models, Some(Path::new(data.as_str()))),
        _ => (task.files.as_slice(), None),
    };
    if models.len() < 2 {
        return Err(Failure::new(format!(
            "compare needs at least two models and the data file last; {} given",
            if models.len() == 1 { "one model is" } else { "none is" }
        )));
    }
    Ok((models.iter().map(|text| ModelFile::new(text)).collect(), data))
}

impl ModelFile {
    /// `MODEL`, or `MODEL:OPTIONS.json`.
    fn new(text: &str) -> Self {
        let with_options = text.rsplit_once(':').filter(|(model, options)| {
            !model.is_empty() && Path::new(options).extension().is_some_and(|e| e.eq_ignore_ascii_case("json"))
        });
        let (model, options) = with_options.map_or((text, None), |(model, options)| (model, Some(options)));
        ModelFile { name: text.to_string(), model: PathBuf::from(model), options: options.map(PathBuf::from) }
    }

    fn fit(&self, data: &Data, given: &[(&'static str, Value)]) -> Result<Fit, Failure> {
        let settings = reading::settings(self.options.as_deref(), given)?;
        let text = files::read_text(&self.model)?;
        let formulas = covary_sem::parse(&text).map_err(|error| in_file(&self.model, error))?;
        fit_to(&formulas, data, &settings, &self.model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_behind_a_colon() {
        let check = |text: &str, model: &str, options: Option<&str>| {
            let file = ModelFile::new(text);
            assert_eq!((file.model, file.options), (PathBuf::from(model), options.map(PathBuf::from)), "{text}");
        };
        check("a.lav", "a.lav", None);
        check("a.lav:metric.json", "a.lav", Some("metric.json"));
        check("C:\\models\\a.lav", "C:\\models\\a.lav", None);
        check("C:\\a.lav:C.JSON", "C:\\a.lav", Some("C.JSON"));
        check("odd.json", "odd.json", None);
    }
}
