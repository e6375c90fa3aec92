//! What commands tell: JSON on stdout, reports in files, a summary on the terminal.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

use covary_render::{
    FORMATS, Format, Style,
    terminal::{Colour, Screen, WrittenFile, everything, summary},
};
use covary_report::Report;
use serde::Serialize;

use crate::program::{arguments::Common, failure::Failure, files, say};

/// How the result of a single step is told.
pub struct Telling<'a> {
    /// One JSON object on stdout.
    pub json: bool,
    /// The report in a file.
    pub file: Option<&'a Path>,
    /// Nothing on stdout but JSON.
    pub quiet: bool,
}

impl<'a> Telling<'a> {
    /// As the command line says.
    pub fn new(json: bool, file: Option<&'a Path>, common: &Common) -> Self {
        Telling { json, file, quiet: common.quiet }
    }

    /// Tells a result: its JSON, or its report as text; and its report as a file.
    ///
    /// `report` is asked only where it is told: drawing it may take longer than computing what it shows.
    pub fn tell(&self, json: &impl Serialize, report: &dyn Fn() -> Report) -> Result<(), Failure> {
        self.tell_as(json, report, &|| everything(&report(), &Style::default(), screen()))
    }

    /// The same, with a text of the command's own on the terminal.
    pub fn tell_as(
        &self,
        json: &impl Serialize,
        report: &dyn Fn() -> Report,
        text: &dyn Fn() -> String,
    ) -> Result<(), Failure> {
        if let Some(path) = self.file {
            files::write_all(&[(path.to_path_buf(), render_as(&report(), path)?)])?;
        }
        if self.json {
            say(&serde_json::to_string(json).map_err(Failure::new)?);
        } else if !self.quiet {
            say(text().trim_end());
        }
        Ok(())
    }
}

/// The report in the format of a file's extension.
pub fn render_as(report: &Report, path: &Path) -> Result<Vec<u8>, Failure> {
    (format_of(path)?.render)(report, &Style::default()).map_err(Failure::new)
}

/// Whether a report can be written to this file: found out before anything is computed.
pub fn check_report_file(path: Option<&Path>) -> Result<(), Failure> {
    path.map(format_of).transpose().map(|_| ())
}

fn format_of(path: &Path) -> Result<&'static Format, Failure> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    FORMATS.iter().find(|format| format.extension == extension).ok_or_else(|| {
        let known: Vec<String> = FORMATS.iter().map(|format| format!(".{}", format.extension)).collect();
        Failure::new(format!(
            "--report {}: reports are written as {}; other formats are not built yet",
            path.display(),
            known.join(", ")
        ))
    })
}

/// The files of a study's report: one per format, results.json always.
pub fn rendered(report: &Report, formats: &[String], folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let wanted =
        FORMATS.iter().filter(|format| format.name == "json" || formats.iter().any(|name| name == format.name));
    wanted
        .map(|format| {
            let name =
                if format.name == "json" { "results.json".to_string() } else { format!("report.{}", format.extension) };
            Ok((folder.join(name), (format.render)(report, &Style::default()).map_err(Failure::new)?))
        })
        .collect()
}

/// What a finished study shows on the terminal.
pub fn finished(report: &Report, files: &[PathBuf], verbose: bool) -> String {
    let paths: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    let names: Vec<String> = files
        .iter()
        .map(|path| path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()))
        .collect();
    let written: Vec<WrittenFile> =
        names.iter().zip(&paths).map(|(format, path)| WrittenFile { format, path }).collect();
    let summary = summary(report, &Style::default(), screen(), &written);
    if verbose { everything(report, &Style::default(), screen()) + "\n" + &summary } else { summary }
}

/// The terminal as it is; 100 plain columns where stdout is none.
fn screen() -> Screen {
    if !std::io::stdout().is_terminal() {
        return Screen { width: 100, colour: Colour::Plain };
    }
    let width = terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(60, 160));
    let colour = if std::env::var_os("NO_COLOR").is_some() { Colour::Plain } else { Colour::Ansi };
    Screen { width, colour }
}
