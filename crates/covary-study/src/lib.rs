//! What the researcher plans: constructs, hypotheses, the study file.
//!
//! Text in, [`Study`] out. Opens no file and computes nothing from data.

pub mod check;
pub mod condition;
pub mod draft;
pub mod hypothesis;
mod lexer;
pub mod model_names;
mod nearest;
mod schema;
pub mod study;
pub mod study_file;

pub use check::{check_against, check_pilot_against};
pub use condition::Condition;
pub use draft::{ColumnSummary, DraftInput, draft};
pub use hypothesis::{Claim, Direction, Hypothesis, Relation};
pub use lexer::SyntaxFault;
pub use schema::schema;
pub use study::*;
pub use study_file::{
    DEFAULT_ALPHA, DEFAULT_LEVEL, DEFAULT_RESAMPLES, DEFAULT_SEED, FORMATS, Fault, Known, Place, StudyFile,
    check_hypotheses, read_study, read_study_with,
};
