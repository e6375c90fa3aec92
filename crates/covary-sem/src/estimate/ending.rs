//! How a search that found no minimum ended, in words that lead on.

use covary_numerics::{Matrix, linalg, minimise::Ending};

use super::{Estimates, Objective, Restrictions};
use crate::{ParameterTable, Warning, model_matrices::formula_of, warning::WarningCode};

/// An eigenvalue of the implied correlations below this: the search ran against the edge of what has a likelihood.
const EDGE: f64 = 1e-5;
/// Curvature below this, where that of a parameter is 1, is none that a search could follow.
const FLAT: f64 = 1e-3;
/// A search of so many iterations had time to find a minimum.
const ENOUGH: usize = 200;
/// A restriction missed by more than this, in units of a parameter's information, is not met.
const MISSED: f64 = 1e-4;
/// Elements of an eigenvector within a fifth of the largest are named.
const STANDS_OUT: f64 = 0.2;

/// The kinds of ending without a minimum.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfinished {
    /// The limit of iterations was reached.
    IterationLimit {
        /// How many there were.
        iterations: usize,
    },
    /// Restrictions that could not be met, as the text states them.
    Restrictions {
        /// The restrictions.
        missed: Vec<String>,
    },
    /// The implied covariance matrix became singular on the way: a variance or residual variance went to 0 or below.
    Edge {
        /// The observed variables whose combination lost its variance.
        variables: Vec<String>,
    },
    /// Parameters that can be moved together with next to no change of the discrepancy.
    Flat {
        /// The parameters, as formulas.
        parameters: Vec<String>,
    },
    /// Nothing of the kind: no step lowers the discrepancy any further.
    NoProgress,
}

/// How a search ended that found no minimum. `None` where it did.
pub fn unfinished(
    objective: &Objective<f64>,
    restrictions: &Restrictions,
    table: &ParameterTable,
    weights: &[f64],
    found: &Estimates,
) -> Option<Unfinished> {
    let iterations = found.iterations;
    match found.ending {
        Ending::Converged => return None,
        // A search that had time ran along something, which is more worth knowing than that it was stopped.
        Ending::IterationLimit if iterations < ENOUGH => return Some(Unfinished::IterationLimit { iterations }),
        Ending::IterationLimit | Ending::NoProgress => {}
    }
    let missed = missed(objective, restrictions, table, weights, &found.theta);
    if !missed.is_empty() {
        return Some(Unfinished::Restrictions { missed });
    }
    let variables = at_the_edge(objective, table, &found.theta);
    if !variables.is_empty() {
        return Some(Unfinished::Edge { variables });
    }
    let parameters = flat(objective, restrictions, table, weights, &found.theta);
    Some(match found.ending {
        _ if !parameters.is_empty() => Unfinished::Flat { parameters },
        Ending::IterationLimit => Unfinished::IterationLimit { iterations },
        _ => Unfinished::NoProgress,
    })
}

impl Unfinished {
    /// The warning that tells what happened and what would help.
    pub fn warning(&self) -> Warning {
        let (subjects, what, help) = match self {
            Unfinished::IterationLimit { iterations } => (
                Vec::new(),
                format!("the search stopped at its limit after {iterations} iterations"),
                "raise iter.max, give starting values nearer to the solution, or set bounds = \"standard\"".to_string(),
            ),
            Unfinished::Restrictions { missed } => (
                missed.clone(),
                format!("no values of the parameters were found that meet {}", quoted(missed)),
                "constraints may contradict each other, or hold only where the model has no moments; give starting \
                 values that meet them"
                    .to_string(),
            ),
            Unfinished::Edge { variables } => (
                variables.clone(),
                format!(
                    "the implied covariance matrix became singular on the way, with no variance left in a combination of {}",
                    variables.join(", ")
                ),
                "look for a variable that others determine, for too few indicators or cases; bounds = \"standard\" keeps \
                 the search away from there"
                    .to_string(),
            ),
            Unfinished::Flat { parameters } => (
                parameters.clone(),
                format!(
                    "{} can be moved with next to no change in the fit, and the search ran along without an end",
                    parameters.join(", ")
                ),
                "the model may not be identified, or the data hardly tell these parameters apart: fix or constrain one of \
                 them, or set bounds = \"standard\""
                    .to_string(),
            ),
            Unfinished::NoProgress => (
                Vec::new(),
                "no step lowers the discrepancy any further, though its gradient has not vanished".to_string(),
                "look for a factor with too few indicators, a wrong sign or scale; give starting values, or try rstarts"
                    .to_string(),
            ),
        };
        Warning {
            code: WarningCode::NotConverged,
            subjects,
            text: format!("the estimation did not converge: {what}. The figures shown are no estimates; {help}"),
        }
    }
}

fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ")
}

fn missed(
    objective: &Objective<f64>,
    restrictions: &Restrictions,
    table: &ParameterTable,
    weights: &[f64],
    theta: &[f64],
) -> Vec<String> {
    let Some((values, jacobian)) = restrictions.at(theta) else { return Vec::new() };
    let information = objective.information(theta, weights).map(|i| restrictions.linear.reduce_information(&i));
    let unit =
        |j: usize| information.as_ref().map_or(1.0, |i| if i[(j, j)] > 0.0 { 1.0 / i[(j, j)].sqrt() } else { 1.0 });
    let units: Vec<f64> = (0..jacobian.columns()).map(unit).collect();
    let is_missed = |i: &usize| {
        let length: f64 = jacobian.row(*i).iter().zip(&units).map(|(a, unit)| (a * unit).abs()).sum();
        let miss = if restrictions.rest[*i].is_equality() { values[*i].abs() } else { -values[*i] };
        miss > MISSED * length
    };
    (0..values.len()).filter(is_missed).map(|i| restrictions.text(i, table)).collect()
}

/// The variables of a combination that has next to no implied variance.
fn at_the_edge(objective: &Objective<f64>, table: &ParameterTable, theta: &[f64]) -> Vec<String> {
    let matrices = objective.matrices();
    for (block, variables) in table.blocks.iter().enumerate().take(matrices.blocks.len()) {
        let Some(values) = matrices.matrices(block, theta, &objective.exogenous) else { continue };
        let Some(correlation) = values.covariance.to_correlation() else { continue };
        let Some(eigen) = linalg::symmetric_eigen(&correlation) else { continue };
        let Some(last) = eigen.values.len().checked_sub(1) else { continue };
        if eigen.values[last] < EDGE {
            let named = standing_out(&eigen.vectors.column(last));
            return named.into_iter().filter_map(|i| variables.observed.get(i).cloned()).collect();
        }
    }
    Vec::new()
}

/// The parameters of a direction in which f does not bend.
fn flat(
    objective: &Objective<f64>,
    restrictions: &Restrictions,
    table: &ParameterTable,
    weights: &[f64],
    theta: &[f64],
) -> Vec<String> {
    let linear = &restrictions.linear;
    let (Some(information), Some(hessian)) = (objective.information(theta, weights), objective.hessian(theta)) else {
        return Vec::new();
    };
    let (information, hessian) = (linear.reduce_information(&information), linear.reduce_information(&hessian));
    let scale: Vec<f64> = information.diagonal().iter().map(|i| if *i > 0.0 { 1.0 / i.sqrt() } else { 1.0 }).collect();
    let q = scale.len();
    let unit = Matrix::from_fn(q, q, |i, j| hessian[(i, j)] * scale[i] * scale[j]);
    let Some(eigen) = linalg::symmetric_eigen(&unit) else { return Vec::new() };
    let Some(last) = q.checked_sub(1).filter(|last| eigen.values[*last].abs() < FLAT) else { return Vec::new() };
    let columns = standing_out(&eigen.vectors.column(last));
    let moves = |k: usize| columns.iter().any(|j| linear.basis[(k, *j)] != 0.0);
    table.rows.iter().filter(|row| row.free.is_some_and(moves)).map(formula_of).collect()
}

fn standing_out(vector: &[f64]) -> Vec<usize> {
    let largest = vector.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    (0..vector.len()).filter(|i| vector[*i].abs() > STANDS_OUT * largest).collect()
}
