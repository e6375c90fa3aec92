//! Which factors are rotated together, and whether the model allows it.
//!
//! A rotation replaces factors by mixtures of them. A model stays the same only if what is free for one factor of a
//! block is free for all of them; where it is not, the fit depends on the axes, and rotating would tell another model.

use std::collections::{HashMap, HashSet};

use crate::{
    Operator, ParameterTable, SemError,
    estimate::EqualityConstraints,
    inference::reticular::{Place, Reticular},
    model_matrices::formula_of,
};

/// Factors that are rotated together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unit {
    pub(super) name: String,
    /// Blocks of the table that share the rotation, the leading one first.
    pub(super) blocks: Vec<usize>,
    pub(super) factors: Vec<String>,
    pub(super) items: Vec<String>,
}

/// The reticular form of a block with its rows by place.
pub(super) struct Form {
    pub(super) form: Reticular,
    pub(super) rows: HashMap<Place, usize>,
}

impl Form {
    pub(super) fn new(table: &ParameterTable, block: usize) -> Form {
        let form = Reticular::new(table, block);
        let rows = form.places.iter().map(|(row, place)| (*place, *row)).collect();
        Form { form, rows }
    }

    /// Positions of these variables.
    pub(super) fn positions(&self, names: &[String]) -> Vec<usize> {
        names.iter().filter_map(|name| self.form.position(name)).collect()
    }
}

/// What rotation does to a row.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Status {
    Free,
    Fixed(f64),
}

/// The units of a model.
///
/// # Errors
/// [`SemError::Model`] where the factors of a block are not treated alike, naming the row and what would help.
pub(super) fn units(
    table: &ParameterTable,
    forms: &[Form],
    constraints: &EqualityConstraints,
) -> Result<Vec<Unit>, SemError> {
    let mut units: Vec<Unit> = Vec::new();
    for block in &table.exploratory {
        let items = items(table, block.block, &block.factors)?;
        let unit = Unit { name: block.name.clone(), blocks: vec![block.block], factors: block.factors.clone(), items };
        let level = table.blocks[block.block].level;
        let lead = units.iter_mut().find(|lead| {
            lead.name == unit.name
                && table.blocks[lead.blocks[0]].level == level
                && lead.factors == unit.factors
                && share_loadings(forms, table, constraints, lead, block.block)
        });
        match lead {
            Some(lead) => lead.blocks.push(block.block),
            None => units.push(unit),
        }
    }
    for unit in &units {
        check_items(table, unit)?;
        for &block in &unit.blocks {
            check_loadings(table, unit, block)?;
            check_alike(table, &forms[block], unit, block)?;
        }
        check_constraints(table, forms, constraints, unit)?;
    }
    Ok(units)
}

/// The items of a block's factors: the same for all of them.
fn items(table: &ParameterTable, block: usize, factors: &[String]) -> Result<Vec<String>, SemError> {
    let of_factor = |factor: &String| -> Vec<String> {
        let loadings = table.rows.iter().filter(|row| row.block == block && row.op == Operator::Measures);
        loadings.filter(|row| row.lhs == *factor).map(|row| row.rhs.clone()).collect()
    };
    let first = factors.first().map(of_factor).unwrap_or_default();
    for factor in factors {
        let own = of_factor(factor);
        if let Some(missing) = first.iter().find(|item| !own.contains(item)) {
            return Err(unequal(&format!("{factor} =~ {missing}"), factor, missing));
        }
        if let Some(more) = own.iter().find(|item| !first.contains(item)) {
            return Err(unequal(&format!("{} =~ {more}", factors[0]), &factors[0], more));
        }
    }
    Ok(first)
}

fn unequal(formula: &str, factor: &str, item: &str) -> SemError {
    SemError::Model(format!(
        "\"{formula}\" is missing: all factors of an exploratory block measure the same indicators, and {factor} does \
         not measure {item}. Write the factors in one formula: efa(\"…\")*f1 + efa(\"…\")*f2 =~ …"
    ))
}

