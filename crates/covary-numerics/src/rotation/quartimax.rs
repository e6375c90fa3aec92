//! Quartimax: each variable on as few factors as possible.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::Grid,
    orthomax,
};
use crate::Scalar;

/// Quartimax maximises Σᵢⱼ λᵢⱼ⁴.
///
/// # Source
/// Neuhaus and Wrigley (1954), British Journal of Statistical Psychology 7.
pub(super) const MEMBER: Member = Member {
    special: Some(|loadings, settings| Some(orthomax::rotate_pairwise(loadings, 0.0, settings))),
    criterion: Some(criterion!(quartimax)),
    can_be_oblique: false,
    ..Member::orthogonal(Rotation::Quartimax, "quartimax")
};

fn quartimax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    orthomax::orthomax(loadings, 0.0)
}
