//! Decompositions and solutions of dense systems.

use crate::Matrix;

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
    pub fn new(matrix: &Matrix) -> Option<Self> {
        todo!("{}", matrix.rows())
    }
    /// ln |A|.
    pub fn log_determinant(&self) -> f64 {
        todo!()
    }
    /// A⁻¹.
    pub fn inverse(&self) -> Matrix {
        todo!()
    }
    /// A⁻¹ B.
    pub fn solve(&self, right: &Matrix) -> Matrix {
        todo!("{}", right.rows())
    }
    /// A⁻¹ b.
    pub fn solve_vector(&self, right: &[f64]) -> Vec<f64> {
        todo!("{}", right.len())
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
pub fn symmetric_eigen(matrix: &Matrix) -> Option<SymmetricEigen> {
    todo!("{}", matrix.rows())
}

/// The moduli of the eigenvalues of a square matrix, largest first. `None` where not finite.
pub fn eigenvalue_moduli(matrix: &Matrix) -> Option<Vec<f64>> {
    todo!("{}", matrix.rows())
}

/// The inverse of a square matrix by LU with pivoting. `None` when singular to working precision.
pub fn inverse(matrix: &Matrix) -> Option<Matrix> {
    todo!("{}", matrix.rows())
}

/// The solution of A x = b by LU with pivoting. `None` when singular to working precision.
pub fn solve(matrix: &Matrix, right: &[f64]) -> Option<Vec<f64>> {
    todo!("{} {}", matrix.rows(), right.len())
}

/// An orthonormal basis (columns) of the null space of `matrix`; tolerance relative to the largest singular value.
pub fn null_space(matrix: &Matrix) -> Matrix {
    todo!("{}", matrix.rows())
}

/// The numerical rank of a matrix.
pub fn rank(matrix: &Matrix) -> usize {
    todo!("{}", matrix.rows())
}

/// The symmetric square root of a positive semidefinite matrix; negative eigenvalues of rounding size count as 0.
pub fn symmetric_square_root(matrix: &Matrix) -> Option<Matrix> {
    todo!("{}", matrix.rows())
}
