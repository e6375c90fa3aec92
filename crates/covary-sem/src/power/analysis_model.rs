//! The model that is analysed, where one text states it and the population.

use crate::{
    Formulas, Operator,
    syntax::{Element, Fixing, Modifiers},
};

/// The analysis model of a text with population values, and what stays fixed in it, in words.
///
/// A value that is no whole number, and every `start()`, is the value of a free parameter; whole numbers (`1*x1`, `0*g`,
/// the 0, 1, 2 of a growth factor) are constants of the analysis too. A latent variable with a constant loading other than
/// 0 has a free variance, every other one the variance 1, as in the population. Thresholds are no part of it.
pub(super) fn analysis_model(formulas: &Formulas) -> (Formulas, Vec<String>) {
    let elements = formulas.elements.iter().filter(|element| element.op != Operator::Threshold);
    let mut elements: Vec<Element> = elements.cloned().collect();
    let constants = elements.iter().filter_map(constant).collect();
    let with_marker: Vec<(String, Option<usize>)> = elements
        .iter()
        .filter(|e| e.op == Operator::Measures && constant_values(&e.modifiers).any(|value| value != 0.0))
        .map(|e| (e.lhs.clone(), e.group))
        .collect();
    elements.iter_mut().for_each(|element| free(&mut element.modifiers));
    let mut seen: Vec<(String, Option<usize>)> = Vec::new();
    for (latent, group) in with_marker {
        let stated = elements.iter().any(|e| e.op == Operator::Covariance && e.lhs == latent && e.rhs == latent);
        if stated || seen.contains(&(latent.clone(), group)) {
            continue;
        }
        elements.push(Element {
            lhs: latent.clone(),
            op: Operator::Covariance,
            rhs: latent.clone(),
            modifiers: Modifiers { fixed: vec![Fixing::Free], ..Modifiers::default() },
            efa: None,
            group,
            level: None,
            span: 0..0,
        });
        seen.push((latent, group));
    }
    (Formulas { elements, ..formulas.clone() }, constants)
}

/// What a text holds constant: `f =~ x1 = 1`.
pub(super) fn constant(element: &Element) -> Option<String> {
    let values: Vec<String> = constant_values(&element.modifiers).map(|value| value.to_string()).collect();
    (!values.is_empty()).then(|| format!("{} = {}", element.shown(), values.join(", ")))
}

fn constant_values(modifiers: &Modifiers) -> impl Iterator<Item = f64> + '_ {
    let has_start = modifiers.start.iter().any(Option::is_some);
    modifiers.fixed.iter().filter_map(move |fixing| match fixing {
        Fixing::Value(value) if value.fract() == 0.0 && !has_start => Some(*value),
        _ => None,
    })
}

/// Values become starting values; in each group for itself, so that `c(0, 0.5)` is free in the second group alone.
fn free(modifiers: &mut Modifiers) {
    if modifiers.start.iter().any(Option::is_some) {
        modifiers.fixed = vec![Fixing::Free];
        return;
    }
    let of_parameter = |fixing: &Fixing| match fixing {
        Fixing::Value(value) if value.fract() != 0.0 => Some(*value),
        _ => None,
    };
    modifiers.start = modifiers.fixed.iter().map(of_parameter).collect();
    for (fixing, start) in modifiers.fixed.iter_mut().zip(&modifiers.start) {
        if start.is_some() {
            *fixing = Fixing::Free;
        }
    }
}
