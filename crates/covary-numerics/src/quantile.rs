//! Quantiles of observed values, by the rules of the programs that print them.

use crate::distributions::normal_quantile;

/// Where between the ordered values a quantile lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Position (N+1)p, linear in between: SPSS's HAVERAGE, definition 6 of Hyndman and Fan (1996).
    WeightedAverage,
    /// Position (N−1)p + 1, linear in between: the default of R, definition 7.
    Linear,
    /// Position (N+1)p, linear on the scale of normal quantiles in between: bootstrap limits of lavaan.
    ///
    /// Davison and Hinkley (1997), equation 5.8.
    NormalScale,
}

/// The quantile of order `p` of `sorted`, values in ascending order.
///
/// Beyond the first and last position the quantile is the smallest or largest value. `None` without
/// values or unless 0 ≤ p ≤ 1.
pub fn quantile(sorted: &[f64], p: f64, rule: Rule) -> Option<f64> {
    let n = sorted.len();
    if n == 0 || !(0.0..=1.0).contains(&p) {
        return None;
    }
    let position = match rule {
        Rule::WeightedAverage | Rule::NormalScale => (n as f64 + 1.0) * p,
        Rule::Linear => (n as f64 - 1.0) * p + 1.0,
    };
    // A position that should be whole, such as 1001 · .975 · …, must not fall short of it by rounding.
    let position = if (position - position.round()).abs() < 1e-9 { position.round() } else { position };
    let below = position.floor();
    if below < 1.0 {
        return Some(sorted[0]);
    }
    if below >= n as f64 {
        return Some(sorted[n - 1]);
    }
    let k = below as usize;
    let (lower, upper) = (sorted[k - 1], sorted[k]);
    let fraction = match rule {
        Rule::NormalScale if position > below => normal_scale_fraction(p, k, n)?,
        _ => position - below,
    };
    Some(lower + fraction * (upper - lower))
}

/// (Φ⁻¹(p) − Φ⁻¹(k/(n+1))) / (Φ⁻¹((k+1)/(n+1)) − Φ⁻¹(k/(n+1))).
fn normal_scale_fraction(p: f64, k: usize, n: usize) -> Option<f64> {
    let order = n as f64 + 1.0;
    let below = normal_quantile(k as f64 / order)?;
    let above = normal_quantile((k + 1) as f64 / order)?;
    Some((normal_quantile(p)? - below) / (above - below))
}
