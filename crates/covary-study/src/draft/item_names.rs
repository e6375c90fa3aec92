//! Names of items taken apart: what they share, and their number.

/// A name that ends in a number, or in a number and a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Numbered<'a> {
    /// What stands before the number, separators included.
    pub stem: &'a str,
    /// The digits, or the letter.
    pub number: &'a str,
}

/// Takes a name apart: `T11` is T and 11, `q1_3` is q1_ and 3, `A1b` is A1 and b.
pub(super) fn take_apart(name: &str) -> Option<Numbered<'_>> {
    let trimmed = name.trim_end();
    let stem = trimmed.trim_end_matches(|c: char| c.is_ascii_digit());
    if stem.len() < trimmed.len() {
        return stem.chars().any(char::is_alphanumeric).then_some(Numbered { stem, number: &trimmed[stem.len()..] });
    }
    let last = trimmed.chars().next_back().filter(char::is_ascii_alphabetic)?;
    let stem = &trimmed[..trimmed.len() - last.len_utf8()];
    let is_lettered = stem.ends_with(|c: char| c.is_ascii_digit()) && stem.chars().any(char::is_alphabetic);
    is_lettered.then_some(Numbered { stem, number: &trimmed[stem.len()..] })
}

/// How many of the last digits number the items within a construct, when the digits before them number constructs:
/// 1 for T11 … T15, T21 … T26; 2 for Q101 … Q112, Q201 … Q208; `None` for Q1 … Q30 and for ABC_01 … ABC_12.
///
/// `numbers`: the digits of all names with one stem. That constructs are numbered shows in every one of them beginning
/// with its item 1.
pub(super) fn digits_within_construct(stem: &str, numbers: &[&str]) -> Option<usize> {
    // After a separator the number counts items: q1_10 is item 10.
    if !stem.ends_with(|c: char| c.is_alphabetic()) {
        return None;
    }
    (1..=2).find(|digits| {
        let split = |number: &str| {
            let at = number.len().checked_sub(*digits).filter(|at| *at > 0)?;
            Some((number[..at].to_string(), number[at..].parse::<u32>().ok()?))
        };
        let Some(parts) = numbers.iter().map(|n| split(n)).collect::<Option<Vec<_>>>() else { return false };
        parts.iter().all(|(construct, _)| {
            !construct.starts_with('0') && parts.iter().any(|(other, item)| other == construct && *item == 1)
        }) && parts.iter().all(|(_, item)| *item > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::{Numbered, digits_within_construct, take_apart};

    #[test]
    fn names_are_taken_apart() {
        #[track_caller]
        fn check(name: &str, expected: Option<(&str, &str)>) {
            assert_eq!(take_apart(name), expected.map(|(stem, number)| Numbered { stem, number }), "{name}");
        }
        check("T11", Some(("T", "11")));
        check("q1_3", Some(("q1_", "3")));
        check("ABC_01", Some(("ABC_", "01")));
        check("满意1", Some(("满意", "1")));
        check("A1b", Some(("A1", "b")));
        check("age", None);
        check("2024", None);
        check("", None);
        check("_1", None);
    }

    #[test]
    fn digits_that_number_constructs() {
        let check = |stem: &str, numbers: &[&str], expected| {
            assert_eq!(digits_within_construct(stem, numbers), expected, "{stem} {numbers:?}");
        };
        check("T", &["11", "12", "13", "21", "22", "31"], Some(1));
        check("T", &["11", "12", "13"], Some(1));
        check("Q", &["1", "2", "3", "11", "12"], None);
        check("Q", &["10", "11", "12", "21"], None);
        check("Q", &["01", "02", "11", "12"], None);
        check("Q", &["101", "102", "110", "201", "202"], Some(2));
        check("q1_", &["11", "12"], None);
    }
}
