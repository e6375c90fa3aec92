//! Inference from cases with missing values, pattern by pattern.
//!
//! A pattern r with variables o stands for n_r cases, means m_r and covariances S_r. K_r picks its variables, and every
//! matrix of complete-data theory becomes Σ_r n_r/n K_r'(·)K_r: NT(Σ_oo) gives the expected, (m_r, S_r) the observed
//! information of the saturated model, the cases its first-order information.

mod gamma;
pub mod goodness;
pub mod information;
pub mod likelihood;
pub mod missing_information;
pub(crate) mod resample;
pub mod robust_fit;
pub mod saturated;

pub(crate) use gamma::embedded;
