//! Linear combinations of independent generators.

use covary_numerics::{
    Matrix,
    linalg::{self, symmetric_square_root},
};

use super::{Fleishman, Generator, Shape};
use crate::{SemError, simulate::PopulationGroup};

/// y = μ + Aξ, A the symmetric square root of Σ, ξ independent with variance 1 and the shapes that lead to those asked for.
///
/// With a_ij the elements of A over the standard deviation of y_i: γ₁(y_i) = Σ a_ij³ γ₁(ξ_j), γ₂(y_i) = Σ a_ij⁴ γ₂(ξ_j), two
/// systems of linear equations. Each ξ is a polynomial of a normal variable.
///
/// # Errors
/// [`SemError::Option`] where the equations have no solution, or a generator would need a shape that no polynomial has.
///
/// # Source
/// Foldnes and Olsson (2016), Multivariate Behavioral Research 51.
pub(super) fn generator(group: &PopulationGroup, shape: &Shape) -> Result<Generator, SemError> {
    let names = &group.names;
    let p = names.len();
    let wanted = shape.of(names)?;
    let root = symmetric_square_root(&group.covariance)
        .ok_or_else(|| SemError::Model("the population's covariance matrix is not positive definite".into()))?;
    let standard = Matrix::from_fn(p, p, |i, j| root[(i, j)] / group.covariance[(i, i)].sqrt());
    let solve = |power: i32, target: Vec<f64>| {
        linalg::solve(&Matrix::from_fn(p, p, |i, j| standard[(i, j)].powi(power)), &target).ok_or_else(|| {
            SemError::Option("independent generators have no solution for this covariance matrix".to_string())
        })
    };
    let skewness = solve(3, wanted.iter().map(|(skewness, _)| *skewness).collect())?;
    let kurtosis = solve(4, wanted.iter().map(|(_, kurtosis)| *kurtosis).collect())?;
    let polynomials = names.iter().enumerate().map(|(k, name)| {
        Fleishman::new(skewness[k], kurtosis[k], &format!("the independent generator of {name}")).map_err(|error| {
            SemError::Option(format!("{error}; ask for shapes nearer to the normal one, or take vale-maurelli"))
        })
    });
    Ok(Generator {
        first: None,
        polynomials: polynomials.collect::<Result<_, _>>()?,
        second: Some(root),
        mean: group.mean.clone(),
    })
}
