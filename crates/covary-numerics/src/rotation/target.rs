//! Rotation towards a target, complete or partial.

use super::{
    Member, Order, Rotation, RotationSettings,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
};
use crate::Scalar;

/// Minimises Σᵢⱼ (λᵢⱼ − tᵢⱼ)², every element of the target given.
///
/// # Source
/// Gruvaeus (1970), Psychometrika 35; Browne (1972), British Journal of Mathematical and Statistical Psychology 25.
pub(super) const STRICT: Member = Member {
    criterion: Some(criterion!(strict)),
    needs_target: true,
    order: Order::AsFound,
    ..Member::oblique(Rotation::TargetStrict, "target.strict")
};

/// Minimises Σᵢⱼ wᵢⱼ(λᵢⱼ − tᵢⱼ)²: w is 1 where the mask says that the target counts and the target has a number there.
///
/// # Source
/// Browne (1972), British Journal of Mathematical and Statistical Psychology 25; (2001), Multivariate Behavioral
/// Research 36.
pub(super) const PARTIAL: Member = Member {
    criterion: Some(criterion!(partial)),
    needs_target: true,
    order: Order::AsFound,
    ..Member::oblique(Rotation::PartialTarget, "pst")
};

fn strict<T: Scalar>(loadings: &Grid<T>, settings: &RotationSettings) -> Evaluation<T> {
    towards(loadings, settings, false)
}

fn partial<T: Scalar>(loadings: &Grid<T>, settings: &RotationSettings) -> Evaluation<T> {
    towards(loadings, settings, true)
}

/// The target has the shape of the loadings: [`search`] refuses others.
fn towards<T: Scalar>(loadings: &Grid<T>, settings: &RotationSettings, masked: bool) -> Evaluation<T> {
    let deviation = |i: usize, j: usize| {
        let target = settings.target.as_ref().map_or(f64::NAN, |target| target[(i, j)]);
        let counts = !masked || settings.target_mask.as_ref().is_none_or(|mask| mask[(i, j)] != 0.0);
        if counts && target.is_finite() { loadings.at(i, j) - T::from(target) } else { T::ZERO }
    };
    let deviations = Grid::from_fn(loadings.rows, loadings.columns, deviation);
    Evaluation {
        value: sum(deviations.values.iter().map(|deviation| *deviation * *deviation)),
        gradient: deviations.map(|deviation| T::from(2.0) * deviation),
    }
}
