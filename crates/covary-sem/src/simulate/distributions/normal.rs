//! The multivariate normal distribution.

use covary_numerics::linalg::Cholesky;

use super::{Generator, Shape};
use crate::{SemError, simulate::PopulationGroup};

/// y = μ + Lz, Σ = LL'.
///
/// # Errors
/// [`SemError::Option`] where a skewness or kurtosis other than 0 is asked for.
pub(super) fn generator(group: &PopulationGroup, shape: &Shape) -> Result<Generator, SemError> {
    if !shape.is_normal() {
        return Err(SemError::Option(
            "the normal distribution has skewness 0 and excess kurtosis 0: take vale-maurelli or independent".into(),
        ));
    }
    let factor = Cholesky::new(&group.covariance)
        .ok_or_else(|| SemError::Model("the population's covariance matrix is not positive definite".into()))?;
    Ok(Generator { first: Some(factor.lower), polynomials: Vec::new(), second: None, mean: group.mean.clone() })
}
