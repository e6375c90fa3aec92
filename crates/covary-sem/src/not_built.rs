//! What a model may state and the engine cannot estimate yet: refused by name, never ignored.

use crate::{Operator, ParameterTable, SemError, model_matrices::formula_of};
use crate::{
    estimators::Estimator,
    settings::{Settings, TestName},
};

/// An error that names the first choice that is not built.
pub(crate) fn refuse_settings(settings: &Settings) -> Result<(), SemError> {
    let chosen: &[(bool, &str)] = &[
        (settings.correlation, "correlation"),
    ];
    match chosen.iter().find(|(chosen, _)| *chosen) {
        Some((_, what)) => refuse((*what).to_string()),
        None => Ok(()),
    }
}

/// An error that names the first row that cannot be estimated.
pub(crate) fn refuse_rows(table: &ParameterTable, settings: &Settings) -> Result<(), SemError> {
    if table.blocks.iter().any(|block| block.level > 2) {
        return refuse("models of more than two levels".into());
    }
    let frequencies = table.rows.iter().any(|row| row.op == Operator::GroupWeight);
    if frequencies && Estimator::named(settings.estimator).is_least_squares() {
        return Err(SemError::Option(
            "group frequencies (group.w.free, group % w) go with maximum likelihood: take estimator ML".into(),
        ));
    }
    if frequencies && table.blocks.iter().any(|block| block.level > 1) {
        return refuse("group frequencies (group.w.free, group % w) in models of two levels".into());
    }
    for row in &table.rows {
        match row.op {
            Operator::Threshold | Operator::Scale => {
                return refuse(format!("\"{}\": ordered variables", formula_of(row)));
            }
            _ => {}
        }
    }
    Ok(())
}

fn refuse(what: String) -> Result<(), SemError> {
    Err(SemError::Option(format!("{what}: not supported yet, nothing was estimated")))
}
