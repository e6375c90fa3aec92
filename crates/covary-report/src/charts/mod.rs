//! Charts: results in, [`Scene`](crate::Scene) out. Words come from the caller, so that no language is built in.

mod answers;
mod axis;
mod intervals;
mod power_curves;
mod scree;

pub use answers::{AnswerBar, answer_bars};
pub use intervals::{IntervalRow, interval_plot};
pub use power_curves::{PowerCurve, PowerWords, power_plot};
pub use scree::{ScreeWords, scree_plot};
