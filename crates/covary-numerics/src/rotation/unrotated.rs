//! No rotation.

use super::{Member, Order, Rotation, RotationSettings, Transformation};
use crate::Matrix;

/// The solution as extracted, its columns reflected and ordered.
pub(super) const MEMBER: Member =
    Member { special: Some(identity), can_be_oblique: false, ..Member::orthogonal(Rotation::None, "none") };

fn identity(loadings: &Matrix, _: &RotationSettings) -> Option<Transformation> {
    Some(Transformation {
        matrix: Matrix::identity(loadings.columns()),
        factor_correlations: None,
        iterations: 0,
        converged: true,
        order: Order::SumOfSquares,
    })
}
