//! The root of a monotone function within a bracket.

/// The root of an increasing `f` between `low` and `high`, to the last digits.
pub fn increasing_root(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    bracketed_root(f, low, high)
}

/// The root of a decreasing `f` between `low` and `high`, to the last digits.
pub fn decreasing_root(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    bracketed_root(|x| -f(x), low, high)
}

/// Chandrupatla's method: inverse quadratic interpolation where three points allow it, else halving.
///
/// An infinite value at an end (the logarithm of a probability of 0) is as good as any of its sign:
/// interpolation then falls back to halving.
///
/// # Source
/// Chandrupatla (1997), Advances in Engineering Software 28.
fn bracketed_root(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (mut a, mut b) = (high, low);
    let (mut fa, mut fb) = (f(a), f(b));
    let mut fraction = 0.5;
    // Halving alone needs at most about 1,100 steps over the whole range of doubles.
    for _ in 0..1200 {
        let x = a + fraction * (b - a);
        let fx = f(x);
        let (c, fc);
        if (fx > 0.0) == (fa > 0.0) {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let (best, f_best) = if fa.abs() < fb.abs() { (a, fa) } else { (b, fb) };
        let least_fraction = (f64::EPSILON * best.abs() + f64::MIN_POSITIVE) / (b - a).abs();
        if least_fraction > 0.5 || f_best == 0.0 || a == b {
            return best;
        }
        fraction = inverse_quadratic([a, b, c], [fa, fb, fc]).unwrap_or(0.5);
        fraction = fraction.clamp(least_fraction, 1.0 - least_fraction);
    }
    a
}

/// Where, as a fraction from a to b, the parabola through three points crosses zero, if it is to be trusted.
fn inverse_quadratic([a, b, c]: [f64; 3], [fa, fb, fc]: [f64; 3]) -> Option<f64> {
    let xi = (a - b) / (c - b);
    let phi = (fa - fb) / (fc - fb);
    let trusted = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
    let t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
    (trusted && t.is_finite()).then_some(t)
}
