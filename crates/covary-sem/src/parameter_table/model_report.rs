//! `covary model`: the table, or the text's rows, without a fit.

use serde::Serialize;

use super::{
    Block, Identification, IndirectPath, ParameterTable, Row,
    identification::identification,
    indirect_paths::{MOST_PATHS, indirect_paths},
};
use crate::{
    Warning,
    syntax::{Element, Fixing, Formulas, Operator},
    warning::WarningCode,
};

/// The completed table as `covary model` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ModelReport {
    /// `covary.model/1`
    pub schema: &'static str,
    /// All rows, constraints and definitions included.
    pub rows: Vec<ModelRow>,
    /// What gives each latent variable its scale and mean.
    pub identification: Vec<Identification>,
    /// The indirect paths that the regressions imply; the first `MOST_PATHS`.
    pub indirect_paths: Vec<IndirectPath>,
    /// Degrees of freedom: moments − moments of fixed x − free parameters + independent equality constraints.
    pub df: i64,
    /// What the user might not expect.
    pub warnings: Vec<Warning>,
}

/// A row of the completed table.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ModelRow {
    /// Left-hand variable, or left side of a constraint, or name of a definition.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable, or right side.
    pub rhs: String,
    /// Group, from 1; 0 for constraints and definitions.
    pub group: usize,
    /// Level, from 1; 0 for constraints and definitions.
    pub level: usize,
    /// The label, empty without.
    pub label: String,
    /// Number of the free parameter, from 1; 0 where not free.
    pub free: usize,
    /// The value of a fixed parameter; null for free ones and for moments of fixed x.
    pub fixed: Option<f64>,
    /// The user's starting value.
    pub start: Option<f64>,
    /// The user's lower bound.
    pub lower: Option<f64>,
    /// The user's upper bound.
    pub upper: Option<f64>,
    /// Whether the text states the row.
    pub user: bool,
}

/// The rows that the text states, before any completion.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RawReport {
    /// `covary.model/1`
    pub schema: &'static str,
    /// One row per formula element in text order, then constraints and definitions in text order.
    pub rows: Vec<RawRow>,
    /// Always empty: the text is not judged.
    pub warnings: Vec<Warning>,
}

/// A row of the text. Modifiers have one value, or one per group; none where not given.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RawRow {
    /// Left-hand variable, or left side of a constraint, or name of a definition.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable, or right side.
    pub rhs: String,
    /// Name of the `group:` block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Name of the `level:` block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Labels; null is no label in this group. `equal("…")` counts as a label, as in lavaan.
    pub label: Vec<Option<String>>,
    /// Fixed values; null is `NA`, free.
    pub fixed: Vec<Fixing>,
    /// Starting values.
    pub start: Vec<Option<f64>>,
    /// Lower bounds.
    pub lower: Vec<Option<f64>>,
    /// Upper bounds.
    pub upper: Vec<Option<f64>>,
    /// `efa("…")`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub efa: Option<String>,
    /// Always true.
    pub user: bool,
}

/// The table as `covary model` prints it.
pub fn model_report(table: &ParameterTable) -> ModelReport {
    let row = |row: &super::Row| ModelRow {
        lhs: row.lhs.clone(),
        op: row.op,
        rhs: row.rhs.clone(),
        group: row.group,
        level: row.level,
        label: row.label.clone(),
        free: row.free.map_or(0, |k| k + 1),
        fixed: row.fixed,
        start: row.start,
        lower: row.lower.filter(|bound| bound.is_finite()),
        upper: row.upper.filter(|bound| bound.is_finite()),
        user: row.user,
    };
    let df = degrees_of_freedom(table);
    let (indirect_paths, more) = indirect_paths(table);
    let mut warnings = table.warnings.clone();
    if more {
        warnings.push(Warning {
            code: WarningCode::OptionNote,
            subjects: Vec::new(),
            text: format!("The model has more indirect paths than the {MOST_PATHS} that are listed."),
        });
    }
    if df < 0 {
        warnings.push(Warning {
            code: WarningCode::NegativeDegreesOfFreedom,
            subjects: Vec::new(),
            text: format!(
                "The model has {} more free parameters than moments: it is not identified. Fix or equate parameters.",
                -df
            ),
        });
    }
    ModelReport {
        identification: identification(table),
        indirect_paths,
        schema: "covary.model/1",
        rows: table.rows.iter().map(row).collect(),
        df,
        warnings,
    }
}

