//! Models against each other: difference tests, nestedness, changes of fit, invariance across groups.

pub mod comparability;
mod compared;
pub mod cutoffs;
pub mod difference;
pub mod invariance;
pub mod latent_means;
pub mod nesting;
mod satorra_2000;
mod satorra_bentler;

pub use compared::{ComparedModel, Comparison, ComparisonReport, FitChanges, compare};
pub use difference::{DifferenceMethod, DifferenceSettings, DifferenceTest, Restrictions, difference_test};
pub use nesting::{Nesting, nesting};
