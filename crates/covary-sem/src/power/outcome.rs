//! What one replicate tells.

use covary_numerics::distributions::normal_quantile;
use rand_distr::{Distribution, StandardNormal};

use super::study::Study;
use crate::{
    Fit, Operator,
    estimate::defined::DefinedParameters,
    fit_indices::{self, FitInput},
    fit_report,
};
use covary_numerics::{Matrix, random::Stream};

/// One replicate that converged.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    /// Estimates of the tracked parameters; NaN where one does not exist.
    pub estimates: Vec<f64>,
    /// Standard errors likewise.
    pub errors: Vec<f64>,
    /// Limits of definitions by the Monte Carlo method, where asked for; of others NaN.
    pub limits: Vec<[f64; 2]>,
    /// Whether the solution is admissible.
    pub admissible: bool,
    /// What is told of fit.
    pub fit: FitOutcome,
}

/// Fit of one replicate: scaled or robust forms where the estimator brings them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct FitOutcome {
    pub chisq: Option<f64>,
    pub p_value: Option<f64>,
    pub cfi: Option<f64>,
    pub tli: Option<f64>,
    pub rmsea: Option<f64>,
    pub srmr: Option<f64>,
}

impl FitOutcome {
    pub fn new(input: &FitInput) -> FitOutcome {
        use fit_indices::{cfi, chi_square, rmsea, scaled, srmr, tli};
        let either = |scaled: Option<f64>, standard: fn(&FitInput) -> Option<f64>| match &input.scaled {
            Some(_) => scaled,
            None => standard(input),
        };
        FitOutcome {
            chisq: either(scaled::chisq(input), chi_square::chisq),
            p_value: either(scaled::pvalue(input), chi_square::pvalue),
            cfi: either(scaled::cfi_robust(input).or_else(|| scaled::cfi_scaled(input)), cfi::cfi),
            tli: either(scaled::tli_robust(input).or_else(|| scaled::tli_scaled(input)), tli::tli),
            rmsea: either(scaled::rmsea_robust(input).or_else(|| scaled::rmsea_scaled(input)), rmsea::rmsea),
            srmr: srmr::srmr(input),
        }
    }
}

impl Outcome {
    /// Of a whole fit. `None` where it did not converge or has no standard errors.
    pub fn of_fit(fit: &Fit, study: &Study) -> Option<Outcome> {
        if !fit.converged() || fit.vcov.is_none() {
            return None;
        }
        let of = |values: &[Option<f64>]| -> Vec<f64> {
            study.tracked.iter().map(|own| values[own.row].unwrap_or(f64::NAN)).collect()
        };
        Some(Outcome {
            estimates: of(&fit.estimates),
            errors: of(&fit.standard_errors),
            limits: Vec::new(),
            admissible: fit.admissible(),
            fit: FitOutcome::new(&fit_report::input::lavaan(fit)),
        })
    }

    /// Whether a parameter differs from 0 at level α; `None` where it has no standard error.
    pub fn is_significant(&self, parameter: usize, critical: f64) -> Option<bool> {
        if let Some([low, high]) = self.limits.get(parameter).filter(|limits| limits[0].is_finite()) {
            return Some(*low > 0.0 || *high < 0.0);
        }
        let (estimate, error) = (self.estimates[parameter], self.errors[parameter]);
        (error > 0.0).then(|| (estimate / error).abs() > critical)
    }

    /// Whether the 1 − α interval of a parameter holds `truth`.
    pub fn covers(&self, parameter: usize, critical: f64, truth: f64) -> Option<bool> {
        if let Some([low, high]) = self.limits.get(parameter).filter(|limits| limits[0].is_finite()) {
            return Some((*low..=*high).contains(&truth));
        }
        let (estimate, error) = (self.estimates[parameter], self.errors[parameter]);
        (error > 0.0).then(|| (estimate - truth).abs() <= critical * error)
    }
}

/// Limits of definitions from draws of the parameters: θ̂ + Kz, the quantiles of the definitions at the draws.
///
/// # Source
/// MacKinnon, Lockwood and Williams (2004), Multivariate Behavioral Research 39.
pub(super) struct DrawnLimits<'a> {
    pub definitions: &'a DefinedParameters,
    pub draws: usize,
    pub alpha: f64,
}

impl DrawnLimits<'_> {
    /// Limits of every tracked parameter; NaN for all but definitions.
    pub fn at(&self, study: &Study, theta: &[f64], vcov: &Matrix, stream: &mut Stream) -> Vec<[f64; 2]> {
        let none = vec![[f64::NAN; 2]; study.tracked.len()];
        // A square root of a matrix that need not be definite.
        let Some(root) = covary_numerics::linalg::symmetric_square_root(vcov) else { return none };
        let mut values: Vec<Vec<f64>> = study.tracked.iter().map(|_| Vec::with_capacity(self.draws)).collect();
        let mut estimates = vec![None; study.table.rows.len()];
        for _ in 0..self.draws {
            let z: Vec<f64> = theta.iter().map(|_| StandardNormal.sample(stream)).collect();
            let drawn: Vec<f64> = theta.iter().zip(root.times_vector(&z)).map(|(t, e)| t + e).collect();
            self.definitions.write_values(&drawn, &mut estimates);
            for (own, values) in study.tracked.iter().zip(&mut values) {
                if own.op == Operator::Define {
                    values.extend(estimates[own.row]);
                }
            }
        }
        let limits = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            let at = |p: f64| covary_numerics::quantile::quantile(&values, p, covary_numerics::quantile::Rule::Linear);
            match (at(self.alpha / 2.0), at(1.0 - self.alpha / 2.0)) {
                (Some(low), Some(high)) => [low, high],
                _ => [f64::NAN; 2],
            }
        };
        values.into_iter().map(limits).collect()
    }
}

/// z beyond which a parameter is significant at level α, two-sided.
pub(super) fn critical(alpha: f64) -> f64 {
    normal_quantile(1.0 - alpha / 2.0).unwrap_or(f64::INFINITY)
}
