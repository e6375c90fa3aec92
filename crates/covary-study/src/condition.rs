//! Conditions on cases: comparisons, `and`, `or`, `not`, `in [..]`, `missing(x)`.

use serde::Serialize;

/// A condition that a case meets or does not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// variable op value.
    Compare {
        /// The variable.
        variable: String,
        /// The comparison.
        comparison: Comparison,
        /// What it is compared with.
        value: Operand,
    },
    /// variable in [values].
    In {
        /// The variable.
        variable: String,
        /// The values.
        values: Vec<Operand>,
    },
    /// missing(variable).
    Missing(String),
    /// Both.
    And(Box<Condition>, Box<Condition>),
    /// Either.
    Or(Box<Condition>, Box<Condition>),
    /// Not.
    Not(Box<Condition>),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What a variable is compared with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Operand {
    /// A number.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// Another variable.
    Variable(String),
}
