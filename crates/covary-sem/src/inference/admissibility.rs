//! Whether a solution is admissible: no negative variance, all covariance matrices positive (semi)definite.

use covary_numerics::{Matrix, linalg};

use crate::{
    Operator, ParameterTable, Warning,
    estimate::Restrictions,
    fit::ImpliedMoments,
    model_matrices::{BlockLayout, BlockMatrices, ModelMatrices},
    parameter_table::Block,
    warning::WarningCode,
};

/// An eigenvalue of a correlation matrix below this is negative; what is above is rounding of 0.
const NEGATIVE: f64 = -1e-9;

/// What is inadmissible in the matrices at θ; empty when nothing is.
pub fn problems(
    table: &ParameterTable,
    matrices: &ModelMatrices,
    estimates: &[Option<f64>],
    values: &[BlockMatrices],
) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = negative_variances(table, estimates).into_iter().collect();
    for (index, ((layout, values), block)) in matrices.blocks.iter().zip(values).zip(&table.blocks).enumerate() {
        warnings.extend(latent_not_positive_definite(layout, values, block));
        warnings.extend(residual_not_positive_definite(layout, values, block, table.modelled(index)));
        warnings.extend(unstable(layout, values, block));
    }
    warnings.extend((0..table.blocks.len().min(values.len())).flat_map(|block| {
        let at = |name: &str| total_variance(&matrices.blocks[block], &values[block], name);
        weak_markers(table, estimates, block, &at)
    }));
    warnings
}

/// The estimates at their bounds and the inequalities that hold as equations, by position among the restrictions.
pub fn at_bounds(table: &ParameterTable, restrictions: &Restrictions, active: &[usize]) -> Option<Warning> {
    let subjects: Vec<String> = active.iter().map(|i| restrictions.text(*i, table)).collect();
    let constraints = active.iter().any(|i| !restrictions.rest[*i].is_bound());
    (!subjects.is_empty()).then(|| Warning {
        code: WarningCode::AtBound,
        text: format!(
            "at the estimates {} {} on the boundary. Standard errors {}; χ² and tests of such a parameter follow a mixture \
             of distributions, so that their p is approximate",
            subjects.iter().map(|subject| format!("\"{subject}\"")).collect::<Vec<_>>().join(", "),
            if subjects.len() == 1 { "lies" } else { "lie" },
            if constraints { "take active constraints as equations" } else { "take no account of bounds" },
        ),
        subjects,
    })
}

/// The largest modulus of an eigenvalue of B. `None` without a loop.
pub fn stability_index(layout: &BlockLayout, values: &BlockMatrices) -> Option<f64> {
    if !layout.has_loops() {
        return None;
    }
    linalg::eigenvalue_moduli(&values.regressions)?.first().copied()
}

/// Whether variances and latent covariance matrices are all right: with Θ, the quick form of [`problems`].
///
/// `variances`: rows of (residual) variances.
pub(crate) fn is_admissible(variances: &[usize], estimates: &[Option<f64>], implied: &[ImpliedMoments]) -> bool {
    variances.iter().all(|row| estimates[*row].is_none_or(|value| value >= 0.0))
        && implied.iter().all(|moments| is_semidefinite(&moments.latent_covariance))
}

/// Rows that hold a (residual) variance.
pub(crate) fn variance_rows(table: &ParameterTable) -> Vec<usize> {
    let variance = |row: &crate::Row| row.op == Operator::Covariance && row.lhs == row.rhs && row.group > 0;
    table.rows.iter().enumerate().filter(|(_, row)| variance(row)).map(|(k, _)| k).collect()
}

fn negative_variances(table: &ParameterTable, estimates: &[Option<f64>]) -> Option<Warning> {
    let negative: Vec<usize> =
        variance_rows(table).into_iter().filter(|row| estimates[*row].is_some_and(|value| value < 0.0)).collect();
    let subjects: Vec<String> = negative.iter().map(|row| of_group(table, *row)).collect();
    (!subjects.is_empty()).then(|| Warning {
        code: WarningCode::NegativeVariance,
        text: format!(
            "the estimated variance of {} is negative (a Heywood case): the solution is not admissible. The sample may be \
             too small, a factor may have too few indicators, or the model may be wrong; do not interpret it as it stands. \
             If its interval reaches 0 the cause may be chance: bounds = \"pos.var\" holds it at 0 and shows what that \
             costs in fit",
            subjects.join(", ")
        ),
        subjects,
    })
}

