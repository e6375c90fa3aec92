//! Rotation of loading matrices: one criterion per file, one list.
//!
//! ```text
//! loadings ─▶ rows to length 1 (Kaiser) ─▶ transformation T by the criterion ─▶ loadings · T
//!                                              reflect and order the columns ◀──┘
//! ```
//!
//! A new criterion is a file with a [`Member`], a variant of [`Rotation`] and a line in [`ALL`]. What it minimises is a
//! function over any scalar: numbers for the search (`search`), duals for the derivatives that a solution's standard
//! errors come from (`stationarity`).

mod arrange;
mod bentler;
mod bigeomin;
mod biquartimin;
mod crawford_ferguson;
mod criterion;
mod entropy;
mod equamax;
mod geomin;
mod grid;
mod infomax;
mod mccammon;
mod oblimax;
mod oblimin;
mod orthomax;
mod promax;
mod quartimax;
mod search;
mod simplimax;
mod stationarity;
mod tandem;
mod target;
mod unrotated;
mod varimax;
mod weights;

use serde::Serialize;

use crate::Matrix;
use arrange::arrange;

pub use criterion::{Criterion, Evaluation};
pub use grid::Grid;
pub use search::{Optimum, optimise};
pub use stationarity::{Conditions, Direction, Rotatable};
pub use weights::RowWeights;

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
    /// Orthogonal, γ given.
    Orthomax,
    /// Hendrickson and White (1964), oblique, from the varimax solution.
    Promax,
    /// Jennrich and Sampson (1966), direct oblimin, oblique.
    Oblimin,
    /// Oblimin with δ = 0.
    Quartimin,
    /// Yates (1987).
    Geomin,
    /// Crawford and Ferguson (1970), κ given.
    #[serde(rename = "cf")]
    CrawfordFerguson,
    /// Crawford-Ferguson, κ = 0.
    #[serde(rename = "cf-quartimax")]
    CfQuartimax,
    /// Crawford-Ferguson, κ = 1/p.
    #[serde(rename = "cf-varimax")]
    CfVarimax,
    /// Crawford-Ferguson, κ = m/(2p).
    #[serde(rename = "cf-equamax")]
    CfEquamax,
    /// Crawford-Ferguson, κ = (m − 1)/(p + m − 2).
    #[serde(rename = "cf-parsimax")]
    CfParsimax,
    /// Crawford-Ferguson, κ = 1.
    #[serde(rename = "cf-facparsim")]
    CfFacparsim,
    /// A general factor beside geomin's.
    Bigeomin,
    /// A general factor beside quartimin's.
    Biquartimin,
    /// Invariant pattern simplicity (Bentler 1977).
    Bentler,
    /// Saunders (1961).
    Oblimax,
    /// Minimum entropy, orthogonal.
    Entropy,
    /// Minimum entropy ratio, orthogonal.
    Mccammon,
    /// McKeon (1968).
    Infomax,
    /// Comrey (1967), principle I, orthogonal.
    Tandem1,
    /// Comrey (1967), principle II, orthogonal.
    Tandem2,
    /// Kiers (1994).
    Simplimax,
    /// Towards a complete target.
    #[serde(rename = "target.strict")]
    TargetStrict,
    /// Towards a partially specified target.
    #[serde(rename = "pst")]
    PartialTarget,
}

/// How to rotate and when to stop.
#[derive(Clone, Debug, PartialEq)]
pub struct RotationSettings {
    /// Weights of the rows while the rotation is found.
    pub row_weights: RowWeights,
    /// Stop by SPSS's rule (criterion change ≤ 1e-4, at most 25 cycles); false: to the optimum.
    pub spss_stopping: bool,
    /// Whether factors may correlate; `None`: as the rotation is meant.
    pub oblique: Option<bool>,
    /// Promax's power κ.
    pub kappa: f64,
    /// Direct oblimin's δ, also called γ (0: quartimin).
    pub delta: f64,
    /// Geomin's ε.
    pub geomin_epsilon: f64,
    /// Orthomax's γ.
    pub orthomax_gamma: f64,
    /// κ of the Crawford-Ferguson family.
    pub cf_kappa: f64,
    /// Target, p × m; what is not a number is not specified.
    pub target: Option<Matrix>,
    /// Which elements of a partial target count: those that are not 0; `None`: all that are specified.
    pub target_mask: Option<Matrix>,
    /// Random starts beside the two that are always tried.
    pub starts: usize,
    /// Seed of their streams.
    pub seed: u64,
    /// Length of the projected gradient at which a start ends; the best one is then brought to 10⁻⁹.
    pub tolerance: f64,
    /// Most iterations of a start.
    pub most_iterations: usize,
}

