//! The orthomax family: rotation of pairs of factors in their plane until none gains.

use super::{
    Member, Order, Rotation, RotationSettings, Transformation,
    criterion::{Evaluation, criterion},
    grid::{Grid, sum},
    weights::weighted_loadings,
};
use crate::{Matrix, Scalar};

/// The family with γ given (`orthomax_gamma`): 0 quartimax, 1 varimax, m/2 equamax.
///
/// # Source
/// Harman (1976), Modern Factor Analysis, chapter 13.
pub(super) const MEMBER: Member = Member {
    special: Some(|loadings, settings| Some(rotate_pairwise(loadings, settings.orthomax_gamma, settings))),
    criterion: Some(criterion!(with_gamma)),
    can_be_oblique: false,
    ..Member::orthogonal(Rotation::Orthomax, "orthomax")
};

fn with_gamma<T: Scalar>(loadings: &Grid<T>, settings: &RotationSettings) -> Evaluation<T> {
    orthomax(loadings, settings.orthomax_gamma)
}

/// Minimises −¼ Σⱼ [Σᵢ λᵢⱼ⁴ − γ/p (Σᵢ λᵢⱼ²)²], which oblique factors would drive into one.
pub(super) fn orthomax<T: Scalar>(loadings: &Grid<T>, gamma: f64) -> Evaluation<T> {
    let (p, m) = (loadings.rows, loadings.columns);
    let squares = loadings.map(|value| value * value);
    let share = T::from(gamma / p as f64);
    let of_columns: Vec<T> = (0..m).map(|j| share * sum((0..p).map(|i| squares.at(i, j)))).collect();
    let less = Grid::from_fn(p, m, |i, j| squares.at(i, j) - of_columns[j]);
    Evaluation {
        value: T::from(-0.25) * sum(squares.values.iter().zip(&less.values).map(|(square, less)| *square * *less)),
        gradient: Grid::from_fn(p, m, |i, j| -(loadings.at(i, j) * less.at(i, j))),
    }
}

/// SPSS's RCONVERGE: the criterion of two cycles differs by no more than this.
const SPSS_TOLERANCE: f64 = 1e-4;
/// SPSS's ITERATE.
const SPSS_CYCLES: usize = 25;
/// At the optimum: no pair is turned by more than this angle (radians).
const ANGLE_TOLERANCE: f64 = 1e-12;
const MOST_CYCLES: usize = 10_000;

/// Maximises Σⱼ [p Σᵢ λᵢⱼ⁴ − γ (Σᵢ λᵢⱼ²)²] over orthogonal transformations.
///
/// Each cycle turns every pair of factors by its best angle. SPSS's rule stops when the criterion,
/// of the normalised loadings and not divided by p², changes by at most .0001 over a cycle; the 10⁻⁵ on
/// the criterion over p² of SPSS's algorithms document stops too early to give SPSS's own figures.
pub(super) fn rotate_pairwise(loadings: &Matrix, gamma: f64, settings: &RotationSettings) -> Transformation {
    let mut rotated = Columns::of(&weighted_loadings(loadings, settings.row_weights));
    let mut transformation = Columns::of(&Matrix::identity(loadings.columns()));
    let most_cycles = if settings.spss_stopping { SPSS_CYCLES } else { MOST_CYCLES };
    let mut criterion = rotated.criterion(gamma);
    let mut iterations = 0;
    let mut converged = false;
    while !converged && iterations < most_cycles {
        let largest_angle = turn_all_pairs(&mut rotated, &mut transformation, gamma);
        iterations += 1;
        let previous = std::mem::replace(&mut criterion, rotated.criterion(gamma));
        converged = match settings.spss_stopping {
            true => (criterion - previous).abs() <= SPSS_TOLERANCE,
            false => largest_angle <= ANGLE_TOLERANCE,
        };
    }
    Transformation {
        matrix: transformation.matrix(),
        factor_correlations: None,
        iterations,
        converged,
        order: Order::SumOfSquares,
    }
}

/// One cycle; gives the largest angle.
fn turn_all_pairs(rotated: &mut Columns, transformation: &mut Columns, gamma: f64) -> f64 {
    let m = rotated.0.len();
    let mut largest: f64 = 0.0;
    for j in 0..m {
        for k in j + 1..m {
            let angle = best_angle(&rotated.0[j], &rotated.0[k], gamma);
            rotated.turn(j, k, angle);
            transformation.turn(j, k, angle);
            largest = largest.max(angle.abs());
        }
    }
    largest
}

/// The angle by which two factors are turned in their plane: Kaiser's tan 4φ = X/Y.
fn best_angle(first: &[f64], second: &[f64], gamma: f64) -> f64 {
    let p = first.len() as f64;
    let [mut a, mut b, mut c, mut d, mut size] = [0.0; 5];
    for (x, y) in first.iter().zip(second) {
        let (u, v) = (x * x - y * y, 2.0 * x * y);
        a += u;
        b += v;
        c += u * u - v * v;
        d += 2.0 * u * v;
        size += u * u + v * v;
    }
    let numerator = d - gamma * 2.0 * a * b / p;
    let denominator = c - gamma * (a * a - b * b) / p;
    // Where the criterion does not depend on the angle, only rounding does.
    if numerator.hypot(denominator) <= 1e-13 * size { 0.0 } else { 0.25 * numerator.atan2(denominator) }
}

/// A matrix by columns, whose pairs are turned.
struct Columns(Vec<Vec<f64>>);

impl Columns {
    fn of(matrix: &Matrix) -> Self {
        Columns((0..matrix.columns()).map(|j| matrix.column(j)).collect())
    }

    fn matrix(&self) -> Matrix {
        Matrix::from_fn(self.0.first().map_or(0, Vec::len), self.0.len(), |i, j| self.0[j][i])
    }

    fn turn(&mut self, j: usize, k: usize, angle: f64) {
        let (sine, cosine) = angle.sin_cos();
        let (before, after) = self.0.split_at_mut(k);
        for (x, y) in before[j].iter_mut().zip(&mut after[0]) {
            (*x, *y) = (cosine * *x + sine * *y, cosine * *y - sine * *x);
        }
    }

    fn criterion(&self, gamma: f64) -> f64 {
        self.0
            .iter()
            .map(|column| {
                let squares: f64 = column.iter().map(|x| x * x).sum();
                let fourths: f64 = column.iter().map(|x| x.powi(4)).sum();
                column.len() as f64 * fourths - gamma * squares * squares
            })
            .sum()
    }
}
