//! Rotation of loading matrices: one criterion per file, one list.

use serde::Serialize;

use crate::Matrix;

/// The rotations, by the names researchers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rotation {
    /// Unrotated.
    None,
    /// Kaiser (1958), orthogonal.
    Varimax,
    /// Orthogonal.
    Quartimax,
    /// Orthogonal.
    Equamax,
    /// Hendrickson and White (1964), oblique, from the varimax solution.
    Promax,
    /// Jennrich and Sampson (1966), direct oblimin, oblique.
    Oblimin,
}

/// How to rotate and when to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RotationSettings {
    /// Rows are normalised by √h² before rotation (Kaiser).
    pub kaiser: bool,
    /// Stop by SPSS's rule (criterion change ≤ 1e-4, at most 25 cycles); false: to the optimum.
    pub spss_stopping: bool,
    /// Promax's power κ.
    pub kappa: f64,
    /// Direct oblimin's δ (0: quartimin).
    pub delta: f64,
}

/// A rotated solution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rotated {
    /// Loadings; the pattern matrix when oblique (p × m).
    pub loadings: Matrix,
    /// Structure matrix, when oblique.
    pub structure: Option<Matrix>,
    /// Correlations of the factors, when oblique.
    pub factor_correlations: Option<Matrix>,
    /// T with rotated = unrotated · T.
    pub transformation: Matrix,
    /// Cycles or iterations needed.
    pub iterations: usize,
    /// Whether the stopping rule was met.
    pub converged: bool,
}

/// Rotates `loadings` (p × m). Columns come reflected (non-negative sums) and ordered by sum of squares.
///
/// `None` with fewer than two factors, where a row is zero under Kaiser normalisation, or where a
/// value is not finite.
pub fn rotate(loadings: &Matrix, rotation: Rotation, settings: &RotationSettings) -> Option<Rotated> {
    todo!("{} {rotation:?} {settings:?}", loadings.rows())
}
