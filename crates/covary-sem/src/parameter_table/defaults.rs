//! The rows that completion adds to those of the text, in lavaan's order.

use std::collections::{HashMap, HashSet};

use super::{
    complete::Plan,
    draft::{BlockPlan, Draft, Value, efa_block},
};
use crate::{
    settings::{EffectCoding, Function, Settings},
    syntax::Operator,
};

/// Which rows are added, and which of them are free.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Defaults {
    pub(super) fix_first: bool,
    pub(super) fix_single: bool,
    pub(super) variances_free: bool,
    pub(super) exogenous_covariances: bool,
    pub(super) outcome_covariances: bool,
    pub(super) covariances_of_x: bool,
    pub(super) observed_intercepts_free: bool,
    pub(super) latent_intercepts_free: bool,
    pub(super) std_lv: bool,
    pub(super) orthogonal_x: bool,
    pub(super) orthogonal_y: bool,
    pub(super) correlation: bool,
    pub(super) marker_intercepts_zero: bool,
    pub(super) group_weights_free: bool,
    pub(super) fixed_x: bool,
    pub(super) auto_efa: bool,
}

impl Defaults {
    /// What the function brings, `auto.*` and `int.*` set by hand taking precedence.
    pub(super) fn new(settings: &Settings) -> Defaults {
        let auto = &settings.auto;
        let adds = settings.function != Function::Lavaan;
        let growth = settings.function == Function::Growth;
        let effects = |what| settings.effect_coding.contains(&what);
        let means_free = growth || (adds && (effects(EffectCoding::Intercepts) || settings.marker_int_zero));
        Defaults {
            fix_first: auto.fix_first.unwrap_or(adds) && !settings.std_lv && !effects(EffectCoding::Loadings),
            fix_single: auto.fix_single.unwrap_or(adds),
            variances_free: auto.var.unwrap_or(adds),
            exogenous_covariances: auto.cov_lv_x.unwrap_or(adds),
            outcome_covariances: auto.cov_y.unwrap_or(adds),
            covariances_of_x: auto.cov_x.unwrap_or(true),
            observed_intercepts_free: auto.int_ov_free.unwrap_or(adds && !growth),
            latent_intercepts_free: auto.int_lv_free.unwrap_or(means_free),
            std_lv: settings.std_lv,
            orthogonal_x: settings.orthogonal || settings.orthogonal_x,
            orthogonal_y: settings.orthogonal || settings.orthogonal_y,
            correlation: settings.correlation,
            marker_intercepts_zero: settings.marker_int_zero,
            group_weights_free: settings.group_w_free,
            fixed_x: crate::settings::fixed_x(settings) && !settings.correlation,
            auto_efa: auto.efa.unwrap_or(adds),
        }
    }
}

/// Adds to a block's stated rows what the text leaves out.
pub(super) fn add_rows(plan: &Plan, block: &BlockPlan, rows: &mut Vec<Draft>) {
    let stated: HashSet<(String, Operator, String)> =
        rows.iter().map(|row| (row.lhs.clone(), row.op, row.rhs.clone())).collect();
    let is_stated = |row: &Draft| {
        let key = |lhs: &str, rhs: &str| stated.contains(&(lhs.to_string(), row.op, rhs.to_string()));
        key(&row.lhs, &row.rhs) || (row.op == Operator::Covariance && key(&row.rhs, &row.lhs))
    };
    let added = [
        variances(plan, block),
        latent_covariances(plan, block),
        outcome_covariances(plan, block),
        moments_of_x(plan, block),
        scales(plan, block),
        intercepts(plan, block, rows),
        group_weight(plan, block),
    ];
    rows.extend(added.into_iter().flatten().filter(|row| !is_stated(row)));
}

