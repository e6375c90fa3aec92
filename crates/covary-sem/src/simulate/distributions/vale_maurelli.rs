//! Polynomials of correlated normal variables.

use covary_numerics::{
    Matrix,
    linalg::{self, Cholesky},
    root,
};

use super::{Fleishman, Generator, Shape};
use crate::{SemError, simulate::PopulationGroup};

/// y = μ + sd · g(x), x normal with the correlations that lead to those of the population.
///
/// The intermediate correlation ρ of a pair solves ρ(b₁ + 3d₁)(b₂ + 3d₂) + 2c₁c₂ρ² + 6d₁d₂ρ³ = r.
///
/// # Errors
/// [`SemError::Option`] for a shape that no polynomial has, a correlation that two shapes do not allow, and intermediate
/// correlations that cannot occur together; the text names the variables.
///
/// # Source
/// Vale and Maurelli (1983), Psychometrika 48.
pub(super) fn generator(group: &PopulationGroup, shape: &Shape) -> Result<Generator, SemError> {
    let names = &group.names;
    let polynomials: Vec<Fleishman> = shape
        .of(names)?
        .into_iter()
        .zip(names)
        .map(|((skewness, kurtosis), name)| Fleishman::new(skewness, kurtosis, name))
        .collect::<Result<_, _>>()?;
    let p = names.len();
    let deviations: Vec<f64> = group.covariance.diagonal().iter().map(|v| v.sqrt()).collect();
    let mut intermediate = Matrix::identity(p);
    for i in 0..p {
        for j in 0..i {
            let wanted = group.covariance[(i, j)] / (deviations[i] * deviations[j]);
            let rho = intermediate_correlation(&polynomials[i], &polynomials[j], wanted).map_err(|(low, high)| {
                SemError::Option(format!(
                    "{} and {} correlate {wanted:.3} in the population, but with these shapes Vale and Maurelli's method \
                     reaches only {low:.3} to {high:.3}",
                    names[j], names[i]
                ))
            })?;
            intermediate[(i, j)] = rho;
            intermediate[(j, i)] = rho;
        }
    }
    let factor = Cholesky::new(&intermediate).ok_or_else(|| {
        let least = linalg::symmetric_eigen(&intermediate).and_then(|eigen| eigen.values.last().copied());
        SemError::Option(format!(
            "Vale and Maurelli's method has no solution for these shapes and correlations: the normal variables behind would \
             need correlations that cannot occur together (least eigenvalue {:.4}); take milder shapes, or the independent \
             generators",
            least.unwrap_or(0.0)
        ))
    })?;
    Ok(Generator {
        first: Some(factor.lower),
        polynomials,
        second: Some(Matrix::from_diagonal(&deviations)),
        mean: group.mean.clone(),
    })
}

/// The correlation of two normal variables whose polynomials correlate `wanted`; else the ends of what is reached.
fn intermediate_correlation(first: &Fleishman, second: &Fleishman, wanted: f64) -> Result<f64, (f64, f64)> {
    let linear = (first.linear + 3.0 * first.cube) * (second.linear + 3.0 * second.cube);
    let (square, cube) = (2.0 * first.square * second.square, 6.0 * first.cube * second.cube);
    let reached = |rho: f64| rho * (linear + rho * (square + rho * cube));
    let (low, high) = (reached(-1.0), reached(1.0));
    if wanted < low || wanted > high {
        return Err((low, high));
    }
    Ok(root::increasing_root(|rho| reached(rho) - wanted, -1.0, 1.0))
}
