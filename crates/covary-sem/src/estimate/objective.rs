//! f(θ) = ½ Σ w_g F_g and its gradient, over any scalar: the hot path, in memory allocated once.

mod by_pattern;

use covary_numerics::{Dual, Matrix, Scalar};

use crate::{
    Sample,
    estimators::{Estimator, SampleMoments, Scratch, Weight, two_level::TwoLevel},
    fit::ImpliedMoments,
    inference::{information, two_level},
    model_matrices::{BlockMatrices, Form, ModelMatrices, Source, Workspace},
    sample::{BlockSample, clusters::ClusterSample},
};

/// The objective of a model and a sample.
#[derive(Clone, Debug)]
pub struct Objective<'a, T> {
    matrices: &'a ModelMatrices,
    estimator: Estimator,
    /// Sample moments by block; after a change call [`Objective::refresh`].
    pub samples: Vec<SampleMoments<T>>,
    /// ½ w_g by block.
    half_weights: Vec<f64>,
    /// The discrepancy at the saturated model, by block.
    saturated: Vec<T>,
    /// Moments of fixed x.
    pub exogenous: Vec<T>,
    workspaces: Vec<Workspace<T>>,
    scratch: Vec<Scratch<T>>,
    /// One entry per group of a model of two levels, whose blocks are evaluated together; empty in others.
    levels: Vec<TwoLevel<T>>,
    /// N.
    cases: f64,
    /// n_g by block.
    group_cases: Vec<f64>,
}

/// w_g = n_g/N by block.
pub fn weights(sample: &Sample) -> Vec<f64> {
    let total = sample.cases() as f64;
    sample.blocks.iter().map(|block| block.weighted_cases() / total).collect()
}

/// What the discrepancy of each block is multiplied by in 2f: n_g/N under ML and DLS, (n_g − 1)/N under other least
/// squares.
pub fn discrepancy_weights(estimator: Estimator, sample: &Sample) -> Vec<f64> {
    let total = sample.cases() as f64;
    let lost = if estimator.is_least_squares() && estimator != Estimator::Dls { 1.0 } else { 0.0 };
    sample.blocks.iter().map(|block| (block.weighted_cases() - lost) / total).collect()
}

impl<'a, T: Scalar> Objective<'a, T> {
    /// The objective of a sample.
    ///
    /// Where S is not positive definite ML has no saturated value: f then lacks that constant, has its minimum where it
    /// would have it, and makes no χ².
    pub fn new(matrices: &'a ModelMatrices, estimator: Estimator, sample: &Sample) -> Option<Self> {
        let mut objective = Objective::unset(matrices, estimator, sample);
        if objective.refresh().is_none() && estimator != Estimator::Ml {
            return None;
        }
        objective.take_exogenous();
        Some(objective)
    }

    /// An objective whose sample moments are yet to be set: nothing is asked of those of `sample`.
    pub(crate) fn unset(matrices: &'a ModelMatrices, estimator: Estimator, sample: &Sample) -> Self {
        let samples = sample.blocks.iter().map(|block| {
            SampleMoments::new(&block.covariance, block.mean.as_deref().filter(|_| matrices.meanstructure))
                .weighted(&block.weight)
                .by_pattern(block.patterns.as_ref().filter(|_| estimator == Estimator::Fiml))
        });
        let scratch =
            |layout: &crate::model_matrices::BlockLayout| Scratch::new(layout.observed.len(), layout.measured.len());
        Objective {
            matrices,
            estimator,
            samples: samples.collect(),
            half_weights: discrepancy_weights(estimator, sample).iter().map(|w| 0.5 * w).collect(),
            saturated: vec![T::ZERO; sample.blocks.len()],
            exogenous: vec![T::ZERO; matrices.exogenous.len()],
            workspaces: workspaces(matrices, if sample.is_two_level() { Form::Moments } else { estimator.form() }),
            scratch: matrices.blocks.iter().map(scratch).collect(),
            levels: sample.levels.iter().map(TwoLevel::new).collect(),
            cases: sample.cases() as f64,
            group_cases: sample.blocks.iter().map(BlockSample::weighted_cases).collect(),
        }
    }

    /// The same in the dense form always: a second opinion on the factored one.
    pub fn in_dense_form(mut self) -> Self {
        self.workspaces = workspaces(self.matrices, Form::Dense);
        self
    }

