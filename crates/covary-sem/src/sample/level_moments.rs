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

/// How the joint matrix is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Search {
    /// By its elements: anything that leaves the clusters a likelihood.
    Elements,
    /// By its Cholesky factor: positive semidefinite matrices alone, singular ones included.
    Factor,
}

/// All moments free: the saturated model, its joint matrix positive semidefinite.
///
/// Where the unrestricted optimum is no covariance matrix, the best one on the boundary is taken: EM algorithms creep
/// towards it for ever, and programs that use one stop short of it. `None` where there are no estimates.
pub(super) fn saturated(sample: &ClusterSample, start: JointMoments<f64>) -> Option<MomentModel> {
    let free = moments_of(&sample.layout, &|_, _| true, &|_, _| true, &|_| true);
    let cases = sample.cases as f64;
    let inside = fit(&sample.statistics, start.clone(), free.clone(), cases, Search::Elements);
    match inside.filter(|model| is_covariance_matrix(&model.moments, &sample.layout)) {
        Some(model) => Some(model),
        None => fit(&sample.statistics, start, free, cases, Search::Factor),
    }
}

/// Whether the joint matrix is positive definite over the variables that stand at level 2.
pub fn is_covariance_matrix(moments: &JointMoments<f64>, layout: &LevelLayout) -> bool {
    let r = moments.r();
    let kept: Vec<usize> = (0..r).filter(|k| layout.joint_above()[*k].is_some()).collect();
    let n = kept.len();
    linalg::Cholesky::new(&Matrix::from_fn(n, n, |i, j| moments.joint[kept[i] * r + kept[j]])).is_some()
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
    fit(&sample.statistics, start, free, sample.cases as f64, Search::Elements)
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
    search: Search,
) -> Option<MomentModel> {
    let mut point = Point::new(start, free, search)?;
    let mut gradient = point.moments.clone();
    let mut scratch = ClusterScratch::new(point.moments.r());
    let (scale, metric) = metric(statistics, &point, cases)?;
    let begin: Vec<f64> = point.values().iter().zip(&scale).map(|(value, scale)| value / scale).collect();
    let settings = minimise::Settings { gradient_tolerance: GRADIENT_TOLERANCE, max_iterations: MOST_ITERATIONS };
    let mut newton = QuasiNewton::new(&begin, Some(&metric), settings);
    // On the way to a singular matrix the information about its factor vanishes: only updates know what is left.
    let most_renewed = if search == Search::Elements { RENEWED_METRICS } else { 1 };
    let mut renewed = 0;
    let ending = loop {
        match newton.request() {
            Request::Done(ending) => break ending,
            Request::Evaluate(at) => {
                point.set(at, &scale);
                let value = statistics.evaluate(&point.moments, &mut gradient, &mut scratch);
                let mut on_free = point.gradient(&gradient);
                for (element, scale) in on_free.iter_mut().zip(&scale) {
                    *element *= 0.5 / cases * scale;
                }
                newton.tell(value.map(|value| 0.5 / cases * value), &on_free);
            }
        }
        if renewed < most_renewed && newton.iterations() > renewed {
            renewed += 1;
            point.set(newton.best(), &scale);
            if let Some((own, metric)) = self::metric(statistics, &point, cases) {
                let ratio: Vec<f64> = own.iter().zip(&scale).map(|(own, scale)| own / scale).collect();
                let q = ratio.len();
                newton.renew_metric(&Matrix::from_fn(q, q, |i, j| metric[(i, j)] * ratio[i] * ratio[j]));
            }
        }
    };
    if !newton.best_value().is_finite() {
        return None;
    }
    let size = newton.best_gradient().iter().fold(0.0, |most: f64, g| most.max(g.abs()));
    point.set(newton.best(), &scale);
    let value = statistics.evaluate(&point.moments, &mut gradient, &mut scratch)?;
    let converged = ending == Ending::Converged || size < GOOD_ENOUGH;
    Some(MomentModel { free: point.free, moments: point.moments, value, converged })
}

/// Moments on their way, and the factor of their joint matrix.
struct Point {
    free: Vec<LevelMoment>,
    moments: JointMoments<f64>,
    search: Search,
    /// L of the joint matrix, r × r; rows of variables that do not stand at level 2 are zeros.
    factor: Matrix,
}

impl Point {
    /// `None` where a joint matrix that is to be searched by its factor has none.
    fn new(moments: JointMoments<f64>, free: Vec<LevelMoment>, search: Search) -> Option<Self> {
        let r = moments.r();
        let mut factor = Matrix::zeros(r, r);
        if search == Search::Factor {
            let kept: Vec<usize> = (0..r).filter(|k| moments.joint[k * r + k] > 0.0).collect();
            let n = kept.len();
            let joint = Matrix::from_fn(n, n, |i, j| moments.joint[kept[i] * r + kept[j]]);
            let lower = linalg::Cholesky::new(&joint)?.lower;
            for i in 0..n {
                for j in 0..=i {
                    factor[(kept[i], kept[j])] = lower[(i, j)];
                }
            }
        }
        Some(Point { free, moments, search, factor })
    }

