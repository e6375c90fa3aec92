//! What each case contributes: scores on the parameters, moment vectors in a metric, and their cross-products over
//! cases, weighted cases or clusters.

use covary_numerics::{Matrix, linalg::Cholesky, matrix::dot};

use super::Solution;
use crate::{
    estimate::Objective,
    estimators::{Estimator, Weight},
    model_matrices::BilinearForm,
    sample::{
        BlockSample, DistinctRows,
        fourth_moments::{Projection, counted_products, gamma_of, moment_vector},
        weights::choices,
    },
    settings::SaturatedAt,
};

impl Solution<'_> {
    /// I(B) = Σ w_g B_g, q⁺ × q⁺: mean cross-product of the scores of cases, or of clusters, on the parameters.
    ///
    /// Not centred; divisor n_g. With clusters the sums over each cluster count, times C_g/(C_g − 1); with sampling
    /// weights scores are multiplied by them. `None` where only moments are known or a covariance matrix is singular.
    /// Of two levels: of clusters at the implied moments, over N, without C/(C − 1).
    pub fn first_order(&self, at: SaturatedAt) -> Option<Matrix> {
        if self.sample.is_two_level() {
            let mut objective = Objective::<f64>::new(self.matrices, self.estimator(), self.sample)?;
            let scores = objective.cluster_scores(self.theta)?;
            return Some(scores.transpose().times(&scores).scaled(1.0 / self.sample.cases() as f64));
        }
        let q = self.matrices.free;
        let mut information = Matrix::zeros(q, q);
        for (block, weight) in self.weights().into_iter().enumerate() {
            let scores = self.scores(block, at)?;
            let sample = &self.sample.blocks[block];
            information = information.plus(&cross_products(sample, &scores)?.scaled(weight));
        }
        Some(self.with_frequencies(information, at))
    }

    /// Scores of the distinct rows of a block on the parameters, k × q⁺.
    ///
    /// Of −½(ln |Σ| + e'Σ⁻¹e), e = y − μ, means at the model's or at the sample's. Derivatives of the moments are those of the model in either case.
    pub fn scores(&self, block: usize, at: SaturatedAt) -> Option<Matrix> {
        if self.estimator() == Estimator::Fiml {
            return self.scores_by_pattern(block, at);
        }
        let layout = &self.matrices.blocks[block];
        let (values, sample) = (&self.values[block], &self.sample.blocks[block]);
        let rows = sample.rows.as_ref()?;
        let mean = sample.mean.as_ref()?;
        let structured = at == SaturatedAt::Structured;
        let centre = if structured && layout.meanstructure { &values.mean } else { mean };
        let covariance = if structured { &values.covariance } else { &sample.covariance };
        let inverse = Cholesky::new(covariance)?.inverse();
        let form = BilinearForm::new(layout, values);
        let gram = form.gram(&inverse);
        let mut scores = Matrix::zeros(rows.values.rows(), self.matrices.free);
        for k in 0..rows.values.rows() {
            let e: Vec<f64> = rows.values.row(k).iter().zip(centre).map(|(y, m)| y - m).collect();
            let along = form.products(&inverse.times_vector(&e));
            form.add_scores(&along, &gram, scores.row_mut(k));
        }
        Some(scores)
    }

    /// Σ w_g Δ'W_gΓ̂_gW_gΔ, q⁺ × q⁺, and Σ tr(W_gΓ̂_g).
    ///
    /// `None` where only moments are known.
    pub fn meat(&self, metrics: &[Weight<f64>]) -> Option<(Matrix, f64)> {
        let q = self.matrices.free;
        let (mut meat, mut trace) = (Matrix::zeros(q, q), 0.0);
        for (block, weight) in self.weights().into_iter().enumerate() {
            let (own, own_trace) = self.meat_of(block, &metrics[block])?;
            meat = meat.plus(&own.scaled(weight));
            trace += own_trace;
        }
        // The information about log frequencies is right whatever the distribution of the cases: WΓ̂ = 1.
        let frequencies = self.matrices.frequencies.len() as f64;
        Some((self.with_frequencies(meat, SaturatedAt::Structured), trace + frequencies))
    }

    fn meat_of(&self, block: usize, metric: &Weight<f64>) -> Option<(Matrix, f64)> {
        let complete = self.sample.blocks[block].patterns.is_none();
        if let (Weight::NormalTheory(inverse), false, true) = (metric, self.settings.gamma_unbiased, complete) {
            return self.meat_under_normal_theory(block, inverse);
        }
        let gamma = self.moment_covariance(block)?;
        let weighted = self.weighted_derivatives(block, metric);
        let meat = weighted.transpose().times(&gamma.times_columns(&weighted));
        let p = self.matrices.blocks[block].observed.len();
        Some((meat, gamma.trace_in(metric, p, self.matrices.meanstructure)))
    }

    /// From the cases: no matrix of the order of the moments is formed.
    fn meat_under_normal_theory(&self, block: usize, inverse: &[f64]) -> Option<(Matrix, f64)> {
        let sample = &self.sample.blocks[block];
        let (rows, mean) = (sample.rows.as_ref()?, sample.mean.as_ref()?);
        let layout = &self.matrices.blocks[block];
        let p = mean.len();
        let inverse = Matrix::from_fn(p, p, |i, j| inverse[i * p + j]);
        let form = BilinearForm::new(layout, &self.values[block]);
        let x = self.fixed_x(block);
        let projection = Projection::new(rows, mean, &x);
        let centre = unexplained(rows, mean, projection.as_ref()); // mean of cc' − ĉĉ'
        let weighted_centre = inverse.times(&centre).times(&inverse);
        let of_centre = form.gram(&weighted_centre);
        let constant: f64 = weighted_centre.values().iter().zip(centre.values()).map(|(l, r)| l * r).sum();
        let (q, n) = (self.matrices.free, rows.counts.iter().sum::<f64>());
        let mut trace = 0.0;
        let mut influence = Matrix::zeros(rows.values.rows(), q);
        for (k, count) in rows.counts.iter().enumerate() {
            let c: Vec<f64> = rows.values.row(k).iter().zip(mean).map(|(y, m)| y - m).collect();
            let e = projection.as_ref().map_or_else(|| vec![0.0; p], |projection| projection.of(&c));
            let (nc, ne) = (inverse.times_vector(&c), inverse.times_vector(&e));
            let (along_c, along_e) = (form.products(&nc), form.products(&ne));
            let (cc, ce, ee) = (dot(&c, &nc), dot(&c, &ne), dot(&e, &ne));
            let by_centre = |v: &[f64]| dot(v, &weighted_centre.times_vector(v));
            let square = cc * cc - 2.0 * ce * ce + ee * ee - 2.0 * by_centre(&c) + 2.0 * by_centre(&e) + constant;
            let of_mean = if form.means { cc - 2.0 * ce + ee } else { 0.0 };
            trace += count / n * (0.5 * square + of_mean);
            for d in &form.derivatives {
                let (l, r) = (d.left, d.right);
                let mut value = d.scale * (along_c[l] * along_c[r] - along_e[l] * along_e[r] - of_centre[(l, r)]);
                if form.means {
                    value += d.mean_factor * (along_c[d.mean] - along_e[d.mean]);
                }
                influence[(k, d.parameter)] += value;
            }
        }
        let factor = if self.settings.gamma_n_minus_one { n / (n - 1.0) } else { 1.0 };
        let meat = counted_products(&influence, &rows.counts).scaled(factor / n);
        Some((meat, trace * factor))
    }

    /// Γ̂ of a block, rows of fixed x vanishing. `None` where only moments are known.
    ///
    /// From cases with missing values n times the covariance matrix of the saturated model's estimates.
    pub fn gamma(&self, block: usize) -> Option<Matrix> {
        if self.sample.blocks[block].patterns.is_some() {
            return self.gamma_by_pattern(block);
        }
        let choices = choices(self.settings, self.matrices.meanstructure);
        gamma_of(&self.sample.blocks[block], &self.fixed_x(block), choices)
    }

    /// tr(Wu⁻¹Bu) of a block over the moments that are not fixed: the mean quadratic form of the moment vectors of cases
    /// (clusters, weighted cases) in the metric NT(S).
    ///
    /// With fixed x the part of x, z_x'NT(S_xx)z_x, is taken away: what remains belongs to the sub-blocks of Wu and Bu.
    pub fn saturated_trace(&self, block: usize) -> Option<f64> {
        if self.estimator() == Estimator::Fiml {
            return self.saturated_trace_by_pattern(block);
        }
        let sample = &self.sample.blocks[block];
        let all: Vec<usize> = (0..sample.covariance.rows()).collect();
        let x = self.fixed_x(block);
        let of = |variables: &[usize]| mean_quadratic_form(sample, variables, self.matrices.meanstructure);
        Some(of(&all)? - if x.is_empty() { 0.0 } else { of(&x)? })
    }
}

