//! Formulas → the completed table: the path on one page.

use std::borrow::Cow;

use super::{
    Available, Block, ParameterTable, Row, checks, constraints,
    defaults::{self, Defaults},
    draft::{self, BlockPlan, Draft, Value},
    effect_coding, equalities,
};
use crate::{
    SemError, Settings, Warning,
    settings::{Function, StartingValues},
    syntax::{Constraint, Definition, Element, Formulas, Operator, Roles, parse},
    warning::WarningCode,
};

/// Completes a model as lavaan's `sem()`, `cfa()`, `growth()` or `lavaan()` does (`settings.function`), row by row in
/// lavaan's order.
///
/// `available` names the variables and groups of the data; empty, any name goes, and as many groups are assumed as the
/// longest `c(…)` has elements. Rows of groups stand in the order of `available.groups`.
///
/// Where lavaan 0.6-14 is silently wrong, this is not: `auto.*` and `int.*` options count under every function,
/// `equal("…")` must name a parameter, `group.equal` also counts with `group:` blocks, and `group: name` means the
/// group of that name, whatever its place.
///
/// # Errors
/// [`SemError::Model`] for unknown variables and labels, wrong numbers of group values and names that collide;
/// [`SemError::Option`] for modifiers that are not built.
///
/// # Source
/// Rows, order and defaults of lavaan 0.6-14, observed on its output; see the cases in `tests/data/parameter_tables`.
pub fn complete(formulas: &Formulas, available: &Available, settings: &Settings) -> Result<ParameterTable, SemError> {
    let formulas = &with_constraints(formulas, &settings.constraints)?;
    checks::check_settings(settings)?;
    let plan = Plan::new(formulas, available, settings)?;
    let blocks = plan.blocks();
    checks::check(&plan, &blocks)?;
    let mut rows = Vec::new();
    for block in &blocks {
        let mut of_block = draft::stated_rows(&plan, block)?;
        defaults::add_rows(&plan, block, &mut of_block);
        rows.extend(of_block);
    }
    let mut warnings = notes(&plan, &blocks, &rows);
    let ties = equalities::tie(&plan, &blocks, &mut rows, &mut warnings)?;
    let exploratory = draft::exploratory_blocks(&blocks);
    let mut table = ParameterTable {
        exploratory,
        rows: numbered(rows, &blocks),
        free: 0,
        blocks: blocks.into_iter().map(|plan| plan.block).collect(),
        constraints: Vec::new(),
        definitions: Vec::new(),
        meanstructure: plan.meanstructure,
        fixed_x: plan.defaults.fixed_x,
        auxiliary: Vec::new(),
        warnings,
    };
    table.free = table.rows.iter().filter(|row| row.free.is_some()).count();
    constraints::add(formulas, &ties, &mut table)?;
    effect_coding::add(settings, &mut table);
    if settings.start == StartingValues::Simple {
        start_simply(&mut table.rows);
    }
    Ok(table)
}

/// lavaan's `start = "simple"`: loadings and variances 1, everything else 0.
fn start_simply(rows: &mut [Row]) {
    for row in rows.iter_mut().filter(|row| row.free.is_some() && row.start.is_none()) {
        let unit = row.op == Operator::Measures || (row.op == Operator::Covariance && row.lhs == row.rhs);
        row.start = Some(if unit { 1.0 } else { 0.0 });
    }
}

/// The formulas with constraints and definitions that stand beside the text.
fn with_constraints<'a>(formulas: &'a Formulas, constraints: &str) -> Result<Cow<'a, Formulas>, SemError> {
    if constraints.trim().is_empty() {
        return Ok(Cow::Borrowed(formulas));
    }
    let more = parse(constraints).map_err(|error| SemError::Option(format!("option constraints: {error}")))?;
    if let Some(element) = more.elements.first() {
        return Err(SemError::Option(format!(
            "option constraints takes constraints (==, <, >) and definitions (:=), not \"{}\": put it into the model",
            element.shown()
        )));
    }
    // Where there is a text, messages about the constraints point into it.
    let text = format!("{}\n{constraints}", formulas.text);
    let offset = formulas.text.len() + 1;
    let moved = |span: &std::ops::Range<usize>| span.start + offset..span.end + offset;
    let mut all = Formulas { text, ..formulas.clone() };
    all.constraints.extend(more.constraints.into_iter().map(|c| Constraint { span: moved(&c.span), ..c }));
    for definition in more.definitions {
        if all.definitions.iter().any(|known| known.name == definition.name) {
            return Err(SemError::Option(format!(
                "option constraints: `{}` is defined in the model too",
                definition.name
            )));
        }
        all.definitions.push(Definition { span: moved(&definition.span), ..definition });
    }
    Ok(Cow::Owned(all))
}

