//! A model at its estimates, as inference sees it: the model itself and its baseline alike.

use std::sync::Arc;

use crate::{
    Fit, ParameterTable, Sample, Settings,
    estimate::EqualityConstraints,
    estimators::{Estimator, Weight},
    model_matrices::{BlockMatrices, ModelMatrices},
    settings::SaturatedAt,
};

/// Model, sample and estimates, with the matrices of every block at the estimates.
#[derive(Clone, Debug)]
pub struct Solution<'a> {
    /// The model.
    pub table: &'a ParameterTable,
    /// Its layout.
    pub matrices: &'a ModelMatrices,
    /// Its equality constraints; K at the estimates.
    pub constraints: &'a EqualityConstraints,
    /// The sample.
    pub sample: &'a Sample,
    /// The choices made, defaults resolved.
    pub settings: &'a Settings,
    /// Estimates of the free parameters, q⁺.
    pub theta: &'a [f64],
    /// Matrices and implied moments by block.
    pub values: Vec<BlockMatrices>,
    /// Whether it is the baseline model.
    pub of_baseline: bool,
}

impl<'a> Solution<'a> {
    /// `None` where a block has no moments at the estimates.
    pub fn new(
        table: &'a ParameterTable,
        matrices: &'a ModelMatrices,
        constraints: &'a EqualityConstraints,
        sample: &'a Sample,
        settings: &'a Settings,
        theta: &'a [f64],
    ) -> Option<Self> {
        let exogenous = matrices.exogenous_values(sample);
        let values = (0..matrices.blocks.len())
            .map(|block| matrices.matrices(block, theta, &exogenous))
            .collect::<Option<_>>()?;
        Some(Solution { table, matrices, constraints, sample, settings, theta, values, of_baseline: false })
    }

    /// The discrepancy function.
    pub fn estimator(&self) -> Estimator {
        Estimator::of(self.settings, self.sample)
    }

    /// The metric of the moments by block: NT at the implied moments or at the sample's; of least squares V.
    ///
    /// `None` where a covariance matrix is not positive definite.
    pub fn metrics(&self, at: SaturatedAt) -> Option<Vec<Weight<f64>>> {
        let blocks = self.sample.blocks.iter().zip(&self.values);
        if self.estimator().is_least_squares() {
            return Some(blocks.map(|(sample, _)| sample.weight.clone()).collect());
        }
        if self.estimator() == Estimator::Fiml {
            let metric = |block| Some(Weight::Full(Arc::new(self.saturated_expected(block, at)?)));
            return (0..self.values.len()).map(metric).collect();
        }
        let metric = |(sample, values): (&crate::sample::BlockSample, &BlockMatrices)| match at {
            SaturatedAt::Structured => Weight::normal_theory(&values.covariance),
            SaturatedAt::Unstructured => Weight::normal_theory(&sample.covariance),
        };
        blocks.map(metric).collect()
    }

    /// Positions of the variables of a block whose moments are fixed at the sample's.
    pub fn fixed_x(&self, block: usize) -> Vec<usize> {
        let variances = self.matrices.exogenous.iter().filter(|m| m.block == block && m.other == Some(m.variable));
        variances.map(|moment| moment.variable).collect()
    }
}

impl Fit {
    /// The fit as inference sees it. `None` where a block has no moments at the estimates.
    pub fn solution(&self) -> Option<Solution<'_>> {
        let (table, matrices, constraints) = (&self.table, &self.matrices, &self.constraints);
        Solution::new(table, matrices, constraints, &self.sample, &self.settings, &self.theta)
    }
}

impl Solution<'_> {
    /// I⁻ = K(K'IK)⁻¹K'. `None` where K'IK is singular.
    pub fn generalized_inverse(&self, information: &covary_numerics::Matrix) -> Option<covary_numerics::Matrix> {
        super::standard_errors::vcov(information, self.constraints, 1.0).ok()
    }
}
