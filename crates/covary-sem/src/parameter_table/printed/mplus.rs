//! A completed model as an input of Mplus 8.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    labels::{Labels, Statement},
    wrapped,
};
use crate::{
    Settings,
    parameter_table::{Block, ParameterTable, Row},
    settings::{EstimatorName, MissingValues},
    syntax::{
        Expression, Operator,
        expression::{Function, number_text},
    },
};

/// Mplus reads 90 columns of a line.
const WIDTH: usize = 88;
/// Letters of a name that Mplus tells apart.
const LONGEST_NAME: usize = 8;

/// The whole input: DATA, VARIABLE, DEFINE, ANALYSIS, MODEL, MODEL CONSTRAINT.
///
/// Every parameter is stated, so that no default of Mplus adds or ties anything; fixed x are left unmentioned, which fixes
/// them in Mplus too. Names and labels of more than eight letters, or of letters that Mplus does not know, are shortened
/// and told in comments.
///
/// # Source
/// Muthén and Muthén, Mplus User's Guide, 8th edition, chapters 15 to 17.
pub(super) fn print(table: &ParameterTable, settings: &Settings) -> String {
    let mut labels = Labels::new(table);
    let bounds = bounded(table, &mut labels);
    let names = Names::new(table, &labels);
    let mut lines = names.comments();
    lines.extend(data_and_variables(table, settings, &names));
    lines.extend(analysis(table, settings));
    lines.push("MODEL:".into());
    let several = table.blocks.iter().any(|block| block.group > 1);
    let printer = Printer { table, labels: &labels, names: &names };
    if several {
        // The overall model has the structure; what is free, fixed or equal is said for each group.
        lines.extend(printer.group(1, Detail::Structure));
        for block in table.blocks.iter().filter(|block| block.level == 1) {
            lines.push(format!("MODEL {}:", names.group(block)));
            lines.extend(printer.group(block.group, Detail::Whole));
        }
    } else {
        lines.extend(printer.group(1, Detail::Whole));
    }
    lines.extend(constraints(&labels, &names, &bounds));
    lines.join("\n") + "\n"
}

/// Bounds as (row, operator, value); their rows get labels.
fn bounded(table: &ParameterTable, labels: &mut Labels) -> Vec<(usize, char, f64)> {
    let mut bounds = Vec::new();
    for (k, row) in table.rows.iter().enumerate().filter(|(_, row)| row.free.is_some()) {
        for (bound, operator) in [(row.lower, '>'), (row.upper, '<')] {
            if let Some(value) = bound.filter(|value| value.is_finite()) {
                labels.required(k);
                bounds.push((k, operator, value));
            }
        }
    }
    bounds
}

/// Names in Mplus's form.
struct Names {
    variables: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    groups: HashMap<usize, String>,
    /// Latent variables that two levels share have a name at each.
    level_of: HashMap<(String, usize), String>,
}

impl Names {
    fn new(table: &ParameterTable, labels: &Labels) -> Names {
        let mut taken = HashSet::new();
        let mut names = Names {
            variables: BTreeMap::new(),
            labels: BTreeMap::new(),
            groups: HashMap::new(),
            level_of: HashMap::new(),
        };
        for block in &table.blocks {
            for name in block.observed.iter().chain(&block.latent) {
                if !names.variables.contains_key(name) {
                    names.variables.insert(name.clone(), short(name, 'v', &mut taken));
                }
            }
        }
        for block in table.blocks.iter().filter(|block| block.level > 1) {
            let below = |name: &&String| table.blocks.iter().any(|b| b.level < block.level && b.latent.contains(name));
            for name in block.latent.iter().filter(below) {
                let key = (name.clone(), block.level);
                names.level_of.entry(key).or_insert_with(|| short(&format!("{name}b"), 'f', &mut taken));
            }
        }
        let mut taken = HashSet::new();
        let of_rows = (0..table.rows.len()).filter_map(|row| labels.of(row));
        let defined = table.definitions.iter().map(|(row, _)| table.rows[*row].lhs.as_str());
        for label in of_rows.chain(defined) {
            if !names.labels.contains_key(label) {
                names.labels.insert(label.to_string(), short(label, 'p', &mut taken));
            }
        }
        let mut taken = HashSet::new();
        for block in table.blocks.iter().filter(|block| block.level == 1) {
            names.groups.insert(block.group, short(&block.group_label, 'g', &mut taken));
        }
        names
    }

    fn variable<'a>(&'a self, name: &'a str, level: usize) -> &'a str {
        let at_level = self.level_of.get(&(name.to_string(), level));
        at_level.or_else(|| self.variables.get(name)).map_or(name, String::as_str)
    }

