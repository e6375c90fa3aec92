//! Which variables have values together: patterns of missing values, and the moments of each.

use std::{collections::HashMap, sync::Arc};

use covary_numerics::{Matrix, Scalar};

use super::DistinctRows;
use crate::estimators::PatternMoments;

/// The patterns of missing values of one block.
#[derive(Clone, Debug)]
pub struct Patterns {
    /// In the order in which they first occur in the data; no pattern is empty.
    pub list: Vec<Pattern>,
    /// Variables of the block, p.
    pub variables: usize,
    /// Cases (the sum of their counts), n.
    pub cases: f64,
}

/// The cases that have values of the same variables.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Variables with values, ascending.
    pub observed: Arc<[usize]>,
    /// Their cases, n_r.
    pub cases: f64,
    /// m_r of the variables with values.
    pub mean: Vec<f64>,
    /// S_r of the variables with values, divisor n_r.
    pub covariance: Matrix,
    /// The distinct rows of the block that have this pattern.
    pub rows: Vec<usize>,
}

impl Patterns {
    /// The patterns of distinct rows, in which NaN marks a missing value; `counts`: what each row weighs.
    pub fn new(rows: &DistinctRows, counts: &[f64]) -> Self {
        let p = rows.values.columns();
        let mut position_of: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut members: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
        for k in 0..rows.values.rows() {
            let row = rows.values.row(k);
            let observed: Vec<usize> = (0..p).filter(|&j| !row[j].is_nan()).collect();
            if observed.is_empty() {
                continue;
            }
            let position = *position_of.entry(observed.clone()).or_insert_with(|| {
                members.push((observed, Vec::new()));
                members.len() - 1
            });
            members[position].1.push(k);
        }
        let list: Vec<Pattern> = members
            .into_iter()
            .map(|(observed, own)| {
                let mut pattern = Pattern {
                    cases: 0.0,
                    mean: vec![0.0; observed.len()],
                    covariance: Matrix::zeros(observed.len(), observed.len()),
                    observed: observed.into(),
                    rows: own,
                };
                pattern.take_moments(rows, counts);
                pattern
            })
            .collect();
        Patterns { cases: list.iter().map(|pattern| pattern.cases).sum(), variables: p, list }
    }

    /// Whether no value is missing.
    pub fn is_complete(&self) -> bool {
        self.list.iter().all(|pattern| pattern.observed.len() == self.variables)
    }

    /// Moments by pattern as an estimator sees them.
    pub fn moments<T: Scalar>(&self) -> Vec<PatternMoments<T>> {
        let of = |pattern: &Pattern| {
            PatternMoments::of(&pattern.observed, self.share(pattern), &pattern.covariance, &pattern.mean)
        };
        self.list.iter().map(of).collect()
    }

    /// n_r/n
    pub fn share(&self, pattern: &Pattern) -> f64 {
        pattern.cases / self.cases
    }

    /// The same over some of the variables, in ascending order; cases with values of none of them are left out.
    ///
    /// Patterns that agree on these variables stand side by side, which no sum over patterns minds.
    pub fn of_variables(&self, chosen: &[usize]) -> Patterns {
        let of = |pattern: &Pattern| {
            let kept: Vec<usize> =
                (0..pattern.observed.len()).filter(|&a| chosen.contains(&pattern.observed[a])).collect();
            let position = |a: &usize| chosen.iter().position(|i| *i == pattern.observed[*a]);
            (!kept.is_empty()).then(|| Pattern {
                observed: kept.iter().filter_map(position).collect(),
                cases: pattern.cases,
                mean: kept.iter().map(|&a| pattern.mean[a]).collect(),
                covariance: pattern.covariance.select(&kept, &kept),
                rows: pattern.rows.clone(),
            })
        };
        let list: Vec<Pattern> = self.list.iter().filter_map(of).collect();
        Patterns { cases: list.iter().map(|pattern| pattern.cases).sum(), variables: chosen.len(), list }
    }

    /// Means and variances (divisor: cases with a value) of each variable alone, and the number of its cases.
    pub fn by_variable(&self) -> Vec<VariableMoments> {
        let mut moments = vec![VariableMoments::default(); self.variables];
        for pattern in &self.list {
            for (a, &j) in pattern.observed.iter().enumerate() {
                moments[j].cases += pattern.cases;
                moments[j].mean += pattern.cases * pattern.mean[a];
            }
        }
        for own in moments.iter_mut().filter(|own| own.cases > 0.0) {
            own.mean /= own.cases;
        }
        for pattern in &self.list {
            for (a, &j) in pattern.observed.iter().enumerate() {
                let shift = pattern.mean[a] - moments[j].mean;
                moments[j].variance += pattern.cases / moments[j].cases * (pattern.covariance[(a, a)] + shift * shift);
            }
        }
        moments
    }

