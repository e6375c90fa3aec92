//! Promax: the varimax solution bent towards its own powers.

use super::{
    Member, Order, Rotation, RotationSettings, Transformation,
    arrange::arrange,
    grid::Grid,
    orthomax,
    search::{Optimum, optimise},
    stationarity::{Conditions, Direction, Rotatable, dual},
    varimax,
    weights::normalised_rows,
};
use crate::{
    Matrix, Scalar,
    linalg::{Cholesky, inverse},
    matrix::dot,
};

/// Promax as SPSS computes it.
///
/// With Λ the varimax loadings, h their row lengths: target P = sign(λ)|λ/h|^κ, U = (Λ'Λ)⁻¹Λ'P with
/// columns multiplied by √diag (U'U)⁻¹; pattern ΛU, factor correlations U⁻¹U⁻¹'. The order of the varimax
/// factors is kept. R's `promax` and lavaan take |λ|^κ in place of |λ/h|^κ ([`optimum`]) and agree where all
/// communalities are 1.
///
/// # Source
/// Hendrickson and White (1964), British Journal of Statistical Psychology 17.
pub(super) const MEMBER: Member =
    Member { special: Some(towards_powers), order: Order::AsFound, ..Member::oblique(Rotation::Promax, "promax") };

fn towards_powers(loadings: &Matrix, settings: &RotationSettings) -> Option<Transformation> {
    let varimax = arrange(loadings, orthomax::rotate_pairwise(loadings, 1.0, settings));
    let target = powers(&Grid::constant(&normalised_rows(&varimax.loadings)), settings.kappa).matrix();
    let transposed = varimax.loadings.transpose();
    let regression = Cholesky::new(&transposed.times(&varimax.loadings))?.solve(&transposed.times(&target));
    let unit = scaled_to_unit_variances(&regression)?;
    // Factors transform by U⁻¹ where loadings transform by U.
    let factors = inverse(&unit)?;
    Some(Transformation {
        matrix: varimax.transformation.times(&unit),
        factor_correlations: Some(unit_diagonal(factors.times(&factors.transpose()))),
        iterations: varimax.iterations,
        converged: varimax.converged,
        order: Order::AsFound,
    })
}

/// Promax as R's `promax` and lavaan compute it: the powers of the loadings themselves, U as above.
pub(super) fn optimum(loadings: &Matrix, settings: &RotationSettings) -> Option<Optimum> {
    let varimax = optimise(loadings, Rotation::Varimax, &varimax_settings(settings), None)?;
    let bent = bend(&Grid::constant(&loadings.times(&varimax.transformation)), settings.kappa)?.matrix();
    let factors = inverse(&bent)?;
    Some(Optimum {
        transformation: varimax.transformation.times(&bent),
        varimax: Some(varimax.transformation),
        factor_correlations: Some(unit_diagonal(factors.times(&factors.transpose()))),
        value: None,
        iterations: varimax.iterations,
        converged: varimax.converged,
        starts: varimax.starts,
        at_best: varimax.at_best,
        minima: varimax.minima,
    })
}

/// [`Conditions::follow`] for promax: the varimax solution V follows by its conditions, U(V) by the chain rule.
///
/// Λ = VU, so that X = U⁻¹X_vU + U⁻¹dU; U may have signs and order of its own. The factor correlations must not move at
/// fixed rotation.
pub(super) fn follow(conditions: &Conditions, solution: Rotatable, directions: &[Direction]) -> Option<Vec<Matrix>> {
    let settings = varimax_settings(conditions.settings);
    let of_varimax = Conditions { rotation: Rotation::Varimax, settings: &settings, ..*conditions };
    let bent = conditions.bent?; // U
    let back = inverse(bent)?;
    let loadings = solution.loadings.times(&back); // V
    let m = loadings.columns();
    let identity = Matrix::identity(m);
    let varimax = Rotatable { loadings: &loadings, correlations: &identity, unique: solution.unique };
    let turned: Vec<Direction> = directions
        .iter()
        .map(|direction| Direction {
            loadings: direction.loadings.times(&back),
            correlations: Matrix::zeros(m, m),
            unique: direction.unique.clone(),
        })
        .collect();
    let criterion = varimax::MEMBER.criterion.as_ref()?;
    let turns = of_varimax.follow_criterion(criterion, varimax, &turned)?;
    turns
        .iter()
        .zip(&turned)
        .map(|(turn, direction)| {
            let moving = direction.loadings.plus(&loadings.times(turn));
            let scaled = conditions.standardized_along(&dual(&loadings, &moving), varimax, &direction.unique);
            let bending = bend(&scaled, conditions.settings.kappa)?;
            let plain = Matrix::from_fn(m, m, |i, j| bending.at(i, j).value);
            let change = Matrix::from_fn(m, m, |i, j| bending.at(i, j).derivative);
            // Signs and order of the solution's factors.
            let arranged = inverse(&plain)?.times(bent);
            Some(back.times(&turn.times(bent)).plus(&back.times(&change.times(&arranged))))
        })
        .collect()
}

fn varimax_settings(settings: &RotationSettings) -> RotationSettings {
    RotationSettings { oblique: None, ..settings.clone() }
}

/// U: the regression of the powers on the loadings, scaled so that the factors have variance 1.
fn bend<T: Scalar>(loadings: &Grid<T>, kappa: f64) -> Option<Grid<T>> {
    let transposed = loadings.transpose();
    let regression = transposed.times(loadings).inverse()?.times(&transposed.times(&powers(loadings, kappa)));
    let products = regression.transpose().times(&regression).inverse()?;
    let deviations: Vec<T> = (0..products.rows).map(|j| products.at(j, j).sqrt()).collect();
    Some(Grid::from_fn(regression.rows, regression.columns, |i, j| regression.at(i, j) * deviations[j]))
}

/// sign(λ) |λ|^κ.
fn powers<T: Scalar>(loadings: &Grid<T>, kappa: f64) -> Grid<T> {
    loadings.map(|loading| {
        let size = loading.abs();
        if size.value() == 0.0 {
            return T::ZERO;
        }
        let power = (T::from(kappa) * size.ln()).exp();
        power * (loading / size)
    })
}

/// Columns multiplied so that the factors have variance 1.
fn scaled_to_unit_variances(u: &Matrix) -> Option<Matrix> {
    let factors = inverse(u)?;
    let deviations: Vec<f64> = (0..u.rows()).map(|j| dot(factors.row(j), factors.row(j)).sqrt()).collect();
    Some(Matrix::from_fn(u.rows(), u.columns(), |i, j| u[(i, j)] * deviations[j]))
}

/// The diagonal is 1 but for rounding; now it is 1.
fn unit_diagonal(correlations: Matrix) -> Matrix {
    let n = correlations.rows();
    Matrix::from_fn(n, n, |i, j| if i == j { 1.0 } else { correlations[(i, j)] })
}
