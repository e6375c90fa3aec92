//! What gives each latent variable its scale and its mean.

use std::collections::HashSet;

use serde::Serialize;

use super::{ParameterTable, Row};
use crate::syntax::{Expression, Operator, expression::number_text};

/// What identifies a latent variable.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Identification {
    /// Group, from 1.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// The latent variable.
    pub latent: String,
    /// What gives it its scale.
    pub scale: IdentifiedBy,
    /// What gives it its mean; `None` where means are not modelled.
    pub mean: Option<IdentifiedBy>,
    /// Both in words.
    pub words: String,
}

/// What fixes a scale or a mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IdentifiedBy {
    /// A loading, weight or intercept of an indicator that is fixed.
    Marker,
    /// Its own (residual) variance, or its own mean or intercept, which is fixed.
    Own,
    /// A constraint on the sum of its loadings or of its indicators' intercepts.
    EffectCoding,
    /// A path from it that is fixed.
    Path,
    /// Loadings or intercepts equal to those of another group or level in which the variable is identified.
    EqualElsewhere,
    /// Another constraint on its own parameters.
    Constraint,
    /// Nothing.
    Nothing,
}

/// Scales and means of all latent variables, block by block.
pub fn identification(table: &ParameterTable) -> Vec<Identification> {
    let mut found: Vec<(Identification, Vec<usize>, Vec<usize>)> = Vec::new();
    for (index, block) in table.blocks.iter().enumerate() {
        for latent in &block.latent {
            let parameters = Parameters::new(table, index, latent);
            let scale = parameters.scale(table);
            let mean = table.meanstructure.then(|| parameters.mean(table));
            let (group, level, latent) = (block.group, block.level, latent.clone());
            let words = String::new();
            let entry = Identification { group, level, latent, scale, mean, words };
            found.push((entry, parameters.loadings, parameters.intercepts));
        }
    }
    identify_by_equality(table, &mut found);
    let mut entries: Vec<Identification> = found.into_iter().map(|(entry, ..)| entry).collect();
    for entry in &mut entries {
        entry.words = words(table, entry);
    }
    entries
}

/// Rows that bear on a latent variable.
struct Parameters {
    /// Its loadings, and its weights as a composite.
    loadings: Vec<usize>,
    /// Paths from it.
    paths: Vec<usize>,
    variance: Option<usize>,
    intercepts: Vec<usize>,
    own_intercept: Option<usize>,
}

impl Parameters {
    fn new(table: &ParameterTable, block: usize, latent: &str) -> Self {
        let rows = |wanted: &dyn Fn(&Row) -> bool| {
            let of_block = table.rows.iter().enumerate().filter(|(_, row)| row.is_parameter() && row.block == block);
            of_block.filter(|(_, row)| wanted(row)).map(|(k, _)| k).collect::<Vec<usize>>()
        };
        let loadings = rows(&|row| {
            matches!(row.op, Operator::Measures | Operator::Composite) && row.lhs == latent && row.rhs != latent
        });
        let indicators: HashSet<&str> = loadings
            .iter()
            .filter(|&&k| table.rows[k].op == Operator::Measures)
            .map(|&k| table.rows[k].rhs.as_str())
            .collect();
        Parameters {
            intercepts: rows(&|row| row.op == Operator::Intercept && indicators.contains(row.lhs.as_str())),
            paths: rows(&|row| row.op == Operator::Regression && row.rhs == latent),
            variance: table.variance_row(block, latent),
            own_intercept: table.find(block, latent, Operator::Intercept, ""),
            loadings,
        }
    }

    fn scale(&self, table: &ParameterTable) -> IdentifiedBy {
        let fixed = |rows: &[usize]| rows.iter().any(|&k| table.rows[k].fixed.is_some_and(|value| value != 0.0));
        if fixed(&self.loadings) {
            IdentifiedBy::Marker
        } else if fixed(self.variance.as_slice()) {
            IdentifiedBy::Own
        } else if fixed(&self.paths) {
            IdentifiedBy::Path
        } else if has_constant_sum(table, &self.loadings) {
            IdentifiedBy::EffectCoding
        } else if has_constant_sum(table, &[self.loadings.clone(), self.variance.into_iter().collect()].concat()) {
            IdentifiedBy::Constraint
        } else {
            IdentifiedBy::Nothing
        }
    }

    fn mean(&self, table: &ParameterTable) -> IdentifiedBy {
        let is_fixed = |k: usize| table.rows[k].fixed.is_some();
        let own_is_free = self.own_intercept.is_some_and(|k| table.rows[k].free.is_some());
        if !own_is_free {
            IdentifiedBy::Own
        } else if self.intercepts.iter().any(|&k| is_fixed(k)) {
            IdentifiedBy::Marker
        } else if is_constrained(table, &self.intercepts, |_| true) {
            IdentifiedBy::EffectCoding
        } else if is_constrained(table, &self.own_intercept.into_iter().collect::<Vec<_>>(), |_| true) {
            IdentifiedBy::Constraint
        } else {
            IdentifiedBy::Nothing
        }
    }
}

/// Whether an equality names only these rows and does not hold where all are 0, as Σ λ = 3 does not.
fn has_constant_sum(table: &ParameterTable, rows: &[usize]) -> bool {
    is_constrained(table, rows, |difference| {
        difference.evaluate::<f64>(&|_| Some(0.0)).is_some_and(|at_zero| at_zero != 0.0)
    })
}

