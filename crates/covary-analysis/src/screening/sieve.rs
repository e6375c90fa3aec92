//! Cases that are still in, and why the others are not.

use super::{Exclusion, ExclusionReason};
use crate::AnalysisError;

/// Cases that are still in (positions from 0), and the exclusions so far.
pub(super) struct Sieve {
    returned: usize,
    remaining: Vec<usize>,
    exclusions: Vec<Exclusion>,
}

impl Sieve {
    /// All cases are in.
    pub(super) fn new(returned: usize) -> Self {
        Sieve { returned, remaining: (0..returned).collect(), exclusions: Vec::new() }
    }

    /// The cases that are still in.
    pub(super) fn remaining(&self) -> &[usize] {
        &self.remaining
    }

    /// Leaves out the cases to which the reason applies.
    pub(super) fn exclude(&mut self, reason: ExclusionReason, rule: Option<String>, applies: impl Fn(usize) -> bool) {
        let (out, remaining): (Vec<usize>, Vec<usize>) = self.remaining.iter().partition(|case| applies(**case));
        if out.is_empty() {
            return;
        }
        self.exclusions.push(Exclusion {
            reason,
            rule,
            cases: out.len(),
            case_numbers: out.iter().map(|case| case + 1).collect(),
            remaining: remaining.len(),
        });
        self.remaining = remaining;
    }

    /// # Errors
    /// No case is left.
    pub(super) fn check_any_left(&self) -> Result<(), AnalysisError> {
        if !self.remaining.is_empty() {
            return Ok(());
        }
        let reasons: Vec<String> =
            self.exclusions.iter().map(|exclusion| format!("{} {}", exclusion.cases, describe(exclusion))).collect();
        let reasons = if reasons.is_empty() { "the file holds no case".to_string() } else { reasons.join(", ") };
        Err(AnalysisError::NothingLeft { returned: self.returned, reasons })
    }

    pub(super) fn into_exclusions(self) -> Vec<Exclusion> {
        self.exclusions
    }
}

fn describe(exclusion: &Exclusion) -> String {
    let rule = exclusion.rule.as_deref().unwrap_or("");
    match exclusion.reason {
        ExclusionReason::Condition => format!("do not meet keep = \"{rule}\""),
        ExclusionReason::ConditionUnknown => format!("leave keep = \"{rule}\" open (missing answer)"),
        ExclusionReason::MissingAnswers => "miss an answer on an item or model variable".to_string(),
        ExclusionReason::NoAnswers => "answered no item".to_string(),
        ExclusionReason::OutOfScale => "have answers outside the scale".to_string(),
        ExclusionReason::Flag(flag) => format!("flagged by {}", flag.word()),
    }
}
