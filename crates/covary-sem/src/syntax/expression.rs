//! Expressions of `:=`, `==`, `<`, `>` and modifiers: a small tree, evaluated over any [`Scalar`].

use covary_numerics::Scalar;

/// An arithmetic expression over labels.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A number.
    Number(f64),
    /// A label, a `.pK.` name, or the name of a definition.
    Name(String),
    /// −x
    Negate(Box<Expression>),
    /// left op right; op one of + − * / ^.
    Binary(Box<Expression>, char, Box<Expression>),
    /// A function of one argument: sqrt, exp, log, abs, …
    Call(Function, Box<Expression>),
}

/// Functions of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// √x
    Sqrt,
    /// eˣ
    Exp,
    /// ln x
    Log,
    /// |x|
    Abs,
}

impl Expression {
    /// The value, names looked up by `value_of`. `None` where a name is unknown.
    pub fn evaluate<T: Scalar>(&self, value_of: &dyn Fn(&str) -> Option<T>) -> Option<T> {
        todo!("{}", value_of("").is_some())
    }

    /// The names used, in order of first use.
    pub fn names(&self) -> Vec<&str> {
        todo!()
    }
}
