//! The rotation of a fit.

use covary_numerics::{
    Matrix, linalg,
    rotation::{Conditions, Direction, Optimum, Rotatable, Rotation, RotationSettings, optimise},
};

use super::{
    Exploratory, RotatedUnit,
    arguments::Choices,
    arrange::{arrangement, matching},
    blocks::{Form, Unit, units},
    transform::{Change, fixed_change, rotated_estimates, rotated_table, turn},
};
use crate::{
    Fit, Operator, ParameterTable, SemError, Warning,
    estimate::{EqualityConstraints, defined::RowEstimates},
    inference::{reticular::Place, standard_errors},
    model_matrices::ModelMatrices,
    settings::Settings,
    warning::WarningCode,
};

/// Rotates the exploratory blocks of a fit: table, estimates, covariance matrix of the estimates, standard errors.
///
/// Tests, fit and implied moments stay as they are: a rotation changes none of them.
///
/// # Errors
/// [`SemError`] for a rotation that is not known, arguments without effect, factors of a block that are not alike.
pub(crate) fn rotate(fit: Fit) -> Result<Fit, SemError> {
    if fit.table.exploratory.is_empty() {
        return Ok(fit);
    }
    let choices = Choices::new(&fit.settings)?;
    let forms: Vec<Form> = (0..fit.table.blocks.len()).map(|block| Form::new(&fit.table, block)).collect();
    let units = units(&fit.table, &forms, &fit.constraints)?;
    let mut solved = Vec::new();
    for unit in &units {
        let settings = choices.for_unit(unit)?;
        match solve(&fit, &forms, unit, &choices, &settings) {
            Some(rotated) => solved.push(rotated),
            None => return Ok(not_rotated(fit, unit)),
        }
    }
    Ok(rotated(fit, &choices, &forms, &units, solved))
}

/// Checks the settings of a rotation before anything is estimated.
///
/// # Errors
/// As [`rotate`].
pub(crate) fn check(settings: &Settings) -> Result<(), SemError> {
    Choices::new(settings).map(|_| ())
}

fn not_rotated(mut fit: Fit, unit: &Unit) -> Fit {
    fit.warnings.push(Warning {
        code: WarningCode::NotConverged,
        subjects: unit.factors.clone(),
        text: format!(
            "the factors of exploratory block \"{}\" could not be rotated: no start led to a minimum of the criterion. \
             The solution shown is unrotated, its axes mean nothing; ask for fewer factors or another rotation",
            unit.name
        ),
    });
    fit
}

/// Loadings of a unit's factors in one block, p × m.
pub(super) fn loadings(form: &Form, unit: &Unit, estimates: &[Option<f64>]) -> Matrix {
    let value = |factor: &String, item: &String| {
        let place = form.form.place(factor, Operator::Measures, item)?;
        estimates[*form.rows.get(&place)?]
    };
    Matrix::from_fn(unit.items.len(), unit.factors.len(), |i, j| value(&unit.factors[j], &unit.items[i]).unwrap_or(0.0))
}

/// (Residual) covariances of a unit's factors in one block, m × m.
fn covariances(form: &Form, unit: &Unit, estimates: &[Option<f64>]) -> Matrix {
    let factors = form.positions(&unit.factors);
    let value = |a: usize, b: usize| form.rows.get(&Place::covariance(a, b)).and_then(|row| estimates[*row]);
    Matrix::from_fn(factors.len(), factors.len(), |i, j| value(factors[i], factors[j]).unwrap_or(0.0))
}

/// Residual variances of a unit's items in one block, p.
fn residual_variances(form: &Form, unit: &Unit, estimates: &[Option<f64>]) -> Vec<f64> {
    let items = form.positions(&unit.items);
    let value = |item: usize| form.rows.get(&Place::covariance(item, item)).and_then(|row| estimates[*row]);
    items.into_iter().map(|item| value(item).unwrap_or(0.0)).collect()
}

/// Loadings over the model's standard deviations √(Σⱼ λᵢⱼ² + θᵢᵢ); the factors are those of the unrotated model.
///
/// `None` where a variance is not positive.
fn in_metric(loadings: &Matrix, unique: &[f64], standardized: bool) -> Option<Matrix> {
    if !standardized {
        return Some(loadings.clone());
    }
    let variance = |i: usize| loadings.row(i).iter().map(|value| value * value).sum::<f64>() + unique[i];
    let variances: Vec<f64> = (0..loadings.rows()).map(variance).collect();
    if variances.iter().any(|variance| variance.is_nan() || *variance <= 0.0) {
        return None;
    }
    Some(Matrix::from_fn(loadings.rows(), loadings.columns(), |i, j| loadings[(i, j)] / variances[i].sqrt()))
}