/// What holds for all blocks.
pub(super) struct Plan<'a> {
    pub(super) formulas: &'a Formulas,
    pub(super) available: &'a Available,
    pub(super) settings: &'a Settings,
    pub(super) defaults: Defaults,
    pub(super) meanstructure: bool,
    /// Labels in the order of the groups; one empty label with one group.
    group_labels: Vec<String>,
    /// For each group, its block in the text; `None` where formulas count for all groups.
    text_group: Vec<Option<usize>>,
}

impl<'a> Plan<'a> {
    fn new(formulas: &'a Formulas, available: &'a Available, settings: &'a Settings) -> Result<Self, SemError> {
        let (group_labels, text_group) = groups(formulas, available)?;
        let means_stated = formulas.elements.iter().any(|e| e.op == Operator::Intercept);
        let equal_means = settings
            .group_equal
            .iter()
            .any(|e| matches!(e, crate::settings::GroupEqual::Intercepts | crate::settings::GroupEqual::Means));
        let with_groups = group_labels.len() > 1 && (settings.conventions.means_with_groups || equal_means);
        let means_wanted = settings.meanstructure.unwrap_or(with_groups);
        let meanstructure = means_stated
            || means_wanted
            || settings.function == Function::Growth
            || formulas.levels.len() > 1
            || settings.marker_int_zero
            || crate::settings::needs_means(settings)
            || (settings.conditional_x == Some(true) && !Roles::of(formulas.elements.iter()).exogenous.is_empty());
        let defaults = Defaults::new(settings);
        Ok(Plan { formulas, available, settings, defaults, meanstructure, group_labels, text_group })
    }

    /// Number of groups.
    pub(super) fn groups(&self) -> usize {
        self.group_labels.len()
    }

    /// Blocks, groups outer, levels inner.
    fn blocks(&self) -> Vec<BlockPlan<'a>> {
        let levels = self.formulas.levels.len().max(1);
        let indices = (0..self.groups()).flat_map(|group| (0..levels).map(move |level| (group, level)));
        let mut blocks: Vec<BlockPlan> =
            indices.enumerate().map(|(index, (group, level))| self.block(index, group, level)).collect();
        for index in 0..blocks.len() {
            if let Some(above) = blocks.get(index + 1).filter(|above| above.block.level > blocks[index].block.level) {
                blocks[index].means_above = above.roles.observed.clone();
            }
        }
        blocks
    }

    fn block(&self, index: usize, group: usize, level: usize) -> BlockPlan<'a> {
        let belongs = |e: &&Element| {
            (e.group.is_none() || e.group == self.text_group[group]) && e.level.is_none_or(|at| at == level)
        };
        let elements: Vec<&Element> = self.formulas.elements.iter().filter(belongs).collect();
        let roles = Roles::of(elements.iter().copied());
        let block = Block {
            group: group + 1,
            level: level + 1,
            group_label: self.group_labels[group].clone(),
            observed: roles.observed.clone(),
            latent: roles.latent.clone(),
            exogenous: roles.exogenous.clone(),
        };
        BlockPlan { index, block, elements, roles, means_above: Vec::new(), auto_efa: self.defaults.auto_efa }
    }
}

