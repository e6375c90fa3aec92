//! Mathematics with no survey in it.
//!
//! Nothing here knows a variable's name, opens a file, reads a clock or draws an unseeded random
//! number. What can fail says so in its type; what does not exist is `None`, never NaN.

pub mod distributions;
pub mod finite_differences;
pub mod hyper_dual;
mod incomplete;
pub mod linalg;
pub mod matrix;
pub mod minimise;
pub mod moments;
pub mod printed;
pub mod quadratic_programme;
pub mod quantile;
pub mod random;
pub mod root;
pub mod rotation;
pub mod scalar;

pub use hyper_dual::HyperDual;
pub use matrix::Matrix;
pub use scalar::{Dual, Lanes, Scalar};