    fn label<'a>(&'a self, label: &'a str) -> &'a str {
        self.labels.get(label).map_or(label, String::as_str)
    }

    fn group(&self, block: &Block) -> &str {
        self.groups.get(&block.group).map_or("g", String::as_str)
    }

    /// What was renamed.
    fn comments(&self) -> Vec<String> {
        let renamed = self.variables.iter().chain(&self.labels).filter(|(name, short)| name != short);
        let lines: Vec<String> = renamed.map(|(name, short)| format!("! {short} = {name}")).collect();
        if lines.is_empty() {
            return lines;
        }
        std::iter::once("! Mplus tells names apart by eight letters; these were changed:".to_string())
            .chain(lines)
            .collect()
    }
}

/// A name of at most eight letters, digits and underscores that begins with a letter, other than those taken whatever
/// the case.
fn short(name: &str, letter: char, taken: &mut HashSet<String>) -> String {
    let mut plain: String = name
        .chars()
        .map(|c| if matches!(c, '.' | ':' | ' ' | '-') { '_' } else { c })
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    if !plain.starts_with(|c: char| c.is_ascii_alphabetic()) {
        plain.insert(0, letter);
    }
    plain.truncate(LONGEST_NAME);
    let mut candidate = plain.clone();
    let mut number = 1;
    while !taken.insert(candidate.to_uppercase()) {
        let suffix = number.to_string();
        let kept = plain.len().min(LONGEST_NAME.saturating_sub(suffix.len()));
        candidate = format!("{}{suffix}", &plain[..kept]);
        number += 1;
    }
    candidate
}

fn data_and_variables(table: &ParameterTable, settings: &Settings, names: &Names) -> Vec<String> {
    let mut observed: Vec<&String> = Vec::new();
    for name in table.blocks.iter().flat_map(|block| &block.observed) {
        if !observed.contains(&name) {
            observed.push(name);
        }
    }
    let (products, plain): (Vec<&String>, Vec<&String>) = observed.iter().partition(|name| name.contains(':'));
    // Factors of products are read too.
    let factors = products.iter().flat_map(|name| name.split(':')).filter(|f| !plain.iter().any(|name| name == f));
    let mut read: Vec<String> = plain.iter().map(|name| names.variable(name, 1).to_string()).collect();
    for factor in factors {
        let factor = short(factor, 'v', &mut HashSet::new());
        if !read.contains(&factor) {
            read.push(factor);
        }
    }
    let design = [&settings.group, &settings.cluster, &settings.sampling_weights].into_iter().flatten();
    let design: Vec<String> = design.map(|name| short(name, 'v', &mut HashSet::new())).collect();
    let mut lines = vec!["DATA: FILE IS data.dat;  ! blanks between columns, no line of names".to_string()];
    let list = |word: &str, names: &[String]| {
        let mut words = vec![word.to_string()];
        words.extend(names.iter().cloned());
        wrapped(&words, 2, WIDTH) + ";"
    };
    lines.push("VARIABLE:".into());
    lines.push(list("NAMES ARE", &[read, design].concat()));
    let used: Vec<String> = plain.iter().chain(&products).map(|name| names.variable(name, 1).to_string()).collect();
    lines.push(list("USEVARIABLES ARE", &used));
    let groups: Vec<&Block> = table.blocks.iter().filter(|block| block.level == 1).collect();
    if groups.len() > 1 {
        let group = settings.group.as_deref().map_or("group".to_string(), |name| short(name, 'v', &mut HashSet::new()));
        let codes: Vec<String> =
            groups.iter().map(|block| format!("{} = {}", block.group, names.group(block))).collect();
        lines.push(format!("  GROUPING IS {group} ({});  ! codes as in the data", codes.join(" ")));
    }
    if let Some(cluster) = &settings.cluster {
        lines.push(format!("  CLUSTER IS {};", short(cluster, 'v', &mut HashSet::new())));
    }
    if let Some(weight) = &settings.sampling_weights {
        lines.push(format!("  WEIGHT IS {};", short(weight, 'v', &mut HashSet::new())));
    }
    for (level, word) in [(1, "WITHIN ARE"), (2, "BETWEEN ARE")] {
        let at = |name: &str, level: usize| {
            table.blocks.iter().any(|b| b.level == level && b.observed.iter().any(|known| known == name))
        };
        let only: Vec<String> = observed
            .iter()
            .filter(|name| table.blocks.iter().any(|b| b.level > 1) && at(name, level) && !at(name, 3 - level))
            .map(|name| names.variable(name, 1).to_string())
            .collect();
        if !only.is_empty() {
            lines.push(list(word, &only));
        }
    }
    if settings.missing != MissingValues::Listwise {
        lines.push("  MISSING ARE ALL (-999);  ! the code of missing values in the data".into());
    }
    if !products.is_empty() {
        lines.push("DEFINE:".into());
        for product in products {
            let factors: Vec<String> = product
                .split(':')
                .map(|f| names.variables.get(f).cloned().unwrap_or_else(|| short(f, 'v', &mut HashSet::new())))
                .collect();
            lines.push(format!("  {} = {};", names.variable(product, 1), factors.join("*")));
        }
    }
    lines
}

