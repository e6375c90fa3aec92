//! Γ̂: the covariance matrix of the sample moments, from the cases.

use covary_numerics::{Matrix, linalg::Cholesky};

use super::{BlockSample, DistinctRows};
use crate::estimators::lower_triangle;

/// How Γ̂ is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GammaChoices {
    /// Means come first.
    pub means: bool,
    /// Divisor n − 1 in place of n.
    pub n_minus_one: bool,
    /// Without bias (Browne 1974).
    pub unbiased: bool,
}

impl GammaChoices {
    /// n or n − 1.
    pub fn divisor(self, n: f64) -> f64 {
        if self.n_minus_one { n - 1.0 } else { n }
    }
}

/// Γ̂ of one block over (means,) the lower triangle of covariances by columns; n times the covariance matrix of the
/// sample moments.
///
/// (1/n) Σ (z − z̄)(z − z̄)', z = (y − ȳ, vech (y − ȳ)(y − ȳ)'). With `x`, positions of variables whose moments are fixed,
/// z = (y − ŷ, vech(cc') − vech(ĉĉ')), ĉ the projection of c = y − ȳ on x, so that the rows of x vanish.
///
/// # Source
/// Browne (1974, 1984); Yuan and Bentler (1997); Asparouhov and Muthén (2005) for fixed x.
pub fn gamma(rows: &DistinctRows, mean: &[f64], x: &[usize], choices: GammaChoices) -> Matrix {
    let p = mean.len();
    let n: f64 = rows.counts.iter().sum();
    let (vectors, centre) = centred_vectors(rows, mean, x, choices.means);
    let gamma = counted_products(&vectors, &rows.counts).scaled(1.0 / choices.divisor(n));
    if choices.unbiased { unbiased(&gamma, &centre, n, p, choices.means) } else { gamma }
}

/// Moment vectors of the distinct rows less their mean, rows × moments, and that mean.
pub(crate) fn centred_vectors(rows: &DistinctRows, mean: &[f64], x: &[usize], means: bool) -> (Matrix, Vec<f64>) {
    let p = mean.len();
    let projection = Projection::new(rows, mean, x);
    let moments = p * (p + 1) / 2 + if means { p } else { 0 };
    let n: f64 = rows.counts.iter().sum();
    let mut vectors = Matrix::zeros(rows.counts.len(), moments);
    let mut centre = vec![0.0; moments];
    for (k, target) in vectors.values_mut().chunks_exact_mut(moments).enumerate() {
        let centred: Vec<f64> = rows.values.row(k).iter().zip(mean).map(|(y, m)| y - m).collect();
        target.copy_from_slice(&moment_vector(&centred, projection.as_ref(), means));
        centre.iter_mut().zip(target).for_each(|(sum, z)| *sum += rows.counts[k] * *z);
    }
    centre.iter_mut().for_each(|sum| *sum /= n);
    for row in vectors.values_mut().chunks_exact_mut(moments) {
        row.iter_mut().zip(&centre).for_each(|(z, c)| *z -= c);
    }
    (vectors, centre)
}

/// Γ̂ with the bias of fourth moments taken out.
///
/// Covariances: n(n−1)/((n−2)(n−3))·Γ̂ − n/((n−2)(n−3))·(Γ_NT(S) − 2/(n−1)·vech S vech S'); means: S; between: ×n/(n−2).
fn unbiased(gamma: &Matrix, centre: &[f64], n: f64, p: usize, means: bool) -> Matrix {
    let offset = if means { p } else { 0 };
    let s = &centre[offset..];
    let position = |i: usize, j: usize| {
        let (i, j) = (i.max(j), i.min(j));
        j * p - j * (j + 1) / 2 + i
    };
    let pairs: Vec<(usize, usize)> = lower_triangle(p).collect();
    let of = |i: usize, j: usize| s[position(i, j)];
    let last = (n - 2.0) * (n - 3.0);
    Matrix::from_fn(gamma.rows(), gamma.rows(), |row, column| match (row < offset, column < offset) {
        (true, true) => gamma[(row, column)],
        (true, false) | (false, true) => gamma[(row, column)] * n / (n - 2.0),
        (false, false) => {
            let ((a, b), (c, d)) = (pairs[row - offset], pairs[column - offset]);
            let normal = of(a, c) * of(b, d) + of(a, d) * of(b, c);
            n * (n - 1.0) / last * gamma[(row, column)]
                - n / last * (normal - 2.0 / (n - 1.0) * s[row - offset] * s[column - offset])
        }
    })
}

