//! The names that model formulas mention, found without understanding the formulas.
//!
//! The language itself is read by the engine, which knows no study. A study file must be checked before that, so this
//! scan tells variables from labels, modifiers, numbers and parameters, and takes no offence at anything.

use std::ops::Range;

/// What formulas mention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelNames {
    /// Variables, each once, with the byte offset of the first mention.
    pub variables: Vec<(String, usize)>,
    /// Variables that `=~` or `<~` defines, with the byte offset of the definition.
    pub defined: Vec<(String, usize)>,
    /// Regressions: (predictor, outcome), in the order of the text.
    pub paths: Vec<(String, String)>,
}

impl ModelNames {
    /// Whether a variable of this name is mentioned.
    pub fn mentions(&self, name: &str) -> bool {
        self.variables.iter().any(|(known, _)| known == name)
    }
}

/// The names mentioned in formulas of lavaan's language.
pub fn model_names(text: &str) -> ModelNames {
    let mut names = ModelNames::default();
    for formula in formulas(&words(text)) {
        read_formula(&formula, &mut names);
    }
    names
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Name(String),
    Number,
    Text,
    Operator(&'static str),
    Break,
}

type Placed = (Word, usize);

/// Operators between the sides of a formula, then the signs inside it; of two that fit, the longer comes first.
const OPERATORS: [&str; 18] =
    ["~*~", "=~", "~~", "<~", ":=", "==", "~", "<", ">", "|", "*", "?", "+", "(", ")", ",", ":", "%"];

fn words(text: &str) -> Vec<Placed> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (word, length) = match first {
            '\n' | ';' => (Some(Word::Break), 1),
            '#' | '!' => (None, rest.find('\n').unwrap_or(rest.len())),
            '"' | '\'' => (Some(Word::Text), rest[1..].find(first).map_or(rest.len(), |n| n + 2)),
            '`' => {
                let inside: Range<usize> = 1..rest[1..].find('`').map_or(rest.len(), |n| n + 1);
                let length = (inside.end + 1).min(rest.len());
                (Some(Word::Name(rest[inside].into())), length)
            }
            c if c.is_ascii_digit() => {
                (Some(Word::Number), rest.find(|c: char| !c.is_alphanumeric() && c != '.').unwrap_or(rest.len()))
            }
            c if crate::lexer::is_name_start(c) || c == '.' => {
                let length = rest.find(|c| !crate::lexer::is_name_character(c)).unwrap_or(rest.len());
                (Some(Word::Name(rest[..length].into())), length)
            }
            c => match OPERATORS.iter().find(|o| rest.starts_with(**o)) {
                Some(operator) => (Some(Word::Operator(operator)), operator.len()),
                None => (None, c.len_utf8()),
            },
        };
        words.extend(word.map(|w| (w, at)));
        at += length;
    }
    words
}

