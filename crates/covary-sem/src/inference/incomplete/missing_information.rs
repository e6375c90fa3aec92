//! The fraction of missing information of each parameter.

use covary_numerics::Matrix;

use crate::{
    Fit, Settings,
    estimate::{Objective, defined::RowEstimates},
    estimators::Estimator,
    inference::{Solution, standard_errors},
    settings::{Information, MissingValues, ObservedInformation, SaturatedAt, StandardErrors},
};

/// By row of the table, 1 − (variance of the estimate had the data been complete)/(its variance): how much of the
/// information about a parameter the gaps took.
///
/// The variance with complete data is taken at the same estimates with the moments of the saturated model, from the
/// information of the kind that the standard errors rest on (observed: the Hessian). It can be slightly negative: an
/// observed information is no bound of another. Of definitions by the delta method.
/// `None` with complete data, for fixed rows, and with standard errors other than the standard ones, as in lavaan.
///
/// # Source
/// Savalei and Rhemtulla (2012), Structural Equation Modeling 19.
pub fn fractions_of_missing_information(fit: &Fit) -> Vec<Option<f64>> {
    let none = || vec![None; fit.table.rows.len()];
    let incomplete = Estimator::of(&fit.settings, &fit.sample) == Estimator::Fiml;
    if !incomplete || fit.settings.se != Some(StandardErrors::Standard) || fit.vcov.is_none() {
        return none();
    }
    let Some(information) = information_of_complete_data(fit) else { return none() };
    let Ok(vcov) = standard_errors::vcov(&information, &fit.constraints, fit.cases() as f64) else { return none() };
    let rows = RowEstimates::new(&fit.table);
    let complete = standard_errors::standard_errors(&fit.table, &vcov, rows.defined(), &fit.theta);
    let fraction =
        |(own, complete): (&Option<f64>, &Option<f64>)| Some(1.0 - (complete.as_ref()? / own.as_ref()?).powi(2));
    fit.standard_errors.iter().zip(&complete).map(fraction).collect()
}

fn information_of_complete_data(fit: &Fit) -> Option<Matrix> {
    let hessian = fit.settings.observed_information[0] != Some(ObservedInformation::H1);
    if fit.settings.information == Some(Information::Observed) && hessian {
        return Objective::<f64>::new(&fit.matrices, Estimator::Ml, &fit.sample)?.hessian(&fit.theta);
    }
    // Listwise, the sample's moments are taken for those of complete data, which they are here to be.
    let settings = Settings { missing: MissingValues::Listwise, ..fit.settings.clone() };
    let solution = Solution { settings: &settings, ..fit.solution()? };
    match fit.settings.information {
        Some(Information::Observed) => solution.observed_saturated(SaturatedAt::Structured),
        // What cases would have been cannot be known, and so not their cross-products.
        Some(Information::FirstOrder) => None,
        _ => solution.expected(SaturatedAt::Structured),
    }
}
