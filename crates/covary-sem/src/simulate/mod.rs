//! Data from a model: population values → moments → cases.
//!
//! [`Population`] reads values from the model text; a [`Simulator`] turns its moments into cases: continuous
//! ([`distributions`]), cut into categories ([`categories`]), with missing values ([`missing`]). [`MomentDraws`] draws the
//! moments of a normal sample without its cases.

pub mod categories;
mod definiteness;
pub mod distributions;
pub mod missing;
mod moment_draws;
mod population;
mod simulator;

pub use moment_draws::MomentDraws;
pub use population::{Population, PopulationGroup};
pub use simulator::{SimulationSettings, Simulator};
