//! The conditions that hold at a rotated solution, and how the solution follows what is rotated.
//!
//! A change of the factors by I + X turns Λ into Λ(I + X) and Φ into (I + X)⁻¹Φ(I + X)⁻¹'. At an oblique optimum
//! the elements of Λ'GΦ⁻¹ off the diagonal are 0 (G = ∂f/∂Λ), at an orthogonal one Λ'G − G'Λ is. When the loadings
//! change by dΛ, the conditions c stay at 0 with the X that solves c_X X + c_Λ dΛ = 0: no derivative is numeric.
//!
//! # Source
//! Jennrich (1973), Psychometrika 38; Archer and Jennrich (1973), Psychometrika 38, for the orthogonal case.

use super::{
    Rotation, RotationSettings,
    criterion::Criterion,
    grid::Grid,
    promax,
    weights::{RowWeights, communalities, scaled_rows, weights},
};
use crate::{Dual, Matrix, Scalar, linalg};

/// A rotated solution: loadings Λ (p × m), factor correlations Φ (m × m), residual variances (p).
#[derive(Clone, Copy, Debug)]
pub struct Rotatable<'a> {
    /// Λ in the metric of the variables.
    pub loadings: &'a Matrix,
    /// Φ; the identity where orthogonal.
    pub correlations: &'a Matrix,
    /// θᵢᵢ.
    pub unique: &'a [f64],
}

/// A direction in which a solution moves, at fixed rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// dΛ
    pub loadings: Matrix,
    /// dΦ
    pub correlations: Matrix,
    /// dθ
    pub unique: Vec<f64>,
}

/// Which conditions a solution meets.
#[derive(Clone, Copy, Debug)]
pub struct Conditions<'a> {
    /// The rotation.
    pub rotation: Rotation,
    /// Its settings.
    pub settings: &'a RotationSettings,
    /// Whether rows were divided by the model's standard deviations, √(diag ΛΦΛ' + θ).
    pub standardized: bool,
    /// lavaan 0.6-14's conditions for oblique rotation: Λ'G − diag(Λ'G)Φ, rows divided by √(diag ΛΛ' + θ).
    ///
    /// They leave out Φ in the metric, which is right only where Φ = I.
    pub without_correlations: bool,
    /// Of promax U with Λ = VU, V its varimax solution; `None` for criteria.
    pub bent: Option<&'a Matrix>,
}

impl Conditions<'_> {
    /// For each direction the X by which the rotation follows it: the solution moves by dΛ + ΛX, and so on.
    ///
    /// `None` where the conditions do not determine a rotation.
    pub fn follow(&self, solution: Rotatable, directions: &[Direction]) -> Option<Vec<Matrix>> {
        if self.rotation == Rotation::Promax {
            return promax::follow(self, solution, directions);
        }
        let criterion = self.rotation.member().criterion.as_ref()?;
        self.follow_criterion(criterion, solution, directions)
    }

    pub(super) fn follow_criterion(
        &self,
        criterion: &Criterion,
        solution: Rotatable,
        directions: &[Direction],
    ) -> Option<Vec<Matrix>> {
        let m = solution.loadings.columns();
        let generators = generators(m, self.is_oblique());
        let by_rotation: Vec<Vec<f64>> =
            generators.iter().map(|x| self.along(criterion, solution, &turned(solution, x))).collect::<Option<_>>()?;
        let size = generators.len();
        let jacobian = Matrix::from_fn(size, size, |condition, k| by_rotation[k][condition]);
        let by_direction: Vec<Vec<f64>> =
            directions.iter().map(|direction| self.along(criterion, solution, direction)).collect::<Option<_>>()?;
        let right = Matrix::from_fn(size, directions.len(), |condition, d| -by_direction[d][condition]);
        let weights = linalg::solve_columns(&jacobian, &right)?;
        let followed = |d: usize| {
            let scaled = generators.iter().enumerate().map(|(k, x)| x.scaled(weights[(k, d)]));
            scaled.fold(Matrix::zeros(m, m), |total, x| total.plus(&x))
        };
        Some((0..directions.len()).map(followed).collect())
    }

    fn is_oblique(&self) -> bool {
        self.settings.oblique.unwrap_or(self.rotation.member().oblique)
    }

    /// Derivatives of the conditions, and where oblique of diag Φ, along a direction.
    fn along(&self, criterion: &Criterion, at: Rotatable, direction: &Direction) -> Option<Vec<f64>> {
        let loadings = dual(at.loadings, &direction.loadings);
        let correlations = dual(at.correlations, &direction.correlations);
        let unique: Vec<Dual> = at
            .unique
            .iter()
            .zip(&direction.unique)
            .map(|(value, derivative)| Dual { value: *value, derivative: *derivative })
            .collect();
        let known = (!self.without_correlations).then_some(&correlations);
        let scaled = self.scaled(&loadings, known, &unique);
        let gradient = criterion.evaluate_along(&scaled, self.settings).gradient;
        let products = scaled.transpose().times(&gradient); // Λ'G
        let m = products.rows;
        let mut conditions: Vec<f64> = Vec::new();
        if !self.is_oblique() {
            let pairs = (0..m).flat_map(|i| (0..i).map(move |j| (i, j)));
            conditions.extend(pairs.map(|(i, j)| (products.at(i, j) - products.at(j, i)).derivative));
        } else {
            let stationary = if self.without_correlations {
                Grid::from_fn(m, m, |i, j| products.at(i, j) - products.at(i, i) * correlations.at(i, j))
            } else {
                products.times(&correlations.inverse()?)
            };
            let pairs = (0..m).flat_map(|i| (0..m).filter(move |j| *j != i).map(move |j| (i, j)));
            conditions.extend(pairs.map(|(i, j)| stationary.at(i, j).derivative));
            conditions.extend((0..m).map(|j| correlations.at(j, j).derivative));
        }
        conditions.iter().all(|value| value.is_finite()).then_some(conditions)
    }

    /// Λ in the metric in which the criterion is taken.
    fn scaled<T: Scalar>(&self, loadings: &Grid<T>, correlations: Option<&Grid<T>>, unique: &[T]) -> Grid<T> {
        let standardized = self.in_standard_metric(loadings, correlations, unique);
        scaled_rows(&standardized, &weights(self.settings.row_weights, &standardized, correlations))
    }

    /// Λ over the model's standard deviations, where these are taken out.
    fn in_standard_metric<T: Scalar>(
        &self,
        loadings: &Grid<T>,
        correlations: Option<&Grid<T>>,
        unique: &[T],
    ) -> Grid<T> {
        if !self.standardized {
            return loadings.clone();
        }
        let variances = communalities(loadings, correlations).into_iter().zip(unique).map(|(h2, unique)| h2 + *unique);
        let deviations: Vec<T> = variances.map(|variance| variance.sqrt().recip()).collect();
        scaled_rows(loadings, &deviations)
    }

    /// Λ over the model's standard deviations along a direction, for orthogonal factors.
    pub(super) fn standardized_along(&self, loadings: &Grid<Dual>, at: Rotatable, unique: &[f64]) -> Grid<Dual> {
        let pairs = at.unique.iter().zip(unique);
        let unique: Vec<Dual> =
            pairs.map(|(value, derivative)| Dual { value: *value, derivative: *derivative }).collect();
        self.in_standard_metric(loadings, None, &unique)
    }
}