    /// The model's layout.
    pub fn matrices(&self) -> &'a ModelMatrices {
        self.matrices
    }

    /// Sets w_g by block.
    pub(crate) fn set_weights(&mut self, weights: impl Iterator<Item = f64>) {
        for (own, weight) in self.half_weights.iter_mut().zip(weights) {
            *own = 0.5 * weight;
        }
    }

    /// Takes up other samples of two levels, one for each group, and their moments of fixed x.
    pub(crate) fn set_levels(&mut self, groups: &[std::sync::Arc<ClusterSample>]) {
        self.cases = groups.iter().map(|group| group.cases as f64).sum();
        for (level, group) in self.levels.iter_mut().zip(groups) {
            level.sample = std::sync::Arc::clone(group);
            let layout = &group.layout;
            for (block, own) in [layout.within, layout.between].into_iter().zip(group.blocks(Vec::new())) {
                let sample = &mut self.samples[block];
                for (target, value) in sample.covariance.iter_mut().zip(own.covariance.values()) {
                    *target = T::from(*value);
                }
                for (target, value) in sample.mean.iter_mut().zip(own.mean.iter().flatten()) {
                    *target = T::from(*value);
                }
            }
        }
        self.take_exogenous();
    }

    /// Takes up changed sample moments: the saturated values and the moments of fixed x.
    ///
    /// `None` where the sample has no saturated value.
    #[inline(always)]
    pub fn refresh(&mut self) -> Option<()> {
        // Σ_B need not be positive definite.
        for (block, sample) in self.samples.iter().enumerate().filter(|_| self.levels.is_empty()) {
            self.saturated[block] = self.estimator.saturated(sample, &mut self.scratch[block])?;
        }
        self.take_exogenous();
        Some(())
    }

    #[inline(always)]
    pub(crate) fn take_exogenous(&mut self) {
        for (value, moment) in self.exogenous.iter_mut().zip(&self.matrices.exogenous) {
            let sample = &self.samples[moment.block];
            *value = match moment.other {
                Some(other) => sample.covariance[moment.variable * sample.p + other],
                // Without a mean structure no mean is a parameter.
                None => sample.mean.get(moment.variable).copied().unwrap_or(T::ZERO),
            };
        }
    }

    /// f(θ), its gradient into `gradient` (q⁺ each). `None` where the model has no moments at θ.
    #[inline(always)]
    pub fn evaluate(&mut self, theta: &[T], gradient: &mut [T]) -> Option<T> {
        gradient.fill(T::ZERO);
        if !self.levels.is_empty() {
            return self.evaluate_levels(theta, gradient);
        }
        let mut value = T::ZERO;
        for (block, layout) in self.matrices.blocks.iter().enumerate() {
            let workspace = &mut self.workspaces[block];
            workspace.evaluate(layout, theta, &self.exogenous)?;
            let (implied, on_moments) = workspace.implied_and_gradient();
            let discrepancy =
                self.estimator.evaluate(&self.samples[block], implied, on_moments, &mut self.scratch[block]);
            if discrepancy.value().is_nan() {
                return None;
            }
            let weight = T::from(self.half_weights[block]);
            value += weight * (discrepancy - self.saturated[block]);
            workspace.chain(layout, weight, gradient);
        }
        if !self.matrices.frequencies.is_empty() {
            value += self.add_frequencies(theta, gradient);
        }
        Some(value)
    }

    /// What the frequencies of the groups add to f and its gradient.
    #[inline(never)]
    fn add_frequencies(&self, theta: &[T], gradient: &mut [T]) -> T {
        let mut value = T::ZERO;
        for frequency in &self.matrices.frequencies {
            let (weight, n) = (T::from(self.half_weights[frequency.block]), self.group_cases[frequency.block]);
            value += weight * frequency.discrepancy(n, theta);
            if let Source::Free(k) = frequency.source {
                gradient[k] += weight * (T::from(2.0 / n) * theta[k].exp() - T::from(2.0));
            }
        }
        value
    }

    /// f(θ) = −log-likelihood/N of two levels, without the terms in ln 2π.
    #[inline(never)]
    fn evaluate_levels(&mut self, theta: &[T], gradient: &mut [T]) -> Option<T> {
        let weight = T::from(0.5 / self.cases);
        let mut value = T::ZERO;
        for group in &mut self.levels {
            let (lower, upper) = (group.sample.layout.within, group.sample.layout.between);
            for block in [lower, upper] {
                self.workspaces[block].evaluate(&self.matrices.blocks[block], theta, &self.exogenous)?;
            }
            // Level 2 of a group stands behind its level 1.
            let (before, behind) = self.workspaces.split_at_mut(upper);
            value += weight * group.evaluate(&mut before[lower], &mut behind[0])?;
            before[lower].chain(&self.matrices.blocks[lower], weight, gradient);
            behind[0].chain(&self.matrices.blocks[upper], weight, gradient);
        }
        Some(value)
    }

    /// The discrepancy function.
    pub fn estimator(&self) -> Estimator {
        self.estimator
    }

    /// The matrices of a block, as set by the last evaluation.
    pub fn workspace(&self, block: usize) -> &Workspace<T> {
        &self.workspaces[block]
    }
}

