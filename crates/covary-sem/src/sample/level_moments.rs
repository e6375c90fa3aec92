//! Models whose parameters are the moments of two levels themselves: the saturated model and the baseline.

use covary_numerics::{
    Dual, Matrix, linalg,
    minimise::{self, Ending, QuasiNewton, Request},
};

use super::clusters::{ClusterSample, LevelLayout};
use crate::estimators::two_level::{ClusterScratch, ClusterStatistics, JointMoments};

/// Largest element of the gradient per case, in units of each moment's information: −2 log-likelihood is then exact to
/// 2N · 1e-18.
const GRADIENT_TOLERANCE: f64 = 1e-9;
/// A gradient that no step brings further down counts as vanished below this.
const GOOD_ENOUGH: f64 = 1e-6;
const MOST_ITERATIONS: usize = 2000;
/// Metrics taken anew along the way.
const RENEWED_METRICS: usize = 8;

/// A moment of two levels; positions in level 1, or in the joint order (z, y).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LevelMoment {
    /// σ_W of two variables of level 1, the first not before the second.
    Within(usize, usize),
    /// An element of the joint matrix, the first not before the second.
    Joint(usize, usize),
    /// A joint mean.
    Mean(usize),
}

/// Moments of two levels of which some are free and the others held where they are.
#[derive(Clone, Debug)]
pub struct MomentModel {
    /// The free ones.
    pub free: Vec<LevelMoment>,
    /// All of them, the free ones at their estimates.
    pub moments: JointMoments<f64>,
    /// −2 log-likelihood there, as [`ClusterStatistics::evaluate`] has it.
    pub value: f64,
    /// Whether the search converged.
    pub converged: bool,
}

/// All moments free: the saturated model.
///
/// Σ_B need not be positive semidefinite, so that every model of Σ_B is nested in it, Heywood cases included, and a χ²
/// keeps its distribution where variances between clusters are near zero. `None` where there are no estimates.
pub(super) fn saturated(sample: &ClusterSample, start: JointMoments<f64>) -> Option<MomentModel> {
    let all = |_: usize| true;
    let free = moments_of(&sample.layout, &|_, _| true, &|_, _| true, &all);
    fit(&sample.statistics, start, free, sample.cases as f64)
}

/// The baseline model: variances, means and moments among x free, other covariances 0, at both levels.
///
/// With `fixed_x` the moments of x stay at their saturated estimates. `None` where there are no estimates.
pub fn baseline(sample: &ClusterSample, fixed_x: bool) -> Option<MomentModel> {
    let (q, r) = (sample.layout.q(), sample.saturated.r());
    let is_x = |k: usize| sample.exogenous().contains(&k);
    let kept = |a: usize, b: usize| a == b || (is_x(a) && is_x(b));
    let mut start = sample.saturated.clone();
    for a in 0..r {
        for b in 0..r {
            if !kept(a, b) {
                start.joint[a * r + b] = 0.0;
                if a >= q && b >= q {
                    start.within[(a - q) * start.p + b - q] = 0.0;
                }
            }
        }
    }
    let free_pair = |a: usize, b: usize| kept(a, b) && !(fixed_x && is_x(a) && is_x(b));
    let free = moments_of(&sample.layout, &|a, b| free_pair(q + a, q + b), &free_pair, &|k| !(fixed_x && is_x(k)));
    // A variance between clusters that is negative in the saturated model may be so negative that, without the
    // covariances, no matrix is positive definite.
    for k in q..r {
        if !is_x(k) && start.joint[k * r + k] < 0.0 {
            start.joint[k * r + k] = 0.0;
        }
    }
    fit(&sample.statistics, start, free, sample.cases as f64)
}

/// All moments but those of fixed x, at the saturated estimates: what the model is tested against.
pub fn saturated_given_x(sample: &ClusterSample, fixed_x: bool) -> MomentModel {
    let q = sample.layout.q();
    let fixed = |k: usize| fixed_x && sample.exogenous().contains(&k);
    let free =
        moments_of(&sample.layout, &|a, b| !(fixed(q + a) && fixed(q + b)), &|a, b| !(fixed(a) && fixed(b)), &|k| {
            !fixed(k)
        });
    MomentModel { free, moments: sample.saturated.clone(), value: sample.saturated_value, converged: true }
}

/// Moments that exist at each level and are chosen.
fn moments_of(
    layout: &LevelLayout,
    within: &dyn Fn(usize, usize) -> bool,
    joint: &dyn Fn(usize, usize) -> bool,
    mean: &dyn Fn(usize) -> bool,
) -> Vec<LevelMoment> {
    let above = layout.joint_above();
    let lower = |n: usize| (0..n).flat_map(move |b| (b..n).map(move |a| (a, b)));
    let mut moments: Vec<LevelMoment> = (0..above.len()).filter(|k| mean(*k)).map(LevelMoment::Mean).collect();
    moments.extend(lower(layout.p()).filter(|(a, b)| within(*a, *b)).map(|(a, b)| LevelMoment::Within(a, b)));
    let exists = |a: usize, b: usize| above[a].is_some() && above[b].is_some();
    let chosen = lower(above.len()).filter(|(a, b)| exists(*a, *b) && joint(*a, *b));
    moments.extend(chosen.map(|(a, b)| LevelMoment::Joint(a, b)));
    moments
}

