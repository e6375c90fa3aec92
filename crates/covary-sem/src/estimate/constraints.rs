//! Linear equality constraints: θ = Kη + c.

use covary_numerics::{Matrix, Scalar};

use super::defined::Formula;
use crate::{ParameterTable, SemError};

/// θ = Kη + c: every θ that meets the linear equality constraints.
///
/// By elimination, so that η is a part of θ and equal parameters have rows of K with a single 1. Of a fit: the
/// constraints as they are at the estimates, nonlinear equalities and active inequalities by their tangents.
#[derive(Clone, Debug, PartialEq)]
pub struct EqualityConstraints {
    /// K, q⁺ × q: a basis of the null space of the constraints' Jacobian. The identity without constraints.
    pub basis: Matrix,
    /// c, q⁺.
    pub offset: Vec<f64>,
    /// Number of independent equality constraints; active inequalities narrow K but do not count.
    pub rank: usize,
    /// The elements of K that are not zero, by row.
    nonzeros: Vec<(usize, usize, f64)>,
}

impl EqualityConstraints {
    /// The linear equality constraints of a model; others are left to [`Restrictions`](super::Restrictions).
    ///
    /// # Errors
    /// [`SemError::Model`] for unknown names and for constraints that contradict each other.
    pub fn new(table: &ParameterTable) -> Result<Self, SemError> {
        Ok(super::Restrictions::new(table)?.linear)
    }

    /// Every θ that meets linear equations, in their order. `Err` holds the first that cannot be met with those before.
    pub(super) fn solving(parameters: usize, equations: Vec<LinearEquation>) -> Result<Self, usize> {
        eliminate(parameters, equations)
    }

    /// θ that also meets equations on η, with their rank added where `counted` says so.
    ///
    /// η = Zζ + e solves them, so that θ = KZζ + Ke + c.
    pub(super) fn narrowed(&self, equations: Vec<LinearEquation>, counted: usize) -> Option<Self> {
        let (first, rest) = equations.split_at(counted.min(equations.len()));
        let rank = eliminate(self.reduced(), first.to_vec()).ok()?.rank;
        let within = eliminate(self.reduced(), first.iter().chain(rest).cloned().collect()).ok()?;
        let mut offset = vec![0.0; self.offset.len()];
        self.expand(&within.offset, &mut offset);
        Some(assembled(self.basis.times(&within.basis), offset, self.rank + rank))
    }

    /// The tangent space of constraints that are met at `theta`: `basis` spans what they leave free (q⁺ × q).
    ///
    /// For inference at `theta`; a search along the tangents would leave the constraints.
    pub fn tangent(basis: Matrix, theta: &[f64]) -> Self {
        let nonzeros = nonzeros(&basis);
        let rank = basis.rows().saturating_sub(basis.columns());
        EqualityConstraints { basis, offset: theta.to_vec(), rank, nonzeros }
    }

    /// Number of parameters of the search, q.
    pub fn reduced(&self) -> usize {
        self.basis.columns()
    }

    /// θ = Kη + c.
    #[inline(always)]
    pub fn expand<T: Scalar>(&self, eta: &[T], theta: &mut [T]) {
        for (value, offset) in theta.iter_mut().zip(&self.offset) {
            *value = T::from(*offset);
        }
        for &(row, column, element) in &self.nonzeros {
            theta[row] += T::from(element) * eta[column];
        }
    }

    /// K'g: the gradient with respect to η.
    #[inline(always)]
    pub fn reduce_gradient<T: Scalar>(&self, gradient: &[T], reduced: &mut [T]) {
        reduced.fill(T::ZERO);
        for &(row, column, element) in &self.nonzeros {
            reduced[column] += T::from(element) * gradient[row];
        }
    }

    /// K'IK.
    pub fn reduce_information(&self, information: &Matrix) -> Matrix {
        if self.reduced() == self.offset.len() {
            return information.clone();
        }
        self.basis.transpose().times(&information.times(&self.basis))
    }

    /// The η nearest to θ by least squares.
    pub fn project(&self, theta: &[f64]) -> Vec<f64> {
        let deviation: Vec<f64> = theta.iter().zip(&self.offset).map(|(t, c)| t - c).collect();
        let transposed = self.basis.transpose();
        let right = transposed.times_vector(&deviation);
        // K has full column rank by construction.
        covary_numerics::linalg::solve(&transposed.times(&self.basis), &right).unwrap_or(right)
    }
}

