//! What resamples say about every figure of the estimates: unstandardized, standardized, R².

use rayon::prelude::*;
use serde::Serialize;

use crate::{
    Fit,
    inference::{
        bootstrap::jackknife_of_kind,
        intervals::{acceleration, interval, standard_error, two_tailed_p},
    },
    settings::BootstrapInterval,
    standardized::{Standardization, Standardizer, explained_variances},
};

/// A standard deviation below this share of the value is rounding: the figure does not vary.
const ROUNDING: f64 = 1e-9;

/// One figure over the resamples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ResampledFigure {
    /// Standard error: standard deviation over the resamples, divisor R − 1.
    pub se: f64,
    /// Standard error of that standard error from R resamples, S.E./√(2R) (AMOS's SE-SE).
    #[serde(rename = "se.se")]
    pub se_se: f64,
    /// Mean over the resamples.
    pub mean: f64,
    /// Mean − estimate.
    pub bias: f64,
    /// Standard error of the bias from R resamples, S.E./√R (AMOS's SE-Bias).
    #[serde(rename = "bias.se")]
    pub bias_se: f64,
    /// Lower limit, of the kind of interval that was chosen.
    #[serde(rename = "ci.lower")]
    pub ci_lower: Option<f64>,
    /// Upper limit.
    #[serde(rename = "ci.upper")]
    pub ci_upper: Option<f64>,
    /// Two-tailed p: the smallest α whose interval excludes 0.
    pub pvalue: Option<f64>,
    /// Resamples in which the figure exists.
    pub used: usize,
}

/// The figures of one row over the resamples; null where a figure is fixed or does not vary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ResampledEstimate {
    /// The estimate.
    pub est: Option<ResampledFigure>,
    /// Standardized on the latent variables.
    #[serde(rename = "std.lv")]
    pub std_lv: Option<ResampledFigure>,
    /// Completely standardized.
    #[serde(rename = "std.all")]
    pub std_all: Option<ResampledFigure>,
    /// Standardized, observed exogenous variables left in their metric.
    #[serde(rename = "std.nox")]
    pub std_nox: Option<ResampledFigure>,
}

/// Every figure of a fit over its resamples.
pub(super) struct Resampled<'a> {
    fit: &'a Fit,
    kind: BootstrapInterval,
    /// Rows of the table.
    rows: usize,
    /// Estimates, then std.lv, std.all, std.nox of every row, then R²: of the sample, of resamples, without one case.
    sample: Vec<Option<f64>>,
    resamples: Vec<Vec<Option<f64>>>,
    /// Without one case, for BCa intervals alone: weight and figures.
    left_out: Vec<(f64, Vec<Option<f64>>)>,
}

impl<'a> Resampled<'a> {
    /// `None` without resamples.
    pub fn new(fit: &'a Fit) -> Option<Self> {
        let (drawn, chosen) = (fit.bootstrap.as_ref()?, fit.settings.bootstrap?);
        let figures = Figures::new(fit);
        let rows = fit.table.rows.len();
        let known = |value: &f64| Some(*value).filter(|value| value.is_finite());
        let estimates = |replicate: usize| drawn.observed.row(replicate).iter().map(known).collect::<Vec<_>>();
        let resamples = (0..drawn.observed.rows()).into_par_iter().map(|b| figures.of(&estimates(b))).collect();
        let left_out = match chosen.interval {
            BootstrapInterval::Bca => jackknife_of_kind(fit, chosen.kind, &|refit| refit.estimates.to_vec()).ok(),
            _ => None,
        };
        let left_out = left_out.unwrap_or_default();
        let left_out = left_out.par_iter().map(|refit| (refit.weight, figures.of(&refit.observed))).collect();
        Some(Resampled { fit, kind: chosen.interval, rows, sample: figures.of(&fit.estimates), resamples, left_out })
    }

    /// The figures of a row; the estimate itself only where it is `estimated`.
    pub fn row(&self, row: usize, estimated: bool) -> ResampledEstimate {
        let figure = |set: usize| self.figure(set * self.rows + row);
        ResampledEstimate {
            est: if estimated { figure(0) } else { None },
            std_lv: figure(1),
            std_all: figure(2),
            std_nox: figure(3),
        }
    }

    /// R² of the variable at a position of the list of all of them.
    pub fn r_square(&self, position: usize) -> Option<ResampledFigure> {
        self.figure(4 * self.rows + position)
    }

    /// `None` where the figure does not exist in the sample or in half the resamples, and where it does not vary.
    fn figure(&self, column: usize) -> Option<ResampledFigure> {
        let estimate = (*self.sample.get(column)?)?;
        let values: Vec<f64> = self.resamples.iter().filter_map(|figures| figures[column]).collect();
        if 2 * values.len() < self.resamples.len() {
            return None;
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let se = standard_error(&values).filter(|se| *se > ROUNDING * mean.abs())?;
        let acceleration = self.acceleration(column);
        let accelerated = self.kind != BootstrapInterval::Bca || acceleration.is_some();
        let level = self.fit.settings.level;
        let limits = interval(self.kind, estimate, &values, acceleration, level).filter(|_| accelerated);
        Some(ResampledFigure {
            se,
            se_se: se / (2.0 * count).sqrt(),
            mean,
            bias: mean - estimate,
            bias_se: se / count.sqrt(),
            ci_lower: limits.map(|limits| limits.lower),
            ci_upper: limits.map(|limits| limits.upper),
            pvalue: two_tailed_p(self.kind, estimate, &values, acceleration).filter(|_| accelerated),
            used: values.len(),
        })
    }

    fn acceleration(&self, column: usize) -> Option<f64> {
        let values: Vec<(f64, f64)> =
            self.left_out.iter().filter_map(|(weight, figures)| Some((*weight, figures[column]?))).collect();
        acceleration(&values)
    }
}

/// All figures as functions of the estimates of every row.
struct Figures<'a> {
    fit: &'a Fit,
    standardizers: [Standardizer; 3],
}

impl<'a> Figures<'a> {
    fn new(fit: &'a Fit) -> Self {
        let of = |standardization| Standardizer::new(&fit.table, standardization);
        let standardizers = [of(Standardization::Latent), of(Standardization::All), of(Standardization::NotExogenous)];
        Figures { fit, standardizers }
    }

    fn of(&self, estimates: &[Option<f64>]) -> Vec<Option<f64>> {
        let mut figures = estimates.to_vec();
        for standardizer in &self.standardizers {
            figures.extend(standardizer.values(estimates));
        }
        figures.extend(explained_variances(&self.fit.table, estimates).into_iter().map(|r2| r2.value));
        figures
    }
}
