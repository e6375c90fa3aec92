//! One file per command.

pub mod check;
pub mod compare;
pub mod completions;
pub mod convert;
pub mod describe;
pub mod efa;
pub mod factors;
pub mod fit;
pub mod init;
pub mod invariance;
pub mod model;
pub mod output;
pub mod power;
pub mod reliability;
pub mod run;
pub mod schema;
pub mod scores;
pub mod simulate;
pub mod summary;
mod summary_resamples;