impl LevelMoment {
    fn read<T: Copy>(self, moments: &JointMoments<T>) -> T {
        let r = moments.p + moments.q;
        match self {
            LevelMoment::Within(a, b) => moments.within[a * moments.p + b],
            LevelMoment::Joint(a, b) => moments.joint[a * r + b],
            LevelMoment::Mean(a) => moments.mean[a],
        }
    }

    fn write<T: Copy>(self, moments: &mut JointMoments<T>, value: T) {
        let (p, r) = (moments.p, moments.p + moments.q);
        match self {
            LevelMoment::Within(a, b) => {
                moments.within[a * p + b] = value;
                moments.within[b * p + a] = value;
            }
            LevelMoment::Joint(a, b) => {
                moments.joint[a * r + b] = value;
                moments.joint[b * r + a] = value;
            }
            LevelMoment::Mean(a) => moments.mean[a] = value,
        }
    }

    /// How often the moment stands in its matrix.
    fn times(self) -> f64 {
        match self {
            LevelMoment::Within(a, b) | LevelMoment::Joint(a, b) if a != b => 2.0,
            _ => 1.0,
        }
    }
}

impl MomentModel {
    /// ½ ∂²(−2 log-likelihood): the observed information of all cases about the free moments.
    pub fn hessian(&self, statistics: &ClusterStatistics) -> Option<Matrix> {
        let q = self.free.len();
        let mut moments: JointMoments<Dual> = self.moments.over();
        let mut gradient = moments.clone();
        let mut scratch = ClusterScratch::new(moments.r());
        let mut hessian = Matrix::zeros(q, q);
        for (k, moment) in self.free.iter().enumerate() {
            let value = moment.read(&self.moments);
            moment.write(&mut moments, Dual::variable(value));
            statistics.evaluate(&moments, &mut gradient, &mut scratch)?;
            moment.write(&mut moments, Dual::from(value));
            for (l, other) in self.free.iter().enumerate() {
                hessian[(l, k)] = 0.5 * other.times() * other.read(&gradient).derivative;
            }
        }
        // Symmetric but for rounding.
        Some(Matrix::from_fn(q, q, |i, j| 0.5 * (hessian[(i, j)] + hessian[(j, i)])))
    }

    /// Scores of the clusters on the free moments, J × q.
    pub fn scores(&self, sample: &ClusterSample) -> Option<Matrix> {
        let mut scores = Matrix::zeros(sample.clusters, self.free.len());
        let mut gradient = JointMoments::zeros(self.moments.p, self.moments.q);
        let mut scratch = ClusterScratch::new(self.moments.r());
        for j in 0..sample.clusters {
            sample.cluster(j).evaluate(&self.moments, &mut gradient, &mut scratch)?;
            for (k, moment) in self.free.iter().enumerate() {
                scores[(j, k)] = -0.5 * moment.times() * moment.read(&gradient);
            }
        }
        Some(scores)
    }
}

/// Minimises −2 log-likelihood over the free moments. `None` where the start has no likelihood.
fn fit(
    statistics: &ClusterStatistics,
    start: JointMoments<f64>,
    free: Vec<LevelMoment>,
    cases: f64,
) -> Option<MomentModel> {
    let mut moments = start;
    let mut gradient = moments.clone();
    let mut scratch = ClusterScratch::new(moments.r());
    let first: Vec<f64> = free.iter().map(|moment| moment.read(&moments)).collect();
    let (scale, metric) = metric(statistics, &moments, &free, cases)?;
    let begin: Vec<f64> = first.iter().zip(&scale).map(|(value, scale)| value / scale).collect();
    let settings = minimise::Settings { gradient_tolerance: GRADIENT_TOLERANCE, max_iterations: MOST_ITERATIONS };
    let mut search = QuasiNewton::new(&begin, Some(&metric), settings);
    let mut on_free = vec![0.0; free.len()];
    let mut renewed = 0;
    let ending = loop {
        match search.request() {
            Request::Done(ending) => break ending,
            Request::Evaluate(point) => {
                set(&mut moments, &free, point, &scale);
                let value = statistics.evaluate(&moments, &mut gradient, &mut scratch);
                for ((target, moment), scale) in on_free.iter_mut().zip(&free).zip(&scale) {
                    *target = 0.5 / cases * scale * moment.times() * moment.read(&gradient);
                }
                search.tell(value.map(|value| 0.5 / cases * value), &on_free);
            }
        }
        if renewed < RENEWED_METRICS && search.iterations() > renewed {
            renewed += 1;
            set(&mut moments, &free, search.best(), &scale);
            if let Some((own, metric)) = self::metric(statistics, &moments, &free, cases) {
                let ratio: Vec<f64> = own.iter().zip(&scale).map(|(own, scale)| own / scale).collect();
                let q = ratio.len();
                search.renew_metric(&Matrix::from_fn(q, q, |i, j| metric[(i, j)] * ratio[i] * ratio[j]));
            }
        }
    };
    if !search.best_value().is_finite() {
        return None;
    }
    let size = search.best_gradient().iter().fold(0.0, |most: f64, g| most.max(g.abs()));
    set(&mut moments, &free, search.best(), &scale);
    let value = statistics.evaluate(&moments, &mut gradient, &mut scratch)?;
    Some(MomentModel { free, moments, value, converged: ending == Ending::Converged || size < GOOD_ENOUGH })
}

