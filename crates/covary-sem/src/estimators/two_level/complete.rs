//! Complete data: clusters of one size share their covariance matrix.

use std::collections::BTreeMap;

use covary_numerics::{Matrix, Scalar, moments};

use super::{ClusterScratch, JointMoments};
use crate::kernels;

/// Sums of squares within clusters, and moments of (z, ȳ) by size of cluster.
#[derive(Clone, Debug)]
pub struct CompleteClusters {
    /// N − J.
    within_cases: f64,
    /// SS, the pooled sums of squares and products within clusters, p × p.
    products: Matrix,
    by_size: Vec<ClustersOfSize>,
}

/// Clusters of n cases each.
#[derive(Clone, Debug)]
struct ClustersOfSize {
    /// n
    size: f64,
    /// How many.
    count: f64,
    /// Mean of (z, ȳ), r.
    mean: Vec<f64>,
    /// Σ of products of deviations from it, r × r.
    products: Matrix,
}

impl CompleteClusters {
    pub(super) fn new(rows: &Matrix, first_rows: &[usize], between: &Matrix) -> Self {
        let (p, q, clusters) = (rows.columns(), between.columns(), between.rows());
        let mut products = Matrix::zeros(p, p);
        let columns: Vec<usize> = (0..p).collect();
        let mut of_size: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for j in 0..clusters {
            let members: Vec<usize> = (first_rows[j]..first_rows[j + 1]).collect();
            let (mean, covariance) = moments::mean_and_covariance(&rows.select(&members, &columns));
            products = products.plus(&covariance.scaled(members.len() as f64));
            let joint = of_size.entry(members.len()).or_default();
            joint.extend_from_slice(between.row(j));
            joint.extend(mean);
        }
        let r = q + p;
        let clusters_of_size = |(size, values): (usize, Vec<f64>)| {
            let count = values.len() / r;
            let (mean, covariance) = moments::mean_and_covariance(&Matrix::from_fn(count, r, |i, k| values[i * r + k]));
            let count = count as f64;
            ClustersOfSize { size: size as f64, count, mean, products: covariance.scaled(count) }
        };
        CompleteClusters {
            within_cases: (rows.rows() - clusters) as f64,
            products,
            by_size: of_size.into_iter().map(clusters_of_size).collect(),
        }
    }

    pub(super) fn sizes(&self) -> Vec<(f64, f64)> {
        self.by_size.iter().map(|clusters| (clusters.size, clusters.count)).collect()
    }

    /// (N − J) ln|Σ_W| + tr Σ_W⁻¹SS + Σ_j (p ln n_j + ln|C_j| + u_j'C_j⁻¹u_j), C_j the covariance matrix of (z_j, ȳ_j),
    /// u_j = (z_j, ȳ_j) − μ.
    ///
    /// With E_j = C_j⁻¹ − C_j⁻¹u_ju_j'C_j⁻¹: on Σ_W (N − J)Σ_W⁻¹ − Σ_W⁻¹SSΣ_W⁻¹ + Σ_j E_j,yy/n_j, on the joint matrix
    /// Σ_j E_j, on μ −2Σ_j C_j⁻¹u_j.
    ///
    /// # Source
    /// McDonald and Goldstein (1989), British Journal of Mathematical and Statistical Psychology 42; Muthén (1990).
    pub(super) fn evaluate<T: Scalar>(
        &self,
        moments: &JointMoments<T>,
        gradient: &mut JointMoments<T>,
        scratch: &mut ClusterScratch<T>,
    ) -> Option<T> {
        let (p, q, r) = (moments.p, moments.q, moments.r());
        let [factor, inverse, weighted, product, constant, _] = &mut scratch.squares;
        let [deviation, solved, ..] = &mut scratch.vectors;
        let (factor_w, inverse_w) = (&mut factor[..p * p], &mut inverse[..p * p]);
        factor_w.copy_from_slice(&moments.within);
        let mut value = T::from(self.within_cases) * kernels::cholesky(factor_w, p)?;
        kernels::inverse_from_cholesky(factor_w, p, inverse_w);
        for (target, constant) in constant.iter_mut().zip(self.products.values()) {
            *target = T::from(*constant);
        }
        // SSΣ_W⁻¹, then Σ_W⁻¹SSΣ_W⁻¹.
        let (weighted_w, product_w) = (&mut weighted[..p * p], &mut product[..p * p]);
        kernels::product(&constant[..p * p], inverse_w, p, p, p, weighted_w);
        for i in 0..p {
            value += weighted_w[i * p + i];
        }
        kernels::product(inverse_w, weighted_w, p, p, p, product_w);
        for ((target, inverse), product) in gradient.within.iter_mut().zip(inverse_w.iter()).zip(product_w.iter()) {
            *target += T::from(self.within_cases) * *inverse - *product;
        }
        for clusters in &self.by_size {
            let (size, count) = (T::from(clusters.size), T::from(clusters.count));
            factor.copy_from_slice(&moments.joint);
            for i in 0..p {
                for j in 0..p {
                    factor[(q + i) * r + q + j] += moments.within[i * p + j] / size;
                }
            }
            let log_determinant = kernels::cholesky(factor, r)?;
            kernels::inverse_from_cholesky(factor, r, inverse);
            value += count * (log_determinant + T::from(p as f64 * clusters.size.ln()));
            for (i, target) in deviation.iter_mut().enumerate() {
                *target = T::from(clusters.mean[i]) - moments.mean[i];
            }
            for i in 0..r {
                solved[i] = kernels::dot(&inverse[i * r..(i + 1) * r], deviation);
                gradient.mean[i] -= (count + count) * solved[i];
                for j in 0..r {
                    constant[i * r + j] = T::from(clusters.products[(i, j)]) + count * deviation[i] * deviation[j];
                }
            }
            kernels::product(constant, inverse, r, r, r, weighted);
            for i in 0..r {
                value += weighted[i * r + i];
            }
            kernels::product(inverse, weighted, r, r, r, product);
            for i in 0..r {
                for j in 0..r {
                    let element = count * inverse[i * r + j] - product[i * r + j];
                    gradient.joint[i * r + j] += element;
                    if i >= q && j >= q {
                        gradient.within[(i - q) * p + j - q] += element / size;
                    }
                }
            }
        }
        Some(value)
    }
}
