//! Residuals of the moments: raw, correlation, normalized, standardized, and AMOS's.

use covary_numerics::{
    Matrix,
    distributions::{normal_quantile, normal_sf},
    linalg::Cholesky,
};

use super::{
    reticular::Place,
    score::{BlockScore, InnerProducts, Scores},
};
use crate::Fit;

/// A residual whose asymptotic variance is below this share of its moment's cannot vary.
const LEAST_SHARE_OF_VARIANCE: f64 = 1e-9;

/// Residuals of one block; variables in the block's order, covariances p × p, means p.
#[derive(Clone, Debug, PartialEq)]
pub struct MomentResiduals {
    /// s − σ
    pub raw: Matrix,
    /// r − ρ, each standardized by its own deviations (Bollen); `None` where a variance is not positive.
    pub correlation: Option<Matrix>,
    /// (s − σ)/√(asymptotic variance of s).
    pub normalized: Vec<Vec<Option<f64>>>,
    /// (s − σ)/S.E. of the residual: lavaan's `standardized`, the z of lavResiduals().
    pub standardized: Vec<Vec<Option<f64>>>,
    /// S.E. of the residual; `None` where it cannot vary.
    pub standard_errors: Vec<Vec<Option<f64>>>,
    /// AMOS's standardized residual covariances.
    pub amos_standardized: Vec<Vec<Option<f64>>>,
    /// m − μ, with a mean structure.
    pub mean_raw: Option<Vec<f64>>,
    /// (m − μ)/√(s_ii/n)
    pub mean_normalized: Option<Vec<Option<f64>>>,
    /// (m − μ)/S.E. of the residual.
    pub mean_standardized: Option<Vec<Option<f64>>>,
}

/// Residuals of a block at the estimates.
///
/// normalized: d/√(diag Γ/n_g), Γ = Γ_NT(S). standardized: d/√(diag QΓQ'/n_g), Q = I − w_g Δ_g I⁻ Δ_g' W_g,
/// W_g = Ws; the sampling error of other groups is ignored, as in lavaan 0.6-14. AMOS: (s − σ)/√[(σ_ii σ_jj + σ_ij²)/n],
/// n = N − G (single group: N − 1).
///
/// # Source
/// Ogasawara (2001), Structural Equation Modeling 8; Maydeu-Olivares and Shi (2017); AMOS user's guide.
pub fn moment_residuals(fit: &Fit, block: usize) -> MomentResiduals {
    moment_residuals_with(fit, block, Scores::new(fit).as_ref())
}

pub(crate) fn moment_residuals_with(fit: &Fit, block: usize, scores: Option<&Scores>) -> MomentResiduals {
    let sample = &fit.sample.blocks[block];
    let implied = &fit.implied[block];
    let (s, sigma) = (&sample.covariance, &implied.covariance);
    let p = s.rows();
    let n = sample.cases as f64;
    let raw = s.minus(sigma);
    let means = if fit.table.meanstructure { sample.mean.as_ref().zip(implied.mean.as_ref()) } else { None };
    let mean_raw: Option<Vec<f64>> = means.map(|(m, mu)| m.iter().zip(mu).map(|(m, mu)| m - mu).collect());

    let variances = scores.and_then(|scores| residual_variances(fit, block, scores));
    let of_covariance = |i: usize, j: usize| variances.as_ref().and_then(|v| v.covariance[i.max(j)][i.min(j)]);
    let sampling = |i: usize, j: usize| s[(i, i)] * s[(j, j)] + s[(i, j)] * s[(i, j)];
    let amos_n = amos_sample_size(fit, block);
    let amos = |i: usize, j: usize| (sigma[(i, i)] * sigma[(j, j)] + sigma[(i, j)] * sigma[(i, j)]) / amos_n;

    let over = |d: f64, variance: f64| (variance > 0.0).then(|| d / variance.sqrt());
    let mean_over = |variance: &dyn Fn(usize) -> Option<f64>| -> Option<Vec<Option<f64>>> {
        let mean_raw = mean_raw.as_ref()?;
        Some((0..p).map(|i| over(mean_raw[i], variance(i)?)).collect())
    };
    MomentResiduals {
        correlation: s.to_correlation().zip(sigma.to_correlation()).map(|(r, rho)| r.minus(&rho)),
        normalized: square(p, |i, j| over(raw[(i, j)], sampling(i, j) / n)),
        standardized: square(p, |i, j| over(raw[(i, j)], of_covariance(i, j)?)),
        standard_errors: square(p, |i, j| of_covariance(i, j).map(f64::sqrt)),
        amos_standardized: square(p, |i, j| over(raw[(i, j)], amos(i, j))),
        mean_normalized: mean_over(&|i| Some(s[(i, i)] / n)),
        mean_standardized: mean_over(&|i| variances.as_ref()?.mean[i]),
        mean_raw,
        raw,
    }
}

