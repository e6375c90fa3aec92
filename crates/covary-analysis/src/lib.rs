//! The methods of a survey study, in the order a study uses them.
//!
//! Cases and a plan in, results out: plain structs that hold every figure in full precision. What
//! does not exist is `None`; what was computed but needs a look is a value in the result.

pub mod adequacy;
pub mod analyse;
pub mod answers;
pub mod descriptives;
pub mod effects;
pub mod error;
pub mod factors;
pub mod findings;
pub mod hypotheses;
pub mod interval;
pub mod method_bias;
pub mod model_text;
pub mod pilot;
pub mod profile;
pub mod reliability;
pub mod results;
pub mod screening;
pub mod validity;

pub use analyse::{Inputs, Step, Watcher, analyse};
pub use error::AnalysisError;
pub use interval::Interval;
pub use results::{Provenance, Results};
