//! Arithmetic on closed intervals, rounded outwards.

use std::ops::{Add, Mul, Neg, Sub};

use serde::Serialize;

/// A closed interval of values, its low end at most its high end.
///
/// Every operation rounds the low end down and the high end up where the result is not exact, so that
/// the interval contains every value the operation can give. Ends may be infinite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Interval {
    low: f64,
    high: f64,
}

impl Interval {
    /// The interval from `low` to `high`. `None` unless `low` ≤ `high`.
    pub fn new(low: f64, high: f64) -> Option<Self> {
        (low <= high).then_some(Interval { low, high })
    }

    /// The interval between two values, whichever is smaller. Both must be numbers.
    pub fn between(one: f64, other: f64) -> Self {
        Interval { low: one.min(other), high: one.max(other) }
    }

    /// The interval that holds one value only.
    pub fn point(value: f64) -> Self {
        Interval { low: value, high: value }
    }

    /// The smallest value.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The largest value.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Half way between the ends.
    pub fn midpoint(&self) -> f64 {
        0.5 * self.low + 0.5 * self.high
    }

    /// The distance of the ends.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Whether the value lies within, the ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// What both contain. `None` where they do not meet.
    pub fn intersection(&self, other: &Interval) -> Option<Self> {
        Interval::new(self.low.max(other.low), self.high.min(other.high))
    }

    /// The smallest interval that contains both.
    pub fn hull(&self, other: &Interval) -> Self {
        Interval { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// The quotients. `None` where the divisor contains 0.
    pub fn divided_by(&self, divisor: &Interval) -> Option<Self> {
        if divisor.contains(0.0) {
            return None;
        }
        Some(extremes(self, divisor, |dividend, divisor| {
            let quotient = dividend / divisor;
            (quotient, quotient.mul_add(divisor, -dividend) == 0.0)
        }))
    }

    /// The square roots of what is not negative. `None` where all is negative.
    pub fn sqrt(&self) -> Option<Self> {
        if self.high < 0.0 {
            return None;
        }
        let root = |value: f64| {
            let root = value.sqrt();
            (root, root.mul_add(root, -value) == 0.0)
        };
        Some(Interval { low: rounded_down(root(self.low.max(0.0))).max(0.0), high: rounded_up(root(self.high)) })
    }

    /// The powers with a whole exponent; x⁰ = 1. An even power of an interval around 0 begins at 0.
    pub fn powi(&self, exponent: u32) -> Self {
        if exponent == 0 {
            return Interval::point(1.0);
        }
        if exponent % 2 == 1 {
            return Interval { low: self.power_of_low(exponent), high: self.power_of_high(exponent) };
        }
        let magnitudes = self.magnitudes();
        Interval { low: magnitudes.power_of_low(exponent).max(0.0), high: magnitudes.power_of_high(exponent) }
    }

    /// The absolute values.
    fn magnitudes(&self) -> Self {
        if self.low >= 0.0 {
            *self
        } else if self.high <= 0.0 {
            -*self
        } else {
            Interval { low: 0.0, high: self.high.max(-self.low) }
        }
    }

    fn power_of_low(&self, exponent: u32) -> f64 {
        let base = Interval::point(self.low);
        (1..exponent).fold(base, |power, _| power * base).low
    }

    fn power_of_high(&self, exponent: u32) -> f64 {
        let base = Interval::point(self.high);
        (1..exponent).fold(base, |power, _| power * base).high
    }
}

impl Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Interval { low: rounded_down(sum(self.low, other.low)), high: rounded_up(sum(self.high, other.high)) }
    }
}

impl Sub for Interval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        Interval { low: -self.high, high: -self.low }
    }
}

impl Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        extremes(&self, &other, |left, right| {
            // An infinite end stands for values without bound, of which 0 times any is 0.
            if left == 0.0 || right == 0.0 {
                return (0.0, true);
            }
            let product = left * right;
            (product, left.mul_add(right, -product) == 0.0)
        })
    }
}

/// Adding and multiplying exact constants reads better without wrapping them.
impl Add<f64> for Interval {
    type Output = Self;
    fn add(self, constant: f64) -> Self {
        self + Interval::point(constant)
    }
}

impl Sub<f64> for Interval {
    type Output = Self;
    fn sub(self, constant: f64) -> Self {
        self - Interval::point(constant)
    }
}

impl Mul<f64> for Interval {
    type Output = Self;
    fn mul(self, constant: f64) -> Self {
        self * Interval::point(constant)
    }
}

/// The smallest and the largest result over the four pairs of ends.
fn extremes(left: &Interval, right: &Interval, operation: impl Fn(f64, f64) -> (f64, bool)) -> Interval {
    let results = [left.low, left.high].map(|l| [right.low, right.high].map(|r| operation(l, r)));
    let [first, ..] = results[0];
    let start = Interval { low: rounded_down(first), high: rounded_up(first) };
    results.as_flattened().iter().fold(start, |hull, result| Interval {
        low: hull.low.min(rounded_down(*result)),
        high: hull.high.max(rounded_up(*result)),
    })
}

/// A sum and whether it is exact (Knuth's error term).
fn sum(left: f64, right: f64) -> (f64, bool) {
    let total = left + right;
    let of_right = total - left;
    let error = (left - (total - of_right)) + (right - of_right);
    (total, error == 0.0 || total.is_infinite())
}

fn rounded_down((value, exact): (f64, bool)) -> f64 {
    if exact || value.is_infinite() { value } else { value.next_down() }
}

fn rounded_up((value, exact): (f64, bool)) -> f64 {
    if exact || value.is_infinite() { value } else { value.next_up() }
}
