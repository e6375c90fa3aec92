//! Names that other programs take.

use std::collections::HashSet;

/// What a program asks of a variable name.
pub(super) struct NameRule {
    /// Longest name, in the unit below.
    pub longest: usize,
    /// Whether length counts bytes of UTF-8 (SPSS) or characters (Stata).
    pub in_bytes: bool,
    /// Characters that a name may hold beside letters, digits and the underscore.
    pub further: &'static [char],
    /// Words that may not be names, in lower case.
    pub reserved: &'static [&'static str],
}

impl NameRule {
    /// The names as the program takes them: unfit characters become underscores, and no two names differ only
    /// by case, because SPSS does not tell them apart.
    pub(super) fn apply(&self, names: &[&str]) -> Vec<String> {
        let mut taken = HashSet::new();
        names.iter().map(|name| self.free(&self.fit(name), &mut taken)).collect()
    }

    fn fit(&self, name: &str) -> String {
        let allowed = |c: char| c.is_alphanumeric() || c == '_' || self.further.contains(&c);
        let mut fit: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
        let begins_well = fit.chars().next().is_some_and(char::is_alphabetic);
        if !begins_well || self.reserved.contains(&fit.to_lowercase().as_str()) {
            fit.insert_str(0, "v_");
        }
        let fit = self.cut(&fit, self.longest);
        fit.trim_end_matches('.').to_string()
    }

    fn free(&self, name: &str, taken: &mut HashSet<String>) -> String {
        let mut candidate = name.to_string();
        let mut number = 2;
        while !taken.insert(candidate.to_lowercase()) {
            let ending = format!("_{number}");
            candidate = format!("{}{ending}", self.cut(name, self.longest - ending.len()));
            number += 1;
        }
        candidate
    }

    fn cut(&self, name: &str, longest: usize) -> String {
        match self.in_bytes {
            true => super::shortened(name, longest).to_string(),
            false => name.chars().take(longest).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: NameRule = NameRule { longest: 8, in_bytes: true, further: &['.'], reserved: &["all"] };

    #[test]
    fn names_become_fit_and_stay_unique() {
        for (names, expected) in [
            (vec!["T11", "Y1"], vec!["T11", "Y1"]),
            (vec!["1a", "a b", "all"], vec!["v_1a", "a_b", "v_all"]),
            (vec!["a b", "a-b", "A_B"], vec!["a_b", "a_b_2", "A_B_3"]),
            (vec!["性别满意度", "性别满意"], vec!["性别", "性别_2"]),
            (vec!["longername1", "longername2"], vec!["longerna", "longer_2"]),
            (vec![""], vec!["v_"]),
        ] {
            assert_eq!(RULE.apply(&names), expected, "{names:?}");
        }
    }
}
