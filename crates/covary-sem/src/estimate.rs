//! Where parameters and data meet: starting values, the chain rule, the search.
//!
//! The objective is f(θ) = ½ Σ w_g F_g, w_g = n_g/N, whose Hessian is the information per case, so that
//! the inverse of the expected information is the first metric of the search, and a gradient element
//! times √(1/information) has no unit.

pub mod constraints;
pub mod defined;
mod find;
pub mod objective;
mod search;
mod starting_values;

pub use constraints::EqualityConstraints;
pub use defined::DefinedParameters;
pub use find::{find, search_weight};
pub use objective::Objective;
pub use search::{Estimates, estimate, fisher_metric, search};
pub use starting_values::StartingValues;
