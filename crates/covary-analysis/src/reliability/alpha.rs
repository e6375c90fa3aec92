//! Cronbach's alpha and its interval.

use covary_numerics::{Matrix, distributions::f_quantile};

use crate::Interval;

/// Cronbach's alpha of k items from their covariance matrix.
///
/// α = k/(k − 1) · (1 − Σ sᵢᵢ / Σ sᵢⱼ)
///
/// `covariance`: k × k, any divisor, raw metric; of a correlation matrix the result is the
/// standardised alpha. At most 1, may be negative. `None` with fewer than two items, or where the sum
/// of the items does not vary.
///
/// # Source
/// Cronbach (1951). Same as SPSS RELIABILITY.
pub fn cronbach_alpha(covariance: &Matrix) -> Option<f64> {
    let k = covariance.rows() as f64;
    let total: f64 = covariance.values().iter().sum();
    if covariance.rows() < 2 || total.is_nan() || total <= 0.0 {
        return None;
    }
    let items: f64 = covariance.diagonal().iter().sum();
    Some(k / (k - 1.0) * (1.0 - items / total))
}

/// Feldt's interval of alpha for k items answered by N cases.
///
/// (1 − α)/(1 − α̂) is distributed as F with N − 1 and (N − 1)(k − 1) degrees of freedom:
/// lower = 1 − (1 − α̂) F_{1−γ/2}, upper = 1 − (1 − α̂) F_{γ/2}, γ = 1 − `level`. Assumes essentially
/// τ-equivalent normal items.
///
/// `None` with fewer than two items or cases.
///
/// # Source
/// Feldt (1965); Feldt, Woodruff and Salih (1987). The same as the interval of the intraclass
/// correlation of the mean in SPSS RELIABILITY.
pub fn feldt_interval(alpha: f64, items: usize, cases: usize, level: f64) -> Option<Interval> {
    if items < 2 || cases < 2 {
        return None;
    }
    let df1 = cases as f64 - 1.0;
    let df2 = df1 * (items as f64 - 1.0);
    let tail = (1.0 - level) / 2.0;
    Some(Interval {
        level,
        lower: 1.0 - (1.0 - alpha) * f_quantile(1.0 - tail, df1, df2)?,
        upper: 1.0 - (1.0 - alpha) * f_quantile(tail, df1, df2)?,
    })
}
