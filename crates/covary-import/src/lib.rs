//! Data files in, [`Dataset`] out; and back. One file per format.
//!
//! Knows no study, no model and no file system: importers take the bytes of a file and its name.
//!
//! [`import`] is the whole way: choose the format by the name's extension, read, hold the result against what
//! every dataset must be, add the missing codes the caller gives.

mod calendar;
mod columns;
mod csv_stream;
mod delimited;
mod error;
mod export;
mod guard;
mod note;
mod recode;
mod spss;
mod stata;
mod text_encoding;
mod workbook;

use covary_data::{Column, Dataset};

pub use csv_stream::CsvStream;
pub use error::{ImportError, Place};
pub use export::{EXPORT_FORMATS, ExportError, ExportFormat, ExportLoss, export, losses};
pub use note::ImportNote;

/// A file format that can be read.
pub struct Format {
    /// What people call it.
    pub name: &'static str,
    /// Its file name extensions, in lower case; the first is the usual one.
    pub extensions: &'static [&'static str],
    /// Whether bytes look like this format.
    recognise: fn(&[u8]) -> bool,
    /// Reads the whole file.
    read: fn(&[u8], &ImportOptions) -> Result<Imported, ImportError>,
}

/// All formats that can be read. Binary formats stand first, because nearly anything can pass for text.
#[rustfmt::skip] // one line a format
pub const FORMATS: &[Format] = &[
    spss::SAV,
    spss::ZSAV,
    workbook::XLSX,
    stata::DTA,
    delimited::CSV,
    delimited::TSV,
];

/// Formats that people try and that are not read, and what to do instead.
const NOT_READ: &[(&str, &str)] = &[
    ("xls", "Open it in a spreadsheet program and save it as .xlsx"),
    ("ods", "Open it in its program and save it as .xlsx"),
    ("xlsb", "Open it in Excel and save it as .xlsx"),
    ("por", "Open it in SPSS and save it as .sav"),
    ("sas7bdat", "Export it from SAS as .sav, .dta or .csv"),
    ("rds", "Write it from R with haven::write_sav or write.csv"),
];

/// What the reader of a file may be told; all optional.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportOptions {
    /// The sheet of a workbook; by default the first.
    pub sheet: Option<String>,
    /// The text encoding, by its usual name; by default what the file states, or a guess.
    pub encoding: Option<String>,
    /// The character between fields of a text file; by default found.
    pub delimiter: Option<char>,
    /// The decimal mark of a text file, point or comma; by default found.
    pub decimal: Option<char>,
    /// Codes that stand for "no answer", by variable name or `*` for all numeric variables; they are added to
    /// those that the file declares.
    pub missing_codes: Vec<(String, Vec<f64>)>,
}

/// A file's content and what was decided in reading it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Variables and cases.
    pub dataset: Dataset,
    /// What the researcher should know.
    pub notes: Vec<ImportNote>,
}

/// Reads the file called `name` whose content is `bytes`.
///
/// The extension of `name` chooses the format, whatever its case.
///
/// # Errors
/// A file that is damaged, promises more than it holds, has another content than its name says, or has no
/// variable or no case; an option that does not fit the file. The error names file, place and what would help.
pub fn import(name: &str, bytes: &[u8], options: &ImportOptions) -> Result<Imported, ImportError> {
    read(name, bytes, options).map_err(|mut error| {
        error.file = name.to_string();
        error
    })
}

fn read(name: &str, bytes: &[u8], options: &ImportOptions) -> Result<Imported, ImportError> {
    let format = format_of(name)?;
    if bytes.is_empty() {
        return Err(ImportError::new("the file is empty").expected(format!("a file of {}", format.name)));
    }
    if !(format.recognise)(bytes) {
        return Err(wrong_content(format, bytes));
    }
    let mut imported = guard::against_panics(|| (format.read)(bytes, options))?;
    refuse_empty(&imported.dataset)?;
    add_missing_codes(&mut imported.dataset, &options.missing_codes)?;
    Ok(imported)
}

/// The format of a file name's extension.
fn format_of(name: &str) -> Result<&'static Format, ImportError> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
    let known = || {
        let all = FORMATS.iter().flat_map(|format| format.extensions);
        all.map(|extension| format!(".{extension}")).collect::<Vec<_>>().join(" ")
    };
    let Some(extension) = extension else {
        let problem = "the file name has no extension, so its format is not known";
        return Err(ImportError::new(problem).expected(known()));
    };
    FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str())).ok_or_else(|| {
        let error = ImportError::new(format!("the format .{extension} cannot be read")).expected(known());
        match NOT_READ.iter().find(|(unread, _)| *unread == extension) {
            Some((_, instead)) => error.help(*instead),
            None => error,
        }
    })
}

fn wrong_content(format: &Format, bytes: &[u8]) -> ImportError {
    let error = ImportError::new(format!("the content is not that of a file of {}", format.name));
    match FORMATS.iter().find(|other| (other.recognise)(bytes)) {
        Some(other) => error.help(format!(
            "It looks like {}; if it is, give the file the extension .{}",
            other.name, other.extensions[0]
        )),
        None => error.help("The file is damaged or of another format; export it again from its program"),
    }
}

fn refuse_empty(dataset: &Dataset) -> Result<(), ImportError> {
    if dataset.variables().is_empty() {
        return Err(ImportError::new("the file holds no variables").expected("at least one named column"));
    }
    if dataset.cases() == 0 {
        return Err(ImportError::new("the file names variables but holds no case").expected("at least one case"));
    }
    Ok(())
}

fn add_missing_codes(dataset: &mut Dataset, codes: &[(String, Vec<f64>)]) -> Result<(), ImportError> {
    for (selector, values) in codes {
        let indices: Vec<usize> = match selector.as_str() {
            "*" => (0..dataset.variables().len()).filter(|&i| is_numeric(dataset, i)).collect(),
            name => vec![numeric_position(dataset, name)?],
        };
        for index in indices {
            let missing = &mut dataset.variables_mut()[index].missing;
            let new: Vec<f64> = values.iter().copied().filter(|value| !missing.values.contains(value)).collect();
            missing.values.extend(new);
        }
    }
    Ok(())
}

fn is_numeric(dataset: &Dataset, index: usize) -> bool {
    matches!(dataset.column(index), Column::Numeric(_))
}

fn numeric_position(dataset: &Dataset, name: &str) -> Result<usize, ImportError> {
    let index = dataset.position(name).ok_or_else(|| {
        let error = ImportError::new(format!("missing codes are given for \"{name}\", which the file does not hold"));
        match nearest(name, dataset.variables().iter().map(|variable| variable.name.as_str())) {
            Some(near) => error.help(format!("Did you mean \"{near}\"?")),
            None => error,
        }
    })?;
    match is_numeric(dataset, index) {
        true => Ok(index),
        false => Err(ImportError::new("numeric missing codes are given for a text variable")
            .at(Place::Variable(name.to_string()))),
    }
}

/// The known name that `name` most likely means; `None` when none is near.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.7;
    known
        .map(|candidate| (strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(similarity, _)| *similarity >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
