//! Local fit: residuals and modification indices.

use covary_sem::{FitReport, Operator, fit_report::ModificationIndex};

use super::{
    compose::{Context, row},
    estimates::{group_heading, group_name, groups},
};
use crate::{
    Block, Cell, Number,
    NumberKind::{Bounded, Statistic},
    Span, Table, TableRow,
    place::{Place, at, number},
    words::{Note, Sentence, TableName, Term},
};

/// AMOS's default threshold for modification indices.
const THRESHOLD: f64 = 4.0;
/// Longer lists are cut; `results.json` holds them whole.
const LONGEST_LIST: usize = 60;

/// Implied and residual covariances, standardized residual covariances and correlation residuals, by group.
pub(super) fn matrices(prefix: &str, fit: &Place<FitReport>, context: &Context) -> Vec<Block> {
    let mut blocks: Vec<Block> = at!(fit.implied)
        .each()
        .map(|implied| {
            let covariances = at!(implied.cov);
            let id = format!("{prefix}implied-covariances{}", suffix(fit, implied.group));
            let cell = |i, j| Cell::from(covariances.cell(i, j, Statistic));
            let table = context.triangle(&id, TableName::ImpliedCovariances, &implied.names, cell);
            in_group(table, fit, implied.group, context)
        })
        .collect();
    for residuals in at!(fit.residuals).each() {
        let suffix = suffix(fit, residuals.group);
        let in_group = |table: Table| in_group(table, fit, residuals.group, context);
        let raw = at!(residuals.raw);
        let id = format!("{prefix}residual-covariances{suffix}");
        let cell = |i, j| Cell::from(raw.cell(i, j, Statistic));
        blocks.push(in_group(context.triangle(&id, TableName::ResidualCovariances, &residuals.names, cell)));
        let standardized = at!(residuals.amos_standardized);
        let id = format!("{prefix}standardized-residuals{suffix}");
        let table = context.triangle(&id, TableName::StandardizedResiduals, &residuals.names, |i, j| {
            Cell::from(standardized.cell(i, j, Statistic)).in_bold(standardized[i][j].is_some_and(|v| v.abs() > 2.58))
        });
        blocks.push(in_group(table.with_note(context.words.note(Note::StandardizedResiduals))));
        if let Some(correlations) = at!(residuals.cor).some() {
            let id = format!("{prefix}correlation-residuals{suffix}");
            let table = context.triangle(&id, TableName::ResidualCorrelations, &residuals.names, |i, j| {
                Cell::from(correlations.cell(i, j, Bounded)).in_bold(correlations[(i, j)].abs() > 0.10)
            });
            blocks.push(in_group(table));
        }
    }
    blocks
}

/// What tells the tables of several groups apart.
fn suffix(fit: &FitReport, group: usize) -> String {
    if fit.n_groups > 1 { format!("-{group}") } else { String::new() }
}

fn in_group(mut table: Table, fit: &Place<FitReport>, group: usize, context: &Context) -> Block {
    if fit.n_groups > 1 {
        table.caption.push(Span::Word(". ".to_string()));
        table.caption.extend(group_name(fit, group, context));
    }
    Block::Table(table)
}

/// Which indices a table takes.
type Chosen = fn(&ModificationIndex) -> bool;

/// Modification indices both ways, in AMOS's three tables.
pub(super) fn modification_indices(prefix: &str, fit: &Place<FitReport>, context: &Context) -> Vec<Block> {
    let kinds: [(&str, TableName, Chosen); 3] = [
        ("mi-covariances", TableName::ModificationCovariances, |m| m.op == Operator::Covariance && m.lhs != m.rhs),
        ("mi-variances", TableName::ModificationVariances, |m| m.op == Operator::Covariance && m.lhs == m.rhs),
        ("mi-weights", TableName::ModificationWeights, |m| matches!(m.op, Operator::Measures | Operator::Regression)),
    ];
    let tables: Vec<Block> = kinds
        .iter()
        .filter_map(|(id, name, chosen)| table(&format!("{prefix}{id}"), *name, fit, *chosen, context))
        .map(Block::Table)
        .collect();
    if tables.is_empty() { vec![context.paragraph(Sentence::NoModificationIndices)] } else { tables }
}

/// `None` where no index reaches the threshold.
fn table(id: &str, name: TableName, fit: &Place<FitReport>, chosen: Chosen, context: &Context) -> Option<Table> {
    let reaches = |m: &ModificationIndex| m.mi >= THRESHOLD || m.mi_amos.is_some_and(|mi| mi >= THRESHOLD);
    let indices = at!(fit.modification_indices);
    let mut rows = Vec::new();
    let mut cut = false;
    for group in groups(fit) {
        let of_group: Vec<TableRow> =
            indices.each().filter(|m| m.group == group && chosen(m) && reaches(m)).map(|m| index_row(&m)).collect();
        if !of_group.is_empty() {
            rows.extend(group_heading(fit, group, context));
        }
        cut |= of_group.len() > LONGEST_LIST;
        rows.extend(of_group.into_iter().take(LONGEST_LIST));
    }
    let columns = vec![
        context.left(Term::Path),
        context.decimal(Term::AmosModificationIndex),
        context.decimal(Term::ParChange),
        context.decimal(Term::ScoreModificationIndex),
        context.decimal(Term::Epc),
        context.decimal(Term::StandardizedEpc),
    ];
    let words = context.words;
    let table = (!rows.is_empty()).then(|| {
        context
            .table(id, name, columns, rows)
            .with_note(words.note(Note::ModificationThreshold { threshold: Number::plan(THRESHOLD) }))
            .with_note(words.note(Note::ModificationConventions))
    })?;
    Some(if cut { table.with_note(words.note(Note::ListCut)) } else { table })
}

fn index_row(m: &Place<ModificationIndex>) -> TableRow {
    let name = match m.op {
        Operator::Measures => format!("{} ← {}", m.rhs, m.lhs),
        Operator::Regression => format!("{} ← {}", m.lhs, m.rhs),
        _ if m.lhs != m.rhs => format!("{} ↔ {}", m.lhs, m.rhs),
        _ => m.lhs.clone(),
    };
    let figures = [
        number!(m.mi_amos, Statistic),
        number!(m.par_change, Statistic),
        number!(m.mi, Statistic),
        number!(m.epc, Statistic),
        number!(m.sepc_all as "sepc.all", Statistic),
    ];
    row(Cell::verbatim(name), figures)
}
