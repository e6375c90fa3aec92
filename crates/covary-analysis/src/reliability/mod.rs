//! How consistently the items of a construct measure it.

mod alpha;
mod item_total;
mod omega;

use covary_data::Dataset;
use covary_numerics::{Matrix, moments::central_moments};
use covary_study::Construct;
use serde::Serialize;

pub use self::{
    alpha::{cronbach_alpha, feldt_interval},
    item_total::{corrected_item_total, item_total, squared_multiple_correlations},
    omega::{OneFactor, one_factor},
};
use crate::{
    AnalysisError, Interval,
    answers::{Answers, CompleteCases, Moments},
    descriptives::{label_of, sample_sd},
};

/// Reliability of every construct.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Reliability {
    /// By construct, in order.
    pub constructs: Vec<ConstructReliability>,
}

/// Reliability of one construct, table by table as SPSS's RELIABILITY shows it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CaseSummary {
    /// Cases with all items answered.
    pub valid: usize,
    /// Cases left out because an answer is missing.
    pub excluded: usize,
    /// All cases.
    pub total: usize,
}

/// The sum of the items.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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

/// Level of the intervals of alpha.
const LEVEL: f64 = 0.95;

/// Reliability of each construct that items measure.
///
/// Each construct uses the cases that answered all of its items.
///
/// # Errors
/// An unknown variable, or text in one.
pub fn reliability(dataset: &Dataset, constructs: &[Construct]) -> Result<Reliability, AnalysisError> {
    let measured = constructs.iter().filter(|construct| !construct.items().is_empty());
    let constructs: Result<_, _> = measured.map(|construct| construct_reliability(dataset, construct)).collect();
    Ok(Reliability { constructs: constructs? })
}

/// Reliability of one construct.
///
/// # Errors
/// An unknown variable, or text in one.
pub fn construct_reliability(dataset: &Dataset, construct: &Construct) -> Result<ConstructReliability, AnalysisError> {
    let items = construct.items();
    let answers = Answers::read(dataset, items, &format!("construct {}", construct.name))?;
    let complete = answers.complete();
    let moments = complete.moments();
    let covariance = moments.as_ref().map(|moments| &moments.covariance);
    let correlations = covariance.and_then(Matrix::to_correlation);
    let factor = covariance.and_then(one_factor);
    let alpha = covariance.and_then(cronbach_alpha);
    let several = items.len() > 1;
    Ok(ConstructReliability {
        construct: construct.name.clone(),
        label: construct.label.clone(),
        cases: CaseSummary {
            valid: complete.cases(),
            excluded: answers.cases - complete.cases(),
            total: answers.cases,
        },
        alpha,
        alpha_interval: alpha.and_then(|alpha| feldt_interval(alpha, items.len(), complete.cases(), LEVEL)),
        standardized_alpha: correlations.as_ref().and_then(cronbach_alpha),
        omega: factor.as_ref().and_then(|factor| factor.omega),
        composite_reliability: factor.as_ref().and_then(|factor| factor.composite_reliability),
        heywood: factor.as_ref().map_or_else(Vec::new, |factor| at_bound(items, &factor.at_bound)),
        loadings: factor.map(|factor| factor.loadings),
        negative_items: covariance.map_or_else(Vec::new, |covariance| negative_items(items, covariance)),
        scale: moments.as_ref().map(scale_statistics),
        items: item_statistics(dataset, items, &complete),
        item_total: moments.as_ref().map_or_else(Vec::new, |moments| item_total(items, moments)),
        summary: moments.as_ref().filter(|_| several).and_then(summary_statistics),
        inter_item_covariances: covariance.filter(|_| several).cloned(),
        inter_item_correlations: correlations.filter(|_| several),
    })
}

fn at_bound(items: &[String], at_bound: &[bool]) -> Vec<String> {
    items.iter().zip(at_bound).filter(|(_, at)| **at).map(|(item, _)| item.clone()).collect()
}

fn negative_items(items: &[String], covariance: &Matrix) -> Vec<String> {
    let is_negative = |j: &usize| corrected_item_total(covariance, *j).is_some_and(|r| r < 0.0);
    (0..items.len()).filter(is_negative).map(|j| items[j].clone()).collect()
}

fn scale_statistics(moments: &Moments) -> ScaleStatistics {
    let variance: f64 = moments.covariance.values().iter().sum();
    ScaleStatistics {
        mean: moments.means.iter().sum(),
        variance,
        // A sum of items that cancel each other may come out below 0 by rounding.
        sd: variance.max(0.0).sqrt(),
        items: moments.means.len(),
    }
}

fn item_statistics(dataset: &Dataset, items: &[String], complete: &CompleteCases) -> Vec<ItemStatistics> {
    let statistics = |(j, item): (usize, &String)| {
        let moments = central_moments(&complete.values.column(j));
        ItemStatistics {
            item: item.clone(),
            label: label_of(dataset, item),
            mean: moments.map(|m| m.mean),
            sd: moments.and_then(|m| sample_sd(&m)),
            n: complete.cases(),
        }
    };
    items.iter().enumerate().map(statistics).collect()
}

fn summary_statistics(moments: &Moments) -> Option<SummaryItemStatistics> {
    Some(SummaryItemStatistics {
        means: summary(&moments.means)?,
        variances: summary(&moments.covariance.diagonal())?,
        covariances: summary(&off_diagonal(&moments.covariance))?,
        correlations: moments.covariance.to_correlation().and_then(|r| summary(&off_diagonal(&r))),
    })
}

/// Mean, extremes and variance of figures. `None` without any.
fn summary(figures: &[f64]) -> Option<Summary> {
    let moments = central_moments(figures)?;
    let minimum = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let maximum = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(Summary {
        mean: moments.mean,
        minimum,
        maximum,
        range: maximum - minimum,
        ratio: (minimum != 0.0).then(|| maximum / minimum),
        variance: sample_sd(&moments).map(|sd| sd * sd),
    })
}

/// The off-diagonal elements, each pair twice, as SPSS counts them.
fn off_diagonal(matrix: &Matrix) -> Vec<f64> {
    let k = matrix.rows();
    (0..k * k).filter(|e| e / k != e % k).map(|e| matrix[(e / k, e % k)]).collect()
}
