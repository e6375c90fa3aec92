//! Cases in memory.

use crate::{CaseSource, Variable, case_source::Batch};

/// The values of one variable.
#[derive(Clone, Debug)]
pub enum Column {
    /// Numbers; NaN inside is system-missing and never leaves this crate as a number.
    Numeric(Vec<f64>),
    /// Texts; `None` is missing.
    Text(Vec<Option<String>>),
}

/// Variables and cases of one survey file.
///
/// All columns have the same number of cases, and names are unique.
#[derive(Clone, Debug)]
pub struct Dataset {
    variables: Vec<Variable>,
    columns: Vec<Column>,
    cases: usize,
}

/// Why columns do not make a dataset, or a variable cannot be read as asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DatasetError {
    /// Two variables bear one name.
    #[error("the variable name \"{0}\" stands twice; every column needs a name of its own")]
    DuplicateName(String),
    /// Not one column per variable.
    #[error("{variables} variables and {columns} columns; every variable needs one column")]
    UnequalCounts {
        /// The variables.
        variables: usize,
        /// The columns.
        columns: usize,
    },
    /// Columns of different lengths.
    #[error("column \"{name}\" holds {found} cases, the first column {expected}")]
    UnequalLengths {
        /// The column.
        name: String,
        /// Its cases.
        found: usize,
        /// Cases of the first column.
        expected: usize,
    },
    /// No variable of this name.
    #[error("no variable \"{0}\" in the data")]
    UnknownVariable(String),
    /// A text column where numbers are needed.
    #[error("variable \"{name}\" holds text (case {case}: \"{text}\"), numbers are needed")]
    Text {
        /// The variable.
        name: String,
        /// The first case with text, from 1.
        case: usize,
        /// The text.
        text: String,
    },
}

impl Column {
    /// Number of cases.
    pub fn cases(&self) -> usize {
        match self {
            Column::Numeric(values) => values.len(),
            Column::Text(texts) => texts.len(),
        }
    }
}

impl Dataset {
    /// A dataset of these columns, in order.
    ///
    /// # Errors
    /// Not one column per variable, a name that stands twice, columns of different lengths.
    pub fn new(variables: Vec<Variable>, columns: Vec<Column>) -> Result<Self, DatasetError> {
        if variables.len() != columns.len() {
            return Err(DatasetError::UnequalCounts { variables: variables.len(), columns: columns.len() });
        }
        let cases = columns.first().map_or(0, Column::cases);
        let mut seen = std::collections::HashSet::new();
        for (variable, column) in variables.iter().zip(&columns) {
            if !seen.insert(&variable.name) {
                return Err(DatasetError::DuplicateName(variable.name.clone()));
            }
            if column.cases() != cases {
                let (name, found) = (variable.name.clone(), column.cases());
                return Err(DatasetError::UnequalLengths { name, found, expected: cases });
            }
        }
        Ok(Dataset { variables, columns, cases })
    }

    /// Number of cases.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// The variables, in the file's order.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variables, to add labels, measures or missing codes; names stay.
    pub fn variables_mut(&mut self) -> &mut [Variable] {
        &mut self.variables
    }

    /// The column at `index`.
    pub fn column(&self, index: usize) -> &Column {
        &self.columns[index]
    }