/// Newton's step X for loadings that carry their weights already: the criterion is stationary at Λ(I + X).
pub(super) fn newton_step(
    criterion: &Criterion,
    settings: &RotationSettings,
    pattern: &Matrix,
    correlations: Option<&Matrix>,
) -> Option<Matrix> {
    let m = pattern.columns();
    let identity = Matrix::identity(m);
    let unweighted =
        RotationSettings { row_weights: RowWeights::None, oblique: Some(correlations.is_some()), ..settings.clone() };
    let conditions = Conditions {
        rotation: Rotation::None,
        settings: &unweighted,
        standardized: false,
        without_correlations: false,
        bent: None,
    };
    let solution = Rotatable {
        loadings: pattern,
        correlations: correlations.unwrap_or(&identity),
        unique: &vec![0.0; pattern.rows()],
    };
    let generators = generators(m, correlations.is_some());
    let columns: Vec<Vec<f64>> = generators
        .iter()
        .map(|x| conditions.along(criterion, solution, &turned(solution, x)))
        .collect::<Option<_>>()?;
    let values = values(criterion, settings, pattern, correlations)?;
    let size = generators.len();
    let jacobian = Matrix::from_fn(size, size, |condition, k| columns[k][condition]);
    let right: Vec<f64> = (0..size).map(|k| values.get(k).map_or(0.0, |value| -value)).collect();
    let weights = linalg::solve(&jacobian, &right)?;
    let step = generators.iter().zip(&weights).fold(Matrix::zeros(m, m), |total, (x, w)| total.plus(&x.scaled(*w)));
    step.values().iter().all(|value| value.is_finite()).then_some(step)
}

/// The conditions themselves.
fn values(
    criterion: &Criterion,
    settings: &RotationSettings,
    pattern: &Matrix,
    correlations: Option<&Matrix>,
) -> Option<Vec<f64>> {
    let gradient = criterion.evaluate(&Grid::constant(pattern), settings).gradient.matrix();
    let products = pattern.transpose().times(&gradient);
    let m = products.rows();
    Some(match correlations {
        None => {
            let pairs = (0..m).flat_map(|i| (0..i).map(move |j| (i, j)));
            pairs.map(|(i, j)| products[(i, j)] - products[(j, i)]).collect()
        }
        Some(phi) => {
            let stationary = products.times(&linalg::inverse(phi)?);
            let pairs = (0..m).flat_map(|i| (0..m).filter(move |j| *j != i).map(move |j| (i, j)));
            pairs.map(|(i, j)| stationary[(i, j)]).collect()
        }
    })
}

/// A basis of the X by which factors may change: all matrices where oblique, the skew ones where orthogonal.
fn generators(m: usize, oblique: bool) -> Vec<Matrix> {
    let unit = |i: usize, j: usize| Matrix::from_fn(m, m, |a, b| f64::from((a, b) == (i, j)));
    if oblique {
        (0..m).flat_map(|i| (0..m).map(move |j| (i, j))).map(|(i, j)| unit(i, j)).collect()
    } else {
        (0..m).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| unit(i, j).minus(&unit(j, i))).collect()
    }
}

/// How a solution moves when its factors change by I + X: dΛ = ΛX, dΦ = −XΦ − ΦX'.
fn turned(solution: Rotatable, x: &Matrix) -> Direction {
    let moved = x.times(solution.correlations);
    Direction {
        loadings: solution.loadings.times(x),
        correlations: moved.plus(&moved.transpose()).scaled(-1.0),
        unique: vec![0.0; solution.unique.len()],
    }
}

/// A matrix with its derivative.
pub(super) fn dual(values: &Matrix, derivatives: &Matrix) -> Grid<Dual> {
    Grid::from_fn(values.rows(), values.columns(), |i, j| Dual {
        value: values[(i, j)],
        derivative: derivatives[(i, j)],
    })
}
