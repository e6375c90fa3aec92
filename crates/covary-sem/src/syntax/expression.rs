//! Expressions of `:=`, `==`, `<`, `>` and modifiers: a small tree, evaluated over any [`Scalar`].

use std::fmt;

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

/// Functions of one argument, under R's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// √x
    Sqrt,
    /// eˣ
    Exp,
    /// ln x
    Log,
    /// log₂ x
    Log2,
    /// log₁₀ x
    Log10,
    /// |x|
    Abs,
    /// sin x, x in radians
    Sin,
    /// cos x, x in radians
    Cos,
    /// tan x, x in radians
    Tan,
    /// arcsin x
    Asin,
    /// arccos x
    Acos,
    /// arctan x
    Atan,
    /// sinh x
    Sinh,
    /// cosh x
    Cosh,
    /// tanh x
    Tanh,
}

impl Function {
    /// Every function with its name in R.
    pub const ALL: [(&'static str, Function); 15] = [
        ("sqrt", Function::Sqrt),
        ("exp", Function::Exp),
        ("log", Function::Log),
        ("log2", Function::Log2),
        ("log10", Function::Log10),
        ("abs", Function::Abs),
        ("sin", Function::Sin),
        ("cos", Function::Cos),
        ("tan", Function::Tan),
        ("asin", Function::Asin),
        ("acos", Function::Acos),
        ("atan", Function::Atan),
        ("sinh", Function::Sinh),
        ("cosh", Function::Cosh),
        ("tanh", Function::Tanh),
    ];

    /// The function of this name in R.
    pub fn named(name: &str) -> Option<Function> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|&(_, function)| function)
    }

    /// Its name in R.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|&&(_, function)| function == self).map_or("", |&(name, _)| name)
    }

    /// Its value.
    pub fn apply<T: Scalar>(self, x: T) -> T {
        let two = T::from(2.0);
        match self {
            Function::Sqrt => x.sqrt(),
            Function::Exp => x.exp(),
            Function::Log => x.ln(),
            Function::Log2 => x.ln() / T::from(std::f64::consts::LN_2),
            Function::Log10 => x.ln() / T::from(std::f64::consts::LN_10),
            Function::Abs => x.abs(),
            Function::Sin => x.sin(),
            Function::Cos => x.cos(),
            Function::Tan => x.sin() / x.cos(),
            Function::Asin => arcsine(x),
            Function::Acos => T::from(std::f64::consts::FRAC_PI_2) - arcsine(x),
            Function::Atan => x.atan(),
            Function::Sinh => (x.exp() - (-x).exp()) / two,
            Function::Cosh => (x.exp() + (-x).exp()) / two,
            // 1 − 2/(e²ˣ + 1) stays finite where sinh x / cosh x is ∞/∞.
            Function::Tanh => T::ONE - two / ((x + x).exp() + T::ONE),
        }
    }
}

fn arcsine<T: Scalar>(x: T) -> T {
    (x / (T::ONE - x * x).sqrt()).atan()
}

impl Expression {
    /// The value, names looked up by `value_of`. `None` where a name is unknown.
    pub fn evaluate<T: Scalar>(&self, value_of: &dyn Fn(&str) -> Option<T>) -> Option<T> {
        Some(match self {
            Expression::Number(value) => T::from(*value),
            Expression::Name(name) => value_of(name)?,
            Expression::Negate(inner) => -inner.evaluate(value_of)?,
            Expression::Call(function, inner) => function.apply(inner.evaluate(value_of)?),
            Expression::Binary(left, '^', right) => {
                let base = left.evaluate(value_of)?;
                match right.constant() {
                    Some(exponent) => power(base, exponent),
                    None => (right.evaluate(value_of)? * base.ln()).exp(),
                }
            }
            Expression::Binary(left, operator, right) => {
                let (left, right) = (left.evaluate(value_of)?, right.evaluate(value_of)?);
                match operator {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    '/' => left / right,
                    _ => return None,
                }
            }
        })
    }

    /// The value of an expression without names.
    pub fn constant(&self) -> Option<f64> {
        self.evaluate::<f64>(&|_| None)
    }

