//! χ² of a model and of its baseline, log-likelihoods, degrees of freedom.

use covary_numerics::{Matrix, distributions, linalg::Cholesky};

use super::{baseline::BaselineModel, incomplete, two_level};
use crate::{
    Likelihood, ParameterTable, Sample, Settings,
    estimate::{EqualityConstraints, Objective},
    estimators::Estimator,
    fit::TestStatistic,
    model_matrices::{BlockLayout, ModelMatrices},
    parameter_table::Block,
    sample::BlockSample,
};

/// Σ multiplier_g F_g, F_g the discrepancy of each block beyond the saturated model's.
///
/// The multiplier is n_g (normal), n_g − 1 (wishart, least squares) or n_g (N − G)/N (amos).
pub fn chi_squared(discrepancies: &[f64], sample: &Sample, settings: &Settings) -> f64 {
    let cases: Vec<f64> = sample.blocks.iter().map(BlockSample::weighted_cases).collect();
    chi_squared_of(discrepancies, &cases, sample.cases(), settings)
}

/// The same from what each block weighs, n_g, and all cases, N.
pub(crate) fn chi_squared_of(discrepancies: &[f64], weighted: &[f64], cases: usize, settings: &Settings) -> f64 {
    let terms = discrepancies.iter().zip(multipliers(weighted, cases, settings));
    terms.map(|(f, multiplier)| multiplier * f).sum()
}

/// A χ² with its upper tail; a χ² that rounding left below 0 is 0. No p with no degrees of freedom.
pub fn test_statistic(statistic: f64, df: i64) -> TestStatistic {
    let statistic = statistic.max(0.0);
    let p_value = (df > 0).then(|| distributions::chi_squared_sf(statistic, df as f64));
    TestStatistic { statistic, df: df as f64, p_value }
}

/// Moments − moments of fixed x − free rows + independent equality constraints.
pub fn degrees_of_freedom(matrices: &ModelMatrices, constraints: &EqualityConstraints) -> i64 {
    moments(matrices) as i64 - matrices.free as i64 + constraints.rank as i64
}

/// Number of moments that the model has to explain: those of fixed x do not count, a mean at two levels counts once, a
/// group's frequency does where it is modelled.
pub fn moments(matrices: &ModelMatrices) -> usize {
    let counts = |block: usize, variable: usize| matrices.meanstructure && !matrices.blocks[block].mean_above[variable];
    let of_block = |(block, layout): (usize, &BlockLayout)| {
        let p = layout.observed.len();
        p * (p + 1) / 2 + (0..p).filter(|variable| counts(block, *variable)).count()
    };
    let all: usize = matrices.blocks.iter().enumerate().map(of_block).sum();
    let fixed = matrices.exogenous.iter().filter(|m| m.other.is_some() || counts(m.block, m.variable)).count();
    all - fixed + matrices.frequencies.len()
}

/// The baseline model: variances and means free, covariances 0 except among x where `keeps_x` says so; with
/// `conditional.x` the slopes of all outcomes on x free.
///
/// Closed form: Σ multiplier_g (Σ_y ln s_jj + ln |S_x| − ln |S|), df Σ_g [p(p−1)/2 − p_x(p_x−1)/2]; conditional on x the
/// residual variances s_jj·x stand for s_jj, and df is Σ_g p_y(p_y−1)/2.
/// `None` where a covariance matrix is not positive definite, and with a single variable.
pub fn baseline(table: &ParameterTable, sample: &Sample, settings: &Settings, keeps_x: bool) -> Option<TestStatistic> {
    if sample.is_two_level() {
        return two_level::baseline(table, sample);
    }
    if Estimator::named(settings.estimator).is_least_squares() {
        return least_squares_baseline(table, sample, settings, keeps_x);
    }
    let by_pattern = Estimator::of(settings, sample) == Estimator::Fiml;
    let weighted: Vec<f64> = sample.blocks.iter().map(BlockSample::weighted_cases).collect();
    let of_blocks = multipliers(&weighted, sample.cases(), settings);
    let mut statistic = 0.0;
    let mut df = 0;
    let blocks = sample.blocks.iter().zip(&table.blocks).zip(of_blocks);
    for (index, ((block, variables), multiplier)) in blocks.enumerate() {
        let x = if keeps_x { positions_of_x(variables) } else { Vec::new() };
        let p = table.modelled(index);
        let given_x = settings.baseline_given_x();
        df += if given_x { pairs(p - x.len()) } else { pairs(p) - pairs(x.len()) };
        if by_pattern {
            statistic += incomplete::likelihood::baseline_statistic(block, p, &x, settings)?;
            continue;
        }
        let own = if given_x { slopes_and_residuals(&block.covariance, &x)?.1 } else { block.covariance.clone() };
        let y: f64 = (0..p).filter(|i| !x.contains(i)).map(|i| own[(i, i)].ln()).sum();
        statistic += multiplier
            * (y + log_determinant(&block.covariance, &x)? - Cholesky::new(&block.covariance)?.log_determinant());
    }
    (df > 0).then(|| test_statistic(statistic, df as i64))
}

