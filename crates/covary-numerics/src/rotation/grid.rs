//! A small matrix over any scalar, so that a criterion is written once for numbers and for their derivatives.

use crate::{Matrix, Scalar};

/// p × m numbers by rows: loadings while their derivatives are carried along.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid<T> {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Elements by rows.
    pub values: Vec<T>,
}

impl<T: Scalar> Grid<T> {
    /// The grid whose elements are given by position.
    pub fn from_fn(rows: usize, columns: usize, element: impl Fn(usize, usize) -> T) -> Self {
        let values = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| element(i, j)).collect();
        Grid { rows, columns, values }
    }

    /// A matrix as constants.
    pub fn constant(matrix: &Matrix) -> Self {
        Grid::from_fn(matrix.rows(), matrix.columns(), |i, j| T::from(matrix[(i, j)]))
    }

    /// Element (i, j).
    pub fn at(&self, i: usize, j: usize) -> T {
        self.values[i * self.columns + j]
    }

    /// Elements changed one by one.
    pub fn map(&self, f: impl Fn(T) -> T) -> Self {
        Grid { values: self.values.iter().map(|value| f(*value)).collect(), ..*self }
    }

    /// The matrix product.
    pub fn times(&self, other: &Grid<T>) -> Self {
        Grid::from_fn(self.rows, other.columns, |i, j| sum((0..self.columns).map(|k| self.at(i, k) * other.at(k, j))))
    }

    /// The transpose.
    pub fn transpose(&self) -> Self {
        Grid::from_fn(self.columns, self.rows, |i, j| self.at(j, i))
    }

    /// Inverse of a square grid by elimination, the largest element of a column its pivot. `None` when singular.
    pub fn inverse(&self) -> Option<Self> {
        let n = self.rows;
        let (mut left, mut right) = (self.clone(), Grid::from_fn(n, n, |i, j| if i == j { T::ONE } else { T::ZERO }));
        for k in 0..n {
            let pivot = (k..n).max_by(|a, b| size(left.at(*a, k)).total_cmp(&size(left.at(*b, k))))?;
            if size(left.at(pivot, k)) == 0.0 {
                return None;
            }
            for j in 0..n {
                left.values.swap(k * n + j, pivot * n + j);
                right.values.swap(k * n + j, pivot * n + j);
            }
            let scale = left.at(k, k).recip();
            for j in 0..n {
                left.values[k * n + j] *= scale;
                right.values[k * n + j] *= scale;
            }
            for i in (0..n).filter(|i| *i != k) {
                let factor = left.at(i, k);
                for j in 0..n {
                    let (own, other) = (left.at(k, j), right.at(k, j));
                    left.values[i * n + j] -= factor * own;
                    right.values[i * n + j] -= factor * other;
                }
            }
        }
        Some(right)
    }
}

impl Grid<f64> {
    /// The grid as a matrix.
    pub fn matrix(&self) -> Matrix {
        Matrix::from_fn(self.rows, self.columns, |i, j| self.at(i, j))
    }
}

/// Σ over any scalar.
pub(super) fn sum<T: Scalar>(values: impl Iterator<Item = T>) -> T {
    let mut total = T::ZERO;
    for value in values {
        total += value;
    }
    total
}

fn size<T: Scalar>(number: T) -> f64 {
    number.abs().value()
}
