//! Mathematics with no survey in it.
//!
//! Nothing here knows a variable's name, opens a file, reads a clock or draws an unseeded random
//! number. What can fail says so in its type; what does not exist is `None`, never NaN.

pub mod distributions;
pub mod finite_differences;
mod incomplete;
pub mod linalg;
pub mod matrix;
pub mod minimise;
pub mod moments;
pub mod printed;
pub mod quantile;
pub mod random;
mod root;
pub mod rotation;
pub mod scalar;

pub use matrix::Matrix;
pub use scalar::{Dual, Lanes, Scalar};
