//! Equamax: between varimax and quartimax, so that the factors share the variance evenly.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::Grid,
    orthomax,
};
use crate::Scalar;

/// Equamax maximises Σⱼ [p Σᵢ λᵢⱼ⁴ − m/2 (Σᵢ λᵢⱼ²)²]; with two factors it is varimax.
///
/// # Source
/// Saunders (1962), Educational Testing Service.
pub(super) const MEMBER: Member = Member {
    special: Some(|loadings, settings| {
        Some(orthomax::rotate_pairwise(loadings, loadings.columns() as f64 / 2.0, settings))
    }),
    criterion: Some(criterion!(equamax)),
    can_be_oblique: false,
    ..Member::orthogonal(Rotation::Equamax, "equamax")
};

fn equamax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    orthomax::orthomax(loadings, loadings.columns as f64 / 2.0)
}