/// z'NT(S)z averaged over units, z = (Σ w c, Σ w (cc' − S)) over the cases of the unit.
fn mean_quadratic_form(sample: &BlockSample, variables: &[usize], means: bool) -> Option<f64> {
    let (rows, mean) = (sample.rows.as_ref()?, sample.mean.as_ref()?);
    let s = sample.covariance.select(variables, variables);
    let inverse = Cholesky::new(&s)?.inverse();
    let p = variables.len() as f64;
    let centred = |k: usize| -> Vec<f64> { variables.iter().map(|&i| rows.values[(k, i)] - mean[i]).collect() };
    let n = sample.weighted_cases();
    let of_case = |c: &[f64]| {
        let distance = dot(c, &inverse.times_vector(c));
        0.5 * (distance * distance - 2.0 * distance + p) + if means { distance } else { 0.0 }
    };
    let Some(clusters) = &sample.clusters else {
        return Some(match &sample.case_weights {
            None => {
                let sum: f64 = (0..rows.counts.len()).map(|k| rows.counts[k] * of_case(&centred(k))).sum();
                sum / n - off_centre(sample, variables, &inverse, &s)
            }
            Some(weights) => {
                let squares = weights.iter().zip(&rows.row_of_case).map(|(w, &k)| w * w * of_case(&centred(k)));
                squares.sum::<f64>() / n
            }
        });
    };
    let q = variables.len();
    let mut sums = vec![(vec![0.0; q], Matrix::zeros(q, q)); clusters.count];
    for (case, &k) in rows.row_of_case.iter().enumerate() {
        let weight = sample.case_weights.as_ref().map_or(1.0, |weights| weights[case]);
        let (sum, squares) = &mut sums[clusters.of_case[case]];
        let c = centred(k);
        for i in 0..q {
            sum[i] += weight * c[i];
            for j in 0..q {
                squares[(i, j)] += weight * (c[i] * c[j] - s[(i, j)]);
            }
        }
    }
    let of_cluster = |(sum, squares): &(Vec<f64>, Matrix)| {
        let half = inverse.times(squares);
        let trace: f64 = half.values().iter().zip(half.transpose().values()).map(|(l, r)| l * r).sum();
        0.5 * trace + if means { dot(sum, &inverse.times_vector(sum)) } else { 0.0 }
    };
    Some(clusters.correction() * sums.iter().map(of_cluster).sum::<f64>() / n)
}

