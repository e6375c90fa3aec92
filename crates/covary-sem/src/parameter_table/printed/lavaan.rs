//! A completed model in lavaan syntax.

use super::{
    labels::{Labels, Statement},
    wrapped,
};
use crate::{
    Settings,
    parameter_table::{ParameterTable, Row, to_lavaan::block_name},
    syntax::{Operator, expression::number_text, label_text, name_text},
};

/// Lines of the text are kept below this.
const WIDTH: usize = 100;

/// Every row of the table but moments of fixed x, for `lavaan()`, which adds nothing to it.
///
/// `complete` of the text read back, with function lavaan and the same `fixed.x`, gives the same model. lavaan reads
/// the same, but knows no names in backquotes. Exploratory blocks are printed as identified before rotation.
pub(super) fn print(table: &ParameterTable, settings: &Settings) -> String {
    let labels = Labels::new(table);
    let mut text = String::new();
    let mut line = |content: &str| {
        text.push_str(content);
        text.push('\n');
    };
    line(&format!("# lavaan({}): nothing is added to what stands here", call(table, settings)));
    let several = table.blocks.iter().any(|block| block.group > 1);
    let levels = table.blocks.iter().any(|block| block.level > 1);
    for (index, block) in table.blocks.iter().enumerate() {
        if several && block.level == 1 {
            line(&format!("group: {}", block_name(&block.group_label)));
        }
        if levels {
            line(&format!("level: {}", block.level));
        }
        for formula in formulas(table, &labels, index, settings.correlation) {
            line(&formula);
        }
    }
    for statement in labels.statements() {
        line(&match statement {
            Statement::Constraint(lhs, op, rhs) => format!("{lhs} {op} {rhs}"),
            Statement::Definition(name, value) => format!("{} := {value}", label_text(&name)),
        });
    }
    text
}

/// The arguments that the text needs.
fn call(table: &ParameterTable, settings: &Settings) -> String {
    let flag = |value: bool| if value { "TRUE" } else { "FALSE" };
    let mut arguments = vec!["model".to_string(), "data".to_string()];
    if table.blocks.iter().any(|block| !block.exogenous.is_empty()) {
        arguments.push(format!("fixed.x = {}", flag(table.fixed_x)));
    }
    let text = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name} = \"{value}\""));
    arguments.extend(text("group", &settings.group));
    arguments.extend(text("cluster", &settings.cluster));
    if settings.correlation {
        arguments.push("correlation = TRUE".into());
    }
    if settings.conditional_x == Some(true) {
        arguments.push("conditional.x = TRUE".into());
    }
    arguments.join(", ")
}

/// The formulas of a block: rows that follow one another with the same left side and operator in one.
fn formulas(table: &ParameterTable, labels: &Labels, block: usize, correlation: bool) -> Vec<String> {
    // A model of correlations brings its scales and the variances of observed variables itself.
    let observed = |row: &Row| row.lhs == row.rhs && table.blocks[block].observed.contains(&row.lhs);
    let brought = |row: &Row| {
        correlation && !row.user && (row.op == Operator::Scale || (row.op == Operator::Covariance && observed(row)))
    };
    let rows = table.rows.iter().enumerate();
    let rows = rows.filter(|(_, row)| row.is_parameter() && row.block == block && !row.exogenous && !brought(row));
    let mut formulas: Vec<(&Row, Vec<String>)> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (index, row) in rows {
        let first = row.op == Operator::Measures && !seen.contains(&row.lhs.as_str());
        if first {
            seen.push(&row.lhs);
        }
        let terms = terms(row, labels.of(index), first);
        match formulas.last_mut().filter(|(last, _)| (&last.lhs, last.op) == (&row.lhs, row.op) && last.lhs != last.rhs)
        {
            Some((_, all)) if row.lhs != row.rhs => all.extend(terms),
            _ => formulas.push((row, terms)),
        }
    }
    formulas.into_iter().map(|(row, terms)| formula(row, &terms)).collect()
}

fn formula(row: &Row, terms: &[String]) -> String {
    let op = if row.op == Operator::Intercept { Operator::Regression } else { row.op };
    let mut words = vec![format!("{} {op}", name_text(&row.lhs))];
    let last = terms.len().saturating_sub(1);
    words.extend(terms.iter().enumerate().map(|(k, term)| if k < last { format!("{term} +") } else { term.clone() }));
    wrapped(&words, 0, WIDTH)
}

/// A row as terms: one for each of its modifiers. `first`: a first loading, which sem() and cfa() would fix.
fn terms(row: &Row, label: Option<&str>, first: bool) -> Vec<String> {
    let variable = match row.op {
        Operator::Intercept => "1".to_string(),
        Operator::Measures if row.lhs == row.rhs => return vec!["0".to_string()],
        _ => name_text(&row.rhs),
    };
    let mut modifiers = Vec::new();
    match (row.free, row.fixed) {
        (None, Some(value)) => modifiers.push(number_text(value)),
        (Some(_), _) if first => modifiers.push("NA".to_string()),
        _ => {}
    }
    modifiers.extend(label.map(str::to_string));
    if row.free.is_some() {
        let call = |name: &str, value: Option<f64>| value.map(|value| format!("{name}({})", bound_text(value)));
        modifiers.extend(call("start", row.start));
        modifiers.extend(call("lower", row.lower));
        modifiers.extend(call("upper", row.upper));
    }
    if modifiers.is_empty() {
        return vec![variable];
    }
    modifiers.into_iter().map(|modifier| format!("{modifier}*{variable}")).collect()
}

fn bound_text(value: f64) -> String {
    if value.is_infinite() { if value > 0.0 { "Inf" } else { "-Inf" }.to_string() } else { number_text(value) }
}
