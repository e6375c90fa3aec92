//! What is written before `*`: fixed values, labels, starting values, bounds.

use super::{
    Fixing, Modifiers,
    expression::Function,
    fault::Fault,
    tree::{Node, Tree, label_of_text},
};

/// Functions that modify a term.
const MODIFIERS: [&str; 8] = ["start", "label", "equal", "lower", "upper", "rv", "prior", "c"];

impl Modifiers {
    /// Adds what a tree before `*` says.
    pub(super) fn add(&mut self, tree: &Tree) -> Result<(), Fault> {
        if let Some(value) = number(tree) {
            return put(&mut self.fixed, vec![Fixing::Value(value?)], tree, "fixed value");
        }
        match &tree.node {
            Node::Name(name) if is_na(name) => put(&mut self.fixed, vec![Fixing::Free], tree, "fixed value"),
            Node::Name(text) | Node::Text(text) => put(&mut self.labels, vec![label(text)], tree, "label"),
            Node::Binary(left, '*', right) => {
                self.add(left)?;
                self.add(right)
            }
            Node::Call(name, arguments) => self.add_call(name, arguments, tree),
            _ => Err(Fault::new(tree.span.clone(), "this is no modifier")
                .help("before `*` stands a number, NA, a label, or start(), label(), equal(), lower(), upper(), c()")),
        }
    }

    /// Adds the starting value that stands before `?`.
    pub(super) fn add_start(&mut self, tree: &Tree) -> Result<(), Fault> {
        let values = finite(numbers(elements(tree), "a starting value")?, tree)?;
        put(&mut self.start, values, tree, "starting value")
    }

    fn add_call(&mut self, name: &str, arguments: &[Tree], tree: &Tree) -> Result<(), Fault> {
        if name == "c" {
            return self.add_vector(arguments, tree);
        }
        if !MODIFIERS.contains(&name) {
            return Err(Fault::new(tree.span.clone(), format!("unknown function `{name}` in a modifier"))
                .help("modifiers are numbers, NA, labels, start(), label(), equal(), lower(), upper(), c()")
                .nearest(name, MODIFIERS.into_iter().chain(Function::ALL.map(|(known, _)| known))));
        }
        let [argument] = arguments else {
            return Err(Fault::new(
                tree.span.clone(),
                format!("`{name}()` takes one argument, found {}", arguments.len()),
            )
            .help(format!("several groups: {name}(c(…, …))")));
        };
        let items = elements(argument);
        match name {
            "start" => {
                put(&mut self.start, finite(numbers(items, "a starting value")?, argument)?, tree, "starting value")
            }
            "lower" => put(&mut self.lower, numbers(items, "a lower bound")?, tree, "lower bound"),
            "upper" => put(&mut self.upper, numbers(items, "an upper bound")?, tree, "upper bound"),
            "label" => put(&mut self.labels, labels(items)?, tree, "label"),
            "equal" => put(&mut self.equal, labels(items)?, tree, "equal()"),
            "rv" => put(&mut self.random_slope, labels(items)?, tree, "rv()"),
            _ => put(&mut self.prior, labels(items)?, tree, "prior()"),
        }
    }

    /// `c(…)`: fixed values with NA, or labels with NA.
    fn add_vector(&mut self, items: &[Tree], tree: &Tree) -> Result<(), Fault> {
        if items.is_empty() {
            return Err(Fault::new(tree.span.clone(), "`c()` is empty").help("give one element per group: c(a, b)"));
        }
        if items.iter().any(|item| number(item).is_none() && !is_missing(item)) {
            return put(&mut self.labels, labels(items)?, tree, "label");
        }
        let values = finite(numbers(items, "a number")?, tree)?;
        let fixed = values.into_iter().map(|v| v.map_or(Fixing::Free, Fixing::Value)).collect();
        put(&mut self.fixed, fixed, tree, "fixed value")
    }
}

/// Puts values in place; two different ones for the same term are a contradiction.
fn put<V: PartialEq>(place: &mut Vec<V>, values: Vec<V>, tree: &Tree, what: &str) -> Result<(), Fault> {
    if !place.is_empty() && *place != values {
        return Err(Fault::new(tree.span.clone(), format!("a second, different {what} for the same term"))
            .help("several groups: one element per group, c(a, b)"));
    }
    *place = values;
    Ok(())
}

/// The elements of `c(…)`, or the one thing that stands in its place.
fn elements(tree: &Tree) -> &[Tree] {
    match &tree.node {
        Node::Call(name, items) if name == "c" => items,
        _ => std::slice::from_ref(tree),
    }
}

fn numbers(items: &[Tree], what: &str) -> Result<Vec<Option<f64>>, Fault> {
    let one = |item: &Tree| match number(item) {
        Some(value) => value.map(Some),
        None if is_missing(item) => Ok(None),
        None => infinite(item).map(Some).ok_or_else(|| {
            Fault::new(item.span.clone(), format!("expected {what}: a number, arithmetic of numbers, or NA"))
        }),
    };
    items.iter().map(one).collect()
}

/// Only bounds may be infinite.
fn finite(values: Vec<Option<f64>>, tree: &Tree) -> Result<Vec<Option<f64>>, Fault> {
    if values.iter().flatten().all(|value| value.is_finite()) {
        return Ok(values);
    }
    Err(Fault::new(tree.span.clone(), "only lower() and upper() may be infinite"))
}

fn labels(items: &[Tree]) -> Result<Vec<Option<String>>, Fault> {
    let one = |item: &Tree| match &item.node {
        Node::Name(name) if is_na(name) => Ok(None),
        Node::Name(text) | Node::Text(text) => Ok(label(text)),
        _ => Err(Fault::new(item.span.clone(), "expected a label: a name or a text in quotes")
            .help("numbers and labels cannot be mixed in one c(); write two modifiers: c(1, NA)*c(a, b)*x")),
    };
    items.iter().map(one).collect()
}

fn label(text: &str) -> Option<String> {
    let label = label_of_text(text);
    (!label.is_empty()).then_some(label)
}

/// The value of arithmetic without names; `None` where it is something else.
fn number(tree: &Tree) -> Option<Result<f64, Fault>> {
    if !is_arithmetic(tree) {
        return None;
    }
    let value = tree.expression().map(|e| e.constant().unwrap_or(f64::NAN));
    Some(value.and_then(|value| {
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Fault::new(tree.span.clone(), "this arithmetic has no finite value"))
        }
    }))
}

/// Whether a tree holds numbers and functions of numbers only.
fn is_arithmetic(tree: &Tree) -> bool {
    match &tree.node {
        Node::Number(_) => true,
        Node::Negate(inner) => is_arithmetic(inner),
        Node::Binary(left, _, right) => is_arithmetic(left) && is_arithmetic(right),
        Node::Call(name, arguments) => {
            (Function::named(name).is_some() || name == "pow") && arguments.iter().all(is_arithmetic)
        }
        Node::Name(_) | Node::Text(_) | Node::Product(_) => false,
    }
}

fn is_missing(tree: &Tree) -> bool {
    matches!(&tree.node, Node::Name(name) if is_na(name))
}

fn is_na(name: &str) -> bool {
    matches!(name, "NA" | "NA_real_" | "NA_character_")
}

/// `Inf` and `-Inf`, as bounds.
fn infinite(tree: &Tree) -> Option<f64> {
    match &tree.node {
        Node::Name(name) if name == "Inf" => Some(f64::INFINITY),
        Node::Negate(inner) => infinite(inner).map(|value| -value),
        _ => None,
    }
}
