//! Effect coding: loadings that average 1, intercepts that sum to 0.

use super::{ParameterTable, constraints};
use crate::{
    settings::{EffectCoding, Settings},
    syntax::{Expression, Operator},
};

/// Adds, for each latent variable whose loadings are all free, Σ λ = number of indicators, and for each whose
/// indicators have free intercepts, Σ ν = 0; blocks in order, then latent variables, loadings before intercepts.
///
/// # Source
/// Little, Slegers and Card (2006); rows as in lavaan 0.6-14's `effect.coding`.
pub(super) fn add(settings: &Settings, table: &mut ParameterTable) {
    for block in 0..table.blocks.len() {
        for latent in table.blocks[block].latent.clone() {
            let loadings = loadings(table, block, &latent);
            if settings.effect_coding.contains(&EffectCoding::Loadings) {
                constrain(table, &loadings, loadings.len() as f64);
            }
            if settings.effect_coding.contains(&EffectCoding::Intercepts) && table.meanstructure {
                let intercept = |&row: &usize| table.find(block, &table.rows[row].rhs, Operator::Intercept, "");
                let intercepts: Option<Vec<usize>> = loadings.iter().map(intercept).collect();
                let mut intercepts = intercepts.unwrap_or_default();
                intercepts.sort_unstable();
                constrain(table, &intercepts, 0.0);
            }
        }
    }
}

/// Rows of a latent variable's loadings.
fn loadings(table: &ParameterTable, block: usize, latent: &str) -> Vec<usize> {
    let rows = table.rows.iter().enumerate();
    let of_latent = rows.filter(|(_, row)| row.block == block && row.op == Operator::Measures && row.lhs == latent);
    of_latent.filter(|(_, row)| row.lhs != row.rhs).map(|(k, _)| k).collect()
}

/// First = sum − the others, where all are free.
fn constrain(table: &mut ParameterTable, rows: &[usize], sum: f64) {
    let all_free = rows.iter().all(|&row| table.rows[row].free.is_some());
    let Some((&first, others)) = rows.split_first().filter(|_| all_free) else { return };
    let name = |row: usize| Expression::Name(table.rows[row].plabel.clone());
    let minus = |sum, &row: &usize| Expression::Binary(Box::new(sum), '-', Box::new(name(row)));
    let (left, right) = (name(first), others.iter().fold(Expression::Number(sum), minus));
    constraints::add_equality(table, left, right);
}
