//! Gradient and expected information of the discrepancy for any parameter, in the model or not.
//!
//! With N = Σ⁻¹ and Q = N(S + δδ' − Σ)N, δ = m − μ, a parameter that moves Σ by c(uv' + vu') and μ by d has
//!
//! g = −∂(½F)/∂θ = c·u'Qv + d'Nδ,  I_kl = c_k c_l [(u_k'Nu_l)(v_k'Nv_l) + (u_k'Nv_l)(v_k'Nu_l)] + d_k'Nd_l.
//!
//! u, v and d are columns of T and E of the [reticular form](super::reticular), so that four small
//! matrices of inner products give every gradient and every element of the information by look-up:
//! a thousand candidate parameters cost no more than a matrix product.

use covary_numerics::{
    Matrix,
    linalg::{self, Cholesky},
    matrix::dot,
};

use super::{
    incomplete::information::{At, observed_metric},
    reticular::{Place, Reticular, ReticularMoments},
};
use crate::{
    Fit, ParameterTable,
    estimators::{Estimator, ObservedMetric, Weight, lower_triangle},
    sample::Patterns,
    settings::SaturatedAt,
};

/// The scores of all blocks and the information of the free parameters: computed once, used by many.
#[derive(Clone, Debug)]
pub(crate) struct Scores {
    /// One entry per block.
    pub blocks: Vec<BlockScore>,
    /// Of the free parameters.
    pub information: FreeInformation,
}

impl Scores {
    /// `None` where an implied covariance matrix is not positive definite or the information is singular.
    pub fn new(fit: &Fit) -> Option<Self> {
        let blocks = BlockScore::all(fit)?;
        let information = FreeInformation::new(fit)?;
        Some(Scores { blocks, information })
    }
}

/// One block's inner products at the estimates.
#[derive(Clone, Debug)]
pub(crate) struct BlockScore {
    /// Variables and places.
    pub form: Reticular,
    /// Moments of all variables.
    pub moments: ReticularMoments,
    /// w_g = n_g/N.
    pub weight: f64,
    /// Free parameters: (position in θ, place).
    pub free: Vec<(usize, Place)>,
    /// Observed variables whose moments are fixed at the sample's.
    pub fixed_x: Vec<usize>,
    /// Metrics of the moments and their weights: Σ⁻¹, or that of each pattern of missing values.
    metrics: Vec<(f64, Matrix)>,
    /// T over the observed rows, p × m.
    pub total: Matrix,
    /// E over the observed rows, p × m.
    pub covariance: Matrix,
    delta: Option<Vec<f64>>,
    /// Inner products in each metric.
    products: Vec<(f64, InnerProducts)>,
    pull_total_total: Matrix,
    pull_total_covariance: Matrix,
    pull_mean: Option<Vec<f64>>,
    /// Of least squares: what takes the place of the normal-theory products.
    least_squares: Option<LeastSquaresScore>,
}

/// Gradient and information in the metric V of least squares, from vectors of moments.
#[derive(Clone, Debug)]
struct LeastSquaresScore {
    weight: Weight<f64>,
    /// (n − 1)/n · Vd.
    pull: Vec<f64>,
    /// Derivatives of the moments with respect to the free parameters: (position in θ, vector).
    free: Vec<(usize, Vec<f64>)>,
}

/// The generalized inverse of the free parameters' information per case under the equality constraints.
#[derive(Clone, Debug)]
pub(crate) struct FreeInformation {
    /// I⁻ = K(K'IK)⁻¹K', I = I(Ws) = Σ w_g Δ'WsΔ.
    pub inverse: Matrix,
}

impl BlockScore {
    /// Every block of the fit. `None` of two levels, whose blocks are no samples of their own.
    pub fn all(fit: &Fit) -> Option<Vec<Self>> {
        if fit.sample.is_two_level() {
            return None;
        }
        (0..fit.table.blocks.len()).map(|block| BlockScore::new(fit, block)).collect()
    }

