//! Equamax: between varimax and quartimax, so that the factors share the variance evenly.

use super::{Member, Rotation, orthomax};

/// Equamax maximises Σⱼ [p Σᵢ λᵢⱼ⁴ − m/2 (Σᵢ λᵢⱼ²)²]; with two factors it is varimax.
///
/// # Source
/// Saunders (1962), Educational Testing Service.
pub(super) const MEMBER: Member = Member {
    rotation: Rotation::Equamax,
    name: "equamax",
    oblique: false,
    transformation: |loadings, settings| {
        Some(orthomax::rotate_pairwise(loadings, loadings.columns() as f64 / 2.0, settings))
    },
};
