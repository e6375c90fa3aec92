//! Response time.

use covary_study::Flag;

use super::{Beyond, Candidates, CutoffRule, Distance, FlagResult, Unavailable, beyond_cutoff, unavailable};

/// Flags cases whose response time is below the study's limit; without one, below two seconds per item.
///
/// # Source
/// Huang, Curran, Keeney, Poposki and DeShon (2012).
pub(super) fn time(candidates: &Candidates, _: Option<&[Distance]>) -> FlagResult {
    let items = candidates.survey.items.len() as f64;
    let (basis, cutoff) = match candidates.plan.time_below {
        Some(limit) => ((CutoffRule::StudyFile, None), limit),
        None => ((CutoffRule::TwoSecondsPerItem, Some("Huang et al. (2012)")), 2.0 * items),
    };
    let times = candidates.plan.time.as_ref().and_then(|name| candidates.dataset.numbers(name).ok());
    match times {
        Some(times) => {
            let values = candidates.cases.iter().filter_map(|&case| Some((case, times[case]?)));
            beyond_cutoff(Flag::Time, basis, (Beyond::Below, cutoff), values)
        }
        None => unavailable(Flag::Time, basis, Beyond::Below, Unavailable::NoTimeColumn),
    }
}
