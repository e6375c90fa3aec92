//! Group frequencies as parameters: `group % w`, the log of the number of cases that the model expects in a group.

use covary_numerics::{Matrix, Scalar};

use super::layout::{ModelMatrices, Source};
use crate::{Operator, ParameterTable};

/// The log frequency ω of one group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frequency {
    /// Its block.
    pub block: usize,
    /// Where ω comes from.
    pub source: Source,
}

impl Frequency {
    /// 2(m − n ω − n + n ln n)/n, m = exp ω: the deviance of a Poisson frequency n, per case of the group.
    pub fn discrepancy<T: Scalar>(&self, n: f64, theta: &[T]) -> T {
        let omega = self.source.value(theta, &[]);
        let observed = T::from(n);
        T::from(2.0 / n) * (omega.exp() - observed * omega - observed + T::from(n * n.ln()))
    }

    /// m = exp ω.
    pub fn expected(&self, theta: &[f64]) -> f64 {
        self.source.value(theta, &[]).exp()
    }
}

/// The log frequencies of a model, block by block; empty without `group.w.free`.
pub(super) fn frequencies(table: &ParameterTable) -> Vec<Frequency> {
    let of_row = |row: &crate::Row| {
        let source = row.free.map(Source::Free).or(row.fixed.map(Source::Fixed))?;
        (row.op == Operator::GroupWeight).then_some(Frequency { block: row.block, source })
    };
    table.rows.iter().filter_map(of_row).collect()
}

impl ModelMatrices {
    /// Adds the information per case about the log frequencies, m/N or n/N: `frequency` of each.
    ///
    /// Numbers of cases and the values of the cases are independent: nothing stands beside the diagonal.
    pub(crate) fn add_frequencies(&self, information: &mut Matrix, cases: f64, frequency: impl Fn(&Frequency) -> f64) {
        for own in &self.frequencies {
            if let Source::Free(k) = own.source {
                information[(k, k)] += frequency(own) / cases;
            }
        }
    }
}