/// Whether every free loading of the leading block equals that of another group.
fn share_loadings(
    forms: &[Form],
    table: &ParameterTable,
    constraints: &EqualityConstraints,
    lead: &Unit,
    block: usize,
) -> bool {
    let free = |block: usize, factor: &String, item: &String| {
        let form = &forms[block];
        let place = form.form.place(factor, Operator::Measures, item)?;
        table.rows[*form.rows.get(&place)?].free
    };
    let pairs = lead.factors.iter().flat_map(|factor| lead.items.iter().map(move |item| (factor, item)));
    let mut some = false;
    for (factor, item) in pairs {
        match (free(lead.blocks[0], factor, item), free(block, factor, item)) {
            (Some(own), Some(other)) if same_parameter(constraints, own, other) => some = true,
            (None, None) => {}
            _ => return false,
        }
    }
    some
}

fn same_parameter(constraints: &EqualityConstraints, one: usize, other: usize) -> bool {
    constraints.basis.row(one) == constraints.basis.row(other) && constraints.offset[one] == constraints.offset[other]
}

/// Items must not be rotated themselves.
fn check_items(table: &ParameterTable, unit: &Unit) -> Result<(), SemError> {
    let rotated: HashSet<&String> = table.exploratory.iter().flat_map(|block| &block.factors).collect();
    match unit.items.iter().find(|item| rotated.contains(item)) {
        Some(item) => Err(SemError::Model(format!(
            "{item} belongs to an exploratory block and is an indicator of another, \"{}\": only one of the two can be \
             rotated",
            unit.name
        ))),
        None if unit.items.len() < unit.factors.len() => Err(SemError::Model(format!(
            "the exploratory block \"{}\" has {} factors for {} indicators",
            unit.name,
            unit.factors.len(),
            unit.items.len()
        ))),
        None => Ok(()),
    }
}

/// Only the loadings that identify the unrotated factors are fixed: of factor k the first k − 1.
fn check_loadings(table: &ParameterTable, unit: &Unit, block: usize) -> Result<(), SemError> {
    for (rank, factor) in unit.factors.iter().enumerate() {
        let own = |row: &&crate::Row| row.block == block && row.op == Operator::Measures && row.lhs == *factor;
        let fixed = table.rows.iter().filter(own).enumerate().find(|(k, row)| row.free.is_none() && *k >= rank);
        if let Some((_, row)) = fixed {
            return Err(constrained(row, unit));
        }
    }
    Ok(())
}

fn constrained(row: &crate::Row, unit: &Unit) -> SemError {
    SemError::Model(format!(
        "\"{}\" takes part in a constraint, but rotation of the exploratory block \"{}\" changes it: constraints on \
         rotated parameters are not met by the unrotated model. All loadings of a block can be equal across groups \
         (group.equal = \"loadings\"), not some",
        formula_of(row),
        unit.name
    ))
}

/// Every row about one factor of the unit has its like for the others: all free, or all zero.
fn check_alike(table: &ParameterTable, form: &Form, unit: &Unit, block: usize) -> Result<(), SemError> {
    let factors = form.positions(&unit.factors);
    let own = |variable: usize| factors.contains(&variable);
    let status = |place: &Place| match form.rows.get(place) {
        Some(row) if table.rows[*row].free.is_some() => Status::Free,
        Some(row) => Status::Fixed(table.rows[*row].fixed.unwrap_or(0.0)),
        None => Status::Fixed(0.0),
    };
    for (row, place) in form.form.places.iter().filter(|(row, _)| table.rows[*row].block == block) {
        let name = formula_of(&table.rows[*row]);
        let others: Vec<Place> = match *place {
            // Loadings above the diagonal are 0 to identify the factors; rotation fills them.
            Place::Weight { effect, cause } if own(cause) && is_item(form, unit, effect) => continue,
            Place::Weight { effect, cause } if own(effect) && own(cause) => return Err(within(&name, unit)),
            Place::Weight { effect, cause } if own(cause) => {
                factors.iter().map(|factor| Place::Weight { effect, cause: *factor }).collect()
            }
            Place::Weight { effect, cause } if own(effect) => {
                factors.iter().map(|factor| Place::Weight { effect: *factor, cause }).collect()
            }
            Place::Covariance { first, second } if own(first) && own(second) => continue,
            Place::Covariance { first, second } if own(first) => {
                factors.iter().map(|factor| Place::covariance(*factor, second)).collect()
            }
            Place::Covariance { first, second } if own(second) => {
                factors.iter().map(|factor| Place::covariance(first, *factor)).collect()
            }
            Place::Intercept { of } if own(of) => {
                factors.iter().map(|factor| Place::Intercept { of: *factor }).collect()
            }
            _ => continue,
        };
        let all = |wanted: Status| others.iter().all(|place| status(place) == wanted);
        if !all(Status::Free) && !all(Status::Fixed(0.0)) {
            return Err(unlike(&name, unit));
        }
    }
    check_covariances(table, form, unit, &factors, status)
}