    /// The names used, in order of first use.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.visit_names(&mut |name| {
            if !names.contains(&name) {
                names.push(name);
            }
        });
        names
    }

    /// The same expression with every name replaced by what `rename` says.
    pub fn renamed(&self, rename: &dyn Fn(&str) -> String) -> Expression {
        match self {
            Expression::Number(value) => Expression::Number(*value),
            Expression::Name(name) => Expression::Name(rename(name)),
            Expression::Negate(inner) => Expression::Negate(Box::new(inner.renamed(rename))),
            Expression::Call(function, inner) => Expression::Call(*function, Box::new(inner.renamed(rename))),
            Expression::Binary(left, operator, right) => {
                Expression::Binary(Box::new(left.renamed(rename)), *operator, Box::new(right.renamed(rename)))
            }
        }
    }

    fn visit_names<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        match self {
            Expression::Number(_) => {}
            Expression::Name(name) => visit(name),
            Expression::Negate(inner) | Expression::Call(_, inner) => inner.visit_names(visit),
            Expression::Binary(left, _, right) => {
                left.visit_names(visit);
                right.visit_names(visit);
            }
        }
    }

    /// How tightly it binds, as in R: sums 1, products 2, minus 3, powers 4, the rest 5.
    fn binding(&self) -> u8 {
        match self {
            Expression::Binary(_, '+' | '-', _) => 1,
            Expression::Binary(_, '*' | '/', _) => 2,
            Expression::Negate(_) => 3,
            Expression::Number(value) if value.is_sign_negative() => 3,
            Expression::Binary(..) => 4,
            _ => 5,
        }
    }
}

/// xⁿ for a constant n: by products for whole n, so that negative x and derivatives at 0 are right.
fn power<T: Scalar>(base: T, exponent: f64) -> T {
    const LARGEST_BY_PRODUCTS: f64 = 1024.0;
    if exponent.fract() == 0.0 && exponent.abs() <= LARGEST_BY_PRODUCTS {
        let whole = whole_power(base, exponent.abs() as u32);
        if exponent < 0.0 { whole.recip() } else { whole }
    } else if exponent == 0.5 {
        base.sqrt()
    } else {
        (T::from(exponent) * base.ln()).exp()
    }
}

fn whole_power<T: Scalar>(base: T, mut exponent: u32) -> T {
    let (mut result, mut square) = (T::ONE, base);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result *= square;
        }
        exponent /= 2;
        if exponent > 0 {
            square = square * square;
        }
    }
    result
}

/// The expression in R's spelling, with no more parentheses than needed.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = |f: &mut fmt::Formatter<'_>, inner: &Expression, least: u8| {
            if inner.binding() < least { write!(f, "({inner})") } else { write!(f, "{inner}") }
        };
        match self {
            Expression::Number(value) => write!(f, "{}", number_text(*value)),
            Expression::Name(name) => f.write_str(&super::label_text(name)),
            Expression::Call(function, inner) => write!(f, "{}({inner})", function.name()),
            Expression::Negate(inner) => {
                write!(f, "-")?;
                within(f, inner, 3)
            }
            Expression::Binary(left, operator, right) => {
                let binding = self.binding();
                // `^` groups to the right, the others to the left.
                let (left_least, right_least) =
                    if *operator == '^' { (binding + 1, 3) } else { (binding, binding + 1) };
                within(f, left, left_least)?;
                write!(f, "{operator}")?;
                within(f, right, right_least)
            }
        }
    }
}

/// A number so that it reads back as the same number.
pub(crate) fn number_text(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-5..1e15).contains(&magnitude) { format!("{value:e}") } else { format!("{value}") }
}

#[cfg(test)]
mod tests {
    use covary_numerics::Dual;

    use crate::syntax::{Expression, parse};

    fn read(text: &str) -> Expression {
        let formulas = parse(&format!("y ~ a*x + b*z\nd := {text}"));
        formulas.map(|f| f.definitions[0].expression.clone()).unwrap_or(Expression::Number(f64::NAN))
    }

