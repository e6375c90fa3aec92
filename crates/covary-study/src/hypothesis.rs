//! Hypotheses: what is claimed, and the rule that decides it.

mod parse;

use std::fmt;

use serde::Serialize;

use crate::lexer::is_plain_name;

/// A hypothesis.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Hypothesis {
    /// Its key: `H1`.
    pub name: String,
    /// What is claimed.
    pub claim: Claim,
    /// The rule as written.
    pub rule: String,
    /// The researcher's wording, where given.
    pub text: Option<String>,
    /// Line of the study file.
    pub line: usize,
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Claim {
    /// One relation, with a direction or none.
    Relation {
        /// The relation.
        relation: Relation,
        /// Its direction.
        direction: Direction,
    },
    /// Two relations compared: `F1 -> Y == F2 -> Y`, `F1 -> Y > F2 -> Y`.
    Comparison {
        /// The left relation.
        left: Relation,
        /// `Positive`: left greater; `Negative`: left smaller; `Any`: they differ; `Zero`: they are equal.
        direction: Direction,
        /// The right relation.
        right: Relation,
    },
}

/// A relation of the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// A single path: cause, outcome.
    Path(String, String),
    /// An indirect effect along this way: at least three variables.
    Way(Vec<String>),
    /// A covariance or correlation.
    Covariance(String, String),
}

/// The sign claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// `> 0`
    Positive,
    /// `< 0`
    Negative,
    /// Differs from 0.
    Any,
    /// `== 0`
    Zero,
}

impl Relation {
    /// The variables named, in order.
    pub fn variables(&self) -> Vec<&str> {
        match self {
            Relation::Path(cause, outcome) => vec![cause, outcome],
            Relation::Way(steps) => steps.iter().map(String::as_str).collect(),
            Relation::Covariance(first, second) => vec![first, second],
        }
    }

    /// The single paths it consists of: (cause, outcome); none of a covariance.
    pub fn paths(&self) -> Vec<(&str, &str)> {
        match self {
            Relation::Path(cause, outcome) => vec![(cause, outcome)],
            Relation::Way(steps) => steps.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect(),
            Relation::Covariance(..) => Vec::new(),
        }
    }
}

impl Claim {
    /// The relations it is about: one, or the two that are compared.
    pub fn relations(&self) -> Vec<&Relation> {
        match self {
            Claim::Relation { relation, .. } => vec![relation],
            Claim::Comparison { left, right, .. } => vec![left, right],
        }
    }

    /// The variables named, each once, in the order in which they first stand.
    pub fn variables(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.relations().into_iter().flat_map(Relation::variables) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// The canonical rule: `F1 -> M -> Y > 0`; read again it gives the same relation.
impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrow = if matches!(self, Relation::Covariance(..)) { " <-> " } else { " -> " };
        for (index, name) in self.variables().into_iter().enumerate() {
            if index > 0 {
                f.write_str(arrow)?;
            }
            if is_plain_name(name) { f.write_str(name)? } else { write!(f, "`{name}`")? }
        }
        Ok(())
    }
}

/// The canonical rule; read again it gives the same claim.
impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Claim::Relation { relation, direction: Direction::Any } => write!(f, "{relation}"),
            Claim::Relation { relation, direction } => write!(f, "{relation} {} 0", direction.symbol()),
            Claim::Comparison { left, direction, right } => write!(f, "{left} {} {right}", direction.symbol()),
        }
    }
}

impl Direction {
    /// As it is written between two sides.
    pub fn symbol(self) -> &'static str {
        match self {
            Direction::Positive => ">",
            Direction::Negative => "<",
            Direction::Any => "!=",
            Direction::Zero => "==",
        }
    }
}