fn least_squares_baseline(
    table: &ParameterTable,
    sample: &Sample,
    settings: &Settings,
    keeps_x: bool,
) -> Option<TestStatistic> {
    let sample = &super::baseline::sample_of_baseline(sample, settings, table.meanstructure)?;
    let model = BaselineModel::new(table, sample, settings, keeps_x)?;
    let df = model.degrees_of_freedom();
    let mut objective = Objective::<f64>::new(&model.matrices, Estimator::named(settings.estimator), sample)?;
    let discrepancies = objective.discrepancies(&model.theta)?;
    (df > 0).then(|| test_statistic(chi_squared(&discrepancies, sample, settings), df))
}

/// Log-likelihood of the model and of the saturated model; those of fixed x subtracted from both.
///
/// Σ_g −n_g/2 (p ln 2π + ln |Σ| + tr SΣ⁻¹ + δ'Σ⁻¹δ), S as used (n_g also with the S of wishart).
pub fn log_likelihoods(table: &ParameterTable, sample: &Sample, discrepancies: &[f64]) -> Option<(f64, f64)> {
    if sample.is_two_level() {
        return two_level::log_likelihoods(table, sample, discrepancies);
    }
    let mut model = 0.0;
    let mut saturated = 0.0;
    for ((block, variables), discrepancy) in sample.blocks.iter().zip(&table.blocks).zip(discrepancies) {
        let all: Vec<usize> = (0..block.covariance.rows()).collect();
        let x = if table.fixed_x { positions_of_x(variables) } else { Vec::new() };
        let half = 0.5 * block.weighted_cases();
        let best =
            -half * (saturated_discrepancy(&block.covariance, &all)? - saturated_discrepancy(&block.covariance, &x)?);
        saturated += best;
        model += best - half * discrepancy;
    }
    Some((model, saturated))
}

/// What the discrepancy of each block is multiplied by in the χ².
fn multipliers(weighted: &[f64], cases: usize, settings: &Settings) -> Vec<f64> {
    let total = cases as f64;
    let groups = weighted.len() as f64;
    let multiplier = |cases: f64| match Estimator::named(settings.estimator) {
        Estimator::Ml => match settings.conventions.likelihood {
            Likelihood::Normal => cases,
            Likelihood::Wishart => cases - 1.0,
            Likelihood::Amos => cases * (total - groups) / total,
        },
        Estimator::Dls if settings.estimator_args.dls_f_times_n_minus_1 => (cases - 1.0) * (cases - 1.0) / cases,
        _ => cases - 1.0,
    };
    weighted.iter().map(|cases| multiplier(*cases)).collect()
}

/// Slopes of all variables on x (p × p_x) and residual covariances given x (p × p): S_·x S_xx⁻¹, S − S_·x S_xx⁻¹ S_x·.
///
/// `None` where S_xx is singular.
pub(crate) fn slopes_and_residuals(covariance: &Matrix, x: &[usize]) -> Option<(Matrix, Matrix)> {
    let p = covariance.rows();
    let all: Vec<usize> = (0..p).collect();
    let inverse = if x.is_empty() { Matrix::zeros(0, 0) } else { Cholesky::new(&covariance.select(x, x))?.inverse() };
    let with_x = covariance.select(&all, x);
    let slopes = with_x.times(&inverse);
    let explained = slopes.times(&with_x.transpose());
    Some((slopes, Matrix::from_fn(p, p, |i, j| covariance[(i, j)] - explained[(i, j)])))
}

fn positions_of_x(block: &Block) -> Vec<usize> {
    (0..block.observed.len()).filter(|i| block.exogenous.contains(&block.observed[*i])).collect()
}

/// ln |S_x|, 0 without x.
fn log_determinant(covariance: &Matrix, x: &[usize]) -> Option<f64> {
    if x.is_empty() { Some(0.0) } else { Some(Cholesky::new(&covariance.select(x, x))?.log_determinant()) }
}

/// p ln 2π + ln |S| + p.
fn saturated_discrepancy(covariance: &Matrix, variables: &[usize]) -> Option<f64> {
    let p = variables.len() as f64;
    Some(p * (2.0 * std::f64::consts::PI).ln() + log_determinant(covariance, variables)? + p)
}

fn pairs(p: usize) -> usize {
    p * p.saturating_sub(1) / 2
}
