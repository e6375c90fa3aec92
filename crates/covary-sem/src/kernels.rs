//! Dense kernels over any [`Scalar`], in caller's memory: what the hot path is made of.
//!
//! Matrices are slices, stored by rows. Sizes are those of a survey model (5 to 60), where a plain
//! loop beats a blocked one; every function is inlined so that a caller's vector instructions reach it.

use covary_numerics::Scalar;

/// The Cholesky factor of a symmetric matrix, in its lower triangle; ln |A|. `None` unless positive definite.
///
/// A pivot counts as positive when the part of a diagonal element that the variables before it leave
/// unexplained exceeds n·ε of that element.
#[inline(always)]
pub(crate) fn cholesky<T: Scalar>(matrix: &mut [T], n: usize) -> Option<T> {
    let smallest_share = T::from(n as f64 * f64::EPSILON);
    let mut log_determinant = LogProduct::new();
    for i in 0..n {
        let (above, current) = matrix.split_at_mut(i * n);
        let current = &mut current[..n];
        for j in 0..i {
            let before = &above[j * n..j * n + j + 1];
            let mut element = current[j];
            for k in 0..j {
                element -= current[k] * before[k];
            }
            // The diagonal holds reciprocals until the end of the factorisation.
            current[j] = element * before[j];
        }
        let diagonal = current[i];
        let mut pivot = diagonal;
        for value in &current[..i] {
            pivot -= *value * *value;
        }
        // Written so that NaN fails too.
        if !((pivot - smallest_share * diagonal).value() > 0.0 && pivot.value() > 0.0) {
            return None;
        }
        log_determinant.push(pivot);
        current[i] = pivot.sqrt().recip();
    }
    Some(log_determinant.sum())
}

/// A⁻¹ from the factor left by [`cholesky`] (whose diagonal holds reciprocals), both triangles.
///
/// `factor` is overwritten with (L⁻¹)', by rows.
#[inline(always)]
pub(crate) fn inverse_from_cholesky<T: Scalar>(factor: &mut [T], n: usize, inverse: &mut [T]) {
    // L⁻¹ in the lower triangle, column by column of L⁻¹ = row by row of its transpose above the diagonal.
    for i in 0..n {
        for k in i + 1..n {
            let mut element = factor[k * n + i] * factor[i * n + i];
            for l in i + 1..k {
                element += factor[k * n + l] * factor[i * n + l];
            }
            factor[i * n + k] = -element * factor[k * n + k];
        }
    }
    for i in 0..n {
        for j in 0..=i {
            let (row_i, row_j) = (&factor[i * n + i..(i + 1) * n], &factor[j * n + i..(j + 1) * n]);
            let mut element = T::ZERO;
            for (l, r) in row_i.iter().zip(row_j) {
                element += *l * *r;
            }
            inverse[i * n + j] = element;
            inverse[j * n + i] = element;
        }
    }
}

/// ln of a product of positive numbers: one logarithm for four factors.
struct LogProduct<T> {
    product: T,
    factors: usize,
    sum: T,
}

impl<T: Scalar> LogProduct<T> {
    #[inline(always)]
    fn new() -> Self {
        LogProduct { product: T::ONE, factors: 0, sum: T::ZERO }
    }

    /// Four factors stay within the range of `f64` for factors between 1e-77 and 1e77.
    #[inline(always)]
    fn push(&mut self, factor: T) {
        self.product *= factor;
        self.factors += 1;
        if self.factors == 4 {
            self.sum += self.product.ln();
            self.product = T::ONE;
            self.factors = 0;
        }
    }

    #[inline(always)]
    fn sum(self) -> T {
        if self.factors == 0 { self.sum } else { self.sum + self.product.ln() }
    }
}

/// Σ ln xᵢ of positive numbers.
#[inline(always)]
pub(crate) fn sum_of_logarithms<T: Scalar>(values: &[T]) -> T {
    let mut product = LogProduct::new();
    for value in values {
        product.push(*value);
    }
    product.sum()
}