    /// The inner products of one block. `None` where Σ is not positive definite or I − Γ singular.
    pub fn new(fit: &Fit, block: usize) -> Option<Self> {
        let form = Reticular::new(&fit.table, block);
        let moments = form.moments(&fit.estimates)?;
        let (sample, implied) = (&fit.sample.blocks[block], fit.implied.get(block)?);
        let p = form.observed;
        let observed: Vec<usize> = (0..p).collect();
        let all: Vec<usize> = (0..form.variables.len()).collect();
        let total = moments.total_effects.select(&observed, &all); // T over observed rows, p × m
        let covariance = moments.covariance.select(&observed, &all); // E over observed rows
        let means = if fit.table.meanstructure { sample.mean.as_ref().zip(implied.mean.as_ref()) } else { None };
        let delta: Option<Vec<f64>> = means.map(|(m, mu)| m.iter().zip(mu).map(|(m, mu)| m - mu).collect());
        let incomplete =
            sample.patterns.as_ref().filter(|_| Estimator::of(&fit.settings, &fit.sample) == Estimator::Fiml);
        let Pull { metrics, of_covariance, of_mean } = match incomplete {
            Some(patterns) => Pull::by_pattern(patterns, implied.mean.as_ref()?, &implied.covariance)?,
            None => Pull::new(&sample.covariance, delta.as_deref(), &implied.covariance)?,
        };
        // The gradient is that of the discrepancy; the information may be wanted at the sample's moments.
        let metrics = match fit.settings.h1_information[0] {
            Some(SaturatedAt::Unstructured) if incomplete.is_none() => {
                vec![(1.0, Cholesky::new(&sample.covariance)?.inverse())]
            }
            _ => metrics,
        };
        let products = metrics.iter().map(|(weight, metric)| {
            (*weight, InnerProducts::new(&total, &covariance, &metric.times(&total), &metric.times(&covariance)))
        });
        let pull_total = of_covariance.times(&total);
        let mut score = BlockScore {
            products: products.collect(),
            pull_total_total: total.transpose().times(&pull_total),
            pull_total_covariance: pull_total.transpose().times(&covariance),
            pull_mean: of_mean.map(|of_mean| total.transpose().times_vector(&of_mean)),
            weight: sample.weighted_cases() / fit.cases() as f64,
            free: crate::standardized::free_places(&fit.table, &form),
            fixed_x: fixed_x(&fit.table, &form),
            form,
            moments,
            metrics,
            total,
            covariance,
            delta,
            least_squares: None,
        };
        if Estimator::named(fit.settings.estimator).is_least_squares() {
            score.least_squares = Some(score.least_squares_of(fit, block));
        }
        Some(score)
    }

    fn least_squares_of(&self, fit: &Fit, block: usize) -> LeastSquaresScore {
        let (sample, implied) = (&fit.sample.blocks[block], &fit.implied[block]);
        let p = self.form.observed;
        let mut d = self.delta.clone().unwrap_or_default();
        d.extend(lower_triangle(p).map(|(i, j)| sample.covariance[(i, j)] - implied.covariance[(i, j)]));
        // lavaan 0.6-14 shrinks the gradient once more than the χ²; that of DLS only where its objective counts n − 1.
        let n = sample.cases as f64;
        let is_dls = Estimator::named(fit.settings.estimator) == Estimator::Dls;
        let kept = is_dls && !fit.settings.estimator_args.dls_f_times_n_minus_1;
        let factor = if kept { 1.0 } else { (n - 1.0) / n };
        let pull = sample.weight.times(&d, p, self.delta.is_some()).iter().map(|v| factor * v).collect();
        let free = self.free.iter().map(|&(k, place)| (k, self.moment_vector(place))).collect();
        LeastSquaresScore { weight: sample.weight.clone(), pull, free }
    }

    /// ∂(μ, vech Σ) of a parameter; means where they are modelled.
    fn moment_vector(&self, place: Place) -> Vec<f64> {
        let p = self.form.observed;
        let means = (0..p).filter(|_| self.delta.is_some()).map(|i| self.moments.mean_derivative(place, i));
        means.chain(lower_triangle(p).map(|(i, j)| self.moments.covariance_derivative(place, i, j))).collect()
    }

    fn least_squares_sensitivity(&self, place: Place, score: &LeastSquaresScore) -> Sensitivity {
        let vector = self.moment_vector(place);
        let weighted = score.weight.times(&vector, self.form.observed, self.delta.is_some());
        Sensitivity {
            gradient: self.weight * dot(&vector, &score.pull),
            own: self.weight * dot(&vector, &weighted),
            with_free: score.free.iter().map(|(k, free)| (*k, self.weight * dot(free, &weighted))).collect(),
        }
    }

