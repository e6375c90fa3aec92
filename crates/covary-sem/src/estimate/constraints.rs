//! Linear equality constraints: θ = Kη + c.

use covary_numerics::{Dual, Matrix, Scalar};

use super::defined::Names;
use crate::{Operator, ParameterTable, SemError, parameter_table::RowConstraint};

/// θ = Kη + c: every θ that meets the linear equality constraints.
///
/// By elimination, so that η is a part of θ and equal parameters have rows of K with a single 1.
#[derive(Clone, Debug, PartialEq)]
pub struct EqualityConstraints {
    /// K, q⁺ × q: a basis of the null space of the constraints' Jacobian. The identity without constraints.
    pub basis: Matrix,
    /// c, q⁺.
    pub offset: Vec<f64>,
    /// Number of independent constraints.
    pub rank: usize,
    /// The elements of K that are not zero, by row.
    nonzeros: Vec<(usize, usize, f64)>,
}

impl EqualityConstraints {
    /// The constraints of a model.
    ///
    /// # Errors
    /// [`SemError::Option`] for nonlinear or inequality constraints, which are not built;
    /// [`SemError::Model`] for unknown names and for constraints that contradict each other.
    pub fn new(table: &ParameterTable) -> Result<Self, SemError> {
        let names = Names::new(table);
        let rows = table
            .constraints
            .iter()
            .map(|constraint| linear_row(table, &names, constraint))
            .collect::<Result<Vec<_>, _>>()?;
        eliminate(rows, table)
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
        if self.rank == 0 {
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

/// A constraint as Σ aₖθₖ + a₀ = 0: (a, a₀).
type LinearRow = (Vec<f64>, f64);

fn linear_row(table: &ParameterTable, names: &Names, constraint: &RowConstraint) -> Result<LinearRow, SemError> {
    let text = text_of(table, constraint);
    if constraint.op != Operator::Equal {
        return Err(SemError::Option(format!("the inequality constraint \"{text}\" is not supported yet")));
    }
    let q = table.free;
    let unknown = || SemError::Model(format!("the constraint \"{text}\" names a parameter that the model lacks"));
    // A linear function has the same gradient everywhere: two points without symmetry decide.
    let points = [0.37, 1.9].map(|step| (0..q).map(|k| step + 0.11 * (k as f64 + 1.0).sqrt()).collect::<Vec<_>>());
    let mut gradients = points.iter().map(|point| gradient(names, constraint, point));
    let (first, second) =
        (gradients.next().flatten().ok_or_else(unknown)?, gradients.next().flatten().ok_or_else(unknown)?);
    let size = first.0.iter().fold(0.0, |most: f64, a| most.max(a.abs()));
    if first.0.iter().zip(&second.0).any(|(a, b)| (a - b).abs() > 1e-9 * size.max(1.0)) {
        return Err(SemError::Option(format!("the nonlinear constraint \"{text}\" is not supported yet")));
    }
    let at_origin = first.1 - first.0.iter().zip(&points[0]).map(|(a, t)| a * t).sum::<f64>();
    Ok((first.0, at_origin))
}

/// Gradient and value of a constraint's difference at θ.
fn gradient(names: &Names, constraint: &RowConstraint, theta: &[f64]) -> Option<LinearRow> {
    let mut point: Vec<Dual> = theta.iter().map(|value| Dual::from(*value)).collect();
    let mut gradient = vec![0.0; theta.len()];
    for k in 0..theta.len() {
        point[k] = Dual::variable(theta[k]);
        gradient[k] = names.evaluate(&constraint.difference, &point)?.derivative;
        point[k] = Dual::from(theta[k]);
    }
    let value = names.evaluate(&constraint.difference, &point)?.value;
    Some((gradient, value))
}

fn text_of(table: &ParameterTable, constraint: &RowConstraint) -> String {
    let row = &table.rows[constraint.row];
    let op = match constraint.op {
        Operator::Less => "<",
        Operator::Greater => ">",
        _ => "==",
    };
    format!("{} {op} {}", row.lhs, row.rhs)
}

/// Gauss-Jordan elimination of the constraints, the largest element of each row its pivot.
fn eliminate(rows: Vec<LinearRow>, table: &ParameterTable) -> Result<EqualityConstraints, SemError> {
    let q = table.free;
    let mut reduced: Vec<(usize, LinearRow)> = Vec::new();
    for (k, (mut row, mut constant)) in rows.into_iter().enumerate() {
        let size = largest(&row);
        for (pivot, (other, other_constant)) in &reduced {
            let factor = row[*pivot];
            subtract(&mut row, factor, other);
            constant -= factor * other_constant;
        }
        if largest(&row) <= 1e-10 * size.max(f64::MIN_POSITIVE) || size == 0.0 {
            if constant.abs() > 1e-8 {
                let text = text_of(table, &table.constraints[k]);
                return Err(SemError::Model(format!(
                    "the constraint \"{text}\" contradicts the others or cannot be met"
                )));
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

fn basis(q: usize, reduced: &[(usize, LinearRow)]) -> EqualityConstraints {
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
    let nonzeros = (0..q)
        .flat_map(|i| (0..kept.len()).map(move |j| (i, j)))
        .map(|(i, j)| (i, j, basis[(i, j)]))
        .filter(|(_, _, element)| *element != 0.0)
        .collect();
    EqualityConstraints { basis, offset, rank: reduced.len(), nonzeros }
}

fn largest(row: &[f64]) -> f64 {
    row.iter().fold(0.0, |most: f64, a| most.max(a.abs()))
}

fn subtract(row: &mut [f64], factor: f64, other: &[f64]) {
    for (own, element) in row.iter_mut().zip(other) {
        *own -= factor * element;
    }
}
