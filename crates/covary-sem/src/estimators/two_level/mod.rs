//! Maximum likelihood of cases in clusters: the moments of two levels, evaluated together.
//!
//! Case i of cluster j: y_ij = w_ij + b_j with w ~ (μ_W, Σ_W) and (z_j, b_j) jointly normal. Only μ = μ_W + μ_B is
//! identified. Variables within clusters alone have rows of zeros in Σ_B. The value is −2 log-likelihood without the
//! term in ln 2π; gradients are on (Σ_W; Σ of (z, b); μ), as full symmetric matrices: dF = tr(G dΣ).

mod complete;
mod incomplete;

use std::{ops::Range, sync::Arc};

use covary_numerics::{Matrix, Scalar};

pub use complete::CompleteClusters;
pub use incomplete::IncompleteClusters;

use crate::{
    model_matrices::{BlockLayout, Implied, MomentGradient, Workspace},
    sample::clusters::{ClusterSample, LevelLayout},
};

/// Moments of two levels; joint vectors are (z, y), r = q + p.
#[derive(Clone, Debug, PartialEq)]
pub struct JointMoments<T> {
    /// Number of variables of level 1, p.
    pub p: usize,
    /// Number of variables of level 2 alone, q.
    pub q: usize,
    /// Σ_W, p × p.
    pub within: Vec<T>,
    /// Covariance matrix of (z, between part of y), r × r.
    pub joint: Vec<T>,
    /// (μ_z, μ_y), r.
    pub mean: Vec<T>,
}

/// What the likelihood needs of the clusters.
#[derive(Clone, Debug)]
pub enum ClusterStatistics {
    /// Complete data: by size of cluster.
    Complete(CompleteClusters),
    /// Data with missing values: by cluster and pattern.
    Incomplete(IncompleteClusters),
}

/// Room for one evaluation.
#[derive(Clone, Debug)]
pub struct ClusterScratch<T> {
    squares: [Vec<T>; 6],
    vectors: [Vec<T>; 4],
}

impl<T: Scalar> JointMoments<T> {
    /// Zeros for p variables of level 1 and q of level 2 alone.
    pub fn zeros(p: usize, q: usize) -> Self {
        let r = p + q;
        JointMoments { p, q, within: vec![T::ZERO; p * p], joint: vec![T::ZERO; r * r], mean: vec![T::ZERO; r] }
    }

    /// r = q + p.
    pub fn r(&self) -> usize {
        self.p + self.q
    }

    fn clear(&mut self) {
        self.within.fill(T::ZERO);
        self.joint.fill(T::ZERO);
        self.mean.fill(T::ZERO);
    }
}

impl JointMoments<f64> {
    /// The same over another scalar.
    pub fn over<T: Scalar>(&self) -> JointMoments<T> {
        let constants = |values: &[f64]| values.iter().map(|value| T::from(*value)).collect();
        JointMoments {
            p: self.p,
            q: self.q,
            within: constants(&self.within),
            joint: constants(&self.joint),
            mean: constants(&self.mean),
        }
    }

    /// Those of some joint variables, in their order.
    pub fn select(&self, joint: &[usize]) -> Self {
        let (z, y): (Vec<usize>, Vec<usize>) = joint.iter().copied().partition(|k| *k < self.q);
        let order: Vec<usize> = z.iter().chain(&y).copied().collect();
        let (r, p) = (self.r(), self.p);
        let square = |places: &[usize], of: &dyn Fn(usize, usize) -> f64| {
            places.iter().flat_map(|a| places.iter().map(|b| of(*a, *b))).collect::<Vec<f64>>()
        };
        JointMoments {
            p: y.len(),
            q: z.len(),
            within: square(&y, &|a, b| self.within[(a - self.q) * p + b - self.q]),
            joint: square(&order, &|a, b| self.joint[a * r + b]),
            mean: order.iter().map(|k| self.mean[*k]).collect(),
        }
    }
}

impl<T: Scalar> ClusterScratch<T> {
    /// Room for r joint variables.
    pub fn new(r: usize) -> Self {
        ClusterScratch {
            squares: std::array::from_fn(|_| vec![T::ZERO; r * r]),
            vectors: std::array::from_fn(|_| vec![T::ZERO; r]),
        }
    }
}

impl ClusterStatistics {
    /// Of complete cases: `rows` N × p, clusters one after the other from `first_rows` (J + 1); `between` J × q.
    pub fn complete(rows: &Matrix, first_rows: &[usize], between: &Matrix) -> Self {
        ClusterStatistics::Complete(CompleteClusters::new(rows, first_rows, between))
    }

    /// Of some clusters of cases with missing answers (NaN).
    pub fn incomplete(rows: &Matrix, first_rows: &[usize], between: &Matrix, clusters: Range<usize>) -> Self {
        ClusterStatistics::Incomplete(IncompleteClusters::new(rows, first_rows, between, clusters))
    }

    /// −2 log-likelihood less N ln 2π-terms, and its gradient. `None` where a covariance matrix that it needs is not
    /// positive definite.
    // Not in line: only ML of one level is worth compiling for each width of vector instructions.
    #[inline(never)]
    pub fn evaluate<T: Scalar>(
        &self,
        moments: &JointMoments<T>,
        gradient: &mut JointMoments<T>,
        scratch: &mut ClusterScratch<T>,
    ) -> Option<T> {
        gradient.clear();
        match self {
            ClusterStatistics::Complete(clusters) => clusters.evaluate(moments, gradient, scratch),
            ClusterStatistics::Incomplete(clusters) => clusters.evaluate(moments, gradient, scratch),
        }
    }

