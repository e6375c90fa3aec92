//! Second derivatives of formulas, exactly.

use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::Scalar;

/// A number with its derivatives with respect to two variables s and t, and the mixed one: ∂²/∂s∂t.
///
/// With both variables the same, `mixed` is the second derivative. Exact to rounding, unlike differences.
///
/// # Source
/// Fike and Alonso (2011), The development of hyper-dual numbers for exact second-derivative calculations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HyperDual {
    /// The number.
    pub value: f64,
    /// ∂/∂s.
    pub first: f64,
    /// ∂/∂t.
    pub second: f64,
    /// ∂²/∂s∂t.
    pub mixed: f64,
}

impl HyperDual {
    /// A variable: s, t, both, or neither.
    pub fn variable(value: f64, is_s: bool, is_t: bool) -> Self {
        HyperDual { value, first: f64::from(u8::from(is_s)), second: f64::from(u8::from(is_t)), mixed: 0.0 }
    }

    /// A function of this number from its value and first two derivatives there.
    fn through(self, value: f64, derivative: f64, curvature: f64) -> Self {
        HyperDual {
            value,
            first: derivative * self.first,
            second: derivative * self.second,
            mixed: curvature * self.first * self.second + derivative * self.mixed,
        }
    }
}

impl Scalar for HyperDual {
    const ZERO: Self = HyperDual { value: 0.0, first: 0.0, second: 0.0, mixed: 0.0 };
    const ONE: Self = HyperDual { value: 1.0, first: 0.0, second: 0.0, mixed: 0.0 };

    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.through(root, 0.5 / root, -0.25 / (root * self.value))
    }
    fn ln(self) -> Self {
        let inverse = self.value.recip();
        self.through(self.value.ln(), inverse, -inverse * inverse)
    }
    fn exp(self) -> Self {
        let value = self.value.exp();
        self.through(value, value, value)
    }
    fn recip(self) -> Self {
        let inverse = self.value.recip();
        self.through(inverse, -inverse * inverse, 2.0 * inverse * inverse * inverse)
    }
    fn abs(self) -> Self {
        let sign = if self.value == 0.0 { 0.0 } else { self.value.signum() };
        self.through(self.value.abs(), sign, 0.0)
    }
    fn sin(self) -> Self {
        let (sine, cosine) = self.value.sin_cos();
        self.through(sine, cosine, -sine)
    }
    fn cos(self) -> Self {
        let (sine, cosine) = self.value.sin_cos();
        self.through(cosine, -sine, -cosine)
    }
    fn atan(self) -> Self {
        let derivative = (1.0 + self.value * self.value).recip();
        self.through(self.value.atan(), derivative, -2.0 * self.value * derivative * derivative)
    }
    fn value(self) -> f64 {
        self.value
    }
}

impl From<f64> for HyperDual {
    fn from(value: f64) -> Self {
        HyperDual { value, ..HyperDual::ZERO }
    }
}

impl Add for HyperDual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        HyperDual {
            value: self.value + other.value,
            first: self.first + other.first,
            second: self.second + other.second,
            mixed: self.mixed + other.mixed,
        }
    }
}

impl Neg for HyperDual {
    type Output = Self;
    fn neg(self) -> Self {
        HyperDual { value: -self.value, first: -self.first, second: -self.second, mixed: -self.mixed }
    }
}

impl Sub for HyperDual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for HyperDual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        HyperDual {
            value: self.value * other.value,
            first: self.first * other.value + self.value * other.first,
            second: self.second * other.value + self.value * other.second,
            mixed: self.mixed * other.value
                + self.first * other.second
                + self.second * other.first
                + self.value * other.mixed,
        }
    }
}

impl Div for HyperDual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        HyperDual { value: self.value / other.value, ..self * other.recip() }
    }
}

impl AddAssign for HyperDual {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for HyperDual {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl MulAssign for HyperDual {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finite_differences;

    /// Every operation, composed so that each meets numbers with all three derivatives.
    fn all<T: Scalar>(s: T, t: T) -> T {
        let product = s * t + (s - t).sin();
        let quotient = product.cos() / (t + s * s) - (s * t).atan();
        let powers = (s * s + t).sqrt() * (t * T::from(0.3)).exp() - (s + t * t).ln();
        let mut sum = quotient + (s * t * t).recip() + (-powers).abs();
        sum += s * quotient;
        sum -= t;
        sum *= s + t;
        sum
    }

    #[test]
    fn derivatives_are_those_of_differences() {
        for point in [[0.7, 1.3], [2.0, 0.4], [1.5, -0.9]] {
            let f = |x: &[f64]| all(x[0], x[1]);
            let gradient = finite_differences::gradient(f, &point);
            let hessian = finite_differences::jacobian(|x| finite_differences::gradient(f, x), &point);
            for i in 0..2 {
                for j in 0..2 {
                    let variable = |k: usize| HyperDual::variable(point[k], k == i, k == j);
                    let own = all(variable(0), variable(1));
                    assert_eq!(own.value, f(&point));
                    // Differences are good to about 1e-11, differences of differences to 1e-8.
                    assert!((own.first - gradient[i]).abs() < 1e-9 * gradient[i].abs().max(1.0));
                    assert!((own.second - gradient[j]).abs() < 1e-9 * gradient[j].abs().max(1.0));
                    let difference = (own.mixed - hessian[(i, j)]).abs();
                    assert!(difference < 1e-6 * hessian[(i, j)].abs().max(1.0), "{own:?} for {}", hessian[(i, j)]);
                }
            }
        }
    }
}
