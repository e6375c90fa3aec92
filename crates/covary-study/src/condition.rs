//! Conditions on cases: comparisons, `and`, `or`, `not`, `in [..]`, `missing(x)`.
//!
//! `not` binds closer than `and`, `and` closer than `or`; parentheses group. A comparison with a missing answer is
//! neither true nor false (three-valued logic, Kleene 1952): see [`Condition::holds`].

mod evaluate;
mod parse;

use std::fmt;

use serde::Serialize;

use crate::lexer::is_plain_name;
pub use evaluate::{Mismatch, Value};

/// A condition that a case meets or does not.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
    /// `variable in [values]`.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Operand {
    /// A number.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// Another variable.
    Variable(String),
}

/// A variable that a condition names, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Mention {
    /// The variable.
    pub variable: String,
    /// Byte offset of its name in the condition's text.
    pub offset: usize,
}

impl Condition {
    /// The variables named, each once, in the order in which they first stand.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.collect_variables(&mut names);
        names
    }

    fn collect_variables<'a>(&'a self, names: &mut Vec<&'a str>) {
        let mut add = |name: &'a str| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        match self {
            Condition::Compare { variable, value, .. } => {
                add(variable);
                if let Operand::Variable(other) = value {
                    add(other);
                }
            }
            Condition::In { variable, .. } | Condition::Missing(variable) => add(variable),
            Condition::And(left, right) | Condition::Or(left, right) => {
                left.collect_variables(names);
                right.collect_variables(names);
            }
            Condition::Not(inner) => inner.collect_variables(names),
        }
    }

    fn binding(&self) -> u8 {
        match self {
            Condition::Or(..) => 1,
            Condition::And(..) => 2,
            _ => 3,
        }
    }
}

impl Comparison {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    /// The comparison that says the same with the sides exchanged.
    pub fn flipped(self) -> Self {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            same => same,
        }
    }
}

/// The canonical text: one space between words, parentheses only where needed; read again it gives the same condition.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Compare { variable, comparison, value } => {
                write!(f, "{} {} {value}", Name(variable), comparison.symbol())
            }
            Condition::In { variable, values } => write!(f, "{} in {}", Name(variable), List(values)),
            Condition::Missing(variable) => write!(f, "missing({})", Name(variable)),
            // Both are read from left to right, so a right side of the same kind needs parentheses to stay as it is.
            Condition::And(left, right) => write!(f, "{} and {}", Within(left, 2), Within(right, 3)),
            Condition::Or(left, right) => write!(f, "{} or {}", Within(left, 1), Within(right, 2)),
            Condition::Not(inner) => match &**inner {
                Condition::In { variable, values } => write!(f, "{} not in {}", Name(variable), List(values)),
                inner => write!(f, "not {}", Within(inner, 3)),
            },
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Number(number) => write!(f, "{number}"),
            Operand::Text(text) => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Operand::Variable(name) => write!(f, "{}", Name(name)),
        }
    }
}

struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_plain_name(self.0) && !parse::is_keyword(self.0) {
            f.write_str(self.0)
        } else {
            write!(f, "`{}`", self.0)
        }
    }
}

struct List<'a>(&'a [Operand]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, value) in self.0.iter().enumerate() {
            write!(f, "{}{value}", if index == 0 { "" } else { ", " })?;
        }
        f.write_str("]")
    }
}

/// A part that goes in parentheses when it binds less closely than its surroundings.
struct Within<'a>(&'a Condition, u8);

impl fmt::Display for Within<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.binding() < self.1 { write!(f, "({})", self.0) } else { write!(f, "{}", self.0) }
    }
}
