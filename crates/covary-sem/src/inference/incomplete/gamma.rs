//! n times the covariance matrix of the saturated model's estimates.

use covary_numerics::{Matrix, linalg::Cholesky};

use super::{information::At, saturated};
use crate::{
    estimators::lower_triangle,
    inference::{
        Solution,
        casewise::cross_products,
        moment_covariance::{Moment, moments, moments_without},
    },
    sample::{FirstStage, fourth_moments::counted_products},
    settings::{Information, MissingValues, SaturatedAt},
};

/// From how many moments on matrices of their order are not formed: the memory would not hold them.
pub(super) const MOST_MOMENTS: usize = 6000;

impl Solution<'_> {
    /// Ω of a block: two.stage Au⁻¹, robust.two.stage Au⁻¹BuAu⁻¹, with FIML J⁻¹BuJ⁻¹, J the kind of information that the tests
    /// take; over the moments that are not fixed, zeros elsewhere.
    ///
    /// `None` with pairwise moments, where a matrix is singular, and with more than 6,000 moments.
    ///
    /// # Source
    /// Savalei and Bentler (2009), Structural Equation Modeling 16; Yuan and Bentler (2000).
    pub(crate) fn gamma_by_pattern(&self, block: usize) -> Option<Matrix> {
        // Beside auxiliary variables, which lavaan 0.6-14 does not have, there is nothing to follow.
        let staged = matches!(self.settings.missing, MissingValues::TwoStage | MissingValues::RobustTwoStage)
            && self.sample.blocks[block].first_stage.is_none();
        if staged && self.of_baseline && self.settings.conventions.two_stage_baseline_fills_gaps {
            return self.gamma_of_filled_gaps(block);
        }
        match self.settings.missing {
            MissingValues::TwoStage => self.covariance_of_saturated(block, Some(Information::Observed), false),
            MissingValues::RobustTwoStage => self.covariance_of_saturated(block, Some(Information::Observed), true),
            MissingValues::Ml | MissingValues::MlX => {
                self.covariance_of_saturated(block, self.settings.information_of_tests, true)
            }
            MissingValues::Pairwise | MissingValues::Listwise => None,
        }
    }

    /// Γ̂ with the mean product in place of every product that has a gap: what lavaan 0.6-14 scales the baseline with.
    fn gamma_of_filled_gaps(&self, block: usize) -> Option<Matrix> {
        let sample = &self.sample.blocks[block];
        let (rows, patterns) = (sample.rows.as_ref()?, sample.patterns.as_ref()?);
        let alone = patterns.by_variable();
        let p = patterns.variables;
        let kept = moments_without(p, true, &self.fixed_x(block));
        if kept.len() > MOST_MOMENTS {
            return None;
        }
        let moments_of = |k: usize| -> Vec<f64> {
            let c: Vec<f64> = (0..p).map(|j| rows.values[(k, j)] - alone[j].mean).collect();
            c.iter().copied().chain(lower_triangle(p).map(|(i, j)| c[i] * c[j])).collect()
        };
        let mut z = Matrix::from_fn(rows.values.rows(), p + p * (p + 1) / 2, |_, _| 0.0);
        let order = z.columns();
        for k in 0..z.rows() {
            z.values_mut()[k * order..(k + 1) * order].copy_from_slice(&moments_of(k));
        }
        for column in 0..order {
            let (mut sum, mut cases) = (0.0, 0.0);
            for (k, count) in rows.counts.iter().enumerate().filter(|(k, _)| !z[(*k, column)].is_nan()) {
                sum += count * z[(k, column)];
                cases += count;
            }
            for k in 0..z.rows() {
                let value = z[(k, column)];
                z[(k, column)] = if value.is_nan() { 0.0 } else { value - sum / cases };
            }
        }
        let gamma = counted_products(&z, &rows.counts).scaled(1.0 / sample.cases as f64);
        Some(embedded(&gamma.select(&kept, &kept), &kept, order))
    }

    /// n times the covariance matrix of the moments of the saturated model: J⁻¹, `robust` J⁻¹BuJ⁻¹, J the kind of information
    /// that the standard errors take.
    ///
    /// `None` as for [`gamma_by_pattern`](Self::gamma_by_pattern).
    pub(crate) fn covariance_of_estimates(&self, block: usize, robust: bool) -> Option<Matrix> {
        self.covariance_of_saturated(block, self.settings.information, robust)
    }

    /// J⁻¹, or `sandwich` J⁻¹BuJ⁻¹, over the moments that are not fixed.
    fn covariance_of_saturated(&self, block: usize, kind: Option<Information>, sandwich: bool) -> Option<Matrix> {
        let at = SaturatedAt::Unstructured;
        let p = self.sample.blocks[block].covariance.rows();
        let kept = moments_without(p, true, &self.fixed_x(block));
        if kept.len() > MOST_MOMENTS {
            return None;
        }
        if let Some(first) = &self.sample.blocks[block].first_stage {
            return self.covariance_of_first_stage(block, first, kind, sandwich);
        }
        let information = self.saturated_information(block, kind, at)?;
        let order = information.rows();
        let mut inverse = Cholesky::new(&information.select(&kept, &kept))?.inverse();
        if sandwich {
            let first_order = self.saturated_first_order(block, at)?.select(&kept, &kept);
            inverse = inverse.times(&first_order).times(&inverse);
        }
        Some(embedded(&inverse, &kept, order))
    }

    /// The same from the saturated model of all variables of the first stage, auxiliary ones among them, over the moments of
    /// the model's variables.
    fn covariance_of_first_stage(
        &self,
        block: usize,
        first: &FirstStage,
        kind: Option<Information>,
        sandwich: bool,
    ) -> Option<Matrix> {
        let at = At { mean: &first.moments.mean, covariance: &first.moments.covariance };
        let all = first.patterns.variables;
        let kept = moments_without(all, true, &self.fixed_x(block));
        if kept.len() > MOST_MOMENTS {
            return None;
        }
        let first_order =
            || cross_products(&self.sample.blocks[block], &saturated::scores(&first.patterns, &first.rows, at)?);
        let information = match kind {
            Some(Information::Observed) => saturated::observed(&first.patterns.moments(), at)?,
            Some(Information::FirstOrder) => first_order()?,
            Some(Information::Expected) | None => saturated::expected(&first.patterns.moments(), at.covariance)?,
        };
        let mut inverse = Cholesky::new(&information.select(&kept, &kept))?.inverse();
        if sandwich {
            inverse = inverse.times(&first_order()?.select(&kept, &kept)).times(&inverse);
        }
        let p = self.sample.blocks[block].covariance.rows();
        let is_own = |moment: &Moment| match moment {
            Moment::Covariance(i, j) => *i < p && *j < p,
            Moment::Mean(i) => *i < p,
        };
        let own: Vec<usize> = moments(all, true).enumerate().filter(|(_, m)| is_own(m)).map(|(k, _)| k).collect();
        Some(embedded(&inverse, &kept, information.rows()).select(&own, &own))
    }

    /// W, A or B of a block.
    pub(crate) fn saturated_information(
        &self,
        block: usize,
        kind: Option<Information>,
        at: SaturatedAt,
    ) -> Option<Matrix> {
        match kind {
            Some(Information::Observed) => self.saturated_observed(block, at),
            Some(Information::FirstOrder) => self.saturated_first_order(block, at),
            Some(Information::Expected) | None => self.saturated_expected(block, at),
        }
    }
}

/// The matrix with its rows and columns at `kept`, zeros elsewhere.
pub(crate) fn embedded(matrix: &Matrix, kept: &[usize], order: usize) -> Matrix {
    let mut full = Matrix::zeros(order, order);
    for (a, &i) in kept.iter().enumerate() {
        for (b, &j) in kept.iter().enumerate() {
            full[(i, j)] = matrix[(a, b)];
        }
    }
    full
}