fn is_item(form: &Form, unit: &Unit, variable: usize) -> bool {
    unit.items.contains(&form.form.variables[variable])
}

/// Covariances of the unit's own factors: the identity, or all free (in further groups that share the loadings).
fn check_covariances(
    table: &ParameterTable,
    form: &Form,
    unit: &Unit,
    factors: &[usize],
    status: impl Fn(&Place) -> Status,
) -> Result<(), SemError> {
    let pairs = || factors.iter().flat_map(|a| factors.iter().filter(move |b| a <= b).map(move |b| (*a, *b)));
    let free = pairs().all(|(a, b)| status(&Place::covariance(a, b)) == Status::Free);
    for (a, b) in pairs() {
        let place = Place::covariance(a, b);
        let identity = status(&place) == Status::Fixed(f64::from(a == b));
        if !free && !identity {
            let name = form.rows.get(&place).map_or_else(String::new, |row| formula_of(&table.rows[*row]));
            return Err(SemError::Model(format!(
                "\"{name}\": variances and covariances of the factors of exploratory block \"{}\" follow from rotation \
                 and cannot be set one by one; for uncorrelated factors choose an orthogonal rotation (orthogonal.efa)",
                unit.name
            )));
        }
    }
    Ok(())
}

fn within(name: &str, unit: &Unit) -> SemError {
    SemError::Model(format!(
        "\"{name}\" joins two factors of the exploratory block \"{}\", which rotation mixes; a path within a block has no \
         meaning",
        unit.name
    ))
}

fn unlike(name: &str, unit: &Unit) -> SemError {
    SemError::Model(format!(
        "\"{name}\" treats one factor of the exploratory block \"{}\" otherwise than the rest ({}). Rotation mixes them, \
         and the fit would depend on the axes before rotation: give all of them the same free parameter, or none",
        unit.name,
        unit.factors.join(", ")
    ))
}

/// Rows about the unit's factors are free of constraints but for equality with their like in groups that share the
/// loadings.
fn check_constraints(
    table: &ParameterTable,
    forms: &[Form],
    constraints: &EqualityConstraints,
    unit: &Unit,
) -> Result<(), SemError> {
    if constraints.rank == 0 {
        return Ok(());
    }
    let about = |row: &crate::Row| unit.factors.contains(&row.lhs) || unit.factors.contains(&row.rhs);
    let places: HashMap<usize, Place> =
        unit.blocks.iter().flat_map(|block| &forms[*block].form.places).copied().collect();
    for (k, row) in table.rows.iter().enumerate().filter(|(_, row)| row.is_parameter() && about(row)) {
        let Some(free) = row.free.filter(|_| unit.blocks.contains(&row.block)) else { continue };
        let like = |other: usize| {
            let place = places.get(&other);
            place.is_some() && place == places.get(&k)
        };
        let own = constraints.basis.row(free);
        let alone = own.iter().filter(|element| **element != 0.0).count() == 1
            && own.iter().all(|element| *element == 0.0 || *element == 1.0)
            && constraints.offset[free] == 0.0;
        let tied_elsewhere = table.rows.iter().enumerate().any(|(j, other)| {
            let touches =
                |position: usize| constraints.basis.row(position).iter().zip(own).any(|(a, b)| *a != 0.0 && *b != 0.0);
            j != k && other.free.is_some_and(touches) && !like(j)
        });
        if !alone || tied_elsewhere {
            return Err(constrained(row, unit));
        }
    }
    Ok(())
}
