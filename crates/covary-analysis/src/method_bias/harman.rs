//! Harman's single factor: the first unrotated component, and a model of one factor.

use covary_data::Dataset;
use covary_numerics::{Matrix, linalg};
use covary_sem::{
    Data, Fit, FitReport, Settings,
    comparison::{DifferenceSettings, difference_test},
};

use super::{ConstructVif, MethodBias, SingleFactor};
use crate::AnalysisError;

/// Signs of common method variance.
///
/// `correlations`: of all items; `measurement`: the measurement model and its fit, fitted under `settings`.
pub fn method_bias(
    dataset: &Dataset,
    items: &[String],
    correlations: &Matrix,
    measurement: &Fit,
    settings: &Settings,
    vif: Vec<ConstructVif>,
) -> Result<MethodBias, AnalysisError> {
    let eigen = linalg::symmetric_eigen(correlations).map(|e| e.values);
    let share = eigen.as_ref().and_then(|values| Some(100.0 * values.first()? / items.len() as f64));
    Ok(MethodBias {
        first_component_percent: share,
        components_above_one: eigen.map(|values| values.iter().filter(|v| **v > 1.0).count()),
        single_factor: single_factor(dataset, items, measurement, settings)?,
        vif,
    })
}

/// `None` with fewer than four items: three are fitted perfectly.
fn single_factor(
    dataset: &Dataset,
    items: &[String],
    measurement: &Fit,
    settings: &Settings,
) -> Result<Option<SingleFactor>, AnalysisError> {
    if items.len() < 4 {
        return Ok(None);
    }
    let factor = unused_name(items);
    let model = covary_sem::parse(&format!("{factor} =~ {}", items.join(" + ")))?;
    let fit = covary_sem::fit(&model, &Data::Cases(dataset), settings)?;
    let report = FitReport::new(&fit);
    let difference = Some(measurement)
        .filter(|measurement| fit.converged() && measurement.converged())
        .and_then(|measurement| difference_test(&fit, measurement, DifferenceSettings::default()).ok());
    let reported = |name: &str| report.measure(&report.reported(name).of(name));
    Ok(Some(SingleFactor {
        converged: fit.converged(),
        chisq: reported("chisq"),
        df: reported("df"),
        cfi: reported("cfi"),
        rmsea: reported("rmsea"),
        srmr: report.measure("srmr"),
        chisq_difference: difference.as_ref().and_then(|test| test.chisq_diff),
        df_difference: difference.as_ref().map(|test| test.df_diff),
        difference_p: difference.and_then(|test| test.pvalue),
    }))
}

fn unused_name(items: &[String]) -> String {
    let mut name = "common".to_string();
    while items.contains(&name) {
        name.push('_');
    }
    name
}