/// The text's own rows as `covary model --raw` prints them.
pub fn raw_report(formulas: &Formulas) -> RawReport {
    let elements = formulas.elements.iter().map(|element| raw_row(formulas, element));
    let constraints = formulas.constraints.iter().map(|c| (c.span.start, &c.lhs_written, c.op, &c.rhs_written));
    let definitions = formulas.definitions.iter().map(|d| (d.span.start, &d.name, Operator::Define, &d.written));
    let mut statements: Vec<_> = constraints.chain(definitions).collect();
    statements.sort_by_key(|&(start, ..)| start);
    let statements = statements.into_iter().map(|(_, lhs, op, rhs)| RawRow {
        lhs: lhs.clone(),
        op,
        rhs: rhs.clone(),
        group: None,
        level: None,
        label: if op == Operator::Define { vec![Some(lhs.clone())] } else { Vec::new() },
        fixed: Vec::new(),
        start: Vec::new(),
        lower: Vec::new(),
        upper: Vec::new(),
        efa: None,
        user: true,
    });
    RawReport { schema: "covary.model/1", rows: elements.chain(statements).collect(), warnings: Vec::new() }
}

fn raw_row(formulas: &Formulas, element: &Element) -> RawRow {
    let modifiers = &element.modifiers;
    let finite = |bounds: &[Option<f64>]| bounds.iter().map(|b| b.filter(|bound| bound.is_finite())).collect();
    RawRow {
        lhs: element.lhs.clone(),
        op: element.op,
        rhs: element.rhs.clone(),
        group: element.group.and_then(|k| formulas.groups.get(k).cloned()),
        level: element.level.and_then(|k| formulas.levels.get(k).cloned()),
        label: if modifiers.labels.is_empty() { modifiers.equal.clone() } else { modifiers.labels.clone() },
        fixed: modifiers.fixed.clone(),
        start: modifiers.start.clone(),
        lower: finite(&modifiers.lower),
        upper: finite(&modifiers.upper),
        efa: element.efa.clone(),
        user: true,
    }
}

fn degrees_of_freedom(table: &ParameterTable) -> i64 {
    let moments: usize = table.blocks.iter().map(|block| moments(table, block)).sum();
    moments as i64 - table.free as i64 + table.equality_rank() as i64
}

/// Moments of a block that are not moments of fixed x.
fn moments(table: &ParameterTable, block: &Block) -> usize {
    let triangle = |p: usize| p * (p + 1) / 2;
    let fixed_x = if table.fixed_x { block.exogenous.len() } else { 0 };
    let covariances = triangle(block.observed.len()) - triangle(fixed_x);
    // A variable of two levels has one mean, counted where it varies least.
    let above = table.blocks.iter().find(|b| b.group == block.group && b.level == block.level + 1);
    let is_above = |name: &&String| above.is_some_and(|b| b.observed.contains(name));
    let is_fixed = |name: &&String| table.fixed_x && block.exogenous.contains(name);
    let means = block.observed.iter().filter(|name| !is_above(name) && !is_fixed(name)).count();
    let of_block = |row: &&Row| row.is_parameter() && table.blocks.get(row.block) == Some(block);
    let rows = || table.rows.iter().filter(of_block);
    // In a model of correlations the variances are no data; a group's frequency is one where it is modelled.
    let scales = rows().filter(|row| row.op == Operator::Scale && !row.user && row.fixed.is_some()).count();
    let frequencies = rows().filter(|row| row.op == Operator::GroupWeight).count();
    covariances - scales + frequencies + if table.meanstructure { means } else { 0 }
}
