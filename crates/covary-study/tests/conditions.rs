//! Conditions: what is read, what is written back, what holds.

use covary_study::condition::{Comparison, Condition, Operand, Value};
use proptest::prelude::*;

#[track_caller]
fn check_read(text: &str, canonical: &str) {
    let condition = Condition::parse(text).unwrap_or_else(|f| panic!("{text}: {f} at {}", f.column(text)));
    assert_eq!(condition.to_string(), canonical, "{text}");
    assert_eq!(Condition::parse(canonical).as_ref(), Ok(&condition), "{canonical}");
}

#[test]
fn what_is_read() {
    check_read("in_industry == 1", "in_industry == 1");
    check_read("a==1 or b!=2 and not c<3", "a == 1 or b != 2 and not c < 3");
    check_read("(a == 1 or b == 2) AND c >= -0.5", "(a == 1 or b == 2) and c >= -0.5");
    check_read("a == 1 and (b == 1 and c == 1)", "a == 1 and (b == 1 and c == 1)");
    check_read("not (a == 1 and b == 2)", "not (a == 1 and b == 2)");
    check_read("not not a == 1", "not not a == 1");
    check_read("x in [1, 2, 3,]", "x in [1, 2, 3]");
    check_read("x NOT IN ['a', \"b\"]", "x not in [\"a\", \"b\"]");
    check_read("not x in [1]", "x not in [1]");
    check_read("missing ( 年龄 ) or not missing(b)", "missing(年龄) or not missing(b)");
    check_read("18 <= 年龄", "年龄 >= 18");
    check_read("`two words` == \"it's\"", "`two words` == \"it's\"");
    check_read("city == 'say \\'a\\\\\"'", "city == \"say 'a\\\\\\\"\"");
    check_read("a > b", "a > b");
    check_read("x == +1e-3", "x == 0.001");
    check_read("x==.5", "x == 0.5");
    check_read("`and` == 1 and `missing` == `in`", "`and` == 1 and `missing` == `in`");
    check_read("q1.a == 1", "q1.a == 1");
}

#[track_caller]
fn check_refused(text: &str, column: usize, message: &str, help: &str) {
    let fault = Condition::parse(text).expect_err(text);
    let found = (fault.column(text), fault.message.as_str(), fault.help.as_deref().unwrap_or(""));
    assert_eq!(found, (column, message, help), "{text}");
}

