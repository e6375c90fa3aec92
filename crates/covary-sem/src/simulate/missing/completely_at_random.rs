//! Missing completely at random (Rubin 1976).

use covary_numerics::random::Stream;
use rand::RngExt;

use super::{Mechanism, Reading, no_more, rate, variables};
use crate::SemError;

#[derive(Debug)]
struct CompletelyAtRandom {
    rate: f64,
    variables: Vec<usize>,
}

/// `RATE[:A,B,…]`
pub(super) fn read(parts: &[&str], reading: &Reading) -> Result<Box<dyn Mechanism>, SemError> {
    no_more(parts, 2)?;
    Ok(Box::new(CompletelyAtRandom { rate: rate(parts.first())?, variables: variables(parts.get(1), reading)? }))
}

impl Mechanism for CompletelyAtRandom {
    fn mark(&self, _: &[f64], missing: &mut [bool], stream: &mut Stream) {
        for &variable in &self.variables {
            missing[variable] |= stream.random::<f64>() < self.rate;
        }
    }
}