    /// Gradient and information of a parameter, in the model or not, weighted by w_g.
    ///
    /// Moments of fixed x carry no information: where the parameter would move them, as a path towards x does, their
    /// rows and columns of the weight matrix are deleted from the information. The gradient is that of the full
    /// discrepancy, as in lavaan 0.6-14.
    pub fn sensitivity(&self, place: Place) -> Sensitivity {
        if let Some(score) = &self.least_squares {
            return self.least_squares_sensitivity(place, score);
        }
        match self.without_fixed_x(place) {
            Some(shift) => self.sensitivity_of_shift(place, &shift),
            None => Sensitivity {
                gradient: self.weight * self.gradient(place),
                own: self.weight * self.information(place, place),
                with_free: self
                    .free
                    .iter()
                    .map(|&(k, free)| (k, self.weight * self.information(place, free)))
                    .collect(),
            },
        }
    }

    /// ∂Σ and ∂μ of a parameter that moves moments of fixed x, with those set to zero. `None` where it moves none.
    fn without_fixed_x(&self, place: Place) -> Option<Shift> {
        let of = |i: usize, j: usize| self.moments.covariance_derivative(place, i, j);
        let moves_mean = |i: &usize| self.delta.is_some() && self.moments.mean_derivative(place, *i) != 0.0;
        let moves = |i: &usize| moves_mean(i) || self.fixed_x.iter().any(|j| of(*i, *j) != 0.0);
        if !self.fixed_x.iter().any(moves) {
            return None;
        }
        let p = self.form.observed;
        let is_x: Vec<bool> = (0..p).map(|i| self.fixed_x.contains(&i)).collect();
        let covariance = Matrix::from_fn(p, p, |i, j| if is_x[i] && is_x[j] { 0.0 } else { of(i, j) });
        let mean = |i: usize| if is_x[i] { 0.0 } else { self.moments.mean_derivative(place, i) };
        Some(Shift { covariance, mean: self.delta.as_ref().map(|_| (0..p).map(mean).collect()) })
    }

    fn sensitivity_of_shift(&self, place: Place, shift: &Shift) -> Sensitivity {
        let mut own = 0.0;
        let mut with_free = vec![0.0; self.free.len()];
        for (weight, metric) in &self.metrics {
            let middle = metric.times(&shift.covariance).times(metric); // N ∂Σ N
            let n_mean = shift.mean.as_ref().map(|mean| metric.times_vector(mean)); // N ∂μ
            let trace: f64 = middle.values().iter().zip(shift.covariance.values()).map(|(l, r)| l * r).sum();
            let along = |mean: &Vec<f64>| n_mean.iter().flatten().zip(mean).map(|(l, r)| l * r).sum::<f64>();
            own += weight * (0.5 * trace + shift.mean.as_ref().map_or(0.0, along));
            let with_total = middle.times(&self.total);
            let total_total = self.total.transpose().times(&with_total);
            let total_covariance = with_total.transpose().times(&self.covariance);
            let of_mean = n_mean.as_ref().map(|n| self.total.transpose().times_vector(n));
            for (element, (_, place)) in with_free.iter_mut().zip(&self.free) {
                let atom = self.atom(*place);
                let of_covariance = match atom.right {
                    Side::Total(b) => total_total[(atom.left, b)],
                    Side::Covariance(b) => total_covariance[(atom.left, b)],
                };
                let of_mean = of_mean.as_ref().map_or(0.0, |of_mean| atom.mean * of_mean[atom.left]);
                *element += weight * (atom.scale * of_covariance + of_mean);
            }
        }
        Sensitivity {
            gradient: self.weight * self.gradient(place),
            own: self.weight * own,
            with_free: self.free.iter().zip(&with_free).map(|((k, _), element)| (*k, self.weight * element)).collect(),
        }
    }

    /// Whether mean residuals enter.
    pub fn has_means(&self) -> bool {
        self.delta.is_some()
    }

    /// g of one parameter for this block alone (not weighted by w_g).
    pub fn gradient(&self, place: Place) -> f64 {
        if let Some(score) = &self.least_squares {
            return self.moment_vector(place).iter().zip(&score.pull).map(|(l, r)| l * r).sum();
        }
        let atom = self.atom(place);
        let of_covariance = atom.scale * self.pull(atom.left, atom.right);
        let of_mean = self.pull_mean.as_ref().map_or(0.0, |pull| atom.mean * pull[atom.left]);
        of_covariance + of_mean
    }

    /// I_kl of two parameters for this block alone (not weighted by w_g).
    pub fn information(&self, one: Place, other: Place) -> f64 {
        let means = self.pull_mean.is_some();
        self.products.iter().map(|(weight, products)| weight * self.bilinear(one, other, products, means)).sum()
    }

