//! Log-likelihoods and the baseline's χ² from cases with missing values.

use covary_numerics::{Matrix, linalg::Cholesky};

use crate::{
    ParameterTable, Sample,
    estimators::{SampleMoments, Scratch, fiml},
    sample::{BlockSample, Patterns, incomplete},
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
        saturated += best - of_x(own, &incomplete::pairwise_of(own.rows.as_ref()?, &x)?)?;
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

/// χ² of the baseline of one block: each variable by its available cases, `x` together at the moments of the saturated
/// model.
///
/// `None` where a covariance matrix is not positive definite.
pub fn baseline_statistic(block: &BlockSample, x: &[usize]) -> Option<f64> {
    let patterns = block.patterns.as_ref()?;
    let mean = block.mean.as_ref()?;
    let alone = patterns.by_variable();
    let y = (0..patterns.variables).filter(|j| !x.contains(j));
    let of_y: f64 = y.map(|j| alone[j].cases * (alone[j].variance.ln() + 1.0)).sum();
    let of_x = if x.is_empty() {
        0.0
    } else {
        let mean: Vec<f64> = x.iter().map(|&j| mean[j]).collect();
        deviance(&patterns.of_variables(x), &mean, &block.covariance.select(x, x))?
    };
    Some(of_y + of_x - deviance(patterns, mean, &block.covariance)?)
}
