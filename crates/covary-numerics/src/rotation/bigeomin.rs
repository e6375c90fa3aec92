//! Bi-geomin: a general factor beside factors in geomin's simple structure.

use super::{
    Member, Order, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    geomin,
    grid::Grid,
};
use crate::Scalar;

/// Geomin over all columns but the first, which is the general factor.
///
/// At an oblique optimum the general factor is uncorrelated with the others, which correlate among themselves.
///
/// # Source
/// Jennrich and Bentler (2011), Psychometrika 76; (2012), Psychometrika 77, for the oblique case.
pub(super) const MEMBER: Member = Member {
    criterion: Some(criterion!(bigeomin)),
    general_factor: true,
    order: Order::AsFound,
    ..Member::oblique(Rotation::Bigeomin, "bigeomin")
};

fn bigeomin<T: Scalar>(loadings: &Grid<T>, settings: &RotationSettings) -> Evaluation<T> {
    geomin::of_columns(loadings, 1, settings.geomin_epsilon)
}
