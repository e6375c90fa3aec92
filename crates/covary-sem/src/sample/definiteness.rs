//! Whether a covariance matrix can serve: positive definite, and of variables on like scales.

use covary_numerics::{Matrix, linalg};

use super::{BlockSample, cases::in_group};
use crate::{SemError, Warning, parameter_table::Block, warning::WarningCode};

/// A warning that names the variables of a covariance matrix that is singular or not positive definite.
///
/// Maximum likelihood and unweighted least squares need S itself, not its inverse: estimates may exist without a χ².
///
/// # Errors
/// [`SemError::Data`] for a variable without variance; with `needs_inverse` for a singular matrix as well.
pub(super) fn check(sample: &BlockSample, block: &Block, needs_inverse: bool) -> Result<Option<Warning>, SemError> {
    let covariance = &sample.covariance;
    if let Some(i) = (0..covariance.rows()).find(|i| !is_positive(covariance[(*i, *i)])) {
        let name = &block.observed[i];
        return Err(SemError::Data(format!("the variance of \"{name}\" is not positive{}", in_group(block))));
    }
    let Some(first) = first_dependent(covariance) else { return Ok(None) };
    let (subjects, what) = singularity(sample, block, first);
    if needs_inverse {
        return Err(SemError::Data(what));
    }
    Ok(Some(Warning {
        code: WarningCode::SampleNotPositiveDefinite,
        subjects,
        text: format!("{what}. Estimates need not suffer, but there is no χ² test and no fit index that rests on it"),
    }))
}

/// The variables concerned, and what is the matter.
fn singularity(sample: &BlockSample, block: &Block, first: usize) -> (Vec<String>, String) {
    let p = sample.covariance.rows();
    if sample.rows.is_some() && sample.cases <= p {
        let what = format!(
            "{} cases are too few for {p} variables{}: their covariance matrix is singular, and maximum likelihood \
             needs more cases than variables",
            sample.cases,
            in_group(block)
        );
        return (vec![sample.cases.to_string(), p.to_string()], what);
    }
    let names: Vec<String> =
        partners(&sample.covariance, first).into_iter().map(|i| block.observed[i].clone()).collect();
    let others = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>();
    let dependent = &block.observed[first];
    let what = format!(
        "the sample covariance matrix is not positive definite{}: \"{dependent}\" is determined by {}; leave one of them out",
        in_group(block),
        others.join(", ")
    );
    (std::iter::once(dependent.clone()).chain(names).collect(), what)
}

/// Whether a covariance matrix is positive definite, in any units.
pub(super) fn is_positive_definite(covariance: &Matrix) -> bool {
    linalg::Cholesky::new(&correlations(covariance)).is_some()
}

/// False of NaN as well.
pub(super) fn is_positive(variance: f64) -> bool {
    variance > 0.0
}

/// A warning where the largest variance is more than 1,000 times the smallest.
pub(super) fn variances_that_differ(sample: &BlockSample, block: &Block) -> Option<Warning> {
    let variances = sample.covariance.diagonal();
    let by_size = |left: &&usize, right: &&usize| variances[**left].total_cmp(&variances[**right]);
    let order: Vec<usize> = (0..variances.len()).collect();
    let (smallest, largest) = (*order.iter().min_by(by_size)?, *order.iter().max_by(by_size)?);
    if variances[largest] <= 1000.0 * variances[smallest] {
        return None;
    }
    let (small, large) = (&block.observed[smallest], &block.observed[largest]);
    Some(Warning {
        code: WarningCode::VariancesDiffer,
        subjects: vec![large.clone(), small.clone()],
        text: format!(
            "the variance of {large} is more than 1,000 times that of {small}{}; the fit is not affected, but \
             estimates are easier to read when variables are rescaled to like units",
            in_group(block)
        ),
    })
}

/// The first variable that those before it determine.
fn first_dependent(covariance: &Matrix) -> Option<usize> {
    (0..covariance.rows()).find(|&i| {
        let upto: Vec<usize> = (0..=i).collect();
        linalg::Cholesky::new(&correlations(covariance).select(&upto, &upto)).is_none()
    })
}

/// The variables before `dependent` with a weight in its regression on them; all of them where none stands out.
fn partners(covariance: &Matrix, dependent: usize) -> Vec<usize> {
    let before: Vec<usize> = (0..dependent).collect();
    let correlations = correlations(covariance);
    let weights = linalg::Cholesky::new(&correlations.select(&before, &before))
        .map(|factor| factor.solve_vector(&before.iter().map(|i| correlations[(*i, dependent)]).collect::<Vec<_>>()));
    let standing_out: Vec<usize> = weights
        .map(|weights| before.iter().copied().filter(|i| weights[*i].abs() > 1e-6).collect())
        .unwrap_or_default();
    if standing_out.is_empty() { before } else { standing_out }
}

/// Correlations, so that units do not matter. Variances are positive here.
fn correlations(covariance: &Matrix) -> Matrix {
    covariance.to_correlation().unwrap_or_else(|| covariance.clone())
}
