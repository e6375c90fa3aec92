//! Resamples of models of two levels: whole clusters, or normal clusters with the implied moments.

use std::sync::Arc;

use covary_numerics::{Matrix, linalg};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::normal::not_a_distribution;
use crate::{Fit, SemError, sample::clusters::ClusterSample, settings::BootstrapKind};

/// What the resamples of one group of clusters are drawn from.
#[derive(Clone, Debug)]
pub(super) struct LevelSource {
    sample: Arc<ClusterSample>,
    /// Of the parametric bootstrap: within and between clusters.
    normal: Option<[Level; 2]>,
}

/// The implied distribution of one level.
#[derive(Clone, Debug)]
struct Level {
    mean: Vec<f64>,
    /// Σ̂^½, symmetric.
    root: Matrix,
}

impl Level {
    fn new(fit: &Fit, block: usize) -> Option<Self> {
        let implied = fit.implied.get(block)?;
        let root = linalg::symmetric_square_root(&implied.covariance)?;
        Some(Level { mean: implied.mean.clone().unwrap_or_else(|| vec![0.0; root.rows()]), root })
    }

    fn draw(&self, stream: &mut impl Rng) -> Vec<f64> {
        let unit: Vec<f64> = (0..self.mean.len()).map(|_| stream.sample(StandardNormal)).collect();
        self.root.times_vector(&unit).iter().zip(&self.mean).map(|(moved, mean)| moved + mean).collect()
    }
}

impl LevelSource {
    /// One for each group of the fit.
    ///
    /// # Errors
    /// [`SemError::Data`] where a parametric bootstrap has no distribution to draw from.
    pub fn all(fit: &Fit, kind: BootstrapKind) -> Result<Vec<Self>, SemError> {
        let source = |sample: &Arc<ClusterSample>| {
            let levels = [sample.layout.within, sample.layout.between];
            let normal = match kind {
                BootstrapKind::Parametric => {
                    let [within, between] = levels.map(|block| Level::new(fit, block));
                    Some([within.ok_or_else(not_a_distribution)?, between.ok_or_else(not_a_distribution)?])
                }
                _ => None,
            };
            Ok(LevelSource { sample: Arc::clone(sample), normal })
        };
        fit.sample.levels.iter().map(source).collect()
    }

    /// Clusters of the group.
    pub fn clusters(&self) -> usize {
        self.sample.clusters
    }

    /// The group as it is.
    pub fn all_clusters(&self) -> Arc<ClusterSample> {
        Arc::clone(&self.sample)
    }

    /// The group without one cluster. `None` where that has no saturated moments.
    pub fn leave_one_out(&self, cluster: usize) -> Option<Arc<ClusterSample>> {
        let others: Vec<usize> = (0..self.clusters()).filter(|j| *j != cluster).collect();
        Some(Arc::new(self.sample.of_clusters(&others)?))
    }

    /// As many clusters as the group has. `None` where they have no saturated moments.
    pub fn draw(&self, stream: &mut impl Rng) -> Option<Arc<ClusterSample>> {
        let drawn = match &self.normal {
            Some(levels) => self.draw_normal(levels, stream),
            None => {
                let count = self.clusters() as u32;
                let chosen: Vec<usize> = (0..count).map(|_| stream.random_range(0..count) as usize).collect();
                self.sample.of_clusters(&chosen)
            }
        };
        drawn.map(Arc::new)
    }

    /// Clusters of the same sizes: y = μ_W + w + b with w ~ N(0, Σ̂_W), and (z, b) ~ N(μ̂_B, Σ̂_B).
    fn draw_normal(&self, [within, between]: &[Level; 2], stream: &mut impl Rng) -> Option<ClusterSample> {
        let layout = &self.sample.layout;
        let (p, q) = (layout.p(), layout.q());
        let mut rows = Matrix::zeros(self.sample.cases, p);
        let mut above = Matrix::zeros(self.clusters(), q);
        let mut row = 0;
        for (j, size) in self.sample.cluster_sizes().enumerate() {
            let of_cluster = between.draw(stream);
            for (k, position) in layout.between_only.iter().enumerate() {
                above[(j, k)] = of_cluster[*position];
            }
            for _ in 0..size {
                let of_case = within.draw(stream);
                for (k, above) in layout.above.iter().enumerate() {
                    rows[(row, k)] = of_case[k] + above.map_or(0.0, |position| of_cluster[position]);
                }
                row += 1;
            }
        }
        self.sample.with_values(rows, above)
    }
}
