//! Information, standard errors, test statistics, resampling, modification indices.

pub mod admissibility;
pub mod baseline;
pub mod bootstrap;
pub mod casewise;
pub mod evaluate;
pub mod incomplete;
pub mod information;
pub mod intervals;
pub mod model_tests;
pub mod modification_indices;
pub(crate) mod moment_covariance;
pub mod post_hoc_power;
pub(crate) mod residual_variance;
pub mod residuals;
pub mod reticular;
pub mod sandwich;
pub(crate) mod score;
pub mod score_tests;
mod solution;
pub mod standard_errors;
pub mod test_statistic;
pub mod two_level;
pub mod wald;

pub use bootstrap::Bootstrap;
pub use solution::Solution;