fn analysis(table: &ParameterTable, settings: &Settings) -> Vec<String> {
    let two_level = table.blocks.iter().any(|block| block.level > 1);
    let kind = match (two_level, settings.cluster.is_some()) {
        (true, _) => "  TYPE = TWOLEVEL;",
        (false, true) => "  TYPE = COMPLEX;",
        (false, false) => "  TYPE = GENERAL;",
    };
    let estimator = match settings.estimator {
        EstimatorName::Ml if settings.cluster.is_some() && !two_level => "MLR".to_string(),
        name => serde_json::to_value(name).ok().and_then(|v| v.as_str().map(String::from)).unwrap_or("ML".into()),
    };
    let listwise = settings.missing == MissingValues::Listwise;
    let mut lines = vec!["ANALYSIS:".to_string(), kind.to_string()];
    lines.push(if table.meanstructure {
        "  MODEL = NOCOVARIANCES;".into()
    } else {
        "  MODEL = NOCOVARIANCES NOMEANSTRUCTURE;".into()
    });
    lines.push(format!("  ESTIMATOR = {estimator};"));
    if estimator == "ML" && listwise && !two_level {
        lines.push("  INFORMATION = EXPECTED;".into());
    }
    if listwise {
        lines.insert(0, "! missing values: name their code under VARIABLE, and LISTWISE IS ON under DATA".into());
    }
    lines
}

/// How much of a row is printed.
#[derive(Clone, Copy, PartialEq)]
enum Detail {
    /// Which parameters there are.
    Structure,
    /// Values, starts and labels as well.
    Whole,
}

struct Printer<'a> {
    table: &'a ParameterTable,
    labels: &'a Labels<'a>,
    names: &'a Names,
}

impl Printer<'_> {
    fn group(&self, group: usize, detail: Detail) -> Vec<String> {
        let mut lines = Vec::new();
        for (index, block) in self.table.blocks.iter().enumerate().filter(|(_, block)| block.group == group) {
            if self.table.blocks.iter().any(|block| block.level > 1) {
                lines.push(if block.level == 1 { "%WITHIN%" } else { "%BETWEEN%" }.to_string());
            }
            lines.extend(self.block(index, block, detail));
        }
        lines
    }

    fn block(&self, index: usize, block: &Block, detail: Detail) -> Vec<String> {
        let rows: Vec<(usize, &Row)> = self
            .table
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.is_parameter() && row.block == index && !row.exogenous)
            .collect();
        let mut lines = Vec::new();
        for latent in &block.latent {
            let of = |op| rows.iter().filter(move |(_, row)| row.op == op && row.lhs == *latent && row.rhs != *latent);
            if of(Operator::Measures).next().is_none() {
                // A latent variable without indicators: a composite, or one that others give its meaning.
                lines.push(format!("  {} BY;", self.names.variable(latent, block.level)));
            }
        }
        for (operator, word) in [
            (Operator::Measures, "BY"),
            (Operator::Composite, "ON"),
            (Operator::Regression, "ON"),
            (Operator::Covariance, "WITH"),
        ] {
            lines.extend(self.lists(&rows, block.level, operator, word, detail));
        }
        for &(k, row) in &rows {
            let name = self.names.variable(&row.lhs, block.level);
            let (open, close) = match row.op {
                Operator::Covariance if row.lhs == row.rhs => ("", ""),
                Operator::Intercept if !self.mean_is_above(row, block) => ("[", "]"),
                Operator::Scale => ("{", "}"),
                Operator::Threshold => {
                    let number = row.rhs.trim_start_matches('t');
                    lines.push(format!("  [{name}${number}{}]{};", self.value(row, detail), self.label(k, detail)));
                    continue;
                }
                _ => continue,
            };
            lines.push(format!("  {open}{name}{}{close}{};", self.value(row, detail), self.label(k, detail)));
        }
        lines
    }

    /// `f BY x1@1` and one further line for each further variable, so that each can bear a label.
    fn lists(
        &self,
        rows: &[(usize, &Row)],
        level: usize,
        operator: Operator,
        word: &str,
        detail: Detail,
    ) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut before: Option<&str> = None;
        for (k, row) in rows.iter().filter(|(_, row)| row.op == operator && row.lhs != row.rhs) {
            let head = if before == Some(&row.lhs) {
                "     ".to_string()
            } else {
                if let Some(last) = lines.last_mut() {
                    last.push(';');
                }
                format!("  {} {word}", self.names.variable(&row.lhs, level))
            };
            before = Some(&row.lhs);
            let variable = self.names.variable(&row.rhs, level);
            lines.push(format!("{head} {variable}{}{}", self.value(row, detail), self.label(*k, detail)));
        }
        if let Some(last) = lines.last_mut() {
            last.push(';');
        }
        lines
    }

    /// At the first level Mplus has no means of variables that stand at the second too.
    fn mean_is_above(&self, row: &Row, block: &Block) -> bool {
        let above = |b: &Block| b.group == block.group && b.level > block.level;
        self.table.blocks.iter().any(above) && row.fixed == Some(0.0)
    }

    fn value(&self, row: &Row, detail: Detail) -> String {
        match (row.free, row.fixed, row.start) {
            _ if detail == Detail::Structure && row.op != Operator::Measures => String::new(),
            (None, Some(value), _) => format!("@{}", number_text(value)),
            (_, _, Some(start)) => format!("*{}", number_text(start)),
            // Mplus would fix the first indicator.
            _ if row.op == Operator::Measures => "*".to_string(),
            _ => String::new(),
        }
    }

    fn label(&self, row: usize, detail: Detail) -> String {
        match self.labels.of(row).filter(|_| detail == Detail::Whole) {
            Some(label) => format!(" ({})", self.names.label(label)),
            None => String::new(),
        }
    }
}