    /// Sizes of clusters and how many have each, (n, count): of clusters with missing answers their mean size stands for
    /// all.
    pub fn sizes(&self) -> Vec<(f64, f64)> {
        match self {
            ClusterStatistics::Complete(clusters) => clusters.sizes(),
            ClusterStatistics::Incomplete(clusters) => vec![clusters.mean_size()],
        }
    }
}

/// The likelihood of one group over the workspaces of its two blocks.
#[derive(Clone, Debug)]
pub struct TwoLevel<T> {
    /// The sample.
    pub sample: Arc<ClusterSample>,
    moments: JointMoments<T>,
    gradient: JointMoments<T>,
    scratch: ClusterScratch<T>,
}

impl<T: Scalar> TwoLevel<T> {
    /// Room for one group.
    pub fn new(sample: &Arc<ClusterSample>) -> Self {
        let (p, q) = (sample.layout.p(), sample.layout.q());
        TwoLevel {
            sample: Arc::clone(sample),
            moments: JointMoments::zeros(p, q),
            gradient: JointMoments::zeros(p, q),
            scratch: ClusterScratch::new(p + q),
        }
    }

    /// The value at the moments that the two workspaces hold, its gradient into them.
    pub fn evaluate(&mut self, within: &mut Workspace<T>, between: &mut Workspace<T>) -> Option<T> {
        set_joint(&self.sample.layout, within, between, &mut self.moments)?;
        let value = self.sample.statistics.evaluate(&self.moments, &mut self.gradient, &mut self.scratch)?;
        spread(&self.sample.layout, &self.gradient, within, between);
        Some(value)
    }
}

impl TwoLevel<f64> {
    /// Scores of the clusters, −½ of their gradients, chained to θ: J × q⁺. The workspaces hold the moments.
    pub fn scores(
        &mut self,
        layouts: [&BlockLayout; 2],
        within: &mut Workspace<f64>,
        between: &mut Workspace<f64>,
        parameters: usize,
    ) -> Option<Matrix> {
        set_joint(&self.sample.layout, within, between, &mut self.moments)?;
        let mut scores = Matrix::zeros(self.sample.clusters, parameters);
        let mut score = vec![0.0; parameters];
        for j in 0..self.sample.clusters {
            self.sample.cluster(j).evaluate(&self.moments, &mut self.gradient, &mut self.scratch)?;
            spread(&self.sample.layout, &self.gradient, within, between);
            score.fill(0.0);
            within.chain(layouts[0], -0.5, &mut score);
            between.chain(layouts[1], -0.5, &mut score);
            for (k, element) in score.iter().enumerate() {
                scores[(j, k)] = *element;
            }
        }
        Some(scores)
    }

    /// The gradient on the moments, as the last evaluation left it.
    pub fn gradient(&self) -> &JointMoments<f64> {
        &self.gradient
    }
}

/// The joint moments of two blocks: Σ_W; Σ_B with rows of zeros; μ_z and μ_W + μ_B. `None` unless both are dense.
pub(crate) fn set_joint<T: Scalar>(
    layout: &LevelLayout,
    within: &Workspace<T>,
    between: &Workspace<T>,
    joint: &mut JointMoments<T>,
) -> Option<()> {
    let (Implied::Dense(lower), Implied::Dense(upper)) = (within.implied(), between.implied()) else { return None };
    let (q, r) = (joint.q, joint.r());
    joint.within.copy_from_slice(&lower.covariance);
    let position = |k: usize| if k < q { Some(layout.between_only[k]) } else { layout.above[k - q] };
    for a in 0..r {
        let row = position(a);
        joint.mean[a] = row.map_or(T::ZERO, |i| upper.mean[i]);
        if a >= q {
            joint.mean[a] += lower.mean[a - q];
        }
        for b in 0..r {
            joint.joint[a * r + b] = match (row, position(b)) {
                (Some(i), Some(j)) => upper.covariance[i * upper.p + j],
                _ => T::ZERO,
            };
        }
    }
    Some(())
}

fn spread<T: Scalar>(
    layout: &LevelLayout,
    gradient: &JointMoments<T>,
    within: &mut Workspace<T>,
    between: &mut Workspace<T>,
) {
    let (q, r) = (gradient.q, gradient.r());
    if let (_, MomentGradient::Dense(lower)) = within.implied_and_gradient() {
        lower.covariance.copy_from_slice(&gradient.within);
        lower.mean.copy_from_slice(&gradient.mean[q..]);
    }
    if let (_, MomentGradient::Dense(upper)) = between.implied_and_gradient() {
        let p = upper.mean.len();
        let position = |k: usize| if k < q { Some(layout.between_only[k]) } else { layout.above[k - q] };
        for a in 0..r {
            let Some(i) = position(a) else { continue };
            upper.mean[i] = gradient.mean[a];
            for b in 0..r {
                if let Some(j) = position(b) {
                    upper.covariance[i * p + j] = gradient.joint[a * r + b];
                }
            }
        }
    }
}
