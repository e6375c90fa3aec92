//! Quartimax: each variable on as few factors as possible.

use super::{Member, Rotation, orthomax};

/// Quartimax maximises Σᵢⱼ λᵢⱼ⁴.
///
/// # Source
/// Neuhaus and Wrigley (1954), British Journal of Statistical Psychology 7.
pub(super) const MEMBER: Member = Member {
    rotation: Rotation::Quartimax,
    name: "quartimax",
    oblique: false,
    transformation: |loadings, settings| Some(orthomax::rotate_pairwise(loadings, 0.0, settings)),
};
