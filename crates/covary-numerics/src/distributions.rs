//! Distribution functions and quantiles, each tail computed directly.
//!
//! A tail probability keeps its relative accuracy however small it is; nothing here computes an
//! upper tail as one minus the lower. Arguments that are not numbers, and degrees of freedom below
//! zero, give NaN from the functions that return a bare number; quantiles give `None`.

use libm::erfc;
use statrs::function::erf::erfc_inv;

use crate::incomplete::{Tails, beta_tails, gamma_tails, poisson_mass};
use crate::root::{decreasing_root, increasing_root};

/// Φ(x), the standard normal distribution function.
pub fn normal_cdf(x: f64) -> f64 {
    normal_sf(-x)
}

/// 1 − Φ(x), without cancellation in the upper tail.
pub fn normal_sf(x: f64) -> f64 {
    0.5 * erfc(x * std::f64::consts::FRAC_1_SQRT_2)
}

/// φ(x), the standard normal density.
pub fn normal_pdf(x: f64) -> f64 {
    const ONE_OVER_SQRT_TWO_PI: f64 = 0.398_942_280_401_432_7;
    ONE_OVER_SQRT_TWO_PI * (-0.5 * x * x).exp()
}

/// Φ⁻¹(p). `None` unless 0 < p < 1.
pub fn normal_quantile(p: f64) -> Option<f64> {
    if !is_probability(p) {
        return None;
    }
    let x = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p);
    // statrs' inverse and its erfc are right to 1e-10; one Newton step on the smaller tail brings the rest.
    let error = if p < 0.5 { normal_cdf(x) - p } else { (1.0 - p) - normal_sf(x) };
    let step = error / normal_pdf(x);
    Some(if step.is_finite() { x - step } else { x })
}

