//! What a model may state and the engine cannot estimate yet: refused by name, never ignored.

use crate::settings::Settings;
use crate::{Operator, ParameterTable, SemError, model_matrices::formula_of};

/// An error that names the first choice that is not built.
pub(crate) fn refuse_settings(settings: &Settings) -> Result<(), SemError> {
    let chosen: &[(bool, &str)] = &[
        (settings.group_w_free, "group.w.free"),
        (settings.correlation, "correlation"),
    ];
    match chosen.iter().find(|(chosen, _)| *chosen) {
        Some((_, what)) => refuse((*what).to_string()),
        None => Ok(()),
    }
}

/// An error that names the first row that cannot be estimated.
pub(crate) fn refuse_rows(table: &ParameterTable) -> Result<(), SemError> {
    if table.blocks.iter().any(|block| block.level > 2) {
        return refuse("models of more than two levels".into());
    }
    for row in &table.rows {
        match row.op {
            Operator::Threshold | Operator::Scale => {
                return refuse(format!("\"{}\": ordered variables", formula_of(row)));
            }
            Operator::GroupWeight => {
                return refuse(format!(
                    "\"{}\": group frequencies as parameters (without constraints they are log n with S.E. 1/√n)",
                    formula_of(row)
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn refuse(what: String) -> Result<(), SemError> {
    Err(SemError::Option(format!("{what}: not supported yet, nothing was estimated")))
}
