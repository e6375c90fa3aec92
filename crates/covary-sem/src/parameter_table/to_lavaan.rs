//! Formulas as lavaan syntax.

use crate::syntax::{
    Constraint, Definition, Element, Expression, Fixing, Formulas, Modifiers, Operator, expression::number_text,
    label_text, name_text,
};

/// The model as lavaan syntax, one element per line, then constraints and definitions in their order.
///
/// `parse` of the result gives the same elements, constraints and definitions, so that `complete` gives the same table.
/// lavaan gives the same model under the same function and options, except for several labels, bounds or fixed values
/// of one `c(…)` that contain NA beside names, which lavaan 0.6-14 reads otherwise.
pub fn to_lavaan(formulas: &Formulas) -> String {
    let mut text = String::new();
    let mut place = (None, None);
    for element in &formulas.elements {
        if (element.group, element.level) != place {
            write_block(&mut text, formulas, element, place);
            place = (element.group, element.level);
        }
        write_line(&mut text, &element_text(element));
    }
    let mut statements: Vec<(usize, String)> = formulas
        .constraints
        .iter()
        .map(|c| (c.span.start, constraint_text(c)))
        .chain(formulas.definitions.iter().map(|d| (d.span.start, definition_text(d))))
        .collect();
    statements.sort_by_key(|(start, _)| *start);
    for (_, statement) in statements {
        write_line(&mut text, &statement);
    }
    text
}

fn write_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn write_block(text: &mut String, formulas: &Formulas, element: &Element, before: (Option<usize>, Option<usize>)) {
    let name = |names: &[String], index: usize| names.get(index).cloned().unwrap_or_default();
    // `group:` also ends the level before it.
    let opens = element.group != before.0 || element.level.is_none();
    if let Some(group) = element.group.filter(|_| opens) {
        write_line(text, &format!("group: {}", block_name(&name(&formulas.groups, group))));
    }
    if let Some(level) = element.level {
        write_line(text, &format!("level: {}", block_name(&name(&formulas.levels, level))));
    }
}

/// A name as it stands after `group:`; in quotes where it is no plain word.
pub(super) fn block_name(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
    let number_then_letters =
        name.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit()) && name.parse::<f64>().is_err();
    if plain && !number_then_letters { name.to_string() } else { quoted(name) }
}

/// A text in the quotes that it does not contain: the parser lets no text contain both.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}

fn element_text(element: &Element) -> String {
    let efa = element.efa.as_ref().map(|set| format!("efa({})*", quoted(set))).unwrap_or_default();
    if element.op == Operator::Measures && element.lhs == element.rhs {
        return format!("{efa}{} =~ 0", name_text(&element.lhs));
    }
    let (op, variable) = match element.op {
        Operator::Intercept => (Operator::Regression, "1".to_string()),
        op => (op, name_text(&element.rhs)),
    };
    let modifiers = modifier_texts(&element.modifiers);
    let terms = if modifiers.is_empty() {
        variable
    } else {
        modifiers.iter().map(|m| format!("{m}*{variable}")).collect::<Vec<_>>().join(" + ")
    };
    format!("{efa}{} {op} {terms}", name_text(&element.lhs))
}

fn modifier_texts(modifiers: &Modifiers) -> Vec<String> {
    let number = |value: &Option<f64>| match value {
        Some(value) if value.is_infinite() => if *value > 0.0 { "Inf" } else { "-Inf" }.to_string(),
        Some(value) => number_text(*value),
        None => "NA".to_string(),
    };
    let fixed = |value: &Fixing| match value {
        Fixing::Value(value) => number_text(*value),
        Fixing::Free => "NA".to_string(),
    };
    let word = |label: &Option<String>| label.as_ref().map_or("NA".to_string(), |label| quoted(label));
    let mut texts = Vec::new();
    let mut add = |call: &str, items: Vec<String>| {
        let inner = match items.as_slice() {
            [] => return,
            [only] => only.clone(),
            _ => format!("c({})", items.join(", ")),
        };
        texts.push(if call.is_empty() { inner } else { format!("{call}({inner})") });
    };
    add("", modifiers.fixed.iter().map(fixed).collect());
    add("label", modifiers.labels.iter().map(word).collect());
    add("start", modifiers.start.iter().map(number).collect());
    add("lower", modifiers.lower.iter().map(number).collect());
    add("upper", modifiers.upper.iter().map(number).collect());
    add("equal", modifiers.equal.iter().map(word).collect());
    add("rv", modifiers.random_slope.iter().map(word).collect());
    add("prior", modifiers.prior.iter().map(word).collect());
    texts
}

fn constraint_text(constraint: &Constraint) -> String {
    let left = written(&constraint.lhs_written, &constraint.lhs);
    format!("{left} {} {}", constraint.op, written(&constraint.rhs_written, &constraint.rhs))
}

fn definition_text(definition: &Definition) -> String {
    format!("{} := {}", label_text(&definition.name), written(&definition.written, &definition.expression))
}

/// The author's own spelling where there is one.
fn written(text: &str, expression: &Expression) -> String {
    if text.is_empty() { expression.to_string() } else { text.to_string() }
}
