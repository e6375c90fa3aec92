//! The covariance matrix of the estimates, of every kind.

use covary_numerics::Matrix;

use super::{Solution, standard_errors};
use crate::settings::{Information, ObservedInformation, SaturatedAt, StandardErrors};

/// For what information is wanted: lavaan's pairs of options have one member for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Standard errors.
    StandardErrors,
    /// Tests of the model.
    Tests,
}

impl Solution<'_> {
    /// The information that the settings choose, per case, q⁺ × q⁺. `None` where it does not exist.
    pub fn information(&self, purpose: Purpose) -> Option<Matrix> {
        let settings = self.settings;
        let (k, kind) = match purpose {
            Purpose::StandardErrors => (0, settings.information),
            Purpose::Tests => (1, settings.information_of_tests),
        };
        let at = settings.h1_information[k].unwrap_or(SaturatedAt::Structured);
        match (kind, settings.observed_information[k]) {
            (Some(Information::FirstOrder), _) => self.first_order(at),
            // Least squares has no other information than that of its weight.
            (Some(Information::Observed), _) if self.estimator().is_least_squares() => self.expected(at),
            (Some(Information::Observed), Some(ObservedInformation::H1)) => self.observed_saturated(at),
            (Some(Information::Observed), _) => self.hessian(),
            _ => self.expected(at),
        }
    }

    /// Covariance matrix of θ̂, q⁺ × q⁺.
    ///
    /// standard I⁻/N; robust.sem I⁻MI⁻/N, M = Σ w_g Δ'WΓ̂WΔ, W as [`Solution::metrics_of`] says; two.stage the same with Γ
    /// of the saturated model's estimates from cases with missing values; robust.huber.white and robust.cluster
    /// I⁻I(B)I⁻/N.
    /// N − G in place of N for least squares and under the wishart and amos likelihoods.
    ///
    /// # Errors
    /// The positions in θ that take part in a direction without information; all of them where the information does not
    /// exist.
    ///
    /// # Source
    /// Huber (1967), White (1980), Satorra and Bentler (1994), Yuan and Bentler (2000).
    pub fn vcov(&self) -> Result<Matrix, Vec<usize>> {
        let all = || (0..self.matrices.free).collect::<Vec<usize>>();
        let information = self.information(Purpose::StandardErrors).ok_or_else(all)?;
        let divisor = self.divisor();
        let bread = standard_errors::vcov(&information, self.constraints, 1.0)?;
        let meat = match self.settings.se {
            Some(StandardErrors::RobustSem | StandardErrors::TwoStage | StandardErrors::RobustTwoStage) => {
                let metrics = self.metrics_of(Purpose::StandardErrors).ok_or_else(all)?;
                self.meat(&metrics).ok_or_else(all)?.0
            }
            Some(StandardErrors::RobustHuberWhite | StandardErrors::RobustCluster) => {
                self.first_order(self.meat_at(Purpose::StandardErrors)).ok_or_else(all)?
            }
            _ => return Ok(bread.scaled(1.0 / divisor)),
        };
        Ok(bread.times(&meat).times(&bread).scaled(1.0 / divisor))
    }

    /// The moments at which cross-products of scores are taken between the bread; of the baseline, as in lavaan, those of its
    /// information whatever is chosen for the model.
    pub(crate) fn meat_at(&self, purpose: Purpose) -> SaturatedAt {
        let k = usize::from(purpose == Purpose::Tests);
        let settings = self.settings;
        let chosen = if self.of_baseline { settings.h1_information[k] } else { settings.h1_information_meat[k] };
        chosen.unwrap_or(SaturatedAt::Structured)
    }

    /// What covariance matrices of estimates are divided by.
    pub fn divisor(&self) -> f64 {
        let (cases, groups) = (self.sample.cases() as f64, self.sample.blocks.len() as f64);
        if self.estimator().is_least_squares() {
            return cases - groups;
        }
        standard_errors::divisor(self.settings.conventions.likelihood, self.sample.cases(), self.sample.blocks.len())
    }
}
