//! What a model may state and the engine cannot estimate yet: refused by name, never ignored.

use crate::{Formulas, Operator, ParameterTable, SemError, model_matrices::formula_of};

/// An error that names the first thing in the text that cannot be estimated.
pub(crate) fn refuse_formulas(model: &Formulas) -> Result<(), SemError> {
    match model.elements.iter().find_map(|element| element.efa.as_ref()) {
        Some(block) => refuse(format!("efa(\"{block}\"): exploratory blocks")),
        None => Ok(()),
    }
}

/// An error that names the first row that cannot be estimated.
pub(crate) fn refuse_rows(table: &ParameterTable) -> Result<(), SemError> {
    if table.blocks.iter().any(|block| block.level > 1) {
        return refuse("level: models of two levels".into());
    }
    for row in &table.rows {
        if row.lower.is_some() || row.upper.is_some() {
            return refuse(format!("\"{}\": bounds on a parameter (lower, upper)", formula_of(row)));
        }
        match row.op {
            Operator::Threshold | Operator::Scale => {
                return refuse(format!("\"{}\": ordered variables", formula_of(row)));
            }
            Operator::Composite => return refuse(format!("\"{}\": composites", formula_of(row))),
            _ => {}
        }
    }
    Ok(())
}

fn refuse(what: String) -> Result<(), SemError> {
    Err(SemError::Option(format!("{what} are not supported yet; nothing was estimated")))
}
