//! The baseline model: variances and means free, covariances zero but among observed exogenous variables.

use std::borrow::Cow;

use covary_numerics::{Matrix, linalg};

use super::{Solution, information, model_tests::differences};
use crate::{
    Operator, ParameterTable, Row, Sample, Settings,
    estimate::EqualityConstraints,
    estimators::{Estimator, Weight},
    model_matrices::{BlockMatrices, ModelMatrices},
    parameter_table::Block,
    sample::{
        fourth_moments::gamma_of,
        weights::{choices, mixture},
    },
};

/// The baseline model of a sample, at its estimates.
#[derive(Clone, Debug)]
pub struct BaselineModel {
    /// Its parameter table.
    pub table: ParameterTable,
    /// Its layout.
    pub matrices: ModelMatrices,
    /// No constraints.
    pub constraints: EqualityConstraints,
    /// Its estimates.
    pub theta: Vec<f64>,
}

impl BaselineModel {
    /// The baseline of a model. `keeps_x`: covariances among observed exogenous variables stay free (or fixed at the
    /// sample's, where the model fixes them).
    ///
    /// Under ML the estimates are the sample's own moments; under least squares (E'VE)⁻¹E'Vs.
    /// `None` where the weight of a sample is singular.
    pub fn new(table: &ParameterTable, sample: &Sample, settings: &Settings, keeps_x: bool) -> Option<Self> {
        let original = table;
        let table = baseline_table(original, keeps_x);
        let matrices = ModelMatrices::new(&table).ok()?;
        let constraints = EqualityConstraints::new(&table).ok()?;
        let mut theta = vec![0.0; table.free];
        let by_pattern = Estimator::of(settings, sample) == Estimator::Fiml;
        for row in &table.rows {
            if let Some(k) = row.free {
                let block = &sample.blocks[row.block];
                let position = |name: &str| table.blocks[row.block].observed.iter().position(|known| known == name);
                let is_x = keeps_x && original.blocks[row.block].exogenous.contains(&row.lhs);
                if let Some(patterns) = block.patterns.as_ref().filter(|_| by_pattern && !is_x) {
                    // Each variable by its available cases.
                    let alone = patterns.by_variable()[position(&row.lhs)?];
                    theta[k] = if row.op == Operator::Intercept { alone.mean } else { alone.variance };
                    continue;
                }
                theta[k] = match row.op {
                    Operator::Intercept => block.mean.as_ref()?[position(&row.lhs)?],
                    _ => block.covariance[(position(&row.lhs)?, position(&row.rhs)?)],
                };
            }
        }
        let mut baseline = BaselineModel { table, matrices, constraints, theta };
        if Estimator::named(settings.estimator).is_least_squares() {
            baseline.theta = baseline.least_squares(sample, settings)?;
        }
        Some(baseline)
    }

    /// The moments are linear in the parameters: one step from anywhere is the minimum.
    fn least_squares(&self, sample: &Sample, settings: &Settings) -> Option<Vec<f64>> {
        let solution = self.solution(sample, settings)?;
        let metrics = solution.metrics(crate::settings::SaturatedAt::Unstructured)?;
        let weights = crate::estimate::objective::discrepancy_weights(solution.estimator(), sample);
        let normal = information::in_metric(&self.matrices, &solution.values, &weights, &metrics);
        let mut right = vec![0.0; self.theta.len()];
        for (block, values) in solution.values.iter().enumerate() {
            let layout = &self.matrices.blocks[block];
            let d = differences(&solution, block);
            let weighted = metrics[block].times(&d, layout.observed.len(), layout.meanstructure);
            let delta: Matrix = self.matrices.delta(block, values);
            for (own, element) in right.iter_mut().zip(delta.transpose().times_vector(&weighted)) {
                *own += weights[block] * element;
            }
        }
        let step = linalg::solve(&normal, &right)?;
        Some(self.theta.iter().zip(step).map(|(theta, step)| theta + step).collect())
    }

    /// The baseline as inference sees it.
    pub fn solution<'a>(&'a self, sample: &'a Sample, settings: &'a Settings) -> Option<Solution<'a>> {
        Solution::new(&self.table, &self.matrices, &self.constraints, sample, settings, &self.theta)
    }

    /// Moments less free rows; moments of fixed x do not count.
    pub fn degrees_of_freedom(&self) -> i64 {
        super::test_statistic::degrees_of_freedom(&self.matrices, &self.constraints)
    }

    /// Implied moments by block.
    pub fn values(&self, sample: &Sample) -> Option<Vec<BlockMatrices>> {
        let exogenous = self.matrices.exogenous_values(sample);
        (0..self.matrices.blocks.len()).map(|b| self.matrices.matrices(b, &self.theta, &exogenous)).collect()
    }
}

/// The sample with the weight that the baseline takes: of DLS that at the sample's moments, whatever the model's is.
pub(crate) fn sample_of_baseline<'a>(
    sample: &'a Sample,
    settings: &Settings,
    meanstructure: bool,
) -> Option<Cow<'a, Sample>> {
    if Estimator::named(settings.estimator) != Estimator::Dls {
        return Some(Cow::Borrowed(sample));
    }
    let mut own = sample.clone();
    let a = settings.estimator_args.dls_a;
    for block in &mut own.blocks {
        block.weight = if a == 1.0 {
            Weight::normal_theory(&block.covariance)?
        } else {
            let gamma = gamma_of(block, &[], choices(settings, meanstructure))?;
            mixture(a, &block.covariance, &gamma, meanstructure)?
        };
    }
    Some(Cow::Owned(own))
}

fn baseline_table(table: &ParameterTable, keeps_x: bool) -> ParameterTable {
    let mut rows = Vec::new();
    let blocks: Vec<Block> =
        table.blocks.iter().map(|block| Block { latent: Vec::new(), exogenous: Vec::new(), ..block.clone() }).collect();
    for (index, block) in table.blocks.iter().enumerate() {
        let is_x = |name: &String| keeps_x && block.exogenous.contains(name);
        let fixed = |name: &String| is_x(name) && table.fixed_x;
        let mut add = |lhs: &String, op: Operator, rhs: &str, exogenous: bool| {
            rows.push(row(index, block, lhs, op, rhs, exogenous, rows.len()));
        };
        for (i, name) in block.observed.iter().enumerate() {
            add(name, Operator::Covariance, name, fixed(name));
            for other in block.observed[i + 1..].iter().filter(|other| is_x(name) && is_x(other)) {
                add(name, Operator::Covariance, other, fixed(name));
            }
        }
        if table.meanstructure {
            block.observed.iter().for_each(|name| add(name, Operator::Intercept, "", fixed(name)));
        }
    }
    let mut free = 0;
    for row in &mut rows {
        if !row.exogenous {
            row.free = Some(free);
            free += 1;
        }
    }
    ParameterTable {
        rows,
        blocks,
        free,
        constraints: Vec::new(),
        definitions: Vec::new(),
        meanstructure: table.meanstructure,
        fixed_x: table.fixed_x,
        warnings: Vec::new(),
    }
}

fn row(index: usize, block: &Block, lhs: &str, op: Operator, rhs: &str, exogenous: bool, number: usize) -> Row {
    Row {
        lhs: lhs.to_string(),
        op,
        rhs: rhs.to_string(),
        block: index,
        group: block.group,
        level: block.level,
        label: String::new(),
        plabel: format!(".p{}.", number + 1),
        free: None,
        fixed: None,
        start: None,
        lower: None,
        upper: None,
        user: false,
        exogenous,
    }
}
