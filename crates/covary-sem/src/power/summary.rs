//! What replicates tell together, each figure with its Monte Carlo error: the JSON contract `covary.power/1`.

use covary_numerics::distributions::normal_cdf;
use serde::Serialize;

use super::{
    monte_carlo::PowerSettings,
    outcome::{Outcome, critical},
    probit::{Point, ProbitLine},
    study::{Study, Tracked, covariance_per_case},
};

/// Everything `covary power` tells.
#[derive(Clone, Debug, Serialize)]
pub struct PowerReport {
    /// `covary.power/1`
    pub schema: &'static str,
    /// Replicates at each sample size.
    pub replicates: usize,
    /// Seed.
    pub seed: u64,
    /// Level of tests, two-sided.
    pub alpha: f64,
    /// The power that sample sizes were looked for.
    pub target: f64,
    /// Degrees of freedom of the analysed model.
    pub df: i64,
    /// Free parameters net of equality constraints.
    pub npar: usize,
    /// The minimum of F at the population: 0 where the model holds.
    pub misfit: f64,
    /// RMSEA of the model in the population.
    pub population_rmsea: Option<f64>,
    /// Whether estimates have a truth to be compared with: not where variables are cut into categories.
    pub has_truth: bool,
    /// Whether definitions are judged by Monte Carlo limits.
    pub drawn_limits: bool,
    /// Whether moments were drawn in place of cases (the same in law).
    pub by_moments: bool,
    /// What the model text holds constant in the analysis.
    pub constants: Vec<String>,
    /// Population values that the text does not give and that were assumed.
    pub assumed: Vec<String>,
    /// Parameters, in the order of each sample size.
    pub parameters: Vec<Parameter>,
    /// Sample sizes, in the order asked for.
    pub grid: Vec<PowerAtN>,
    /// The sample size of one parameter, where a search was asked for.
    pub search: Option<Target>,
}

/// A parameter that was followed.
#[derive(Clone, Debug, Serialize)]
pub struct Parameter {
    /// Its name: a formula, or that of a definition.
    pub name: String,
    /// Where it stands.
    #[serde(flatten)]
    pub tracked: Tracked,
    /// What the analysis ought to find.
    pub truth: Option<f64>,
    /// The N that reaches the wanted power, from the sample sizes of the grid; `None` where it lies outside, or power does
    /// not rise with N.
    pub needed: Option<Needed>,
}

/// A sample size that reaches a power.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Needed {
    /// N over all groups, rounded up.
    pub n_total: usize,
    /// Lower limit of its 95% interval, rounded down.
    pub lower: usize,
    /// Upper limit, rounded up.
    pub upper: usize,
}

/// The sample size of one parameter, found by a search.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    /// The parameter.
    pub parameter: String,
    /// The wanted power.
    pub power: f64,
    /// The N that reaches it; `None` where none up to the largest tried does.
    pub needed: Option<Needed>,
    /// N by the normal approximation at the truth (Satorra and Saris 1985).
    pub analytic: Option<usize>,
    /// Power found at each N on the way.
    pub tried: Vec<Tried>,
}

/// Power at a sample size of a search.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Tried {
    /// N over all groups.
    pub n_total: usize,
    /// Power.
    pub power: Share,
}

/// A share of replicates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Share {
    /// The share; `None` without replicates.
    pub value: Option<f64>,
    /// Its Monte Carlo standard error, √(p(1 − p)/R).
    pub error: Option<f64>,
    /// Replicates that it is a share of.
    pub of: usize,
}

/// A mean over replicates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Mean {
    /// The mean; `None` without replicates.
    pub value: Option<f64>,
    /// Its Monte Carlo standard error, SD/√R.
    pub error: Option<f64>,
}

/// One sample size.
#[derive(Clone, Debug, Serialize)]
pub struct PowerAtN {
    /// Cases over all groups.
    pub n_total: usize,
    /// Cases of each group.
    pub n_obs: Vec<usize>,
    /// Replicates that converged and are identified: all else is of these.
    pub converged: Share,
    /// Of these, inadmissible solutions (negative variances and the like); they are kept.
    pub inadmissible: Share,
    /// Fit.
    pub fit: FitAtN,
    /// Parameters.
    pub parameters: Vec<ParameterAtN>,
}

/// Fit at one sample size; of scaled and robust forms where the estimator brings them.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FitAtN {
    /// Share of replicates whose test of the model has p < α.
    pub rejected: Share,
    /// χ²
    pub chisq: Mean,
    /// CFI
    pub cfi: Mean,
    /// TLI
    pub tli: Mean,
    /// RMSEA
    pub rmsea: Mean,
    /// SRMR
    pub srmr: Mean,
}

