//! Why a file cannot be read, and where.

use std::fmt;

/// A place inside a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a text file, from 1.
    Line(u64),
    /// A column of a text file, from 1, in a line from 1.
    LineColumn {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
    },
    /// A cell of a workbook, such as `B7`.
    Cell {
        /// The sheet's name.
        sheet: String,
        /// The cell's address.
        cell: String,
    },
    /// A sheet of a workbook.
    Sheet(String),
    /// A variable.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(line) => write!(f, "line {line}"),
            Place::LineColumn { line, column } => write!(f, "line {line}, column {column}"),
            Place::Cell { sheet, cell } => write!(f, "sheet \"{sheet}\", cell {cell}"),
            Place::Sheet(sheet) => write!(f, "sheet \"{sheet}\""),
            Place::Variable(name) => write!(f, "variable \"{name}\""),
        }
    }
}

/// Why a data file cannot be read: where, what is there, what was expected, what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// The file's name as given by the caller.
    pub file: String,
    /// Where in the file; `None` when it is the file as a whole.
    pub place: Option<Box<Place>>,
    /// What is wrong.
    pub problem: String,
    /// What was expected instead.
    pub expected: Option<String>,
    /// What would help.
    pub help: Option<String>,
}

impl ImportError {
    /// A problem with the file as a whole; [`import`](crate::import) adds the file's name.
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        ImportError { file: String::new(), place: None, problem: problem.into(), expected: None, help: None }
    }

    /// The same, at `place`.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }

    /// The same, with what was expected.
    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// The same, with what would help.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(place) = &self.place {
            write!(f, ", {place}")?;
        }
        write!(f, ": {}", self.problem)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(help) = &self.help {
            write!(f, ". {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ImportError {}