    /// I_kl of two parameters under any estimator, weighted by w_g.
    pub fn between(&self, one: Place, other: Place) -> f64 {
        let Some(score) = &self.least_squares else { return self.weight * self.information(one, other) };
        let weighted = score.weight.times(&self.moment_vector(one), self.form.observed, self.delta.is_some());
        self.weight * self.moment_vector(other).iter().zip(&weighted).map(|(l, r)| l * r).sum::<f64>()
    }

    /// ½ tr(M ∂Σ_k M ∂Σ_l) + ∂μ_k'M ∂μ_l in the metric M that `products` were taken in; the second term with `means`.
    pub fn bilinear(&self, one: Place, other: Place, products: &InnerProducts, means: bool) -> f64 {
        let (a, b) = (self.atom(one), self.atom(other));
        let total = products.total_total[(a.left, b.left)];
        let straight = total * products.of(a.right, b.right);
        let crossed = products.of(Side::Total(a.left), b.right) * products.of(a.right, Side::Total(b.left));
        let of_mean = if means { a.mean * b.mean * total } else { 0.0 };
        a.scale * b.scale * (straight + crossed) + of_mean
    }

    /// ∂Σ = scale · (T_left right' + right T_left'), ∂μ = mean · T_left.
    fn atom(&self, place: Place) -> Atom {
        match place {
            Place::Covariance { first, second } => {
                let scale = if first == second { 0.5 } else { 1.0 };
                Atom { left: first, right: Side::Total(second), scale, mean: 0.0 }
            }
            Place::Weight { effect, cause } => {
                Atom { left: effect, right: Side::Covariance(cause), scale: 1.0, mean: self.moments.mean[cause] }
            }
            Place::Intercept { of } => Atom { left: of, right: Side::Total(of), scale: 0.0, mean: 1.0 },
        }
    }

    fn pull(&self, left: usize, right: Side) -> f64 {
        match right {
            Side::Total(b) => self.pull_total_total[(left, b)],
            Side::Covariance(b) => self.pull_total_covariance[(left, b)],
        }
    }
}

/// What drives the moments: metrics with their weights, and the gradient −∂(½F) on the moments.
struct Pull {
    metrics: Vec<(f64, Matrix)>,
    /// N(S + δδ' − Σ)N.
    of_covariance: Matrix,
    /// Nδ; `None` without means.
    of_mean: Option<Vec<f64>>,
}

impl Pull {
    fn new(sample: &Matrix, delta: Option<&[f64]>, implied: &Matrix) -> Option<Self> {
        let inverse = Cholesky::new(implied)?.inverse();
        let p = implied.rows();
        let of = |i: usize| delta.map_or(0.0, |delta| delta[i]);
        let excess = Matrix::from_fn(p, p, |i, j| sample[(i, j)] - implied[(i, j)] + of(i) * of(j));
        Some(Pull {
            of_covariance: inverse.times(&excess).times(&inverse),
            of_mean: delta.map(|delta| inverse.times_vector(delta)),
            metrics: vec![(1.0, inverse)],
        })
    }

    fn by_pattern(patterns: &Patterns, mean: &[f64], covariance: &Matrix) -> Option<Self> {
        let p = covariance.rows();
        let (mut of_covariance, mut of_mean) = (Matrix::zeros(p, p), vec![0.0; p]);
        let mut metrics = Vec::with_capacity(patterns.list.len());
        for pattern in patterns.moments::<f64>() {
            let ObservedMetric { inverse, pull, shift } = observed_metric(&pattern, At { mean, covariance })?;
            let share = pattern.share;
            of_covariance = of_covariance.plus(&pull.minus(&inverse).scaled(share));
            of_mean.iter_mut().zip(&shift).for_each(|(own, shift)| *own += share * shift);
            metrics.push((share, inverse));
        }
        Some(Pull { metrics, of_covariance, of_mean: Some(of_mean) })
    }
}

/// How a parameter bears on the discrepancy and on the free parameters.
#[derive(Clone, Debug)]
pub(crate) struct Sensitivity {
    /// g
    pub gradient: f64,
    /// I_nn
    pub own: f64,
    /// I_no, by position in θ.
    pub with_free: Vec<(usize, f64)>,
}

/// ∂Σ and ∂μ.
struct Shift {
    covariance: Matrix,
    mean: Option<Vec<f64>>,
}

