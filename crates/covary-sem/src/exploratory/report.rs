//! How exploratory factors were rotated, as it is shown.

use covary_numerics::{
    Matrix,
    rotation::{Rotation, RowWeights},
};
use serde::Serialize;

use super::{Exploratory, FactorOrder, RotatedUnit};
use crate::{
    Fit,
    standardized::{Standardization, standardized_values},
    syntax::Operator,
};

/// The rotation of a fit.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct RotationReport {
    /// The criterion.
    pub rotation: Rotation,
    /// Whether the factors may correlate.
    pub oblique: bool,
    /// Whether loadings were rotated in the standardized metric of the items.
    #[serde(rename = "std.ov")]
    pub standardized: bool,
    /// Weights of the items.
    #[serde(rename = "row.weights")]
    pub row_weights: RowWeights,
    /// How factors were brought in order: index, sumofsquares or none.
    #[serde(rename = "order.lv.by")]
    pub order: &'static str,
    /// Blocks of factors that were rotated together.
    pub blocks: Vec<RotatedBlock>,
}

/// Factors that were rotated together.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct RotatedBlock {
    /// Name of the block.
    pub name: String,
    /// Groups that share the rotation; the criterion was taken in the first.
    pub groups: Vec<usize>,
    /// The factors.
    pub factors: Vec<String>,
    /// Their indicators.
    pub items: Vec<String>,
    /// Standardized loadings (pattern) in the first group, items by factors; null where a variance is not positive.
    pub loadings: Vec<Vec<Option<f64>>>,
    /// Sum of squared standardized loadings of each factor, diag ΛΦΛ' told by factors: diag(Λ'ΛΦ).
    pub ss_loadings: Vec<Option<f64>>,
    /// Standardized loadings before rotation.
    pub unrotated: Vec<Vec<Option<f64>>>,
    /// G with rotated = unrotated loadings · G.
    pub transformation: Matrix,
    /// The criterion at the solution; null for promax and with one factor.
    pub criterion: Option<f64>,
    /// Starts of the search.
    pub starts: usize,
    /// Starts that ended in the best minimum.
    pub starts_at_best: usize,
    /// Different minima that were found.
    pub minima: usize,
    /// Whether the search converged.
    pub converged: bool,
}

impl RotationReport {
    /// The report of a fit's rotation. `None` without exploratory factors.
    pub fn new(fit: &Fit) -> Option<RotationReport> {
        let solution = fit.exploratory.as_ref()?;
        let rotated = standardized_values(&fit.table, &fit.estimates, Standardization::All);
        let before = &solution.unrotated;
        let unrotated = standardized_values(&before.table, &before.estimates, Standardization::All);
        let block = |unit: &RotatedUnit| rotated_block(fit, unit, &rotated, &unrotated);
        Some(RotationReport {
            rotation: solution.rotation,
            oblique: solution.oblique,
            standardized: solution.standardized,
            row_weights: solution.units.first().map(|unit| unit.settings.row_weights).unwrap_or_default(),
            order: order_word(solution),
            blocks: solution.units.iter().map(block).collect(),
        })
    }
}

fn order_word(solution: &Exploratory) -> &'static str {
    match solution.order {
        FactorOrder::Index => "index",
        FactorOrder::SumOfSquares => "sumofsquares",
        FactorOrder::None => "none",
    }
}

fn rotated_block(fit: &Fit, unit: &RotatedUnit, rotated: &[Option<f64>], unrotated: &[Option<f64>]) -> RotatedBlock {
    let lead = unit.blocks[0];
    let loadings = |values: &[Option<f64>]| -> Vec<Vec<Option<f64>>> {
        let value = |item: &String, factor: &String| values[fit.table.find(lead, factor, Operator::Measures, item)?];
        unit.items.iter().map(|item| unit.factors.iter().map(|factor| value(item, factor)).collect()).collect()
    };
    let standardized = loadings(rotated);
    RotatedBlock {
        name: unit.name.clone(),
        groups: unit.blocks.iter().map(|block| fit.table.blocks[*block].group).collect(),
        factors: unit.factors.clone(),
        items: unit.items.clone(),
        ss_loadings: squares(fit, unit, &standardized),
        loadings: standardized,
        unrotated: loadings(unrotated),
        transformation: unit.transformation.clone(),
        criterion: unit.value,
        starts: unit.starts,
        starts_at_best: unit.at_best,
        minima: unit.minima,
        converged: unit.converged,
    }
}

/// diag(Λ'ΛΦ), Λ standardized, Φ the implied correlations of the factors.
fn squares(fit: &Fit, unit: &RotatedUnit, loadings: &[Vec<Option<f64>>]) -> Vec<Option<f64>> {
    let (p, m) = (unit.items.len(), unit.factors.len());
    let values: Option<Vec<f64>> = loadings.iter().flatten().copied().collect();
    let lead = unit.blocks[0];
    let positions: Option<Vec<usize>> =
        unit.factors.iter().map(|factor| fit.table.blocks[lead].latent.iter().position(|l| l == factor)).collect();
    let correlations =
        positions.and_then(|at| fit.implied.get(lead)?.latent_covariance.select(&at, &at).to_correlation());
    let sums = values.and_then(|values| Matrix::from_values(p, m, values)).zip(correlations).map(|(loadings, phi)| {
        let products = loadings.transpose().times(&loadings).times(&phi);
        products.diagonal()
    });
    (0..m).map(|j| sums.as_ref().map(|sums| sums[j])).collect()
}
