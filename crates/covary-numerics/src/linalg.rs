//! Decompositions and solutions of dense systems.
//!
//! Cholesky is written here for the orders of survey models: up to about 60 a plain row-oriented loop
//! keeps pace with a blocked one and needs no scratch memory. Above, and for eigenvalues, singular
//! values and LU, faer does the work.

use faer::{Mat, Side};

use crate::{Matrix, matrix::dot};

/// The Cholesky factor of a symmetric positive definite matrix: A = L L'.
///
/// Exists only for a positive definite matrix.
#[derive(Clone, Debug)]
pub struct Cholesky {
    /// L, lower triangular.
    pub lower: Matrix,
}

impl Cholesky {
    /// The factor of `matrix` (its lower triangle is read). `None` unless positive definite.
    ///
    /// Positive definite to working precision: each pivot, the part of a diagonal element that the
    /// variables before it leave unexplained, exceeds n·ε of that element. A pivot below that is
    /// rounding of a singular matrix. `None` for a matrix that is not square as well.
    pub fn new(matrix: &Matrix) -> Option<Self> {
        let n = matrix.rows();
        if matrix.columns() != n {
            return None;
        }
        let lower = if n <= LARGEST_PLAIN_ORDER { plain_factor(matrix) } else { blocked_factor(matrix) }?;
        let smallest_share = n as f64 * f64::EPSILON;
        // Written so that NaN fails too.
        let definite = (0..n).all(|i| lower[(i, i)] * lower[(i, i)] > smallest_share * matrix[(i, i)]);
        definite.then_some(Cholesky { lower })
    }

    /// ln |A|.
    pub fn log_determinant(&self) -> f64 {
        2.0 * self.lower.diagonal().iter().map(|pivot| pivot.ln()).sum::<f64>()
    }

    /// A⁻¹.
    pub fn inverse(&self) -> Matrix {
        if self.lower.rows() <= LARGEST_PLAIN_ORDER { plain_inverse(&self.lower) } else { blocked_inverse(&self.lower) }
    }

    /// A⁻¹ B.
    pub fn solve(&self, right: &Matrix) -> Matrix {
        let mut solution = self.forward(right);
        let (n, m) = (solution.rows(), solution.columns());
        for i in (0..n).rev() {
            let (head, tail) = solution.values_mut().split_at_mut((i + 1) * m);
            let target = &mut head[i * m..];
            for k in i + 1..n {
                subtract_multiple(target, self.lower[(k, i)], &tail[(k - i - 1) * m..(k - i) * m]);
            }
            divide(target, self.lower[(i, i)]);
        }
        solution
    }

    /// L⁻¹ B: half of a solution, whose inner products are B'A⁻¹B.
    pub fn forward(&self, right: &Matrix) -> Matrix {
        let (n, m) = (right.rows(), right.columns());
        assert_eq!(n, self.lower.rows(), "order of the right-hand side");
        let mut solution = right.clone();
        for i in 0..n {
            let (above, rest) = solution.values_mut().split_at_mut(i * m);
            let target = &mut rest[..m];
            for k in 0..i {
                subtract_multiple(target, self.lower[(i, k)], &above[k * m..(k + 1) * m]);
            }
            divide(target, self.lower[(i, i)]);
        }
        solution
    }

    /// A⁻¹ b.
    pub fn solve_vector(&self, right: &[f64]) -> Vec<f64> {
        let mut solution = self.forward_vector(right);
        let n = solution.len();
        for i in (0..n).rev() {
            solution[i] /= self.lower[(i, i)];
            let known = solution[i];
            let (before, _) = solution.split_at_mut(i);
            subtract_multiple(before, known, &self.lower.row(i)[..i]);
        }
        solution
    }

    /// L⁻¹ b: a standardised deviation, whose squared length is b'A⁻¹b.
    pub fn forward_vector(&self, right: &[f64]) -> Vec<f64> {
        assert_eq!(right.len(), self.lower.rows(), "order of the right-hand side");
        let mut solution = right.to_vec();
        for i in 0..solution.len() {
            let row = self.lower.row(i);
            solution[i] = (solution[i] - dot(&row[..i], &solution[..i])) / row[i];
        }
        solution
    }
}

