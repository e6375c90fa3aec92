//! Whether a case meets a condition.

use super::{Comparison, Condition, Operand};

/// The answer of one case on one variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// No answer, whatever the reason.
    Missing,
}

/// A number compared with a text, or texts put in order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Mismatch {
    /// The variable.
    pub variable: String,
    /// What was compared with what.
    pub message: String,
    /// What would help.
    pub help: String,
}

impl Condition {
    /// Whether a case meets the condition: `None` when its missing answers leave that open.
    ///
    /// A comparison with a missing answer, and `in`, are open; `missing(x)` never is. Open and false is false, open or
    /// true is true, not open is open (Kleene 1952). A case is kept only when the result is `Some(true)`, as in SPSS's
    /// SELECT IF.
    ///
    /// `lookup`: the case's answer on a variable. That every variable exists was checked against the data before.
    ///
    /// # Errors
    /// A number compared with a text, or texts put in order.
    pub fn holds<'v>(&self, lookup: impl Fn(&str) -> Value<'v>) -> Result<Option<bool>, Mismatch> {
        self.evaluate(&lookup)
    }

    fn evaluate<'v>(&self, lookup: &dyn Fn(&str) -> Value<'v>) -> Result<Option<bool>, Mismatch> {
        match self {
            Condition::Compare { variable, comparison, value } => {
                let found = answer(lookup, variable);
                let other = match value {
                    Operand::Number(number) => Value::Number(*number),
                    Operand::Text(text) => Value::Text(text),
                    Operand::Variable(name) => answer(lookup, name),
                };
                compare(variable, found, *comparison, other)
            }
            Condition::In { variable, values } => is_in(variable, answer(lookup, variable), values),
            Condition::Missing(variable) => Ok(Some(answer(lookup, variable) == Value::Missing)),
            // Both sides are evaluated, so that a mismatch is reported whatever the other side says.
            Condition::And(left, right) => Ok(match (left.evaluate(lookup)?, right.evaluate(lookup)?) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            }),
            Condition::Or(left, right) => Ok(match (left.evaluate(lookup)?, right.evaluate(lookup)?) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            }),
            Condition::Not(inner) => Ok(inner.evaluate(lookup)?.map(|holds| !holds)),
        }
    }
}

/// A number that is NaN is a missing answer.
fn answer<'v>(lookup: &dyn Fn(&str) -> Value<'v>, variable: &str) -> Value<'v> {
    match lookup(variable) {
        Value::Number(number) if number.is_nan() => Value::Missing,
        value => value,
    }
}

fn compare(
    variable: &str,
    found: Value<'_>,
    comparison: Comparison,
    other: Value<'_>,
) -> Result<Option<bool>, Mismatch> {
    match (found, other) {
        (Value::Missing, _) | (_, Value::Missing) => Ok(None),
        (Value::Number(a), Value::Number(b)) => Ok(Some(match comparison {
            Comparison::Equal => a == b,
            Comparison::NotEqual => a != b,
            Comparison::Less => a < b,
            Comparison::LessOrEqual => a <= b,
            Comparison::Greater => a > b,
            Comparison::GreaterOrEqual => a >= b,
        })),
        (Value::Text(a), Value::Text(b)) => match comparison {
            Comparison::Equal => Ok(Some(a == b)),
            Comparison::NotEqual => Ok(Some(a != b)),
            _ => Err(Mismatch {
                variable: variable.into(),
                message: format!("\"{variable}\" holds text (\"{a}\"), which has no order"),
                help: "texts can be compared by == and != only".into(),
            }),
        },
        (Value::Text(text), Value::Number(number)) => Err(Mismatch {
            variable: variable.into(),
            message: format!("\"{variable}\" holds text (\"{text}\") and is compared with the number {number}"),
            help: format!("a text is compared with a text in quotes: {variable} == '{text}'"),
        }),
        (Value::Number(number), Value::Text(text)) => Err(Mismatch {
            variable: variable.into(),
            message: format!("\"{variable}\" holds numbers ({number}) and is compared with the text \"{text}\""),
            help: "compare it with the code of the answer, a number without quotes".into(),
        }),
    }
}

fn is_in(variable: &str, found: Value<'_>, values: &[Operand]) -> Result<Option<bool>, Mismatch> {
    let mut any = Some(false);
    for value in values {
        let other = match value {
            Operand::Number(number) => Value::Number(*number),
            Operand::Text(text) => Value::Text(text),
            Operand::Variable(_) => Value::Missing,
        };
        any = match (any, compare(variable, found, Comparison::Equal, other)?) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
    }
    Ok(any)
}
