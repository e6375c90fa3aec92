//! Residuals of the moments: raw, correlation, normalized, standardized, and AMOS's.

use covary_numerics::{
    Matrix,
    distributions::{normal_quantile, normal_sf},
    matrix::dot,
};

use serde::Serialize;

use super::{
    Solution,
    information::in_metric,
    moment_covariance::{Moment, Sampling, moments},
    residual_variance::ResidualVariance,
    reticular::Reticular,
    sandwich::Purpose,
    score::{Scores, fixed_x},
};
use crate::{Fit, estimators::Estimator};

/// A residual whose asymptotic variance is below this share of its moment's cannot vary.
const LEAST_SHARE_OF_VARIANCE: f64 = 1e-9;

/// From more variables on the summary of all residuals is not worth its time in every fit.
const MOST_VARIABLES: usize = 40;

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

impl MomentResiduals {
    /// Those of the first variables alone.
    pub(crate) fn of_first(mut self, variables: usize) -> Self {
        let own: Vec<usize> = (0..variables).collect();
        self.raw = self.raw.select(&own, &own);
        self.correlation = self.correlation.map(|residuals| residuals.select(&own, &own));
        for table in
            [&mut self.normalized, &mut self.standardized, &mut self.standard_errors, &mut self.amos_standardized]
        {
            table.truncate(variables);
            table.iter_mut().for_each(|row| row.truncate(variables));
        }
        if let Some(raw) = &mut self.mean_raw {
            raw.truncate(variables);
        }
        for of_means in [&mut self.mean_normalized, &mut self.mean_standardized].into_iter().flatten() {
            of_means.truncate(variables);
        }
        self
    }
}

/// Residuals of a block at the estimates.
///
/// normalized: d/√(diag Γ/n_g), Γ = Γ_NT(S), with fixed x Γ_NT(S) − Γ_NT(Ŝ), Ŝ = S_·x S_xx⁻¹ S_x· what x explain.
/// standardized: d/√(diag QΓQ'/n_g), Q = I − w_g Δ_g I⁻ Δ_g' W_g, W_g = Ws; the sampling error of other groups is
/// ignored, as in lavaan 0.6-14. With robust standard errors and for WLS Γ = Γ̂; with observed information W is the
/// observed information of the saturated model, for least squares V. AMOS: (s − σ)/√[(σ_ii σ_jj + σ_ij²)/n], n = N − G (single group: N − 1).
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

    // Moments of two levels are estimates, not those of a sample: no sampling variance in closed form.
    let one_level = !fit.sample.is_two_level();
    let other = (!one_level || needs_moments(fit)).then(|| MomentVariances::new(fit, block).filter(|_| one_level));
    let sampling = Sampling::new(s, &fixed_x(&fit.table, &Reticular::new(&fit.table, block)));
    let of_sample = |moment: Moment| {
        let variance = match &other {
            Some(other) => other.as_ref()?.of_sample(moment),
            None => sampling.as_ref()?.between(moment, moment),
        };
        (variance > LEAST_SHARE_OF_VARIANCE * unconditional(s, moment)).then_some(variance / n)
    };
    let plain = scores.filter(|_| other.is_none());
    let variance = plain.and_then(|scores| ResidualVariance::new(fit, block, scores));
    let of_residual = |moment: Moment| {
        let (of_sample, of_residual) = match &other {
            Some(other) => (other.as_ref()?.of_sample(moment), other.as_ref()?.of_residual(moment)?),
            None => (variance.as_ref()?.sampling.between(moment, moment), variance.as_ref()?.of(moment)),
        };
        let varies = of_sample > LEAST_SHARE_OF_VARIANCE * unconditional(s, moment);
        (varies && of_residual > LEAST_SHARE_OF_VARIANCE * of_sample).then_some(of_residual / n)
    };
    let lower: Vec<Vec<Option<f64>>> =
        (0..p).map(|i| (0..=i).map(|j| of_residual(Moment::Covariance(i, j))).collect()).collect();
    let of_covariance = |i: usize, j: usize| lower[i.max(j)][i.min(j)];
    let amos_n = amos_sample_size(fit, block);
    let amos = |i: usize, j: usize| (sigma[(i, i)] * sigma[(j, j)] + sigma[(i, j)] * sigma[(i, j)]) / amos_n;

    let over = |d: f64, variance: f64| (variance > 0.0).then(|| d / variance.sqrt());
    let mean_over = |variance: &dyn Fn(usize) -> Option<f64>| -> Option<Vec<Option<f64>>> {
        let mean_raw = mean_raw.as_ref()?;
        Some((0..p).map(|i| over(mean_raw[i], variance(i)?)).collect())
    };
    MomentResiduals {
        correlation: s.to_correlation().zip(sigma.to_correlation()).map(|(r, rho)| r.minus(&rho)),
        normalized: square(p, |i, j| over(raw[(i, j)], of_sample(Moment::Covariance(i, j))?)),
        standardized: square(p, |i, j| over(raw[(i, j)], of_covariance(i, j)?)),
        standard_errors: square(p, |i, j| of_covariance(i, j).map(f64::sqrt)),
        amos_standardized: square(p, |i, j| over(raw[(i, j)], amos(i, j)).filter(|_| one_level)),
        mean_normalized: mean_over(&|i| of_sample(Moment::Mean(i))),
        mean_standardized: mean_over(&|i| of_residual(Moment::Mean(i))),
        mean_raw,
        raw,
    }
}

