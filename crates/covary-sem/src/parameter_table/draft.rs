//! Rows while the model is being completed.

use std::ops::Range;

use super::{Block, ExploratoryBlock, complete::Plan};
use crate::{
    SemError,
    syntax::{Element, Fixing, Operator, Roles, fault::Fault},
};

/// A parameter's row before free rows are numbered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub(super) lhs: String,
    pub(super) op: Operator,
    pub(super) rhs: String,
    /// Index into the blocks.
    pub(super) block: usize,
    pub(super) value: Value,
    pub(super) start: Option<f64>,
    pub(super) lower: Option<f64>,
    pub(super) upper: Option<f64>,
    pub(super) label: String,
    /// The parameter that this one equals, by `equal("…")`.
    pub(super) equal: Option<String>,
    /// The place of a row that the text states.
    pub(super) span: Option<Range<usize>>,
}

/// Whether a row is estimated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Free,
    Fixed(f64),
    /// Fixed at the sample's moments of x.
    Exogenous,
}

/// Everything that is known about one block.
#[derive(Debug)]
pub(super) struct BlockPlan<'a> {
    /// Its index.
    pub(super) index: usize,
    pub(super) block: Block,
    /// Elements that belong to it.
    pub(super) elements: Vec<&'a Element>,
    pub(super) roles: Roles,
    /// Variables of the level above, which take the means with them.
    pub(super) means_above: Vec<String>,
    /// Whether `efa()` blocks are identified for rotation (`auto.efa`).
    pub(super) auto_efa: bool,
}

impl Draft {
    /// A row that completion adds.
    pub(super) fn added(block: usize, lhs: &str, op: Operator, rhs: &str, value: Value) -> Draft {
        Draft {
            lhs: lhs.to_string(),
            op,
            rhs: rhs.to_string(),
            block,
            value,
            start: None,
            lower: None,
            upper: None,
            label: String::new(),
            equal: None,
            span: None,
        }
    }

    /// Whether the text states it.
    pub(super) fn user(&self) -> bool {
        self.span.is_some()
    }

    pub(super) fn is_free(&self) -> bool {
        self.value == Value::Free
    }

    /// The same parameter, covariances in either direction.
    pub(super) fn is_about(&self, lhs: &str, op: Operator, rhs: &str) -> bool {
        self.op == op
            && ((self.lhs == lhs && self.rhs == rhs)
                || (op == Operator::Covariance && self.lhs == rhs && self.rhs == lhs))
    }
}

/// The rows that the text states for a block, in text order, with what makes them identified.
pub(super) fn stated_rows(plan: &Plan, block: &BlockPlan) -> Result<Vec<Draft>, SemError> {
    let rows = block.elements.iter().map(|element| stated_row(plan, block, element));
    rows.collect::<Result<_, Fault>>().map_err(|fault| fault.in_text(&plan.formulas.text))
}

fn stated_row(plan: &Plan, block: &BlockPlan, element: &Element) -> Result<Draft, Fault> {
    let modifiers = &element.modifiers;
    let group = GroupIndex { group: block.block.group - 1, groups: plan.groups(), element };
    let fixed = group.pick(&modifiers.fixed, "fixed values")?;
    let start = group.pick(&modifiers.start, "starting values")?.flatten();
    check_exploratory(block, element, fixed)?;
    let mut value = match fixed {
        Some(Fixing::Value(value)) => Value::Fixed(value),
        Some(Fixing::Free) => Value::Free,
        None => identifying_value(plan, block, element).map_or(Value::Free, Value::Fixed),
    };
    if let (Value::Fixed(_), Some(start)) = (value, start) {
        // As in lavaan, a starting value for a fixed parameter is the value that it is fixed at.
        value = Value::Fixed(start);
    }
    Ok(Draft {
        lhs: element.lhs.clone(),
        op: element.op,
        rhs: element.rhs.clone(),
        block: block.index,
        value,
        start,
        lower: group.pick(&modifiers.lower, "lower bounds")?.flatten(),
        upper: group.pick(&modifiers.upper, "upper bounds")?.flatten(),
        label: group.pick(&modifiers.labels, "labels")?.flatten().unwrap_or_default(),
        equal: group.pick(&modifiers.equal, "equal()")?.flatten(),
        span: Some(element.span.clone()),
    })
}

