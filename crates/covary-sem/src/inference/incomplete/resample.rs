//! The moments of a resample of cases with missing values: each case is drawn with its gaps.

use covary_numerics::Matrix;

use crate::{
    Settings,
    estimators::{Estimator, SampleMoments},
    sample::{DistinctRows, Patterns, covariance_factor, incomplete, saturated},
    settings::MissingValues,
};

/// Patterns and moments of the counts of distinct rows, into the objective's sample and into `covariance` and `mean`:
/// those of the saturated model, found by EM from `start`, or of pairs. Where auxiliary variables take part in the first of two
/// stages, rows, patterns and `start` are those of all variables, the model's first.
///
/// `None` where a variable or a pair has too few of the drawn cases.
pub(crate) fn set_moments(
    rows: &DistinctRows,
    start: (&[f64], &Matrix),
    settings: &Settings,
    patterns: &mut Patterns,
    counts: &[f64],
    (covariance, mean): &mut (Matrix, Vec<f64>),
    (sample, estimator): (&mut SampleMoments<f64>, Estimator),
) -> Option<()> {
    patterns.recount(rows, counts);
    if settings.missing == MissingValues::Pairwise {
        let all: Vec<usize> = (0..patterns.variables).collect();
        let factor = covariance_factor(settings, patterns.cases as usize);
        *covariance = incomplete::pairwise_of(rows, counts, &all)?.scaled(factor);
        *mean = patterns.by_variable().iter().map(|variable| variable.mean).collect();
    } else {
        let moments = saturated::saturated_from(patterns, Some(start))?;
        let own: Vec<usize> = (0..covariance.rows()).collect();
        *covariance = moments.covariance.select(&own, &own);
        *mean = moments.mean[..own.len()].to_vec();
    }
    sample.covariance.copy_from_slice(covariance.values());
    let means = sample.mean.len();
    sample.mean.copy_from_slice(&mean[..means]);
    if estimator == Estimator::Fiml {
        sample.patterns = patterns.moments();
    }
    Some(())
}