impl FreeInformation {
    /// The information of all blocks.
    ///
    /// `None` where it is singular under the constraints.
    pub fn new(fit: &Fit) -> Option<Self> {
        let solution = fit.solution()?;
        // From patterns the blocks take the information at the implied moments, whatever is asked for.
        let at = match fit.settings.h1_information[0] {
            Some(at) if solution.estimator() != Estimator::Fiml => at,
            _ => SaturatedAt::Structured,
        };
        let inverse = generalized_inverse(&solution.expected(at)?, &fit.constraints.basis)?;
        Some(FreeInformation { inverse })
    }
}

/// K(K'IK)⁻¹K'. `None` where K'IK is singular.
fn generalized_inverse(information: &Matrix, basis: &Matrix) -> Option<Matrix> {
    if basis.columns() == 0 {
        return Some(Matrix::zeros(information.rows(), information.rows()));
    }
    let reduced = basis.transpose().times(&information.times(basis));
    let inverse = match Cholesky::new(&reduced) {
        Some(factor) => factor.inverse(),
        None => linalg::inverse(&reduced)?,
    };
    Some(basis.times(&inverse).times(&basis.transpose()))
}

/// Inner products of the columns of T and E over the observed variables.
#[derive(Clone, Debug)]
pub(crate) struct InnerProducts {
    total_total: Matrix,
    total_covariance: Matrix,
    covariance_covariance: Matrix,
}

impl InnerProducts {
    /// T'MT, T'ME and E'ME from T, E, MT and ME.
    pub fn new(total: &Matrix, covariance: &Matrix, m_total: &Matrix, m_covariance: &Matrix) -> Self {
        InnerProducts {
            total_total: total.transpose().times(m_total),
            total_covariance: total.transpose().times(m_covariance),
            covariance_covariance: covariance.transpose().times(m_covariance),
        }
    }

    fn of(&self, one: Side, other: Side) -> f64 {
        match (one, other) {
            (Side::Total(a), Side::Total(b)) => self.total_total[(a, b)],
            (Side::Total(a), Side::Covariance(b)) => self.total_covariance[(a, b)],
            (Side::Covariance(a), Side::Total(b)) => self.total_covariance[(b, a)],
            (Side::Covariance(a), Side::Covariance(b)) => self.covariance_covariance[(a, b)],
        }
    }
}

/// Positions of the variables whose variance is fixed at the sample's.
pub(crate) fn fixed_x(table: &ParameterTable, form: &Reticular) -> Vec<usize> {
    let variance = |&(row, place): &(usize, Place)| match place {
        Place::Covariance { first, second } if first == second && table.rows[row].exogenous => Some(first),
        _ => None,
    };
    form.places.iter().filter_map(variance).collect()
}

#[derive(Clone, Copy, Debug)]
struct Atom {
    left: usize,
    right: Side,
    scale: f64,
    mean: f64,
}

/// A column over the observed variables: of T or of E.
#[derive(Clone, Copy, Debug)]
enum Side {
    Total(usize),
    Covariance(usize),
}

#[cfg(test)]
mod tests {
    use covary_numerics::finite_differences;

    use super::*;
    use crate::{Data, GroupMoments, Settings, parse};

    /// A model with loadings, paths, residual covariances and means, and some parameters fixed where they do not fit.
    const MODEL: &str = "f =~ a + b + 0*d
g =~ d + e + h
g ~ f
a ~~ 0*e
h ~ 0*b
f ~ 0.1*1";

    fn fitted() -> Fit {
        let correlation = |i: usize, j: usize| if i == j { 1.0 } else { 0.55 - 0.06 * i.abs_diff(j) as f64 };
        let scale = [1.0, 2.0, 0.7, 1.5, 1.1];
        let moments = GroupMoments {
            label: String::new(),
            cases: 200,
            names: ["a", "b", "d", "e", "h"].map(String::from).to_vec(),
            covariance: Matrix::from_fn(5, 5, |i, j| correlation(i, j) * scale[i] * scale[j]),
            mean: Some(vec![1.0, 2.0, 3.0, 0.5, 1.5]),
        };
        let settings = Settings { meanstructure: Some(true), ..Settings::default() };
        crate::fit(&parse(MODEL).expect("a model"), &Data::Moments(vec![moments]), &settings).expect("a fit")
    }