/// (Residual) variances of observed variables other than x, then of latent ones.
fn variances(plan: &Plan, block: &BlockPlan) -> Vec<Draft> {
    let defaults = &plan.defaults;
    let exogenous: HashSet<&String> = block.roles.exogenous.iter().collect();
    let single = single_indicators(block);
    let free = if defaults.variances_free { Value::Free } else { Value::Fixed(0.0) };
    let observed = block.roles.observed.iter().filter(|name| !exogenous.contains(name));
    observed
        .chain(&block.roles.latent)
        .map(|name| {
            let latent = block.roles.latent.contains(name);
            let composite = block.elements.iter().any(|e| e.op == Operator::Composite && e.lhs == *name);
            let value = if latent && (defaults.std_lv || efa_block(block, name).is_some()) {
                Value::Fixed(1.0)
            } else if !latent && defaults.correlation {
                // 1 less what the factors explain; the search keeps it so.
                Value::Fixed(1.0)
            } else if composite || (defaults.fix_single && single.contains(name.as_str())) {
                Value::Fixed(0.0)
            } else {
                free
            };
            covariance(block, name, name, value)
        })
        .collect()
}

/// Variables that are the only indicator of one latent variable and indicate no other.
fn single_indicators<'a>(block: &BlockPlan<'a>) -> HashSet<&'a str> {
    let loadings = || block.elements.iter().filter(|e| e.op == Operator::Measures && e.lhs != e.rhs);
    let (mut of_latent, mut of_indicator) = (HashMap::new(), HashMap::new());
    for loading in loadings() {
        *of_latent.entry(loading.lhs.as_str()).or_insert(0) += 1;
        *of_indicator.entry(loading.rhs.as_str()).or_insert(0) += 1;
    }
    loadings()
        .filter(|e| of_latent[e.lhs.as_str()] == 1 && of_indicator[e.rhs.as_str()] == 1)
        .map(|e| e.rhs.as_str())
        .collect()
}

/// Covariances of latent variables that are neither outcomes nor indicators; within an EFA block, zeros.
fn latent_covariances(plan: &Plan, block: &BlockPlan) -> Vec<Draft> {
    let roles = &block.roles;
    let exogenous = |name: &String| !roles.outcomes.contains(name) && !roles.indicators.contains(name);
    let mut rows = Vec::new();
    for (k, first) in roles.latent.iter().enumerate() {
        for second in &roles.latent[k + 1..] {
            let set = efa_block(block, first);
            if set.is_some() && set == efa_block(block, second) {
                rows.push(covariance(block, first, second, Value::Fixed(0.0)));
            } else if plan.defaults.exogenous_covariances && exogenous(first) && exogenous(second) {
                let value = if plan.defaults.orthogonal_x { Value::Fixed(0.0) } else { Value::Free };
                rows.push(covariance(block, first, second, value));
            }
        }
    }
    rows
}

/// Residual covariances of outcomes, latent ones first, that predict and indicate nothing.
fn outcome_covariances(plan: &Plan, block: &BlockPlan) -> Vec<Draft> {
    if !plan.defaults.outcome_covariances {
        return Vec::new();
    }
    let roles = &block.roles;
    let composes = |name: &String| block.elements.iter().any(|e| e.op == Operator::Composite && e.rhs == *name);
    let last = |name: &&String| {
        roles.outcomes.contains(*name)
            && !roles.predictors.contains(*name)
            && !roles.indicators.contains(*name)
            && !composes(name)
    };
    let outcomes: Vec<&String> = roles.latent.iter().chain(&roles.observed).filter(last).collect();
    let in_efa_block = |first: &str, second: &str| {
        let set = efa_block(block, first);
        set.is_some() && set == efa_block(block, second)
    };
    pairs(&outcomes)
        .filter(|(first, second)| !in_efa_block(first, second))
        .map(|(first, second)| {
            let latent = |name: &str| roles.latent.iter().any(|l| l == name);
            let zero = plan.defaults.orthogonal_y && latent(first) && latent(second);
            covariance(block, first, second, if zero { Value::Fixed(0.0) } else { Value::Free })
        })
        .collect()
}

