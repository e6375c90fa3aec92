//! Wald tests: whether constraints that the model does not impose would hold.

use covary_numerics::{Matrix, distributions::chi_squared_sf, linalg};

use crate::{
    Fit, Operator, ParameterTable, SemError,
    estimate::defined::{Formula, Names},
    fit::TestStatistic,
    syntax::{Expression, parse},
};

/// An eigenvalue of the covariance matrix of the constraints, its diagonal brought to ones, counts as 0 below this.
const NO_VARIANCE: f64 = 1e-10;

/// A Wald test of one or several constraints together (lavaan's lavTestWald()).
#[derive(Clone, Debug, PartialEq)]
pub struct WaldTest {
    /// The constraints as they were given, one after the other.
    pub constraints: Vec<String>,
    /// r, the left side minus the right at the estimates, of each constraint.
    pub differences: Vec<f64>,
    /// χ² on the number of independent constraints; `None` where the constraints contradict each other or the model,
    /// and where the estimates have no covariance matrix.
    pub test: Option<TestStatistic>,
}

/// The Wald tests that the settings of a fit ask for, one for each text of constraints.
///
/// W = r'(R vcov R')⁻¹r, R = ∂r/∂θ' at the estimates, exactly; vcov as the standard errors have it, robust ones too.
///
/// Constraints that repeat others, or that the model imposes already, add no degree of freedom.
///
/// # Source
/// Wald (1943). lavaan 0.6-14 takes R from numeric derivatives.
pub fn wald_tests(fit: &Fit) -> Vec<WaldTest> {
    fit.settings.wald.iter().filter_map(|text| Some(wald_test(fit, &stated(&fit.table, text).ok()?))).collect()
}

/// Refuses constraints that cannot be tested, before anything is estimated.
///
/// # Errors
/// [`SemError::Option`] for text that cannot be read, holds no equality, or names what the model lacks.
pub fn check(table: &ParameterTable, texts: &[String]) -> Result<(), SemError> {
    texts.iter().try_for_each(|text| stated(table, text).map(|_| ()))
}

/// A constraint: its text, and left minus right.
type Stated = (String, Expression);

fn stated(table: &ParameterTable, text: &str) -> Result<Vec<Stated>, SemError> {
    let refuse = |reason: String| SemError::Option(format!("wald: {reason}"));
    let formulas = parse(text).map_err(|error| refuse(error.to_string()))?;
    if let Some(element) = formulas.elements.first() {
        return Err(refuse(format!("\"{}\" is no constraint; write one such as a == b", element.shown())));
    }
    if let Some(definition) = formulas.definitions.first() {
        return Err(refuse(format!("\"{} := …\" is no constraint; define it in the model", definition.name)));
    }
    if formulas.constraints.is_empty() {
        return Err(refuse(format!("\"{text}\" has no constraint; write one such as a == b")));
    }
    let names = Names::new(table);
    let mut constraints = Vec::new();
    for constraint in formulas.constraints {
        let written = format!("{} {} {}", constraint.lhs_written, constraint.op, constraint.rhs_written);
        if constraint.op != Operator::Equal {
            return Err(refuse(format!("\"{written}\" is an inequality; a Wald test takes equalities (==)")));
        }
        let difference = Expression::Binary(Box::new(constraint.lhs), '-', Box::new(constraint.rhs));
        if let Some(unknown) = difference.names().into_iter().find(|name| !names.knows(name)) {
            return Err(refuse(format!("\"{written}\" names {unknown}; {}", known(&names, unknown))));
        }
        constraints.push((written, difference));
    }
    Ok(constraints)
}

/// The nearest of the labels, or all of them, or how to get one.
fn known(names: &Names, unknown: &str) -> String {
    let labels = names.labels();
    let nearest = labels
        .iter()
        .map(|label| (strsim::jaro_winkler(label, unknown), label))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((_, label)) => format!("did you mean {label}?"),
        None if labels.is_empty() => "the model has no labels: a*x in a formula gives its parameter the label a".into(),
        None => format!("the model has {}", labels.join(", ")),
    }
}