/// Cuts at line ends and semicolons, but not after a sign that asks for more, before one, or inside parentheses.
fn formulas(words: &[Placed]) -> Vec<Vec<Placed>> {
    let goes_on = |w: Option<&Word>| matches!(w, Some(Word::Operator(o)) if !matches!(*o, ")" | "(" | ":" | "%"));
    let mut formulas = vec![Vec::new()];
    let mut depth = 0usize;
    let mut before = None;
    for (index, (word, at)) in words.iter().enumerate() {
        match word {
            Word::Operator("(") => depth += 1,
            Word::Operator(")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        let after = words.get(index + 1).map(|(w, _)| w);
        if *word != Word::Break {
            if let Some(formula) = formulas.last_mut() {
                formula.push((word.clone(), *at));
            }
            before = Some(word);
        } else if after != Some(&Word::Break) && depth == 0 && !goes_on(before) && !goes_on(after) {
            formulas.push(Vec::new());
        }
    }
    formulas
}

fn read_formula(formula: &[Placed], names: &mut ModelNames) {
    let is_relation =
        |w: &Word| matches!(w, Word::Operator("~*~" | "=~" | "~~" | "<~" | ":=" | "==" | "~" | "<" | ">" | "|"));
    let Some(at) = formula.iter().position(|(w, _)| is_relation(w)) else { return };
    let Word::Operator(operator) = formula[at].0 else { return };
    let left = variables(&formula[..at]);
    // Sides of these are parameters, not variables.
    if matches!(operator, ":=" | "==" | "<" | ">") {
        return;
    }
    // The right side of a threshold formula names thresholds; that of a scaling formula repeats the left.
    let right = if matches!(operator, "|" | "~*~") { Vec::new() } else { variables(&formula[at + 1..]) };
    if operator == "~" {
        for (outcome, _) in &left {
            names.paths.extend(right.iter().map(|(predictor, _)| (predictor.clone(), outcome.clone())));
        }
    }
    if matches!(operator, "=~" | "<~") {
        names.defined.extend(left.iter().cloned());
    }
    for (name, at) in left.into_iter().chain(right) {
        if !names.mentions(&name) {
            names.variables.push((name, at));
        }
    }
}

/// Names that are neither modifiers (`a*x`, `start(1)*x`, `a?x`) nor inside parentheses.
fn variables(side: &[Placed]) -> Vec<(String, usize)> {
    let mut depth = 0usize;
    let mut found = Vec::new();
    for (index, (word, at)) in side.iter().enumerate() {
        match word {
            Word::Operator("(") => depth += 1,
            Word::Operator(")") => depth = depth.saturating_sub(1),
            Word::Name(name) if depth == 0 => {
                let next = side.get(index + 1).map(|(w, _)| w);
                if !matches!(next, Some(Word::Operator("*" | "?" | "("))) {
                    found.push((name.clone(), *at));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::model_names;

    #[track_caller]
    fn check(text: &str, variables: &[&str], defined: &[&str], paths: &[(&str, &str)]) {
        let names = model_names(text);
        assert_eq!(names.variables.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), variables, "{text}");
        assert_eq!(names.defined.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), defined, "{text}");
        let found: Vec<(&str, &str)> = names.paths.iter().map(|(p, o)| (p.as_str(), o.as_str())).collect();
        assert_eq!(found, paths, "{text}");
        for (name, at) in &names.variables {
            assert!(text[*at..].starts_with(name.as_str()) || text[*at..].starts_with('`'), "{text}: {name} at {at}");
        }
    }

    #[test]
    fn variables_and_paths() {
        check("M ~ F1 + F2\nY ~ M", &["M", "F1", "F2", "Y"], &[], &[("F1", "M"), ("F2", "M"), ("M", "Y")]);
        check(
            "Y ~ a*F1 + c(b, b2)*F2 + start(0.5)*F3",
            &["Y", "F1", "F2", "F3"],
            &[],
            &[("F1", "Y"), ("F2", "Y"), ("F3", "Y")],
        );
        check(
            "Y ~ F1 # and ~ Z\n  + F2; A + B ~\n C",
            &["Y", "F1", "F2", "A", "B", "C"],
            &[],
            &[("F1", "Y"), ("F2", "Y"), ("C", "A"), ("C", "B")],
        );
        check("Y ~ 1\nind := a*b\na == b\na > 0.1\nx1 | t1 + t2\nx1 ~*~ x1", &["Y", "x1"], &[], &[]);
        check("G =~ A + 1*B\nA ~~ 0.3*B", &["G", "A", "B"], &["G"], &[]);
        check("level: 1\nY ~ X\nlevel: 2\nY ~ W", &["Y", "X", "W"], &[], &[("X", "Y"), ("W", "Y")]);
        check("忠诚 ~ 满意 + `年 龄`", &["忠诚", "满意", "年 龄"], &[], &[("满意", "忠诚"), ("年 龄", "忠诚")]);
        check("Y ~ equal(\"Y~F1\")*F2 + label('q')*F1", &["Y", "F2", "F1"], &[], &[("F2", "Y"), ("F1", "Y")]);
        check("efa(\"b\")*f1 +\nefa(\"b\")*f2 =~ x1 + x2", &["f1", "f2", "x1", "x2"], &["f1", "f2"], &[]);
        check("Y ~ F1 +\n\n\n F2\n\n ~ Z\n\n", &["Y", "F1", "F2", "Z"], &[], &[("F1", "Y"), ("F2", "Y"), ("Z", "Y")]);
        check("\n\nA ~ B\n\n\nC ~ D\n", &["A", "B", "C", "D"], &[], &[("B", "A"), ("D", "C")]);
        check("", &[], &[], &[]);
    }
}