/// P(|Z| > |z|), the two-tailed normal probability.
pub fn normal_two_tailed(z: f64) -> f64 {
    erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// P(χ²_df ≤ x).
///
/// Zero degrees of freedom: the mass at zero, so 1 for x ≥ 0.
pub fn chi_squared_cdf(x: f64, df: f64) -> f64 {
    gamma_tails(df / 2.0, x / 2.0).lower
}

/// P(χ²_df > x), the upper tail.
///
/// Zero degrees of freedom: the mass at zero, so 0 for x ≥ 0.
pub fn chi_squared_sf(x: f64, df: f64) -> f64 {
    gamma_tails(df / 2.0, x / 2.0).upper
}

/// The x with P(χ²_df ≤ x) = p. `None` unless 0 < p < 1 and df > 0.
pub fn chi_squared_quantile(p: f64, df: f64) -> Option<f64> {
    if !is_probability(p) || !is_positive(df) {
        return None;
    }
    let z = normal_quantile(p)?;
    // Wilson and Hilferty (1931): the cube root of χ²/df is nearly normal.
    let v = 2.0 / (9.0 * df);
    let near = df * (1.0 - v + z * v.sqrt()).powi(3);
    let start = if near > 0.05 * df { near } else { df * p.powf(2.0 / df).max(1e-300) };
    Some(quantile_of(p, start, |x| gamma_tails(df / 2.0, x / 2.0)))
}

/// P(χ²_df(λ) ≤ x), λ the noncentrality.
///
/// Σⱼ Poisson(j; λ/2) P(χ²_{df+2j} ≤ x), summed from the largest term outwards.
pub fn noncentral_chi_squared_cdf(x: f64, df: f64, noncentrality: f64) -> f64 {
    noncentral_tails(x, df, noncentrality).lower
}

/// P(χ²_df(λ) > x).
///
/// With one degree of freedom that of a squared normal variable with mean √λ: 1 − Φ(√x − √λ) + 1 − Φ(√x + √λ).
pub fn noncentral_chi_squared_sf(x: f64, df: f64, noncentrality: f64) -> f64 {
    if df == 1.0 && x > 0.0 && noncentrality > 0.0 && noncentrality.is_finite() {
        return normal_sf(x.sqrt() - noncentrality.sqrt()) + normal_sf(x.sqrt() + noncentrality.sqrt());
    }
    noncentral_tails(x, df, noncentrality).upper
}

/// The λ ≥ 0 with P(χ²_df(λ) ≤ x) = p; 0 where even the central distribution gives less than p.
///
/// The limits of RMSEA's confidence interval come from this: p = .95 for the lower, .05 for the upper.
pub fn noncentrality(x: f64, df: f64, p: f64) -> f64 {
    if !is_probability(p) || df.is_nan() || df < 0.0 || !x.is_finite() {
        return f64::NAN;
    }
    if chi_squared_cdf(x, df) <= p {
        return 0.0;
    }
    let shortfall = |lambda: f64| log_ratio(noncentral_tails(x, df, lambda), p);
    let mut high = (x - df).max(1.0);
    // The lower tail falls to zero with growing λ, so this ends.
    while shortfall(high) > 0.0 {
        high *= 2.0;
    }
    decreasing_root(shortfall, 0.0, high)
}

/// P(F > x) with the given degrees of freedom.
pub fn f_sf(x: f64, df1: f64, df2: f64) -> f64 {
    f_tails(x, df1, df2).upper
}

/// The x with P(F ≤ x) = p. `None` unless 0 < p < 1.
///
/// `None` as well unless both degrees of freedom are positive.
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> Option<f64> {
    if !is_probability(p) || !is_positive(df1) || !is_positive(df2) {
        return None;
    }
    Some(quantile_of(p, 1.0, |x| f_tails(x, df1, df2)))
}

/// P(|T| > |t|), two-tailed.
pub fn t_two_tailed(t: f64, df: f64) -> f64 {
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    beta_tails(df / 2.0, 0.5, df / (df + square), square / (df + square)).lower
}

/// The x with P(T ≤ x) = p. `None` unless 0 < p < 1.
///
/// `None` as well unless the degrees of freedom are positive.
pub fn t_quantile(p: f64, df: f64) -> Option<f64> {
    if !is_probability(p) || !is_positive(df) {
        return None;
    }
    if p == 0.5 {
        return Some(0.0);
    }
    // T² is F with 1 and df degrees of freedom; the half-line beyond |t| has twice the smaller tail.
    let tail = p.min(1.0 - p);
    let start = normal_quantile(tail)?.abs();
    let magnitude = quantile_from_upper(2.0 * tail, start, |t| t_two_tailed(t, df));
    Some(if p < 0.5 { -magnitude } else { magnitude })
}

/// P(X ≥ k) for X binomial(n, p): the upper tail.
///
/// I_p(k, n − k + 1). NaN unless 0 ≤ p ≤ 1.
pub fn binomial_upper_tail(k: u64, n: u64, p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if k == 0 {
        return 1.0;
    }
    if k > n {
        return 0.0;
    }
    beta_tails(k as f64, (n - k) as f64 + 1.0, p, 1.0 - p).lower
}

fn is_probability(p: f64) -> bool {
    p > 0.0 && p < 1.0
}

fn is_positive(df: f64) -> bool {
    df > 0.0 && df.is_finite()
}

fn f_tails(x: f64, df1: f64, df2: f64) -> Tails {
    if x <= 0.0 {
        return beta_tails(df1 / 2.0, df2 / 2.0, 0.0, 1.0);
    }
    let (first, second) = (df1 * x, df2);
    let total = first + second;
    if total.is_infinite() {
        return beta_tails(df1 / 2.0, df2 / 2.0, 1.0, 0.0);
    }
    beta_tails(df1 / 2.0, df2 / 2.0, first / total, second / total)
}

/// Both tails of χ²_df(λ) at x.
fn noncentral_tails(x: f64, df: f64, noncentrality: f64) -> Tails {
    let (shape, point, mean) = (df / 2.0, x / 2.0, noncentrality / 2.0);
    if mean == 0.0 || x <= 0.0 || x == f64::INFINITY {
        // Zero degrees of freedom keep a mass e^(−λ/2) at zero.
        if x == 0.0 && df == 0.0 {
            let mass = (-mean).exp();
            return Tails { lower: mass, upper: -(-mean).exp_m1() };
        }
        return gamma_tails(shape, point);
    }
    if !(mean > 0.0 && mean.is_finite() && shape >= 0.0 && point > 0.0) {
        return Tails { lower: f64::NAN, upper: f64::NAN };
    }
    Tails { lower: mixture_lower(shape, point, mean), upper: mixture_upper(shape, point, mean) }
}

/// Terms smaller than this part of the largest are left out of a mixture.
const NEGLIGIBLE: f64 = 1e-20;

/// Σⱼ wⱼ P(a+j, y), wⱼ Poisson weights with the given mean.
///
/// The sum runs downwards in j, where P(a+j) = P(a+j+1) + p(a+j) only adds.
fn mixture_lower(shape: f64, point: f64, mean: f64) -> f64 {
    let largest = largest_product(shape, point, mean).min(mean).floor();
    // P(a+j+1)/P(a+j) is at most y/(a+j+1) and at most 1: an upper end beyond which nothing counts.
    let mut top = largest;
    let mut bound = 1.0;
    while bound > NEGLIGIBLE {
        top += 1.0;
        bound *= mean / top * (point / (shape + top)).min(1.0);
    }
    let mut tail = gamma_tails(shape + top, point).lower;
    let mut mass = poisson_mass(shape + top, point);
    let mut weight = poisson_mass(top, mean);
    let mut sum = weight * tail;
    let mut j = top;
    while j > 0.0 {
        mass *= (shape + j) / point;
        tail += mass;
        weight *= j / mean;
        j -= 1.0;
        let term = weight * tail;
        sum += term;
        if j < largest && term < NEGLIGIBLE * sum {
            break;
        }
    }
    sum.min(1.0)
}

/// Σⱼ wⱼ Q(a+j, y), upwards in j, where Q(a+j+1) = Q(a+j) + p(a+j) only adds.
fn mixture_upper(shape: f64, point: f64, mean: f64) -> f64 {
    let largest = largest_product(shape, point, mean).max(mean).ceil();
    // Q(a+j−1)/Q(a+j) is at most (a+j−1)/y and at most 1.
    let mut j = largest;
    let mut bound = 1.0;
    while j > 0.0 && bound > NEGLIGIBLE {
        bound *= j / mean * ((shape + j - 1.0) / point).min(1.0);
        j -= 1.0;
    }
    let mut tail = gamma_tails(shape + j, point).upper;
    let mut mass = poisson_mass(shape + j, point);
    let mut weight = poisson_mass(j, mean);
    let mut sum = weight * tail;
    loop {
        tail += mass;
        j += 1.0;
        mass *= point / (shape + j);
        weight *= mean / j;
        let term = weight * tail;
        sum += term;
        if j > largest && term < NEGLIGIBLE * sum {
            return sum.min(1.0);
        }
        // All terms have underflowed: the tail is below the smallest number.
        if j > largest && sum == 0.0 {
            return 0.0;
        }
    }
}

/// The j at which wⱼ p(a+j) is largest: j (a+j) = λy/2.
fn largest_product(shape: f64, point: f64, mean: f64) -> f64 {
    0.5 * ((shape * shape + 4.0 * mean * point).sqrt() - shape)
}

/// ln of (probability over target), on the tail in which the target is smaller; positive while the lower tail is too large.
fn log_ratio(tails: Tails, p: f64) -> f64 {
    if p <= 0.5 { tails.lower.ln() - p.ln() } else { (1.0 - p).ln() - tails.upper.ln() }
}

/// The x > 0 at which the lower tail is `p`.
fn quantile_of(p: f64, start: f64, tails: impl Fn(f64) -> Tails) -> f64 {
    positive_root(start, |x| log_ratio(tails(x), p))
}

/// The x > 0 at which the upper tail is `q`.
fn quantile_from_upper(q: f64, start: f64, upper: impl Fn(f64) -> f64) -> f64 {
    positive_root(start, |x| q.ln() - upper(x).ln())
}

/// The root of an increasing function on the positive half-line, bracketed from `start` by growing factors.
///
/// 0 or the largest number where the root lies beyond what a number can hold.
fn positive_root(start: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (start, start);
    let mut factor = 1.1;
    if f(start) < 0.0 {
        while f(high) < 0.0 {
            low = high;
            high *= factor;
            factor *= factor;
            if high > 1e300 {
                return f64::MAX;
            }
        }
    } else {
        while f(low) > 0.0 {
            high = low;
            low /= factor;
            factor *= factor;
            if low < 1e-300 {
                return 0.0;
            }
        }
    }
    increasing_root(f, low, high)
}
