//! lavaan's model language: text → formulas, with places for messages.

pub mod expression;

pub use expression::Expression;
use serde::Serialize;

use crate::SemError;

/// Operators of formulas, constraints and definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Operator {
    /// `=~` is measured by
    #[serde(rename = "=~")]
    Measures,
    /// `<~` is composed of
    #[serde(rename = "<~")]
    Composite,
    /// `~` is regressed on
    #[serde(rename = "~")]
    Regression,
    /// `~~` covaries with
    #[serde(rename = "~~")]
    Covariance,
    /// `~1` intercept
    #[serde(rename = "~1")]
    Intercept,
    /// `|` threshold
    #[serde(rename = "|")]
    Threshold,
    /// `~*~` response scale
    #[serde(rename = "~*~")]
    Scale,
    /// `:=` is defined as
    #[serde(rename = ":=")]
    Define,
    /// `==` equals
    #[serde(rename = "==")]
    Equal,
    /// `<` is less than
    #[serde(rename = "<")]
    Less,
    /// `>` is greater than
    #[serde(rename = ">")]
    Greater,
}

/// A model as its text states it, before any completion: one element per formula term.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formulas {
    /// Terms, in text order.
    pub elements: Vec<Element>,
    /// `==`, `<`, `>`, in text order.
    pub constraints: Vec<Constraint>,
    /// `:=`, in text order.
    pub definitions: Vec<Definition>,
    /// Names of `group:` blocks, in order; empty without.
    pub groups: Vec<String>,
    /// Names of `level:` blocks, in order; empty without.
    pub levels: Vec<String>,
}

/// One term of a formula: `F1 =~ 0.5*x2` gives (F1, =~, x2) with a fixed value.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Left-hand variable.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable; empty for an intercept; `t1` for a threshold.
    pub rhs: String,
    /// What was written before `*`.
    pub modifiers: Modifiers,
    /// `efa("block")` on the left-hand side.
    pub efa: Option<String>,
    /// Index into [`Formulas::groups`].
    pub group: Option<usize>,
    /// Index into [`Formulas::levels`].
    pub level: Option<usize>,
    /// Byte range in the text.
    pub span: std::ops::Range<usize>,
}

/// What was written before `*`: one value, or one per group by `c(…)`. Empty: not given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Modifiers {
    /// Fixed values; `Fixing::Free` is `NA`.
    pub fixed: Vec<Fixing>,
    /// Labels; `None` is `NA` or an empty label.
    pub labels: Vec<Option<String>>,
    /// Starting values.
    pub start: Vec<Option<f64>>,
    /// Lower bounds.
    pub lower: Vec<Option<f64>>,
    /// Upper bounds.
    pub upper: Vec<Option<f64>>,
    /// `equal("f=~x2")`.
    pub equal: Vec<Option<String>>,
}

/// A fixed value, or `NA`: to be estimated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Fixing {
    /// Held at this value.
    Value(f64),
    /// `NA`: free.
    Free,
}

/// An equality or inequality between expressions.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// Left side.
    pub lhs: Expression,
    /// `==`, `<` or `>`.
    pub op: Operator,
    /// Right side.
    pub rhs: Expression,
    /// Byte range in the text.
    pub span: std::ops::Range<usize>,
}

/// A defined parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Its value.
    pub expression: Expression,
    /// Byte range in the text.
    pub span: std::ops::Range<usize>,
}

/// Reads model text.
///
/// # Errors
/// [`SemError::Model`], with the line, a caret under the column, what was expected and the nearest known word.
pub fn parse(text: &str) -> Result<Formulas, SemError> {
    todo!("{text}")
}