/// Whether residual variances rest on more than expected information under normal theory.
fn needs_moments(fit: &Fit) -> bool {
    use crate::settings::{Information, SaturatedAt};
    let estimator = Estimator::of(&fit.settings, &fit.sample);
    estimator.is_least_squares()
        || estimator == Estimator::Fiml
        || fit.settings.information == Some(Information::Observed)
        || fit.settings.h1_information[0] == Some(SaturatedAt::Unstructured)
        || is_robust(fit)
}

fn is_robust(fit: &Fit) -> bool {
    use crate::settings::StandardErrors::{RobustCluster, RobustHuberWhite, RobustSem};
    matches!(fit.settings.se, Some(RobustCluster | RobustHuberWhite | RobustSem))
}

/// Diagonals of Γ and QΓQ' of one block in any metric: Q = I − w_g ΔI⁻Δ'W.
struct MomentVariances {
    means: bool,
    variables: usize,
    sample: Vec<f64>,
    /// `None` where the information is singular.
    residual: Option<Vec<f64>>,
}

impl MomentVariances {
    /// Γ̂ with robust standard errors and for WLS, else Γ_NT(S).
    fn new(fit: &Fit, block: usize) -> Option<Self> {
        let solution = fit.solution()?;
        let robust = is_robust(fit) || Estimator::named(fit.settings.estimator) == Estimator::Wls;
        let metrics = solution.metrics_of(Purpose::StandardErrors)?;
        let means = fit.table.meanstructure;
        let weighted = solution.weighted_derivatives(block, &metrics[block]);
        let (sample, transformed) = if solution.estimator() == Estimator::Fiml {
            let gamma = solution.covariance_of_estimates(block, robust)?;
            (gamma.diagonal(), gamma.times(&weighted))
        } else if let Some(gamma) = robust.then(|| solution.moment_covariance(block)).flatten() {
            (gamma.diagonal(), gamma.times_columns(&weighted))
        } else {
            let sampling = Sampling::new(&fit.sample.blocks[block].covariance, &solution.fixed_x(block))?;
            (sampling.diagonal(means), sampling.times_columns(&weighted, means))
        };
        let weights = solution.weights();
        let information = in_metric(solution.matrices, &solution.values, &weights, &metrics);
        let inverse = solution.generalized_inverse(&information).map(|inverse| inverse.scaled(weights[block]));
        let residual =
            inverse.map(|inverse| residual_variances(&solution, block, &sample, &inverse, &weighted, &transformed));
        let variables = fit.sample.blocks[block].covariance.rows();
        Some(MomentVariances { means, variables, sample, residual })
    }

    fn position(&self, moment: Moment) -> usize {
        let p = self.variables;
        match moment {
            Moment::Mean(i) => i,
            Moment::Covariance(i, j) => {
                let (i, j) = (i.max(j), i.min(j));
                (if self.means { p } else { 0 }) + j * p - j * (j + 1) / 2 + i
            }
        }
    }

    fn of_sample(&self, moment: Moment) -> f64 {
        self.sample[self.position(moment)]
    }

    fn of_residual(&self, moment: Moment) -> Option<f64> {
        Some(self.residual.as_ref()?[self.position(moment)])
    }
}

