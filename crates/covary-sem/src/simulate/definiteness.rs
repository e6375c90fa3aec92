//! Whether values make a population: covariance matrices that exist, and what is wrong where they do not.

use covary_numerics::{
    Matrix,
    linalg::{self, Cholesky},
};

use crate::{
    SemError,
    model_matrices::{BlockLayout, BlockMatrices},
};

/// An eigenvalue of a correlation matrix below this is negative; what is above is rounding of 0.
const NEGATIVE: f64 = -1e-9;

/// Ψ and Θ positive semidefinite, Σ positive definite.
///
/// # Errors
/// [`SemError::Model`] that names variables and, where a correlation is beyond ±1, its value.
pub(super) fn check(layout: &BlockLayout, matrices: &BlockMatrices, group: &str) -> Result<(), SemError> {
    let place = if group.is_empty() { String::new() } else { format!(" in group {group}") };
    semidefinite(&matrices.latent_residual, &layout.latent, &place)?;
    semidefinite(&matrices.residual, &layout.observed, &place)?;
    if Cholesky::new(&matrices.covariance).is_some() {
        return Ok(());
    }
    let dependent = (1..=layout.observed.len()).find(|k| {
        let first: Vec<usize> = (0..*k).collect();
        Cholesky::new(&matrices.covariance.select(&first, &first)).is_none()
    });
    let name = dependent.map_or("", |k| layout.observed[k - 1].as_str());
    Err(SemError::Model(format!(
        "the covariance matrix that the population implies{place} is singular: {name} follows without error from the \
         variables before it; give it a residual variance above 0"
    )))
}

fn semidefinite(covariance: &Matrix, names: &[String], place: &str) -> Result<(), SemError> {
    let wrong = |text: String| Err(SemError::Model(format!("{text}{place}: the population has no covariance matrix")));
    for (i, name) in names.iter().enumerate() {
        let variance = covariance[(i, i)];
        if variance < 0.0 {
            return wrong(format!("the (residual) variance of {name} is {variable:.6}", variable = variance));
        }
        if variance == 0.0 && (0..names.len()).any(|j| covariance[(i, j)] != 0.0) {
            return wrong(format!("{name} has no (residual) variance, but a covariance with another variable"));
        }
    }
    let with_variance: Vec<usize> = (0..names.len()).filter(|i| covariance[(*i, *i)] > 0.0).collect();
    let Some(correlations) = covariance.select(&with_variance, &with_variance).to_correlation() else { return Ok(()) };
    for i in 0..with_variance.len() {
        for j in 0..i {
            let r = correlations[(i, j)];
            if r.abs() > 1.0 - NEGATIVE {
                let (first, second) = (&names[with_variance[j]], &names[with_variance[i]]);
                return wrong(format!("the (residual) correlation of {first} and {second} is {r:.4}"));
            }
        }
    }
    let Some(eigen) = linalg::symmetric_eigen(&correlations) else { return Ok(()) };
    let last = eigen.values.len().wrapping_sub(1);
    match eigen.values.last() {
        Some(least) if *least < NEGATIVE => {
            let most = (0..=last).fold(0.0, |most: f64, i| most.max(eigen.vectors[(i, last)].abs()));
            let concerned: Vec<&str> = (0..=last)
                .filter(|i| eigen.vectors[(*i, last)].abs() > 0.3 * most)
                .map(|i| names[with_variance[i]].as_str())
                .collect();
            wrong(format!(
                "the (residual) correlations among {} cannot occur together (least eigenvalue {least:.4})",
                concerned.join(", ")
            ))
        }
        _ => Ok(()),
    }
}