#[test]
fn what_is_refused() {
    check_refused("", 1, "expected a variable, found the end", "");
    check_refused("a", 2, "expected a comparison (==, !=, <, <=, >, >=, in, not in), found the end", "");
    check_refused("a == ", 6, "expected a number, a text in quotes or a variable, found the end", "");
    check_refused(
        "1 <= a <= 5",
        8,
        "comparisons cannot be chained",
        "write each comparison and join them: 1 <= x and x <= 5",
    );
    check_refused(
        "1 == 2",
        1,
        "a comparison needs a variable on one side",
        "the names of variables stand without quotes; in backquotes where they hold spaces",
    );
    check_refused("a < 'x'", 5, "the text \"x\" can be compared by == and != only", "");
    check_refused("'x' >= a", 1, "the text \"x\" can be compared by == and != only", "");
    check_refused("a in []", 7, "the list is empty, so no case could be in it", "");
    check_refused(
        "a in [1, male]",
        10,
        "expected a number or a text in quotes, found \"male\"",
        "a text goes in quotes: 'male'",
    );
    check_refused("a in 1", 6, "expected a list: [1, 2], found the number 1", "");
    check_refused("a in [1 2]", 9, "expected a comma or \"]\", found the number 2", "");
    check_refused("3 in [1]", 1, "expected a variable before \"in\"", "");
    check_refused("(a == 1", 8, "expected \"and\", \"or\" or the closing parenthesis, found the end", "");
    check_refused("a == 1)", 7, "this parenthesis was not opened", "");
    check_refused("a == 1 b == 2", 8, "expected \"and\", \"or\" or the end, found \"b\"", "");
    check_refused("missing(3)", 9, "missing( ) takes the name of a variable", "");
    check_refused(
        "missing == 1",
        1,
        "expected a variable, found \"missing\"",
        "a variable of the name \"missing\" goes in backquotes: `missing`",
    );
    check_refused(
        "a not == 1",
        7,
        "expected \"in\" after \"not\"",
        "\"not\" stands before a whole comparison: not x == 1",
    );
    check_refused(
        "满意 == “男”",
        7,
        "\"“\" cannot stand here",
        "write \" instead (the plain character of an English keyboard)",
    );
    check_refused(
        "a ＝ 1",
        3,
        "\"＝\" cannot stand here",
        "write = instead (the plain character of an English keyboard)",
    );
    check_refused("a == 'x", 6, "the text that begins here has no closing quote", "");
    check_refused("`a == 1", 1, "the name that begins here has no closing backquote", "");
    check_refused("`` == 1", 1, "there is no name between the backquotes", "");
    check_refused(
        "1a == 1",
        1,
        "a number is followed by \"a\"",
        "a name that begins with a digit goes in backquotes: `1a`",
    );
    check_refused("a == 1e999", 6, "1e999 is not a number that can be held", "");
    check_refused("a == ..5", 6, "a number is followed by \".\"", "");
    check_refused(
        "a <> 1",
        3,
        "expected a comparison (==, !=, <, <=, >, >=, in, not in), found \"<>\"",
        "inequality is written !=",
    );
}

#[test]
fn long_conditions_are_refused_and_not_overflown() {
    let chain = vec!["a == 1"; 400].join(" and ");
    assert!(Condition::parse(&chain).is_ok());
    let (open, not) = ("(".repeat(100_000), "not ".repeat(100_000));
    for text in [open, not, vec!["a == 1"; 100_000].join(" or ")] {
        let fault = Condition::parse(&text).expect_err("far too long");
        assert_eq!(fault.message, "a condition may have at most 500 parts");
    }
}

#[test]
fn variables_with_their_places() {
    let text = "年龄 > 18 and (b == 年龄 or missing(`c d`))";
    let (condition, mentions) = Condition::parse_located(text).expect("a condition");
    assert_eq!(condition.variables(), ["年龄", "b", "c d"]);
    let found: Vec<&str> =
        mentions.iter().map(|m| &text[m.offset..]).map(|rest| rest.split(' ').next().unwrap_or("")).collect();
    assert_eq!(found, ["年龄", "(b", "年龄", "`c"].map(|s| s.trim_start_matches('(')));
}

/// a = 1, b = 2, t = "x", m missing, n NaN.
fn lookup(name: &str) -> Value<'static> {
    match name {
        "a" => Value::Number(1.0),
        "b" => Value::Number(2.0),
        "t" => Value::Text("x"),
        "n" => Value::Number(f64::NAN),
        _ => Value::Missing,
    }
}

#[track_caller]
fn check_holds(text: &str, expected: Option<bool>) {
    assert_eq!(Condition::parse(text).expect(text).holds(lookup), Ok(expected), "{text}");
}

#[test]
fn what_holds() {
    let (yes, no, open) = (Some(true), Some(false), None);
    for (text, expected) in [
        ("a == 1", yes),
        ("a != 1", no),
        ("a < b", yes),
        ("b <= 2", yes),
        ("b > 2", no),
        ("2 >= b", yes),
        ("t == 'x'", yes),
        ("t != 'x'", no),
        ("t in ['y', 'x']", yes),
        ("a not in [2, 3]", yes),
        ("a in [2, 3]", no),
        ("missing(m)", yes),
        ("missing(n)", yes),
        ("missing(a)", no),
        ("m == 1", open),
        ("n == 1", open),
        ("not m == 1", open),
        ("m in [1]", open),
        ("m not in [1]", open),
        ("a < m", open),
        // Kleene's tables.
        ("m == 1 and a == 1", open),
        ("m == 1 and a == 2", no),
        ("a == 2 and m == 1", no),
        ("m == 1 or a == 1", yes),
        ("a == 1 or m == 1", yes),
        ("m == 1 or a == 2", open),
        ("a == 2 or a == 1 and b == 2", yes),
        ("not a == 2 and b == 2", yes),
    ] {
        check_holds(text, expected);
    }
}

