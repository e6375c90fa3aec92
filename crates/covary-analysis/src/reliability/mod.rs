//! How consistently the items of a construct measure it.

use covary_numerics::Matrix;
use serde::Serialize;

use crate::Interval;

/// Reliability of every construct.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// By construct, in order.
    pub constructs: Vec<ConstructReliability>,
}

/// Reliability of one construct, table by table as SPSS's RELIABILITY shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConstructReliability {
    /// Its name.
    pub construct: String,
    /// Its name for readers.
    pub label: String,
    /// Cases with all items answered, and the others.
    pub cases: CaseSummary,
    /// Cronbach's alpha. `None` with one item.
    pub alpha: Option<f64>,
    /// Interval of alpha (Feldt), 95%.
    pub alpha_interval: Option<Interval>,
    /// Alpha of the standardised items.
    pub standardized_alpha: Option<f64>,
    /// McDonald's omega: one factor by maximum likelihood, raw metric. `None` with fewer than three items.
    pub omega: Option<f64>,
    /// Composite reliability from the standardised loadings of the same factor.
    pub composite_reliability: Option<f64>,
    /// Standardised loadings on that factor, in the order of the items.
    pub loadings: Option<Vec<f64>>,
    /// Items whose uniqueness on that factor ended at its lower bound (Heywood case).
    pub heywood: Vec<String>,
    /// Items that correlate negatively with the others: perhaps reverse-keyed.
    pub negative_items: Vec<String>,
    /// Mean, variance and standard deviation of the sum of the items.
    pub scale: Option<ScaleStatistics>,
    /// Mean and standard deviation of each item.
    pub items: Vec<ItemStatistics>,
    /// Item-total statistics, in the order of the items. Empty with one item.
    pub item_total: Vec<ItemTotal>,
    /// Inter-item correlations. `None` with one item, or where an item does not vary.
    pub inter_item_correlations: Option<Matrix>,
    /// Inter-item covariances, divisor N − 1.
    pub inter_item_covariances: Option<Matrix>,
    /// Summary item statistics. `None` with one item.
    pub summary: Option<SummaryItemStatistics>,
}

/// Case processing summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CaseSummary {
    /// Cases with all items answered.
    pub valid: usize,
    /// Cases left out because an answer is missing.
    pub excluded: usize,
    /// All cases.
    pub total: usize,
}

/// The sum of the items.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ScaleStatistics {
    /// Mean.
    pub mean: f64,
    /// Variance, divisor N − 1.
    pub variance: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Number of items.
    pub items: usize,
}

/// One item of a scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemStatistics {
    /// The item.
    pub item: String,
    /// The question, where the file has it.
    pub label: Option<String>,
    /// Mean. `None` without cases.
    pub mean: Option<f64>,
    /// Standard deviation, divisor N − 1.
    pub sd: Option<f64>,
    /// Cases.
    pub n: usize,
}

/// An item against the rest of its scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemTotal {
    /// The item.
    pub item: String,
    /// Mean of the sum of the others.
    pub scale_mean_if_deleted: f64,
    /// Variance of the sum of the others.
    pub scale_variance_if_deleted: f64,
    /// Correlation with the sum of the others. `None` where either does not vary.
    pub corrected_item_total: Option<f64>,
    /// R² of the item on the others. `None` where their correlation matrix has no inverse.
    pub squared_multiple_correlation: Option<f64>,
    /// Alpha of the others. `None` with fewer than three items.
    pub alpha_if_deleted: Option<f64>,
}

/// Summary item statistics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SummaryItemStatistics {
    /// Of the item means.
    pub means: Summary,
    /// Of the item variances.
    pub variances: Summary,
    /// Of the inter-item covariances.
    pub covariances: Summary,
    /// Of the inter-item correlations. `None` where an item does not vary.
    pub correlations: Option<Summary>,
}

/// Mean, extremes and variance of a set of figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Mean.
    pub mean: f64,
    /// Smallest.
    pub minimum: f64,
    /// Largest.
    pub maximum: f64,
    /// Largest minus smallest.
    pub range: f64,
    /// Largest over smallest. `None` where the smallest is 0.
    pub ratio: Option<f64>,
    /// Variance: divisor k − 1 of k item figures, of the off-diagonal elements their number (each pair
    /// counted twice) − 1.
    pub variance: Option<f64>,
}