/// G of a unit, by the criterion in its leading block.
fn solve(
    fit: &Fit,
    forms: &[Form],
    unit: &Unit,
    choices: &Choices,
    settings: &RotationSettings,
) -> Option<RotatedUnit> {
    let form = &forms[unit.blocks[0]];
    let unrotated = loadings(form, unit, &fit.estimates);
    let scaled = in_metric(&unrotated, &residual_variances(form, unit, &fit.estimates), choices.standardized)?;
    let m = unit.factors.len();
    let found = if m == 1 || choices.rotation == Rotation::None {
        None
    } else {
        Some(optimise(&scaled, choices.rotation, settings, None)?)
    };
    let turned = found.as_ref().map_or_else(|| Matrix::identity(m), |found| found.transformation.clone());
    let arranged = if choices.rotation == Rotation::None {
        Matrix::identity(m)
    } else {
        let general = choices.rotation.member().general_factor;
        arrangement(&unrotated.times(&turned), choices.order, choices.reflect, general)
    };
    Some(unit_of(unit, settings, turned.times(&arranged), found.as_ref()))
}

fn unit_of(unit: &Unit, settings: &RotationSettings, transformation: Matrix, found: Option<&Optimum>) -> RotatedUnit {
    RotatedUnit {
        name: unit.name.clone(),
        blocks: unit.blocks.clone(),
        factors: unit.factors.clone(),
        items: unit.items.clone(),
        settings: settings.clone(),
        transformation,
        varimax: found.and_then(|found| found.varimax.clone()),
        value: found.and_then(|found| found.value),
        starts: found.map_or(0, |found| found.starts),
        at_best: found.map_or(0, |found| found.at_best),
        minima: found.map_or(0, |found| found.minima),
        converged: found.is_none_or(|found| found.converged),
    }
}

/// G of a unit for other estimates of the same model, near a solution: a resample.
pub(super) fn solve_near(
    form: &Form,
    unit: &Unit,
    solution: &Exploratory,
    settings: &RotationSettings,
    estimates: &[Option<f64>],
    target: &Matrix,
) -> Option<Matrix> {
    let unrotated = loadings(form, unit, estimates);
    let scaled = in_metric(&unrotated, &residual_variances(form, unit, estimates), solution.standardized)?;
    if unit.factors.len() == 1 || solution.rotation == Rotation::None {
        let identity = Matrix::identity(unit.factors.len());
        // Without a rotation the axes are the unrotated model's, but the sign of each is arbitrary.
        let sign = |j: usize| {
            let product: f64 = unrotated.column(j).iter().zip(target.column(j)).map(|(a, b)| a * b).sum();
            if product < 0.0 { -1.0 } else { 1.0 }
        };
        return Some(Matrix::from_fn(identity.rows(), identity.rows(), |i, j| identity[(i, j)] * sign(j)));
    }
    // The axes before rotation may have turned over: begin where the loadings come nearest to the solution's.
    let transposed = unrotated.transpose();
    let nearest = linalg::solve_columns(&transposed.times(&unrotated), &transposed.times(target))?;
    let from = if solution.oblique { nearest } else { orthogonal_near(&nearest)? };
    let found = optimise(&scaled, solution.rotation, settings, Some(&from))?;
    found.converged.then(|| {
        let turned = unrotated.times(&found.transformation);
        found.transformation.times(&matching(&turned, target))
    })
}

/// The orthogonal matrix nearest to another: M(M'M)^{-½}.
fn orthogonal_near(matrix: &Matrix) -> Option<Matrix> {
    let root = linalg::symmetric_square_root(&matrix.transpose().times(matrix))?;
    Some(matrix.times(&linalg::inverse(&root)?))
}

/// The changes of all blocks that the units bring. `None` where one is singular.
pub(super) fn changes(forms: &[Form], units: &[(Vec<usize>, Vec<String>, Matrix)]) -> Option<Vec<Change>> {
    let mut changes: Vec<Change> = forms.iter().map(Change::none).collect();
    for (blocks, factors, g) in units {
        for &block in blocks {
            changes[block].add(&forms[block].positions(factors), g)?;
        }
    }
    Some(changes)
}

