//! A dense matrix of `f64`, stored by rows.

use std::ops::{Index, IndexMut};

use faer::{MatMut, MatRef};
use serde::{Serialize, Serializer, ser::SerializeSeq};

/// A dense matrix, stored by rows.
///
/// Plain storage with the few operations that read well in formulas; decompositions are in
/// [`linalg`](crate::linalg). Serialised as a list of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

/// From how many multiplications on a product of dense factors is left to faer; below a plain loop, which leaves out
/// zeros, keeps pace.
const LEAST_BLOCKED_WORK: usize = 1 << 24;

impl Matrix {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Matrix { rows, columns, values: vec![0.0; rows * columns] }
    }

    /// The identity of order `n`.
    pub fn identity(n: usize) -> Self {
        Matrix::from_fn(n, n, |i, j| f64::from(i == j))
    }

    /// The matrix whose element (i, j) is `element(i, j)`.
    pub fn from_fn(rows: usize, columns: usize, element: impl Fn(usize, usize) -> f64) -> Self {
        let values = (0..rows * columns).map(|k| element(k / columns, k % columns)).collect();
        Matrix { rows, columns, values }
    }

    /// The matrix with the given values, row after row.
    ///
    /// `None` unless there are exactly `rows * columns` of them.
    pub fn from_values(rows: usize, columns: usize, values: Vec<f64>) -> Option<Self> {
        (values.len() == rows * columns).then_some(Matrix { rows, columns, values })
    }

    /// The diagonal matrix of `diagonal`.
    pub fn from_diagonal(diagonal: &[f64]) -> Self {
        let n = diagonal.len();
        Matrix::from_fn(n, n, |i, j| if i == j { diagonal[i] } else { 0.0 })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row after row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All values, row after row, to be changed.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// Row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.columns..(i + 1) * self.columns]
    }

    /// Row `i`, to be written.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.columns..(i + 1) * self.columns]
    }

    /// Column `j`, copied.
    pub fn column(&self, j: usize) -> Vec<f64> {
        (0..self.rows).map(|i| self[(i, j)]).collect()
    }

    /// The diagonal.
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.rows.min(self.columns)).map(|i| self[(i, i)]).collect()
    }

    /// The transpose.
    pub fn transpose(&self) -> Self {
        Matrix::from_fn(self.columns, self.rows, |i, j| self[(j, i)])
    }

    /// The product `self · other`. Panics unless the inner orders agree.
    pub fn times(&self, other: &Matrix) -> Self {
        assert_eq!(self.columns, other.rows, "inner orders of a matrix product");
        if self.rows * self.columns * other.columns >= LEAST_BLOCKED_WORK && self.is_dense() {
            return self.times_in_blocks(other);
        }
        let mut product = Matrix::zeros(self.rows, other.columns);
        for i in 0..self.rows {
            for k in 0..self.columns {
                let left = self[(i, k)];
                if left != 0.0 {
                    let target = &mut product.values[i * other.columns..(i + 1) * other.columns];
                    for (t, r) in target.iter_mut().zip(other.row(k)) {
                        *t += left * r;
                    }
                }
            }
        }
        product
    }

    /// The same by faer, which keeps blocks of both factors near the processor.
    fn times_in_blocks(&self, other: &Matrix) -> Self {
        let mut product = Matrix::zeros(self.rows, other.columns);
        faer::linalg::matmul::matmul(
            MatMut::from_row_major_slice_mut(&mut product.values, self.rows, other.columns),
            faer::Accum::Replace,
            MatRef::from_row_major_slice(&self.values, self.rows, self.columns),
            MatRef::from_row_major_slice(&other.values, other.rows, other.columns),
            1.0,
            faer::Par::Seq,
        );
        product
    }

    /// Whether at least a quarter of the values is not zero.
    fn is_dense(&self) -> bool {
        4 * self.values.iter().filter(|value| **value != 0.0).count() >= self.values.len()
    }

    /// The product `self · vector`.
    pub fn times_vector(&self, vector: &[f64]) -> Vec<f64> {
        assert_eq!(self.columns, vector.len(), "inner orders of a matrix product");
        (0..self.rows).map(|i| dot(self.row(i), vector)).collect()
    }

    /// Every column as `f` gives it back.
    ///
    /// # Panics
    /// Where `f` gives a column shorter than the first.
    pub fn map_columns(&self, f: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let transposed = self.transpose();
        let columns: Vec<Vec<f64>> = (0..self.columns).map(|k| f(transposed.row(k))).collect();
        let rows = columns.first().map_or(self.rows, Vec::len);
        Matrix::from_fn(rows, self.columns, |i, k| columns[k][i])
    }

    /// `self + other`, element by element.
    pub fn plus(&self, other: &Matrix) -> Self {
        Matrix::from_fn(self.rows, self.columns, |i, j| self[(i, j)] + other[(i, j)])
    }

    /// `self − other`, element by element.
    pub fn minus(&self, other: &Matrix) -> Self {
        Matrix::from_fn(self.rows, self.columns, |i, j| self[(i, j)] - other[(i, j)])
    }

    /// Every element multiplied by `factor`.
    pub fn scaled(&self, factor: f64) -> Self {
        Matrix { rows: self.rows, columns: self.columns, values: self.values.iter().map(|v| v * factor).collect() }
    }

    /// Rows `rows` and columns `columns`, in the order given.
    pub fn select(&self, rows: &[usize], columns: &[usize]) -> Self {
        Matrix::from_fn(rows.len(), columns.len(), |i, j| self[(rows[i], columns[j])])
    }

    /// The correlation matrix of a covariance matrix: `s_ij / √(s_ii s_jj)`, 1 on the diagonal.
    ///
    /// `None` where a variance is not positive.
    pub fn to_correlation(&self) -> Option<Self> {
        let variances = self.diagonal();
        if variances.iter().any(|v| v.is_nan() || *v <= 0.0) {
            return None;
        }
        Some(Matrix::from_fn(self.rows, self.columns, |i, j| {
            if i == j { 1.0 } else { self[(i, j)] / (variances[i] * variances[j]).sqrt() }
        }))
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.values[i * self.columns + j]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.values[i * self.columns + j]
    }
}

impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.rows))?;
        for i in 0..self.rows {
            rows.serialize_element(self.row(i))?;
        }
        rows.end()
    }
}

impl schemars::JsonSchema for Matrix {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Matrix".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A matrix as a list of rows.",
            "type": "array",
            "items": {"type": "array", "items": {"type": ["number", "null"]}}
        })
    }
}

/// The inner product of two vectors of the same length.
///
/// Eight interleaved sums, which the compiler turns into vector instructions; one running sum would
/// wait for each addition to end.
pub fn dot(left: &[f64], right: &[f64]) -> f64 {
    let (left_blocks, left_rest) = left.as_chunks::<8>();
    let (right_blocks, right_rest) = right.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (l, r) in left_blocks.iter().zip(right_blocks) {
        for k in 0..8 {
            sums[k] += l[k] * r[k];
        }
    }
    let rest: f64 = left_rest.iter().zip(right_rest).map(|(l, r)| l * r).sum();
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + rest
}
