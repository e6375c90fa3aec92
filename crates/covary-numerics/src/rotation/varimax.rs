//! Varimax: each factor's squared loadings as different as possible.

use super::{
    Member, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::Grid,
    orthomax,
};
use crate::Scalar;

/// Varimax maximises Σⱼ [p Σᵢ λᵢⱼ⁴ − (Σᵢ λᵢⱼ²)²].
///
/// With SPSS's stopping rule the loadings are SPSS's to the printed digits and beyond, up to .001 from
/// the optimum; without it they are those of programs that go on to the optimum.
///
/// # Source
/// Kaiser (1958), Psychometrika 23.
pub(super) const MEMBER: Member = Member {
    special: Some(|loadings, settings| Some(orthomax::rotate_pairwise(loadings, 1.0, settings))),
    criterion: Some(criterion!(varimax)),
    can_be_oblique: false,
    ..Member::orthogonal(Rotation::Varimax, "varimax")
};

fn varimax<T: Scalar>(loadings: &Grid<T>, _: &RotationSettings) -> Evaluation<T> {
    orthomax::orthomax(loadings, 1.0)
}
