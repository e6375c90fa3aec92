//! Formulas → rows: defaults, constraints, identification, in lavaan's order.

mod auxiliary;
mod checks;
mod complete;
mod constraints;
mod defaults;
mod draft;
mod effect_coding;
mod equalities;
mod identification;
mod indirect_paths;
mod model_report;
pub mod printed;
#[cfg(test)]
mod tests;
mod to_lavaan;

use serde::Serialize;

pub use complete::complete;
pub use identification::{Identification, IdentifiedBy};
pub use indirect_paths::IndirectPath;
pub use model_report::{ModelReport, RawReport, model_report, raw_report};
pub use to_lavaan::to_lavaan;

use crate::{
    Warning,
    syntax::{Expression, Operator},
};

/// One row: a free, fixed, defined parameter or a constraint.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// Left-hand variable; of a constraint its left expression as text.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable; empty for an intercept; of a constraint or definition the expression as text.
    pub rhs: String,
    /// Index into [`ParameterTable::blocks`]; of constraints and definitions 0.
    pub block: usize,
    /// Group, from 1; 0 for constraints and definitions.
    pub group: usize,
    /// Level, from 1; 0 for constraints and definitions.
    pub level: usize,
    /// The label, empty without.
    pub label: String,
    /// `.pK.`, K the row's number from 1.
    pub plabel: String,
    /// Position among the free parameters θ (from 0), where free.
    pub free: Option<usize>,
    /// The value of a fixed row; `None` for free rows, and for moments of fixed x until the sample is known.
    pub fixed: Option<f64>,
    /// A starting value given by the user.
    pub start: Option<f64>,
    /// Lower bound.
    pub lower: Option<f64>,
    /// Upper bound.
    pub upper: Option<f64>,
    /// Stated by the text, not added by default.
    pub user: bool,
    /// A moment of observed exogenous variables that is fixed at its sample value (`fixed.x`).
    pub exogenous: bool,
}

/// Variables of one block (group × level).
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Block {
    /// Group, from 1.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// The group's label, empty with one group.
    pub group_label: String,
    /// Observed variables: indicators, other endogenous, exogenous.
    pub observed: Vec<String>,
    /// Latent variables, in order of first definition.
    pub latent: Vec<String>,
    /// Observed exogenous variables (x), in order.
    pub exogenous: Vec<String>,
}

/// The factors of one `efa("…")` block in one block of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExploratoryBlock {
    /// Index into [`ParameterTable::blocks`].
    pub block: usize,
    /// Its name.
    pub name: String,
    /// Its factors, in order of first definition.
    pub factors: Vec<String>,
}

/// A constraint between parameters, its names resolved to rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowConstraint {
    /// Index of its row.
    pub row: usize,
    /// `==`, `<` or `>`.
    pub op: Operator,
    /// Left minus right: zero, negative or positive where the constraint holds.
    pub difference: Expression,
}

/// The completed model.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterTable {
    /// All rows in lavaan's order: by group and level, then `==`, `<`, `>`, then `:=`.
    pub rows: Vec<Row>,
    /// Blocks, groups outer, levels inner.
    pub blocks: Vec<Block>,
    /// Factors that are estimated unrotated and rotated together.
    pub exploratory: Vec<ExploratoryBlock>,
    /// Number of free rows, before equality constraints.
    pub free: usize,
    /// Constraints, equal labels and `group.equal` included.
    pub constraints: Vec<RowConstraint>,
    /// Definitions: (row, expression), each evaluable after those before it.
    pub definitions: Vec<(usize, Expression)>,
    /// Whether means are modelled.
    pub meanstructure: bool,
    /// Whether moments of x are fixed.
    pub fixed_x: bool,
    /// Auxiliary variables, which stand behind the observed variables of every block; the model says nothing about them.
    pub auxiliary: Vec<String>,
    /// What the user might not expect of the completion.
    pub warnings: Vec<Warning>,
}

impl Row {
    /// Whether the row is a parameter of a block: no constraint and no definition.
    pub fn is_parameter(&self) -> bool {
        !matches!(self.op, Operator::Define | Operator::Equal | Operator::Less | Operator::Greater)
    }

    /// Whether the row states this parameter; covariances in either direction.
    pub fn states(&self, lhs: &str, op: Operator, rhs: &str) -> bool {
        self.op == op
            && ((self.lhs == lhs && self.rhs == rhs)
                || (op == Operator::Covariance && self.lhs == rhs && self.rhs == lhs))
    }
}

impl ParameterTable {
    /// Index of a parameter's row; covariances are found in either direction.
    pub fn find(&self, block: usize, lhs: &str, op: Operator, rhs: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.is_parameter() && row.block == block && row.states(lhs, op, rhs))
    }

    /// Index of the row of a variable's (residual) variance.
    pub fn variance_row(&self, block: usize, name: &str) -> Option<usize> {
        self.find(block, name, Operator::Covariance, name)
    }

    /// Number of independent equality constraints, linear or not: the rank of their Jacobian at a point without
    /// symmetry.
    pub fn equality_rank(&self) -> usize {
        constraints::equality_rank(self)
    }
}

/// What the data offer to a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Available {
    /// Names of variables in the data; empty: anything goes (a model printed without data).
    pub variables: Vec<String>,
    /// Group labels in order; empty with one group.
    pub groups: Vec<String>,
}
