//! The part that each variable plays, read off the elements of a model or of one of its blocks.

use std::collections::HashSet;

use super::{Element, Operator};

/// Variables by the part they play; each list in lavaan's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Roles {
    /// On the left of `=~` or `<~`, in order of first appearance.
    pub(crate) latent: Vec<String>,
    /// Observed: indicators, other outcomes, predictors, and those that only covariances and intercepts name.
    pub(crate) observed: Vec<String>,
    /// Observed predictors that are never outcomes and have no covariance or intercept formula: fixed with `fixed.x`.
    pub(crate) exogenous: Vec<String>,
    /// Observed predictors that would be exogenous, had the text no covariance or intercept of theirs.
    pub(crate) made_random: Vec<String>,
    /// On the right of `=~`: indicators, latent ones included. `f =~ 0` makes f one, so that no covariances are added.
    pub(crate) indicators: HashSet<String>,
    /// On the left of `~`.
    pub(crate) outcomes: HashSet<String>,
    /// On the right of `~`.
    pub(crate) predictors: HashSet<String>,
}

impl Roles {
    /// Roles in the model that these elements make.
    pub(crate) fn of<'a>(elements: impl Iterator<Item = &'a Element> + Clone) -> Roles {
        let of = |wanted: fn(Operator) -> bool| elements.clone().filter(move |e| wanted(e.op));
        let latent = distinct(of(defines_latent).map(|e| &e.lhs), &HashSet::new());
        let latent_set: HashSet<String> = latent.iter().cloned().collect();
        let set = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<HashSet<String>>();
        let indicators = set(&mut of(|op| op == Operator::Measures).map(|e| &e.rhs));
        let outcomes = set(&mut of(|op| op == Operator::Regression).map(|e| &e.lhs));
        let predictors = set(&mut of(|op| op == Operator::Regression).map(|e| &e.rhs));

        let measured = distinct(of(|op| op == Operator::Measures).map(|e| &e.rhs), &latent_set);
        let mut known = latent_set;
        known.extend(measured.iter().cloned());
        let regressed = distinct(of(|op| op == Operator::Regression).map(|e| &e.lhs), &known);
        known.extend(regressed.iter().cloned());
        let predicting =
            distinct(of(|op| matches!(op, Operator::Regression | Operator::Composite)).map(|e| &e.rhs), &known);
        known.extend(predicting.iter().cloned());
        let covarying = of(|op| op == Operator::Covariance).map(|e| &e.lhs);
        let covarying = distinct(covarying.chain(of(|op| op == Operator::Covariance).map(|e| &e.rhs)), &known);
        known.extend(covarying.iter().cloned());
        let others = of(|op| matches!(op, Operator::Intercept | Operator::Threshold | Operator::Scale)).map(|e| &e.lhs);
        let others = distinct(others, &known);

        let random: HashSet<&String> = of(|op| op == Operator::Covariance)
            .flat_map(|e| [&e.lhs, &e.rhs])
            .chain(of(|op| op == Operator::Intercept).map(|e| &e.lhs))
            .collect();
        let (made_random, exogenous) = predicting.iter().cloned().partition(|name| random.contains(name));
        let observed = [measured, regressed, predicting, covarying, others].concat();
        Roles { latent, observed, exogenous, made_random, indicators, outcomes, predictors }
    }
}

fn defines_latent(op: Operator) -> bool {
    matches!(op, Operator::Measures | Operator::Composite)
}

/// Names in order of first appearance, without those in `known`.
fn distinct<'a>(names: impl Iterator<Item = &'a String>, known: &HashSet<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.filter(|name| !known.contains(*name) && seen.insert(name.as_str())).cloned().collect()
}
