//! A figure as text: the one place where precision is given up.

use covary_report::{Number, NumberKind};

use crate::style::{LeadingZero, Stars, Style};

/// What stands for a figure that does not exist.
pub const ABSENT: &str = "—";

/// U+2212, as wide as a digit in most faces.
const MINUS: char = '−';

/// Probabilities are printed with three decimals; below this as `< .001`, above its complement as `> .999`.
const SMALLEST_PROBABILITY: f64 = 0.001;

/// A figure as text, in two parts that meet at the decimal mark.
///
/// Cells of one column align when their `whole` parts end and their `rest` parts begin at the same place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberText {
    /// Sign, relation and whole digits: `−1`, `< `, `5,000`.
    pub whole: String,
    /// Decimal mark, decimals, and stars: `.345**`.
    pub rest: String,
}

impl NumberText {
    /// Both parts in one.
    pub fn joined(&self) -> String {
        format!("{}{}", self.whole, self.rest)
    }
}

/// `number` as text.
///
/// Decimal places are rounded from the exact binary value, halves away from zero. No zero leads where the value cannot
/// exceed 1; a value that rounds to zero has no sign; what does not exist is a dash.
pub fn number_text(number: &Number, style: &Style) -> NumberText {
    let Some(value) = number.value.filter(|v| v.is_finite()) else {
        return NumberText { whole: ABSENT.to_string(), rest: String::new() };
    };
    let decimals = usize::from(style.decimals);
    let mut text = match number.kind {
        NumberKind::Count => count(value),
        NumberKind::Statistic => split(&rounded(value, decimals)),
        NumberKind::Bounded => bounded(&rounded(value, decimals), style.leading_zero),
        NumberKind::Probability => probability(value, style.leading_zero),
        NumberKind::Percent => split(&rounded(value, 1)),
        NumberKind::Proportion => split(&rounded(100.0 * value, 1)),
        NumberKind::Exact => exact(value, style.leading_zero),
    };
    if style.stars == Stars::Shown {
        text.rest.extend(std::iter::repeat_n('*', usize::from(number.stars)));
    }
    text
}

/// `value` with `decimals` places, halves away from zero, with a proper minus.
///
/// The digits behind the last place are taken from the exact binary value: 25 more places tell a half from its
/// neighbours for every value above 10⁻⁸.
fn rounded(value: f64, decimals: usize) -> String {
    let long = format!("{:.*}", decimals + 25, value.abs());
    let mark = long.find('.').unwrap_or(long.len());
    let end = if decimals == 0 { mark } else { mark + 1 + decimals };
    let next = long[end..].bytes().find(u8::is_ascii_digit);
    let mut digits = long[..end].to_string();
    if next >= Some(b'5') {
        digits = incremented(&digits);
    }
    let is_zero = digits.bytes().all(|b| matches!(b, b'0' | b'.'));
    if value < 0.0 && !is_zero { format!("{MINUS}{digits}") } else { digits }
}

/// A decimal numeral one unit in its last place greater.
fn incremented(digits: &str) -> String {
    let mut bytes = digits.as_bytes().to_vec();
    for byte in bytes.iter_mut().rev() {
        match byte {
            b'9' => *byte = b'0',
            b'.' => {}
            _ => {
                *byte += 1;
                return String::from_utf8_lossy(&bytes).into_owned();
            }
        }
    }
    format!("1{}", String::from_utf8_lossy(&bytes))
}

fn split(text: &str) -> NumberText {
    let mark = text.find('.').unwrap_or(text.len());
    NumberText { whole: text[..mark].to_string(), rest: text[mark..].to_string() }
}

fn bounded(text: &str, leading_zero: LeadingZero) -> NumberText {
    let mut text = split(text);
    if leading_zero == LeadingZero::Dropped && !text.rest.is_empty() && text.whole.ends_with('0') {
        // Only a whole part that is exactly zero loses it: 10.2 keeps its 10.
        if text.whole.trim_start_matches(MINUS) == "0" {
            text.whole.pop();
        }
    }
    text
}

fn probability(value: f64, leading_zero: LeadingZero) -> NumberText {
    let beyond = |relation: &str, limit: f64| {
        let limit = bounded(&rounded(limit, 3), leading_zero);
        NumberText { whole: format!("{relation} {}", limit.whole), rest: limit.rest }
    };
    if value < SMALLEST_PROBABILITY {
        beyond("<", SMALLEST_PROBABILITY)
    } else if value < 1.0 && rounded(value, 3).starts_with('1') {
        beyond(">", 1.0 - SMALLEST_PROBABILITY)
    } else {
        bounded(&rounded(value, 3), leading_zero)
    }
}

