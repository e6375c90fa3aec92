//! Moments of the saturated model from cases with missing values: EM, accelerated.

use covary_numerics::{Matrix, linalg::Cholesky, matrix::dot};

use super::Patterns;
use crate::estimators::{PatternMoments, SampleMoments, Scratch, fiml};

/// Means and covariances that make the cases most likely under normality.
#[derive(Clone, Debug, PartialEq)]
pub struct SaturatedMoments {
    /// μ, p.
    pub mean: Vec<f64>,
    /// Σ, p × p.
    pub covariance: Matrix,
    /// EM steps.
    pub iterations: usize,
    /// Whether the last step moved nothing but rounding.
    pub converged: bool,
}

/// A step below this, in standard deviations, is rounding: what is left to go is a small multiple of the step.
const TOLERANCE: f64 = 1e-12;
/// A step that no longer shrinks counts as rounding below this.
const ROUNDING: f64 = 1e-9;
/// Steps without a smaller one, after which rounding is reached.
const MOST_IDLE_STEPS: usize = 25;
/// Steps remembered.
const MEMORY: usize = 10;
/// EM itself may need thousands where much is missing; accelerated it needs dozens.
const MOST_STEPS: usize = 5000;

/// The maximum of the likelihood of cases with missing values, over free means and covariances.
///
/// An EM step from (μ, Σ) with Ω and g the gradient of the discrepancy on Σ and μ:
///
/// μ⁺ = μ − ½Σg,  Σ⁺ = Σ − ΣΩΣ − (½Σg)(½Σg)',
///
/// which is the textbook's conditional expectation written with the gradient. Steps are combined as in Anderson's
/// acceleration of fixed points; a combination that lowers the likelihood is dropped for the EM step itself.
/// Runs until steps are rounding, where lavaan 0.6-14 stops at 1e-5 by default (`em.h1.tol`).
///
/// `None` where a variable has no value or no variance.
///
/// # Source
/// Dempster, Laird and Rubin (1977); Anderson (1965), Journal of the ACM 12; Walker and Ni (2011).
pub fn saturated(patterns: &Patterns) -> Option<SaturatedMoments> {
    saturated_from(patterns, None)
}

/// [`saturated`] beginning from known moments where these are positive definite.
pub(crate) fn saturated_from(patterns: &Patterns, start: Option<(&[f64], &Matrix)>) -> Option<SaturatedMoments> {
    search(patterns, start, None)
}

/// The maximum of the likelihood where the first `modelled` variables are uncorrelated, `x` among themselves excepted, and
/// everything that touches a later variable is free: the baseline model beside auxiliary variables.
///
/// EM as in [`saturated`]; its M step is in closed form, because the later variables given the first are regressions: with the
/// moments of the E step B = S_ay S_yy⁻¹ and D = S_aa − BS_ya stay, and Σ_yy has the zeros put into S_yy.
///
/// `None` where a variable has no value or no variance.
pub(crate) fn uncorrelated(patterns: &Patterns, modelled: usize, x: &[usize]) -> Option<SaturatedMoments> {
    search(patterns, None, Some(Uncorrelated { modelled, x: x.to_vec() }))
}

fn search(
    patterns: &Patterns,
    start: Option<(&[f64], &Matrix)>,
    zeros: Option<Uncorrelated>,
) -> Option<SaturatedMoments> {
    let alone = patterns.by_variable();
    if alone.iter().any(|variable| variable.variance.is_nan() || variable.variance <= 0.0) {
        return None;
    }
    let unit = Unit {
        centre: alone.iter().map(|variable| variable.mean).collect(),
        scale: alone.iter().map(|variable| variable.variance.sqrt()).collect(),
    };
    let start = start.filter(|(_, covariance)| Cholesky::new(covariance).is_some());
    let mut search = Search { zeros, ..Search::new(unit.sample(patterns)) };
    let (point, converged, iterations) = search.run(unit.point(start))?;
    let (mean, covariance) = unit.moments(&point);
    Some(SaturatedMoments { mean, covariance, iterations, converged })
}

/// The units in which variables have mean 0 and variance 1 by their available cases.
struct Unit {
    centre: Vec<f64>,
    scale: Vec<f64>,
}

