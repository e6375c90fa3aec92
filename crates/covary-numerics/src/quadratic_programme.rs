//! The quadratic programme: a convex quadratic function under linear equalities and inequalities.

use crate::{
    Matrix,
    linalg::{self, Cholesky},
    matrix::dot,
};

/// A linear restriction a'd + c = 0, or a'd + c ≥ 0.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearRestriction {
    /// a
    pub gradient: Vec<f64>,
    /// c
    pub value: f64,
    /// Whether it holds as an equation.
    pub is_equality: bool,
}

/// Where the minimum is.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// d
    pub step: Vec<f64>,
    /// λ by restriction: Hd + g = Σ λᵢaᵢ; of inequalities λᵢ ≥ 0, and 0 where the restriction does not bind.
    pub multipliers: Vec<f64>,
}

/// Minimises ½d'Hd + g'd under linear restrictions; H positive definite.
///
/// By the dual method: begins at the unrestricted minimum and takes in violated restrictions one by one, the most
/// violated first, dropping those that no longer bind. Restrictions that depend on each other do no harm.
/// `None` where H is not positive definite or no d meets all restrictions.
///
/// # Source
/// Goldfarb and Idnani (1983), Mathematical Programming 27.
pub fn solve(hessian: &Matrix, gradient: &[f64], restrictions: &[LinearRestriction]) -> Option<Solution> {
    let factor = Cholesky::new(hessian)?;
    let step: Vec<f64> = factor.solve_vector(gradient).iter().map(|d| -d).collect();
    let mut programme = Programme { factor, restrictions, step, working: Vec::new() };
    let largest_rounds = 20 * (restrictions.len() + gradient.len()) + 20;
    let mut handled = vec![false; restrictions.len()];
    for _ in 0..largest_rounds {
        let Some((next, sign)) = programme.most_violated(&handled) else { return Some(programme.solution()) };
        programme.take_in(next, sign)?;
        // An equality is looked at once: taken in it stays met, and one that others imply is met with them.
        handled[next] = restrictions[next].is_equality;
    }
    None
}

/// A restriction that binds: its position, the sign it is taken with, its multiplier under that sign.
struct Working {
    restriction: usize,
    sign: f64,
    multiplier: f64,
}

struct Programme<'a> {
    factor: Cholesky,
    restrictions: &'a [LinearRestriction],
    step: Vec<f64>,
    working: Vec<Working>,
}

/// A violation below this, relative to the terms it is summed from, is rounding.
const ROUNDING: f64 = 1e-13;

impl<'a> Programme<'a> {
    /// The equality not yet handled, else the inequality that is violated most; with the sign that makes it one.
    fn most_violated(&self, handled: &[bool]) -> Option<(usize, f64)> {
        let mut worst: Option<(usize, f64)> = None;
        for (k, restriction) in self.restrictions.iter().enumerate() {
            let slack = self.slack(k);
            if restriction.is_equality {
                if !handled[k] {
                    return Some((k, if slack > 0.0 { -1.0 } else { 1.0 }));
                }
                continue;
            }
            let works = self.working.iter().any(|w| w.restriction == k);
            if !works && slack < -self.rounding(k) && worst.is_none_or(|(other, _)| slack < self.slack(other)) {
                worst = Some((k, 1.0));
            }
        }
        worst
    }

    fn slack(&self, k: usize) -> f64 {
        dot(&self.restrictions[k].gradient, &self.step) + self.restrictions[k].value
    }

    fn rounding(&self, k: usize) -> f64 {
        let terms = self.restrictions[k].gradient.iter().zip(&self.step).map(|(a, d)| (a * d).abs()).sum::<f64>();
        ROUNDING * (terms + self.restrictions[k].value.abs())
    }

    /// Moves until the restriction is met, dropping those in the way. `None` where it cannot be met.
    fn take_in(&mut self, next: usize, sign: f64) -> Option<()> {
        let normal: Vec<f64> = self.restrictions[next].gradient.iter().map(|a| sign * a).collect();
        let mut multiplier = 0.0;
        loop {
            let (direction, change) = self.directions(&normal)?;
            let curvature = dot(&direction, &normal);
            let own = dot(&normal, &self.factor.solve_vector(&normal));
            // Up to rounding the normal is a combination of those that bind.
            let depends = curvature.is_nan() || curvature <= 1e-12 * own;
            let slack = sign * self.slack(next);
            if depends && slack.abs() <= 1e3 * self.rounding(next) {
                return Some(());
            }
            let full = if depends { f64::INFINITY } else { -slack / curvature };
            let (blocking, partial) = self.first_to_drop(&change);
            let length = full.min(partial);
            if !length.is_finite() {
                return None;
            }
            if !depends {
                for (d, z) in self.step.iter_mut().zip(&direction) {
                    *d += length * z;
                }
            }
            for (working, change) in self.working.iter_mut().zip(&change) {
                working.multiplier -= length * change;
            }
            multiplier += length;
            match blocking {
                Some(blocking) if partial < full => {
                    self.working.remove(blocking);
                }
                _ => {
                    self.working.push(Working { restriction: next, sign, multiplier });
                    return Some(());
                }
            }
        }
    }

    /// The step z = H⁻¹(n − Nr) that leaves the binding restrictions as they are, and r = (N'H⁻¹N)⁻¹N'H⁻¹n.
    fn directions(&self, normal: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
        let m = self.working.len();
        let columns: Vec<Vec<f64>> = self
            .working
            .iter()
            .map(|w| self.restrictions[w.restriction].gradient.iter().map(|a| w.sign * a).collect())
            .collect();
        let solved: Vec<Vec<f64>> = columns.iter().map(|column| self.factor.solve_vector(column)).collect();
        let gram = Matrix::from_fn(m, m, |i, j| dot(&columns[i], &solved[j]));
        let right: Vec<f64> = solved.iter().map(|column| dot(column, normal)).collect();
        let change = match Cholesky::new(&gram) {
            Some(factor) => factor.solve_vector(&right),
            None => linalg::solve(&gram, &right)?,
        };
        let mut remaining = normal.to_vec();
        for (column, r) in columns.iter().zip(&change) {
            remaining.iter_mut().zip(column).for_each(|(n, a)| *n -= r * a);
        }
        Some((self.factor.solve_vector(&remaining), change))
    }

    /// The binding inequality whose multiplier vanishes first on the way, and the length until then.
    fn first_to_drop(&self, change: &[f64]) -> (Option<usize>, f64) {
        let mut first = (None, f64::INFINITY);
        for (k, (working, change)) in self.working.iter().zip(change).enumerate() {
            let length = working.multiplier.max(0.0) / change;
            if !self.restrictions[working.restriction].is_equality && *change > 0.0 && length < first.1 {
                first = (Some(k), length);
            }
        }
        first
    }

    fn solution(self) -> Solution {
        let mut multipliers = vec![0.0; self.restrictions.len()];
        for working in &self.working {
            multipliers[working.restriction] = working.sign * working.multiplier;
        }
        Solution { step: self.step, multipliers }
    }
}
