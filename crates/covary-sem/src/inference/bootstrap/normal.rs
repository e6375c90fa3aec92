//! Resamples of a normal distribution with the implied moments.

use covary_numerics::{Matrix, linalg, moments};
use rand::{Rng, RngExt};
use rand_distr::{ChiSquared, StandardNormal};

use crate::{Fit, SemError, sample::DistinctRows};

/// What the normal resamples of one block are drawn from.
#[derive(Clone, Debug)]
pub(super) struct NormalSource {
    cases: usize,
    mean: Vec<f64>,
    /// Σ̂^½, symmetric.
    root: Matrix,
    /// Cases one below the other, NaN where a value is missing; `None` where moments are all that is needed.
    template: Option<Matrix>,
}

impl NormalSource {
    /// `needs_cases`: whether something beyond means and covariances is computed from a resample.
    ///
    /// # Errors
    /// [`SemError::Data`] where the implied covariance matrix is not positive semidefinite.
    pub fn new(fit: &Fit, block: usize, needs_cases: bool) -> Result<Self, SemError> {
        let own = &fit.sample.blocks[block];
        let root = fit.implied.get(block).and_then(|implied| linalg::symmetric_square_root(&implied.covariance));
        let (Some(implied), Some(root)) = (fit.implied.get(block), root) else { return Err(not_a_distribution()) };
        let p = root.rows();
        let mean = implied.mean.clone().or_else(|| own.mean.clone()).unwrap_or_else(|| vec![0.0; p]);
        let complete = || Matrix::zeros(own.cases, p);
        let template = match (&own.rows, &own.patterns) {
            (Some(rows), Some(_)) => Some(Matrix::from_fn(own.cases, p, |i, j| rows.values[(rows.row_of_case[i], j)])),
            // With fewer cases than variables a Wishart matrix has no density.
            _ => (needs_cases || own.cases <= p).then(complete),
        };
        Ok(NormalSource { cases: own.cases, mean, root, template })
    }

    /// Cases of a resample.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// Room for the cases of a resample, where they are drawn.
    pub fn room(&self) -> Option<DistinctRows> {
        self.template.as_ref().map(|values| DistinctRows {
            values: values.clone(),
            counts: vec![1.0; self.cases],
            row_of_case: (0..self.cases).collect(),
        })
    }

    /// Draws cases into `rows`, where there is room for them, and mean and covariance matrix (divisor n) of complete ones.
    pub fn draw(
        &self,
        stream: &mut impl Rng,
        rows: &mut Option<DistinctRows>,
        (covariance, mean): &mut (Matrix, Vec<f64>),
    ) {
        let Some(rows) = rows else {
            (*covariance, *mean) = self.moments(stream);
            return;
        };
        let p = self.mean.len();
        let mut unit = vec![0.0; p];
        for i in 0..self.cases {
            unit.iter_mut().for_each(|value| *value = stream.sample(StandardNormal));
            for (j, moved) in self.root.times_vector(&unit).into_iter().enumerate() {
                // What is missing stays missing.
                if !rows.values[(i, j)].is_nan() {
                    rows.values[(i, j)] = self.mean[j] + moved;
                }
            }
        }
        if rows.values.values().iter().all(|value| !value.is_nan()) {
            (*mean, *covariance) = moments::mean_and_covariance(&rows.values);
        }
    }

    /// Moments of n normal cases: nS ~ W(n − 1, Σ̂), m ~ N(μ̂, Σ̂/n), independent.
    ///
    /// # Source
    /// Bartlett (1933): the Cholesky factor of a standard Wishart matrix has independent elements, χ on the diagonal and
    /// normal below it.
    fn moments(&self, stream: &mut impl Rng) -> (Matrix, Vec<f64>) {
        let (n, p) = (self.cases as f64, self.mean.len());
        let mut factor = Matrix::zeros(p, p);
        for i in 0..p {
            for j in 0..i {
                factor[(i, j)] = stream.sample(StandardNormal);
            }
            // n > p, so that the degrees of freedom are at least 1.
            factor[(i, i)] = ChiSquared::new(n - 1.0 - i as f64).map_or(0.0, |chi| stream.sample::<f64, _>(chi).sqrt());
        }
        let factor = self.root.times(&factor);
        let unit: Vec<f64> = (0..p).map(|_| stream.sample(StandardNormal)).collect();
        let shift = self.root.times_vector(&unit);
        let mean = self.mean.iter().zip(&shift).map(|(mean, shift)| mean + shift / n.sqrt()).collect();
        (factor.times(&factor.transpose()).scaled(1.0 / n), mean)
    }
}

pub(super) fn not_a_distribution() -> SemError {
    SemError::Data(
        "the parametric bootstrap draws from the implied covariance matrix, which is none (it has a negative eigenvalue): look \
         at the negative variances first, or take bootstrap.type = \"ordinary\""
            .into(),
    )
}
