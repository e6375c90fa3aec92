//! Parameters that are equal: by labels, by `equal("…")`, across groups.

use super::{
    complete::Plan,
    draft::{BlockPlan, Draft, Value, efa_block},
};
use crate::{
    SemError, Warning,
    settings::GroupEqual,
    syntax::{Operator, fault::Fault, parse},
    warning::WarningCode,
};

/// Sets of equal free rows, each in row order; the sets in the order in which a second row repeats a first.
pub(super) type Ties = Vec<Vec<usize>>;

/// Finds which rows are equal. Rows equal to a fixed one become fixed; the others are the result.
pub(super) fn tie(
    plan: &Plan,
    blocks: &[BlockPlan],
    rows: &mut [Draft],
    warnings: &mut Vec<Warning>,
) -> Result<Ties, SemError> {
    free_what_equality_identifies(plan, blocks, rows);
    let mut sets = Sets::new(rows.len());
    tie_labels(rows, &mut sets);
    let across_groups = tie_groups(plan, blocks, rows, &mut sets)?;
    let targets = tie_equal(plan, blocks, rows, &mut sets)?;
    let mut ties = Vec::new();
    for set in sets.several() {
        match set.iter().find_map(|&row| fixed_value(&rows[row])) {
            Some(value) => fix(rows, &set, value, warnings),
            None => ties.push(set),
        }
    }
    ties.sort_by_key(|set: &Vec<usize>| set[1]);
    for row in across_groups.into_iter().chain(targets) {
        if rows[row].is_free() && rows[row].label.is_empty() {
            rows[row].label = format!(".p{}.", sets.first(row) + 1);
        }
    }
    Ok(ties)
}

/// Equal intercepts identify the latent means of further groups, equal loadings their variances under `std.lv`, and
/// variances and covariances of the factors of an exploratory block.
fn free_what_equality_identifies(plan: &Plan, blocks: &[BlockPlan], rows: &mut [Draft]) {
    let equal = |kind| plan.settings.group_equal.contains(&kind);
    let means = (equal(GroupEqual::Intercepts) || equal(GroupEqual::Thresholds)) && !equal(GroupEqual::Means);
    let variances = plan.defaults.std_lv && equal(GroupEqual::Loadings) && !equal(GroupEqual::LvVariances);
    for row in rows.iter_mut().filter(|row| !row.user()) {
        let block = &blocks[row.block];
        let further_latent = block.block.group > 1 && block.roles.latent.contains(&row.lhs);
        let covariance = row.op == Operator::Covariance;
        let set = efa_block(block, &row.lhs).filter(|set| efa_block(block, &row.rhs) == Some(set));
        let exploratory = covariance
            && set.is_some()
            && equal(GroupEqual::Loadings)
            && !equal(if row.lhs == row.rhs { GroupEqual::LvVariances } else { GroupEqual::LvCovariances });
        let freed =
            (means && row.op == Operator::Intercept) || (variances && covariance && row.lhs == row.rhs) || exploratory;
        if further_latent && freed {
            row.value = Value::Free;
        }
    }
}

fn tie_labels(rows: &[Draft], sets: &mut Sets) {
    let mut first_of = std::collections::HashMap::new();
    for (k, row) in rows.iter().enumerate().filter(|(_, row)| !row.label.is_empty()) {
        let first = *first_of.entry(row.label.as_str()).or_insert(k);
        sets.join(first, k);
    }
}

/// `group.equal` and `group.partial`. The rows tied.
fn tie_groups(plan: &Plan, blocks: &[BlockPlan], rows: &[Draft], sets: &mut Sets) -> Result<Vec<usize>, SemError> {
    let partial = partial(plan)?;
    let levels = plan.formulas.levels.len().max(1);
    let mut tied = Vec::new();
    let firsts: Vec<usize> = (0..rows.len()).filter(|&k| blocks[rows[k].block].block.group == 1).collect();
    for k in firsts {
        let row = &rows[k];
        let exempt = partial.iter().any(|(lhs, op, rhs)| row.is_about(lhs, *op, rhs));
        if exempt || !row.label.is_empty() || row.value == Value::Exogenous {
            continue;
        }
        if !kind(&blocks[row.block], row).is_some_and(|kind| plan.settings.group_equal.contains(&kind)) {
            continue;
        }
        for group in 1..plan.groups() {
            let block = group * levels + row.block;
            let same = |other: &Draft| other.block == block && other.is_about(&row.lhs, row.op, &row.rhs);
            let other = (0..rows.len()).find(|&j| same(&rows[j]) && rows[j].label.is_empty());
            if let Some(other) = other.filter(|&j| rows[j].value != Value::Exogenous) {
                sets.join(k, other);
                tied.extend([k, other]);
            }
        }
    }
    Ok(tied)
}

/// The parameters that `group.partial` exempts.
fn partial(plan: &Plan) -> Result<Vec<(String, Operator, String)>, SemError> {
    let mut exempt = Vec::new();
    for text in &plan.settings.group_partial {
        let formulas = parse(text).map_err(|error| SemError::Option(format!("group.partial \"{text}\": {error}")))?;
        exempt.extend(formulas.elements.into_iter().map(|e| (e.lhs, e.op, e.rhs)));
    }
    Ok(exempt)
}

