//! Reading a printed number.

use super::Interval;

/// A number as printed: its value, how many decimals it shows, and what stands around it.
#[derive(Clone, Debug, PartialEq)]
pub struct PrintedNumber {
    text: String,
    /// The digits as a whole number, with sign: value = units · 10^−decimals.
    units: i64,
    /// Whether a minus sign is printed, also before zeros.
    negative: bool,
    decimals: i32,
    relation: Relation,
    percent: bool,
    stars: usize,
}

/// What a printed number says of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The value, rounded or cut off.
    Equal,
    /// A bound from above, as in `< .001`.
    Below,
    /// A bound from below, as in `> .999`.
    Above,
}

/// More digits than this are not print but a dump of a variable, and exceed what a double holds.
const MOST_DIGITS: usize = 17;

impl PrintedNumber {
    /// Reads a printed number. `None` where the text is none (`***`, `–`, `n.s.`, blank).
    ///
    /// Understood: `.70`, `0.05`, `-1.2`, `−1.2` and `–1.2` (true minus and dash), `+3`, `1,234.5`
    /// (thousands), `0,70` (decimal comma; `1,234` is read as thousands), `< .001`, `> .999`, `= .05`,
    /// `.37**` and `.37†` (marks of significance), `(.021)` and `[.02]` (standard errors), `67.8%`, `8.16E-5`.
    pub fn parse(text: &str) -> Option<Self> {
        let (relation, rest) = split_relation(unwrapped(text.trim()));
        let (stars, rest) = split_marks(rest.trim());
        let (percent, rest) = match rest.strip_suffix(['%', '％']) {
            Some(number) => (true, number.trim_end()),
            None => (false, rest),
        };
        let (negative, rest) = split_sign(unwrapped(rest));
        let (mantissa, exponent) = split_exponent(rest)?;
        let (whole, fraction) = split_decimals(mantissa)?;
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_start_matches('0');
        if digits.is_empty() || significant.len() > MOST_DIGITS {
            return None;
        }
        let magnitude: i64 = if significant.is_empty() { 0 } else { significant.parse().ok()? };
        Some(PrintedNumber {
            text: text.trim().to_owned(),
            units: if negative { -magnitude } else { magnitude },
            negative,
            decimals: i32::try_from(fraction.len()).ok()? - exponent,
            relation,
            percent,
            stars,
        })
    }

    /// The text as printed, without surrounding blanks.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value of the digits; of `67.8%` it is 67.8.
    pub fn value(&self) -> f64 {
        decimal(i128::from(self.units), self.decimals)
    }

    /// Decimals shown; negative where a power of ten leaves even units unknown (`1.2E3`: −2).
    pub fn decimals(&self) -> i32 {
        self.decimals
    }

    /// Whether it states the value or a bound.
    pub fn relation(&self) -> Relation {
        self.relation
    }

    /// Whether a percent sign follows.
    pub fn is_percent(&self) -> bool {
        self.percent
    }

    /// Stars that follow, as marks of significance.
    pub fn stars(&self) -> usize {
        self.stars
    }

    /// The same number in a column with `decimals` decimals, where its trailing zeros were lost in print.
    ///
    /// A number that shows more decimals already stays as it is; so does one to which the zeros would
    /// add more digits than a number holds.
    pub fn in_column(&self, decimals: i32) -> Self {
        let missing = u32::try_from(decimals.saturating_sub(self.decimals)).unwrap_or(0);
        let units = 10i64.checked_pow(missing).and_then(|factor| self.units.checked_mul(factor));
        match units {
            Some(units) if missing > 0 => PrintedNumber { units, decimals, ..self.clone() },
            _ => self.clone(),
        }
    }

    /// The values that print so when rounded: half a unit of the last decimal to either side, the ends included.
    ///
    /// Of a bound, all values on its side.
    pub fn rounded(&self) -> Interval {
        self.interval(-5, 5)
    }

    /// The values that print so when cut off: up to a unit of the last decimal away from zero, the ends included.
    ///
    /// Of zeros without a sign the values on both sides; of a bound, all values on its side.
    pub fn truncated(&self) -> Interval {
        match (self.units, self.negative) {
            (0, false) => self.interval(-10, 10),
            (_, true) => self.interval(-10, 0),
            (_, false) => self.interval(0, 10),
        }
    }

    /// From `below` to `above` tenths of a unit of the last decimal around the digits.
    fn interval(&self, below: i128, above: i128) -> Interval {
        let tenths = 10 * i128::from(self.units);
        match self.relation {
            Relation::Below => Interval::between(f64::NEG_INFINITY, self.value()),
            Relation::Above => Interval::between(self.value(), f64::INFINITY),
            Relation::Equal => Interval::between(
                decimal(tenths + below, self.decimals + 1),
                decimal(tenths + above, self.decimals + 1),
            ),
        }
    }
}

/// units · 10^−decimals, rounded once.
fn decimal(units: i128, decimals: i32) -> f64 {
    // The text of a number is the one way to a correctly rounded power of ten; it always parses.
    format!("{units}e{}", -decimals).parse().unwrap_or(f64::NAN)
}

/// Without the brackets around a standard error.
fn unwrapped(text: &str) -> &str {
    let inner = |open, close| text.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    inner('(', ')').or_else(|| inner('[', ']')).or_else(|| inner('（', '）')).map_or(text, str::trim)
}

fn split_relation(text: &str) -> (Relation, &str) {
    match text.chars().next() {
        Some(sign @ ('<' | '≤' | '＜')) => (Relation::Below, &text[sign.len_utf8()..]),
        Some(sign @ ('>' | '≥' | '＞')) => (Relation::Above, &text[sign.len_utf8()..]),
        Some(sign @ ('=' | '＝')) => (Relation::Equal, &text[sign.len_utf8()..]),
        _ => (Relation::Equal, text),
    }
}

/// Counts the stars at the end; daggers are left out of the count.
fn split_marks(text: &str) -> (usize, &str) {
    let number = text.trim_end_matches(['*', '†', '‡', '＊', ' ']);
    (text[number.len()..].matches(['*', '＊']).count(), number)
}

fn split_sign(text: &str) -> (bool, &str) {
    let rest = text.strip_prefix(['-', '\u{2212}', '\u{2013}', '\u{2010}', '\u{2011}', '\u{FF0D}']);
    match rest {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn split_exponent(text: &str) -> Option<(&str, i32)> {
    match text.split_once(['e', 'E']) {
        None => Some((text, 0)),
        Some((mantissa, exponent)) => {
            let exponent: i32 = exponent.replace('\u{2212}', "-").parse().ok()?;
            (exponent.abs() < 300).then_some((mantissa, exponent))
        }
    }
}

/// The digits before and after the decimal sign. `None` where anything else is in between.
fn split_decimals(text: &str) -> Option<(String, String)> {
    let comma_is_decimal = !text.contains('.') && text.matches(',').count() == 1 && !is_grouped(text);
    let separator = if comma_is_decimal { ',' } else { '.' };
    let (whole, fraction) = text.split_once(separator).unwrap_or((text, ""));
    if whole.contains(',') && !is_grouped(whole) {
        return None;
    }
    let whole = whole.replace(',', "");
    let all_digits = [whole.as_str(), fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    (all_digits && !(whole.is_empty() && fraction.is_empty())).then(|| (whole, fraction.to_owned()))
}

/// Whether commas set off groups of three digits: `1,234` but not `0,705`, `3647,922` or `12,5`.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && !first.starts_with('0') && groups.all(|group| group.len() == 3)
}