/// diag QΓQ', from B = ΓWΔ of the block, with C = w_g I⁻: γ_kk − 2 Δ_k'C B_k + Δ_k'C(Δ'WB)CΔ_k.
fn residual_variances(
    solution: &Solution,
    block: usize,
    of_sample: &[f64],
    inverse: &Matrix,
    weighted: &Matrix,
    transformed: &Matrix,
) -> Vec<f64> {
    let projected = solution.matrices.delta(block, &solution.values[block]).times(inverse);
    let twice = projected.times(&weighted.transpose().times(transformed));
    let variance = |(k, variance): (usize, &f64)| {
        let row = projected.row(k);
        variance - 2.0 * dot(row, transformed.row(k)) + dot(twice.row(k), row)
    };
    of_sample.iter().enumerate().map(variance).collect()
}

/// Which residuals a summary is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResidualKind {
    /// Covariances alone (lavaan's `cov`).
    Covariances,
    /// Covariances and means (lavaan's `total`); without a mean structure the covariances.
    All,
}

/// Summary of the standardized residuals of one block, under the names of lavaan's lavResiduals().
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ResidualSummary {
    /// SRMR, √(e'e/t).
    pub srmr: f64,
    /// Its standard error under exact fit.
    #[serde(rename = "srmr.se")]
    pub srmr_standard_error: f64,
    /// Test of exact fit.
    #[serde(rename = "srmr.exactfit.z")]
    pub exact_fit_z: f64,
    /// Its upper-tail p.
    #[serde(rename = "srmr.exactfit.pvalue")]
    pub exact_fit_p: f64,
    /// Unbiased SRMR.
    pub usrmr: f64,
    /// Its standard error.
    #[serde(rename = "usrmr.se")]
    pub usrmr_standard_error: f64,
    /// Lower limit of its 90% interval.
    #[serde(rename = "usrmr.ci.lower")]
    pub usrmr_lower: f64,
    /// Upper limit of its 90% interval.
    #[serde(rename = "usrmr.ci.upper")]
    pub usrmr_upper: f64,
    /// Test of close fit, unbiased SRMR ≤ .05.
    #[serde(rename = "usrmr.closefit.z")]
    pub close_fit_z: f64,
    /// Its upper-tail p.
    #[serde(rename = "usrmr.closefit.pvalue")]
    pub close_fit_p: f64,
}

/// The summary of all residuals as a fit shows it: where they follow normal theory with expected information, the saturated
/// model is that of the sample, and the variables are no more than forty.
pub(crate) fn shown_summary(fit: &Fit, block: usize) -> Option<ResidualSummary> {
    let plain = !fit.sample.is_two_level() && !needs_moments(fit) && !fit.settings.correlation;
    let few = fit.table.blocks[block].observed.len() <= MOST_VARIABLES;
    if plain && few { residual_summary(fit, block, ResidualKind::All) } else { None }
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
pub fn residual_summary(fit: &Fit, block: usize, kind: ResidualKind) -> Option<ResidualSummary> {
    let scores = Scores::new(fit)?;
    let variance = ResidualVariance::new(fit, block, &scores)?;
    let residuals = moment_residuals_with(fit, block, None);
    let sample = &fit.sample.blocks[block];
    let s: Vec<f64> = sample.covariance.diagonal().iter().map(|v| v.sqrt()).collect();
    let with_means = kind == ResidualKind::All && residuals.mean_raw.is_some();
    let moments: Vec<Moment> = moments(s.len(), with_means).collect();
    let t = moments.len() as f64;
    let scale = |moment: &Moment| match *moment {
        Moment::Covariance(i, j) => 1.0 / (s[i] * s[j]),
        Moment::Mean(i) => 1.0 / s[i],
    };
    let residual = |moment: &Moment| match *moment {
        Moment::Covariance(i, j) => residuals.raw[(i, j)],
        Moment::Mean(i) => residuals.mean_raw.as_ref().map_or(0.0, |mean| mean[i]),
    };
    let scales: Vec<f64> = moments.iter().map(scale).collect();
    let e: Vec<f64> = moments.iter().zip(&scales).map(|(moment, scale)| residual(moment) * scale).collect();
    let xi = variance.between(&moments, &scales).scaled(1.0 / sample.cases as f64); // Ξ
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

/// The sampling variance of a moment with all variables random.
fn unconditional(s: &Matrix, moment: Moment) -> f64 {
    match moment {
        Moment::Covariance(i, j) => s[(i, i)] * s[(j, j)] + s[(i, j)] * s[(i, j)],
        Moment::Mean(i) => s[(i, i)],
    }
}