fn of_group(table: &ParameterTable, row: usize) -> String {
    let row = &table.rows[row];
    let group = table.blocks.iter().any(|block| block.group > 1).then(|| format!("group {}", row.group));
    let level = table.blocks.iter().any(|block| block.level > 1).then(|| format!("level {}", row.level));
    let place: Vec<String> = group.into_iter().chain(level).collect();
    if place.is_empty() { row.lhs.clone() } else { format!("{} ({})", row.lhs, place.join(", ")) }
}

fn latent_not_positive_definite(layout: &BlockLayout, values: &BlockMatrices, block: &Block) -> Option<Warning> {
    let own: Vec<usize> = (0..layout.latent.len()).filter(|j| layout.stands_for[*j].is_none()).collect();
    let covariance = values.latent_covariance.select(&own, &own);
    if is_semidefinite(&covariance) {
        return None;
    }
    let names: Vec<&str> = own.iter().map(|j| layout.latent[*j].as_str()).collect();
    let beyond = correlations_beyond_one(&covariance, &names);
    let dependent = named_in_direction(&covariance, &names);
    let what = if beyond.is_empty() {
        format!(
            "the covariance matrix of the latent variables{} is not positive definite: a combination of {} has a negative \
             variance",
            in_group(block),
            dependent.join(", ")
        )
    } else {
        format!("an estimated correlation of latent variables is beyond ±1{}: {}", in_group(block), beyond.join(", "))
    };
    Some(Warning {
        code: WarningCode::LatentNotPositiveDefinite,
        subjects: if beyond.is_empty() { dependent } else { beyond },
        text: format!(
            "{what}. Factors that cannot be told apart belong together, a factor that others determine may be left out, or \
             the model asks too much of the data"
        ),
    })
}

/// Of the model's own variables: covariances of auxiliary variables with residuals are no residual covariances.
fn residual_not_positive_definite(
    layout: &BlockLayout,
    values: &BlockMatrices,
    block: &Block,
    modelled: usize,
) -> Option<Warning> {
    let own: Vec<usize> = (0..modelled).collect();
    let residual = values.residual.select(&own, &own);
    if is_semidefinite(&residual) {
        return None;
    }
    let negative = residual.diagonal().iter().any(|value| *value < 0.0);
    let names: Vec<&str> = layout.observed.iter().map(String::as_str).collect();
    let beyond = correlations_beyond_one(&residual, &names);
    // A negative variance alone has been named already.
    if negative && beyond.is_empty() && is_diagonal(&residual) {
        return None;
    }
    Some(Warning {
        code: WarningCode::ResidualNotPositiveDefinite,
        text: format!(
            "the covariance matrix of the residuals{} is not positive definite{}",
            in_group(block),
            if beyond.is_empty() {
                String::new()
            } else {
                format!(": correlation beyond ±1 of {}", beyond.join(", "))
            }
        ),
        subjects: beyond,
    })
}

fn unstable(layout: &BlockLayout, values: &BlockMatrices, block: &Block) -> Option<Warning> {
    let index = stability_index(layout, values)?;
    (index >= 1.0).then(|| Warning {
        code: WarningCode::Unstable,
        subjects: vec![format!("{index:.3}")],
        text: format!(
            "the paths in a loop{} do not settle: the stability index is {index:.3}, it should be below 1; total and \
             indirect effects mean nothing",
            in_group(block)
        ),
    })
}

/// A standardized loading below this in size tells nothing about the factor whose unit it sets.
const WEAK: f64 = 0.1;