fn workspaces<T: Scalar>(matrices: &ModelMatrices, form: Form) -> Vec<Workspace<T>> {
    matrices.blocks.iter().map(|layout| Workspace::in_form(layout, form)).collect()
}

impl<'a> Objective<'a, f64> {
    /// F_g of each block at θ: the discrepancy beyond the saturated model's. `None` where it does not exist.
    ///
    /// Of two levels: −2 log-likelihood per case beyond the saturated model's, at the block of level 1.
    pub fn discrepancies(&mut self, theta: &[f64]) -> Option<Vec<f64>> {
        let mut gradient = vec![0.0; theta.len()];
        if !self.levels.is_empty() {
            return self.level_discrepancies(theta);
        }
        let blocks = 0..self.matrices.blocks.len();
        let weights = self.half_weights.clone();
        let discrepancy = |block: usize| {
            // One block alone: the others weigh nothing.
            for (k, weight) in self.half_weights.iter_mut().enumerate() {
                *weight = if k == block { 1.0 } else { 0.0 };
            }
            self.evaluate(theta, &mut gradient)
        };
        let found = blocks.map(discrepancy).collect();
        self.half_weights = weights;
        found
    }

    fn level_discrepancies(&mut self, theta: &[f64]) -> Option<Vec<f64>> {
        let mut found = vec![0.0; self.workspaces.len()];
        for group in &mut self.levels {
            let (lower, upper) = (group.sample.layout.within, group.sample.layout.between);
            for block in [lower, upper] {
                self.workspaces[block].evaluate(&self.matrices.blocks[block], theta, &self.exogenous)?;
            }
            let (before, behind) = self.workspaces.split_at_mut(upper);
            let value = group.evaluate(&mut before[lower], &mut behind[0])?;
            found[lower] = (value - group.sample.saturated_value) / group.sample.cases as f64;
        }
        Some(found)
    }

    /// Scores of the clusters at θ, −∂(−log-likelihood)/∂θ, of all groups one below the other: ΣJ_g × q⁺.
    ///
    /// `None` where a cluster has no likelihood, and without clusters.
    pub fn cluster_scores(&mut self, theta: &[f64]) -> Option<Matrix> {
        let mut scores: Vec<f64> = Vec::new();
        for group in &mut self.levels {
            let (lower, upper) = (group.sample.layout.within, group.sample.layout.between);
            let layouts = [&self.matrices.blocks[lower], &self.matrices.blocks[upper]];
            for (block, layout) in [lower, upper].into_iter().zip(layouts) {
                self.workspaces[block].evaluate(layout, theta, &self.exogenous)?;
            }
            let (before, behind) = self.workspaces.split_at_mut(upper);
            let of_group = group.scores(layouts, &mut before[lower], &mut behind[0], theta.len())?;
            scores.extend_from_slice(of_group.values());
        }
        (!self.levels.is_empty()).then_some(())?;
        Matrix::from_values(scores.len() / theta.len().max(1), theta.len(), scores)
    }