/// `target` = A B; A m × k, B k × n.
#[inline(always)]
pub(crate) fn product<T: Scalar>(a: &[T], b: &[T], m: usize, k: usize, n: usize, target: &mut [T]) {
    for i in 0..m {
        let row = &mut target[i * n..(i + 1) * n];
        row.fill(T::ZERO);
        for l in 0..k {
            let factor = a[i * k + l];
            for (t, r) in row.iter_mut().zip(&b[l * n..(l + 1) * n]) {
                *t += factor * *r;
            }
        }
    }
}

/// Σ xᵢ yᵢ.
#[inline(always)]
pub(crate) fn dot<T: Scalar>(left: &[T], right: &[T]) -> T {
    let mut sum = T::ZERO;
    for (l, r) in left.iter().zip(right) {
        sum += *l * *r;
    }
    sum
}

/// A⁻¹ by Gauss-Jordan elimination with row pivoting, in place. `None` when singular to working precision.
///
/// For the few latent variables of a model with loops; `order` has room for n numbers.
pub(crate) fn invert_in_place<T: Scalar>(matrix: &mut [T], n: usize, order: &mut [usize]) -> Option<()> {
    for column in 0..n {
        // Squares stand for moduli: of lanes, the smallest square decides.
        let size = |i: usize| (matrix[i * n + column] * matrix[i * n + column]).value();
        let pivot_row = (column..n).max_by(|&i, &j| size(i).total_cmp(&size(j)))?;
        let pivot_size = size(pivot_row);
        if pivot_size.is_nan() || pivot_size <= f64::EPSILON * f64::EPSILON {
            return None;
        }
        order[column] = pivot_row;
        for j in 0..n {
            matrix.swap(column * n + j, pivot_row * n + j);
        }
        let pivot = matrix[column * n + column].recip();
        matrix[column * n + column] = T::ONE;
        for j in 0..n {
            matrix[column * n + j] *= pivot;
        }
        for i in (0..n).filter(|&i| i != column) {
            let factor = matrix[i * n + column];
            matrix[i * n + column] = T::ZERO;
            for j in 0..n {
                let change = factor * matrix[column * n + j];
                matrix[i * n + j] -= change;
            }
        }
    }
    for column in (0..n).rev() {
        for i in 0..n {
            matrix.swap(i * n + column, i * n + order[column]);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use covary_numerics::{Matrix, linalg};

    use super::*;

    fn positive_definite(n: usize) -> Matrix {
        let b = Matrix::from_fn(n, n, |i, j| ((3 * i + 5 * j + i * j) % 7) as f64 - 3.0);
        b.times(&b.transpose()).plus(&Matrix::identity(n))
    }

    /// Against the library of decompositions; 1e-12 is rounding at condition numbers near 1e3.
    #[test]
    fn cholesky_gives_inverse_and_log_determinant() {
        for n in 1..9 {
            let a = positive_definite(n);
            let reference = linalg::Cholesky::new(&a).unwrap();
            let mut factor = a.values().to_vec();
            let log_determinant = cholesky(&mut factor, n).unwrap();
            let mut inverse = vec![0.0; n * n];
            inverse_from_cholesky(&mut factor, n, &mut inverse);
            assert!((log_determinant - reference.log_determinant()).abs() < 1e-12);
            for (own, other) in inverse.iter().zip(reference.inverse().values()) {
                assert!((own - other).abs() < 1e-12, "order {n}: {own} against {other}");
            }
        }
    }

    #[test]
    fn a_singular_matrix_has_no_factor() {
        assert_eq!(cholesky(&mut [1.0, 1.0, 1.0, 1.0], 2), None);
        assert_eq!(cholesky(&mut [1.0, 2.0, 2.0, 1.0], 2), None);
        assert_eq!(cholesky(&mut [f64::NAN], 1), None);
    }

    #[test]
    fn elimination_inverts_matrices_that_need_pivots() {
        let a = Matrix::from_values(3, 3, vec![0.0, 2.0, 1.0, 1.0, 0.0, 0.5, 3.0, 1.0, 0.0]).unwrap();
        let mut own = a.values().to_vec();
        invert_in_place(&mut own, 3, &mut [0; 3]).unwrap();
        for (own, other) in own.iter().zip(linalg::inverse(&a).unwrap().values()) {
            assert!((own - other).abs() < 1e-14);
        }
        assert_eq!(invert_in_place(&mut [1.0, 2.0, 2.0, 4.0], 2, &mut [0; 2]), None);
    }
}