/// Factors whose one fixed loading is weak where another indicator is not.
fn weak_markers(
    table: &ParameterTable,
    estimates: &[Option<f64>],
    block: usize,
    variance: &dyn Fn(&str) -> Option<f64>,
) -> Vec<Warning> {
    let standardized = |row: usize| -> Option<f64> {
        let (factor, indicator) = (&table.rows[row].lhs, &table.rows[row].rhs);
        let ratio = variance(factor)? / variance(indicator)?;
        Some(estimates[row]? * ratio.sqrt()).filter(|loading| loading.is_finite())
    };
    let warning = |factor: &String| {
        let loadings: Vec<usize> = (0..table.rows.len())
            .filter(|k| {
                let row = &table.rows[*k];
                row.op == Operator::Measures && row.group > 0 && row.block == block && row.lhs == *factor
            })
            .collect();
        let fixed: Vec<usize> = loadings.iter().copied().filter(|k| table.rows[*k].free.is_none()).collect();
        let [marker] = fixed[..] else { return None };
        let own = standardized(marker)?;
        let strongest = loadings
            .iter()
            .filter_map(|k| Some((*k, standardized(*k)?)))
            .max_by(|left, right| left.1.abs().total_cmp(&right.1.abs()))?;
        let (other, better) = (&table.rows[strongest.0].rhs, strongest.1);
        let name = &table.rows[marker].rhs;
        (own.abs() < WEAK && better.abs() >= WEAK && estimates[marker] != Some(0.0)).then(|| Warning {
            code: WarningCode::WeakMarker,
            subjects: vec![factor.clone(), name.clone(), other.clone()],
            text: format!(
                "{factor}{} takes its unit from {name}, whose standardized loading is only {own:.3}: its other loadings and \
                 its variance are badly determined. Take {other} ({better:.3}) as marker: {factor} =~ NA*{name} + 1*{other} \
                 + …, or std.lv",
                in_group(&table.blocks[block])
            ),
        })
    };
    table.blocks[block].latent.iter().filter_map(warning).collect()
}

/// The implied variance of a latent or observed variable.
fn total_variance(layout: &BlockLayout, values: &BlockMatrices, name: &str) -> Option<f64> {
    let variance = match layout.latent_position(name) {
        Some(j) => values.latent_covariance[(j, j)],
        None => {
            let i = layout.observed_position(name)?;
            values.covariance[(i, i)]
        }
    };
    Some(variance).filter(|variance| *variance > 0.0)
}

/// No eigenvalue of the correlation matrix is negative; rows with variance 0 left out, which covary with nothing.
pub(crate) fn is_semidefinite(covariance: &Matrix) -> bool {
    let variances = covariance.diagonal();
    if variances.iter().any(|variance| *variance < 0.0) {
        return false;
    }
    let positive: Vec<usize> = (0..variances.len()).filter(|i| variances[*i] > 0.0).collect();
    let Some(correlation) = covariance.select(&positive, &positive).to_correlation() else {
        return false;
    };
    // Positive definite is the rule; eigenvalues only where it fails.
    is_diagonal(&correlation)
        || linalg::Cholesky::new(&correlation).is_some()
        || linalg::symmetric_eigen(&correlation)
            .is_some_and(|eigen| eigen.values.iter().all(|eigenvalue| *eigenvalue >= NEGATIVE))
}

fn is_diagonal(matrix: &Matrix) -> bool {
    (0..matrix.rows()).all(|i| (0..i).all(|j| matrix[(i, j)] == 0.0))
}

/// The variables that stand out in the direction with the least variance; all where none can be found.
fn named_in_direction(covariance: &Matrix, names: &[&str]) -> Vec<String> {
    // In comparable units, if there are such.
    let comparable = covariance.to_correlation().unwrap_or_else(|| covariance.clone());
    let weights = linalg::symmetric_eigen(&comparable)
        .and_then(|eigen| Some(eigen.vectors.column(eigen.values.len().checked_sub(1)?)))
        .unwrap_or_else(|| vec![1.0; names.len()]);
    let largest = weights.iter().fold(0.0, |most: f64, weight| most.max(weight.abs()));
    let stands_out = |(_, weight): &(&&str, &f64)| weight.abs() > 0.2 * largest;
    names.iter().zip(&weights).filter(stands_out).map(|(name, _)| name.to_string()).collect()
}

fn correlations_beyond_one(covariance: &Matrix, names: &[&str]) -> Vec<String> {
    let mut beyond = Vec::new();
    for i in 0..covariance.rows() {
        for j in 0..i {
            if covariance[(i, j)].powi(2) > covariance[(i, i)] * covariance[(j, j)] * (1.0 + 1e-9)
                && covariance[(i, j)] != 0.0
            {
                beyond.push(format!("{} ~~ {}", names[j], names[i]));
            }
        }
    }
    beyond
}

fn in_group(block: &Block) -> String {
    let level = if block.level > 1 { format!(" at level {}", block.level) } else { String::new() };
    if block.group_label.is_empty() { level } else { format!("{level} in group \"{}\"", block.group_label) }
}