/// Labels of the groups in the order of the data, and the block of the text that each belongs to.
fn groups(formulas: &Formulas, available: &Available) -> Result<(Vec<String>, Vec<Option<usize>>), SemError> {
    let given = &available.groups;
    let stated = &formulas.groups;
    if stated.is_empty() {
        let no_data = given.is_empty() && available.variables.is_empty();
        let count = if no_data { longest_vector(formulas) } else { given.len() };
        let labels = match count {
            0 | 1 => vec![given.first().cloned().unwrap_or_default()],
            _ if no_data => (1..=count).map(|k| k.to_string()).collect(),
            _ => given.clone(),
        };
        let none = vec![None; labels.len()];
        return Ok((labels, none));
    }
    if given.is_empty() && available.variables.is_empty() {
        return Ok((stated.clone(), (0..stated.len()).map(Some).collect()));
    }
    let count = given.len().max(1);
    if count != stated.len() {
        return Err(SemError::Model(format!(
            "the model has {} `group:` blocks, the data have {count} {}",
            stated.len(),
            if count == 1 { "group: name the variable that defines groups" } else { "groups" },
        )));
    }
    let by_name = given.iter().map(|label| stated.iter().position(|s| s == label)).collect::<Option<Vec<_>>>();
    let order = by_name.unwrap_or_else(|| (0..stated.len()).collect());
    let labels = if given.is_empty() { stated.clone() } else { given.clone() };
    Ok((labels, order.into_iter().map(Some).collect()))
}

fn longest_vector(formulas: &Formulas) -> usize {
    let lengths = |e: &Element| {
        let m = &e.modifiers;
        [m.fixed.len(), m.labels.len(), m.start.len(), m.lower.len(), m.upper.len(), m.equal.len()].into_iter().max()
    };
    formulas.elements.iter().filter_map(lengths).max().unwrap_or(0)
}

/// What completion brings about and users might not expect.
fn notes(plan: &Plan, blocks: &[BlockPlan], rows: &[Draft]) -> Vec<Warning> {
    let mut notes: Vec<Warning> = plan
        .formulas
        .notes
        .iter()
        .map(|text| Warning { code: WarningCode::OptionNote, subjects: Vec::new(), text: text.clone() })
        .collect();
    let mut note = |subjects: Vec<String>, text: String| {
        if !subjects.is_empty() {
            notes.push(Warning { code: WarningCode::OptionNote, subjects, text });
        }
    };
    if plan.defaults.fixed_x {
        let random = distinct(blocks.iter().flat_map(|b| b.roles.made_random.iter().cloned()));
        let text = format!(
            "The model states variances, covariances or intercepts of {}: observed exogenous variables that would \
             otherwise be fixed. They are treated as random, which adds free parameters.",
            random.join(", ")
        );
        note(random, text);
    }
    if plan.meanstructure && plan.settings.function != Function::Growth {
        let structural = |row: &&Draft| {
            let roles = &blocks[row.block].roles;
            row.op == Operator::Intercept
                && !row.user()
                && row.value == Value::Fixed(0.0)
                && roles.outcomes.contains(&row.lhs)
                && !roles.latent.contains(&row.lhs)
                && !blocks[row.block].means_above.contains(&row.lhs)
        };
        let zero = distinct(rows.iter().filter(structural).map(|row| row.lhs.clone()));
        let text = format!("The intercepts of {} were added and fixed at zero.", zero.join(", "));
        note(zero, text);
    }
    if plan.groups() > 1 {
        let recycled = |e: &&Element| e.group.is_none() && matches!(e.modifiers.labels.as_slice(), [Some(_)]);
        let labels = distinct(
            plan.formulas.elements.iter().filter(recycled).flat_map(|e| e.modifiers.labels.iter().flatten().cloned()),
        );
        let text = format!(
            "A single label for several groups makes parameters equal across groups: {}. If that is not meant, give \
             one label per group, c(a1, a2), or none.",
            labels.join(", ")
        );
        note(labels, text);
    }
    notes
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// Drafts as rows, free ones numbered.
fn numbered(drafts: Vec<Draft>, blocks: &[BlockPlan]) -> Vec<Row> {
    let mut free = 0..;
    drafts
        .into_iter()
        .enumerate()
        .map(|(k, draft)| Row {
            free: if draft.is_free() { free.next() } else { None },
            fixed: match draft.value {
                Value::Fixed(value) => Some(value),
                Value::Free | Value::Exogenous => None,
            },
            exogenous: draft.value == Value::Exogenous,
            user: draft.user(),
            lhs: draft.lhs,
            op: draft.op,
            rhs: draft.rhs,
            block: draft.block,
            group: blocks[draft.block].block.group,
            level: blocks[draft.block].block.level,
            label: draft.label,
            plabel: format!(".p{}.", k + 1),
            start: draft.start,
            lower: draft.lower,
            upper: draft.upper,
        })
        .collect()
}
