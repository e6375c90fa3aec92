//! Writing a number.

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberStyle {
    /// Digits after the decimal point.
    pub decimals: usize,
    /// Whether a zero stands before the decimal point.
    pub leading_zero: LeadingZero,
    /// The sign of negative numbers.
    pub minus: Minus,
}

/// Whether a zero stands before the decimal point of numbers below 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadingZero {
    /// `0.05`.
    Kept,
    /// `.05`, as SPSS, AMOS and APA style write what cannot exceed 1.
    Dropped,
}

/// The sign of negative numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Minus {
    /// `-`, which programs read.
    Hyphen,
    /// `−` (U+2212), for print.
    Sign,
}

/// Writes `value` with a fixed number of decimals, rounded half away from zero.
///
/// What is rounded is the shortest decimal that stands for the value, so that 1.005 and .285, which no
/// double holds exactly, become 1.01 and .29 as one computes by hand; and ties go up, not to even. A
/// number that rounds to zero has no sign. A value that is not finite is written as `∞`, with its sign,
/// or as nothing.
pub fn format_number(value: f64, style: &NumberStyle) -> String {
    let (digits, negative) = if value.is_finite() {
        let digits = rounded_digits(value.abs(), style.decimals);
        let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        (digits, value < 0.0 && !is_zero)
    } else {
        (if value.is_nan() { String::new() } else { "∞".to_owned() }, value < 0.0)
    };
    let digits = match (style.leading_zero, digits.strip_prefix("0.")) {
        (LeadingZero::Dropped, Some(fraction)) => format!(".{fraction}"),
        _ => digits,
    };
    match (negative, style.minus) {
        (false, _) => digits,
        (true, Minus::Hyphen) => format!("-{digits}"),
        (true, Minus::Sign) => format!("\u{2212}{digits}"),
    }
}

/// Writes a probability; where it is below the smallest that the decimals can show, as a bound: `< .001`.
pub fn format_p_value(p: f64, style: &NumberStyle) -> String {
    // Through text, since powers of ten are rounded correctly there; the form always parses.
    let smallest: f64 = format!("1e-{}", style.decimals).parse().unwrap_or(0.0);
    if p < smallest { format!("< {}", format_number(smallest, style)) } else { format_number(p, style) }
}

/// The value rounded half away from zero to so many decimals, as [`format_number`] writes it.
pub fn round_to_decimals(value: f64, decimals: usize) -> f64 {
    if !value.is_finite() {
        return value;
    }
    // Digits with at most one point always parse.
    rounded_digits(value.abs(), decimals).parse().map_or(value, |magnitude: f64| magnitude.copysign(value))
}

/// The decimal digits of a non-negative value, rounded half up, with a zero before the point.
fn rounded_digits(value: f64, decimals: usize) -> String {
    let (mut digits, mut point) = shortest_digits(value);
    // Digits to keep: those before the point and `decimals` after it.
    let kept = point + i32::try_from(decimals).unwrap_or(i32::MAX / 2);
    if kept < 0 {
        digits = vec![0];
        point = 1;
    } else if let Some(first_dropped) = usize::try_from(kept).ok().and_then(|kept| digits.get(kept).copied()) {
        digits.truncate(kept as usize);
        if first_dropped >= 5 && carry(&mut digits) {
            digits.insert(0, 1);
            point += 1;
        }
    }
    let digit = |position: i32| {
        let known = usize::try_from(position).ok().and_then(|position| digits.get(position));
        char::from(b'0' + known.copied().unwrap_or(0))
    };
    let whole: String = if point <= 0 { "0".to_owned() } else { (0..point).map(digit).collect() };
    let fraction: String = (0..decimals as i32).map(|k| digit(point + k)).collect();
    if decimals == 0 { whole } else { format!("{whole}.{fraction}") }
}

/// The digits of the shortest decimal that stands for the value, and where the point is among them.
///
/// 0.00285 gives 2, 8, 5 and −2: the point stands two places before the first digit.
fn shortest_digits(value: f64) -> (Vec<u8>, i32) {
    let text = format!("{value:e}");
    // The form is d.ddde±x; without the sign of an exponent that is not negative.
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
    (digits, exponent.parse().unwrap_or(0) + 1)
}

/// Adds one to the last digit; whether a digit is carried out at the front.
fn carry(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return false;
        }
        *digit = 0;
    }
    true
}