/// The diagonal of Γ̂ alone.
pub fn gamma_diagonal(rows: &DistinctRows, mean: &[f64], choices: GammaChoices) -> Vec<f64> {
    let n: f64 = rows.counts.iter().sum();
    let p = mean.len();
    let moments = p * (p + 1) / 2 + if choices.means { p } else { 0 };
    let (mut sum, mut squares) = (vec![0.0; moments], vec![0.0; moments]);
    for pass in 0..2 {
        for (k, count) in rows.counts.iter().enumerate() {
            let centred: Vec<f64> = rows.values.row(k).iter().zip(mean).map(|(y, m)| y - m).collect();
            for (m, z) in moment_vector(&centred, None, choices.means).into_iter().enumerate() {
                if pass == 0 {
                    sum[m] += count * z / n;
                } else {
                    squares[m] += count * (z - sum[m]) * (z - sum[m]);
                }
            }
        }
    }
    let divisor = choices.divisor(n);
    squares.iter().map(|square| square / divisor).collect()
}

/// Σ_k count_k r_k r_k'.
pub(crate) fn counted_products(rows: &Matrix, counts: &[f64]) -> Matrix {
    let q = rows.columns();
    let mut products = Matrix::zeros(q, q);
    for (k, count) in counts.iter().enumerate() {
        let row = rows.row(k);
        for i in 0..q {
            let weighted = count * row[i];
            if weighted != 0.0 {
                let target = &mut products.values_mut()[i * q..i * q + i + 1];
                for (t, r) in target.iter_mut().zip(row) {
                    *t += weighted * r;
                }
            }
        }
    }
    Matrix::from_fn(q, q, |i, j| products[(i.max(j), i.min(j))])
}

/// (y − ȳ, vech cc') less what fixed x explain of it.
pub(crate) fn moment_vector(centred: &[f64], projection: Option<&Projection>, means: bool) -> Vec<f64> {
    let p = centred.len();
    let mut z = Vec::with_capacity(p * (p + 1) / 2 + p);
    match projection {
        None => {
            if means {
                z.extend_from_slice(centred);
            }
            z.extend(lower_triangle(p).map(|(i, j)| centred[i] * centred[j]));
        }
        Some(projection) => {
            let explained = projection.of(centred);
            if means {
                z.extend(centred.iter().zip(&explained).map(|(c, e)| c - e));
            }
            z.extend(lower_triangle(p).map(|(i, j)| centred[i] * centred[j] - explained[i] * explained[j]));
        }
    }
    z
}

/// The projection of centred cases on fixed x.
#[derive(Clone, Debug)]
pub(crate) struct Projection {
    x: Vec<usize>,
    /// S_·x S_xx⁻¹, p × p_x.
    coefficients: Matrix,
}

impl Projection {
    /// `None` without x, and where the x are collinear.
    pub fn new(rows: &DistinctRows, mean: &[f64], x: &[usize]) -> Option<Self> {
        if x.is_empty() {
            return None;
        }
        let p = mean.len();
        let mut products = Matrix::zeros(p, p);
        for (k, count) in rows.counts.iter().enumerate() {
            let row = rows.values.row(k);
            for i in 0..p {
                for &j in x {
                    products[(i, j)] += count * (row[i] - mean[i]) * (row[j] - mean[j]);
                }
            }
        }
        let all: Vec<usize> = (0..p).collect();
        let factor = Cholesky::new(&products.select(x, x))?;
        let coefficients = factor.solve(&products.select(&all, x).transpose()).transpose();
        Some(Projection { x: x.to_vec(), coefficients })
    }

    /// ĉ; of x itself exactly x.
    pub fn of(&self, centred: &[f64]) -> Vec<f64> {
        let x: Vec<f64> = self.x.iter().map(|&i| centred[i]).collect();
        let mut explained = self.coefficients.times_vector(&x);
        for (&i, value) in self.x.iter().zip(&x) {
            explained[i] = *value;
        }
        explained
    }
}

/// Γ̂ of a block of cases. `None` where only moments are known.
pub fn gamma_of(block: &BlockSample, x: &[usize], choices: GammaChoices) -> Option<Matrix> {
    Some(gamma(block.complete_rows()?, block.mean.as_ref()?, x, choices))
}