/// A loading that is rotated can be neither fixed nor bounded.
fn check_exploratory(block: &BlockPlan, element: &Element, fixed: Option<Fixing>) -> Result<(), Fault> {
    let modifiers = &element.modifiers;
    let held = matches!(fixed, Some(Fixing::Value(_))) || !modifiers.lower.is_empty() || !modifiers.upper.is_empty();
    if !block.auto_efa || element.efa.is_none() || !held {
        return Ok(());
    }
    let message = format!(
        "`{}`: a loading of an exploratory block cannot be fixed or bounded, for rotation changes it",
        element.shown()
    );
    Err(Fault::new(element.span.clone(), message)
        .help("a loading that ought to be near a value is a target: rotation = \"pst\" with rotation.args target"))
}

/// The exploratory blocks of all blocks of the table.
pub(super) fn exploratory_blocks(blocks: &[BlockPlan]) -> Vec<ExploratoryBlock> {
    let mut found: Vec<ExploratoryBlock> = Vec::new();
    for block in blocks {
        for latent in &block.roles.latent {
            let Some(name) = efa_block(block, latent) else { continue };
            match found.iter_mut().find(|own| own.block == block.index && own.name == name) {
                Some(own) => own.factors.push(latent.clone()),
                None => found.push(ExploratoryBlock {
                    block: block.index,
                    name: name.to_string(),
                    factors: vec![latent.clone()],
                }),
            }
        }
    }
    found
}

/// The value that gives a latent variable its scale: 1 for its first loading, or for its variance with `std.lv` and
/// in an EFA block, whose loadings above the diagonal are 0.
fn identifying_value(plan: &Plan, block: &BlockPlan, element: &Element) -> Option<f64> {
    let is_latent = |name: &str| block.roles.latent.iter().any(|l| l == name);
    match element.op {
        Operator::Measures => {
            let loadings = block.elements.iter().filter(|e| e.op == Operator::Measures && e.lhs == element.lhs);
            let position = loadings.clone().position(|e| std::ptr::eq(*e, element))?;
            match &element.efa {
                Some(set) if block.auto_efa => (position < rank_in_efa(block, set, &element.lhs)).then_some(0.0),
                _ => (plan.defaults.fix_first && position == 0).then_some(1.0),
            }
        }
        Operator::Covariance if element.lhs == element.rhs && is_latent(&element.lhs) => {
            (plan.defaults.std_lv || efa_block(block, &element.lhs).is_some()).then_some(1.0)
        }
        Operator::Covariance => {
            let set = efa_block(block, &element.lhs);
            (set.is_some() && set == efa_block(block, &element.rhs)).then_some(0.0)
        }
        _ => None,
    }
}

/// The EFA block of a latent variable; `None` also where blocks are not identified for rotation.
pub(super) fn efa_block<'a>(block: &BlockPlan<'a>, latent: &str) -> Option<&'a str> {
    if !block.auto_efa {
        return None;
    }
    block.elements.iter().find(|e| e.lhs == latent && e.efa.is_some()).and_then(|e| e.efa.as_deref())
}

/// How many latent variables of the same EFA block come before this one.
fn rank_in_efa(block: &BlockPlan, set: &str, latent: &str) -> usize {
    block.roles.latent.iter().take_while(|l| *l != latent).filter(|l| efa_block(block, l) == Some(set)).count()
}

/// Chooses among values given per group.
struct GroupIndex<'a> {
    group: usize,
    groups: usize,
    element: &'a Element,
}

impl GroupIndex<'_> {
    /// The value for this group: one value counts for all groups.
    fn pick<V: Clone>(&self, values: &[V], what: &str) -> Result<Option<V>, Fault> {
        match values {
            [] => Ok(None),
            [only] => Ok(Some(only.clone())),
            _ if values.len() == self.groups && self.element.group.is_none() => Ok(values.get(self.group).cloned()),
            _ => {
                let groups = if self.element.group.is_some() { 1 } else { self.groups };
                let noun = if groups == 1 { "group" } else { "groups" };
                Err(Fault::new(
                    self.element.span.clone(),
                    format!("`{}` has {} {what} for {groups} {noun}", self.element.shown(), values.len()),
                )
                .help(if groups == 1 {
                    "c() has one element per group; name the variable that defines groups, or drop the c()".to_string()
                } else {
                    format!("give one value for all groups, or {groups}")
                }))
            }
        }
    }
}
