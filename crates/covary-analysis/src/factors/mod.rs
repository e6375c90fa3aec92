//! Exploratory factor analysis, table by table as SPSS's FACTOR shows it.

use covary_numerics::{Matrix, rotation::Rotated};
use covary_study::{Extraction, FactorCount, RotationName};
use serde::Serialize;

/// An exploratory factor analysis.
///
/// Matrices have one row per item, in the order of `items`, and one column per factor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactorAnalysis {
    /// Complete cases.
    pub cases: usize,
    /// The items.
    pub items: Vec<String>,
    /// How factors were extracted.
    pub extraction: Extraction,
    /// How they were rotated.
    pub rotation: RotationName,
    /// How their number was decided.
    pub count: FactorCount,
    /// How many factors there are.
    pub factors: usize,
    /// How many each rule would take.
    pub suggested: SuggestedCounts,
    /// Communality of each item.
    pub communalities: Vec<Communality>,
    /// Eigenvalues of the correlation matrix, all of them: the scree.
    pub initial_variance: Vec<ExplainedVariance>,
    /// Sums of squared loadings after extraction.
    pub extracted_variance: Vec<ExplainedVariance>,
    /// Sums of squared loadings after rotation; percentages exist only when factors are uncorrelated.
    pub rotated_variance: Option<Vec<RotatedVariance>>,
    /// Component or factor matrix, unrotated.
    pub loadings: Matrix,
    /// Rotated solution. `None` with one factor or without rotation.
    pub rotated: Option<Rotated>,
    /// Rows of the (rotated) matrix as SPSS's "sorted by size" orders them.
    pub sorted: Vec<SortedItem>,
    /// Loadings below this in absolute value are left blank in print.
    pub blank_below: f64,
    /// Correlations as the factors reproduce them; communalities on the diagonal.
    pub reproduced: Matrix,
    /// Observed minus reproduced correlations; the diagonal 0.
    pub residuals: Matrix,
    /// Pairs of items whose residual exceeds .05 in absolute value.
    pub large_residuals: usize,
    /// The same as a share of all pairs, 0 to 100. `None` with one item.
    pub large_residuals_percent: Option<f64>,
    /// Iterations of the extraction; `None` of principal components.
    pub iterations: Option<usize>,
    /// Whether the extraction met its stopping rule.
    pub converged: bool,
    /// Items whose communality reached or passed 1 (Heywood case).
    pub heywood: Vec<String>,
    /// Goodness of fit of a maximum likelihood extraction.
    pub goodness_of_fit: Option<GoodnessOfFit>,
    /// Parallel analysis.
    pub parallel: ParallelAnalysis,
    /// Factor scores, where asked for.
    pub scores: Option<FactorScores>,
}

/// How many factors each rule would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SuggestedCounts {
    /// Eigenvalues greater than 1.
    pub kaiser: usize,
    /// Leading eigenvalues above the 95th percentile of random data.
    pub parallel: usize,
}

/// How much of an item's variance the factors share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Communality {
    /// The item.
    pub item: String,
    /// Before extraction: 1 for components, else the squared multiple correlation.
    pub initial: f64,
    /// After extraction: the sum of its squared loadings.
    pub extraction: f64,
}

/// A row of "Total Variance Explained".
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ExplainedVariance {
    /// Eigenvalue or sum of squared loadings.
    pub total: f64,
    /// Of the number of items, 0 to 100.
    pub percent: f64,
    /// Percent up to this row.
    pub cumulative: f64,
}

/// Variance of one rotated factor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RotatedVariance {
    /// Sum of squared loadings (of structure coefficients when oblique).
    pub total: f64,
    /// Of the number of items, 0 to 100; `None` when oblique: correlated factors share variance.
    pub percent: Option<f64>,
    /// Percent up to this row.
    pub cumulative: Option<f64>,
}

/// A row of the sorted matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SortedItem {
    /// Position of the item.
    pub item: usize,
    /// The factor, from 0, on which it loads most.
    pub factor: usize,
}

/// Goodness-of-fit test of a maximum likelihood extraction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GoodnessOfFit {
    /// χ², with Bartlett's correction.
    pub chi_squared: f64,
    /// Degrees of freedom, ((p − m)² − (p + m))/2.
    pub df: usize,
    /// P(χ²_df > statistic). `None` without degrees of freedom.
    pub p: Option<f64>,
}

/// Eigenvalues of random data beside those of the items.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParallelAnalysis {
    /// Random data sets of each kind.
    pub replicates: usize,
    /// Seed of the random streams.
    pub seed: u64,
    /// Percentile of `*_percentile`: 95.
    pub percentile: f64,
    /// Mean eigenvalues of uncorrelated normal variables, in order.
    pub normal_mean: Vec<f64>,
    /// Percentile of their eigenvalues: the rule.
    pub normal_percentile: Vec<f64>,
    /// Mean eigenvalues of the data with each item's answers permuted.
    pub permuted_mean: Vec<f64>,
    /// Percentile of their eigenvalues.
    pub permuted_percentile: Vec<f64>,
    /// Factors by the percentile of normal variables.
    pub factors: usize,
    /// Factors by the percentile of permuted answers.
    pub factors_permuted: usize,
}

/// How factor scores are computed, in SPSS's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreMethod {
    /// Regression (Thurstone): least squared distance to the factor.
    #[default]
    Regression,
    /// Bartlett: least weighted uniqueness.
    Bartlett,
    /// Anderson–Rubin: uncorrelated, variance 1.
    AndersonRubin,
}

/// Factor scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactorScores {
    /// How they were computed.
    pub method: ScoreMethod,
    /// Factor score coefficient matrix, items × factors: scores = standardised answers · coefficients.
    pub coefficients: Matrix,
    /// Covariances of the scores, factors × factors.
    pub covariance: Matrix,
    /// Positions (from 0) in the dataset of the cases scored.
    pub case_positions: Vec<usize>,
    /// Scores, cases × factors.
    pub scores: Matrix,
}