/// Whether an equality names only these rows.
fn is_constrained(table: &ParameterTable, rows: &[usize], is_such: impl Fn(&Expression) -> bool) -> bool {
    let names: HashSet<&str> = rows.iter().map(|&k| table.rows[k].plabel.as_str()).collect();
    let mut equalities = table.constraints.iter().filter(|c| c.op == Operator::Equal);
    equalities.any(|c| {
        let used = c.difference.names();
        !used.is_empty() && used.iter().all(|name| names.contains(name)) && is_such(&c.difference)
    })
}

/// A variable without a scale takes that of a variable whose loadings are equal to its own; likewise for means.
fn identify_by_equality(table: &ParameterTable, found: &mut [(Identification, Vec<usize>, Vec<usize>)]) {
    let ties: Vec<(&str, &str)> = table.constraints.iter().filter_map(|c| tie(&c.difference)).collect();
    let tied = |one: &[usize], other: &[usize]| {
        let has = |rows: &[usize], name: &str| rows.iter().any(|&k| table.rows[k].plabel == name);
        ties.iter().any(|(a, b)| (has(one, a) && has(other, b)) || (has(one, b) && has(other, a)))
    };
    let rows: Vec<(Vec<usize>, Vec<usize>)> =
        found.iter().map(|(_, loadings, intercepts)| (loadings.clone(), intercepts.clone())).collect();
    // Each round identifies at least one more.
    for _ in 0..found.len() {
        for k in 0..found.len() {
            let others = || (0..found.len()).filter(|&j| j != k && found[j].0.latent == found[k].0.latent);
            let scale = found[k].0.scale == IdentifiedBy::Nothing
                && others().any(|j| found[j].0.scale != IdentifiedBy::Nothing && tied(&rows[k].0, &rows[j].0));
            let mean = found[k].0.mean == Some(IdentifiedBy::Nothing)
                && others().any(|j| found[j].0.mean != Some(IdentifiedBy::Nothing) && tied(&rows[k].1, &rows[j].1));
            if scale {
                found[k].0.scale = IdentifiedBy::EqualElsewhere;
            }
            if mean {
                found[k].0.mean = Some(IdentifiedBy::EqualElsewhere);
            }
        }
    }
}

/// The two names of `a − b`.
fn tie(difference: &Expression) -> Option<(&str, &str)> {
    match difference {
        Expression::Binary(left, '-', right) => match (left.as_ref(), right.as_ref()) {
            (Expression::Name(a), Expression::Name(b)) => Some((a, b)),
            _ => None,
        },
        _ => None,
    }
}

fn words(table: &ParameterTable, entry: &Identification) -> String {
    let block = table.blocks.iter().position(|b| (b.group, b.level) == (entry.group, entry.level)).unwrap_or(0);
    let parameters = Parameters::new(table, block, &entry.latent);
    let fixed_at = |rows: &[usize]| {
        let fixed = rows.iter().map(|&k| &table.rows[k]).find(|row| row.fixed.is_some_and(|value| value != 0.0));
        fixed.map(|row| (row, number_text(row.fixed.unwrap_or(0.0))))
    };
    let scale = match entry.scale {
        IdentifiedBy::Marker => match fixed_at(&parameters.loadings) {
            Some((row, value)) if row.op == Operator::Composite => {
                format!("the weight of {} is fixed at {value}", row.rhs)
            }
            Some((row, value)) => format!("the loading of {} is fixed at {value}", row.rhs),
            None => "a loading is fixed".to_string(),
        },
        IdentifiedBy::Own => match fixed_at(parameters.variance.as_slice()) {
            Some((_, value)) => format!("its variance is fixed at {value}"),
            None => "its variance is fixed".to_string(),
        },
        IdentifiedBy::Path => match fixed_at(&parameters.paths) {
            Some((row, value)) => format!("the path to {} is fixed at {value}", row.lhs),
            None => "a path from it is fixed".to_string(),
        },
        IdentifiedBy::EffectCoding => "its loadings have a fixed sum (effect coding)".to_string(),
        IdentifiedBy::EqualElsewhere => "loadings equal to those of another group or level".to_string(),
        IdentifiedBy::Constraint => "a constraint on its loadings and variance".to_string(),
        IdentifiedBy::Nothing => "nothing fixes its scale: fix a loading or its variance".to_string(),
    };
    let own_mean = || {
        let value = parameters.own_intercept.and_then(|k| table.rows[k].fixed).unwrap_or(0.0);
        format!("its mean or intercept is fixed at {}", number_text(value))
    };
    let mean = entry.mean.map(|mean| match mean {
        IdentifiedBy::Own => own_mean(),
        IdentifiedBy::Marker => "an intercept of its indicators is fixed".to_string(),
        IdentifiedBy::EffectCoding => "the intercepts of its indicators are constrained".to_string(),
        IdentifiedBy::EqualElsewhere => "intercepts equal to those of another group or level".to_string(),
        IdentifiedBy::Constraint | IdentifiedBy::Path => "a constraint on its mean".to_string(),
        IdentifiedBy::Nothing => "nothing fixes its mean: fix it, or an intercept".to_string(),
    });
    match mean {
        Some(mean) => format!("{scale}; {mean}"),
        None => scale,
    }
}
