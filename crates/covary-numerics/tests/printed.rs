//! Printed numbers: reading, the values that print so, arithmetic on intervals, writing.

use covary_numerics::printed::{
    Interval, LeadingZero, Minus, NumberStyle, PrintedNumber, Relation, format_number, format_p_value,
    round_to_decimals,
};
use proptest::prelude::*;

fn interval(low: f64, high: f64) -> Interval {
    Interval::new(low, high).unwrap()
}

#[test]
fn numbers_are_read_with_their_intervals() {
    let check = |text: &str, value: f64, decimals: i32, rounded: (f64, f64), truncated: (f64, f64)| {
        let number = PrintedNumber::parse(text).unwrap_or_else(|| panic!("{text} is a number"));
        assert_eq!((number.value(), number.decimals()), (value, decimals), "{text}");
        assert_eq!(number.rounded(), interval(rounded.0, rounded.1), "{text}");
        assert_eq!(number.truncated(), interval(truncated.0, truncated.1), "{text}");
    };
    check(".70", 0.70, 2, (0.695, 0.705), (0.70, 0.71));
    check("0.05", 0.05, 2, (0.045, 0.055), (0.05, 0.06));
    check(" 3792.234 ", 3792.234, 3, (3792.2335, 3792.2345), (3792.234, 3792.235));
    check("-.123", -0.123, 3, (-0.1235, -0.1225), (-0.124, -0.123));
    check("\u{2212}1.5", -1.5, 1, (-1.55, -1.45), (-1.6, -1.5));
    check("–1.5", -1.5, 1, (-1.55, -1.45), (-1.6, -1.5));
    check(".000", 0.0, 3, (-0.0005, 0.0005), (-0.001, 0.001));
    check("-.00", 0.0, 2, (-0.005, 0.005), (-0.01, 0.0));
    check("242", 242.0, 0, (241.5, 242.5), (242.0, 243.0));
    check("1,234.5", 1234.5, 1, (1234.45, 1234.55), (1234.5, 1234.6));
    check("1,234", 1234.0, 0, (1233.5, 1234.5), (1234.0, 1235.0));
    check("0,705", 0.705, 3, (0.7045, 0.7055), (0.705, 0.706));
    check("3647,922", 3647.922, 3, (3647.9215, 3647.9225), (3647.922, 3647.923));
    check("8.16E-5", 8.16e-5, 7, (8.155e-5, 8.165e-5), (8.16e-5, 8.17e-5));
    check("1.2E3", 1200.0, -2, (1150.0, 1250.0), (1200.0, 1300.0));
    check("(.021)", 0.021, 3, (0.0205, 0.0215), (0.021, 0.022));
    check("+3", 3.0, 0, (2.5, 3.5), (3.0, 4.0));
}

#[test]
fn marks_around_a_number_are_kept() {
    let read = |text: &str| PrintedNumber::parse(text).unwrap();
    assert_eq!((read(".374***").stars(), read(".374***").value()), (3, 0.374));
    assert_eq!((read(".18 *").stars(), read(".05†").stars()), (1, 0));
    assert!(read("67.768%").is_percent() && !read("67.768").is_percent());
    assert_eq!(
        (read("< .001").relation(), read("<.001").rounded()),
        (Relation::Below, interval(f64::NEG_INFINITY, 0.001))
    );
    assert_eq!(read("> .999").rounded(), interval(0.999, f64::INFINITY));
    assert_eq!(read("= .05").relation(), Relation::Equal);
    assert_eq!(read("= .05").text(), "= .05");
}

#[test]
fn what_is_no_number_gives_none() {
    for text in [
        "",
        " ",
        "***",
        "–",
        "-",
        ".",
        "n.s.",
        "NA",
        "1.2.3",
        "1,23,4",
        "12a",
        "< ",
        "e5",
        "1e",
        "0x10",
        "1.2e999999",
        "123456789012345678",
    ] {
        assert_eq!(PrintedNumber::parse(text), None, "{text:?}");
    }
}

/// A trailing zero lost in print: .36 in a column of three decimals is .360.
#[test]
fn the_last_digit_is_that_of_the_column() {
    let number = PrintedNumber::parse(".36").unwrap();
    assert_eq!(number.in_column(3).rounded(), interval(0.3595, 0.3605));
    assert_eq!(number.in_column(1), number);
    assert_eq!(number.in_column(400), number);
}