fn rotated(fit: Fit, choices: &Choices, forms: &[Form], units: &[Unit], solved: Vec<RotatedUnit>) -> Fit {
    let parts: Vec<(Vec<usize>, Vec<String>, Matrix)> =
        solved.iter().map(|unit| (unit.blocks.clone(), unit.factors.clone(), unit.transformation.clone())).collect();
    let oblique = choices.oblique && choices.rotation != Rotation::None;
    let table = match choices.rotation {
        Rotation::None => fit.table.clone(),
        _ => rotated_table(&fit.table, forms, units, oblique),
    };
    let (Some(changes), Ok(matrices)) = (changes(forms, &parts), ModelMatrices::new(&table)) else { return fit };
    let mut estimates = rotated_estimates(forms, &changes, &fit.estimates);
    let theta = free_values(&table, &estimates);
    let mut fixed = table.clone();
    take_exogenous(&mut fixed, &fit.table);
    let rows = RowEstimates::new(&fixed);
    rows.write(&theta, &mut estimates);
    let followed = Followed::new(&fit.table, &table, forms, &changes, units, &estimates);
    let correct = followed.jacobian(choices, &solved, false);
    let printed = followed.jacobian(choices, &solved, true);
    let as_printed = fit.settings.conventions.rotation_errors_without_correlations
        && fit.settings.rotation.standard_errors == "bordered"
        && oblique
        && choices.rotation != Rotation::Promax;
    let jacobian = if as_printed { printed.as_ref() } else { correct.as_ref() };
    let vcov_by = |jacobian: Option<&Matrix>| {
        let (jacobian, vcov) = (jacobian?, fit.vcov.as_ref()?);
        Some(jacobian.times(vcov).times(&jacobian.transpose()))
    };
    let vcov = vcov_by(jacobian);
    let errors = |vcov: &Option<Matrix>| match vcov {
        Some(vcov) => standard_errors::standard_errors(&table, vcov, rows.defined(), &theta),
        None => vec![None; table.rows.len()],
    };
    let standard_errors = errors(&vcov);
    let mut warnings = fit.warnings.clone();
    warnings.extend(search_warnings(&solved));
    if as_printed {
        warnings.extend(printed_errors_differ(&standard_errors, &errors(&vcov_by(correct.as_ref()))));
    }
    if fit.vcov.is_some() && vcov.is_none() {
        warnings.push(no_errors());
    }
    // The tangent space of what the rotation leaves free; the linear constraints are in it.
    let constraints = match jacobian {
        Some(jacobian) => EqualityConstraints::tangent(jacobian.times(&fit.constraints.basis), &theta),
        None => return fit,
    };
    let exploratory = Exploratory {
        rotation: choices.rotation,
        oblique,
        standardized: choices.standardized,
        order: choices.order,
        reflect: choices.reflect,
        units: solved,
        unrotated: fit.clone(),
    };
    let mut rotated = Fit {
        table: fixed,
        matrices,
        constraints,
        theta,
        estimates,
        standard_errors,
        vcov,
        warnings,
        exploratory: Some(Box::new(exploratory)),
        ..fit
    };
    let blocks = 0..rotated.matrices.blocks.len();
    let values: Option<Vec<_>> = blocks.map(|block| rotated.block_matrices(block)).collect();
    if let Some(values) = values {
        rotated.implied =
            rotated.matrices.blocks.iter().zip(&values).map(|(layout, values)| values.implied(layout)).collect();
    }
    rotated
}

/// Estimates of the free rows in their order.
pub(super) fn free_values(table: &ParameterTable, estimates: &[Option<f64>]) -> Vec<f64> {
    let mut theta = vec![0.0; table.free];
    for (row, estimate) in table.rows.iter().zip(estimates) {
        if let (Some(free), Some(estimate)) = (row.free, estimate) {
            theta[free] = *estimate;
        }
    }
    theta
}

/// Moments of fixed x are the values of their rows.
fn take_exogenous(table: &mut ParameterTable, from: &ParameterTable) {
    for (row, other) in table.rows.iter_mut().zip(&from.rows).filter(|(row, _)| row.exogenous) {
        row.fixed = other.fixed;
    }
}

/// How the rotated solution follows the unrotated estimates.
struct Followed<'a> {
    after: &'a ParameterTable,
    forms: &'a [Form],
    units: &'a [Unit],
    estimates: &'a [Option<f64>],
    /// At a fixed change of factors, q₁ × q₀.
    fixed: Matrix,
}

impl<'a> Followed<'a> {
    fn new(
        before: &ParameterTable,
        after: &'a ParameterTable,
        forms: &'a [Form],
        changes: &[Change],
        units: &'a [Unit],
        estimates: &'a [Option<f64>],
    ) -> Self {
        let fixed = fixed_change(before, after, forms, changes);
        Followed { after, forms, units, estimates, fixed }
    }

