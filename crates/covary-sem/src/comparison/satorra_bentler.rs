//! Scaled differences from the scaling factors of two fits.

use super::{
    difference::{Difference, DifferenceMethod, DifferenceTest},
    nesting::fitted_to_implied,
};
use crate::{
    Fit, ParameterTable, SemError,
    inference::{
        Solution,
        model_tests::{self, ModelTest, TestInput},
    },
};

/// (T₀ − T₁)/c_d, c_d = (df₀c₀ − df₁c₁)/m. `tests`: of model 0 and of model 1.
///
/// c_d can be negative, most of all in small samples and with bad models: then there is no statistic.
///
/// # Source
/// Satorra and Bentler (2001), Psychometrika 66, 507–514.
pub(super) fn of_2001(difference: Difference, tests: [ModelTest; 2]) -> DifferenceTest {
    scaled(difference, DifferenceMethod::SatorraBentler2001, tests[0].scaling_factor, tests[1].scaling_factor)
}

/// The same with c₁ of model 1 at the estimates of model 0.
///
/// A free parameter of model 1 takes model 0's value of the same row, as in lavaan 0.6-14, fixed ones keep those of model 1. Where
/// model 0 lacks a row of model 1, as a model with fewer factors does, model 1 is fitted to the moments that model 0 implies
/// (lavaan leaves starting values there).
///
/// # Errors
/// [`SemError::Option`] where model 1 has no test at these estimates.
///
/// # Source
/// Satorra and Bentler (2010), Psychometrika 75, 243–248.
pub(super) fn of_2010(difference: Difference, tests: [ModelTest; 2]) -> Result<DifferenceTest, SemError> {
    let Difference { restricted, full, .. } = difference;
    let theta = same_rows(restricted, full).or_else(|| Some(fitted_to_implied(restricted, full)?.theta));
    let factor = theta.and_then(|theta| {
        let solution =
            Solution::new(&full.table, &full.matrices, &full.constraints, &full.sample, &full.settings, &theta)?;
        let df = full.degrees_of_freedom as f64;
        let statistic = full.test?.statistic;
        let test = model_tests::compute(&TestInput::new(&solution, statistic, df), &[tests[1].name]).pop()?;
        Some(test.scaling_factor.unwrap_or(0.0))
    });
    match factor {
        Some(factor) => {
            let method = DifferenceMethod::SatorraBentler2010;
            Ok(scaled(difference, method, tests[0].scaling_factor, Some(factor)))
        }
        None => Err(SemError::Option(
            "method satorra.bentler.2010: the larger model has no test at the estimates of the restricted one; take \
             satorra.2000"
                .into(),
        )),
    }
}

/// A model without degrees of freedom has no scaling factor, and needs none.
fn scaled(difference: Difference, method: DifferenceMethod, c0: Option<f64>, c1: Option<f64>) -> DifferenceTest {
    let df = |fit: &Fit| fit.degrees_of_freedom as f64;
    let of_restricted = df(difference.restricted) * c0.unwrap_or(0.0);
    let of_full = if difference.full.degrees_of_freedom == 0 { 0.0 } else { df(difference.full) * c1.unwrap_or(0.0) };
    let factor = (of_restricted - of_full) / difference.df;
    DifferenceTest::scaled(method, difference.statistic, factor, 0.0, difference.df)
}

/// θ of model 1 from the rows of model 0. `None` where model 0 lacks one.
fn same_rows(restricted: &Fit, full: &Fit) -> Option<Vec<f64>> {
    let mut theta = full.theta.clone();
    for row in &full.table.rows {
        if let Some(k) = row.free {
            let same = find(&restricted.table, row)?;
            theta[k] = restricted.estimates[same]?;
        }
    }
    Some(theta)
}

fn find(table: &ParameterTable, row: &crate::Row) -> Option<usize> {
    table.rows.iter().position(|other| {
        other.group == row.group && other.level == row.level && other.states(&row.lhs, row.op, &row.rhs)
    })
}
