//! The numbers that the engine's hot path is written over.
//!
//! One kernel serves three uses: `f64` for a single fit, [`Lanes`] for several resamples at once
//! (element-wise, so that the compiler turns it into vector instructions), and [`Dual`] for exact
//! second derivatives by differentiating the gradient.

use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// A number on which sums, products, quotients, roots and logarithms are defined.
pub trait Scalar:
    Copy
    + std::fmt::Debug
    + Default
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + From<f64>
    + Send
    + Sync
    + 'static
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// Square root, element by element.
    fn sqrt(self) -> Self;
    /// Natural logarithm, element by element.
    fn ln(self) -> Self;
    /// Natural exponential, element by element.
    fn exp(self) -> Self;
    /// 1 / self.
    fn recip(self) -> Self;
    /// Absolute value, element by element; its derivative at 0 is 0.
    fn abs(self) -> Self;
    /// Sine of an angle in radians, element by element.
    fn sin(self) -> Self;
    /// Cosine of an angle in radians, element by element.
    fn cos(self) -> Self;
    /// Angle in radians whose tangent this is, element by element.
    fn atan(self) -> Self;
    /// The value without derivatives; of lanes the smallest, so that `value() > 0` means all are.
    fn value(self) -> f64;
}

impl Scalar for f64 {
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;

    fn sqrt(self) -> f64 {
        f64::sqrt(self)
    }
    fn ln(self) -> f64 {
        f64::ln(self)
    }
    fn exp(self) -> f64 {
        f64::exp(self)
    }
    fn recip(self) -> f64 {
        f64::recip(self)
    }
    fn abs(self) -> f64 {
        f64::abs(self)
    }
    fn sin(self) -> f64 {
        f64::sin(self)
    }
    fn cos(self) -> f64 {
        f64::cos(self)
    }
    fn atan(self) -> f64 {
        f64::atan(self)
    }
    fn value(self) -> f64 {
        self
    }
}

/// `N` numbers worked on at once, element by element.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Lanes<const N: usize>(pub [f64; N]);

impl<const N: usize> Lanes<N> {
    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Lanes(std::array::from_fn(|k| f(self.0[k])))
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Lanes(std::array::from_fn(|k| f(self.0[k], other.0[k])))
    }

    /// The larger of the two in each lane; a number where the other is none.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        self.zip(other, f64::max)
    }

    /// `other` in the lanes that are chosen, itself in the rest.
    #[inline(always)]
    pub fn or(self, other: Self, chosen: &[bool; N]) -> Self {
        Lanes(std::array::from_fn(|k| if chosen[k] { other.0[k] } else { self.0[k] }))
    }
}

impl<const N: usize> Scalar for Lanes<N> {
    const ZERO: Self = Lanes([0.0; N]);
    const ONE: Self = Lanes([1.0; N]);

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.map(f64::ln)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        self.map(f64::exp)
    }
    #[inline(always)]
    fn recip(self) -> Self {
        self.map(f64::recip)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(f64::abs)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        self.map(f64::sin)
    }
    #[inline(always)]
    fn cos(self) -> Self {
        self.map(f64::cos)
    }
    #[inline(always)]
    fn atan(self) -> Self {
        self.map(f64::atan)
    }
    #[inline(always)]
    fn value(self) -> f64 {
        // A NaN in any lane must not look positive.
        self.0.iter().copied().fold(f64::INFINITY, |least, v| if v.is_nan() || v < least { v } else { least })
    }
}

impl<const N: usize> Default for Lanes<N> {
    #[inline(always)]
    fn default() -> Self {
        Self::ZERO
    }
}

impl<const N: usize> From<f64> for Lanes<N> {
    #[inline(always)]
    fn from(value: f64) -> Self {
        Lanes([value; N])
    }
}

/// A number and its derivative with respect to one variable: forward-mode differentiation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dual {
    /// The number.
    pub value: f64,
    /// Its derivative.
    pub derivative: f64,
}

impl Dual {
    /// The variable itself: derivative 1.
    pub fn variable(value: f64) -> Self {
        Dual { value, derivative: 1.0 }
    }
}

impl Scalar for Dual {
    const ZERO: Self = Dual { value: 0.0, derivative: 0.0 };
    const ONE: Self = Dual { value: 1.0, derivative: 0.0 };

    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        Dual { value: root, derivative: self.derivative / (2.0 * root) }
    }
    fn ln(self) -> Self {
        Dual { value: self.value.ln(), derivative: self.derivative / self.value }
    }
    fn exp(self) -> Self {
        let value = self.value.exp();
        Dual { value, derivative: self.derivative * value }
    }
    fn recip(self) -> Self {
        let value = self.value.recip();
        Dual { value, derivative: -self.derivative * value * value }
    }
    fn abs(self) -> Self {
        let sign = if self.value == 0.0 { 0.0 } else { self.value.signum() };
        Dual { value: self.value.abs(), derivative: self.derivative * sign }
    }
    fn sin(self) -> Self {
        Dual { value: self.value.sin(), derivative: self.derivative * self.value.cos() }
    }
    fn cos(self) -> Self {
        Dual { value: self.value.cos(), derivative: -self.derivative * self.value.sin() }
    }
    fn atan(self) -> Self {
        Dual { value: self.value.atan(), derivative: self.derivative / (1.0 + self.value * self.value) }
    }
    fn value(self) -> f64 {
        self.value
    }
}

impl From<f64> for Dual {
    fn from(value: f64) -> Self {
        Dual { value, derivative: 0.0 }
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Dual { value: self.value + other.value, derivative: self.derivative + other.derivative }
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Dual { value: self.value - other.value, derivative: self.derivative - other.derivative }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Dual {
            value: self.value * other.value,
            derivative: self.derivative * other.value + self.value * other.derivative,
        }
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Dual { value, derivative: (self.derivative - value * other.derivative) / other.value }
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Dual { value: -self.value, derivative: -self.derivative }
    }
}

macro_rules! elementwise {
    ($($trait:ident $method:ident $op:tt),*) => {$(
        impl<const N: usize> $trait for Lanes<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |l, r| l $op r)
            }
        }
    )*};
}

elementwise!(Add add +, Sub sub -, Mul mul *, Div div /);

impl<const N: usize> Neg for Lanes<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|v| -v)
    }
}

macro_rules! assigning {
    ($([$($generics:tt)*] $type:ty),*) => {$(
        impl $($generics)* AddAssign for $type {
            #[inline(always)]
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }
        impl $($generics)* SubAssign for $type {
            #[inline(always)]
            fn sub_assign(&mut self, other: Self) {
                *self = *self - other;
            }
        }
        impl $($generics)* MulAssign for $type {
            #[inline(always)]
            fn mul_assign(&mut self, other: Self) {
                *self = *self * other;
            }
        }
    )*};
}

assigning!([] Dual, [<const N: usize>] Lanes<N>);