/// Summary of the standardized residuals of one block (lavaan's lavResiduals()).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResidualSummary {
    /// SRMR, √(e'e/t).
    pub srmr: f64,
    /// Its standard error under exact fit.
    pub srmr_standard_error: f64,
    /// Test of exact fit.
    pub exact_fit_z: f64,
    /// Its upper-tail p.
    pub exact_fit_p: f64,
    /// Unbiased SRMR.
    pub usrmr: f64,
    /// Its standard error.
    pub usrmr_standard_error: f64,
    /// Lower limit of its 90% interval.
    pub usrmr_lower: f64,
    /// Upper limit of its 90% interval.
    pub usrmr_upper: f64,
    /// Test of close fit, unbiased SRMR ≤ .05.
    pub close_fit_z: f64,
    /// Its upper-tail p.
    pub close_fit_p: f64,
}

/// SRMR with its inference.
///
/// With e the residuals over sample deviations, t their number, Ξ = QΓQ'/n scaled alike and b = tr Ξ² + 2e'Ξe:
/// S.E.(srmr) = √(tr Ξ²/(2t tr Ξ)), z = (srmr − √(tr Ξ/t)(1 − tr Ξ²/(4(tr Ξ)²)))/S.E.;
/// usrmr = √(max(e'e − tr Ξ, 0)/t)/κ, κ = 1 − b/(4(e'e)²), S.E. = √(b/(2t e'e))/κ.
///
/// The work grows with the fourth power of the number of variables. `None` where the information is singular,
/// or where the residuals all vanish.
///
/// # Source
/// Maydeu-Olivares (2017), Psychometrika 82; Maydeu-Olivares, Shi and Rosseel (2018).
pub fn residual_summary(fit: &Fit, block: usize) -> Option<ResidualSummary> {
    let scores = Scores::new(fit)?;
    let derivation = Derivation::new(fit, block, &scores)?;
    let sample = &fit.sample.blocks[block];
    let s: Vec<f64> = sample.covariance.diagonal().iter().map(|v| v.sqrt()).collect();
    let moments = derivation.moments();
    let t = moments.len() as f64;
    let scale: Vec<f64> = moments
        .iter()
        .map(|moment| match *moment {
            Moment::Covariance(i, j) => 1.0 / (s[i] * s[j]),
            Moment::Mean(i) => 1.0 / s[i],
        })
        .collect();
    let e: Vec<f64> = moments.iter().zip(&scale).map(|(moment, k)| derivation.residual(*moment) * k).collect();
    let xi = derivation.full_variance(&moments, &scale, sample.cases as f64); // Ξ
    let trace: f64 = xi.diagonal().iter().sum();
    let trace_of_square: f64 = xi.values().iter().map(|v| v * v).sum();
    let squares: f64 = e.iter().map(|v| v * v).sum();
    if trace <= 0.0 || squares <= 0.0 {
        return None;
    }
    let weighted: f64 = e.iter().zip(xi.times_vector(&e)).map(|(l, r)| l * r).sum();
    let b = trace_of_square + 2.0 * weighted;

    let srmr = (squares / t).sqrt();
    let srmr_standard_error = (trace_of_square / (2.0 * t * trace)).sqrt();
    let expected = (trace / t).sqrt() * (1.0 - trace_of_square / (4.0 * trace * trace));
    let kappa = 1.0 - b / (4.0 * squares * squares);
    let usrmr = ((squares - trace).max(0.0) / t).sqrt() / kappa;
    let usrmr_standard_error = (b / (2.0 * t * squares)).sqrt() / kappa;
    let exact_fit_z = (srmr - expected) / srmr_standard_error;
    let close_fit_z = (usrmr - 0.05) / usrmr_standard_error;
    let z = normal_quantile(0.95)?;
    Some(ResidualSummary {
        srmr,
        srmr_standard_error,
        exact_fit_z,
        exact_fit_p: normal_sf(exact_fit_z),
        usrmr,
        usrmr_standard_error,
        usrmr_lower: usrmr - z * usrmr_standard_error,
        usrmr_upper: usrmr + z * usrmr_standard_error,
        close_fit_z,
        close_fit_p: normal_sf(close_fit_z),
    })
}

