//! Cases → moments: what an estimator sees of the data.

mod cases;
pub mod clusters;
mod definiteness;
mod design;
pub mod fourth_moments;
mod given;
mod groups;
pub(crate) mod incomplete;
pub mod level_moments;
pub mod patterns;
pub(crate) mod resample;
pub mod saturated;
pub(crate) mod weights;

use std::{borrow::Cow, sync::Arc};

use covary_data::Dataset;
use covary_numerics::Matrix;

pub use patterns::{Pattern, Patterns};

use crate::estimators::{Estimator, Weight};
use crate::{Likelihood, ParameterTable, SemError, Settings, Warning, parameter_table::Available};

/// What a model is fitted to.
#[derive(Clone, Debug)]
pub enum Data<'a> {
    /// Cases.
    Cases(&'a Dataset),
    /// Means and covariances, one entry per group.
    Moments(Vec<GroupMoments>),
}

/// Moments given in place of cases.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupMoments {
    /// The group's label, empty with one group.
    pub label: String,
    /// Number of cases.
    pub cases: usize,
    /// Names of the variables.
    pub names: Vec<String>,
    /// Covariance matrix, divisor n − 1 (rescaled by (n − 1)/n under the normal likelihood, as lavaan's `sample.cov.rescale`).
    pub covariance: Matrix,
    /// Means.
    pub mean: Option<Vec<f64>>,
}

/// The sample as the estimator sees it, by block.
#[derive(Clone, Debug)]
pub struct Sample {
    /// One entry per block of the parameter table.
    pub blocks: Vec<BlockSample>,
    /// One entry per group in a model of two levels; empty in others. The blocks then hold saturated moments.
    pub levels: Vec<Arc<clusters::ClusterSample>>,
}

/// The sample of one block; variables in the block's order.
#[derive(Clone, Debug)]
pub struct BlockSample {
    /// Cases used.
    pub cases: usize,
    /// Covariance matrix; divisor n, or n − 1 under the wishart likelihood. With missing values that of the saturated
    /// model, or of pairs.
    pub covariance: Matrix,
    /// Means, as the covariances; `None` where they are not known (covariances given alone).
    pub mean: Option<Vec<f64>>,
    /// V of least squares.
    pub weight: Weight<f64>,
    /// Distinct rows and how often each occurs, NaN for a missing value; `None` when moments were given.
    pub rows: Option<DistinctRows>,
    /// Patterns of missing values; `None` with complete data.
    pub patterns: Option<Patterns>,
    /// Positions (from 0) of the used cases in the dataset; empty when moments were given.
    pub case_positions: Vec<usize>,
    /// Sampling weights of the used cases, rescaled; `None` without.
    pub case_weights: Option<Vec<f64>>,
    /// Clusters of the used cases; `None` without.
    pub clusters: Option<Clusters>,
    /// Beside auxiliary variables the first of two stages; `None` otherwise.
    pub first_stage: Option<FirstStage>,
}

/// The first of two stages where auxiliary variables take part in it: all variables, the model's first.
#[derive(Clone, Debug)]
pub struct FirstStage {
    /// Rows that are distinct over all variables, in the same order as the block's, which have the model's variables alone.
    pub rows: DistinctRows,
    /// Patterns of these rows.
    pub patterns: Patterns,
    /// Moments of the saturated model.
    pub moments: saturated::SaturatedMoments,
}

/// Which cluster each used case of a block belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clusters {
    /// Cluster of each case, from 0, in the order of `case_positions`.
    pub of_case: Vec<usize>,
    /// Number of clusters, C.
    pub count: usize,
}

impl Clusters {
    /// C/(C − 1), what cross-products of sums over clusters are multiplied by; 1 with a single cluster.
    pub fn correction(&self) -> f64 {
        if self.count > 1 { self.count as f64 / (self.count as f64 - 1.0) } else { 1.0 }
    }
}

impl BlockSample {
    /// What the block weighs: its cases, or the sum of their sampling weights.
    pub fn weighted_cases(&self) -> f64 {
        self.case_weights.as_ref().map_or(self.cases as f64, |weights| weights.iter().sum())
    }
}

/// Distinct rows of the data and their counts: Likert answers repeat, and a resample is counts.
#[derive(Clone, Debug)]
pub struct DistinctRows {
    /// Distinct rows, k × p.
    pub values: Matrix,
    /// Cases of each.
    pub counts: Vec<f64>,
    /// Row of each used case, in the order of `case_positions`.
    pub row_of_case: Vec<usize>,
}

