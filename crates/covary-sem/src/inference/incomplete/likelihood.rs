//! Log-likelihoods and the baseline's χ² from cases with missing values.

use covary_numerics::{Matrix, linalg::Cholesky};

use crate::{
    ParameterTable, Sample, Settings,
    estimators::{SampleMoments, Scratch, fiml},
    sample::{BlockSample, Patterns, incomplete, saturated},
    settings::MissingValues,
};

/// Σ_r n_r [ln |Σ_oo| + tr(S_r Σ_oo⁻¹) + δ'Σ_oo⁻¹δ] at any moments; −2 log L less the constant in 2π.
///
/// `None` where a sub-block of Σ is not positive definite.
pub fn deviance(patterns: &Patterns, mean: &[f64], covariance: &Matrix) -> Option<f64> {
    let p = patterns.variables;
    let sample = SampleMoments::zeros(p, true).by_pattern(Some(patterns));
    let (mut omega, mut on_mean) = (vec![0.0; p * p], vec![0.0; p]);
    let mut scratch = Scratch::new(p, 0);
    let value = fiml::value_and_gradient(&sample, covariance.values(), mean, &mut omega, &mut on_mean, &mut scratch);
    (!value.is_nan()).then_some(patterns.cases * value)
}

/// Log-likelihood of the model and of the saturated model; those of fixed x subtracted from both.
///
/// log L = −½ Σ_r n_r [|o| ln 2π + ln |Σ_oo| + tr Σ_oo⁻¹(S_r + δδ')], of x −n/2 (p_x ln 2π + ln |S_x| + p_x). With
/// complete x that is their log-likelihood. Incomplete ones stay with missing = "ml.x" alone, and then neither figure is
/// a likelihood of the others given x: as in lavaan 0.6-14, S_x is that of the saturated model for the model, and that of
/// pairs times (N − 1)/N for the saturated model.
pub fn log_likelihoods(table: &ParameterTable, sample: &Sample, discrepancies: &[f64]) -> Option<(f64, f64)> {
    let (mut model, mut saturated) = (0.0, 0.0);
    for (block, discrepancy) in discrepancies.iter().enumerate() {
        let own = &sample.blocks[block];
        let patterns = own.patterns.as_ref()?;
        let values: f64 = patterns.list.iter().map(|pattern| pattern.cases * pattern.observed.len() as f64).sum();
        let constant = values * (2.0 * std::f64::consts::PI).ln();
        let best = -0.5 * (constant + deviance(patterns, own.mean.as_ref()?, &own.covariance)?);
        let x = incomplete::fixed_x(table, block);
        saturated += best - of_x(own, &incomplete::pairwise_of(own.rows.as_ref()?, &own.row_weights()?, &x)?)?;
        model += best - 0.5 * patterns.cases * discrepancy - of_x(own, &own.covariance.select(&x, &x))?;
    }
    Some((model, saturated))
}

/// −n/2 (p_x ln 2π + ln |S_x| + p_x); 0 without x.
fn of_x(block: &BlockSample, covariance: &Matrix) -> Option<f64> {
    let p = covariance.rows() as f64;
    if covariance.rows() == 0 {
        return Some(0.0);
    }
    let log_determinant = Cholesky::new(covariance)?.log_determinant();
    Some(-0.5 * block.weighted_cases() * (p * (2.0 * std::f64::consts::PI).ln() + log_determinant + p))
}

/// χ² of the baseline of one block: each variable by its available cases, `x` together by their own saturated model.
///
/// Beside auxiliary variables, which stand behind the first `modelled` ones, everything that touches them is free.
/// With missing = "ml.x" x stand at the available means and the pairs' covariances, as in lavaan 0.6-14.
/// `None` where a covariance matrix is not positive definite.
pub fn baseline_statistic(block: &BlockSample, modelled: usize, x: &[usize], settings: &Settings) -> Option<f64> {
    let patterns = block.patterns.as_ref()?;
    let saturated = || deviance(patterns, block.mean.as_ref()?, &block.covariance);
    if modelled < patterns.variables {
        let own = saturated::uncorrelated(patterns, modelled, x)?;
        return Some(deviance(patterns, &own.mean, &own.covariance)? - saturated()?);
    }
    let alone = patterns.by_variable();
    let y = (0..patterns.variables).filter(|j| !x.contains(j));
    let of_y: f64 = y.map(|j| alone[j].cases * (alone[j].variance.ln() + 1.0)).sum();
    let of_x = if x.is_empty() {
        0.0
    } else {
        let (mean, covariance) = if settings.missing == MissingValues::MlX {
            let pairs = incomplete::pairwise_of(block.rows.as_ref()?, &block.row_weights()?, x)?;
            (x.iter().map(|&j| alone[j].mean).collect(), pairs)
        } else {
            moments_of_x(block, x)?
        };
        deviance(&patterns.of_variables(x), &mean, &covariance)?
    };
    Some(of_y + of_x - saturated()?)
}

/// Means and covariances of `x` by the saturated model of these variables alone, from their own available cases.
///
/// `None` where they do not exist.
pub fn moments_of_x(block: &BlockSample, x: &[usize]) -> Option<(Vec<f64>, Matrix)> {
    let own = block.patterns.as_ref()?.of_variables(x);
    let mean: Vec<f64> = block.mean.as_ref().map(|mean| x.iter().map(|&j| mean[j]).collect())?;
    let covariance = block.covariance.select(x, x);
    if own.is_complete() && own.cases == block.patterns.as_ref()?.cases {
        return Some((mean, covariance));
    }
    let moments = saturated::saturated_from(&own, Some((&mean, &covariance)))?;
    Some((moments.mean, moments.covariance))
}
