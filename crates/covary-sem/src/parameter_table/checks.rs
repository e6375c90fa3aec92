//! Faults that only the whole model shows: names that the data lack, names that collide, modifiers that are not built.

use std::collections::HashSet;

use super::{complete::Plan, draft::BlockPlan};
use crate::{
    SemError,
    settings::{EffectCoding, Settings},
    syntax::{Element, Operator, fault::Fault},
};

/// So many variables of the data are listed where no name is near.
const MOST_LISTED: usize = 12;

/// Checks that choices which complete the model do not exclude each other.
pub(super) fn check_settings(settings: &Settings) -> Result<(), SemError> {
    let refuse = |text: &str| Err(SemError::Option(text.to_string()));
    if settings.std_lv && settings.effect_coding.contains(&EffectCoding::Loadings) {
        return refuse("std.lv fixes latent variances, effect.coding leaves them free: choose one of them");
    }
    if settings.marker_int_zero && (settings.std_lv || !settings.effect_coding.is_empty()) {
        return refuse("marker.int.zero needs a marker: it goes neither with std.lv nor with effect.coding");
    }
    if settings.conditional_x == Some(true) && settings.fixed_x == Some(false) {
        return refuse("conditional.x = TRUE models outcomes given x, which goes with fixed.x = TRUE only");
    }
    if settings.correlation && settings.fixed_x == Some(true) {
        return refuse("correlation = TRUE models all correlations: it goes with fixed.x = FALSE only");
    }
    Ok(())
}

/// Checks the blocks against the data.
pub(super) fn check(plan: &Plan, blocks: &[BlockPlan]) -> Result<(), SemError> {
    if plan.formulas.elements.is_empty() {
        return Err(SemError::Model("the model has no formulas".to_string()));
    }
    for block in blocks {
        check_modifiers(block)
            .and_then(|()| check_products(block))
            .and_then(|()| check_names(plan, block))
            .map_err(|fault| fault.in_text(&plan.formulas.text))?;
        if block.roles.observed.is_empty() {
            return Err(SemError::Model(match blocks.len() {
                1 => "the model has no observed variables".to_string(),
                _ => format!("group {}, level {}: no observed variables", block.block.group, block.block.level),
            }));
        }
    }
    Ok(())
}

fn check_modifiers(block: &BlockPlan) -> Result<(), Fault> {
    let not_built =
        |element: &&&Element| !element.modifiers.random_slope.is_empty() || !element.modifiers.prior.is_empty();
    match block.elements.iter().find(not_built) {
        Some(element) => Err(Fault::new(element.span.clone(), "rv() and prior() are not supported")),
        None => Ok(()),
    }
}

/// `a:b` is a product of observed variables.
fn check_products(block: &BlockPlan) -> Result<(), Fault> {
    for name in block.roles.observed.iter().filter(|name| name.contains(':')) {
        if let Some(latent) = name.split(':').find(|factor| block.roles.latent.iter().any(|l| l == factor)) {
            return Err(Fault::new(
                place(block, name),
                format!("`{name}`: products of latent variables are not supported, and `{latent}` is latent"),
            )
            .help("form products of the indicators in the data and let them measure a latent product"));
        }
    }
    Ok(())
}

fn check_names(plan: &Plan, block: &BlockPlan) -> Result<(), Fault> {
    let variables = &plan.available.variables;
    if variables.is_empty() {
        return Ok(());
    }
    let known: HashSet<&str> = variables.iter().map(String::as_str).collect();
    if let Some(latent) = block.roles.latent.iter().find(|latent| known.contains(latent.as_str())) {
        let message = format!("the latent variable `{latent}` bears the name of a variable in the data");
        return Err(Fault::new(place(block, latent), message).help("rename the latent variable"));
    }
    for name in &block.roles.observed {
        if known.contains(name.as_str()) {
            continue;
        }
        if let Some(unknown) = name.split(':').find(|factor| !known.contains(factor)) {
            let near = variables.iter().chain(&block.roles.latent).map(String::as_str);
            let message =
                format!("unknown variable `{unknown}`: neither in the data nor a latent variable of the model");
            let fault = Fault::new(place(block, name), message).nearest(unknown, near);
            return Err(if fault.help.is_empty() && variables.len() <= MOST_LISTED {
                fault.help(format!("the data have {}", variables.join(", ")))
            } else {
                fault
            });
        }
    }
    Ok(())
}

/// The first element that names a variable.
fn place(block: &BlockPlan, name: &str) -> std::ops::Range<usize> {
    let on_the_right = block.elements.iter().find(|e| e.rhs == name && e.op != Operator::Threshold);
    let element = on_the_right.or_else(|| block.elements.iter().find(|e| e.lhs == name));
    element.map_or(0..0, |e| e.span.clone())
}