fn constraints(labels: &Labels, names: &Names, bounds: &[(usize, char, f64)]) -> Vec<String> {
    let statements = labels.statements();
    if statements.is_empty() && bounds.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["MODEL CONSTRAINT:".to_string()];
    let defined: Vec<String> = statements
        .iter()
        .filter_map(|statement| match statement {
            Statement::Definition(name, _) => Some(names.label(name).to_string()),
            Statement::Constraint(..) => None,
        })
        .collect();
    if !defined.is_empty() {
        let mut words = vec!["NEW(".to_string() + &defined[0]];
        words.extend(defined[1..].iter().cloned());
        lines.push(wrapped(&words, 2, WIDTH) + ");");
    }
    let text = |expression: &Expression| expression_text(expression, names);
    lines.extend(statements.iter().map(|statement| match statement {
        Statement::Definition(name, value) => format!("  {} = {};", names.label(name), text(value)),
        Statement::Constraint(lhs, Operator::Equal, rhs) => format!("  0 = {} - ({});", text(lhs), text(rhs)),
        Statement::Constraint(lhs, op, rhs) => format!("  {} {op} {};", text(lhs), text(rhs)),
    }));
    for (row, operator, value) in bounds {
        let label = labels.of(*row).map_or("", |label| names.label(label));
        lines.push(format!("  {label} {operator} {};", number_text(*value)));
    }
    lines
}

/// An expression with Mplus's operators and functions.
fn expression_text(expression: &Expression, names: &Names) -> String {
    let text = |inner: &Expression| expression_text(inner, names);
    match expression {
        Expression::Number(value) => number_text(*value),
        Expression::Name(name) => names.label(name).to_string(),
        Expression::Negate(inner) => format!("(-{})", text(inner)),
        Expression::Binary(left, '^', right) => format!("({})**({})", text(left), text(right)),
        Expression::Binary(left, operator, right) => format!("({} {operator} {})", text(left), text(right)),
        Expression::Call(function, inner) => call_text(*function, &text(inner)),
    }
}

fn call_text(function: Function, inner: &str) -> String {
    match function.name() {
        "log" => format!("LN({inner})"),
        "log2" => format!("(LN({inner})/LN(2))"),
        "sinh" => format!("((EXP({inner}) - EXP(-({inner})))/2)"),
        "cosh" => format!("((EXP({inner}) + EXP(-({inner})))/2)"),
        "tanh" => format!("((EXP(2*({inner})) - 1)/(EXP(2*({inner})) + 1))"),
        name => format!("{}({inner})", name.to_uppercase()),
    }
}
