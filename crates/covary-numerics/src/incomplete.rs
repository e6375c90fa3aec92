//! Incomplete gamma and beta functions, each tail computed directly.
//!
//! The distributions of this crate are written over these. statrs computes the factor in front of
//! series and continued fraction as the exponential of a difference of large logarithms, which loses
//! a digit for each factor of ten in the degrees of freedom, and stops its beta fraction after 140
//! terms; here the factor is Loader's saddle-point form and the fractions run until they converge.

use libm::lgamma as ln_gamma;

/// The two tails of a distribution at one point: P(X ≤ x) and P(X > x).
///
/// Each is computed to full relative accuracy where it is the smaller one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tails {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Tails {
    const BELOW: Tails = Tails { lower: 0.0, upper: 1.0 };
    const ABOVE: Tails = Tails { lower: 1.0, upper: 0.0 };
    const NOT_A_NUMBER: Tails = Tails { lower: f64::NAN, upper: f64::NAN };

    fn from_lower(lower: f64) -> Self {
        Tails { lower, upper: 1.0 - lower }
    }

    fn from_upper(upper: f64) -> Self {
        Tails { lower: 1.0 - upper, upper }
    }

    fn swapped(self) -> Self {
        Tails { lower: self.upper, upper: self.lower }
    }
}

/// The gamma distribution with shape `a`: P(a, x) and Q(a, x).
///
/// Shape 0 is the mass at zero. NaN for a negative shape.
pub(crate) fn gamma_tails(a: f64, x: f64) -> Tails {
    if a.is_nan() || x.is_nan() || a < 0.0 {
        return Tails::NOT_A_NUMBER;
    }
    if x < 0.0 || (x == 0.0 && a > 0.0) {
        return Tails::BELOW;
    }
    if a == 0.0 || x == f64::INFINITY {
        return Tails::ABOVE;
    }
    if x < a + 1.0 { Tails::from_lower(gamma_series(a, x)) } else { Tails::from_upper(gamma_fraction(a, x)) }
}

/// P(a, x) = p(a) Σₖ xᵏ / ((a+1)…(a+k)), p(a) = xᵃe⁻ˣ/Γ(a+1).
fn gamma_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut k = a;
    while term > sum * 1e-17 {
        k += 1.0;
        term *= x / k;
        sum += term;
    }
    (poisson_mass(a, x) * sum).min(1.0)
}

/// Q(a, x) = p(a) · a · 1/(x+1−a − 1(1−a)/(x+3−a − 2(2−a)/(x+5−a − …))), by Lentz's recurrence.
fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut denominator = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / denominator;
    let mut fraction = d;
    let mut k = 0.0;
    loop {
        k += 1.0;
        let numerator = -k * (k - a);
        denominator += 2.0;
        d = 1.0 / away_from_zero(numerator * d + denominator);
        c = away_from_zero(denominator + numerator / c);
        let factor = c * d;
        fraction *= factor;
        if (factor - 1.0).abs() < 1e-16 || k > MOST_TERMS {
            return (poisson_mass(a, x) * a * fraction).min(1.0);
        }
    }
}

/// The beta distribution with shapes `a`, `b` at x = 1 − y: I_x(a, b) and I_y(b, a).
///
/// Both x and y are given, since one of them loses its digits when it is computed from the other.
/// NaN for shapes that are not positive.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if !(a > 0.0 && b > 0.0) || x.is_nan() || y.is_nan() {
        return Tails::NOT_A_NUMBER;
    }
    if x <= 0.0 {
        return Tails::BELOW;
    }
    if y <= 0.0 {
        return Tails::ABOVE;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return Tails::from_lower(beta_fraction(b, a, y, x)).swapped();
    }
    Tails::from_lower(beta_fraction(a, b, x, y))
}

