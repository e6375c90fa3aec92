//! What the researcher plans: constructs, hypotheses, the study file.
//!
//! Text in, [`Study`] out. Opens no file and computes nothing from data.

pub mod condition;
pub mod hypothesis;
mod lexer;
pub mod model_names;
mod nearest;
pub mod study;
pub mod study_file;

pub use condition::Condition;
pub use hypothesis::{Claim, Direction, Hypothesis, Relation};
pub use lexer::SyntaxFault;
pub use study::*;
pub use study_file::{Fault, Known, Place, StudyFile, read_study, read_study_with};