/// Σ aₖθₖ + a₀ = 0: (a, a₀).
pub(super) type LinearEquation = (Vec<f64>, f64);

/// A formula as Σ aₖθₖ + a₀. `None` where it is not linear.
pub(super) fn linear(formula: &Formula, parameters: usize) -> Option<LinearEquation> {
    if formula.has_kinks() {
        return None;
    }
    // A linear function has the same gradient everywhere: points without symmetry, of either sign, decide.
    let points = [0.37, 1.9, -2.3].map(|step: f64| {
        (0..parameters).map(|k| step + 0.11 * step.signum() * (k as f64 + 1.0).sqrt()).collect::<Vec<_>>()
    });
    let [first, second, third] = points.each_ref().map(|point| {
        let (value, gradient) = formula.gradient(point)?;
        let mut dense = vec![0.0; parameters];
        gradient.into_iter().for_each(|(k, derivative)| dense[k] = derivative);
        Some((dense, value))
    });
    let (gradient, value) = first?;
    let size = largest(&gradient).max(1.0);
    for other in [second?, third?] {
        if gradient.iter().zip(&other.0).any(|(a, b)| (a - b).abs() > 1e-9 * size) {
            return None;
        }
    }
    let at_origin = value - gradient.iter().zip(&points[0]).map(|(a, t)| a * t).sum::<f64>();
    Some((gradient, at_origin))
}

/// Gauss-Jordan elimination of the equations, the largest element of each row its pivot.
fn eliminate(q: usize, rows: Vec<LinearEquation>) -> Result<EqualityConstraints, usize> {
    let mut reduced: Vec<(usize, LinearEquation)> = Vec::new();
    for (k, (mut row, mut constant)) in rows.into_iter().enumerate() {
        let (size, level) = (largest(&row), constant.abs().max(1.0));
        for (pivot, (other, other_constant)) in &reduced {
            let factor = row[*pivot];
            subtract(&mut row, factor, other);
            constant -= factor * other_constant;
        }
        if largest(&row) <= 1e-10 * size.max(f64::MIN_POSITIVE) || size == 0.0 {
            if constant.abs() > 1e-8 * level {
                return Err(k);
            }
            continue;
        }
        // The later of equal pivots is eliminated, so that the first of equal parameters stays.
        let pivot = (0..q).max_by(|&i, &j| row[i].abs().total_cmp(&row[j].abs())).unwrap_or(0);
        let scale = row[pivot];
        row.iter_mut().for_each(|element| *element /= scale);
        row[pivot] = 1.0;
        constant /= scale;
        for (_, (other, other_constant)) in &mut reduced {
            let factor = other[pivot];
            subtract(other, factor, &row);
            *other_constant -= factor * constant;
        }
        reduced.push((pivot, (row, constant)));
    }
    Ok(basis(q, &reduced))
}

fn basis(q: usize, reduced: &[(usize, LinearEquation)]) -> EqualityConstraints {
    let kept: Vec<usize> = (0..q).filter(|k| reduced.iter().all(|(pivot, _)| pivot != k)).collect();
    let mut basis = Matrix::zeros(q, kept.len());
    let mut offset = vec![0.0; q];
    for (column, &k) in kept.iter().enumerate() {
        basis[(k, column)] = 1.0;
        for (pivot, (row, _)) in reduced {
            // Elimination leaves rounding where exact arithmetic leaves 0.
            basis[(*pivot, column)] = if row[k].abs() < 1e-14 { 0.0 } else { -row[k] };
        }
    }
    for (pivot, (_, constant)) in reduced {
        offset[*pivot] = -constant;
    }
    assembled(basis, offset, reduced.len())
}

fn assembled(basis: Matrix, offset: Vec<f64>, rank: usize) -> EqualityConstraints {
    let nonzeros = nonzeros(&basis);
    EqualityConstraints { basis, offset, rank, nonzeros }
}

fn nonzeros(basis: &Matrix) -> Vec<(usize, usize, f64)> {
    let positions = (0..basis.rows()).flat_map(|i| (0..basis.columns()).map(move |j| (i, j)));
    positions.map(|(i, j)| (i, j, basis[(i, j)])).filter(|(_, _, element)| *element != 0.0).collect()
}

fn largest(row: &[f64]) -> f64 {
    row.iter().fold(0.0, |most: f64, a| most.max(a.abs()))
}

fn subtract(row: &mut [f64], factor: f64, other: &[f64]) {
    for (own, element) in row.iter_mut().zip(other) {
        *own -= factor * element;
    }
}
