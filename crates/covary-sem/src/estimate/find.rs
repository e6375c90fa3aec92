//! The search for each kind of estimator: once, or again and again where its weight follows the estimates.

use covary_numerics::{linalg, minimise::Ending};

use super::{EqualityConstraints, Estimates, Objective, Restrictions, estimate};
use crate::{
    ParameterTable, Sample, Settings,
    estimators::{Estimator, Weight},
    sample::weights::distributional,
};

/// Scoring steps of DLS.
const MOST_STEPS: usize = 500;
/// Searches of DLS under bounds and constraints; each gains two or three digits.
const MOST_ROUNDS: usize = 50;
/// Largest change of an estimate, relative to it, at which DLS has settled.
const SETTLED: f64 = 1e-11;

/// Minimises f from starting values; DLS with V at the model is solved as Δ'V(θ)d = 0 by holding V at the last estimates.
///
/// Unweighted least squares is searched in units in which the mean variance is 1, so that tolerances mean the same in any
/// unit. The weights that DLS ends with are left in `sample`. `None` where the model has no moments at any start.
pub fn find(
    objective: &mut Objective<f64>,
    restrictions: &Restrictions,
    table: &ParameterTable,
    sample: &mut Sample,
    settings: &Settings,
) -> Option<Estimates> {
    if objective.estimator() == Estimator::Dls && settings.estimator_args.dls_f_times_n_minus_1 {
        let total = sample.cases() as f64;
        objective.set_weights(sample.blocks.iter().map(|block| (block.weighted_cases() - 1.0) / total));
    }
    match objective.estimator() {
        Estimator::Uls => {
            for block in &mut objective.samples {
                block.weight = search_weight(sample, block.p, table.meanstructure);
            }
            let found = estimate(objective, restrictions, table, sample, settings)?;
            objective.samples.iter_mut().for_each(|block| block.weight = Weight::None);
            let value = objective.evaluate(&found.theta, &mut vec![0.0; found.theta.len()])?;
            Some(Estimates { objective: value, ..found })
        }
        Estimator::Dls if settings.estimator_args.dls_gamma_of_model => {
            let found = estimate(objective, restrictions, table, sample, settings)?;
            settle(objective, restrictions, table, sample, settings, found)
        }
        _ => estimate(objective, restrictions, table, sample, settings),
    }
}

/// Reweights DLS until its estimates stay where they are, beginning with `found`.
pub(crate) fn settle(
    objective: &mut Objective<f64>,
    restrictions: &Restrictions,
    table: &ParameterTable,
    sample: &mut Sample,
    settings: &Settings,
    found: Estimates,
) -> Option<Estimates> {
    let mut found = if restrictions.are_linear() {
        by_scoring(objective, &restrictions.linear, table, sample, settings, found)?
    } else {
        by_rounds(objective, restrictions, table, sample, settings, found)?
    };
    if !found.settled {
        found.estimates.ending = Ending::NoProgress;
    }
    let found = found.estimates;
    let value = objective.evaluate(&found.theta, &mut vec![0.0; found.theta.len()])?;
    Some(Estimates { objective: value, ..found })
}

/// Where reweighting ended.
struct Reweighted {
    estimates: Estimates,
    settled: bool,
}

/// Scoring steps, each with V at the estimates of the one before.
fn by_scoring(
    objective: &mut Objective<f64>,
    constraints: &EqualityConstraints,
    table: &ParameterTable,
    sample: &mut Sample,
    settings: &Settings,
    mut found: Estimates,
) -> Option<Reweighted> {
    let weights = super::objective::discrepancy_weights(Estimator::Dls, sample);
    for _ in 0..MOST_STEPS {
        reweight(objective, table, sample, settings, &found.theta)?;
        let step = scoring_step(objective, constraints, &weights, &found.theta)?;
        let next: Vec<f64> = found.theta.iter().zip(&step).map(|(theta, step)| theta + step).collect();
        let settled = largest_change(&next, &found.theta) < SETTLED;
        found.theta = next;
        found.iterations += 1;
        if settled {
            return Some(Reweighted { estimates: found, settled });
        }
    }
    Some(Reweighted { estimates: found, settled: false })
}

/// Under bounds and constraints that are not linear equalities: whole searches, each with V at the estimates of the one
/// before.
fn by_rounds(
    objective: &mut Objective<f64>,
    restrictions: &Restrictions,
    table: &ParameterTable,
    sample: &mut Sample,
    settings: &Settings,
    mut found: Estimates,
) -> Option<Reweighted> {
    for _ in 0..MOST_ROUNDS {
        reweight(objective, table, sample, settings, &found.theta)?;
        let next = estimate(objective, restrictions, table, sample, settings)?;
        let settled = largest_change(&next.theta, &found.theta) < SETTLED;
        found = Estimates { iterations: found.iterations + next.iterations, ..next };
        if settled {
            return Some(Reweighted { estimates: found, settled });
        }
    }
    Some(Reweighted { estimates: found, settled: false })
}

fn largest_change(new: &[f64], old: &[f64]) -> f64 {
    new.iter().zip(old).map(|(new, old)| (new - old).abs() / old.abs().max(1e-3)).fold(0.0, f64::max)
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
    let matrices = objective.matrices();
    let exogenous = objective.exogenous.clone();
    for (block, own) in sample.blocks.iter_mut().enumerate() {
        let implied = matrices.matrices(block, theta, &exogenous)?.covariance;
        own.weight = distributional(own, &implied, settings, table.meanstructure)?;
        objective.samples[block].weight = own.weight.clone();
    }
    Some(())
}