/// Variances and covariances of x: fixed at sample values, or free.
fn moments_of_x(plan: &Plan, block: &BlockPlan) -> Vec<Draft> {
    let defaults = &plan.defaults;
    let value = |first: &String, second: &String| match (defaults.fixed_x, first == second) {
        (true, _) => Value::Exogenous,
        (false, true) if defaults.correlation => Value::Fixed(1.0),
        (false, true) if !defaults.variances_free => Value::Fixed(0.0),
        (false, _) => Value::Free,
    };
    let names = &block.roles.exogenous;
    let row = |(k, first): (usize, &String)| {
        let kept = names[k..].iter().filter(|second| *second == first || defaults.fixed_x || defaults.covariances_of_x);
        kept.map(|second| covariance(block, first, second, value(first, second))).collect::<Vec<_>>()
    };
    names.iter().enumerate().flat_map(row).collect()
}

/// Response scales of a model of correlations.
fn scales(plan: &Plan, block: &BlockPlan) -> Vec<Draft> {
    let scale = |name: &String| Draft::added(block.index, name, Operator::Scale, name, Value::Fixed(1.0));
    block.roles.observed.iter().filter(|_| plan.defaults.correlation).map(scale).collect()
}

/// Intercepts of observed, then of latent variables.
fn intercepts(plan: &Plan, block: &BlockPlan, rows: &[Draft]) -> Vec<Draft> {
    if !plan.meanstructure {
        return Vec::new();
    }
    let value = |free: bool| if free { Value::Free } else { Value::Fixed(0.0) };
    let exogenous: HashSet<&String> = block.roles.exogenous.iter().collect();
    let markers = if plan.defaults.marker_intercepts_zero { markers(block, rows) } else { HashSet::new() };
    let observed = block.roles.observed.iter().map(|name| {
        let value = if plan.defaults.fixed_x && exogenous.contains(name) {
            Value::Exogenous
        } else {
            let free = plan.defaults.observed_intercepts_free && !block.means_above.contains(name);
            value(free && !markers.contains(name))
        };
        intercept(block, name, value)
    });
    // Only a latent variable with indicators has a mean that these can identify.
    let measured =
        |name: &String| block.elements.iter().any(|e| e.op == Operator::Measures && e.lhs == *name && e.rhs != *name);
    let growth = plan.settings.function == Function::Growth || plan.settings.auto.int_lv_free == Some(true);
    let latent = block.roles.latent.iter().map(|name| {
        let free = plan.defaults.latent_intercepts_free && (growth || measured(name)) && !markers.contains(name);
        intercept(block, name, value(free))
    });
    observed.chain(latent).collect()
}

/// The first indicator of each latent variable whose loading is fixed at a value other than 0.
fn markers(block: &BlockPlan, rows: &[Draft]) -> HashSet<String> {
    let marker = |latent: &String| {
        let loadings = rows.iter().filter(|row| row.op == Operator::Measures && row.lhs == *latent);
        let mut fixed = loadings.filter(|row| matches!(row.value, Value::Fixed(value) if value != 0.0));
        fixed.next().map(|row| row.rhs.clone())
    };
    block.roles.latent.iter().filter_map(marker).collect()
}

/// The log of the group's frequency.
fn group_weight(plan: &Plan, block: &BlockPlan) -> Vec<Draft> {
    let wanted = plan.defaults.group_weights_free && block.block.level == 1;
    let row = || Draft::added(block.index, "group", Operator::GroupWeight, "w", Value::Free);
    wanted.then(row).into_iter().collect()
}

fn covariance(block: &BlockPlan, first: &str, second: &str, value: Value) -> Draft {
    Draft::added(block.index, first, Operator::Covariance, second, value)
}

fn intercept(block: &BlockPlan, name: &str, value: Value) -> Draft {
    Draft::added(block.index, name, Operator::Intercept, "", value)
}

fn pairs<'a>(names: &'a [&'a String]) -> impl Iterator<Item = (&'a str, &'a str)> {
    names
        .iter()
        .enumerate()
        .flat_map(|(k, first)| names[k + 1..].iter().map(|second| (first.as_str(), second.as_str())))
}