    /// (μ, Σ by rows) of the observed variables with one row's estimate replaced.
    fn observed_moments(fit: &Fit, form: &Reticular, row: usize, value: f64) -> Vec<f64> {
        let mut estimates = fit.estimates.clone();
        estimates[row] = Some(value);
        let moments = form.moments(&estimates).expect("no loop");
        let covariances = (0..form.observed).flat_map(|i| (0..form.observed).map(move |j| (i, j)));
        let means = moments.mean[..form.observed].iter().copied();
        means.chain(covariances.map(|(i, j)| moments.covariance[(i, j)])).collect()
    }

    /// ½F with one row's estimate replaced.
    fn half_discrepancy(fit: &Fit, form: &Reticular, row: usize, value: f64) -> f64 {
        let p = form.observed;
        let moments = observed_moments(fit, form, row, value);
        let sigma = Matrix::from_fn(p, p, |i, j| moments[p + i * p + j]);
        let (sample, means) = (&fit.sample.blocks[0].covariance, fit.sample.blocks[0].mean.as_ref().expect("means"));
        let factor = Cholesky::new(&sigma).expect("positive definite");
        let delta: Vec<f64> = means.iter().zip(&moments).map(|(m, mu)| m - mu).collect();
        let distance: f64 = delta.iter().zip(factor.solve_vector(&delta)).map(|(l, r)| l * r).sum();
        0.5 * (factor.log_determinant() + factor.solve(sample).diagonal().iter().sum::<f64>() + distance)
    }

    #[test]
    fn derivatives_of_moments_are_those_of_differences() {
        let fit = fitted();
        let form = Reticular::new(&fit.table, 0);
        let moments = form.moments(&fit.estimates).expect("no loop");
        for &(row, place) in &form.places {
            let at = fit.estimates[row].expect("a parameter");
            let numeric = finite_differences::jacobian(|x| observed_moments(&fit, &form, row, x[0]), &[at]);
            let p = form.observed;
            let means = (0..p).map(|i| moments.mean_derivative(place, i));
            let covariances = (0..p * p).map(|k| moments.covariance_derivative(place, k / p, k % p));
            for (k, exact) in means.chain(covariances).enumerate() {
                // Richardson's differences are good to about 1e-9 here.
                assert!(
                    (exact - numeric[(k, 0)]).abs() < 1e-7,
                    "{place:?}, moment {k}: {exact} against {}",
                    numeric[(k, 0)]
                );
            }
        }
    }

    #[test]
    fn scores_are_derivatives_of_the_discrepancy() {
        let fit = fitted();
        let score = BlockScore::new(&fit, 0).expect("positive definite");
        let mut largest = 0.0f64;
        for &(row, place) in &score.form.places {
            let at = fit.estimates[row].expect("a parameter");
            let numeric = finite_differences::gradient(|x| half_discrepancy(&fit, &score.form, row, x[0]), &[at])[0];
            let exact = score.gradient(place);
            assert!((exact + numeric).abs() < 1e-7, "{place:?}: {exact} against {}", -numeric);
            largest = largest.max(exact.abs());
        }
        assert!(largest > 0.01, "some fixed parameter must not fit for the test to mean anything");
    }

    #[test]
    fn information_is_half_a_trace() {
        let fit = fitted();
        let score = BlockScore::new(&fit, 0).expect("positive definite");
        let inverse = Cholesky::new(&fit.implied[0].covariance).expect("positive definite").inverse();
        let p = score.form.observed;
        let changes: Vec<(Place, Matrix, Vec<f64>)> = score
            .form
            .places
            .iter()
            .map(|&(_, place)| {
                let covariance = Matrix::from_fn(p, p, |i, j| score.moments.covariance_derivative(place, i, j));
                (place, covariance, (0..p).map(|i| score.moments.mean_derivative(place, i)).collect())
            })
            .collect();
        for (one, sigma_one, mean_one) in &changes {
            for (other, sigma_other, mean_other) in &changes {
                let product = inverse.times(sigma_one).times(&inverse).times(sigma_other);
                let trace: f64 = product.diagonal().iter().sum();
                let of_mean: f64 = mean_one.iter().zip(inverse.times_vector(mean_other)).map(|(l, r)| l * r).sum();
                let expected = 0.5 * trace + of_mean;
                let own = score.information(*one, *other);
                // Rounding of five-variable products.
                assert!(
                    (own - expected).abs() < 1e-10 * expected.abs().max(1.0),
                    "{one:?}, {other:?}: {own} against {expected}"
                );
            }
        }
    }
}
