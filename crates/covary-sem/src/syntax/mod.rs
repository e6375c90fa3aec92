//! lavaan's model language: text → formulas, with places for messages.

pub mod expression;
pub(crate) mod fault;
mod lexer;
mod modifier;
mod roles;
mod statement;
#[cfg(test)]
mod tests;
mod tree;

use std::fmt;

pub use expression::Expression;
pub(crate) use lexer::is_plain_name;
pub(crate) use roles::Roles;
use serde::Serialize;

use crate::SemError;

/// Operators of formulas, constraints and definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
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
    /// `%` group weight: `group % w` is the log of the group's expected frequency
    #[serde(rename = "%")]
    GroupWeight,
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
    /// What was read otherwise than it may have been meant: an element stated twice, a `+` that joins nothing.
    pub notes: Vec<String>,
    /// The text itself, so that later messages can show the place; empty where the formulas come from elsewhere.
    pub text: String,
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
    /// `rv("slope")`: the coefficient varies over clusters.
    pub random_slope: Vec<Option<String>>,
    /// `prior("…")`: a prior distribution, for Bayesian estimation.
    pub prior: Vec<Option<String>>,
}

/// A fixed value, or `NA`: to be estimated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
    /// Left side as written, without blanks.
    pub lhs_written: String,
    /// Right side as written, without blanks.
    pub rhs_written: String,
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
    /// The expression as written, without blanks.
    pub written: String,
    /// Byte range in the text.
    pub span: std::ops::Range<usize>,
}

/// Reads model text.
///
/// Covariances are turned so that latent variables stand before observed ones, and otherwise in the order in which
/// the model names its variables, as lavaan's parser does.
///
/// # Errors
/// [`SemError::Model`], with the line, a caret under the column, what was expected and the nearest known word.
pub fn parse(text: &str) -> Result<Formulas, SemError> {
    let read = || statement::statements(text, &lexer::tokens(text)?);
    let mut formulas = read().map_err(|fault| {
        let advice = "this looks like R: write the formulas alone, without the assignment and the quotes around them";
        if assigns_text(text) { fault.help(advice) } else { fault }.in_text(text)
    })?;
    turn_covariances(&mut formulas);
    Ok(formulas)
}

/// Whether the first line assigns a text, as `model <- '` does in R.
fn assigns_text(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    let value = first.and_then(|line| line.split_once("<-").or_else(|| line.split_once('=')));
    value.is_some_and(|(name, value)| is_plain_name(name.trim()) && value.trim_start().starts_with(['"', '\'']))
}

/// A variable's name as the model language writes it: in backquotes where it is no plain word.
pub(crate) fn name_text(name: &str) -> String {
    let quoted = |part: &str| if lexer::is_plain_name(part) { part.to_string() } else { format!("`{part}`") };
    // An observed product is written with its factors' names.
    let parts: Vec<&str> = name.split(':').collect();
    if parts.iter().any(|part| part.is_empty()) {
        format!("`{name}`")
    } else {
        parts.into_iter().map(quoted).collect::<Vec<_>>().join(":")
    }
}

/// A label as expressions write it.
pub(crate) fn label_text(label: &str) -> String {
    if lexer::is_plain_name(label) { label.to_string() } else { format!("`{label}`") }
}

fn turn_covariances(formulas: &mut Formulas) {
    let roles = Roles::of(formulas.elements.iter());
    let order: std::collections::HashMap<&str, usize> =
        roles.latent.iter().chain(&roles.observed).enumerate().map(|(k, name)| (name.as_str(), k)).collect();
    for element in formulas.elements.iter_mut().filter(|e| e.op == Operator::Covariance) {
        if order.get(element.lhs.as_str()) > order.get(element.rhs.as_str()) {
            std::mem::swap(&mut element.lhs, &mut element.rhs);
        }
    }
}

impl Element {
    /// The element in lavaan's spelling, without modifiers: `f =~ x1`.
    pub fn shown(&self) -> String {
        match self.op {
            Operator::Intercept => format!("{} ~ 1", self.lhs),
            op => format!("{} {op} {}", self.lhs, self.rhs),
        }
    }

    /// Whether both state the same parameter, covariances in either direction.
    pub(crate) fn states_the_same(&self, other: &Element) -> bool {
        (self.op, self.group, self.level) == (other.op, other.group, other.level)
            && ((self.lhs == other.lhs && self.rhs == other.rhs)
                || (self.op == Operator::Covariance && self.lhs == other.rhs && self.rhs == other.lhs))
    }
}

impl Operator {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::Measures => "=~",
            Operator::Composite => "<~",
            Operator::Regression => "~",
            Operator::Covariance => "~~",
            Operator::Intercept => "~1",
            Operator::Threshold => "|",
            Operator::Scale => "~*~",
            Operator::GroupWeight => "%",
            Operator::Define => ":=",
            Operator::Equal => "==",
            Operator::Less => "<",
            Operator::Greater => ">",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}
