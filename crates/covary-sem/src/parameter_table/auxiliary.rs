//! Auxiliary variables (`aux`): rows that bring them into the model without changing what it says.

use super::{Block, ParameterTable, Row};
use crate::{
    SemError, Settings,
    settings::{self, MissingValues},
    syntax::Operator,
};

impl ParameterTable {
    /// Brings the auxiliary variables of the settings in: under missing = "ml" as rows; of two stages they belong to the first
    /// alone, and the table stays what it is.
    ///
    /// # Errors
    /// [`SemError::Option`] for a name that stands twice or in the model.
    pub(crate) fn take_auxiliary(&mut self, settings: &Settings) -> Result<(), SemError> {
        match settings::treatment(settings) {
            MissingValues::Ml | MissingValues::MlX => self.add_auxiliary(&settings.auxiliary),
            _ => check(self, &settings.auxiliary),
        }
    }

    /// Adds auxiliary variables as saturated correlates: in every block a free mean and variance of each, and free covariances
    /// with one another, with observed exogenous variables and with the residuals of all other observed variables.
    ///
    /// The moments of the model's own variables keep their structure and all others are free, so that degrees of freedom stay what
    /// they were. The rows stand after all others, definitions included, and have no labels.
    ///
    /// # Errors
    /// [`SemError::Option`] for a name that stands twice or in the model.
    ///
    /// # Source
    /// Graham (2003), Structural Equation Modeling 10, 80–100.
    pub fn add_auxiliary(&mut self, names: &[String]) -> Result<(), SemError> {
        check(self, names)?;
        let blocks = self.blocks.clone();
        for (index, block) in blocks.iter().enumerate() {
            for (k, name) in names.iter().enumerate() {
                let with = names[k..].iter().chain(&block.observed);
                with.for_each(|other| self.push_free(index, block, name, Operator::Covariance, other));
            }
            if self.meanstructure {
                names.iter().for_each(|name| self.push_free(index, block, name, Operator::Intercept, ""));
            }
        }
        self.blocks.iter_mut().for_each(|block| block.observed.extend_from_slice(names));
        self.auxiliary = names.to_vec();
        Ok(())
    }

    /// Takes the auxiliary variables out again.
    pub fn drop_auxiliary(&mut self) {
        let names = std::mem::take(&mut self.auxiliary);
        self.rows.retain(|row| !states_any(row, &names));
        for block in &mut self.blocks {
            block.observed.retain(|name| !names.contains(name));
        }
        self.free = self.rows.iter().filter(|row| row.free.is_some()).count();
    }

    /// Whether a row is a parameter of auxiliary variables.
    pub fn is_auxiliary(&self, row: &Row) -> bool {
        states_any(row, &self.auxiliary)
    }

    /// Number of observed variables of a block that the model speaks of; auxiliary variables stand behind them.
    pub fn modelled(&self, block: usize) -> usize {
        self.blocks[block].observed.len() - self.auxiliary.len()
    }

    fn push_free(&mut self, index: usize, block: &Block, lhs: &str, op: Operator, rhs: &str) {
        self.rows.push(Row {
            lhs: lhs.to_string(),
            op,
            rhs: rhs.to_string(),
            block: index,
            group: block.group,
            level: block.level,
            label: String::new(),
            plabel: format!(".p{}.", self.rows.len() + 1),
            free: Some(self.free),
            fixed: None,
            start: None,
            lower: None,
            upper: None,
            user: false,
            exogenous: false,
        });
        self.free += 1;
    }
}

fn states_any(row: &Row, names: &[String]) -> bool {
    row.is_parameter() && (names.contains(&row.lhs) || names.contains(&row.rhs))
}

fn check(table: &ParameterTable, names: &[String]) -> Result<(), SemError> {
    let in_model = |name: &String| {
        let mut variables = table.blocks.iter().flat_map(|block| block.observed.iter().chain(&block.latent));
        variables.any(|known| known == name)
    };
    for (k, name) in names.iter().enumerate() {
        if names[..k].contains(name) {
            return Err(SemError::Option(format!("option aux: \"{name}\" is named twice")));
        }
        if in_model(name) {
            return Err(SemError::Option(format!(
                "option aux: \"{name}\" is a variable of the model, which helps with missing values already; leave it out of aux"
            )));
        }
    }
    Ok(())
}