/// The kind of parameter that `group.equal` speaks of.
fn kind(block: &BlockPlan, row: &Draft) -> Option<GroupEqual> {
    let latent = |name: &String| block.roles.latent.contains(name);
    let exogenous = |name: &String| block.roles.exogenous.contains(name);
    match row.op {
        Operator::Measures => Some(GroupEqual::Loadings),
        Operator::Regression => Some(GroupEqual::Regressions),
        Operator::Threshold => Some(GroupEqual::Thresholds),
        Operator::Intercept if latent(&row.lhs) => Some(GroupEqual::Means),
        Operator::Intercept => (!exogenous(&row.lhs)).then_some(GroupEqual::Intercepts),
        Operator::Covariance => match (row.lhs == row.rhs, latent(&row.lhs) || latent(&row.rhs)) {
            (true, true) => Some(GroupEqual::LvVariances),
            (true, false) => (!exogenous(&row.lhs)).then_some(GroupEqual::Residuals),
            (false, true) => Some(GroupEqual::LvCovariances),
            (false, false) => (!exogenous(&row.lhs) || !exogenous(&row.rhs)).then_some(GroupEqual::ResidualCovariances),
        },
        _ => None,
    }
}

/// `equal("f=~x2")`. The rows that others refer to.
fn tie_equal(plan: &Plan, blocks: &[BlockPlan], rows: &mut [Draft], sets: &mut Sets) -> Result<Vec<usize>, SemError> {
    let mut targets = Vec::new();
    for k in 0..rows.len() {
        let Some(name) = rows[k].equal.clone() else { continue };
        let Some(target) = target(&name, blocks, rows) else {
            let known: Vec<String> = rows.iter().filter(|row| row.user()).map(name_of).collect();
            let fault =
                Fault::new(rows[k].span.clone().unwrap_or(0..0), format!("equal(\"{name}\") names no parameter"))
                    .nearest(&name, known.iter().map(String::as_str));
            return Err(fault.in_text(&plan.formulas.text));
        };
        if rows[k].label.is_empty() {
            rows[k].label = name;
        }
        sets.join(k, target);
        targets.push(target);
    }
    Ok(targets)
}

/// The row that a name means: `f=~x2` in the first group, `f=~x2.g2` in the second, or a label.
fn target(name: &str, blocks: &[BlockPlan], rows: &[Draft]) -> Option<usize> {
    let in_group = |text: &str, group: usize| {
        let formulas = parse(text).ok()?;
        let [element] = formulas.elements.as_slice() else { return None };
        let same = |row: &Draft| row.is_about(&element.lhs, element.op, &element.rhs);
        rows.iter().position(|row| blocks[row.block].block.group == group && same(row))
    };
    let in_further_group = || {
        let (text, group) = name.rsplit_once(".g")?;
        in_group(text, group.parse().ok()?)
    };
    in_group(name, 1).or_else(in_further_group).or_else(|| rows.iter().position(|row| row.label == name))
}

fn name_of(row: &Draft) -> String {
    match row.op {
        Operator::Intercept => format!("{}~1", row.lhs),
        op => format!("{}{op}{}", row.lhs, row.rhs),
    }
}

fn fixed_value(row: &Draft) -> Option<f64> {
    match row.value {
        Value::Fixed(value) => Some(value),
        Value::Free | Value::Exogenous => None,
    }
}

/// Fixes rows that are equal to a fixed one.
fn fix(rows: &mut [Draft], set: &[usize], value: f64, warnings: &mut Vec<Warning>) {
    if set.iter().any(|&row| fixed_value(&rows[row]).is_some_and(|other| other != value)) {
        let names: Vec<String> = set.iter().map(|&row| name_of(&rows[row])).collect();
        warnings.push(Warning {
            code: WarningCode::OptionNote,
            text: format!(
                "{} are to be equal but are fixed at different values; all are fixed at the first, {value}. Free or \
                 fix them alike, or exempt them from the equality.",
                names.join(", ")
            ),
            subjects: names,
        });
    }
    for &row in set {
        rows[row].value = Value::Fixed(value);
    }
}

/// Disjoint sets of rows, each known by its first row.
struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    fn new(size: usize) -> Sets {
        Sets { parent: (0..size).collect() }
    }

    fn first(&self, mut row: usize) -> usize {
        while self.parent[row] != row {
            row = self.parent[row];
        }
        row
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        self.parent[one.max(other)] = one.min(other);
    }

    /// Sets of more than one row.
    fn several(&self) -> Vec<Vec<usize>> {
        let mut sets: Vec<Vec<usize>> = vec![Vec::new(); self.parent.len()];
        for row in 0..self.parent.len() {
            sets[self.first(row)].push(row);
        }
        sets.retain(|set| set.len() > 1);
        sets
    }
}
