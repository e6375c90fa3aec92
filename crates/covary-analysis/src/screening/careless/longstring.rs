//! Longest run of identical answers.

use covary_study::Flag;

use super::{Beyond, Candidates, CutoffRule, Distance, FlagResult, Unavailable, beyond_cutoff, unavailable};

/// Flags cases whose longest run of identical answers, in the order of the questionnaire and before
/// reverse-scoring, is at least half of the items. A missing answer ends a run.
///
/// # Source
/// Curran (2016).
pub(super) fn longstring(candidates: &Candidates, _: Option<&[Distance]>) -> FlagResult {
    let basis = (CutoffRule::HalfOfItems, Some("Curran (2016)"));
    let items = candidates.survey.items.len();
    if items < 2 {
        return unavailable(Flag::Longstring, basis, Beyond::AtLeast, Unavailable::FewAnswers);
    }
    let runs = candidates.cases.iter().map(|&case| {
        let answers = candidates.in_questionnaire_order(case);
        (case, longest_run(&answers) as f64)
    });
    beyond_cutoff(Flag::Longstring, basis, (Beyond::AtLeast, items as f64 / 2.0), runs)
}

/// The length of the longest run of identical answers.
fn longest_run(answers: &[Option<f64>]) -> usize {
    let mut longest = 0;
    let mut run = 0;
    let mut previous = None;
    for answer in answers {
        run = match answer {
            None => 0,
            Some(_) if *answer == previous => run + 1,
            Some(_) => 1,
        };
        previous = *answer;
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::longest_run;

    #[test]
    fn runs_are_counted() {
        let check = |answers: &[f64], expected| {
            let answers: Vec<Option<f64>> = answers.iter().map(|a| (*a != 0.0).then_some(*a)).collect();
            assert_eq!(longest_run(&answers), expected, "{answers:?}");
        };
        check(&[], 0);
        check(&[3.0], 1);
        check(&[1.0, 2.0, 3.0], 1);
        check(&[1.0, 2.0, 2.0, 2.0, 1.0, 1.0], 3);
        check(&[4.0, 4.0, 0.0, 4.0], 2);
        check(&[0.0, 0.0, 0.0], 0);
    }
}
