//! The search for each kind of estimator: once, or again and again where its weight follows the estimates.

use covary_numerics::{linalg, minimise::Ending};

use super::{EqualityConstraints, Estimates, Objective, estimate};
use crate::{
    ParameterTable, Sample, Settings,
    estimators::{Estimator, Weight},
    sample::{
        fourth_moments::gamma_of,
        weights::{choices, mixture},
    },
};

/// Scoring steps of DLS, each with V at the estimates of the one before.
const MOST_ROUNDS: usize = 500;
/// Largest change of an estimate, relative to it, at which DLS has settled.
const SETTLED: f64 = 1e-11;

/// Minimises f from starting values; DLS with V at the model is solved as Δ'V(θ)d = 0 by holding V at the last estimates.
///
/// Unweighted least squares is searched in units in which the mean variance is 1, so that tolerances mean the same in any
/// unit. The weights that DLS ends with are left in `sample`. `None` where the model has no moments at any start.
pub fn find(
    objective: &mut Objective<f64>,
    constraints: &EqualityConstraints,
    table: &ParameterTable,
    sample: &mut Sample,
    settings: &Settings,
) -> Option<Estimates> {
    let most = settings.max_iterations;
    if objective.estimator() == Estimator::Dls && settings.estimator_args.dls_f_times_n_minus_1 {
        let total = sample.cases() as f64;
        objective.set_weights(sample.blocks.iter().map(|block| (block.weighted_cases() - 1.0) / total));
    }
    match objective.estimator() {
        Estimator::Uls => {
            for block in &mut objective.samples {
                block.weight = search_weight(sample, block.p, table.meanstructure);
            }
            let found = estimate(objective, constraints, table, sample, most)?;
            objective.samples.iter_mut().for_each(|block| block.weight = Weight::None);
            let value = objective.evaluate(&found.theta, &mut vec![0.0; found.theta.len()])?;
            Some(Estimates { objective: value, ..found })
        }
        Estimator::Dls if settings.estimator_args.dls_gamma_of_model => {
            let mut found = estimate(objective, constraints, table, sample, most)?;
            let weights = super::objective::discrepancy_weights(Estimator::Dls, sample);
            let mut settled = false;
            for _ in 0..MOST_ROUNDS {
                reweight(objective, table, sample, settings, &found.theta)?;
                let step = scoring_step(objective, constraints, &weights, &found.theta)?;
                let change = |(theta, step): (&f64, &f64)| step.abs() / theta.abs().max(1e-3);
                settled = found.theta.iter().zip(&step).map(change).fold(0.0, f64::max) < SETTLED;
                found.theta.iter_mut().zip(&step).for_each(|(theta, step)| *theta += step);
                found.iterations += 1;
                if settled {
                    break;
                }
            }
            if !settled {
                found.ending = Ending::NoProgress;
            }
            let value = objective.evaluate(&found.theta, &mut vec![0.0; found.theta.len()])?;
            Some(Estimates { objective: value, ..found })
        }
        _ => estimate(objective, constraints, table, sample, most),
    }
}

/// −K(K'IK)⁻¹K'g with V where it is. `None` where the information is singular.
fn scoring_step(
    objective: &mut Objective<f64>,
    constraints: &EqualityConstraints,
    weights: &[f64],
    theta: &[f64],
) -> Option<Vec<f64>> {
    let mut gradient = vec![0.0; theta.len()];
    objective.evaluate(theta, &mut gradient)?;
    let information = constraints.reduce_information(&objective.information(theta, weights)?);
    let mut reduced = vec![0.0; constraints.reduced()];
    constraints.reduce_gradient(&gradient, &mut reduced);
    let step = linalg::solve(&information, &reduced)?;
    Some(constraints.basis.times_vector(&step).iter().map(|step| -step).collect())
}

/// The weight with which a block of a (re)sample is searched; of unweighted least squares the identity over the square of
/// the sample's mean variance.
pub fn search_weight(sample: &Sample, p: usize, meanstructure: bool) -> Weight<f64> {
    Weight::Diagonal(vec![1.0 / unit_of(sample); moments_of(p, meanstructure)])
}

fn moments_of(p: usize, means: bool) -> usize {
    p * (p + 1) / 2 + if means { p } else { 0 }
}

/// The square of the mean variance over all blocks.
fn unit_of(sample: &Sample) -> f64 {
    let variances: Vec<f64> = sample.blocks.iter().flat_map(|block| block.covariance.diagonal()).collect();
    let mean = variances.iter().sum::<f64>() / variances.len().max(1) as f64;
    if mean > 0.0 { mean * mean } else { 1.0 }
}

/// V = (aΓ_NT(Σ(θ)) + (1 − a)Γ̂)⁻¹.
fn reweight(
    objective: &mut Objective<f64>,
    table: &ParameterTable,
    sample: &mut Sample,
    settings: &Settings,
    theta: &[f64],
) -> Option<()> {
    let a = settings.estimator_args.dls_a;
    let matrices = objective.matrices();
    let exogenous = objective.exogenous.clone();
    for (block, own) in sample.blocks.iter_mut().enumerate() {
        let implied = matrices.matrices(block, theta, &exogenous)?.covariance;
        own.weight = if a == 1.0 {
            Weight::normal_theory(&implied)?
        } else {
            mixture(a, &implied, &gamma_of(own, &[], choices(settings, table.meanstructure))?, table.meanstructure)?
        };
        objective.samples[block].weight = own.weight.clone();
    }
    Some(())
}