    fn values(&self) -> Vec<f64> {
        let value = |moment: &LevelMoment| match (self.search, *moment) {
            (Search::Factor, LevelMoment::Joint(a, b)) => self.factor[(a, b)],
            (_, moment) => moment.read(&self.moments),
        };
        self.free.iter().map(value).collect()
    }

    fn set(&mut self, values: &[f64], scale: &[f64]) {
        for ((moment, value), scale) in self.free.iter().zip(values).zip(scale) {
            match (self.search, *moment) {
                (Search::Factor, LevelMoment::Joint(a, b)) => self.factor[(a, b)] = value * scale,
                (_, moment) => moment.write(&mut self.moments, value * scale),
            }
        }
        if self.search == Search::Factor {
            let joint = self.factor.times(&self.factor.transpose());
            self.moments.joint.copy_from_slice(joint.values());
        }
    }

    /// The gradient on the free values from that on moments: on the factor 2GL.
    fn gradient(&self, on_moments: &JointMoments<f64>) -> Vec<f64> {
        let r = self.moments.r();
        let on_factor = (self.search == Search::Factor).then(|| {
            let joint = Matrix::from_fn(r, r, |i, j| on_moments.joint[i * r + j]);
            joint.times(&self.factor).scaled(2.0)
        });
        let element = |moment: &LevelMoment| match (&on_factor, *moment) {
            (Some(on_factor), LevelMoment::Joint(a, b)) => on_factor[(a, b)],
            (_, moment) => moment.times() * moment.read(on_moments),
        };
        self.free.iter().map(element).collect()
    }

    /// How a free value moves the joint covariance matrix of z and cluster means: scale · (uv' + vu'). `None` for means.
    fn direction(&self, moment: LevelMoment, size: f64) -> Option<(Vec<f64>, Vec<f64>, f64)> {
        let (q, r) = (self.moments.q, self.moments.r());
        let unit = |k: usize| (0..r).map(|i| f64::from(i == k)).collect::<Vec<f64>>();
        let half = |a: usize, b: usize| if a == b { 0.5 } else { 1.0 };
        match (self.search, moment) {
            (_, LevelMoment::Mean(_)) => None,
            (_, LevelMoment::Within(a, b)) => Some((unit(q + a), unit(q + b), half(a, b) / size)),
            (Search::Elements, LevelMoment::Joint(a, b)) => Some((unit(a), unit(b), half(a, b))),
            (Search::Factor, LevelMoment::Joint(a, b)) => Some((unit(a), self.factor.column(b), 1.0)),
        }
    }
}

/// The scale of each free value and the inverse expected information per case in that scale.
///
/// Expected as if all clusters had one size: it guides the search, and no more. `None` where a matrix is not positive
/// definite.
fn metric(statistics: &ClusterStatistics, point: &Point, cases: f64) -> Option<(Vec<f64>, Matrix)> {
    let moments = &point.moments;
    let (p, q, r) = (moments.p, moments.q, moments.r());
    let clusters: f64 = statistics.sizes().iter().map(|(_, count)| count).sum();
    let size = cases / clusters;
    let within = linalg::Cholesky::new(&Matrix::from_values(p, p, moments.within.clone())?)?.inverse();
    let part = |a: usize, b: usize| if a >= q && b >= q { moments.within[(a - q) * p + b - q] / size } else { 0.0 };
    let of_means = Matrix::from_fn(r, r, |a, b| moments.joint[a * r + b] + part(a, b));
    let joint = linalg::Cholesky::new(&of_means)?.inverse();
    let n = point.free.len();
    let zeros = (vec![0.0; r], vec![0.0; r], 0.0);
    let directions: Vec<(Vec<f64>, Vec<f64>, f64)> =
        point.free.iter().map(|moment| point.direction(*moment, size).unwrap_or_else(|| zeros.clone())).collect();
    let left = Matrix::from_fn(r, n, |i, k| directions[k].0[i]);
    let right = Matrix::from_fn(r, n, |i, k| directions[k].1[i]);
    let (n_left, n_right) = (joint.times(&left), joint.times(&right));
    let left_left = left.transpose().times(&n_left);
    let left_right = left.transpose().times(&n_right);
    let right_right = right.transpose().times(&n_right);
    let element = |k: usize, l: usize| {
        if let (LevelMoment::Mean(a), LevelMoment::Mean(b)) = (point.free[k], point.free[l]) {
            return clusters * joint[(a, b)];
        }
        let straight = left_left[(k, l)] * right_right[(k, l)];
        let mut sum =
            clusters * directions[k].2 * directions[l].2 * (straight + left_right[(k, l)] * left_right[(l, k)]);
        if let (LevelMoment::Within(a, b), LevelMoment::Within(c, d)) = (point.free[k], point.free[l]) {
            let scale = directions[k].2 * directions[l].2 * size * size;
            sum += (cases - clusters) * scale * (within[(a, c)] * within[(b, d)] + within[(a, d)] * within[(b, c)]);
        }
        sum
    };
    let scale: Vec<f64> = (0..n).map(|k| (cases / element(k, k)).sqrt()).collect();
    if scale.iter().any(|scale| !scale.is_finite()) {
        return None;
    }
    let unit = Matrix::from_fn(n, n, |k, l| element(k, l) / cases * scale[k] * scale[l]);
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