#[test]
fn intervals_compute() {
    let (a, b) = (interval(1.0, 2.0), interval(-3.0, 0.5));
    assert_eq!(a + b, interval(-2.0, 2.5));
    assert_eq!(a - b, interval(0.5, 5.0));
    assert_eq!(a * b, interval(-6.0, 1.0));
    assert_eq!(b.divided_by(&a), Some(interval(-3.0, 0.5)));
    assert_eq!(a.divided_by(&b), None);
    assert_eq!(interval(-1.0, 4.0).sqrt(), Some(interval(0.0, 2.0)));
    assert_eq!(interval(-2.0, -1.0).sqrt(), None);
    assert_eq!((b.powi(2), b.powi(3), b.powi(0)), (interval(0.0, 9.0), interval(-27.0, 0.125), Interval::point(1.0)));
    assert_eq!(a.intersection(&interval(2.0, 3.0)), Some(Interval::point(2.0)));
    assert_eq!(a.intersection(&interval(2.5, 3.0)), None);
    assert_eq!(a.hull(&interval(2.5, 3.0)), interval(1.0, 3.0));
    assert_eq!(Interval::new(2.0, 1.0), None);
    assert_eq!(Interval::new(f64::NAN, 1.0), None);
    // .1 + .2 is not a double: the sum of the two nearest doubles lies within, between neighbours.
    let tenth = Interval::point(0.1) + Interval::point(0.2);
    assert!(tenth.low() < tenth.high() && tenth.width() < 2e-16 && tenth.contains(0.1 + 0.2));
    // AVE of four loadings printed .770 .782 .790 .794, by hand: 2.45896 / 4 = .615 (.6140 to .6155).
    let loadings = [".770", ".782", ".790", ".794"].map(|text| PrintedNumber::parse(text).unwrap().rounded());
    let ave = loadings.iter().fold(Interval::point(0.0), |sum, loading| sum + loading.powi(2)) * 0.25;
    assert!((ave.low() - 0.613956).abs() < 1e-6 && (ave.high() - 0.615524).abs() < 1e-6, "{ave:?}");
}

fn style(decimals: usize) -> NumberStyle {
    NumberStyle { decimals, leading_zero: LeadingZero::Kept, minus: Minus::Hyphen }
}

#[test]
fn numbers_are_written_rounded_half_away_from_zero() {
    let check = |value: f64, decimals: usize, expected: &str| {
        assert_eq!(format_number(value, &style(decimals)), expected, "{value} with {decimals} decimals");
        let rounded: f64 = expected.parse().unwrap();
        assert_eq!(round_to_decimals(value, decimals), rounded, "{value}");
    };
    check(0.125, 2, "0.13");
    check(2.5, 0, "3");
    check(0.5, 0, "1");
    check(-0.5, 0, "-1");
    check(1.005, 2, "1.01");
    check(0.285, 2, "0.29");
    check(0.2849999, 2, "0.28");
    check(9.9999, 3, "10.000");
    check(99.5, 0, "100");
    check(0.0, 3, "0.000");
    check(-0.0004, 3, "0.000");
    check(0.0005, 3, "0.001");
    check(0.00049, 3, "0.000");
    check(0.05, 0, "0");
    check(0.0000001, 3, "0.000");
    check(3792.3134, 3, "3792.313");
    check(1e22, 1, "10000000000000000000000.0");
    check(123.0, 2, "123.00");
    check(0.96, 1, "1.0");
}

#[test]
fn styles_of_zero_and_minus() {
    let spss = NumberStyle { decimals: 3, leading_zero: LeadingZero::Dropped, minus: Minus::Sign };
    assert_eq!(format_number(0.7, &spss), ".700");
    assert_eq!(format_number(-0.7, &spss), "\u{2212}.700");
    assert_eq!(format_number(1.0, &spss), "1.000");
    assert_eq!(format_number(0.9996, &spss), "1.000");
    assert_eq!(format_number(10.25, &spss), "10.250");
    assert_eq!(format_number(0.4, &NumberStyle { decimals: 0, ..spss }), "0");
    assert_eq!(format_p_value(0.000_99, &spss), "< .001");
    assert_eq!(format_p_value(0.001, &spss), ".001");
    assert_eq!(format_p_value(0.0456, &style(3)), "0.046");
    assert_eq!(format_p_value(1e-20, &style(3)), "< 0.001");
    assert_eq!(format_p_value(1.0, &spss), "1.000");
    assert_eq!(
        (format_number(f64::NAN, &spss), format_number(f64::NEG_INFINITY, &spss)),
        (String::new(), "\u{2212}∞".to_owned())
    );
}

proptest! {
    /// What is written is read back as a number whose interval contains the value.
    #[test]
    fn writing_and_reading_agree(value in -1e6f64..1e6, decimals in 0usize..8) {
        let text = format_number(value, &style(decimals));
        let number = PrintedNumber::parse(&text).unwrap();
        prop_assert_eq!(number.decimals(), decimals as i32);
        prop_assert!(number.rounded().contains(value), "{} for {}", text, value);
        prop_assert_eq!(number.value(), round_to_decimals(value, decimals));
    }

    /// Any value of the operands gives a value within the result.
    #[test]
    fn intervals_contain_what_their_values_give(
        ends in prop::array::uniform4(-1e3f64..1e3),
        at in prop::array::uniform2(0.0f64..=1.0),
        exponent in 0u32..6,
    ) {
        let (a, b) = (Interval::between(ends[0], ends[1]), Interval::between(ends[2], ends[3]));
        let x = (a.low() + at[0] * a.width()).clamp(a.low(), a.high());
        let y = (b.low() + at[1] * b.width()).clamp(b.low(), b.high());
        prop_assert!((a + b).contains(x + y));
        prop_assert!((a - b).contains(x - y));
        prop_assert!((a * b).contains(x * y));
        if let Some(quotient) = a.divided_by(&b) {
            prop_assert!(quotient.contains(x / y));
        }
        if let Some(root) = a.sqrt().filter(|_| x >= 0.0) {
            prop_assert!(root.contains(x.sqrt()));
        }
        let power = a.powi(exponent);
        let slack = 1e-15 * x.abs().powi(exponent as i32); // powi of a double rounds several times
        prop_assert!(power.low() - slack <= x.powi(exponent as i32) && x.powi(exponent as i32) <= power.high() + slack);
    }
}
