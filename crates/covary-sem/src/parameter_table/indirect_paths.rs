//! The indirect paths that the regressions of a model imply.

use std::collections::VecDeque;

use serde::Serialize;

use super::{ParameterTable, Row};
use crate::syntax::Operator;

/// A way from one variable to another over at least one between them.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct IndirectPath {
    /// Group, from 1.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// The variables along the way, first to last.
    pub variables: Vec<String>,
    /// The parameters along the way: labels, or formulas where there is no label.
    pub parameters: Vec<String>,
    /// Their product: `a*b`.
    pub effect: String,
}

/// So many ways are listed at most.
pub const MOST_PATHS: usize = 1000;

/// All indirect paths, block by block, shorter ones of a start before longer ones; whether there are more than
/// [`MOST_PATHS`].
///
/// A way visits no variable twice. Weights that are fixed at 0 are no way; what a composite is made of leads to it.
pub fn indirect_paths(table: &ParameterTable) -> (Vec<IndirectPath>, bool) {
    let mut paths = Vec::new();
    for (index, block) in table.blocks.iter().enumerate() {
        let edges: Vec<&Row> = table.rows.iter().filter(|row| row.block == index && is_edge(row)).collect();
        for start in block.observed.iter().chain(&block.latent) {
            let mut open: VecDeque<Vec<&Row>> = edges.iter().filter(|e| e.rhs == *start).map(|e| vec![*e]).collect();
            while let Some(way) = open.pop_front() {
                if paths.len() == MOST_PATHS || open.len() > MOST_PATHS {
                    return (paths, true);
                }
                if way.len() > 1 {
                    paths.push(path(&way, block.group, block.level));
                }
                let Some(end) = way.last().map(|edge| &edge.lhs) else { continue };
                let visited = |name: &String| name == start || way.iter().any(|edge| edge.lhs == *name);
                let further = edges.iter().filter(|e| e.rhs == *end && !visited(&e.lhs));
                open.extend(further.map(|e| [way.as_slice(), &[*e]].concat()));
            }
        }
    }
    (paths, false)
}

fn is_edge(row: &Row) -> bool {
    matches!(row.op, Operator::Regression | Operator::Composite) && row.fixed != Some(0.0)
}

fn path(way: &[&Row], group: usize, level: usize) -> IndirectPath {
    // A composite stands on the left of its own formula, as an outcome does.
    let start = way.first().map(|edge| edge.rhs.clone());
    let variables = start.into_iter().chain(way.iter().map(|edge| edge.lhs.clone())).collect();
    let parameters: Vec<String> = way.iter().map(|edge| parameter(edge)).collect();
    IndirectPath { group, level, variables, effect: parameters.join("*"), parameters }
}

fn parameter(row: &Row) -> String {
    match row.fixed {
        Some(value) => value.to_string(),
        None if row.label.is_empty() || row.label.starts_with(".p") => format!("({}{}{})", row.lhs, row.op, row.rhs),
        None => row.label.clone(),
    }
}
