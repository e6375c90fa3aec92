//! Refits of eight resamples at once: maximum likelihood on complete data, one resample in each lane.

use covary_numerics::{
    Lanes, Scalar,
    minimise::{Ending, LaneSearches, Settings},
};

use super::worker::{Shared, TOLERANCE};
use crate::{
    estimate::Objective,
    estimators::{Estimator, SampleMoments},
};

/// Resamples side by side: one register of the widest vector instructions, or two, or four.
pub(super) const WIDTH: usize = 8;
/// A warm start takes about ten; what needs more holds up its neighbours, and is searched alone.
const MOST_ITERATIONS: usize = 25;

/// One thread's lanes.
///
/// Lanes are not refilled as they converge: a batch takes as long as its slowest, which is about a quarter more than the mean,
/// of a third of the whole; the moments of a resample cost the rest.
pub(super) struct LaneRefits<'a> {
    shared: &'a Shared<'a>,
    objective: Objective<'a, Lanes<WIDTH>>,
    /// For points at which a lane has no value.
    single: Objective<'a, f64>,
    searches: LaneSearches<WIDTH>,
    eta: Vec<Lanes<WIDTH>>,
    theta: Vec<Lanes<WIDTH>>,
    on_theta: Vec<Lanes<WIDTH>>,
    gradient: Vec<Lanes<WIDTH>>,
}

impl<'a> LaneRefits<'a> {
    /// `None` where resamples are not refitted by complete-data maximum likelihood under linear equalities alone.
    pub fn new(shared: &'a Shared<'a>) -> Option<Self> {
        let fit = shared.fit;
        let estimator = Estimator::of(&fit.settings, &fit.sample);
        let plain = fit.sample.blocks.iter().all(|block| block.clusters.is_none() && block.case_weights.is_none());
        if estimator != Estimator::Ml || fit.sample.is_two_level() || !plain || !fit.restrictions.are_linear() {
            return None;
        }
        let settings = Settings { gradient_tolerance: TOLERANCE, max_iterations: MOST_ITERATIONS };
        let zeros = |length: usize| vec![Lanes::ZERO; length];
        Some(LaneRefits {
            shared,
            objective: Objective::unset(&fit.matrices, estimator, &fit.sample),
            single: Objective::unset(&fit.matrices, estimator, &fit.sample),
            searches: LaneSearches::new(&shared.metric, settings),
            eta: zeros(shared.scale.len()),
            theta: zeros(fit.theta.len()),
            on_theta: zeros(fit.theta.len()),
            gradient: zeros(shared.scale.len()),
        })
    }

    /// Sets the moments of one lane, by block.
    pub fn set_moments(&mut self, lane: usize, moments: &[SampleMoments<f64>]) {
        for (own, given) in self.objective.samples.iter_mut().zip(moments) {
            own.covariance.iter_mut().zip(&given.covariance).for_each(|(own, given)| own.0[lane] = *given);
            own.mean.iter_mut().zip(&given.mean).for_each(|(own, given)| own.0[lane] = *given);
        }
    }

    /// The moments of one lane.
    pub fn write_moments(&self, lane: usize, moments: &mut [SampleMoments<f64>]) {
        for (target, own) in moments.iter_mut().zip(&self.objective.samples) {
            target.covariance.iter_mut().zip(&own.covariance).for_each(|(target, own)| *target = own.0[lane]);
            target.mean.iter_mut().zip(&own.mean).for_each(|(target, own)| *target = own.0[lane]);
        }
    }

    /// θ of a lane that converged, and its objective.
    pub fn write_theta(&self, lane: usize, theta: &mut [f64]) -> Option<f64> {
        if self.searches.ending(lane) != Some(Ending::Converged) {
            return None;
        }
        let eta: Vec<f64> = self.searches.best(lane).zip(&self.shared.scale).map(|(xi, scale)| xi * scale).collect();
        self.shared.constraints.expand(&eta, theta);
        Some(self.searches.best_value(lane))
    }

    /// Searches from the estimates in every lane. `None` where a lane has no saturated value: then each is for itself.
    #[inline(always)]
    fn refit(&mut self) -> Option<()> {
        self.objective.refresh()?;
        self.searches.restart(&self.shared.start);
        while !self.searches.is_done() {
            for ((eta, xi), scale) in self.eta.iter_mut().zip(self.searches.trial()).zip(&self.shared.scale) {
                *eta = *xi * Lanes::from(*scale);
            }
            self.shared.constraints.expand(&self.eta, &mut self.theta);
            let value = match self.objective.evaluate(&self.theta, &mut self.on_theta) {
                Some(value) => value,
                None => self.evaluate_one_by_one(),
            };
            self.shared.constraints.reduce_gradient(&self.on_theta, &mut self.gradient);
            for (element, scale) in self.gradient.iter_mut().zip(&self.shared.scale) {
                *element *= Lanes::from(*scale);
            }
            self.searches.tell(value, &self.gradient);
        }
        Some(())
    }

    /// Together lanes have a value only where all have one.
    #[inline(never)]
    fn evaluate_one_by_one(&mut self) -> Lanes<WIDTH> {
        let mut values = Lanes::from(f64::NAN);
        let mut gradient = vec![0.0; self.theta.len()];
        for lane in 0..WIDTH {
            for (target, own) in self.single.samples.iter_mut().zip(&self.objective.samples) {
                target.covariance.iter_mut().zip(&own.covariance).for_each(|(target, own)| *target = own.0[lane]);
                target.mean.iter_mut().zip(&own.mean).for_each(|(target, own)| *target = own.0[lane]);
            }
            let theta: Vec<f64> = self.theta.iter().map(|element| element.0[lane]).collect();
            let value = self.single.refresh().and_then(|()| self.single.evaluate(&theta, &mut gradient));
            values.0[lane] = value.unwrap_or(f64::NAN);
            for (element, own) in self.on_theta.iter_mut().zip(&gradient) {
                element.0[lane] = *own;
            }
        }
        values
    }
}

/// A batch of refits, as a piece of work that is compiled for each width of vector instructions.
pub(super) struct Batch<'b, 'a>(pub &'b mut LaneRefits<'a>);

impl pulp::WithSimd for Batch<'_, '_> {
    type Output = Option<()>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Option<()> {
        self.0.refit()
    }
}
