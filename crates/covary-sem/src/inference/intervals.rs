//! Intervals and standard errors from resamples, as functions of a slice of values.

use covary_numerics::distributions::{normal_cdf, normal_quantile};

use crate::settings::BootstrapInterval;

/// Lower and upper limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// Standard error of a statistic: the standard deviation of its values over resamples, divisor R − 1.
///
/// `None` with fewer than two values, and where they do not vary.
pub fn standard_error(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let sum: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((sum / (n - 1.0)).sqrt()).filter(|error| *error > 0.0)
}

/// The interval of `kind` at `level` for a statistic with value `estimate` in the sample and `values` in the resamples.
///
/// - normal: 2t − t̄ ± z·S.E. (bias-corrected mean, S.E. with divisor R − 1), as lavaan's `norm`;
/// - basic: 2t − quantiles; percentile: quantiles;
/// - bias-corrected: quantiles at Φ(2z₀ + Φ⁻¹α), z₀ = Φ⁻¹(#{t* < t}/R) (Efron; lavaan's `bca.simple`, AMOS's BC);
/// - BCa: at Φ(z₀ + (z₀ + zα)/(1 − a(z₀ + zα))), a the `acceleration` (see [`acceleration`]), 0 without.
///
/// Quantiles are interpolated on the normal scale at position (R + 1)α. `None` where there are fewer than two
/// values, or where all lie on one side of the estimate so that z₀ does not exist.
///
/// # Source
/// Efron (1987); Davison and Hinkley (1997), equation 5.8, for the interpolation.
pub fn interval(
    kind: BootstrapInterval,
    estimate: f64,
    values: &[f64],
    acceleration: Option<f64>,
    level: f64,
) -> Option<Interval> {
    if values.len() < 2 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let sorted = sorted(values);
    let (low, high) = (0.5 * (1.0 - level), 0.5 * (1.0 + level));
    let between = |lower, upper| Some(Interval { lower, upper });
    match kind {
        BootstrapInterval::Normal => {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let half = normal_quantile(high)? * standard_error(values)?;
            between(2.0 * estimate - mean - half, 2.0 * estimate - mean + half)
        }
        BootstrapInterval::Basic => {
            between(2.0 * estimate - quantile(&sorted, high)?, 2.0 * estimate - quantile(&sorted, low)?)
        }
        BootstrapInterval::Percentile => between(quantile(&sorted, low)?, quantile(&sorted, high)?),
        BootstrapInterval::BiasCorrected => corrected(&sorted, estimate, 0.0, low, high),
        BootstrapInterval::Bca => corrected(&sorted, estimate, acceleration.unwrap_or(0.0), low, high),
    }
}

/// Two-tailed p: the smallest α for which the interval of `kind` at level 1 − α excludes 0.
///
/// With π = #{t* < 0}/R (ties half): percentile 2 min(π, 1 − π); bias-corrected with Φ(Φ⁻¹(π) − 2z₀) for π; BCa
/// likewise, its end solved for α; basic and normal from their own limits. At least 1/R: a p of 0 from R resamples
/// says only that it is below 1/R. `None` where the interval does not exist.
pub fn two_tailed_p(kind: BootstrapInterval, estimate: f64, values: &[f64], acceleration: Option<f64>) -> Option<f64> {
    let count = values.len() as f64;
    if values.len() < 2 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let floor = 1.0 / count;
    let tail = match kind {
        BootstrapInterval::Normal => {
            let mean = values.iter().sum::<f64>() / count;
            normal_cdf(-((2.0 * estimate - mean) / standard_error(values)?).abs())
        }
        // Reflected at the estimate, 0 is at 2t.
        BootstrapInterval::Basic => smaller_tail(share_below(values, 2.0 * estimate)),
        BootstrapInterval::Percentile => smaller_tail(share_below(values, 0.0)),
        BootstrapInterval::BiasCorrected => corrected_tail(values, estimate, 0.0)?,
        BootstrapInterval::Bca => corrected_tail(values, estimate, acceleration.unwrap_or(0.0))?,
    };
    Some((2.0 * tail).clamp(floor, 1.0))
}