/// Thousands are set apart from five digits on: 5000, 12,000.
fn count(value: f64) -> NumberText {
    let text = rounded(value, 0);
    let (sign, digits) = match text.strip_prefix(MINUS) {
        Some(digits) => ("−", digits),
        None => ("", text.as_str()),
    };
    let mut whole = sign.to_string();
    for (position, digit) in digits.chars().enumerate() {
        let left = digits.len() - position;
        if position > 0 && left % 3 == 0 && digits.len() > 4 {
            whole.push(',');
        }
        whole.push(digit);
    }
    NumberText { whole, rest: String::new() }
}

fn exact(value: f64, leading_zero: LeadingZero) -> NumberText {
    let text = format!("{}", value.abs());
    let text = if value < 0.0 { format!("{MINUS}{text}") } else { text };
    // Cut-offs and scale points follow the same rule as the figures they are compared with.
    if value == 0.0 || value.abs() >= 1.0 {
        return split(&text);
    }
    let mut text = bounded(&text, leading_zero);
    // .5 reads .50, as the two decimals of other cut-offs.
    if text.rest.len() == 2 {
        text.rest.push('0');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64, kind: NumberKind) -> Number {
        Number { value: Some(value), kind, path: String::new(), stars: 0 }
    }

    #[test]
    fn figures_follow_apa_style() {
        use NumberKind::*;
        let check = |value: f64, kind, expected: &str| {
            assert_eq!(number_text(&number(value, kind), &Style::default()).joined(), expected, "{value} {kind:?}");
        };
        check(0.6245, Bounded, ".625"); // the double is 0.62450000000000005507
        check(0.0005, Bounded, ".001");
        check(-0.3417, Bounded, "−.342");
        check(-0.0004, Bounded, ".000");
        check(1.0, Bounded, "1.000");
        check(0.9996, Bounded, "1.000");
        check(-1.0479, Bounded, "−1.048");
        check(10.2, Bounded, "10.200");
        check(0.0, Probability, "< .001");
        check(0.00099999, Probability, "< .001");
        check(0.001, Probability, ".001");
        check(0.0184, Probability, ".018");
        check(0.9994, Probability, ".999");
        check(0.9997, Probability, "> .999");
        check(1.0, Probability, "1.000");
        check(386.6392235, Statistic, "386.639");
        check(0.5, Statistic, "0.500");
        check(2.0625, Statistic, "2.063"); // an exact half goes away from zero
        check(-2.0625, Statistic, "−2.063");
        check(1.0005, Statistic, "1.000"); // the double is 1.000499999999999989
        check(999.9996, Statistic, "1000.000");
        check(12.25, Percent, "12.3");
        check(100.0, Percent, "100.0");
        check(0.2306, Proportion, "23.1");
        check(233.0, Count, "233");
        check(5000.0, Count, "5000");
        check(12000.0, Count, "12,000");
        check(1234567.0, Count, "1,234,567");
        check(0.05, Exact, ".05");
        check(0.5, Exact, ".50");
        check(0.0, Exact, "0");
        check(5.0, Exact, "5");
        check(3.3, Exact, "3.3");
        check(f64::NAN, Statistic, "—");
        check(f64::INFINITY, Statistic, "—");
    }

    #[test]
    fn what_does_not_exist_is_a_dash() {
        let absent = Number { value: None, kind: NumberKind::Bounded, path: String::new(), stars: 2 };
        assert_eq!(number_text(&absent, &Style::default()).joined(), ABSENT);
    }

    #[test]
    fn settings_change_decimals_zeros_and_stars() {
        let check = |decimals, leading_zero, stars, expected: &str| {
            let number = Number { stars: 2, ..number(0.3746, NumberKind::Bounded) };
            assert_eq!(number_text(&number, &Style { decimals, leading_zero, stars }).joined(), expected);
        };
        check(2, LeadingZero::Dropped, Stars::Shown, ".37**");
        check(3, LeadingZero::Kept, Stars::Shown, "0.375**");
        check(3, LeadingZero::Dropped, Stars::Hidden, ".375");
    }
}