    /// Values from R 4.3 at a = 1.7, b = 0.4.
    #[test]
    fn values_are_those_of_r() {
        for (text, expected) in [
            ("a*b + 2", 2.68),
            ("-2^2", -4.0),
            ("2^3^2", 512.0),
            ("2^-1", 0.5),
            ("-a^2*b", -1.156),
            ("a - b - 1", 0.3),
            ("a/b/2", 2.125),
            ("a^b", 1.236_458_568_603_039_4),
            ("(-a)^3", -4.913),
            ("sqrt(a) + exp(-b)", 1.974_160_527_076_169),
            ("log(a, 2)", 0.765_534_746_362_977_1),
            ("log10(a) * log2(b)", -0.304_636_903_606_429_1),
            ("sin(a)*cos(b)/tan(b)", 2.160_355_785_173_312),
            ("asin(b) + acos(b) + atan(a)", 2.609_868_586_330_988),
            ("tanh(a) - sinh(b)/cosh(b)", 0.555_460_108_347_874_1),
            ("abs(b - a)", 1.3),
            ("+a", 1.7),
            ("1e-3*a", 0.0017),
        ] {
            let lookup = |name: &str| match name {
                "a" => Some(1.7),
                "b" => Some(0.4),
                _ => None,
            };
            let value: f64 = read(text).evaluate(&lookup).unwrap_or(f64::NAN);
            assert!((value - expected).abs() < 1e-14 * expected.abs().max(1.0), "{text}: {value} for {expected}");
        }
    }

    #[test]
    fn derivatives_are_those_of_central_differences() {
        for text in [
            "a^2*b",
            "a^b",
            "b^a",
            "a^-2",
            "sqrt(a*b)",
            "exp(a)/b",
            "log(a)",
            "abs(b-a)",
            "sin(a)*cos(b)",
            "tan(b)*a",
            "atan(a)",
            "asin(b)",
            "acos(b*b)",
            "sinh(a)",
            "cosh(a)",
            "tanh(a)",
            "a^0.5",
            "a^1.3",
            "log2(a)+log10(a)",
            "(a+b)^3",
        ] {
            let expression = read(text);
            let at =
                |a: f64, b: f64| expression.evaluate(&|name| Some(if name == "a" { a } else { b })).unwrap_or(f64::NAN);
            let dual = |da: f64, db: f64| {
                let lookup = |name: &str| {
                    Some(if name == "a" {
                        Dual { value: 0.7, derivative: da }
                    } else {
                        Dual { value: 0.4, derivative: db }
                    })
                };
                expression.evaluate(&lookup).map_or(f64::NAN, |d: Dual| d.derivative)
            };
            let step = 1e-6;
            let differences = [
                (at(0.7 + step, 0.4) - at(0.7 - step, 0.4)) / (2.0 * step),
                (at(0.7, 0.4 + step) - at(0.7, 0.4 - step)) / (2.0 * step),
            ];
            for (exact, difference) in [dual(1.0, 0.0), dual(0.0, 1.0)].into_iter().zip(differences) {
                // Central differences at this step are good to about 1e-9.
                assert!((exact - difference).abs() < 1e-8 * (1.0 + exact.abs()), "{text}: {exact}, {difference}");
            }
        }
    }

    #[test]
    fn printing_keeps_the_meaning_with_few_parentheses() {
        for (text, expected) in [
            ("c0 + (a*b)", "c0+a*b"),
            ("(a + b)*2", "(a+b)*2"),
            ("a - (b - 1)", "a-(b-1)"),
            ("(a^2)^3", "(a^2)^3"),
            ("a^(2^3)", "a^2^3"),
            ("(-a)^2", "(-a)^2"),
            ("-(a^2)", "-a^2"),
            ("-(a + b)", "-(a+b)"),
            ("a^-b", "a^-b"),
            ("a/(b*2)", "a/(b*2)"),
            ("sqrt((a))", "sqrt(a)"),
            ("--a", "--a"),
            ("1.5e-7*a", "1.5e-7*a"),
        ] {
            let expression = read(text);
            assert_eq!(expression.to_string(), expected, "{text}");
            assert_eq!(read(&expression.to_string()), expression, "{text}");
        }
    }
}