fn set(moments: &mut JointMoments<f64>, free: &[LevelMoment], point: &[f64], scale: &[f64]) {
    for ((moment, value), scale) in free.iter().zip(point).zip(scale) {
        moment.write(moments, value * scale);
    }
}

/// The scale of each moment and the inverse expected information per case in that scale.
///
/// Expected as if all clusters had one size: it guides the search, and no more. `None` where a matrix is not positive
/// definite.
fn metric(
    statistics: &ClusterStatistics,
    moments: &JointMoments<f64>,
    free: &[LevelMoment],
    cases: f64,
) -> Option<(Vec<f64>, Matrix)> {
    let (p, q, r) = (moments.p, moments.q, moments.r());
    let clusters: f64 = statistics.sizes().iter().map(|(_, count)| count).sum();
    let size = cases / clusters;
    let within = linalg::Cholesky::new(&Matrix::from_values(p, p, moments.within.clone())?)?.inverse();
    let part = |a: usize, b: usize| if a >= q && b >= q { moments.within[(a - q) * p + b - q] / size } else { 0.0 };
    let of_means = Matrix::from_fn(r, r, |a, b| moments.joint[a * r + b] + part(a, b));
    let joint = linalg::Cholesky::new(&of_means)?.inverse();
    // ½ tr(N ∂_k N ∂_l) of two elements of a symmetric matrix.
    let pair = |n: &Matrix, a: (usize, usize), b: (usize, usize)| {
        let scale = if a.0 == a.1 { 0.5 } else { 1.0 } * if b.0 == b.1 { 0.5 } else { 1.0 };
        scale * (n[(a.0, b.0)] * n[(a.1, b.1)] + n[(a.0, b.1)] * n[(a.1, b.0)])
    };
    let in_joint = |moment: LevelMoment| match moment {
        LevelMoment::Within(a, b) => Some(((q + a, q + b), 1.0 / size)),
        LevelMoment::Joint(a, b) => Some(((a, b), 1.0)),
        LevelMoment::Mean(_) => None,
    };
    let element = |k: LevelMoment, l: LevelMoment| {
        if let (LevelMoment::Mean(a), LevelMoment::Mean(b)) = (k, l) {
            return clusters * joint[(a, b)];
        }
        let (Some((a, first)), Some((b, second))) = (in_joint(k), in_joint(l)) else { return 0.0 };
        let mut sum = clusters * first * second * pair(&joint, a, b);
        if let (LevelMoment::Within(i, j), LevelMoment::Within(m, n)) = (k, l) {
            sum += (cases - clusters) * pair(&within, (i, j), (m, n));
        }
        sum
    };
    let scale: Vec<f64> = free.iter().map(|moment| (cases / element(*moment, *moment)).sqrt()).collect();
    let n = free.len();
    let unit = Matrix::from_fn(n, n, |k, l| element(free[k], free[l]) / cases * scale[k] * scale[l]);
    Some((scale, linalg::Cholesky::new(&unit)?.inverse()))
}

/// The matrix with eigenvalues of its correlations of at least a hundredth, variances at least at their floors; rows of
/// variables that are not `above` stay zeros.
pub(super) fn positive_definite(matrix: &Matrix, floors: &[f64], above: &[Option<usize>]) -> Matrix {
    let r = matrix.rows();
    let kept: Vec<usize> = (0..r).filter(|k| above[*k].is_some()).collect();
    let deviations: Vec<f64> =
        kept.iter().map(|k| matrix[(*k, *k)].max(floors[*k]).max(f64::MIN_POSITIVE).sqrt()).collect();
    let n = kept.len();
    let correlation =
        Matrix::from_fn(
            n,
            n,
            |i, j| {
                if i == j { 1.0 } else { matrix[(kept[i], kept[j])] / (deviations[i] * deviations[j]) }
            },
        );
    let repaired = match linalg::symmetric_eigen(&correlation) {
        Some(eigen) if eigen.values.iter().any(|value| *value < 0.01) => {
            let raised = Matrix::from_fn(n, n, |i, k| eigen.vectors[(i, k)] * eigen.values[k].max(0.01));
            let raised = raised.times(&eigen.vectors.transpose());
            raised.to_correlation().unwrap_or_else(|| Matrix::identity(n))
        }
        Some(_) => correlation,
        None => Matrix::identity(n),
    };
    let mut target = Matrix::zeros(r, r);
    for (i, a) in kept.iter().enumerate() {
        for (j, b) in kept.iter().enumerate() {
            target[(*a, *b)] = repaired[(i, j)] * deviations[i] * deviations[j];
        }
    }
    target
}
