//! Whether the correlations suit a factor analysis: KMO, MSA, Bartlett, anti-image.

use covary_data::Dataset;
use covary_numerics::{Matrix, distributions::chi_squared_sf, linalg::Cholesky};
use serde::Serialize;

use crate::{
    AnalysisError,
    answers::{Answers, CompleteCases},
    descriptives::{CorrelationMatrix, correlation_p},
};

/// Whether the correlations of the items suit a factor analysis.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Adequacy {
    /// Complete cases.
    pub cases: usize,
    /// The items.
    pub items: Vec<String>,
    /// Their correlations.
    pub correlation_matrix: CorrelationMatrix,
    /// |R|; 0 where R has no inverse.
    pub determinant: f64,
    /// Kaiser–Meyer–Olkin measure, 0 to 1. `None` where R has no inverse, as the other measures that need it.
    pub kmo: Option<f64>,
    /// Measure of sampling adequacy of each item, in order.
    pub msa: Option<Vec<f64>>,
    /// Bartlett's test of sphericity.
    pub bartlett: Option<Bartlett>,
    /// Anti-image covariances.
    pub anti_image_covariance: Option<Matrix>,
    /// Anti-image correlations: negative partial correlations, MSA on the diagonal.
    pub anti_image_correlation: Option<Matrix>,
}

/// Bartlett's test that the items are uncorrelated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Bartlett {
    /// χ².
    pub chi_squared: f64,
    /// Degrees of freedom, p(p − 1)/2.
    pub df: usize,
    /// P(χ²_df > statistic).
    pub p: f64,
}

/// Measures of sampling adequacy of the complete cases of `dataset` on `items`.
///
/// # Errors
/// An unknown or text variable, fewer than three complete cases, a constant item, one item alone.
pub fn adequacy(dataset: &Dataset, items: &[String]) -> Result<Adequacy, AnalysisError> {
    let complete = Answers::read(dataset, items, "the factor analysis")?.complete();
    let correlations = correlation_matrix(&complete, items)?;
    Ok(adequacy_of_correlations(items, complete.cases(), &correlations))
}

/// Measures of sampling adequacy from a correlation matrix, p × p, of `cases` cases.
///
/// KMO = Σ r² / (Σ r² + Σ a²) over the off-diagonal elements, a_ij = −r^ij / √(r^ii r^jj); MSA_j the
/// same over row j. Anti-image covariance: r^ij / (r^ii r^jj).
///
/// # Source
/// Kaiser (1974), Guttman (1953), Bartlett (1950). Same as SPSS FACTOR.
pub fn adequacy_of_correlations(items: &[String], cases: usize, correlations: &Matrix) -> Adequacy {
    let factor = Cholesky::new(correlations);
    let inverse = factor.as_ref().map(Cholesky::inverse);
    let log_determinant = factor.as_ref().map(Cholesky::log_determinant);
    let partial = inverse.as_ref().map(negative_partial_correlations);
    let msa: Option<Vec<f64>> = partial
        .as_ref()
        .map(|a| (0..items.len()).map(|j| share(squares_in_row(correlations, j), squares_in_row(a, j))).collect());
    let kmo = partial.as_ref().map(|a| {
        let over_rows = |m: &Matrix| (0..items.len()).map(|j| squares_in_row(m, j)).sum::<f64>();
        share(over_rows(correlations), over_rows(a))
    });
    Adequacy {
        cases,
        items: items.to_vec(),
        correlation_matrix: with_probabilities(items, cases, correlations),
        determinant: log_determinant.map_or(0.0, f64::exp),
        kmo,
        bartlett: log_determinant.map(|log_determinant| bartlett(log_determinant, items.len(), cases)),
        anti_image_covariance: inverse.as_ref().map(anti_image_covariance),
        anti_image_correlation: partial.zip(msa.as_ref()).map(|(a, msa)| with_diagonal(&a, msa)),
        msa,
    }
}

/// Bartlett's test of sphericity: χ² = −(N − 1 − (2p + 5)/6) ln |R|.
fn bartlett(log_determinant: f64, variables: usize, cases: usize) -> Bartlett {
    let (p, n) = (variables as f64, cases as f64);
    let chi_squared = -(n - 1.0 - (2.0 * p + 5.0) / 6.0) * log_determinant;
    let df = variables * (variables - 1) / 2;
    Bartlett { chi_squared, df, p: chi_squared_sf(chi_squared, df as f64) }
}

/// a_ij = r^ij / √(r^ii r^jj): minus the correlation of i and j given all others.
fn negative_partial_correlations(inverse: &Matrix) -> Matrix {
    let p = inverse.rows();
    Matrix::from_fn(p, p, |i, j| inverse[(i, j)] / (inverse[(i, i)] * inverse[(j, j)]).sqrt())
}

fn anti_image_covariance(inverse: &Matrix) -> Matrix {
    let p = inverse.rows();
    Matrix::from_fn(p, p, |i, j| inverse[(i, j)] / (inverse[(i, i)] * inverse[(j, j)]))
}

/// Σ m_jk² over k ≠ j.
fn squares_in_row(matrix: &Matrix, j: usize) -> f64 {
    matrix.row(j).iter().enumerate().filter(|(k, _)| *k != j).map(|(_, m)| m * m).sum()
}

/// Uncorrelated items share nothing, neither directly nor given the others: the measure is ½ then, its limit.
fn share(correlations: f64, partials: f64) -> f64 {
    if correlations + partials == 0.0 { 0.5 } else { correlations / (correlations + partials) }
}

fn with_diagonal(matrix: &Matrix, diagonal: &[f64]) -> Matrix {
    Matrix::from_fn(matrix.rows(), matrix.columns(), |i, j| if i == j { diagonal[i] } else { matrix[(i, j)] })
}

/// The correlation matrix of complete cases.
///
/// # Errors
/// Fewer than three cases, fewer than two items, a constant item.
pub(crate) fn correlation_matrix(complete: &CompleteCases, items: &[String]) -> Result<Matrix, AnalysisError> {
    if items.len() < 2 {
        let found = items.first().map_or("none".to_string(), |item| format!("only \"{item}\""));
        return Err(AnalysisError::Request(format!("a factor analysis needs at least two items; there is {found}")));
    }
    let too_few =
        || AnalysisError::TooFewCases { what: "a correlation matrix".to_string(), found: complete.cases(), needed: 3 };
    let moments = complete.moments().filter(|moments| moments.cases >= 3).ok_or_else(too_few)?;
    match constant_item(complete) {
        Some(j) => Err(AnalysisError::ConstantItem {
            item: items[j].clone(),
            value: complete.values[(0, j)],
            cases: complete.cases(),
        }),
        None => moments.covariance.to_correlation().ok_or_else(too_few),
    }
}

/// The first item that all cases answered alike.
pub(crate) fn constant_item(complete: &CompleteCases) -> Option<usize> {
    let values = &complete.values;
    (0..values.columns()).find(|&j| (1..values.rows()).all(|i| values[(i, j)] == values[(0, j)]))
}

/// One-tailed probabilities beside correlations: half of the two-tailed t probability.
fn with_probabilities(items: &[String], cases: usize, correlations: &Matrix) -> CorrelationMatrix {
    let p = items.len();
    let one_tailed = Matrix::from_fn(p, p, |i, j| {
        if i == j { 0.0 } else { 0.5 * correlation_p(correlations[(i, j)], cases).unwrap_or(1.0) }
    });
    CorrelationMatrix { items: items.to_vec(), correlations: correlations.clone(), one_tailed }
}
