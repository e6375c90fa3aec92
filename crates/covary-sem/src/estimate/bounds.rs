//! Bounds on parameters that the data set: no variance larger than the observed, no loading beyond what that allows.

use std::collections::HashMap;

use crate::{Operator, ParameterTable, Sample, parameter_table::Row, settings::Bounds};

/// Puts the bounds of a set on free parameters that have none of the user's.
///
/// With s_i the variance of an observed variable, s_m that of a factor's marker (the one observed indicator whose
/// loading is fixed at 1), s_max the largest of the block:
///
/// | parameter | interval |
/// |---|---|
/// | residual variance of i | 0 to s_i; of a marker to .9 s_i: its reliability is at least .1 |
/// | variance of a factor | .1 s_m to s_m; without marker 0 to s_max; of an endogenous one from .005 |
/// | loading of i | ±√(s_i/(.1 s_m)); with a factor variance fixed at v ±√(s_i/v) |
/// | covariance | ±.998 √(upper limits of both variances) |
///
/// `wide` extends the intervals: residual variances by 5% of their length below and 20% above, factor variances by 30%
/// above, loadings by 10% on either side, covariances to the whole root. `wide.zerovar`: the same, residual variances from
/// 0. `pos.…`: variances from 0, nothing else. Coefficients of regressions and intercepts have none.
///
/// # Source
/// De Jonckere and Rosseel (2022), Structural Equation Modeling 29; constants as in lavaan 0.6-14.
pub fn set(table: &mut ParameterTable, sample: &Sample, bounds: Bounds) {
    if bounds == Bounds::None {
        return;
    }
    let blocks: Vec<BlockBounds> =
        (0..table.blocks.len()).map(|block| BlockBounds::new(table, sample, block, bounds)).collect();
    for row in table.rows.iter_mut().filter(|row| row.free.is_some()) {
        let (lower, upper) = blocks[row.block].interval(row);
        row.lower = row.lower.or(lower);
        row.upper = row.upper.or(upper);
    }
}

/// Smallest reliability of a marker.
const RELIABILITY: f64 = 0.1;
/// Smallest residual variance of an endogenous factor.
const ENDOGENOUS: f64 = 0.005;

/// By how much of their length intervals are extended.
struct Widening {
    residual_below: f64,
    residual_above: f64,
    factor_above: f64,
    loadings: f64,
    /// Share of the largest covariance.
    covariances: f64,
}

struct BlockBounds {
    bounds: Bounds,
    widening: Widening,
    /// Intervals of the variances of all variables of the block.
    variances: HashMap<String, (f64, f64)>,
    observed: HashMap<String, f64>,
    /// The least variance of a factor that its loadings allow; `None` where they have no bound.
    least_variance: HashMap<String, Option<f64>>,
}

impl BlockBounds {
    fn new(table: &ParameterTable, sample: &Sample, block: usize, bounds: Bounds) -> Self {
        let variables = &table.blocks[block];
        let rows: Vec<&Row> = table.rows.iter().filter(|row| row.group > 0 && row.block == block).collect();
        let observed: HashMap<String, f64> =
            variables.observed.iter().cloned().zip(sample.blocks[block].covariance.diagonal()).collect();
        let mut of_block = BlockBounds {
            bounds,
            widening: widening(bounds),
            variances: HashMap::new(),
            least_variance: HashMap::new(),
            observed,
        };
        let markers: HashMap<&str, &str> =
            variables.latent.iter().filter_map(|f| Some((f.as_str(), marker(&rows, f, &of_block.observed)?))).collect();
        of_block.bound_residuals(&markers);
        let largest = of_block.observed.values().fold(0.0, |most: f64, s| most.max(*s));
        for factor in &variables.latent {
            of_block.bound_factor(factor, markers.get(factor.as_str()).copied(), &rows, largest);
        }
        of_block
    }

