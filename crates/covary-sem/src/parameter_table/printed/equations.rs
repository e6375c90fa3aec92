//! A completed model as equations: y = ν + Λη + ε, η = α + Bη + ζ.

use super::{
    labels::{Labels, Statement},
    wrapped,
};
use crate::{
    Settings,
    parameter_table::{Block, ParameterTable, Row},
    syntax::{Operator, expression::number_text},
};

/// Lines of the text are kept below this.
const WIDTH: usize = 100;

/// One equation per variable, then variances and covariances, constraints, definitions.
///
/// A fixed parameter stands as its value, a labelled one as its label, every other as Greek letter and names: λ loading,
/// γ weight of a composite, β regression, ν and α intercepts, θ and ψ (residual) variances and covariances, τ threshold.
pub(super) fn print(table: &ParameterTable, _: &Settings) -> String {
    let labels = Labels::new(table);
    let mut lines: Vec<String> = Vec::new();
    for (index, block) in table.blocks.iter().enumerate() {
        let printer = Printer { table, labels: &labels, index, block };
        lines.extend(printer.heading());
        lines.extend(printer.equations("Measurement", "y = ν + Λη + ε", |name| printer.is_measured(name)));
        lines.extend(printer.equations("Structure", "η = α + Bη + ζ", |name| !printer.is_measured(name)));
        lines.extend(printer.moments());
        lines.extend(printer.of_x());
    }
    let statements = labels.statements();
    if !statements.is_empty() {
        lines.push("Constraints and definitions".into());
        lines.extend(statements.iter().map(|statement| match statement {
            Statement::Constraint(lhs, Operator::Equal, rhs) => format!("  {lhs} = {rhs}"),
            Statement::Constraint(lhs, op, rhs) => format!("  {lhs} {op} {rhs}"),
            Statement::Definition(name, value) => format!("  {name} := {value}"),
        }));
    }
    lines.join("\n") + "\n"
}

struct Printer<'a> {
    table: &'a ParameterTable,
    labels: &'a Labels<'a>,
    index: usize,
    block: &'a Block,
}