/// Acceleration a = Σ w u³ / (6 (Σ w u²)^{3/2}), u = mean − leave-one-out value.
///
/// `leave_one_out`: (weight, value) of the refit without a case, weight the number of cases like it. `None` where the
/// values do not vary.
///
/// # Source
/// Efron (1987), with the jackknife for the influence function.
pub fn acceleration(leave_one_out: &[(f64, f64)]) -> Option<f64> {
    let total: f64 = leave_one_out.iter().map(|(weight, _)| weight).sum();
    let mean = leave_one_out.iter().map(|(weight, value)| weight * value).sum::<f64>() / total;
    let moment =
        |power: i32| leave_one_out.iter().map(|(weight, value)| weight * (mean - value).powi(power)).sum::<f64>();
    let acceleration = moment(3) / (6.0 * moment(2).powf(1.5));
    acceleration.is_finite().then_some(acceleration)
}

/// The quantile at `alpha` of sorted values: position (R + 1)α, interpolated on the normal scale.
///
/// Beyond the outermost positions the outermost value. `None` without values or unless 0 < α < 1.
pub fn quantile(sorted: &[f64], alpha: f64) -> Option<f64> {
    let count = sorted.len() as f64;
    if !(alpha > 0.0 && alpha < 1.0) {
        return None;
    }
    let position = (count + 1.0) * alpha;
    let below = position.floor();
    if below < 1.0 {
        return sorted.first().copied();
    }
    if below >= count {
        return sorted.last().copied();
    }
    let (lower, upper) = (sorted[below as usize - 1], sorted[below as usize]);
    if position == below {
        return Some(lower);
    }
    let at = |k: f64| normal_quantile(k / (count + 1.0));
    let share = (normal_quantile(alpha)? - at(below)?) / (at(below + 1.0)? - at(below)?);
    Some(lower + share * (upper - lower))
}

fn corrected(sorted: &[f64], estimate: f64, acceleration: f64, low: f64, high: f64) -> Option<Interval> {
    let z0 = bias(sorted, estimate)?;
    let end = |alpha: f64| {
        let sum = z0 + normal_quantile(alpha)?;
        let denominator = 1.0 - acceleration * sum;
        if denominator <= 0.0 {
            return None;
        }
        quantile(sorted, normal_cdf(z0 + sum / denominator))
    };
    Some(Interval { lower: end(low)?, upper: end(high)? })
}

/// z₀ = Φ⁻¹ of the share of values below the estimate. `None` where that is 0 or 1.
fn bias(values: &[f64], estimate: f64) -> Option<f64> {
    normal_quantile(values.iter().filter(|value| **value < estimate).count() as f64 / values.len() as f64)
}

fn corrected_tail(values: &[f64], estimate: f64, acceleration: f64) -> Option<f64> {
    let z0 = bias(values, estimate)?;
    let share = share_below(values, 0.0);
    if share <= 0.0 || share >= 1.0 {
        return Some(0.0);
    }
    // The α at whose end 0 stands: z₀ + (z₀ + zα)/(1 − a(z₀ + zα)) = Φ⁻¹(π), solved for zα.
    let distance = normal_quantile(share)? - z0;
    let end = distance / (1.0 + acceleration * distance) - z0;
    Some(smaller_tail(normal_cdf(end)))
}

/// Share of values below `threshold`, ties half.
fn share_below(values: &[f64], threshold: f64) -> f64 {
    let below: f64 = values
        .iter()
        .map(|value| {
            if *value < threshold {
                1.0
            } else if *value == threshold {
                0.5
            } else {
                0.0
            }
        })
        .sum();
    below / values.len() as f64
}

fn smaller_tail(share: f64) -> f64 {
    share.min(1.0 - share)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}
