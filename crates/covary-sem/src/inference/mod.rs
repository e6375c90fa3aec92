//! Information, standard errors, test statistics, resampling, modification indices.

pub mod bootstrap;

pub use bootstrap::Bootstrap;
