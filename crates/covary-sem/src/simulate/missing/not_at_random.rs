//! Missing not at random (Rubin 1976): what is missing depends on itself.

use covary_numerics::random::Stream;
use rand::RngExt;

use super::{Mechanism, Probit, Reading, no_more, rate, variables};
use crate::SemError;

#[derive(Debug)]
struct NotAtRandom {
    variables: Vec<(usize, Probit)>,
}

/// `RATE[:A,B,…]`
pub(super) fn read(parts: &[&str], reading: &Reading) -> Result<Box<dyn Mechanism>, SemError> {
    no_more(parts, 2)?;
    let rate = rate(parts.first())?;
    let each = |variable: usize| Ok((variable, Probit::with_rate(rate, variable, reading)?));
    let variables = variables(parts.get(1), reading)?.into_iter().map(each).collect::<Result<_, SemError>>()?;
    Ok(Box::new(NotAtRandom { variables }))
}

impl Mechanism for NotAtRandom {
    fn mark(&self, values: &[f64], missing: &mut [bool], stream: &mut Stream) {
        for (variable, probit) in &self.variables {
            missing[*variable] |= stream.random::<f64>() < probit.probability(values[*variable]);
        }
    }
}
