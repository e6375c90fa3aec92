//! Rules of hypotheses: what is read, what is refused, what is written back.

use covary_study::{Claim, Direction, Relation};
use proptest::prelude::*;

#[track_caller]
fn check(rule: &str, canonical: &str, variables: &[&str]) {
    let claim = Claim::parse(rule).unwrap_or_else(|f| panic!("{rule}: {f} at {}", f.column(rule)));
    assert_eq!(claim.to_string(), canonical, "{rule}");
    assert_eq!(claim.variables(), variables, "{rule}");
    assert_eq!(Claim::parse(canonical).as_ref(), Ok(&claim), "{canonical}");
}

#[test]
fn what_is_read() {
    check("F1 -> Y > 0", "F1 -> Y > 0", &["F1", "Y"]);
    check("F1->Y<0", "F1 -> Y < 0", &["F1", "Y"]);
    check("F1 -> M -> Y", "F1 -> M -> Y", &["F1", "M", "Y"]);
    check("F1 -> M1 -> M2 -> Y < 0.0", "F1 -> M1 -> M2 -> Y < 0", &["F1", "M1", "M2", "Y"]);
    check("F1 <-> F2", "F1 <-> F2", &["F1", "F2"]);
    check("F1 -> Y == F2 -> Y", "F1 -> Y == F2 -> Y", &["F1", "Y", "F2"]);
    check("F1 -> Y > F2 -> M -> Y", "F1 -> Y > F2 -> M -> Y", &["F1", "Y", "F2", "M"]);
    check("F1 -> Y != 0", "F1 -> Y", &["F1", "Y"]);
    check("F1 -> Y == 0", "F1 -> Y == 0", &["F1", "Y"]);
    check("F1 <-> F2 != F1 <-> F3", "F1 <-> F2 != F1 <-> F3", &["F1", "F2", "F3"]);
    check("满意 → 忠诚 > 0", "满意 -> 忠诚 > 0", &["满意", "忠诚"]);
    check("`a b` ↔ c", "`a b` <-> c", &["a b", "c"]);
}

#[test]
fn the_parts_of_a_claim() {
    let claim = Claim::parse("F1 -> M -> Y < 0").expect("a rule");
    let way = Relation::Way(vec!["F1".into(), "M".into(), "Y".into()]);
    assert_eq!(way.paths(), [("F1", "M"), ("M", "Y")]);
    assert_eq!(claim, Claim::Relation { relation: way, direction: Direction::Negative });
}

#[track_caller]
fn check_refused(rule: &str, column: usize, message: &str, help_begins: &str) {
    let fault = Claim::parse(rule).expect_err(rule);
    assert_eq!((fault.column(rule), fault.message.as_str()), (column, message), "{rule}");
    assert!(fault.help.unwrap_or_default().starts_with(help_begins), "{rule}");
}

#[test]
fn what_is_refused() {
    check_refused("", 1, "expected the name of a variable, found the end", "a rule reads");
    check_refused("F1", 3, "expected \"->\" or \"<->\", found the end", "a rule reads");
    check_refused("F1 ->", 6, "expected the name of a variable, found the end", "a rule reads");
    check_refused("F1 -> F1", 7, "\"F1\" stands twice in one way", "");
    check_refused("F1 -> M -> F1", 12, "\"F1\" stands twice in one way", "");
    check_refused("F1 <-> F1", 1, "\"F1\" is related to itself", "");
    check_refused("F1 <-> F2 <-> F3", 11, "a covariance joins two variables only", "a rule reads");
    check_refused("Y <- F1", 3, "expected \"->\" or \"<->\", found \"<-\"", "write the path from cause to outcome");
    check_refused("Y ~~ F1", 3, "expected \"->\" or \"<->\", found \"~~\"", "a covariance is written <->");
    check_refused("F1 -> Y >= 0", 9, "found \">=\"", "a direction is strict: >");
    check_refused("F1 -> Y = 0", 9, "found \"=\"", "equality is written ==");
    check_refused(
        "F1 -> Y > 0.3",
        11,
        "a relation is compared with 0 or with another relation, found 0.3",
        "a rule reads",
    );
    check_refused("F1 -> Y > 0 and", 13, "the rule should end here, found \"and\"", "a rule reads");
    check_refused("F1 -> Y == F1 -> Y", 1, "a relation is compared with itself", "");
    check_refused("F1 <-> F2 == F2 <-> F1", 1, "a relation is compared with itself", "");
    check_refused("F1 -> Y > F2", 13, "expected \"->\" or \"<->\", found the end", "a rule reads");
    check_refused("满意 => 忠诚", 4, "expected \"->\" or \"<->\", found \"=\"", "a rule reads");
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in "[a-c满0-9<>=!~` .→↔-]{0,24}") {
        if let Ok(claim) = Claim::parse(&text) {
            prop_assert_eq!(Claim::parse(&claim.to_string()), Ok(claim));
        }
    }
}
