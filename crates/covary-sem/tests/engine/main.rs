//! The engine against other programs, and against what theory says.

mod amos;
mod bad_input;
mod bootstrap;
mod bootstrap_kinds;
#[path = "../common/mod.rs"]
mod common;
mod constraints;
mod derivatives;
mod estimators;
mod exploratory;
mod hard_searches;
mod incomplete;
mod intervals;
mod invariance;
mod language;
mod lavaan;
mod options;
mod power;
mod random_models;
mod simulate;
mod two_level;
mod yongkang;