/// Beyond this order faer's blocked algorithms win (at 200 by a factor of three to five).
const LARGEST_PLAIN_ORDER: usize = 64;

/// L row by row. `None` where a pivot is not positive.
fn plain_factor(matrix: &Matrix) -> Option<Matrix> {
    let n = matrix.rows();
    let mut lower = Matrix::zeros(n, n);
    for i in 0..n {
        let (above, current) = lower.values_mut().split_at_mut(i * n);
        let current = &mut current[..n];
        for j in 0..i {
            let before = &above[j * n..=j * n + j];
            current[j] = (matrix[(i, j)] - dot(&current[..j], &before[..j])) / before[j];
        }
        let pivot = matrix[(i, i)] - dot(&current[..i], &current[..i]);
        if !(pivot > 0.0 && pivot.is_finite()) {
            return None;
        }
        current[i] = pivot.sqrt();
    }
    Some(lower)
}

fn blocked_factor(matrix: &Matrix) -> Option<Matrix> {
    let factor = to_faer(matrix).llt(Side::Lower).ok()?;
    let lower = factor.L();
    Some(Matrix::from_fn(matrix.rows(), matrix.rows(), |i, j| if j <= i { lower[(i, j)] } else { 0.0 }))
}

/// (L L')⁻¹ = M M' with M = (L⁻¹)', whose row i is zero before column i.
fn plain_inverse(lower: &Matrix) -> Matrix {
    let n = lower.rows();
    let mut rows = Matrix::zeros(n, n);
    for i in 0..n {
        let row = &mut rows.values_mut()[i * n..(i + 1) * n];
        row[i] = 1.0 / lower[(i, i)];
        for k in i + 1..n {
            let factor = lower.row(k);
            row[k] = -dot(&factor[i..k], &row[i..k]) / factor[k];
        }
    }
    let mut inverse = Matrix::zeros(n, n);
    for i in 0..n {
        for j in 0..=i {
            let element = dot(&rows.row(i)[i..], &rows.row(j)[i..]);
            inverse[(i, j)] = element;
            inverse[(j, i)] = element;
        }
    }
    inverse
}

fn blocked_inverse(lower: &Matrix) -> Matrix {
    let n = lower.rows();
    let mut inverted = Mat::<f64>::identity(n, n);
    faer::linalg::triangular_solve::solve_lower_triangular_in_place(
        to_faer(lower).as_ref(),
        inverted.as_mut(),
        faer::Par::Seq,
    );
    let inverse = inverted.transpose() * &inverted;
    // A product of two different factors need not come out symmetric in the last digit.
    Matrix::from_fn(n, n, |i, j| inverse[(i.max(j), i.min(j))])
}

fn subtract_multiple(target: &mut [f64], factor: f64, source: &[f64]) {
    for (t, s) in target.iter_mut().zip(source) {
        *t -= factor * s;
    }
}

fn divide(target: &mut [f64], divisor: f64) {
    for t in target {
        *t /= divisor;
    }
}

/// Eigenvalues, largest first, and eigenvectors (columns, in the same order) of a symmetric matrix.
///
/// The sign of each vector is the one that makes its largest component positive.
#[derive(Clone, Debug)]
pub struct SymmetricEigen {
    /// Eigenvalues, largest first.
    pub values: Vec<f64>,
    /// Eigenvectors as columns.
    pub vectors: Matrix,
}