impl Unit {
    fn sample(&self, patterns: &Patterns) -> SampleMoments<f64> {
        let p = patterns.variables;
        let mut sample = SampleMoments::zeros(p, true);
        sample.patterns = patterns
            .list
            .iter()
            .filter(|pattern| pattern.cases > 0.0)
            .map(|pattern| {
                let scale: Vec<f64> = pattern.observed.iter().map(|&j| self.scale[j]).collect();
                let k = scale.len();
                let covariance = Matrix::from_fn(k, k, |a, b| pattern.covariance[(a, b)] / (scale[a] * scale[b]));
                let mean: Vec<f64> =
                    (0..k).map(|a| (pattern.mean[a] - self.centre[pattern.observed[a]]) / scale[a]).collect();
                PatternMoments::of(&pattern.observed, patterns.share(pattern), &covariance, &mean)
            })
            .collect();
        sample
    }

    /// μ, then Σ by rows, in these units.
    fn point(&self, start: Option<(&[f64], &Matrix)>) -> Vec<f64> {
        let p = self.scale.len();
        let mut point = vec![0.0; p + p * p];
        for i in 0..p {
            if let Some((mean, _)) = start {
                point[i] = (mean[i] - self.centre[i]) / self.scale[i];
            }
            for j in 0..p {
                point[p + i * p + j] = match start {
                    Some((_, covariance)) => covariance[(i, j)] / (self.scale[i] * self.scale[j]),
                    None => f64::from(i == j),
                };
            }
        }
        point
    }

    fn moments(&self, point: &[f64]) -> (Vec<f64>, Matrix) {
        let p = self.scale.len();
        let mean = (0..p).map(|i| self.centre[i] + self.scale[i] * point[i]).collect();
        (mean, Matrix::from_fn(p, p, |i, j| self.scale[i] * self.scale[j] * point[p + i * p + j]))
    }
}

/// Zeros among the covariances of the first variables.
struct Uncorrelated {
    modelled: usize,
    x: Vec<usize>,
}

impl Uncorrelated {
    /// The M step. `None` where S_yy is singular.
    fn project(&self, moments: &Matrix) -> Option<Matrix> {
        let p = moments.rows();
        let (y, a): (Vec<usize>, Vec<usize>) = ((0..self.modelled).collect(), (self.modelled..p).collect());
        let of_y = moments.select(&y, &y);
        let kept = |i: usize, j: usize| i == j || (self.x.contains(&i) && self.x.contains(&j));
        let zeroed = Matrix::from_fn(y.len(), y.len(), |i, j| if kept(i, j) { of_y[(i, j)] } else { 0.0 });
        let slopes = Cholesky::new(&of_y)?.solve(&moments.select(&y, &a)).transpose(); // B
        let between = slopes.times(&zeroed);
        let change = zeroed.minus(&of_y);
        let of_a = moments.select(&a, &a).plus(&slopes.times(&change).times(&slopes.transpose()));
        let m = self.modelled;
        Some(Matrix::from_fn(p, p, |i, j| match (i.checked_sub(m), j.checked_sub(m)) {
            (None, None) => zeroed[(i, j)],
            (Some(i), None) => between[(i, j)],
            (None, Some(j)) => between[(j, i)],
            (Some(i), Some(j)) => of_a[(i.max(j), i.min(j))],
        }))
    }
}

struct Search {
    sample: SampleMoments<f64>,
    zeros: Option<Uncorrelated>,
    scratch: Scratch<f64>,
    omega: Vec<f64>,
    on_mean: Vec<f64>,
    half: Vec<f64>,
    /// Changes of points and of steps between remembered iterations, newest last.
    of_points: Vec<Vec<f64>>,
    of_steps: Vec<Vec<f64>>,
}

impl Search {
    fn new(sample: SampleMoments<f64>) -> Self {
        let p = sample.p;
        Search {
            scratch: Scratch::new(p, 0),
            omega: vec![0.0; p * p],
            on_mean: vec![0.0; p],
            half: vec![0.0; p * p],
            of_points: Vec::new(),
            of_steps: Vec::new(),
            zeros: None,
            sample,
        }
    }

