//! Exploratory factors: blocks that are estimated unrotated, then rotated with everything that touches them.
//!
//! ```text
//! table with echelon loadings, Φ = I ─▶ ordinary fit ─▶ loadings ─▶ criterion ─▶ G, signs, order
//!         rotated table, estimates, covariance matrix of the estimates ◀── G⁻¹ΓG, G⁻¹ΨG⁻¹', G⁻¹τ
//! ```
//!
//! The rotated model has more free rows than the unrotated one (all loadings, all factor correlations) and as many
//! constraints more: the conditions that hold at a rotated solution. Their tangent space takes the place of the linear
//! constraints in the [`Fit`], so that everything after estimation works on the rotated model as on any other.

mod arguments;
mod arrange;
mod blocks;
mod efa;
mod report;
mod resamples;
mod rotate;
mod starting_values;
mod transform;

use covary_numerics::{
    Matrix,
    rotation::{Rotation, RotationSettings},
};

use crate::{Fit, Row};

pub(crate) use efa::only_efa;
pub use efa::{EfaOverview, EfaReport, FitsOverview, efa};
pub use report::{RotatedBlock, RotationReport};
pub(crate) use resamples::{bootstrap, jackknife};
pub(crate) use rotate::{check, rotate};
pub(crate) use starting_values::give_starting_values;

/// The exploratory part of a fit: how it was rotated, and the fit before rotation.
#[derive(Clone, Debug)]
pub struct Exploratory {
    /// The criterion.
    pub rotation: Rotation,
    /// Whether the factors may correlate.
    pub oblique: bool,
    /// Whether loadings were rotated in the standardized metric of the items.
    pub standardized: bool,
    /// How columns were brought in order.
    pub order: FactorOrder,
    /// Whether factors with a negative sum of loadings were reflected.
    pub reflect: bool,
    /// What was rotated as one: the factors of a block, over the groups that share their loadings.
    pub units: Vec<RotatedUnit>,
    /// The fit before rotation, without resamples.
    pub unrotated: Fit,
}

/// Factors that were rotated together.
#[derive(Clone, Debug, PartialEq)]
pub struct RotatedUnit {
    /// Name of the exploratory block.
    pub name: String,
    /// Indices of the blocks of the table that share the rotation; the criterion was taken in the first.
    pub blocks: Vec<usize>,
    /// The factors.
    pub factors: Vec<String>,
    /// Their indicators.
    pub items: Vec<String>,
    /// Constants, row weights, target, starts.
    pub settings: RotationSettings,
    /// G with rotated loadings = unrotated loadings · G, m × m.
    pub transformation: Matrix,
    /// Of promax the transformation to the varimax solution that it begins with.
    pub varimax: Option<Matrix>,
    /// The criterion at the solution; `None` for promax and with one factor.
    pub value: Option<f64>,
    /// Starts of the search.
    pub starts: usize,
    /// Starts that ended in the best minimum.
    pub at_best: usize,
    /// Different minima that were found.
    pub minima: usize,
    /// Whether the search for the rotation converged.
    pub converged: bool,
}

/// How the columns of a rotated solution are brought in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FactorOrder {
    /// By the mean position of the items whose loading is at least .8 of the factor's largest.
    #[default]
    Index,
    /// By sum of squared loadings, largest first.
    SumOfSquares,
    /// As they are found.
    None,
}

impl Fit {
    /// Number of free rows of the model that was estimated, before equality constraints: of rotated factors that of the
    /// unrotated model, since the freed rows come with as many conditions.
    pub fn free_rows(&self) -> usize {
        let all = self.exploratory.as_ref().map_or(self.theta.len(), |solution| solution.unrotated.theta.len());
        let auxiliary = |row: &&Row| row.free.is_some() && self.table.is_auxiliary(row);
        all - self.table.rows.iter().filter(auxiliary).count() - self.free_scales()
    }

    /// Position among the free rows of the model that was estimated. `None` for rows that it fixes, also where
    /// rotation has filled them, and for variances that the others determine (`correlation`).
    pub fn free_position(&self, row: usize) -> Option<usize> {
        let table = self.exploratory.as_ref().map_or(&self.table, |solution| &solution.unrotated.table);
        let own = table.rows.get(row).filter(|row| !self.is_determined(row))?.free?;
        let determined = |other: &&Row| other.free.is_some_and(|k| k < own) && self.is_determined(other);
        Some(own - table.rows.iter().filter(determined).count())
    }
}