/// The eigendecomposition of a symmetric matrix. `None` where an element is not finite.
///
/// The lower triangle is read. `None` for a matrix that is not square as well.
pub fn symmetric_eigen(matrix: &Matrix) -> Option<SymmetricEigen> {
    let n = matrix.rows();
    if matrix.columns() != n || !is_finite(matrix) {
        return None;
    }
    if n == 0 {
        return Some(SymmetricEigen { values: Vec::new(), vectors: Matrix::zeros(0, 0) });
    }
    let eigen = to_faer(matrix).self_adjoint_eigen(Side::Lower).ok()?;
    let (ascending, vectors) = (eigen.S(), eigen.U());
    let signs: Vec<f64> =
        (0..n).map(|k| sign_of_largest(&(0..n).map(|i| vectors[(i, k)]).collect::<Vec<_>>())).collect();
    Some(SymmetricEigen {
        values: (0..n).rev().map(|k| ascending[k]).collect(),
        vectors: Matrix::from_fn(n, n, |i, j| signs[n - 1 - j] * vectors[(i, n - 1 - j)]),
    })
}

/// The sign of the component largest in absolute value; the first of those that tie to rounding.
fn sign_of_largest(vector: &[f64]) -> f64 {
    let largest = vector.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let first = vector.iter().find(|v| v.abs() >= largest * (1.0 - 1e-8));
    if first.is_some_and(|v| *v < 0.0) { -1.0 } else { 1.0 }
}

/// The moduli of the eigenvalues of a square matrix, largest first. `None` where not finite.
pub fn eigenvalue_moduli(matrix: &Matrix) -> Option<Vec<f64>> {
    if matrix.columns() != matrix.rows() || !is_finite(matrix) {
        return None;
    }
    if matrix.rows() == 0 {
        return Some(Vec::new());
    }
    let mut moduli: Vec<f64> = to_faer(matrix).eigenvalues().ok()?.iter().map(|z| z.re.hypot(z.im)).collect();
    moduli.sort_by(|l, r| r.total_cmp(l));
    Some(moduli)
}

/// The inverse of a square matrix by LU with pivoting. `None` when singular to working precision.
pub fn inverse(matrix: &Matrix) -> Option<Matrix> {
    solve_columns(matrix, &Matrix::identity(matrix.rows()))
}

/// The solution of A x = b by LU with pivoting. `None` when singular to working precision.
pub fn solve(matrix: &Matrix, right: &[f64]) -> Option<Vec<f64>> {
    let column = Matrix::from_values(right.len(), 1, right.to_vec())?;
    Some(solve_columns(matrix, &column)?.values().to_vec())
}

/// The solution of A X = B by LU with pivoting. `None` when singular to working precision.
///
/// Rows and columns are first brought to a largest element between 1 and 2, by powers of two and
/// so without rounding: variables in euros beside variables in millions are not a singularity.
pub fn solve_columns(matrix: &Matrix, right: &Matrix) -> Option<Matrix> {
    let n = matrix.rows();
    if matrix.columns() != n || right.rows() != n || !is_finite(matrix) || !is_finite(right) {
        return None;
    }
    if n == 0 {
        return Some(right.clone());
    }
    let row_scales: Vec<f64> = (0..n).map(|i| power_of_two_scale(matrix.row(i))).collect::<Option<_>>()?;
    let by_rows = Matrix::from_fn(n, n, |i, j| matrix[(i, j)] * row_scales[i]);
    let column_scales: Vec<f64> = (0..n).map(|j| power_of_two_scale(&by_rows.column(j))).collect::<Option<_>>()?;
    let factors = Mat::from_fn(n, n, |i, j| by_rows[(i, j)] * column_scales[j]).partial_piv_lu();
    let pivots: Vec<f64> = (0..n).map(|i| factors.U()[(i, i)].abs()).collect();
    let largest = pivots.iter().copied().fold(0.0, f64::max);
    if pivots.iter().any(|pivot| pivot.is_nan() || *pivot <= n as f64 * f64::EPSILON * largest) {
        return None;
    }
    let scaled = Mat::from_fn(n, right.columns(), |i, j| right[(i, j)] * row_scales[i]);
    let solution = faer::linalg::solvers::Solve::solve(&factors, &scaled);
    Some(Matrix::from_fn(n, right.columns(), |i, j| solution[(i, j)] * column_scales[i]))
}

/// The power of two that brings the largest of `values` to between 1 and 2. `None` when all are zero.
fn power_of_two_scale(values: &[f64]) -> Option<f64> {
    let largest = values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    (largest > 0.0).then(|| (-largest.log2().floor()).clamp(-1000.0, 1000.0).exp2())
}

