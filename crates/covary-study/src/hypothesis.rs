//! Hypotheses: what is claimed, and the rule that decides it.

use serde::Serialize;

/// A hypothesis.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
