//! The covariance matrix of the estimates, and what cannot be estimated.

use covary_numerics::{Matrix, linalg};

use crate::{
    Likelihood, ParameterTable, Warning,
    estimate::{EqualityConstraints, defined::DefinedParameters},
    model_matrices::formula_of,
    parameter_table::Row,
    warning::WarningCode,
};

/// Directions with less than this part of the information of a parameter in its own units count as without any.
///
/// In exact arithmetic they have none; rounding leaves 1e-14 or less, and a model on the edge of
/// identification that could still be printed to two digits leaves more than 1e-9.
const NO_INFORMATION: f64 = 1e-10;

/// Covariance matrix of θ̂, q⁺ × q⁺: K(K'IK)⁻¹K'/divisor.
///
/// `information` per case; divisor N under the normal likelihood, N − G under wishart and amos.
/// `Err` holds the positions in θ that take part in a direction without information.
pub fn vcov(information: &Matrix, constraints: &EqualityConstraints, divisor: f64) -> Result<Matrix, Vec<usize>> {
    let reduced = constraints.reduce_information(information);
    let scale: Vec<f64> = reduced.diagonal().iter().map(|i| if *i > 0.0 { 1.0 / i.sqrt() } else { 1.0 }).collect();
    let q = scale.len();
    let unit = Matrix::from_fn(q, q, |i, j| reduced[(i, j)] * scale[i] * scale[j]);
    let Some(eigen) = linalg::symmetric_eigen(&unit) else {
        return Err((0..information.rows()).collect());
    };
    let empty: Vec<usize> = (0..q).filter(|k| eigen.values[*k] < NO_INFORMATION).collect();
    if !empty.is_empty() {
        return Err(parameters_in(&eigen.vectors, &empty, constraints));
    }
    let inverse = match linalg::Cholesky::new(&unit) {
        Some(factor) => factor.inverse(),
        None => return Err(parameters_in(&eigen.vectors, &[q.saturating_sub(1)], constraints)),
    };
    let reduced = Matrix::from_fn(q, q, |i, j| inverse[(i, j)] * scale[i] * scale[j] / divisor);
    let basis = &constraints.basis;
    Ok(basis.times(&reduced).times(&basis.transpose()))
}

/// What the covariance matrix of the estimates is divided by.
pub fn divisor(likelihood: Likelihood, cases: usize, groups: usize) -> f64 {
    match likelihood {
        Likelihood::Normal => cases as f64,
        Likelihood::Wishart | Likelihood::Amos => cases as f64 - groups as f64,
    }
}

/// Standard error of every row: of free rows from their variance, of definitions by the delta method.
///
/// `None` for fixed rows, for parameters that constraints hold at a constant, and where the variance is
/// negative (an observed information that is not positive definite).
pub fn standard_errors(
    table: &ParameterTable,
    vcov: &Matrix,
    defined: &DefinedParameters,
    theta: &[f64],
) -> Vec<Option<f64>> {
    let root = |variance: f64| (variance > 0.0).then(|| variance.sqrt());
    let mut errors: Vec<Option<f64>> = table.rows.iter().map(|row| root(vcov[(row.free?, row.free?)])).collect();
    for (row, gradient) in defined.gradients(theta) {
        errors[row] = gradient.and_then(|gradient| {
            let product = vcov.times_vector(&gradient);
            root(gradient.iter().zip(&product).map(|(g, v)| g * v).sum())
        });
    }
    errors
}

/// The warning that names the parameters which cannot be estimated.
pub fn not_identified(table: &ParameterTable, parameters: &[usize], moments: usize, free: usize) -> Warning {
    let concerned = |row: &&Row| row.free.is_some_and(|k| parameters.contains(&k));
    let names: Vec<String> = table.rows.iter().filter(concerned).map(|row| name_of(table, row)).collect();
    let reason = if free > moments {
        format!("it has {free} free parameters but only {moments} moments to estimate them from")
    } else {
        "some of its parameters can be changed together without any change in the fit".to_string()
    };
    Warning {
        code: WarningCode::NotIdentified,
        text: format!(
            "the model is not identified: {reason}. There are no standard errors. Fix or constrain one of: {}",
            names.join(", ")
        ),
        subjects: names,
    }
}

/// A row as its formula, with group and level where there are several.
fn name_of(table: &ParameterTable, row: &Row) -> String {
    let group = table.blocks.iter().any(|block| block.group > 1).then(|| format!("group {}", row.group));
    let level = table.blocks.iter().any(|block| block.level > 1).then(|| format!("level {}", row.level));
    let place: Vec<String> = group.into_iter().chain(level).collect();
    if place.is_empty() { formula_of(row) } else { format!("{} ({})", formula_of(row), place.join(", ")) }
}

/// θ that stand out in the given directions: within a tenth of the largest weight.
fn parameters_in(vectors: &Matrix, directions: &[usize], constraints: &EqualityConstraints) -> Vec<usize> {
    let mut found = vec![false; constraints.basis.rows()];
    for &direction in directions {
        let weights: Vec<f64> = (0..vectors.rows()).map(|i| vectors[(i, direction)]).collect();
        let largest = weights.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
        for (i, _) in weights.iter().enumerate().filter(|(_, w)| w.abs() > 0.1 * largest) {
            for (k, found) in found.iter_mut().enumerate() {
                *found |= constraints.basis[(k, i)] != 0.0;
            }
        }
    }
    (0..found.len()).filter(|k| found[*k]).collect()
}
