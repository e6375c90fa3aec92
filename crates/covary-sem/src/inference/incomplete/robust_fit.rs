//! What robust CFI, TLI and RMSEA are computed from where values are missing.

use covary_numerics::{Matrix, linalg::Cholesky};

use super::gamma::{MOST_MOMENTS, embedded};
use crate::{
    inference::{Solution, moment_covariance::moments_without},
    settings::{Information, SaturatedAt},
};

/// A test statistic of the moments of the saturated model as if data were complete, and how it scales.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComponentsOfFit {
    /// T* = Σ n_g F_g at the saturated moments, F_g the discrepancy of complete data.
    pub statistic: f64,
    /// k, the mean of T* under the model: ĉ df.
    pub trace: f64,
}

impl Solution<'_> {
    /// T* and k = tr(V M Ω M'), V = NT(S), M = I − ΔI⁻(Au)Δ'Au, S the moments of the saturated model; Ω = Au⁻¹ or, with
    /// a scaled test, Au⁻¹BuAu⁻¹. I⁻ alone takes Wu or Bu for Au where the tests rest on expected or first-order information.
    /// Without the moments of fixed x.
    ///
    /// FIML's own statistic measures misfit on a scale that depends on what is missing; T* on that of complete data.
    /// `random_x`: by block, exogenous variables whose moments are free; where the conventions say so they count in Δ, Au and
    /// Ω but not in V.
    /// `None` with complete data, where a matrix is singular, and with more than 6,000 moments.
    ///
    /// # Source
    /// Zhang and Savalei (2023), Psychological Methods 28.
    pub fn components_of_fit(&self, random_x: &[Vec<usize>]) -> Option<ComponentsOfFit> {
        let sandwich = self.is_scaled();
        let q = self.matrices.free;
        let mut parts = Parts {
            trace: 0.0,
            metric: Matrix::zeros(q, q),
            information: Matrix::zeros(q, q),
            crossed: Matrix::zeros(q, q),
            first_order: Matrix::zeros(q, q),
        };
        let mut statistic = 0.0;
        for (block, weight) in self.weights().into_iter().enumerate() {
            statistic += self.sample.blocks[block].weighted_cases() * self.complete_discrepancy(block)?;
            self.add_parts(block, weight, &random_x[block], &mut parts)?;
        }
        let inverse = self.generalized_inverse(&parts.information)?;
        let explained = if sandwich {
            let through = inverse.times(&parts.metric).times(&inverse);
            2.0 * trace_of_product(&inverse, &parts.crossed) - trace_of_product(&through, &parts.first_order)
        } else {
            trace_of_product(&inverse, &parts.metric)
        };
        Some(ComponentsOfFit { statistic, trace: parts.trace - explained })
    }

    /// Whether Ω is a sandwich: MLR, and ML with one of its tests.
    fn is_scaled(&self) -> bool {
        self.settings.tests.iter().any(|test| test.is_scaled())
    }

    fn add_parts(&self, block: usize, weight: f64, random_x: &[usize], parts: &mut Parts) -> Option<()> {
        let sandwich = self.is_scaled();
        let at = SaturatedAt::Unstructured;
        let sample = &self.sample.blocks[block];
        let p = sample.covariance.rows();
        let kept = moments_without(p, true, &self.fixed_x(block));
        if kept.len() > MOST_MOMENTS {
            return None;
        }
        let delta = self.matrices.delta(block, &self.values[block]);
        let all: Vec<usize> = (0..delta.columns()).collect();
        let delta = delta.select(&kept, &all);
        let mut metric = normal_theory(&sample.covariance)?; // V
        if self.settings.conventions.robust_fit_without_random_x && !random_x.is_empty() {
            let counted = moments_without(p, true, random_x);
            metric = embedded(&metric.select(&counted, &counted), &counted, metric.rows());
        }
        let metric = metric.select(&kept, &kept);
        let information = self.saturated_observed(block, at)?.select(&kept, &kept); // Au
        let factor = Cholesky::new(&information)?;
        let in_metric = metric.times(&delta); // VΔ
        parts.metric = parts.metric.plus(&delta.transpose().times(&in_metric).scaled(weight));
        let of_tests = match self.settings.information_of_tests {
            Some(Information::Observed) => information.clone(),
            kind => self.saturated_information(block, kind, at)?.select(&kept, &kept),
        };
        parts.information = parts.information.plus(&delta.transpose().times(&of_tests.times(&delta)).scaled(weight));
        let inverse = factor.inverse();
        if !sandwich {
            parts.trace += trace_of_product(&inverse, &metric);
            return Some(());
        }
        let first_order = self.saturated_first_order(block, at)?.select(&kept, &kept); // Bu
        let turned = inverse.times(&metric).times(&inverse); // Au⁻¹VAu⁻¹
        parts.trace += trace_of_product(&turned, &first_order);
        let of_delta = first_order.times(&delta); // BuΔ
        let solved = inverse.times(&in_metric); // Au⁻¹VΔ
        parts.crossed = parts.crossed.plus(&of_delta.transpose().times(&solved).scaled(weight));
        parts.first_order = parts.first_order.plus(&delta.transpose().times(&of_delta).scaled(weight));
        Some(())
    }

    /// ln |Σ| + tr SΣ⁻¹ + δ'Σ⁻¹δ − ln |S| − p at the moments of the saturated model.
    fn complete_discrepancy(&self, block: usize) -> Option<f64> {
        let (values, sample) = (&self.values[block], &self.sample.blocks[block]);
        let factor = Cholesky::new(&values.covariance)?;
        let trace: f64 = factor.solve(&sample.covariance).diagonal().iter().sum();
        let delta: Vec<f64> = sample.mean.as_ref()?.iter().zip(&values.mean).map(|(m, mu)| m - mu).collect();
        let distance: f64 = delta.iter().zip(factor.solve_vector(&delta)).map(|(l, r)| l * r).sum();
        let of_sample = Cholesky::new(&sample.covariance)?.log_determinant();
        Some(factor.log_determinant() + trace + distance - of_sample - sample.covariance.rows() as f64)
    }
}

/// Sums over groups, weighted by w_g.
struct Parts {
    /// Σ tr(VΩ), not weighted.
    trace: f64,
    /// Δ'VΔ
    metric: Matrix,
    /// Δ'AuΔ, or with the information of the tests.
    information: Matrix,
    /// Δ'BuAu⁻¹VΔ
    crossed: Matrix,
    /// Δ'BuΔ
    first_order: Matrix,
}

/// NT(S) as a matrix, means first. `None` unless S is positive definite.
fn normal_theory(covariance: &Matrix) -> Option<Matrix> {
    Some(crate::estimators::Weight::normal_theory(covariance)?.matrix(covariance.rows(), true))
}

/// tr(AB) of symmetric A, or of any A with B symmetric.
fn trace_of_product(a: &Matrix, b: &Matrix) -> f64 {
    a.values().iter().zip(b.values()).map(|(l, r)| l * r).sum()
}