    /// Where the variable `name` stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|v| v.name == name)
    }

    /// The variable `name`.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.position(name).map(|i| &self.variables[i])
    }

    /// The numbers of variable `name`, one per case; `None` where system-missing or user-missing.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, DatasetError> {
        let index = self.position(name).ok_or_else(|| DatasetError::UnknownVariable(name.to_string()))?;
        let missing = &self.variables[index].missing;
        match &self.columns[index] {
            Column::Numeric(values) => {
                Ok(values.iter().map(|v| (!v.is_nan() && !missing.contains(*v)).then_some(*v)).collect())
            }
            Column::Text(_) => match self.telling_text(index) {
                None => Ok(vec![None; self.cases]),
                Some((case, text)) => {
                    Err(DatasetError::Text { name: name.to_string(), case: case + 1, text: text.to_string() })
                }
            },
        }
    }

    /// The case (from 0) and text that make a column text: the first that is no number, else the first at all.
    pub fn telling_text(&self, index: usize) -> Option<(usize, &str)> {
        let texts = || (0..self.cases).filter_map(|case| Some((case, self.text(index, case)?)));
        texts().find(|(_, text)| text.trim().parse::<f64>().is_err()).or_else(|| texts().next())
    }

    /// The texts of variable `name`, one per case; `None` where missing or a missing code. A numeric variable's
    /// numbers are written in their shortest form.
    ///
    /// # Errors
    /// No variable of this name.
    pub fn texts(&self, name: &str) -> Result<Vec<Option<String>>, DatasetError> {
        let index = self.position(name).ok_or_else(|| DatasetError::UnknownVariable(name.to_string()))?;
        match &self.columns[index] {
            Column::Numeric(_) => Ok(self.numbers(name)?.into_iter().map(|number| Some(number?.to_string())).collect()),
            Column::Text(_) => Ok((0..self.cases).map(|case| self.text(index, case).map(str::to_string)).collect()),
        }
    }

    /// The raw number of a case, user-missing codes included; `None` where system-missing or text.
    pub fn raw_number(&self, index: usize, case: usize) -> Option<f64> {
        match &self.columns[index] {
            Column::Numeric(values) => Some(values[case]).filter(|v| !v.is_nan()),
            Column::Text(_) => None,
        }
    }

    /// The text of a case; `None` where missing, a missing code, or numeric.
    pub fn text(&self, index: usize, case: usize) -> Option<&str> {
        match &self.columns[index] {
            Column::Text(texts) => {
                texts[case].as_deref().filter(|t| !self.variables[index].missing.texts.iter().any(|m| m == t))
            }
            Column::Numeric(_) => None,
        }
    }

    /// The cases at `cases` (positions from 0), in that order.
    pub fn select_cases(&self, cases: &[usize]) -> Dataset {
        let columns = self.columns.iter().map(|column| match column {
            Column::Numeric(values) => Column::Numeric(cases.iter().map(|&i| values[i]).collect()),
            Column::Text(texts) => Column::Text(cases.iter().map(|&i| texts[i].clone()).collect()),
        });
        Dataset { variables: self.variables.clone(), columns: columns.collect(), cases: cases.len() }
    }

    /// The dataset with a further numeric column. Replaces a column of the same name.
    pub fn with_numbers(mut self, variable: Variable, values: Vec<Option<f64>>) -> Result<Dataset, DatasetError> {
        if values.len() != self.cases && !self.variables.is_empty() {
            let found = values.len();
            return Err(DatasetError::UnequalLengths { name: variable.name, found, expected: self.cases });
        }
        self.cases = values.len();
        let column = Column::Numeric(values.into_iter().map(|v| v.unwrap_or(f64::NAN)).collect());
        match self.position(&variable.name) {
            Some(index) => {
                self.variables[index] = variable;
                self.columns[index] = column;
            }
            None => {
                self.variables.push(variable);
                self.columns.push(column);
            }
        }
        Ok(self)
    }
}

impl CaseSource for &Dataset {
    fn variables(&self) -> &[Variable] {
        &self.variables
    }

    fn next_batch(&mut self, first_case: usize) -> Result<Option<Batch>, crate::case_source::SourceError> {
        if first_case >= self.cases {
            return Ok(None);
        }
        let columns = self.variables.iter().zip(&self.columns).map(|(variable, column)| match column {
            Column::Numeric(values) => {
                values[first_case..].iter().map(|v| if variable.missing.contains(*v) { f64::NAN } else { *v }).collect()
            }
            Column::Text(_) => vec![f64::NAN; self.cases - first_case],
        });
        Ok(Some(Batch { columns: columns.collect() }))
    }
}