/// z̄'NT(S)z̄: not zero where S has divisor n − 1; Bu is centred.
fn off_centre(sample: &BlockSample, variables: &[usize], inverse: &Matrix, s: &Matrix) -> f64 {
    let Some((rows, mean)) = sample.rows.as_ref().zip(sample.mean.as_ref()) else { return 0.0 };
    let n: f64 = rows.counts.iter().sum();
    let element = |i: usize, j: usize| -> f64 {
        let product = |k: usize| (rows.values[(k, i)] - mean[i]) * (rows.values[(k, j)] - mean[j]);
        (0..rows.counts.len()).map(|k| rows.counts[k] * product(k)).sum::<f64>() / n
    };
    let q = variables.len();
    let excess = Matrix::from_fn(q, q, |a, b| element(variables[a], variables[b]) - s[(a, b)]);
    let half = inverse.times(&excess);
    0.5 * half.values().iter().zip(half.transpose().values()).map(|(l, r)| l * r).sum::<f64>()
}

/// (1/n) Σ s s' over cases, weighted cases or clusters; of clusters times C/(C − 1).
pub(crate) fn cross_products(sample: &BlockSample, scores: &Matrix) -> Option<Matrix> {
    let rows = sample.rows.as_ref()?;
    let n = sample.weighted_cases();
    let q = scores.columns();
    if let Some(clusters) = &sample.clusters {
        let mut sums = Matrix::zeros(clusters.count, q);
        for (case, &k) in rows.row_of_case.iter().enumerate() {
            let weight = sample.case_weights.as_ref().map_or(1.0, |weights| weights[case]);
            for j in 0..q {
                sums[(clusters.of_case[case], j)] += weight * scores[(k, j)];
            }
        }
        let ones = vec![1.0; clusters.count];
        return Some(counted_products(&sums, &ones).scaled(clusters.correction() / n));
    }
    let factors = match &sample.case_weights {
        None => rows.counts.clone(),
        Some(weights) => {
            let mut squares = vec![0.0; rows.counts.len()];
            for (weight, &k) in weights.iter().zip(&rows.row_of_case) {
                squares[k] += weight * weight;
            }
            squares
        }
    };
    Some(counted_products(scores, &factors).scaled(1.0 / n))
}

/// Mean of cc' − ĉĉ'.
fn unexplained(rows: &DistinctRows, mean: &[f64], projection: Option<&Projection>) -> Matrix {
    let p = mean.len();
    let n: f64 = rows.counts.iter().sum();
    let mut sum = Matrix::zeros(p, p);
    for (k, count) in rows.counts.iter().enumerate() {
        let c: Vec<f64> = rows.values.row(k).iter().zip(mean).map(|(y, m)| y - m).collect();
        for (position, z) in crate::estimators::lower_triangle(p).zip(moment_vector(&c, projection, false)) {
            sum[position] += count * z / n;
        }
    }
    Matrix::from_fn(p, p, |i, j| sum[(i.max(j), i.min(j))])
}