    /// The share of cases that have values of both variables, p × p.
    pub fn coverage(&self) -> Matrix {
        let mut coverage = Matrix::zeros(self.variables, self.variables);
        for pattern in &self.list {
            for &i in pattern.observed.iter() {
                for &j in pattern.observed.iter() {
                    coverage[(i, j)] += self.share(pattern);
                }
            }
        }
        coverage
    }

    /// Takes up other counts of the distinct rows: those of a resample.
    pub(crate) fn recount(&mut self, rows: &DistinctRows, counts: &[f64]) {
        for pattern in &mut self.list {
            pattern.take_moments(rows, counts);
        }
        self.cases = self.list.iter().map(|pattern| pattern.cases).sum();
    }
}

/// The available cases of one variable.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VariableMoments {
    /// Cases with a value.
    pub cases: f64,
    /// Their mean.
    pub mean: f64,
    /// Their variance, divisor: cases with a value.
    pub variance: f64,
}

impl Pattern {
    /// Count, means and covariances of the pattern's rows; zeros where none of them counts.
    fn take_moments(&mut self, rows: &DistinctRows, counts: &[f64]) {
        let k = self.observed.len();
        self.cases = self.rows.iter().map(|&row| counts[row]).sum();
        self.mean.fill(0.0);
        self.covariance.values_mut().fill(0.0);
        if self.cases <= 0.0 {
            return;
        }
        for &row in &self.rows {
            let (values, share) = (rows.values.row(row), counts[row] / self.cases);
            for (mean, &j) in self.mean.iter_mut().zip(self.observed.iter()) {
                *mean += share * values[j];
            }
        }
        let mut deviation = vec![0.0; k];
        for &row in &self.rows {
            let (values, share) = (rows.values.row(row), counts[row] / self.cases);
            for (a, &j) in self.observed.iter().enumerate() {
                deviation[a] = values[j] - self.mean[a];
            }
            for (a, target) in self.covariance.values_mut().chunks_exact_mut(k).enumerate() {
                let factor = share * deviation[a];
                for (element, d) in target.iter_mut().zip(&deviation) {
                    *element += factor * d;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GONE: f64 = f64::NAN;

    fn rows() -> DistinctRows {
        let values = [1.0, 2.0, 3.0, 2.0, GONE, 1.0, 4.0, 4.0, 2.0, GONE, GONE, GONE, 0.0, GONE, 5.0];
        DistinctRows {
            values: Matrix::from_values(5, 3, values.to_vec()).unwrap(),
            counts: vec![1.0, 2.0, 1.0, 1.0, 1.0],
            row_of_case: vec![0, 1, 1, 2, 3, 4],
        }
    }

    #[test]
    fn cases_are_gathered_by_what_they_have() {
        let patterns = Patterns::new(&rows(), &rows().counts);
        assert_eq!(patterns.list.len(), 2, "the empty row belongs to none");
        assert_eq!(patterns.cases, 5.0);
        assert_eq!(&*patterns.list[0].observed, [0, 1, 2]);
        assert_eq!(patterns.list[0].mean, [2.5, 3.0, 2.5]);
        assert_eq!(patterns.list[0].covariance[(0, 2)], -0.75);
        assert_eq!(&*patterns.list[1].observed, [0, 2]);
        assert_eq!(patterns.list[1].cases, 3.0);
        assert!((patterns.list[1].mean[1] - 7.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn single_variables_and_pairs_are_counted() {
        let patterns = Patterns::new(&rows(), &rows().counts);
        let alone = patterns.by_variable();
        assert_eq!(alone[1], VariableMoments { cases: 2.0, mean: 3.0, variance: 1.0 });
        assert!((alone[0].mean - 9.0 / 5.0).abs() < 1e-15);
        assert!((alone[0].variance - (25.0 / 5.0 - 81.0 / 25.0)).abs() < 1e-14);
        assert!((patterns.coverage()[(1, 2)] - 0.4).abs() < 1e-15);
        let chosen = patterns.of_variables(&[1]);
        assert_eq!((chosen.list.len(), chosen.cases), (1, 2.0));
    }

    #[test]
    fn a_resample_is_other_counts() {
        let mut patterns = Patterns::new(&rows(), &rows().counts);
        patterns.recount(&rows(), &[0.0, 1.0, 0.0, 0.0, 1.0]);
        assert_eq!((patterns.list[0].cases, patterns.list[1].cases), (0.0, 2.0));
        assert_eq!(patterns.list[1].mean, [1.0, 3.0]);
        assert_eq!(patterns.list[1].covariance[(0, 1)], -2.0);
    }
}