/// n of AMOS's standardized residuals: the group's share of N − G.
fn amos_sample_size(fit: &Fit, block: usize) -> f64 {
    let total = fit.cases() as f64;
    fit.sample.blocks[block].cases as f64 / total * (total - fit.table.blocks.len() as f64)
}

fn square(p: usize, element: impl Fn(usize, usize) -> Option<f64>) -> Vec<Vec<Option<f64>>> {
    (0..p).map(|i| (0..p).map(|j| element(i, j)).collect()).collect()
}

/// diag(QΓQ')/n of the covariances (lower triangle by rows) and means; `None` inside where a residual cannot vary.
struct ResidualVariances {
    covariance: Vec<Vec<Option<f64>>>,
    mean: Vec<Option<f64>>,
}

fn residual_variances(fit: &Fit, block: usize, scores: &Scores) -> Option<ResidualVariances> {
    let derivation = Derivation::new(fit, block, scores)?;
    let n = fit.sample.blocks[block].cases as f64;
    let of_moment = |moment: Moment| {
        let sampling = derivation.sampling(moment, moment);
        let row = derivation.row(moment);
        let variance = sampling - 2.0 * derivation.through(&row, &derivation.transformed_row(moment))
            + derivation.both(&row, &row);
        (variance > LEAST_SHARE_OF_VARIANCE * sampling).then_some(variance / n)
    };
    let p = derivation.score.form.observed;
    let covariance = (0..p).map(|i| (0..=i).map(|j| of_moment(Moment::Covariance(i, j))).collect()).collect();
    Some(ResidualVariances { covariance, mean: (0..p).map(|i| of_moment(Moment::Mean(i))).collect() })
}

#[derive(Clone, Copy, Debug)]
enum Moment {
    Covariance(usize, usize),
    Mean(usize),
}

/// What QΓQ' is made of: with Δ the derivatives, C = w_g I⁻ and B = ΓWΔ,
/// QΓQ' = Γ − ΔCB' − BCΔ' + ΔC(Δ'WΓWΔ)CΔ'. Rows of Δ are sparse, so no p* × q matrix is kept.
struct Derivation<'a> {
    fit: &'a Fit,
    block: usize,
    score: &'a BlockScore,
    /// C = w_g I⁻.
    projection: Matrix,
    /// C (Δ'WΓWΔ) C.
    middle: Matrix,
    /// R T and R E over observed rows, R = SΣ⁻¹.
    total: Matrix,
    covariance: Matrix,
    means: bool,
}

impl<'a> Derivation<'a> {
    fn new(fit: &'a Fit, block: usize, scores: &'a Scores) -> Option<Self> {
        let score = &scores.blocks[block];
        let (sample, implied) = (&fit.sample.blocks[block], &fit.implied[block]);
        let factor = Cholesky::new(&implied.covariance)?;
        let observed: Vec<usize> = (0..score.form.observed).collect();
        let all: Vec<usize> = (0..score.form.variables.len()).collect();
        let n_total = factor.solve(&score.moments.total_effects.select(&observed, &all)); // Σ⁻¹T
        let n_covariance = factor.solve(&score.moments.covariance.select(&observed, &all)); // Σ⁻¹E
        let total = sample.covariance.times(&n_total);
        let covariance = sample.covariance.times(&n_covariance);
        let means = fit.table.meanstructure && implied.mean.is_some() && sample.mean.is_some();

        // Inner products in the metric Σ⁻¹SΣ⁻¹ give Δ'WΓWΔ.
        let products = InnerProducts::new(&n_total, &n_covariance, &total, &covariance);
        let q = fit.theta.len();
        let mut meat = Matrix::zeros(q, q);
        for &(k, one) in &score.free {
            for &(l, other) in &score.free {
                meat[(k, l)] += score.bilinear(one, other, &products, means);
            }
        }
        let projection = scores.information.inverse.scaled(score.weight);
        let middle = projection.times(&meat).times(&projection);
        Some(Derivation { fit, block, score, projection, middle, total, covariance, means })
    }

