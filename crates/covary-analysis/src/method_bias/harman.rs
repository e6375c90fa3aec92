//! Harman's single factor: the first unrotated component, and a model of one factor.

use covary_data::Dataset;
use covary_numerics::{Matrix, distributions::chi_squared_sf, linalg};
use covary_sem::{Data, Fit, FitReport, Settings};

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
    let tests = fit.test.zip(measurement.test).filter(|_| fit.converged() && measurement.converged());
    let difference = tests.map(|(one, many)| (one.statistic - many.statistic, one.df - many.df)).filter(|d| d.1 > 0.0);
    Ok(Some(SingleFactor {
        converged: fit.converged(),
        chisq: report.measure("chisq"),
        df: report.measure("df"),
        cfi: report.measure("cfi"),
        rmsea: report.measure("rmsea"),
        srmr: report.measure("srmr"),
        chisq_difference: difference.map(|d| d.0),
        df_difference: difference.map(|d| d.1),
        difference_p: difference.map(|(chisq, df)| chi_squared_sf(chisq.max(0.0), df)),
    }))
}

fn unused_name(items: &[String]) -> String {
    let mut name = "common".to_string();
    while items.contains(&name) {
        name.push('_');
    }
    name
}