    /// ∂θ₁/∂θ₀', q₁ × q₀: the fixed change, and the turn by which each unit meets its conditions again.
    ///
    /// `None` where the conditions of a unit do not determine a rotation.
    fn jacobian(&self, choices: &Choices, solved: &[RotatedUnit], without_correlations: bool) -> Option<Matrix> {
        let mut jacobian = self.fixed.clone();
        if choices.rotation == Rotation::None {
            return Some(jacobian);
        }
        for (unit, solved) in self.units.iter().zip(solved).filter(|(unit, _)| unit.factors.len() > 1) {
            // G = T_varimax U, signs and order being in U.
            let bent = solved.varimax.as_ref().map(|varimax| varimax.transpose().times(&solved.transformation));
            let conditions = Conditions {
                rotation: choices.rotation,
                settings: &solved.settings,
                standardized: choices.standardized,
                without_correlations,
                bent: bent.as_ref(),
            };
            self.add_turns(unit, &conditions, &mut jacobian)?;
        }
        Some(jacobian)
    }

    fn add_turns(&self, unit: &Unit, conditions: &Conditions, jacobian: &mut Matrix) -> Option<()> {
        let form = &self.forms[unit.blocks[0]];
        let loadings = loadings(form, unit, self.estimates);
        let correlations = covariances(form, unit, self.estimates);
        let unique = residual_variances(form, unit, self.estimates);
        let solution = Rotatable { loadings: &loadings, correlations: &correlations, unique: &unique };
        let directions: Vec<(usize, Direction)> = (0..self.fixed.columns())
            .map(|column| (column, self.direction(form, unit, column)))
            .filter(|(_, direction)| !is_zero(direction))
            .collect();
        let (columns, directions): (Vec<usize>, Vec<Direction>) = directions.into_iter().unzip();
        let turns = conditions.follow(solution, &directions)?;
        let m = unit.factors.len();
        for pair in (0..m).flat_map(|a| (0..m).map(move |b| (a, b))) {
            let moved = turn(self.after, self.forms, unit, self.estimates, pair);
            for (column, x) in columns.iter().zip(&turns) {
                for (row, change) in moved.iter().enumerate().filter(|(_, change)| **change != 0.0) {
                    jacobian[(row, *column)] += x[pair] * change;
                }
            }
        }
        Some(())
    }

    /// How the unit's loadings, factor covariances and residual variances move with one parameter at a fixed change.
    fn direction(&self, form: &Form, unit: &Unit, column: usize) -> Direction {
        let moves: Vec<Option<f64>> =
            self.after.rows.iter().map(|row| row.free.map(|free| self.fixed[(free, column)])).collect();
        Direction {
            loadings: loadings(form, unit, &moves),
            correlations: covariances(form, unit, &moves),
            unique: residual_variances(form, unit, &moves),
        }
    }
}

fn is_zero(direction: &Direction) -> bool {
    let values = [direction.loadings.values(), direction.correlations.values(), &direction.unique];
    values.iter().all(|values| values.iter().all(|value| *value == 0.0))
}

/// Searches that ended early, and criteria with several minima.
fn search_warnings(solved: &[RotatedUnit]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for unit in solved.iter().filter(|unit| !unit.converged) {
        warnings.push(Warning {
            code: WarningCode::NotConverged,
            subjects: unit.factors.clone(),
            text: format!(
                "the rotation of exploratory block \"{}\" did not converge: the axes shown are not those of a minimum of \
                 the criterion; another rotation may do",
                unit.name
            ),
        });
    }
    for unit in solved.iter().filter(|unit| unit.minima > 1) {
        warnings.push(Warning {
            code: WarningCode::OptionNote,
            subjects: unit.factors.clone(),
            text: format!(
                "the rotation criterion of exploratory block \"{}\" has {} minima; {} of {} starts ended in the lowest, \
                 which is shown",
                unit.name, unit.minima, unit.at_best, unit.starts
            ),
        });
    }
    warnings
}

fn no_errors() -> Warning {
    Warning {
        code: WarningCode::OptionNote,
        subjects: Vec::new(),
        text:
            "there are no standard errors of the rotated estimates: near the solution the criterion does not determine \
               the axes"
                .into(),
    }
}

/// Where standard errors as lavaan prints them differ by more than a hundredth from the right ones.
fn printed_errors_differ(printed: &[Option<f64>], correct: &[Option<f64>]) -> Option<Warning> {
    let ratio =
        |(printed, correct): (&Option<f64>, &Option<f64>)| Some((printed.as_ref()? / correct.as_ref()? - 1.0).abs());
    let largest = printed.iter().zip(correct).filter_map(ratio).fold(0.0, f64::max);
    (largest > 0.01).then(|| Warning {
        code: WarningCode::OptionNote,
        subjects: Vec::new(),
        text: format!(
            "standard errors of rotated estimates are those that lavaan 0.6-14 prints, which leave the factor correlations \
             out of the metric of the rotation; here they differ from the right ones by up to {:.0}%. rotation.se = \
             \"delta\" gives the right ones",
            100.0 * largest
        ),
    })
}