    fn bound_residuals(&mut self, markers: &HashMap<&str, &str>) {
        let Widening { residual_below, residual_above, .. } = self.widening;
        for (name, s) in &self.observed {
            let is_marker = markers.values().any(|marker| marker == name);
            let length = if is_marker { (1.0 - RELIABILITY) * s } else { *s };
            let interval = (0.0 - residual_below * length, (1.0 + residual_above) * length);
            self.variances.insert(name.clone(), interval);
        }
    }

    fn bound_factor(&mut self, factor: &str, marker: Option<&str>, rows: &[&Row], largest: f64) {
        let fixed = rows.iter().find(|row| row.states(factor, Operator::Covariance, factor) && row.free.is_none());
        let endogenous = rows.iter().any(|row| {
            (row.op == Operator::Regression && row.lhs == factor) || (row.op == Operator::Measures && row.rhs == factor)
        });
        let of_marker = marker.and_then(|name| self.observed.get(name)).copied();
        let lower = match of_marker {
            _ if endogenous => ENDOGENOUS,
            Some(s) => RELIABILITY * s,
            None => 0.0,
        };
        let length = of_marker.unwrap_or(largest) - lower;
        let upper = lower + (1.0 + self.widening.factor_above) * length;
        self.variances.insert(factor.to_string(), (lower, upper));
        let least = of_marker.map(|s| RELIABILITY * s).or(fixed.and_then(|row| row.fixed).filter(|v| *v > 0.0));
        self.least_variance.insert(factor.to_string(), least);
    }

    fn interval(&self, row: &Row) -> (Option<f64>, Option<f64>) {
        let positive_only = match self.bounds {
            Bounds::PosVar => Some((true, true)),
            Bounds::PosOvVar => Some((true, false)),
            Bounds::PosLvVar => Some((false, true)),
            _ => None,
        };
        let is_variance = row.op == Operator::Covariance && row.lhs == row.rhs;
        if let Some((observed, latent)) = positive_only {
            let chosen = if self.observed.contains_key(&row.lhs) { observed } else { latent };
            return ((is_variance && chosen).then_some(0.0), None);
        }
        let interval = match row.op {
            Operator::Covariance if is_variance => self.variances.get(&row.lhs).copied(),
            Operator::Covariance => self.covariance(&row.lhs, &row.rhs),
            Operator::Measures => self.loading(&row.lhs, &row.rhs),
            _ => None,
        };
        (interval.map(|(lower, _)| lower), interval.map(|(_, upper)| upper))
    }

    fn loading(&self, factor: &str, indicator: &str) -> Option<(f64, f64)> {
        let least = (*self.least_variance.get(factor)?)?;
        let limit = (1.0 + 2.0 * self.widening.loadings) * (self.observed.get(indicator)? / least).sqrt();
        limit.is_finite().then_some((-limit, limit))
    }

    fn covariance(&self, first: &str, second: &str) -> Option<(f64, f64)> {
        let (first, second) = (self.variances.get(first)?.1, self.variances.get(second)?.1);
        let limit = self.widening.covariances * (first * second).sqrt();
        limit.is_finite().then_some((-limit, limit))
    }
}

fn widening(bounds: Bounds) -> Widening {
    match bounds {
        Bounds::Wide | Bounds::WideZeroVar => Widening {
            residual_below: if bounds == Bounds::Wide { 0.05 } else { 0.0 },
            residual_above: 0.2,
            factor_above: 0.3,
            loadings: 0.1,
            covariances: 1.0,
        },
        _ => {
            Widening { residual_below: 0.0, residual_above: 0.0, factor_above: 0.0, loadings: 0.0, covariances: 0.998 }
        }
    }
}

/// The one observed indicator of a factor whose loading is fixed at 1.
fn marker<'a>(rows: &[&'a Row], factor: &str, observed: &HashMap<String, f64>) -> Option<&'a str> {
    let mut fixed_at_one = rows.iter().filter(|row| {
        row.op == Operator::Measures
            && row.lhs == factor
            && row.free.is_none()
            && row.fixed == Some(1.0)
            && observed.contains_key(&row.rhs)
    });
    let first = fixed_at_one.next()?;
    fixed_at_one.next().is_none().then_some(first.rhs.as_str())
}
