//! The correlation table of construct scores.

use covary_numerics::{distributions::t_two_tailed, moments::central_moments};

use super::Correlation;

/// The Pearson correlation of the cases that have both values.
pub fn correlation(left: &[Option<f64>], right: &[Option<f64>]) -> Correlation {
    let (x, y): (Vec<f64>, Vec<f64>) = left.iter().zip(right).filter_map(|(l, r)| (*l).zip(*r)).unzip();
    let r = pearson(&x, &y);
    Correlation { n: x.len(), r, p: r.and_then(|r| correlation_p(r, x.len())) }
}

/// Two-tailed probability of a correlation of `cases` cases under independence: t = r √((N − 2)/(1 − r²)).
///
/// `None` with fewer than three cases.
pub fn correlation_p(r: f64, cases: usize) -> Option<f64> {
    if cases < 3 {
        return None;
    }
    if r.abs() >= 1.0 {
        return Some(0.0);
    }
    let df = cases as f64 - 2.0;
    Some(t_two_tailed(r * (df / ((1.0 - r) * (1.0 + r))).sqrt(), df))
}

fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mx, my) = (central_moments(x)?, central_moments(y)?);
    if mx.sum2 <= 0.0 || my.sum2 <= 0.0 {
        return None;
    }
    let products: f64 = x.iter().zip(y).map(|(a, b)| (a - mx.mean) * (b - my.mean)).sum();
    Some((products / (mx.sum2 * my.sum2).sqrt()).clamp(-1.0, 1.0))
}

impl super::CorrelationTable {
    /// The correlation of two of its variables. `None` where one is not in the table or does not vary.
    pub fn between(&self, left: &str, right: &str) -> Option<f64> {
        let position = |name: &str| self.variables.iter().position(|variable| variable.name == name);
        let (i, j) = (position(left)?, position(right)?);
        self.pairs.get(i.max(j))?.get(i.min(j))?.r
    }
}
