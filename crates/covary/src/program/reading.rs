//! Data files and options as the command line names them.

use std::path::Path;

use covary_import::{ImportOptions, Imported};
use covary_sem::{Settings, options::settings_from};
use serde_json::Value;

use super::{arguments::Reading, failure::Failure, files};

/// Reads a data file; what its reader decided is told on stderr unless `quiet`.
pub fn read_data(path: &Path, reading: &Reading, quiet: bool) -> Result<Imported, Failure> {
    let imported = import(path, &import_options(reading)?)?;
    if !quiet {
        for note in &imported.notes {
            eprintln!("covary: note: {}: {}", path.display(), note.text());
        }
    }
    Ok(imported)
}

/// Reads a data file.
pub fn import(path: &Path, options: &ImportOptions) -> Result<Imported, Failure> {
    let bytes = files::read(path)?;
    Ok(covary_import::import(&path.display().to_string(), &bytes, options)?)
}

fn import_options(reading: &Reading) -> Result<ImportOptions, Failure> {
    Ok(ImportOptions {
        sheet: reading.sheet.clone(),
        encoding: reading.encoding.clone(),
        delimiter: reading.delimiter,
        decimal: reading.decimal,
        missing_codes: reading.missing_codes.iter().map(|text| missing_codes(text)).collect::<Result<_, _>>()?,
    })
}

/// `-99` or `T11=9,99`.
fn missing_codes(text: &str) -> Result<(String, Vec<f64>), Failure> {
    let (name, codes) = text.rsplit_once('=').unwrap_or(("*", text));
    let codes = codes.split(',').map(|code| code.trim().parse::<f64>().ok().filter(|c| c.is_finite()));
    let codes = codes.collect::<Option<Vec<f64>>>();
    codes.map(|codes| (name.to_string(), codes)).ok_or_else(|| {
        Failure::new(format!("--missing-codes \"{text}\": numbers are expected, such as -99 or T11=9,99"))
    })
}

/// Settings from an options file and the command line, which wins.
pub fn settings(file: Option<&Path>, given: &[(&'static str, Value)]) -> Result<Settings, Failure> {
    let from_file = file.map(options_file).transpose()?.unwrap_or_default();
    let all = from_file.iter().map(|(name, value)| (name.as_str(), value));
    let all = all.chain(given.iter().map(|(name, value)| (*name, value)));
    settings_from(all).map_err(|error| match file {
        Some(path) => Failure::new(format!("{}: {error}", path.display())),
        None => Failure::from(error),
    })
}

fn options_file(path: &Path) -> Result<serde_json::Map<String, Value>, Failure> {
    let text = files::read_text(path)?;
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        Failure::new(format!(
            "{}:{}:{}: {error}; a JSON object of options is expected",
            path.display(),
            error.line(),
            error.column()
        ))
    })?;
    match value {
        Value::Object(options) => Ok(options),
        _ => Err(Failure::new(format!(
            "{}: a JSON object such as {{\"estimator\": \"ML\"}} is expected",
            path.display()
        ))),
    }
}