/// What the data offer to a model: names of variables and labels of groups.
///
/// # Errors
/// [`SemError::Data`] for an unknown grouping variable or group label.
pub fn available(data: &Data, settings: &Settings) -> Result<Available, SemError> {
    match data {
        Data::Cases(dataset) => cases::available(dataset, settings),
        Data::Moments(groups) => given::available(groups, settings),
    }
}

impl Sample {
    /// The sample of each block of the model, and what to look at (cases left out, variances of very different size).
    ///
    /// # Errors
    /// [`SemError::Data`] for a variable that is unknown, text or constant, for too few cases, and for a
    /// covariance matrix that is not positive definite where the estimator needs its inverse; the text names
    /// variables and group.
    pub fn take(data: &Data, table: &ParameterTable, settings: &Settings) -> Result<(Sample, Vec<Warning>), SemError> {
        if table.blocks.iter().any(|block| block.level > 1) {
            return match data {
                Data::Cases(dataset) => clusters::take(dataset, table, settings),
                Data::Moments(_) => Err(clusters::needs_cases()),
            };
        }
        if matches!(data, Data::Moments(_)) && !settings.auxiliary.is_empty() {
            return Err(SemError::Option("auxiliary variables (aux) need cases, not moments".into()));
        }
        let (mut sample, mut warnings) = match data {
            Data::Cases(dataset) => cases::take(dataset, table, settings)?,
            Data::Moments(groups) => (given::take(groups, table, settings)?, Vec::new()),
        };
        let needs_inverse = !matches!(Estimator::named(settings.estimator), Estimator::Ml | Estimator::Uls);
        for (block, variables) in sample.blocks.iter().zip(&table.blocks) {
            warnings.extend(definiteness::check(block, variables, needs_inverse)?);
            warnings.extend(definiteness::variances_that_differ(block, variables));
        }
        if settings.correlation {
            sample.blocks.iter_mut().for_each(BlockSample::standardise_by_own);
        }
        for (block, variables) in sample.blocks.iter_mut().zip(&table.blocks) {
            block.weight = weights::weight(block, variables, table.meanstructure, settings)?;
        }
        Ok((sample, warnings))
    }

    /// Whether the covariance matrices of all blocks are positive definite; where one is not, ML has no χ². Of two levels
    /// the saturated model exists whatever its matrix between clusters is.
    pub fn is_positive_definite(&self) -> bool {
        self.is_two_level() || self.blocks.iter().all(|block| definiteness::is_positive_definite(&block.covariance))
    }

    /// Whether missing values are kept.
    pub fn is_incomplete(&self) -> bool {
        self.blocks.iter().any(|block| block.patterns.is_some())
    }

    /// Cases over all groups, N.
    pub fn cases(&self) -> usize {
        if self.is_two_level() {
            return self.levels.iter().map(|group| group.cases).sum();
        }
        self.blocks.iter().map(|block| block.cases).sum()
    }

    /// The sample of a block as a search may begin with it: a matrix between clusters made positive definite.
    pub fn to_begin_with(&self, block: usize) -> Cow<'_, BlockSample> {
        let own = &self.blocks[block];
        match self.levels.iter().find(|group| group.layout.between == block) {
            Some(group) => Cow::Owned(group.between_to_begin_with(own)),
            None => Cow::Borrowed(own),
        }
    }

    /// Whether cases stand in clusters that are modelled.
    pub fn is_two_level(&self) -> bool {
        !self.levels.is_empty()
    }
}

/// The matrix with the constant of `ridge` added to its diagonal.
pub(crate) fn with_ridge(mut covariance: Matrix, settings: &Settings) -> Matrix {
    if settings.ridge {
        for i in 0..covariance.rows() {
            covariance[(i, i)] += settings.ridge_constant;
        }
    }
    covariance
}

/// What a covariance matrix with divisor n is multiplied by: least squares but DLS and the wishart likelihood take
/// divisor n − 1.
pub(crate) fn covariance_factor(settings: &Settings, cases: usize) -> f64 {
    let unbiased = cases as f64 / (cases as f64 - 1.0);
    match Estimator::named(settings.estimator) {
        Estimator::Ml => match settings.conventions.likelihood {
            Likelihood::Normal | Likelihood::Amos => 1.0,
            Likelihood::Wishart => unbiased,
        },
        Estimator::Dls => 1.0,
        _ => unbiased,
    }
}
