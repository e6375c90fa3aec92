//! Percentiles as SPSS computes them.

/// The p-th quantile (0 < p < 1) of `sorted` by HAVERAGE: the weighted average at (N + 1)p.
///
/// With (N + 1)p = k + g, k whole: (1 − g) x₍ₖ₎ + g x₍ₖ₊₁₎; the smallest and largest answer beyond the
/// ends. `None` without values.
///
/// # Source
/// SPSS FREQUENCIES and EXAMINE, the default; type 6 of Hyndman and Fan (1996).
pub fn haverage(sorted: &[f64], p: f64) -> Option<f64> {
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let position = (sorted.len() as f64 + 1.0) * p;
    if position < 1.0 {
        return Some(first);
    }
    if position >= sorted.len() as f64 {
        return Some(last);
    }
    let (k, g) = (position.floor() as usize, position.fract());
    Some((1.0 - g) * sorted[k - 1] + g * sorted[k])
}
