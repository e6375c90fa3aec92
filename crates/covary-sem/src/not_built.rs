//! What a model may state and the engine cannot estimate yet: refused by name, never ignored.

use crate::{Operator, ParameterTable, SemError, Settings, estimators::Estimator, model_matrices::formula_of};

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
    if frequencies && settings.bootstrap.is_some() {
        return Err(SemError::Option(
            "group frequencies (group.w.free, group % w) are the same in every resample: leave them out of a bootstrap"
                .into(),
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
