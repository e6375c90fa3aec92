//! How cases were drawn: clusters and sampling weights.

use std::collections::HashMap;

use covary_data::Dataset;

use super::{Clusters, cases::unknown_variable, groups::labels_of_cases};
use crate::{SemError, Settings, settings::WeightNormalization};

/// Clusters and weights of the cases of a dataset; empty where neither was asked for.
pub(super) struct Design {
    clusters: Option<Vec<Option<String>>>,
    weights: Option<Vec<Option<f64>>>,
}

impl Design {
    /// # Errors
    /// [`SemError::Data`] for unknown variables, weights that are text or negative.
    pub fn new(dataset: &Dataset, settings: &Settings) -> Result<Self, SemError> {
        let clusters = settings.cluster.as_ref().map(|name| labels_of_cases(dataset, name)).transpose()?;
        let weights = settings.sampling_weights.as_ref().map(|name| weights(dataset, name)).transpose()?;
        Ok(Design { clusters, weights })
    }

    /// Whether the case has a cluster and a positive weight, where these are asked for.
    pub fn knows(&self, case: usize) -> bool {
        self.clusters.as_ref().is_none_or(|clusters| clusters[case].is_some())
            && self.weights.as_ref().is_none_or(|weights| weights[case].is_some_and(|weight| weight > 0.0))
    }

    /// What the weights of each block are multiplied by, so that they sum to N over all blocks or to n in each.
    pub fn factors<'a>(&self, blocks: impl Iterator<Item = &'a [usize]>, settings: &Settings) -> Vec<f64> {
        let sums: Vec<(f64, f64)> =
            blocks.map(|cases| (cases.len() as f64, cases.iter().map(|&case| self.weight(case)).sum())).collect();
        let (cases, weights) = sums.iter().fold((0.0, 0.0), |(n, w), (cases, sum)| (n + cases, w + sum));
        let factor = |(own_cases, own_weights): &(f64, f64)| match settings.sampling_weights_normalization {
            WeightNormalization::Total => cases / weights,
            WeightNormalization::Group => own_cases / own_weights,
            WeightNormalization::None => 1.0,
        };
        sums.iter().map(factor).collect()
    }

    /// The weights of cases, rescaled. `None` without.
    pub fn weights_of(&self, cases: &[usize], factor: f64) -> Option<Vec<f64>> {
        self.weights.as_ref()?;
        Some(cases.iter().map(|&case| factor * self.weight(case)).collect())
    }

    /// The clusters of cases, numbered by first appearance: a cluster that spans groups is one in each. `None` without.
    pub fn clusters_of(&self, cases: &[usize]) -> Option<Clusters> {
        let clusters = self.clusters.as_ref()?;
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut of_case = Vec::with_capacity(cases.len());
        for &case in cases {
            let next = numbers.len();
            of_case.push(*numbers.entry(clusters[case].as_deref().unwrap_or_default()).or_insert(next));
        }
        Some(Clusters { of_case, count: numbers.len() })
    }

    fn weight(&self, case: usize) -> f64 {
        self.weights.as_ref().and_then(|weights| weights[case]).unwrap_or(1.0)
    }
}

fn weights(dataset: &Dataset, name: &str) -> Result<Vec<Option<f64>>, SemError> {
    if dataset.position(name).is_none() {
        return Err(unknown_variable(dataset, name));
    }
    let weights = dataset.numbers(name).map_err(|error| SemError::Data(error.to_string()))?;
    match weights.iter().position(|weight| weight.is_some_and(|weight| weight < 0.0)) {
        None => Ok(weights),
        Some(case) => {
            Err(SemError::Data(format!("the sampling weight \"{name}\" is negative in row {} of the data", case + 1)))
        }
    }
}