fn wald_test(fit: &Fit, constraints: &[Stated]) -> WaldTest {
    let names = Names::new(&fit.table);
    let formulas: Option<Vec<Formula>> = constraints.iter().map(|(_, difference)| names.formula(difference)).collect();
    let formulas = formulas.unwrap_or_default();
    let differences: Vec<f64> = formulas.iter().filter_map(|formula| formula.evaluate(&|k| fit.theta[k])).collect();
    let test = fit.vcov.as_ref().and_then(|vcov| {
        let jacobian = jacobian(&formulas, &fit.theta)?;
        of_differences(&differences, &jacobian.times(vcov).times(&jacobian.transpose()))
    });
    WaldTest { constraints: constraints.iter().map(|(text, _)| text.clone()).collect(), differences, test }
}

/// Derivatives of formulas with respect to θ, one row for each. `None` where one does not exist.
pub(crate) fn jacobian(formulas: &[Formula], theta: &[f64]) -> Option<Matrix> {
    let mut jacobian = Matrix::zeros(formulas.len(), theta.len());
    for (row, formula) in formulas.iter().enumerate() {
        for (k, derivative) in formula.gradient(theta)?.1 {
            jacobian[(row, k)] = derivative;
        }
    }
    Some(jacobian)
}

/// r'C⁻r on the rank of C. `None` where r is not 0 in a direction in which C is.
fn of_differences(differences: &[f64], covariance: &Matrix) -> Option<TestStatistic> {
    let usable = differences.iter().chain(covariance.values()).all(|value| value.is_finite());
    let variances = covariance.diagonal();
    // What the model fixes has no variance; it is no obstacle where the constraint holds anyway.
    let varying: Vec<usize> = (0..differences.len()).filter(|k| variances[*k] > 0.0).collect();
    let holds = |k: usize| differences[k].abs() < 1e-8;
    if !usable || (0..differences.len()).any(|k| !varying.contains(&k) && !holds(k)) {
        return None;
    }
    let scaled = Matrix::from_fn(varying.len(), varying.len(), |i, j| {
        covariance[(varying[i], varying[j])] / (variances[varying[i]] * variances[varying[j]]).sqrt()
    });
    let z: Vec<f64> = varying.iter().map(|&k| differences[k] / variances[k].sqrt()).collect();
    let eigen = linalg::symmetric_eigen(&scaled)?;
    let (mut statistic, mut df) = (0.0, 0);
    for (k, value) in eigen.values.iter().enumerate() {
        let along: f64 = z.iter().enumerate().map(|(i, z)| z * eigen.vectors[(i, k)]).sum();
        if *value > NO_VARIANCE {
            statistic += along * along / value;
            df += 1;
        } else if along.abs() > 1e-5 {
            return None;
        }
    }
    let p_value = (df > 0).then(|| chi_squared_sf(statistic, df as f64));
    (df > 0).then_some(TestStatistic { statistic, df: df as f64, p_value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_constraints_add_no_degree_of_freedom() {
        let covariance = Matrix::from_values(2, 2, vec![4.0, 4.0, 4.0, 4.0]).expect("a matrix");
        let test = of_differences(&[3.0, 3.0], &covariance).expect("a test");
        assert!((test.statistic - 2.25).abs() < 1e-12);
        assert_eq!(test.df, 1.0);
        assert_eq!(of_differences(&[3.0, 2.0], &covariance), None, "a == 0 and a == 1 contradict each other");
    }

    #[test]
    fn what_the_model_fixes_holds_or_has_no_test() {
        let covariance = Matrix::from_values(2, 2, vec![4.0, 0.0, 0.0, 0.0]).expect("a matrix");
        assert_eq!(of_differences(&[2.0, 0.0], &covariance).map(|test| test.df), Some(1.0));
        assert_eq!(of_differences(&[2.0, 1.0], &covariance), None);
        assert_eq!(of_differences(&[f64::NAN, 1.0], &covariance), None);
    }
}