/// I_x(a, b) = xᵃyᵇ/B(a,b) · α₁/(β₁ + α₂/(β₂ + …)), by Lentz's recurrence.
///
/// λ = a − (a+b)x is taken as a y − b x: with b = ½ and a = 10⁶, as for Student's t, the textbook
/// fraction 1/(1 + d₁/(1 + …)) cancels five digits.
///
/// # Source
/// DiDonato and Morris (1992), ACM Transactions on Mathematical Software 18.
fn beta_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let lambda = a * y - b * x;
    let partial_denominator = |n: f64| {
        n + n * (b - n) * x / (a + 2.0 * n - 1.0) + (a + n) / (a + 2.0 * n + 1.0) * (lambda + 1.0 + n * (1.0 + y))
    };
    let mut d = 1.0 / away_from_zero(a / (a + 1.0) * (lambda + 1.0));
    let mut c = 1.0 / TINY;
    let mut fraction = d;
    let mut n = 0.0;
    loop {
        n += 1.0;
        let odd = a + 2.0 * n - 1.0;
        let numerator = (a + n - 1.0) / odd * ((a + b + n - 1.0) / odd) * n * (b - n) * x * x;
        let denominator = partial_denominator(n);
        d = 1.0 / away_from_zero(denominator + numerator * d);
        c = away_from_zero(denominator + numerator / c);
        let factor = c * d;
        fraction *= factor;
        if (factor - 1.0).abs() < 1e-16 || n > MOST_TERMS {
            return (beta_front(a, b, x, y) * fraction).min(1.0);
        }
    }
}

/// xᵃyᵇ / B(a, b).
fn beta_front(a: f64, b: f64, x: f64, y: f64) -> f64 {
    // Γ(a+b+1)/(Γ(a+1)Γ(b+1)) xᵃyᵇ is the binomial mass of a in a+b, in Loader's form; ab/(a+b) of it is wanted.
    let n = a + b;
    let error =
        stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance_half(a, n * x) - deviance_half(b, n * y);
    let mass = error.exp() * (n / (std::f64::consts::TAU * a * b)).sqrt();
    mass * (a / n) * b
}

/// xᵃe⁻ˣ/Γ(a+1): the mass of a Poisson distribution with mean x at a, for any a ≥ 0.
///
/// # Source
/// Loader (2000), Fast and accurate computation of binomial probabilities.
pub(crate) fn poisson_mass(a: f64, x: f64) -> f64 {
    if x == 0.0 {
        return f64::from(u8::from(a == 0.0));
    }
    if a < 1e-8 {
        // ln Γ(1+a) is within 1e-8 · a of zero, and the saddle-point form divides by √a.
        return (a * x.ln() - x - ln_gamma(a + 1.0)).exp();
    }
    (-stirling_error(a) - deviance_half(a, x)).exp() / (std::f64::consts::TAU * a).sqrt()
}

/// δ(a) = ln Γ(a+1) − (a+½) ln a + a − ½ ln 2π, the error of Stirling's formula.
fn stirling_error(a: f64) -> f64 {
    if a < 15.0 {
        return ln_gamma(a + 1.0) - (a + 0.5) * a.ln() + a - HALF_LN_TWO_PI;
    }
    let r = 1.0 / (a * a);
    // Bernoulli numbers over 2k(2k−1); the next term is below 1e-17 from 15 on.
    (1.0 / 12.0
        - r * (1.0 / 360.0
            - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r * (1.0 / 1188.0 - r * (691.0 / 360_360.0 - r / 156.0))))))
        / a
}

/// a ln(a/m) + m − a ≥ 0, without cancellation near a = m.
fn deviance_half(a: f64, m: f64) -> f64 {
    let difference = a - m;
    if difference.abs() >= 0.1 * (a + m) {
        return a * (a / m).ln() + m - a;
    }
    // With v = (a−m)/(a+m): ln(a/m) = 2(v + v³/3 + v⁵/5 + …).
    let v = difference / (a + m);
    let mut power = 2.0 * a * v;
    let mut sum = difference * v;
    let mut k = 1.0;
    loop {
        power *= v * v;
        k += 2.0;
        let next = sum + power / k;
        if next == sum {
            return sum;
        }
        sum = next;
    }
}

/// Terms after which a fraction is taken as it stands; reached only beyond shapes of 10¹¹.
const MOST_TERMS: f64 = 1e6;
const TINY: f64 = 1e-300;
const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;

/// Lentz's guard against a zero denominator.
fn away_from_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}