impl RotationSettings {
    /// What SPSS does: Kaiser normalisation and its stopping rule.
    pub const SPSS: RotationSettings = RotationSettings {
        row_weights: RowWeights::Kaiser,
        spss_stopping: true,
        oblique: None,
        kappa: 4.0,
        delta: 0.0,
        geomin_epsilon: 0.001,
        orthomax_gamma: 0.0,
        cf_kappa: 0.0,
        target: None,
        target_mask: None,
        starts: 0,
        seed: 1,
        tolerance: 1e-5,
        most_iterations: 2000,
    };
}

impl Default for RotationSettings {
    /// Kaiser normalisation, the optimum, κ = 4, δ = 0, ε = .001, no random starts.
    fn default() -> Self {
        RotationSettings { spss_stopping: false, ..RotationSettings::SPSS }
    }
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

/// A rotation as a member of the family: its name and how its transformation is found.
pub struct Member {
    /// The rotation.
    pub rotation: Rotation,
    /// Its name in lower case, as written in settings.
    pub name: &'static str,
    /// Whether the factors correlate unless the settings say otherwise.
    pub oblique: bool,
    /// Whether the factors may correlate at all: some criteria make them collapse then.
    pub can_be_oblique: bool,
    /// Whether the first factor is a general one, on which all variables load.
    pub general_factor: bool,
    /// Whether the settings must bring a target.
    pub needs_target: bool,
    /// Fewest factors for which the criterion means anything.
    pub least_factors: usize,
    /// What it minimises; `None` for a rotation that has no criterion.
    pub criterion: Option<Criterion>,
    /// A way to the transformation of its own; `None`: gradient projection on the criterion.
    special: Option<Special>,
    order: Order,
}

/// Finds the transformation of loadings that [`rotate`] has checked.
type Special = fn(&Matrix, &RotationSettings) -> Option<Transformation>;

/// Every rotation, in the order in which they are offered.
pub const ALL: [Member; 27] = [
    unrotated::MEMBER,
    varimax::MEMBER,
    quartimax::MEMBER,
    equamax::MEMBER,
    orthomax::MEMBER,
    promax::MEMBER,
    oblimin::MEMBER,
    oblimin::QUARTIMIN,
    geomin::MEMBER,
    crawford_ferguson::WITH_KAPPA,
    crawford_ferguson::QUARTIMAX,
    crawford_ferguson::VARIMAX,
    crawford_ferguson::EQUAMAX,
    crawford_ferguson::PARSIMAX,
    crawford_ferguson::FACTOR_PARSIMONY,
    bigeomin::MEMBER,
    biquartimin::MEMBER,
    bentler::MEMBER,
    oblimax::MEMBER,
    entropy::MEMBER,
    mccammon::MEMBER,
    infomax::MEMBER,
    tandem::FIRST,
    tandem::SECOND,
    simplimax::MEMBER,
    target::STRICT,
    target::PARTIAL,
];

impl Member {
    const fn oblique(rotation: Rotation, name: &'static str) -> Member {
        Member {
            rotation,
            name,
            oblique: true,
            can_be_oblique: true,
            general_factor: false,
            needs_target: false,
            least_factors: 2,
            criterion: None,
            special: None,
            order: Order::SumOfSquares,
        }
    }

    const fn orthogonal(rotation: Rotation, name: &'static str) -> Member {
        Member { oblique: false, ..Member::oblique(rotation, name) }
    }

    /// Whether columns keep the order in which they were found: those of a target or of a general factor.
    pub fn keeps_order(&self) -> bool {
        matches!(self.order, Order::AsFound)
    }
}

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

    /// The rotation as a member of the family.
    pub fn member(self) -> &'static Member {
        // A test walks the list and holds every variant against it.
        MEMBERS.iter().find(|member| member.rotation == self).unwrap_or(&MEMBERS[0])
    }
}

static MEMBERS: [Member; ALL.len()] = ALL;

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
#[derive(Clone, Copy)]
enum Order {
    /// By sum of squared loadings, largest first.
    SumOfSquares,
    /// As found.
    AsFound,
}

/// Rotates `loadings` (p × m). Columns come reflected (non-negative sums) and ordered by sum of squares.
///
/// The sums of squares are those of the rotated loadings, of the pattern when oblique; promax keeps
/// the order of its varimax solution, as SPSS does, and targets and general factors keep their place. `None` with
/// fewer than two factors, where a row is zero under row weights, where a value is not finite or a target is missing;
/// also where promax's factors are linearly dependent.
pub fn rotate(loadings: &Matrix, rotation: Rotation, settings: &RotationSettings) -> Option<Rotated> {
    let finite = loadings.values().iter().all(|value| value.is_finite());
    let zero_row = (0..loadings.rows()).any(|i| loadings.row(i).iter().all(|value| *value == 0.0));
    let weighted = settings.row_weights != RowWeights::None;
    if loadings.columns() < 2 || loadings.rows() == 0 || !finite || (weighted && zero_row) {
        return None;
    }
    let member = rotation.member();
    let transformation = match member.special {
        Some(special) => special(loadings, settings)?,
        None => search::transformation(loadings, member, settings)?,
    };
    Some(arrange(loadings, transformation))
}
