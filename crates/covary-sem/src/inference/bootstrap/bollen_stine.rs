//! The Bollen-Stine test: the χ² among those of resamples in which the model holds.

use serde::Serialize;

use super::{Bootstrap, Plan, bootstrap_of_kind, went_wrong};
use crate::{
    Fit, SemError, Warning,
    inference::{intervals::standard_error, model_tests::ModelTest},
    settings::{BootstrapKind, BootstrapSettings, TestName},
};

/// What Bollen-Stine resamples say about a model.
///
/// # Source
/// Bollen and Stine (1992), Sociological Methods & Research 21; words and counts as in AMOS's text output.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BollenStine {
    /// T, the χ² of the sample.
    pub statistic: f64,
    /// Share of the converged resamples whose χ² is at least T, as in lavaan. `None` where none converged.
    pub pvalue: Option<f64>,
    /// Monte Carlo standard error of the p, √(p(1 − p)/R).
    #[serde(rename = "pvalue.se")]
    pub pvalue_se: Option<f64>,
    /// AMOS's p, (1 + resamples that fit worse or failed to fit)/(1 + resamples drawn).
    #[serde(rename = "pvalue.amos")]
    pub pvalue_amos: f64,
    /// Resamples drawn.
    pub drawn: usize,
    /// Of these converged.
    pub used: usize,
    /// Did not converge, or could not be fitted.
    pub failed: usize,
    /// Converged to an inadmissible solution (used).
    pub inadmissible: usize,
    /// Resamples that the model fits better than the sample (χ² < T).
    pub better: usize,
    /// Resamples that it fits worse, or equally well (χ² ≥ T).
    pub worse: usize,
    /// Mean χ² of the resamples; of normal data about the degrees of freedom.
    pub mean: Option<f64>,
    /// Their standard deviation, divisor R − 1.
    pub sd: Option<f64>,
    /// Seed.
    pub seed: u64,
}

impl BollenStine {
    /// Draws the resamples of a fit whose χ² is `statistic`: their number and seed are those `chosen`.
    ///
    /// # Errors
    /// As [`bootstrap_of_kind`].
    pub(crate) fn of(fit: &Fit, statistic: f64, chosen: BootstrapSettings) -> Result<Self, SemError> {
        let BootstrapSettings { resamples, seed, .. } = chosen;
        let plan = Plan { kind: BootstrapKind::BollenStine, resamples, seed, with_statistic: true };
        let drawn = bootstrap_of_kind(fit, plan, &|resample| vec![resample.statistic], &|_| true)?;
        Ok(BollenStine::new(statistic, &drawn, 0, seed))
    }

    /// A warning where resamples went wrong.
    pub(crate) fn warning(&self) -> Option<Warning> {
        went_wrong(BootstrapKind::BollenStine, self.drawn, self.failed, self.inadmissible)
    }

    /// The test beside others. Its p is none of χ².
    pub(crate) fn as_model_test(&self, df: f64) -> ModelTest {
        ModelTest {
            name: TestName::BollenStine,
            statistic: self.statistic,
            df,
            p_value: self.pvalue.filter(|_| df > 0.0),
            scaling_factor: None,
            shift: None,
            likelihood_scaling: None,
            mean_eigenvalue: None,
        }
    }

    /// The test of `statistic` against the χ² in column `column` of what was observed of the resamples.
    pub fn new(statistic: f64, resamples: &Bootstrap, column: usize, seed: u64) -> Self {
        let values = resamples.observed.column(column);
        let values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        let (drawn, used) = (resamples.drawn, values.len());
        let worse = values.iter().filter(|value| **value >= statistic).count();
        let n = used as f64;
        let pvalue = (used > 0).then(|| worse as f64 / n);
        let mean = (used > 0).then(|| values.iter().sum::<f64>() / n);
        BollenStine {
            statistic,
            pvalue,
            pvalue_se: pvalue.map(|p| (p * (1.0 - p) / n).sqrt()),
            pvalue_amos: (1 + worse + drawn - used) as f64 / (1 + drawn) as f64,
            drawn,
            used,
            failed: drawn - used,
            inadmissible: resamples.inadmissible.len(),
            better: used - worse,
            worse,
            mean,
            sd: standard_error(&values),
            seed,
        }
    }
}
