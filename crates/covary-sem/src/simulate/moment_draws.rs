//! The moments of a normal sample, drawn without its cases.

use covary_numerics::{Matrix, linalg::Cholesky, random::Stream};
use rand_distr::{ChiSquared, Distribution, StandardNormal};

use super::PopulationGroup;

/// Draws mean and covariance matrix of normal samples of n cases: p(p + 3)/2 draws in place of np.
///
/// nS = L A A' L' with Σ = LL', A lower triangular, a_ii² ~ χ² with n − i degrees of freedom (i from 1), a_ij ~ N(0, 1);
/// ȳ = μ + Lz/√n, independent of S.
///
/// # Source
/// Bartlett (1933), Proceedings of the Royal Society of Edinburgh 53.
#[derive(Clone, Debug)]
pub struct MomentDraws {
    cases: usize,
    factor: Matrix,
    mean: Vec<f64>,
    diagonal: Vec<ChiSquared<f64>>,
    /// A, then LA.
    room: Matrix,
    product: Matrix,
}

impl MomentDraws {
    /// `None` where Σ is not positive definite, or with as many variables as cases or more.
    pub fn new(group: &PopulationGroup, cases: usize) -> Option<MomentDraws> {
        let p = group.names.len();
        if cases <= p {
            return None;
        }
        let diagonal = (1..=p).map(|i| ChiSquared::new((cases - i) as f64).ok()).collect::<Option<_>>()?;
        Some(MomentDraws {
            cases,
            factor: Cholesky::new(&group.covariance)?.lower,
            mean: group.mean.clone(),
            diagonal,
            room: Matrix::zeros(p, p),
            product: Matrix::zeros(p, p),
        })
    }

    /// One sample: S (divisor n) and ȳ.
    pub fn draw(&mut self, stream: &mut Stream, covariance: &mut Matrix, mean: &mut [f64]) {
        let p = self.mean.len();
        let n = self.cases as f64;
        for i in 0..p {
            let row = self.room.row_mut(i);
            for element in &mut row[..i] {
                *element = StandardNormal.sample(stream);
            }
            row[i] = self.diagonal[i].sample(stream).sqrt();
        }
        // LA: lower triangular.
        for i in 0..p {
            let target = self.product.row_mut(i);
            target.fill(0.0);
            for k in 0..=i {
                let weight = self.factor[(i, k)];
                if weight != 0.0 {
                    let source = &self.room.row(k)[..=k];
                    target.iter_mut().zip(source).for_each(|(t, s)| *t += weight * s);
                }
            }
        }
        for i in 0..p {
            for j in 0..=i {
                let (left, right) = (&self.product.row(i)[..=j], &self.product.row(j)[..=j]);
                let element = left.iter().zip(right).map(|(l, r)| l * r).sum::<f64>() / n;
                covariance[(i, j)] = element;
                covariance[(j, i)] = element;
            }
        }
        let scale = 1.0 / n.sqrt();
        let z = self.room.row_mut(0);
        for value in z.iter_mut() {
            *value = scale * Distribution::<f64>::sample(&StandardNormal, stream);
        }
        for (i, target) in mean.iter_mut().enumerate() {
            let shift: f64 = self.factor.row(i)[..=i].iter().zip(self.room.row(0)).map(|(l, z)| l * z).sum();
            *target = self.mean[i] + shift;
        }
    }
}