#[test]
fn numbers_and_texts_do_not_mix() {
    #[track_caller]
    fn check(text: &str, message: &str) {
        let mismatch = Condition::parse(text).expect(text).holds(lookup).expect_err(text);
        assert_eq!(mismatch.message, message);
    }
    check("t == 1", "\"t\" holds text (\"x\") and is compared with the number 1");
    check("a == 'x'", "\"a\" holds numbers (1) and is compared with the text \"x\"");
    check("a in ['x']", "\"a\" holds numbers (1) and is compared with the text \"x\"");
    check("t < t", "\"t\" holds text (\"x\"), which has no order");
    check("a == 2 and t == 1", "\"t\" holds text (\"x\") and is compared with the number 1");
    check("a == 1 or t == 1", "\"t\" holds text (\"x\") and is compared with the number 1");
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z_满][a-z0-9_.度]{0,5}",
        "[^`\\p{Cc}]{1,6}",
        Just("and".to_string()),
        Just("Missing".to_string())
    ]
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        any::<i32>().prop_map(|n| Operand::Number(f64::from(n) / 8.0)),
        "[^\\p{Cc}]{0,6}".prop_map(Operand::Text)
    ]
}

fn comparison() -> impl Strategy<Value = Condition> {
    let symbols = [Comparison::Less, Comparison::LessOrEqual, Comparison::Greater, Comparison::GreaterOrEqual];
    prop_oneof![
        (name(), any::<bool>(), prop_oneof![operand(), name().prop_map(Operand::Variable)]).prop_map(
            |(variable, equal, value)| {
                let comparison = if equal { Comparison::Equal } else { Comparison::NotEqual };
                Condition::Compare { variable, comparison, value }
            }
        ),
        (name(), prop::sample::select(symbols.to_vec()), any::<i16>()).prop_map(|(variable, comparison, n)| {
            Condition::Compare { variable, comparison, value: Operand::Number(f64::from(n)) }
        }),
        (name(), prop::collection::vec(operand(), 1..4))
            .prop_map(|(variable, values)| Condition::In { variable, values }),
        name().prop_map(Condition::Missing),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    comparison().prop_recursive(5, 40, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Condition::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Condition::Or(Box::new(a), Box::new(b))),
            inner.prop_map(|c| Condition::Not(Box::new(c))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(condition in condition()) {
        let text = condition.to_string();
        prop_assert_eq!(Condition::parse(&text), Ok(condition), "{}", text);
    }

    #[test]
    fn no_text_makes_reading_panic(text in "\\PC{0,40}") {
        let _ = Condition::parse(&text);
    }

    /// De Morgan holds in three-valued logic too.
    #[test]
    fn not_and_is_or_of_nots(values in prop::array::uniform2(prop::option::of(0..3i32)), cuts in prop::array::uniform2(0..3i32)) {
        let lookup = |name: &str| match values[usize::from(name == "y")] {
            Some(value) => Value::Number(f64::from(value)),
            None => Value::Missing,
        };
        let (p, q) = (format!("x > {}", cuts[0]), format!("y > {}", cuts[1]));
        let left = Condition::parse(&format!("not ({p} and {q})")).expect("a condition").holds(lookup);
        let right = Condition::parse(&format!("not {p} or not {q}")).expect("a condition").holds(lookup);
        prop_assert_eq!(left, right);
    }
}