    /// The information that scales the search, per case: Σ w_g Δ'W_gΔ, W_g = NT(Σ) for ML, V for least squares.
    ///
    /// `None` where a block has no moments at θ.
    pub fn information(&self, theta: &[f64], weights: &[f64]) -> Option<Matrix> {
        let values: Vec<BlockMatrices> = (0..self.matrices.blocks.len())
            .map(|block| self.matrices.matrices(block, theta, &self.exogenous))
            .collect::<Option<_>>()?;
        if !self.levels.is_empty() {
            let samples = self.levels.iter().map(|group| group.sample.as_ref());
            return two_level::expected(self.matrices, &values, samples);
        }
        let with_frequencies = |mut information: Matrix| {
            self.matrices.add_frequencies(&mut information, self.cases, |own| own.expected(theta));
            information
        };
        if self.estimator == Estimator::Fiml {
            return self.expected_by_pattern(&values, weights).map(with_frequencies);
        }
        let metric = |(values, sample): (&BlockMatrices, &SampleMoments<f64>)| {
            if self.estimator.is_least_squares() {
                Some(sample.weight.clone())
            } else {
                Weight::normal_theory(&values.covariance)
            }
        };
        let metrics: Vec<Weight<f64>> = values.iter().zip(&self.samples).map(metric).collect::<Option<_>>()?;
        Some(with_frequencies(information::in_metric(self.matrices, &values, weights, &metrics)))
    }

    /// Writes the implied moments of a block at θ; what does not exist stays as it was.
    pub(crate) fn write_implied(&mut self, block: usize, theta: &[f64], implied: &mut ImpliedMoments) {
        let layout = &self.matrices.blocks[block];
        let workspace = &mut self.workspaces[block];
        let Some((covariance, mean)) = workspace.moments(layout, theta, &self.exogenous) else { return };
        implied.covariance.values_mut().copy_from_slice(covariance);
        if let Some(target) = &mut implied.mean {
            target.copy_from_slice(mean);
        }
        let m = layout.latent.len();
        let own = implied.latent_covariance.rows();
        // The model's own latent variables come first.
        for j in 0..own {
            for k in 0..own {
                implied.latent_covariance[(j, k)] = workspace.latent_covariance()[j * m + k];
            }
        }
    }

    /// The Hessian of f at θ, exactly: the gradient over dual numbers. `None` where it does not exist.
    pub fn hessian(&self, theta: &[f64]) -> Option<Matrix> {
        if self.estimator == Estimator::Fiml && self.samples.iter().all(|sample| !sample.patterns.is_empty()) {
            return self.hessian_by_pattern(theta);
        }
        self.hessian_over_duals(theta)
    }

    /// The same for any estimator, by the whole gradient over dual numbers.
    pub fn hessian_over_duals(&self, theta: &[f64]) -> Option<Matrix> {
        let q = theta.len();
        let mut dual = self.over_duals();
        let mut point: Vec<Dual> = theta.iter().map(|value| Dual::from(*value)).collect();
        let mut gradient = vec![Dual::ZERO; q];
        let mut hessian = Matrix::zeros(q, q);
        for k in 0..q {
            point[k] = Dual::variable(theta[k]);
            dual.evaluate(&point, &mut gradient)?;
            point[k] = Dual::from(theta[k]);
            for (l, element) in gradient.iter().enumerate() {
                hessian[(l, k)] = element.derivative;
            }
        }
        // Symmetric but for rounding.
        Some(Matrix::from_fn(q, q, |i, j| 0.5 * (hessian[(i, j)] + hessian[(j, i)])))
    }

    fn over_duals(&self) -> Objective<'a, Dual> {
        let constants = |values: &[f64]| values.iter().map(|value| Dual::from(*value)).collect::<Vec<_>>();
        let moments = |sample: &SampleMoments<f64>| SampleMoments {
            p: sample.p,
            covariance: constants(&sample.covariance),
            mean: constants(&sample.mean),
            weight: sample.weight.over(),
            patterns: sample.patterns.iter().map(|pattern| pattern.over()).collect(),
        };
        let scratch =
            |layout: &crate::model_matrices::BlockLayout| Scratch::new(layout.observed.len(), layout.measured.len());
        Objective {
            matrices: self.matrices,
            estimator: self.estimator,
            samples: self.samples.iter().map(moments).collect(),
            half_weights: self.half_weights.clone(),
            saturated: constants(&self.saturated),
            exogenous: constants(&self.exogenous),
            workspaces: workspaces(
                self.matrices,
                if self.levels.is_empty() { self.estimator.form() } else { Form::Moments },
            ),
            scratch: self.matrices.blocks.iter().map(scratch).collect(),
            levels: self.levels.iter().map(|group| TwoLevel::new(&group.sample)).collect(),
            cases: self.cases,
            group_cases: self.group_cases.clone(),
        }
    }
}
