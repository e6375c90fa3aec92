//! Continuous variables cut into categories.

use covary_numerics::distributions::normal_quantile;

use super::PopulationGroup;
use crate::SemError;

/// How variables without thresholds of their own are cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Categories {
    /// Share of each category, first to last; they sum to 1.
    pub shares: Vec<f64>,
    /// Which variables; empty: all without thresholds in the model.
    pub variables: Vec<String>,
}

/// Ready-made shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CategoryShape {
    /// Thresholds at equal distances between −2.5 and 2.5 (as in Rhemtulla, Brosseau-Liard and Savalei 2012).
    Symmetric,
    /// Each category holds half as many cases as the one below it.
    Skewed,
}

/// Most categories that ready-made shares are for.
const MOST: usize = 20;

impl CategoryShape {
    /// The shares of `number` categories.
    ///
    /// # Errors
    /// [`SemError::Option`] for fewer than two categories or more than 20.
    pub fn shares(self, number: usize) -> Result<Vec<f64>, SemError> {
        if !(2..=MOST).contains(&number) {
            return Err(SemError::Option(format!("categories = {number}: a number from 2 to {MOST} is expected")));
        }
        Ok(match self {
            CategoryShape::Symmetric => {
                let width = 5.0 / number as f64;
                let below = |k: usize| match k {
                    0 => 0.0,
                    k if k == number => 1.0,
                    k => covary_numerics::distributions::normal_cdf(-2.5 + width * k as f64),
                };
                (0..number).map(|k| below(k + 1) - below(k)).collect()
            }
            CategoryShape::Skewed => {
                let total = 1.0 - 0.5f64.powi(number as i32);
                (1..=number).map(|k| 0.5f64.powi(k as i32) / total).collect()
            }
        })
    }
}

/// The thresholds of every variable of a group: those of the model, and those that shares lead to, at μ + σ Φ⁻¹ of the
/// shares below.
///
/// # Errors
/// [`SemError::Option`] for shares that are none, and for variables that the model does not have or cuts itself.
pub(super) fn thresholds(group: &PopulationGroup, categories: &[Categories]) -> Result<Vec<Vec<f64>>, SemError> {
    let mut thresholds = group.thresholds.clone();
    for choice in categories {
        check_shares(&choice.shares)?;
        let named = |name: &String| {
            let position = group.names.iter().position(|known| known == name);
            position.ok_or_else(|| super::missing::unknown_variable("categories", name, &group.names))
        };
        let variables: Vec<usize> = if choice.variables.is_empty() {
            (0..group.names.len()).filter(|k| thresholds[*k].is_empty()).collect()
        } else {
            choice.variables.iter().map(named).collect::<Result<_, _>>()?
        };
        for k in variables {
            if !thresholds[k].is_empty() {
                return Err(SemError::Option(format!("{} has its categories already", group.names[k])));
            }
            let (mean, deviation) = (group.mean[k], group.covariance[(k, k)].sqrt());
            let mut below = 0.0;
            for share in &choice.shares[..choice.shares.len() - 1] {
                below += share;
                thresholds[k].extend(normal_quantile(below).map(|z| mean + deviation * z));
            }
        }
    }
    Ok(thresholds)
}

fn check_shares(shares: &[f64]) -> Result<(), SemError> {
    let total: f64 = shares.iter().sum();
    if shares.len() >= 2 && shares.iter().all(|share| *share > 0.0) && (total - 1.0).abs() < 1e-6 {
        return Ok(());
    }
    Err(SemError::Option(format!(
        "the shares of categories must be two or more positive numbers that sum to 1; {} sum to {total}",
        shares.len()
    )))
}

/// The category of a value, from 1: 1 + the number of thresholds that it exceeds.
pub(super) fn category(value: f64, thresholds: &[f64]) -> f64 {
    1.0 + thresholds.iter().filter(|threshold| value > **threshold).count() as f64
}