/// An orthonormal basis (columns) of the null space of `matrix`; tolerance relative to the largest singular value.
///
/// A singular value counts as zero up to max(rows, columns)·ε of the largest. All elements must be
/// finite; for others the basis has no columns.
pub fn null_space(matrix: &Matrix) -> Matrix {
    let (m, n) = (matrix.rows(), matrix.columns());
    if m == 0 || n == 0 {
        return Matrix::identity(n);
    }
    if !is_finite(matrix) {
        return Matrix::zeros(n, 0);
    }
    // Rows of zeros below make the decomposition's V square whatever the shape.
    let padded = Mat::from_fn(m.max(n), n, |i, j| if i < m { matrix[(i, j)] } else { 0.0 });
    let Ok(decomposition) = padded.svd() else {
        return Matrix::zeros(n, 0);
    };
    let singular_values: Vec<f64> = (0..n).map(|k| decomposition.S()[k]).collect();
    let rank = numerical_rank(&singular_values, m.max(n));
    let v = decomposition.V();
    Matrix::from_fn(n, n - rank, |i, j| v[(i, rank + j)])
}

/// The numerical rank of a matrix.
///
/// The number of singular values above max(rows, columns)·ε of the largest; 0 where an element is
/// not finite.
pub fn rank(matrix: &Matrix) -> usize {
    singular_values(matrix).map_or(0, |values| numerical_rank(&values, matrix.rows().max(matrix.columns())))
}

/// The singular values, largest first. `None` where an element is not finite.
pub fn singular_values(matrix: &Matrix) -> Option<Vec<f64>> {
    if !is_finite(matrix) {
        return None;
    }
    if matrix.values().is_empty() {
        return Some(Vec::new());
    }
    to_faer(matrix).singular_values().ok()
}

fn numerical_rank(singular_values: &[f64], order: usize) -> usize {
    let largest = singular_values.first().copied().unwrap_or(0.0);
    singular_values.iter().filter(|s| **s > order as f64 * f64::EPSILON * largest).count()
}

/// The symmetric square root of a positive semidefinite matrix; negative eigenvalues of rounding size count as 0.
///
/// `None` where an eigenvalue is negative beyond n·ε of the largest modulus.
pub fn symmetric_square_root(matrix: &Matrix) -> Option<Matrix> {
    let eigen = symmetric_eigen(matrix)?;
    let largest = eigen.values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    // The decomposition itself errs by a few n·ε of the largest.
    let rounding = 8.0 * matrix.rows() as f64 * f64::EPSILON * largest;
    if eigen.values.iter().any(|v| *v < -rounding) {
        return None;
    }
    Some(spectral_function(&eigen, |value| value.max(0.0).sqrt()))
}

/// The Moore–Penrose inverse of a symmetric matrix: eigenvalues within `tolerance` of the largest modulus count as 0.
///
/// `None` where an element is not finite.
pub fn symmetric_pseudo_inverse(matrix: &Matrix, tolerance: f64) -> Option<Matrix> {
    let eigen = symmetric_eigen(matrix)?;
    let largest = eigen.values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    Some(spectral_function(&eigen, |value| if value.abs() > tolerance * largest { 1.0 / value } else { 0.0 }))
}

/// V f(Λ) V'.
fn spectral_function(eigen: &SymmetricEigen, f: impl Fn(f64) -> f64) -> Matrix {
    let weights: Vec<f64> = eigen.values.iter().map(|value| f(*value)).collect();
    let vectors = &eigen.vectors;
    let weighted = Matrix::from_fn(vectors.rows(), vectors.columns(), |i, k| vectors[(i, k)] * weights[k]);
    weighted.times(&vectors.transpose())
}

fn is_finite(matrix: &Matrix) -> bool {
    matrix.values().iter().all(|v| v.is_finite())
}

fn to_faer(matrix: &Matrix) -> Mat<f64> {
    Mat::from_fn(matrix.rows(), matrix.columns(), |i, j| matrix[(i, j)])
}