    /// All moments: means first, then the lower triangle by columns.
    fn moments(&self) -> Vec<Moment> {
        let p = self.score.form.observed;
        let means = (0..p).filter(|_| self.means).map(Moment::Mean);
        means.chain((0..p).flat_map(|j| (j..p).map(move |i| Moment::Covariance(i, j)))).collect()
    }

    fn residual(&self, moment: Moment) -> f64 {
        let (sample, implied) = (&self.fit.sample.blocks[self.block], &self.fit.implied[self.block]);
        match moment {
            Moment::Covariance(i, j) => sample.covariance[(i, j)] - implied.covariance[(i, j)],
            Moment::Mean(i) => {
                sample.mean.as_ref().map_or(0.0, |m| m[i]) - implied.mean.as_ref().map_or(0.0, |mu| mu[i])
            }
        }
    }

    /// Γ_NT(S) between two moments.
    fn sampling(&self, one: Moment, other: Moment) -> f64 {
        let s = &self.fit.sample.blocks[self.block].covariance;
        match (one, other) {
            (Moment::Covariance(i, j), Moment::Covariance(k, l)) => s[(i, k)] * s[(j, l)] + s[(i, l)] * s[(j, k)],
            (Moment::Mean(i), Moment::Mean(k)) => s[(i, k)],
            _ => 0.0,
        }
    }

    /// The row of Δ for one moment, zeros left out.
    fn row(&self, moment: Moment) -> Vec<(usize, f64)> {
        let derivative = |place: Place| match moment {
            Moment::Covariance(i, j) => self.score.moments.covariance_derivative(place, i, j),
            Moment::Mean(i) => self.score.moments.mean_derivative(place, i),
        };
        self.score.free.iter().map(|&(k, place)| (k, derivative(place))).filter(|(_, d)| *d != 0.0).collect()
    }

    /// The row of B = ΓWΔ: that of Δ with T and E replaced by RT and RE.
    fn transformed_row(&self, moment: Moment) -> Vec<f64> {
        let mut row = vec![0.0; self.projection.rows()];
        let (t, e) = (&self.total, &self.covariance);
        for &(k, place) in &self.score.free {
            row[k] += match (moment, place) {
                (Moment::Covariance(i, j), Place::Covariance { first, second }) if first == second => {
                    t[(i, first)] * t[(j, first)]
                }
                (Moment::Covariance(i, j), Place::Covariance { first, second }) => {
                    t[(i, first)] * t[(j, second)] + t[(i, second)] * t[(j, first)]
                }
                (Moment::Covariance(i, j), Place::Weight { effect, cause }) => {
                    t[(i, effect)] * e[(j, cause)] + e[(i, cause)] * t[(j, effect)]
                }
                (Moment::Mean(i), Place::Weight { effect, cause }) => t[(i, effect)] * self.score.moments.mean[cause],
                (Moment::Mean(i), Place::Intercept { of }) => t[(i, of)],
                _ => 0.0,
            };
        }
        row
    }

    /// a'Cb
    fn through(&self, sparse: &[(usize, f64)], dense: &[f64]) -> f64 {
        sparse.iter().map(|&(k, a)| a * self.projection.row(k).iter().zip(dense).map(|(c, b)| c * b).sum::<f64>()).sum()
    }

    /// a'C(Δ'WΓWΔ)Ca
    fn both(&self, one: &[(usize, f64)], other: &[(usize, f64)]) -> f64 {
        one.iter().map(|&(k, a)| a * other.iter().map(|&(l, b)| self.middle[(k, l)] * b).sum::<f64>()).sum()
    }

    /// QΓQ'/n between all moments, rows and columns scaled.
    fn full_variance(&self, moments: &[Moment], scale: &[f64], n: f64) -> Matrix {
        let rows: Vec<Vec<(usize, f64)>> = moments.iter().map(|moment| self.row(*moment)).collect();
        let transformed: Vec<Vec<f64>> = moments.iter().map(|moment| self.transformed_row(*moment)).collect();
        let t = moments.len();
        let mut variance = Matrix::zeros(t, t);
        for a in 0..t {
            for b in 0..=a {
                let crossed = self.through(&rows[a], &transformed[b]) + self.through(&rows[b], &transformed[a]);
                let element = self.sampling(moments[a], moments[b]) - crossed + self.both(&rows[a], &rows[b]);
                variance[(a, b)] = element * scale[a] * scale[b] / n;
                variance[(b, a)] = variance[(a, b)];
            }
        }
        variance
    }
}
