//! Constraints and definitions as rows, their names resolved.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Range,
};

use covary_numerics::Dual;

use super::{ParameterTable, Row, RowConstraint, equalities::Ties};
use crate::{
    SemError,
    syntax::{Constraint, Definition, Expression, Formulas, Operator, fault::Fault},
};

/// Adds the text's constraints and definitions in text order, then equalities from labels and groups.
pub(super) fn add(formulas: &Formulas, ties: &Ties, table: &mut ParameterTable) -> Result<(), SemError> {
    let names = Names::new(formulas, table).map_err(|fault| fault.in_text(&formulas.text))?;
    let order = definition_order(formulas).map_err(|fault| fault.in_text(&formulas.text))?;
    let constraints = formulas.constraints.iter().map(|c| (c.span.start, Statement::Constraint(c)));
    let definitions = formulas.definitions.iter().enumerate().map(|(k, d)| (d.span.start, Statement::Definition(k, d)));
    let mut statements: Vec<(usize, Statement)> = constraints.chain(definitions).collect();
    // Formulas that were made without a text keep their order: constraints, then definitions.
    statements.sort_by_key(|(start, _)| *start);
    let mut definitions: Vec<Option<(usize, Expression)>> = vec![None; formulas.definitions.len()];
    for (_, statement) in statements {
        let row = table.rows.len();
        let resolved = |expression: &Expression, span: &Range<usize>| {
            names.resolve(expression, span).map_err(|fault| fault.in_text(&formulas.text))
        };
        match statement {
            Statement::Definition(k, definition) => {
                let expression = resolved(&definition.expression, &definition.span)?;
                let written = written(&definition.written, &definition.expression);
                table.rows.push(extra_row(&definition.name, Operator::Define, &written, &definition.name, true));
                definitions[k] = Some((row, expression));
            }
            Statement::Constraint(constraint) => {
                let lhs = resolved(&constraint.lhs, &constraint.span)?;
                let rhs = resolved(&constraint.rhs, &constraint.span)?;
                let left = written(&constraint.lhs_written, &constraint.lhs);
                let right = written(&constraint.rhs_written, &constraint.rhs);
                table.rows.push(extra_row(&left, constraint.op, &right, "", true));
                table.constraints.push(RowConstraint { row, op: constraint.op, difference: difference(lhs, rhs) });
            }
        }
    }
    table.definitions = order.into_iter().filter_map(|k| definitions[k].take()).collect();
    for set in ties {
        for other in &set[1..] {
            let (left, right) = (table.rows[set[0]].plabel.clone(), table.rows[*other].plabel.clone());
            add_equality(table, Expression::Name(left), Expression::Name(right));
        }
    }
    Ok(())
}

/// Adds an equality that the text does not state, its names those of rows (`.pK.`).
pub(super) fn add_equality(table: &mut ParameterTable, left: Expression, right: Expression) {
    let row = table.rows.len();
    table.rows.push(extra_row(&left.to_string(), Operator::Equal, &right.to_string(), "", false));
    table.constraints.push(RowConstraint { row, op: Operator::Equal, difference: difference(left, right) });
}

