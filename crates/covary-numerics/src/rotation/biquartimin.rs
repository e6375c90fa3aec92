//! Bi-quartimin: a general factor beside factors in quartimin's simple structure.

use super::{
    Member, Order, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::Grid,
    oblimin,
};
use crate::Scalar;

/// Quartimin over all columns but the first, which is the general factor.
///
/// Needs three factors or more: with two the criterion is 0 whatever the rotation.
///
/// # Source
/// Jennrich and Bentler (2011), Psychometrika 76; (2012), Psychometrika 77, for the oblique case.
pub(super) const MEMBER: Member = Member {
    criterion: Some(criterion!(biquartimin)),
    general_factor: true,
    order: Order::AsFound,
    least_factors: 3,
    ..Member::oblique(Rotation::Biquartimin, "biquartimin")
};

fn biquartimin<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    oblimin::of_columns(loadings, 1, 0.0)
}
