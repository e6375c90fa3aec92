//! Missing answers: how many, where, and which together.

use super::{MissingAnswers, MissingOfCase, MissingOfVariable, MissingPattern, Survey, little_test};

/// Missing answers of the given cases (positions from 0) on items and observed model variables.
pub fn missing_answers(survey: &Survey, cases: &[usize]) -> MissingAnswers {
    let variables = survey.variables();
    let by_case: Vec<(usize, Vec<usize>)> = cases.iter().map(|&case| (case, survey.missing_of(case))).collect();
    let mut per_variable = vec![0; variables.len()];
    for (_, missing) in &by_case {
        for &j in missing {
            per_variable[j] += 1;
        }
    }
    let answers: usize = per_variable.iter().sum();
    let asked = cases.len() * variables.len();
    let names = |positions: &[usize]| positions.iter().map(|&j| variables[j].clone()).collect::<Vec<_>>();
    MissingAnswers {
        cases: cases.len(),
        complete_cases: by_case.iter().filter(|(_, missing)| missing.is_empty()).count(),
        answers,
        percent: (asked > 0).then(|| 100.0 * answers as f64 / asked as f64),
        by_variable: variables
            .iter()
            .zip(per_variable)
            .map(|(variable, missing)| MissingOfVariable {
                variable: variable.clone(),
                missing,
                percent: 100.0 * missing as f64 / cases.len().max(1) as f64,
            })
            .collect(),
        by_case: by_case
            .iter()
            .filter(|(_, missing)| !missing.is_empty())
            .map(|(case, missing)| MissingOfCase { case: case + 1, variables: names(missing) })
            .collect(),
        patterns: patterns(&by_case)
            .into_iter()
            .map(|(missing, cases)| MissingPattern { missing: names(&missing), cases })
            .collect(),
        little: (answers > 0).then(|| little_test(&survey.numbers(cases))).flatten(),
    }
}

/// Distinct patterns, most frequent first; of equally frequent ones the one met first.
fn patterns(by_case: &[(usize, Vec<usize>)]) -> Vec<(Vec<usize>, usize)> {
    let mut found: indexmap::IndexMap<&Vec<usize>, usize> = indexmap::IndexMap::new();
    for (_, missing) in by_case {
        *found.entry(missing).or_default() += 1;
    }
    let mut patterns: Vec<(Vec<usize>, usize)> = found.into_iter().map(|(m, cases)| (m.clone(), cases)).collect();
    patterns.sort_by_key(|(_, cases)| std::cmp::Reverse(*cases));
    patterns
}