impl Printer<'_> {
    fn heading(&self) -> Option<String> {
        let several = |of: fn(&Block) -> usize| self.table.blocks.iter().any(|block| of(block) > 1);
        let group = several(|block| block.group).then(|| format!("Group {}", self.block.group_label));
        let level = several(|block| block.level).then(|| format!("Level {}", self.block.level));
        let parts: Vec<String> = group.into_iter().chain(level).collect();
        (!parts.is_empty()).then(|| format!("{}\n", parts.join(", ")))
    }

    fn rows(&self) -> impl Iterator<Item = (usize, &Row)> {
        let rows = self.table.rows.iter().enumerate();
        rows.filter(|(_, row)| row.is_parameter() && row.block == self.index)
    }

    /// Observed indicators have their equation in the measurement part.
    fn is_measured(&self, name: &str) -> bool {
        !self.block.latent.iter().any(|latent| latent == name)
            && self.rows().any(|(_, row)| row.op == Operator::Measures && row.rhs == name)
    }

    fn equations(&self, title: &str, general: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let names = self.block.observed.iter().chain(&self.block.latent);
        let equations: Vec<String> =
            names.filter(|name| is_wanted(name)).filter_map(|name| self.equation(name)).collect();
        if equations.is_empty() {
            return equations;
        }
        std::iter::once(format!("{title}: {general}")).chain(equations).chain([String::new()]).collect()
    }

    /// `name = intercept + paths + residual`; `None` for a variable that nothing leads to.
    fn equation(&self, name: &str) -> Option<String> {
        let measured = self.is_measured(name);
        let into = |row: &Row| match row.op {
            Operator::Measures => row.rhs == name && row.lhs != name,
            Operator::Regression | Operator::Composite => row.lhs == name,
            _ => false,
        };
        let terms: Vec<String> =
            self.rows().filter(|(_, row)| into(row)).filter_map(|(k, row)| self.term(k, row)).collect();
        let intercept = self.rows().find(|(_, row)| row.op == Operator::Intercept && row.lhs == name);
        let intercept = intercept.and_then(|(k, row)| self.parameter(k, row)).filter(|text| text != "0");
        if terms.is_empty() && !measured {
            return None;
        }
        let zero_variance =
            self.table.variance_row(self.index, name).is_none_or(|k| self.table.rows[k].fixed == Some(0.0));
        let residual = (!zero_variance).then(|| format!("{}[{name}]", if measured { "ε" } else { "ζ" }));
        let summands: Vec<String> = intercept.into_iter().chain(terms).chain(residual).collect();
        let mut words = vec![format!("{name} =")];
        let last = summands.len().saturating_sub(1);
        words.extend(summands.into_iter().enumerate().map(|(k, s)| if k < last { format!("{s} +") } else { s }));
        Some(wrapped(&words, 2, WIDTH))
    }

    /// A path as `parameter·cause`; nothing where it is fixed at 0.
    fn term(&self, index: usize, row: &Row) -> Option<String> {
        let cause = if row.op == Operator::Measures { &row.lhs } else { &row.rhs };
        match self.parameter(index, row)?.as_str() {
            "0" => None,
            "1" => Some(cause.clone()),
            parameter => Some(format!("{parameter}·{cause}")),
        }
    }

    /// A parameter as it stands in an equation.
    fn parameter(&self, index: usize, row: &Row) -> Option<String> {
        if row.exogenous {
            return None;
        }
        if let Some(value) = row.fixed.filter(|_| row.free.is_none()) {
            return Some(number_text(value));
        }
        if let Some(label) = self.labels.of(index) {
            return Some(label.to_string());
        }
        let latent = |name: &String| self.block.latent.contains(name);
        let (lhs, rhs) = (&row.lhs, &row.rhs);
        Some(match row.op {
            Operator::Measures => format!("λ[{rhs},{lhs}]"),
            Operator::Composite => format!("γ[{lhs},{rhs}]"),
            Operator::Regression => format!("β[{lhs},{rhs}]"),
            Operator::Intercept => format!("{}[{lhs}]", if self.is_measured(lhs) { "ν" } else { "α" }),
            Operator::Threshold => format!("τ[{lhs},{rhs}]"),
            Operator::Covariance => {
                let letter = if latent(lhs) || latent(rhs) || !self.is_measured(lhs) { "ψ" } else { "θ" };
                if lhs == rhs { format!("{letter}[{lhs}]") } else { format!("{letter}[{lhs},{rhs}]") }
            }
            _ => format!("{}[{lhs}]", row.op),
        })
    }

    /// Means of variables without an equation, variances and covariances.
    fn moments(&self) -> Vec<String> {
        let has_equation = |name: &str| self.equation(name).is_some();
        let shown = |name: &str| match (has_equation(name), self.is_measured(name)) {
            (true, true) => format!("ε[{name}]"),
            (true, false) => format!("ζ[{name}]"),
            (false, _) => name.to_string(),
        };
        let mut lines = Vec::new();
        for (k, row) in self.rows() {
            let Some(parameter) = self.parameter(k, row) else { continue };
            match row.op {
                Operator::Intercept if !has_equation(&row.lhs) => lines.push(format!("  E({}) = {parameter}", row.lhs)),
                Operator::Covariance if row.lhs == row.rhs && !(parameter == "0" && has_equation(&row.lhs)) => {
                    lines.push(format!("  Var({}) = {parameter}", shown(&row.lhs)));
                }
                Operator::Covariance if row.lhs != row.rhs => {
                    lines.push(format!("  Cov({}, {}) = {parameter}", shown(&row.lhs), shown(&row.rhs)));
                }
                _ => {}
            }
        }
        if lines.is_empty() {
            return lines;
        }
        std::iter::once("Means, variances and covariances".to_string()).chain(lines).chain([String::new()]).collect()
    }

    fn of_x(&self) -> Vec<String> {
        let fixed: Vec<String> = self
            .block
            .exogenous
            .iter()
            .filter(|x| self.table.variance_row(self.index, x).is_some_and(|k| self.table.rows[k].exogenous))
            .cloned()
            .collect();
        if fixed.is_empty() {
            return fixed;
        }
        vec![format!("Fixed at their sample moments: {}", fixed.join(", ")), String::new()]
    }
}
