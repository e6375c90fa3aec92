//! Power: by simulation of whole studies, and of tests of model fit by RMSEA.
//!
//! [`Study`] holds what is analysed and the population; [`monte_carlo`] runs it over a grid of sample sizes;
//! [`sample_size`] looks for the N that reaches a wanted power; [`rmsea`] needs no model.

mod analysis_model;
mod by_moments;
mod monte_carlo;
mod outcome;
pub mod probit;
pub mod rmsea;
pub mod sample_size;
mod study;
mod summary;

pub use monte_carlo::{PowerSettings, monte_carlo};
pub use study::{Design, Study, Tracked, Truth};
pub use summary::{FitAtN, Mean, Needed, Parameter, ParameterAtN, PowerAtN, PowerReport, Share, Target, Tried};
