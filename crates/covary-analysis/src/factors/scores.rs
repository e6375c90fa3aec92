//! Factor scores.

use covary_numerics::{
    Matrix,
    linalg::{Cholesky, symmetric_eigen},
};

use super::{FactorScores, ScoreMethod};
use crate::answers::{CompleteCases, Moments};

/// What scores are computed from.
#[derive(Clone, Copy, Debug)]
pub struct ScoreBasis<'a> {
    /// Correlations of the items, R.
    pub correlations: &'a Matrix,
    /// Loadings or pattern, Λ.
    pub pattern: &'a Matrix,
    /// Structure, S; the loadings when factors are uncorrelated.
    pub structure: &'a Matrix,
    /// Uniquenesses Ψ; `None` of principal components, whose scores are the same by every method.
    pub uniquenesses: Option<&'a [f64]>,
}

/// Factor scores of complete cases.
///
/// Coefficients W, scores = z W with z standardised by the standard deviation with divisor N − 1:
/// regression W = R⁻¹S; Bartlett W = Ψ⁻¹Λ(Λ'Ψ⁻¹Λ)⁻¹; Anderson–Rubin W = Ψ⁻¹Λ(Λ'Ψ⁻¹RΨ⁻¹Λ)^−½.
///
/// `None` where R has no inverse or, but for regression, a uniqueness is not positive.
///
/// # Source
/// Thurstone (1935), Bartlett (1937), Anderson and Rubin (1956), under SPSS's names.
pub fn factor_scores(
    basis: &ScoreBasis,
    method: ScoreMethod,
    complete: &CompleteCases,
    moments: &Moments,
) -> Option<FactorScores> {
    let coefficients = coefficients(basis, method)?;
    let covariance = coefficients.transpose().times(basis.correlations).times(&coefficients);
    Some(FactorScores {
        method,
        scores: standardised(complete, moments).times(&coefficients),
        covariance,
        case_positions: complete.positions.clone(),
        coefficients,
    })
}

fn coefficients(basis: &ScoreBasis, method: ScoreMethod) -> Option<Matrix> {
    let weighted = |psi: &[f64]| {
        psi.iter().all(|psi| *psi > 0.0).then(|| {
            Matrix::from_fn(basis.pattern.rows(), basis.pattern.columns(), |i, k| basis.pattern[(i, k)] / psi[i])
        })
    };
    match (method, basis.uniquenesses) {
        (ScoreMethod::Regression, _) | (_, None) => Some(Cholesky::new(basis.correlations)?.solve(basis.structure)),
        (ScoreMethod::Bartlett, Some(psi)) => {
            let weighted = weighted(psi)?;
            let inner = basis.pattern.transpose().times(&weighted);
            Some(weighted.times(&Cholesky::new(&inner)?.inverse()))
        }
        (ScoreMethod::AndersonRubin, Some(psi)) => {
            let weighted = weighted(psi)?;
            let inner = weighted.transpose().times(basis.correlations).times(&weighted);
            Some(weighted.times(&inverse_square_root(&inner)?))
        }
    }
}

fn inverse_square_root(matrix: &Matrix) -> Option<Matrix> {
    let eigen = symmetric_eigen(matrix)?;
    if eigen.values.iter().any(|value| *value <= 0.0) {
        return None;
    }
    let m = eigen.values.len();
    let scaled = Matrix::from_fn(m, m, |i, k| eigen.vectors[(i, k)] / eigen.values[k].sqrt());
    Some(scaled.times(&eigen.vectors.transpose()))
}

fn standardised(complete: &CompleteCases, moments: &Moments) -> Matrix {
    let deviations: Vec<f64> = moments.covariance.diagonal().iter().map(|variance| variance.sqrt()).collect();
    Matrix::from_fn(complete.values.rows(), complete.values.columns(), |i, j| {
        (complete.values[(i, j)] - moments.means[j]) / deviations[j]
    })
}
