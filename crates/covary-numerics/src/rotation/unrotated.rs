//! No rotation.

use crate::Matrix;

use super::{Member, Order, Rotation, RotationSettings, Transformation};

/// The solution as extracted, its columns reflected and ordered.
pub(super) const MEMBER: Member =
    Member { rotation: Rotation::None, name: "none", oblique: false, transformation: identity };

fn identity(loadings: &Matrix, _: &RotationSettings) -> Option<Transformation> {
    Some(Transformation {
        matrix: Matrix::identity(loadings.columns()),
        factor_correlations: None,
        iterations: 0,
        converged: true,
        order: Order::SumOfSquares,
    })
}
