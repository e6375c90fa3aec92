//! Missing by design: forms of a questionnaire that each leave out a set of items.

use covary_numerics::random::Stream;
use rand::RngExt;

use super::{Mechanism, Reading, variables};
use crate::SemError;

/// Each case lacks one of the sets; three sets beside common items are the three-form design.
///
/// # Source
/// Graham, Taylor, Olchowski and Cumsille (2006), Psychological Methods 11.
#[derive(Debug)]
struct Planned {
    sets: Vec<Vec<usize>>,
}

/// `A,B/C,D/…`
pub(super) fn read(parts: &[&str], reading: &Reading) -> Result<Box<dyn Mechanism>, SemError> {
    super::no_more(parts, 1)?;
    let text = parts.first().copied().unwrap_or("");
    let sets: Vec<&str> = text.split('/').collect();
    if sets.len() < 2 {
        return Err(SemError::Option("at least two sets of variables are expected, separated by /".into()));
    }
    Ok(Box::new(Planned { sets: sets.iter().map(|set| variables(Some(set), reading)).collect::<Result<_, _>>()? }))
}

impl Mechanism for Planned {
    fn mark(&self, _: &[f64], missing: &mut [bool], stream: &mut Stream) {
        let set = stream.random_range(0..self.sets.len());
        for &variable in &self.sets[set] {
            missing[variable] = true;
        }
    }
}
