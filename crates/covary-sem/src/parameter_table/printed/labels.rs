//! Labels for printing: the model's own, and new ones where rows are equal or named in constraints without having one.

use std::collections::HashSet;

use crate::{
    parameter_table::{ParameterTable, Row},
    syntax::{Expression, Operator, is_plain_name},
};

/// The labels that a printed model bears.
pub(super) struct Labels<'a> {
    table: &'a ParameterTable,
    /// By row; `None` where a row needs none.
    of_row: Vec<Option<String>>,
    /// Names in use: labels and definitions.
    taken: HashSet<String>,
    /// Equalities that no shared label expresses, as pairs of rows.
    unshared: Vec<(usize, usize)>,
}

/// A constraint or definition with labels in place of row names.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    /// Left side, operator, right side.
    Constraint(Expression, Operator, Expression),
    /// Name and value.
    Definition(String, Expression),
}

impl<'a> Labels<'a> {
    pub(super) fn new(table: &'a ParameterTable) -> Self {
        let own = |row: &Row| (row.is_parameter() && is_own(&row.label)).then(|| row.label.clone());
        let of_row: Vec<Option<String>> = table.rows.iter().map(own).collect();
        let mut taken: HashSet<String> = of_row.iter().flatten().cloned().collect();
        taken.extend(table.definitions.iter().map(|(row, _)| table.rows[*row].lhs.clone()));
        let mut labels = Labels { table, of_row, taken, unshared: Vec::new() };
        labels.label_what_is_equal();
        labels.label_what_is_named();
        labels
    }

    /// The label of a row.
    pub(super) fn of(&self, row: usize) -> Option<&str> {
        self.of_row.get(row)?.as_deref()
    }

    /// The label of a row, a new one where it had none.
    pub(super) fn required(&mut self, row: usize) -> String {
        if self.of_row[row].is_none() {
            let label = self.fresh(&format!("p{}", row + 1));
            self.of_row[row] = Some(label);
        }
        self.of_row[row].clone().unwrap_or_default()
    }

    /// Constraints and definitions in the table's order, then equalities that labels do not express.
    pub(super) fn statements(&self) -> Vec<Statement> {
        let mut statements: Vec<(usize, Statement)> = Vec::new();
        for constraint in &self.table.constraints {
            if self.ends_of_tie(constraint.row).is_some() {
                continue;
            }
            let (lhs, rhs) = match &constraint.difference {
                Expression::Binary(left, '-', right) => ((**left).clone(), (**right).clone()),
                whole => (whole.clone(), Expression::Number(0.0)),
            };
            statements.push((constraint.row, Statement::Constraint(self.named(&lhs), constraint.op, self.named(&rhs))));
        }
        for (row, expression) in &self.table.definitions {
            let name = self.table.rows[*row].lhs.clone();
            statements.push((*row, Statement::Definition(name, self.named(expression))));
        }
        statements.sort_by_key(|(row, _)| *row);
        let name = |row: usize| Expression::Name(self.of_row[row].clone().unwrap_or_default());
        let unshared = self.unshared.iter().map(|&(a, b)| Statement::Constraint(name(a), Operator::Equal, name(b)));
        let mut all: Vec<Statement> = Vec::new();
        for statement in statements.into_iter().map(|(_, statement)| statement).chain(unshared) {
            // What shared labels make the same is said once.
            if !all.contains(&statement) {
                all.push(statement);
            }
        }
        all
    }

    /// An expression with labels in place of row names.
    fn named(&self, expression: &Expression) -> Expression {
        let label = |name: &str| row_named(self.table, name).and_then(|row| self.of_row[row].clone());
        expression.renamed(&|name| label(name).unwrap_or_else(|| name.to_string()))
    }

    /// One label for each set of equal rows.
    fn label_what_is_equal(&mut self) {
        let mut sets: Vec<Vec<usize>> = Vec::new();
        for constraint in &self.table.constraints {
            let Some((first, other)) = self.ends_of_tie(constraint.row) else { continue };
            match sets.iter_mut().find(|set| set[0] == first) {
                Some(set) => set.push(other),
                None => sets.push(vec![first, other]),
            }
        }
        for set in sets {
            let known = set.iter().find_map(|&row| self.of_row[row].clone());
            let shared = known.unwrap_or_else(|| self.fresh(&format!("e{}", set[0] + 1)));
            for &row in &set {
                match &self.of_row[row] {
                    None => self.of_row[row] = Some(shared.clone()),
                    Some(other) if *other != shared => {
                        if let Some(&first) = set.iter().find(|&&row| self.of_row[row].as_ref() == Some(&shared)) {
                            self.unshared.push((first, row));
                        }
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn label_what_is_named(&mut self) {
        let constraints = self.table.constraints.iter().filter(|c| self.ends_of_tie(c.row).is_none());
        let expressions: Vec<&Expression> =
            constraints.map(|c| &c.difference).chain(self.table.definitions.iter().map(|(_, e)| e)).collect();
        for expression in expressions {
            for row in expression.names().into_iter().filter_map(|name| row_named(self.table, name)) {
                self.required(row);
            }
        }
    }

    /// The rows that an equality without a text of its own ties.
    fn ends_of_tie(&self, row: usize) -> Option<(usize, usize)> {
        let constraint = self.table.rows.get(row).filter(|row| row.op == Operator::Equal && !row.user)?;
        Some((row_named(self.table, &constraint.lhs)?, row_named(self.table, &constraint.rhs)?))
    }

    fn fresh(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_string();
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}

/// A label that its author gave, and not one that completion wrote.
fn is_own(label: &str) -> bool {
    is_plain_name(label) && !label.starts_with(".p")
}

/// The row of a `.pK.` name.
fn row_named(table: &ParameterTable, name: &str) -> Option<usize> {
    let number: usize = name.strip_prefix(".p")?.strip_suffix('.')?.parse().ok()?;
    number.checked_sub(1).filter(|&row| table.rows.get(row).is_some_and(Row::is_parameter))
}