/// A parameter at one sample size.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ParameterAtN {
    /// Mean of the estimates.
    pub mean: Mean,
    /// Mean less truth.
    pub bias: Option<f64>,
    /// Bias over truth; `None` where the truth is 0.
    pub relative_bias: Option<f64>,
    /// Standard deviation of the estimates.
    pub sd: Option<f64>,
    /// Mean of the standard errors.
    pub mean_se: Option<f64>,
    /// Mean standard error over standard deviation: 1 where standard errors are right.
    pub se_ratio: Option<f64>,
    /// Share of 1 − α intervals that hold the truth.
    pub coverage: Share,
    /// Share of replicates in which the parameter is significant: power, or type I error where the truth is 0.
    pub power: Share,
    /// Power by the normal approximation at the truth: Φ(δ − z) + Φ(−δ − z), δ = truth over its standard error. Of normal
    /// complete data.
    pub analytic_power: Option<f64>,
}

impl Share {
    /// The share of `hits` among `of`.
    pub fn new(hits: usize, of: usize) -> Share {
        let value = (of > 0).then(|| hits as f64 / of as f64);
        Share { value, error: value.map(|p| (p * (1.0 - p) / of as f64).sqrt()), of }
    }

    fn among(values: impl Iterator<Item = Option<bool>>) -> Share {
        let (mut hits, mut of) = (0, 0);
        for hit in values.flatten() {
            of += 1;
            hits += usize::from(hit);
        }
        Share::new(hits, of)
    }

    fn hits(&self) -> f64 {
        self.value.map_or(0.0, |value| (value * self.of as f64).round())
    }

    /// The share as a point of a probit line.
    pub(super) fn point(&self, n_total: usize) -> Point {
        Point { cases: n_total as f64, significant: self.hits(), replicates: self.of as f64 }
    }
}

impl Mean {
    fn of(values: &[f64]) -> Mean {
        let n = values.len() as f64;
        if values.is_empty() {
            return Mean::default();
        }
        let value = values.iter().sum::<f64>() / n;
        Mean { value: Some(value), error: deviation(values, value).map(|sd| sd / n.sqrt()) }
    }
}

