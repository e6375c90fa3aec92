//! Resamples of a rotated solution: each is rotated on its own and matched with the solution.

use covary_numerics::{Matrix, rotation::RotationSettings};

use super::{
    Exploratory,
    blocks::{Form, Unit},
    rotate::{changes, free_values, loadings, solve_near},
    transform::rotated_estimates,
};
use crate::{
    Fit, SemError,
    estimate::defined::RowEstimates,
    inference::bootstrap::{self, Bootstrap, LeaveOneOut, Observer, Plan, Resample},
    settings::BootstrapKind,
};

/// [`bootstrap::bootstrap_of_kind`] of a rotated fit: the unrotated model is refitted, its estimates are rotated.
///
/// Resamples whose rotation does not converge count as failed.
///
/// # Errors
/// As [`bootstrap::bootstrap_of_kind`].
pub(crate) fn bootstrap(
    fit: &Fit,
    solution: &Exploratory,
    plan: Plan,
    observe: Observer,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Bootstrap, SemError> {
    let rotation = ResampleRotation::new(fit, solution);
    let rotated = |resample: &Resample| rotation.observe(resample, observe);
    let drawn = bootstrap::bootstrap_of_kind(&solution.unrotated, plan, &rotated, progress)?;
    Ok(rotation.taken_apart(drawn))
}

/// [`bootstrap::jackknife_of_kind`] of a rotated fit.
///
/// # Errors
/// As [`bootstrap::jackknife_of_kind`].
pub(crate) fn jackknife(
    fit: &Fit,
    solution: &Exploratory,
    kind: BootstrapKind,
    observe: Observer,
) -> Result<Vec<LeaveOneOut>, SemError> {
    let rotation = ResampleRotation::new(fit, solution);
    let rotated = |resample: &Resample| rotation.observe(resample, observe);
    let refits = bootstrap::jackknife_of_kind(&solution.unrotated, kind, &rotated)?;
    let q = fit.theta.len();
    let taken_apart = |refit: LeaveOneOut| {
        let theta: Option<Vec<f64>> = refit.observed.get(..q)?.iter().copied().collect();
        Some(LeaveOneOut { weight: refit.weight, theta: theta?, observed: refit.observed[q..].to_vec() })
    };
    Ok(refits.into_iter().filter_map(taken_apart).collect())
}

/// What the rotation of all resamples shares.
struct ResampleRotation<'a> {
    fit: &'a Fit,
    solution: &'a Exploratory,
    forms: Vec<Form>,
    units: Vec<(Unit, RotationSettings, Matrix)>,
    rows: RowEstimates,
}

impl<'a> ResampleRotation<'a> {
    fn new(fit: &'a Fit, solution: &'a Exploratory) -> Self {
        let forms: Vec<Form> =
            (0..fit.table.blocks.len()).map(|block| Form::new(&solution.unrotated.table, block)).collect();
        let units = solution.units.iter().map(|unit| {
            let own = Unit {
                name: unit.name.clone(),
                blocks: unit.blocks.clone(),
                factors: unit.factors.clone(),
                items: unit.items.clone(),
            };
            let target = loadings(&forms[unit.blocks[0]], &own, &fit.estimates);
            (own, unit.settings.clone(), target)
        });
        let units = units.collect();
        ResampleRotation { fit, solution, forms, units, rows: RowEstimates::new(&fit.table) }
    }

    /// Estimates of every row after rotation. `None` where the rotation does not converge.
    fn rotated(&self, estimates: &[Option<f64>]) -> Option<Vec<Option<f64>>> {
        let mut parts = Vec::new();
        for (unit, settings, target) in &self.units {
            let form = &self.forms[unit.blocks[0]];
            let g = solve_near(form, unit, self.solution, settings, estimates, target)?;
            parts.push((unit.blocks.clone(), unit.factors.clone(), g));
        }
        let mut rotated = rotated_estimates(&self.forms, &changes(&self.forms, &parts)?, estimates);
        let theta = free_values(&self.fit.table, &rotated);
        self.rows.write(&theta, &mut rotated);
        Some(rotated)
    }

    /// Free parameters of the rotated model, then what the observer makes of it.
    fn observe(&self, resample: &Resample, observe: Observer) -> Vec<Option<f64>> {
        let q = self.fit.theta.len();
        let Some(estimates) = self.rotated(resample.estimates) else {
            // As many values as a usable resample has.
            return vec![None; q + observe(resample).len()];
        };
        let theta = free_values(&self.fit.table, &estimates);
        let exogenous: Vec<f64> =
            self.fit.matrices.exogenous.iter().map(|moment| estimates[moment.row].unwrap_or(0.0)).collect();
        let mut implied = resample.implied.to_vec();
        for (block, implied) in implied.iter_mut().enumerate() {
            if let Some(values) = self.fit.matrices.matrices(block, &theta, &exogenous) {
                *implied = values.implied(&self.fit.matrices.blocks[block]);
            }
        }
        let rotated = Resample { theta: &theta, estimates: &estimates, implied: &implied, ..*resample };
        let observed = observe(&rotated);
        theta.iter().map(|value| Some(*value)).chain(observed).collect()
    }

    /// Parameters and observations apart, resamples without a rotation left out.
    fn taken_apart(&self, drawn: Bootstrap) -> Bootstrap {
        let q = self.fit.theta.len();
        let columns = drawn.observed.columns();
        let usable: Vec<usize> = (0..drawn.observed.rows())
            .filter(|row| columns >= q && drawn.observed.row(*row)[..q].iter().all(|value| value.is_finite()))
            .collect();
        let failed = (0..drawn.observed.rows()).filter(|row| !usable.contains(row));
        // Rows of `observed` are the replicates that did not fail, in order.
        let replicates: Vec<usize> = (0..drawn.drawn).filter(|replicate| !drawn.failed.contains(replicate)).collect();
        let mut all_failed: Vec<usize> =
            drawn.failed.iter().copied().chain(failed.filter_map(|row| replicates.get(row).copied())).collect();
        all_failed.sort_unstable();
        let parameters: Vec<usize> = (0..q.min(columns)).collect();
        let others: Vec<usize> = (q.min(columns)..columns).collect();
        Bootstrap {
            theta: drawn.observed.select(&usable, &parameters),
            observed: drawn.observed.select(&usable, &others),
            drawn: drawn.drawn,
            inadmissible: drawn.inadmissible.into_iter().filter(|replicate| !all_failed.contains(replicate)).collect(),
            failed: all_failed,
        }
    }
}
