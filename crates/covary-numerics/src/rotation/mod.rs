//! Rotation of loading matrices: one criterion per file, one list.
//!
//! ```text
//! loadings ─▶ rows to length 1 (Kaiser) ─▶ transformation T by the criterion ─▶ loadings · T
//!                                              reflect and order the columns ◀──┘
//! ```
//!
//! A new criterion is a file with a [`Member`], a variant of [`Rotation`] and a line in [`ALL`].

mod arrange;
mod equamax;
mod kaiser;
mod oblimin;
mod orthomax;
mod promax;
mod quartimax;
mod unrotated;
mod varimax;

use serde::Serialize;

use crate::Matrix;
use arrange::arrange;

/// The rotations, by the names researchers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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

impl Default for RotationSettings {
    /// Kaiser normalisation, the optimum, κ = 4, δ = 0.
    fn default() -> Self {
        RotationSettings { kaiser: true, spss_stopping: false, kappa: 4.0, delta: 0.0 }
    }
}

/// A rotation as a member of the family: its name and how its transformation is found.
pub struct Member {
    /// The rotation.
    pub rotation: Rotation,
    /// Its name in lower case, as written in settings.
    pub name: &'static str,
    /// Whether the factors may correlate.
    pub oblique: bool,
    /// Finds the transformation of loadings that [`rotate`] has checked.
    transformation: fn(&Matrix, &RotationSettings) -> Option<Transformation>,
}

/// Every rotation, in the order in which they are offered.
pub const ALL: [Member; 6] =
    [unrotated::MEMBER, varimax::MEMBER, quartimax::MEMBER, equamax::MEMBER, promax::MEMBER, oblimin::MEMBER];

impl Rotation {
    /// The rotation of that name in any case. `None` where there is none of it.
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.iter().find(|member| member.name.eq_ignore_ascii_case(name)).map(|member| member.rotation)
    }

    /// Its name in lower case, as written in settings.
    pub fn name(self) -> &'static str {
        self.member().name
    }

    /// Whether the factors may correlate.
    pub fn is_oblique(self) -> bool {
        self.member().oblique
    }

    fn member(self) -> &'static Member {
        // A test walks the list and holds every variant against it.
        ALL.iter().find(|member| member.rotation == self).unwrap_or(&ALL[0])
    }
}

/// What a criterion finds: T with rotated = unrotated · T, columns in any order and sign.
struct Transformation {
    matrix: Matrix,
    /// Correlations of the factors, when oblique.
    factor_correlations: Option<Matrix>,
    iterations: usize,
    converged: bool,
    order: Order,
}

/// Which order of columns a solution is to be given in.
enum Order {
    /// By sum of squared loadings, largest first.
    SumOfSquares,
    /// As found.
    AsFound,
}

/// Rotates `loadings` (p × m). Columns come reflected (non-negative sums) and ordered by sum of squares.
///
/// The sums of squares are those of the rotated loadings, of the pattern when oblique; promax keeps
/// the order of its varimax solution, as SPSS does. `None` with fewer than two factors, where a row
/// is zero under Kaiser normalisation, or where a value is not finite; also where promax's factors
/// are linearly dependent.
pub fn rotate(loadings: &Matrix, rotation: Rotation, settings: &RotationSettings) -> Option<Rotated> {
    let finite = loadings.values().iter().all(|value| value.is_finite());
    let zero_row = (0..loadings.rows()).any(|i| loadings.row(i).iter().all(|value| *value == 0.0));
    if loadings.columns() < 2 || loadings.rows() == 0 || !finite || (settings.kaiser && zero_row) {
        return None;
    }
    let transformation = (rotation.member().transformation)(loadings, settings)?;
    Some(arrange(loadings, transformation))
}