    /// The last point, whether steps became rounding, and how many there were. `None` where even the start has no value.
    fn run(&mut self, start: Vec<f64>) -> Option<(Vec<f64>, bool, usize)> {
        let mut point = start;
        let mut step = vec![0.0; point.len()];
        let mut value = self.step(&point, &mut step)?;
        let (mut smallest, mut idle) = (f64::INFINITY, 0);
        for iteration in 1..MOST_STEPS {
            let size = step.iter().fold(0.0, |most: f64, s| most.max(s.abs()));
            idle = if size < 0.9 * smallest { 0 } else { idle + 1 };
            smallest = smallest.min(size);
            if size <= TOLERANCE || (size <= ROUNDING && idle >= MOST_IDLE_STEPS) {
                return Some((point, true, iteration));
            }
            let mut next = self.combined(&point, &step);
            let mut next_step = vec![0.0; step.len()];
            // Near the maximum the value itself is rounding.
            let slack = 1e-13 * value.abs().max(1.0);
            let better = self.step(&next, &mut next_step).filter(|next_value| *next_value <= value + slack);
            value = match better {
                Some(next_value) => next_value,
                None => {
                    self.of_points.clear();
                    self.of_steps.clear();
                    next = point.iter().zip(&step).map(|(x, s)| x + s).collect();
                    match self.step(&next, &mut next_step) {
                        Some(next_value) => next_value,
                        // A covariance matrix on the edge of singularity: as far as EM goes.
                        None => return Some((point, false, iteration)),
                    }
                }
            };
            self.remember(&point, &next, &step, &next_step);
            point = next;
            step = next_step;
        }
        Some((point, false, MOST_STEPS))
    }

    /// The discrepancy at a point and the EM step from there. `None` where a sub-block is not positive definite.
    fn step(&mut self, point: &[f64], step: &mut [f64]) -> Option<f64> {
        let p = self.sample.p;
        let (mu, sigma) = point.split_at(p);
        let value =
            fiml::value_and_gradient(&self.sample, sigma, mu, &mut self.omega, &mut self.on_mean, &mut self.scratch);
        if value.is_nan() {
            return None;
        }
        for i in 0..p {
            step[i] = -0.5 * dot(&sigma[i * p..(i + 1) * p], &self.on_mean);
        }
        // Σ and Ω are symmetric: rows stand for columns.
        for i in 0..p {
            for j in 0..p {
                self.half[i * p + j] = dot(&sigma[i * p..(i + 1) * p], &self.omega[j * p..(j + 1) * p]);
            }
        }
        for i in 0..p {
            for j in 0..=i {
                let product = dot(&self.half[i * p..(i + 1) * p], &sigma[j * p..(j + 1) * p]);
                let element = -product - step[i] * step[j];
                step[p + i * p + j] = element;
                step[p + j * p + i] = element;
            }
        }
        if let Some(zeros) = &self.zeros {
            let moments = Matrix::from_fn(p, p, |i, j| sigma[i * p + j] + step[p + i * p + j]);
            let projected = zeros.project(&moments)?;
            for (step, (to, from)) in step[p..].iter_mut().zip(projected.values().iter().zip(sigma)) {
                *step = to - from;
            }
        }
        Some(value)
    }

    /// The point whose step, by what is remembered, would be shortest: x + f − (ΔX + ΔF)γ, γ = argmin |f − ΔFγ|.
    fn combined(&self, point: &[f64], step: &[f64]) -> Vec<f64> {
        let mut next: Vec<f64> = point.iter().zip(step).map(|(x, s)| x + s).collect();
        let m = self.of_steps.len();
        let gram = Matrix::from_fn(m, m, |a, b| dot(&self.of_steps[a], &self.of_steps[b]));
        let scale: Vec<f64> = gram.diagonal().iter().map(|d| if *d > 0.0 { 1.0 / d.sqrt() } else { 0.0 }).collect();
        // A ridge against directions that repeat each other.
        let unit = Matrix::from_fn(m, m, |a, b| gram[(a, b)] * scale[a] * scale[b] + if a == b { 1e-12 } else { 0.0 });
        let right: Vec<f64> = (0..m).map(|a| scale[a] * dot(&self.of_steps[a], step)).collect();
        if let Some(factor) = Cholesky::new(&unit) {
            for (a, gamma) in factor.solve_vector(&right).iter().enumerate() {
                let gamma = gamma * scale[a];
                for ((x, of_point), of_step) in next.iter_mut().zip(&self.of_points[a]).zip(&self.of_steps[a]) {
                    *x -= gamma * (of_point + of_step);
                }
            }
        }
        next
    }

    fn remember(&mut self, point: &[f64], next: &[f64], step: &[f64], next_step: &[f64]) {
        if self.of_steps.len() == MEMORY {
            self.of_points.remove(0);
            self.of_steps.remove(0);
        }
        let change = |from: &[f64], to: &[f64]| to.iter().zip(from).map(|(t, f)| t - f).collect();
        self.of_points.push(change(point, next));
        self.of_steps.push(change(step, next_step));
    }
}
