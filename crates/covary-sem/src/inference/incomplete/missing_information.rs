//! The fraction of missing information of each parameter.

use covary_numerics::Matrix;

use crate::{
    Fit,
    estimate::Objective,
    estimators::Estimator,
    inference::standard_errors,
    settings::{Information, SaturatedAt, StandardErrors},
};

/// By row of the table, 1 − (variance of the estimate had the data been complete)/(its variance): how much of the
/// information about a parameter the gaps took.
///
/// The variance with complete data is taken at the same estimates with the moments of the saturated model, from the
/// information of the kind that the standard errors rest on (observed: the Hessian). It can be slightly negative: an
/// observed information is no bound of another. `None` with complete data, for fixed rows and definitions, and with
/// standard errors other than the standard ones, as in lavaan.
///
/// # Source
/// Savalei and Rhemtulla (2012), Structural Equation Modeling 19.
pub fn fractions_of_missing_information(fit: &Fit) -> Vec<Option<f64>> {
    let none = || vec![None; fit.table.rows.len()];
    let incomplete = Estimator::of(&fit.settings, &fit.sample) == Estimator::Fiml;
    if !incomplete || fit.settings.se != Some(StandardErrors::Standard) {
        return none();
    }
    let (Some(vcov), Some(information)) = (&fit.vcov, information_of_complete_data(fit)) else { return none() };
    let Ok(complete) = standard_errors::vcov(&information, &fit.constraints, fit.cases() as f64) else {
        return none();
    };
    let fraction = |k: usize| (vcov[(k, k)] > 0.0).then(|| 1.0 - complete[(k, k)] / vcov[(k, k)]);
    fit.table.rows.iter().map(|row| fraction(row.free?)).collect()
}

fn information_of_complete_data(fit: &Fit) -> Option<Matrix> {
    if fit.settings.information == Some(Information::Expected) {
        let mut settings = fit.settings.clone();
        settings.missing = crate::settings::MissingValues::Listwise;
        let mut solution = fit.solution()?;
        solution.settings = &settings;
        return solution.expected(SaturatedAt::Structured);
    }
    Objective::<f64>::new(&fit.matrices, Estimator::Ml, &fit.sample)?.hessian(&fit.theta)
}