/// Divisor R − 1; `None` with fewer than two values.
fn deviation(values: &[f64], mean: f64) -> Option<f64> {
    let n = values.len() as f64;
    (n > 1.0).then(|| (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

impl Needed {
    /// From a line through points.
    pub(super) fn from_line(line: &ProbitLine, power: f64) -> Option<Needed> {
        let (n, [lower, upper]) = line.cases_for(power)?;
        Some(Needed { n_total: n.ceil() as usize, lower: lower.floor() as usize, upper: upper.ceil() as usize })
    }
}

impl PowerReport {
    pub(super) fn new(study: &Study, settings: &PowerSettings, grid: Vec<PowerAtN>) -> PowerReport {
        let fit = &study.truth.fit;
        let has_truth = has_truth(study, settings);
        let parameter = |(k, tracked): (usize, &Tracked)| {
            let points: Vec<Point> = grid.iter().map(|at| at.parameters[k].power.point(at.n_total)).collect();
            Parameter {
                name: tracked.name(),
                tracked: tracked.clone(),
                truth: study.value(k).filter(|_| has_truth),
                needed: needed(&points, settings.target),
            }
        };
        PowerReport {
            schema: "covary.power/1",
            replicates: settings.replicates,
            seed: settings.seed,
            alpha: settings.alpha,
            target: settings.target,
            df: fit.degrees_of_freedom,
            npar: fit.table.free - fit.equality_rank,
            misfit: study.truth.misfit,
            population_rmsea: study.truth.rmsea(),
            has_truth,
            drawn_limits: settings.limit_draws.is_some(),
            by_moments: super::by_moments::serves(study, &settings.drawing),
            constants: study.constants.clone(),
            assumed: study.population.assumed.clone(),
            parameters: study.tracked.iter().enumerate().map(parameter).collect(),
            grid,
            search: None,
        }
    }
}

/// The N of a power by interpolation: none beyond the sample sizes that were tried.
fn needed(points: &[Point], power: f64) -> Option<Needed> {
    let needed = Needed::from_line(&ProbitLine::through(points)?, power)?;
    let (low, high) = points.iter().fold((f64::INFINITY, 0.0f64), |(l, h), p| (l.min(p.cases), h.max(p.cases)));
    (low..=high).contains(&(needed.n_total as f64)).then_some(needed)
}

fn has_truth(study: &Study, settings: &PowerSettings) -> bool {
    settings.drawing.categories.is_empty()
        && study.population.groups.iter().all(|group| group.thresholds.iter().all(Vec::is_empty))
}

/// The figures of one sample size.
pub(super) fn summary_at(
    study: &Study,
    settings: &PowerSettings,
    cases: &[usize],
    outcomes: &[Option<Outcome>],
) -> PowerAtN {
    let used: Vec<&Outcome> = outcomes.iter().flatten().collect();
    let total: usize = cases.iter().sum();
    let shares: Vec<f64> = cases.iter().map(|n| *n as f64 / total as f64).collect();
    let per_case = covariance_per_case(study, &shares);
    let analytic = |k: usize| {
        let variance = variance_of(study, k, per_case.as_ref()?)? / total as f64;
        analytic_power(study.value(k)?, variance.sqrt(), settings.alpha)
    };
    let usual = has_truth(study, settings) && settings.drawing.missing.is_empty() && settings.drawing.shape.is_normal();
    let parameter = |k: usize| ParameterAtN {
        analytic_power: if usual { analytic(k) } else { None },
        ..parameter_at(k, &used, study.value(k).filter(|_| has_truth(study, settings)), settings.alpha)
    };
    let mean = |of: fn(&Outcome) -> Option<f64>| Mean::of(&used.iter().filter_map(|o| of(o)).collect::<Vec<f64>>());
    PowerAtN {
        n_total: total,
        n_obs: cases.to_vec(),
        converged: Share::new(used.len(), outcomes.len()),
        inadmissible: Share::among(used.iter().map(|outcome| Some(!outcome.admissible))),
        fit: FitAtN {
            rejected: Share::among(used.iter().map(|outcome| outcome.fit.p_value.map(|p| p < settings.alpha))),
            chisq: mean(|o| o.fit.chisq),
            cfi: mean(|o| o.fit.cfi),
            tli: mean(|o| o.fit.tli),
            rmsea: mean(|o| o.fit.rmsea),
            srmr: mean(|o| o.fit.srmr),
        },
        parameters: (0..study.tracked.len()).map(parameter).collect(),
    }
}

fn parameter_at(k: usize, used: &[&Outcome], truth: Option<f64>, alpha: f64) -> ParameterAtN {
    let critical = critical(alpha);
    let finite = |of: &dyn Fn(&Outcome) -> f64| -> Vec<f64> {
        used.iter().map(|outcome| of(outcome)).filter(|value| value.is_finite()).collect()
    };
    let estimates = finite(&|outcome| outcome.estimates[k]);
    let mean = Mean::of(&estimates);
    let sd = mean.value.and_then(|mean| deviation(&estimates, mean));
    let mean_se = Mean::of(&finite(&|outcome| outcome.errors[k])).value;
    let bias = mean.value.zip(truth).map(|(mean, truth)| mean - truth);
    ParameterAtN {
        mean,
        bias,
        relative_bias: bias.zip(truth).filter(|(_, truth)| truth.abs() > 1e-12).map(|(bias, truth)| bias / truth),
        sd,
        mean_se,
        se_ratio: mean_se.zip(sd).filter(|(_, sd)| *sd > 0.0).map(|(se, sd)| se / sd),
        coverage: match truth {
            Some(truth) => Share::among(used.iter().map(|outcome| outcome.covers(k, critical, truth))),
            None => Share::default(),
        },
        power: Share::among(used.iter().map(|outcome| outcome.is_significant(k, critical))),
        analytic_power: None,
    }
}

/// The variance of a tracked parameter with one case.
pub(super) fn variance_of(study: &Study, k: usize, per_case: &covary_numerics::Matrix) -> Option<f64> {
    let fit = &study.truth.fit;
    let errors = crate::inference::standard_errors::standard_errors(
        &fit.table,
        per_case,
        &crate::estimate::DefinedParameters::new(&fit.table),
        &fit.theta,
    );
    errors[study.tracked[k].row].map(|error| error * error)
}

/// Φ(δ − z) + Φ(−δ − z), z the critical value at level α, δ = value over standard error.
///
/// # Source
/// Satorra and Saris (1985), Psychometrika 50, for the Wald test.
pub fn analytic_power(value: f64, error: f64, alpha: f64) -> Option<f64> {
    let delta = value / error;
    let z = critical(alpha);
    delta.is_finite().then(|| normal_cdf(delta - z) + normal_cdf(-delta - z))
}
