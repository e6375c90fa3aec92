//! Numbers as papers print them: read with the interval of values that print so, and written.
//!
//! `.70` says that the value lies between .695 and .705, if it was rounded, or between .70 and .71, if
//! it was cut off. Arithmetic on such intervals says what a table can and cannot mean.

mod interval;
mod number;
mod style;

pub use interval::Interval;
pub use number::{PrintedNumber, Relation};
pub use style::{LeadingZero, Minus, NumberStyle, format_number, format_p_value, round_to_decimals};