enum Statement<'a> {
    Constraint(&'a Constraint),
    Definition(usize, &'a Definition),
}

fn written(text: &str, expression: &Expression) -> String {
    if text.is_empty() { expression.to_string() } else { text.to_string() }
}

fn extra_row(lhs: &str, op: Operator, rhs: &str, label: &str, user: bool) -> Row {
    Row {
        lhs: lhs.to_string(),
        op,
        rhs: rhs.to_string(),
        block: 0,
        group: 0,
        level: 0,
        label: label.to_string(),
        plabel: String::new(),
        free: None,
        fixed: None,
        start: None,
        lower: None,
        upper: None,
        user,
        exogenous: false,
    }
}

fn difference(lhs: Expression, rhs: Expression) -> Expression {
    match rhs {
        Expression::Number(0.0) => lhs,
        rhs => Expression::Binary(Box::new(lhs), '-', Box::new(rhs)),
    }
}

/// What names in constraints and definitions mean.
struct Names {
    /// Label or `.pK.` → the `.pK.` of the first row that bears it.
    parameters: HashMap<String, String>,
    /// Labels and `.pK.` names of moments of fixed x, which are no parameters.
    exogenous: HashSet<String>,
    definitions: HashSet<String>,
}

impl Names {
    fn new(formulas: &Formulas, table: &ParameterTable) -> Result<Names, Fault> {
        let mut names = Names { parameters: HashMap::new(), exogenous: HashSet::new(), definitions: HashSet::new() };
        for row in &table.rows {
            for name in [&row.label, &row.plabel] {
                if row.exogenous {
                    names.exogenous.insert(name.clone());
                } else if !name.is_empty() {
                    names.parameters.entry(name.clone()).or_insert_with(|| row.plabel.clone());
                }
            }
        }
        for definition in &formulas.definitions {
            if names.parameters.contains_key(&definition.name) {
                let message = format!("`{}` is the label of a parameter and cannot be defined anew", definition.name);
                return Err(Fault::new(definition.span.clone(), message).help("give the definition another name"));
            }
            names.definitions.insert(definition.name.clone());
        }
        Ok(names)
    }

    /// The expression with labels replaced by `.pK.` names, and R's `pi` by its value.
    fn resolve(&self, expression: &Expression, span: &Range<usize>) -> Result<Expression, Fault> {
        for name in expression.names() {
            if self.exogenous.contains(name) {
                let message = format!("`{name}` is a moment of a fixed exogenous variable, no parameter");
                return Err(Fault::new(span.clone(), message).help("fixed.x = FALSE makes it one"));
            }
            if !self.knows(name) {
                let labels = self.parameters.keys().map(String::as_str).filter(|label| !label.starts_with(".p"));
                // Sorted, so that of two equally near names always the same is offered.
                let known: BTreeSet<&str> = labels.chain(self.definitions.iter().map(String::as_str)).collect();
                let fault = Fault::new(span.clone(), format!("unknown label `{name}`"));
                let fault = fault.nearest(name, known.iter().copied());
                return Err(if fault.help.is_empty() {
                    fault.help("label the parameter: a*x gives it the label a")
                } else {
                    fault
                });
            }
        }
        let named = expression.renamed(&|name| self.parameters.get(name).cloned().unwrap_or_else(|| name.to_string()));
        Ok(with_pi(named, &|name| !self.definitions.contains(name)))
    }

    fn knows(&self, name: &str) -> bool {
        self.parameters.contains_key(name) || self.definitions.contains(name) || name == "pi"
    }
}

fn with_pi(expression: Expression, is_constant: &dyn Fn(&str) -> bool) -> Expression {
    match expression {
        Expression::Name(name) if name == "pi" && is_constant(&name) => Expression::Number(std::f64::consts::PI),
        Expression::Negate(inner) => Expression::Negate(Box::new(with_pi(*inner, is_constant))),
        Expression::Call(function, inner) => Expression::Call(function, Box::new(with_pi(*inner, is_constant))),
        Expression::Binary(left, operator, right) => {
            Expression::Binary(Box::new(with_pi(*left, is_constant)), operator, Box::new(with_pi(*right, is_constant)))
        }
        leaf => leaf,
    }
}

/// Definitions in an order in which each uses only those before it.
fn definition_order(formulas: &Formulas) -> Result<Vec<usize>, Fault> {
    let definitions = &formulas.definitions;
    let place: HashMap<&str, usize> = definitions.iter().enumerate().map(|(k, d)| (d.name.as_str(), k)).collect();
    let uses: Vec<Vec<usize>> = definitions
        .iter()
        .map(|d| d.expression.names().iter().filter_map(|name| place.get(name).copied()).collect())
        .collect();
    let mut order: Vec<usize> = Vec::new();
    let mut ready = vec![false; definitions.len()];
    while order.len() < definitions.len() {
        let before = order.len();
        for k in 0..definitions.len() {
            if !ready[k] && uses[k].iter().all(|&used| ready[used]) {
                ready[k] = true;
                order.push(k);
            }
        }
        if order.len() == before {
            let stuck = ready.iter().position(|done| !done).map_or(0, |k| k);
            let message = format!("the definition of `{}` depends on itself", definitions[stuck].name);
            return Err(Fault::new(definitions[stuck].span.clone(), message));
        }
    }
    Ok(order)
}

/// Number of independent equality constraints of a table, linear or not.
///
/// The rank of their Jacobian at a point without symmetry, where a nonlinear constraint has the rank that it has
/// almost everywhere.
pub(super) fn equality_rank(table: &ParameterTable) -> usize {
    let theta: Vec<f64> = (0..table.free).map(|k| 0.6 + 0.1 * (2.0 + k as f64).sqrt().fract()).collect();
    let equalities = table.constraints.iter().filter(|c| c.op == Operator::Equal);
    rank(equalities.map(|c| gradient(table, &c.difference, &theta)).collect())
}

fn gradient(table: &ParameterTable, expression: &Expression, theta: &[f64]) -> Vec<f64> {
    let used = parameters_used(table, expression);
    let mut gradient = vec![0.0; theta.len()];
    for k in used {
        let value_of = |row: &Row| match row.free {
            Some(j) if j == k => Some(Dual::variable(theta[j])),
            Some(j) => Some(Dual::from(theta[j])),
            None => row.fixed.map(Dual::from),
        };
        let derivative = evaluate(table, expression, &value_of).map_or(0.0, |dual| dual.derivative);
        gradient[k] = if derivative.is_finite() { derivative } else { 0.0 };
    }
    gradient
}

/// The free parameters that an expression depends on, through definitions as well.
fn parameters_used(table: &ParameterTable, expression: &Expression) -> BTreeSet<usize> {
    let definitions: HashMap<&str, &Expression> =
        table.definitions.iter().map(|(row, expression)| (table.rows[*row].lhs.as_str(), expression)).collect();
    let mut pending: Vec<&str> = expression.names();
    let (mut seen, mut used) = (HashSet::new(), BTreeSet::new());
    while let Some(name) = pending.pop() {
        if !seen.insert(name) {
            continue;
        }
        match definitions.get(name) {
            Some(definition) => pending.extend(definition.names()),
            None => used.extend(row_named(table, name).and_then(|row| row.free)),
        }
    }
    used
}

fn evaluate(table: &ParameterTable, expression: &Expression, value_of: &dyn Fn(&Row) -> Option<Dual>) -> Option<Dual> {
    let mut defined: HashMap<&str, Dual> = HashMap::new();
    for (row, definition) in &table.definitions {
        let value = definition
            .evaluate(&|name| defined.get(name).copied().or_else(|| row_named(table, name).and_then(value_of)));
        defined.extend(value.map(|value| (table.rows[*row].lhs.as_str(), value)));
    }
    expression.evaluate(&|name| defined.get(name).copied().or_else(|| row_named(table, name).and_then(value_of)))
}

/// The row of a `.pK.` name.
fn row_named<'a>(table: &'a ParameterTable, name: &str) -> Option<&'a Row> {
    let number: usize = name.strip_prefix(".p")?.strip_suffix('.')?.parse().ok()?;
    table.rows.get(number.checked_sub(1)?)
}

/// Rank by Gaussian elimination, the largest element of each row its pivot.
fn rank(mut rows: Vec<Vec<f64>>) -> usize {
    let mut rank = 0;
    while let Some(row) = rows.pop() {
        let largest = (0..row.len()).max_by(|&i, &j| row[i].abs().total_cmp(&row[j].abs()));
        let Some(pivot) = largest.filter(|&k| row[k].abs() > 1e-9) else { continue };
        rank += 1;
        for other in &mut rows {
            let factor = other[pivot] / row[pivot];
            if factor != 0.0 {
                other.iter_mut().zip(&row).for_each(|(o, r)| *o -= factor * r);
            }
        }
    }
    rank
}
