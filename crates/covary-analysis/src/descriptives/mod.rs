//! Items and construct scores: location, spread, shape, correlations.

use covary_numerics::Matrix;
use serde::Serialize;

/// Descriptive statistics of items and construct scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Descriptives {
    /// Cases.
    pub cases: usize,
    /// Per item, in order.
    pub items: Vec<Description>,
    /// Per construct score: the mean of its items, of cases that answered all of them.
    pub constructs: Vec<Description>,
    /// Multivariate normality of the items, complete cases. `None` where their covariance matrix has
    /// no inverse.
    pub mardia: Option<Mardia>,
    /// Correlations of construct scores and observed model variables.
    pub correlations: CorrelationTable,
    /// How often each answer was given, per item.
    pub answers: Vec<AnswerFrequencies>,
}

/// One variable: location, spread, shape.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
    /// Item or construct.
    pub name: String,
    /// Its label, where it has one.
    pub label: Option<String>,
    /// The construct an item belongs to; `None` of a construct.
    pub construct: Option<String>,
    /// Cases with an answer.
    pub n: usize,
    /// Cases without.
    pub missing: usize,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation, divisor N − 1. `None` with fewer than two cases.
    pub sd: Option<f64>,
    /// Smallest.
    pub minimum: Option<f64>,
    /// Largest.
    pub maximum: Option<f64>,
    /// Quartiles (25, 50, 75) by HAVERAGE, as SPSS computes percentiles.
    pub quartiles: Option<[f64; 3]>,
    /// Skewness and kurtosis as SPSS prints them. `None` where they do not exist (too few cases, no variance).
    pub spss: Option<SpssShape>,
    /// Skewness and kurtosis as AMOS prints them.
    pub amos: Option<AmosShape>,
}

/// Skewness and kurtosis with standard errors, as SPSS prints them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SpssShape {
    /// G₁, skewness corrected for bias. `None` with fewer than three cases.
    pub skewness: Option<f64>,
    /// Its standard error.
    pub skewness_se: Option<f64>,
    /// G₂, excess kurtosis corrected for bias. `None` with fewer than four cases.
    pub kurtosis: Option<f64>,
    /// Its standard error.
    pub kurtosis_se: Option<f64>,
}

/// Skewness and kurtosis with critical ratios, as AMOS prints them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AmosShape {
    /// m₃ / m₂^1.5, moments with divisor N.
    pub skewness: f64,
    /// skewness / √(6/N).
    pub skewness_cr: f64,
    /// m₄ / m₂² − 3, moments with divisor N.
    pub kurtosis: f64,
    /// kurtosis / √(24/N).
    pub kurtosis_cr: f64,
}

/// Mardia's multivariate skewness and kurtosis, both ways.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mardia {
    /// Complete cases.
    pub n: usize,
    /// Variables p.
    pub variables: usize,
    /// b₁,p, covariance matrix with divisor N.
    pub skewness: f64,
    /// N b₁,p / 6, asymptotically χ².
    pub skewness_chi_squared: f64,
    /// p(p + 1)(p + 2) / 6.
    pub skewness_df: f64,
    /// P(χ² > statistic).
    pub skewness_p: f64,
    /// b₂,p, covariance matrix with divisor N.
    pub kurtosis: f64,
    /// b₂,p − p(p + 2).
    pub excess_kurtosis: f64,
    /// excess / √(8p(p + 2)/N).
    pub kurtosis_cr: f64,
    /// Two-tailed normal probability of `kurtosis_cr`.
    pub kurtosis_p: f64,
    /// b₂,p − p(p + 2)(N − 1)/(N + 1): the "multivariate" kurtosis that AMOS prints.
    pub amos_kurtosis: f64,
    /// Its critical ratio, as AMOS prints it.
    pub amos_cr: f64,
    /// Two-tailed normal probability of `amos_cr`.
    pub amos_p: f64,
}

/// Correlations of construct scores and observed model variables, with M, SD and alpha.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CorrelationTable {
    /// The variables, in order.
    pub variables: Vec<CorrelationVariable>,
    /// Correlations below the diagonal: `pairs[i][j]`, j < i.
    pub pairs: Vec<Vec<Correlation>>,
}

/// A row of the correlation table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CorrelationVariable {
    /// Construct or variable.
    pub name: String,
    /// Its name for readers.
    pub label: Option<String>,
    /// Mean of the score.
    pub mean: Option<f64>,
    /// Standard deviation of the score, divisor N − 1.
    pub sd: Option<f64>,
    /// Cronbach's alpha, for the diagonal; `None` of a single item or observed variable.
    pub alpha: Option<f64>,
}

/// A Pearson correlation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Correlation {
    /// Cases with both answers.
    pub n: usize,
    /// r. `None` where one of the variables does not vary.
    pub r: Option<f64>,
    /// Two-tailed probability by t = r √((n − 2)/(1 − r²)). `None` with fewer than three cases.
    pub p: Option<f64>,
}

/// How often each answer to an item was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnswerFrequencies {
    /// The item.
    pub item: String,
    /// The question, where the file has it.
    pub label: Option<String>,
    /// The construct it belongs to.
    pub construct: Option<String>,
    /// Every point of the declared scale, answered or not, and every other answer that occurs.
    pub counts: Vec<AnswerCount>,
    /// Cases that answered.
    pub n: usize,
    /// Whether the item was reverse-scored (set by the study's screening, not by its answers).
    pub reversed: bool,
}

/// One answer and how often it was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnswerCount {
    /// The answer.
    pub value: f64,
    /// Its meaning, where declared.
    pub label: Option<String>,
    /// Cases.
    pub count: usize,
    /// Of the cases that answered, 0 to 100. `None` when nobody did.
    pub percent: Option<f64>,
}

/// A correlation matrix that the report shows in full, with one-tailed probabilities.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CorrelationMatrix {
    /// The items.
    pub items: Vec<String>,
    /// Correlations.
    pub correlations: Matrix,
    /// One-tailed probabilities, as SPSS's FACTOR prints them; 0.5 where r = 0, the diagonal 0.
    pub one_tailed: Matrix,
}
