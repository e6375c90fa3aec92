//! Where parameters and data meet: starting values, the chain rule, the search.
//!
//! The objective is f(θ) = ½ Σ w_g F_g, w_g = n_g/N, whose Hessian is the information per case, so that
//! the inverse of the expected information is the first metric of the search, and a gradient element
//! times √(1/information) has no unit.

mod attempts;
pub mod bounds;
pub mod constraints;
pub mod defined;
pub mod ending;
mod find;
pub mod objective;
mod restricted;
pub mod restrictions;
mod search;
mod starting_values;
mod warm;

pub use attempts::estimate;
pub use constraints::EqualityConstraints;
pub use defined::DefinedParameters;
pub(crate) use find::settle;
pub use find::{find, search_weight};
pub use objective::Objective;
pub use restrictions::Restrictions;
pub use search::{Estimates, fisher_metric, search};
pub use starting_values::StartingValues;
pub use warm::WarmSearch;
