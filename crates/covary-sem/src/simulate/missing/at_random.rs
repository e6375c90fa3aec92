//! Missing at random (Rubin 1976): what is missing depends on a variable that is observed.

use covary_numerics::random::Stream;
use rand::RngExt;

use super::{Mechanism, Probit, Reading, no_more, position, rate, variables};
use crate::SemError;

#[derive(Debug)]
struct AtRandom {
    cause: usize,
    probit: Probit,
    variables: Vec<usize>,
}

/// `RATE:CAUSE[:A,B,…]`
pub(super) fn read(parts: &[&str], reading: &Reading) -> Result<Box<dyn Mechanism>, SemError> {
    no_more(parts, 3)?;
    let rate = rate(parts.first())?;
    let cause = parts.get(1).ok_or_else(|| SemError::Option("the variable that causes it is not named".into()))?;
    let cause = position(cause, reading)?;
    let mut variables = variables(parts.get(2), reading)?;
    if parts.get(2).is_some() && variables.contains(&cause) {
        return Err(SemError::Option(format!(
            "{} cannot be missing because of itself at random: that is mnar",
            reading.names[cause]
        )));
    }
    variables.retain(|variable| *variable != cause);
    Ok(Box::new(AtRandom { cause, probit: Probit::with_rate(rate, cause, reading)?, variables }))
}

impl Mechanism for AtRandom {
    fn mark(&self, values: &[f64], missing: &mut [bool], stream: &mut Stream) {
        let probability = self.probit.probability(values[self.cause]);
        for &variable in &self.variables {
            missing[variable] |= stream.random::<f64>() < probability;
        }
    }
}
