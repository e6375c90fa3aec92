//! The baseline model: variances and means free, covariances zero but among observed exogenous variables.

use std::borrow::Cow;

use covary_numerics::{Matrix, linalg};

use super::{
    Solution, incomplete::likelihood::moments_of_x, information, model_tests::differences,
    test_statistic::slopes_and_residuals,
};
use crate::{
    Operator, ParameterTable, Row, Sample, Settings,
    estimate::EqualityConstraints,
    estimators::Estimator,
    model_matrices::ModelMatrices,
    parameter_table::Block,
    sample::{saturated::uncorrelated, weights::distributional},
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
    /// sample's, where the model fixes them). With `conditional.x` the slopes of outcomes on x stay free.
    ///
    /// Under ML the estimates are the sample's own moments; under least squares (E'VE)⁻¹E'Vs.
    /// `None` where the weight of a sample is singular.
    pub fn new(table: &ParameterTable, sample: &Sample, settings: &Settings, keeps_x: bool) -> Option<Self> {
        let given_x = settings.baseline_given_x();
        let original = table;
        let table = baseline_table(original, keeps_x, given_x);
        let matrices = ModelMatrices::new(&table).ok()?;
        let constraints = EqualityConstraints::new(&table).ok()?;
        let mut theta = sample_values(&table, sample)?;
        if Estimator::of(settings, sample) == Estimator::Fiml {
            let is_x = |row: &Row| keeps_x && original.blocks[row.block].exogenous.contains(&row.lhs);
            match table.auxiliary.is_empty() {
                true => take_available_cases(&table, sample, &is_x, &mut theta)?,
                false => take_uncorrelated(&table, sample, &is_x, &mut theta)?,
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
        let (table, matrices, constraints) = (&self.table, &self.matrices, &self.constraints);
        let solution = Solution::new(table, matrices, constraints, sample, settings, &self.theta)?;
        Some(Solution { of_baseline: true, ..solution })
    }

    /// Moments less free rows; moments of fixed x do not count.
    pub fn degrees_of_freedom(&self) -> i64 {
        super::test_statistic::degrees_of_freedom(&self.matrices, &self.constraints)
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
    for block in &mut own.blocks {
        block.weight = distributional(block, &block.covariance, settings, meanstructure)?;
    }
    Some(Cow::Owned(own))
}

/// Where values are missing, each variable but x by its available cases, x by their own saturated model.
fn take_available_cases(
    table: &ParameterTable,
    sample: &Sample,
    is_x: &dyn Fn(&Row) -> bool,
    theta: &mut [f64],
) -> Option<()> {
    for (index, block) in table.blocks.iter().enumerate() {
        let position = |name: &str| block.observed.iter().position(|known| known == name);
        let own = || table.rows.iter().filter(move |row| row.block == index);
        let mut x: Vec<usize> = own().filter(|row| is_x(row)).filter_map(|row| position(&row.lhs)).collect();
        x.sort_unstable();
        x.dedup();
        if x.is_empty() || own().filter(|row| is_x(row)).all(|row| row.free.is_none()) {
            continue;
        }
        let (mean, covariance) = moments_of_x(&sample.blocks[index], &x)?;
        for row in own().filter(|row| is_x(row)) {
            let among_x = |name: &str| x.iter().position(|j| Some(*j) == position(name));
            let (Some(k), Some(i)) = (row.free, among_x(&row.lhs)) else { continue };
            theta[k] = if row.op == Operator::Intercept { mean[i] } else { covariance[(i, among_x(&row.rhs)?)] };
        }
    }
    for row in table.rows.iter().filter(|row| !is_x(row) && row.op != Operator::Regression) {
        let (Some(k), Some(patterns)) = (row.free, &sample.blocks[row.block].patterns) else { continue };
        let position = table.blocks[row.block].observed.iter().position(|known| *known == row.lhs)?;
        let alone = patterns.by_variable()[position];
        theta[k] = if row.op == Operator::Intercept { alone.mean } else { alone.variance };
    }
    Some(())
}

/// Beside auxiliary variables: the moments of the likelihood's maximum, from EM.
fn take_uncorrelated(
    table: &ParameterTable,
    sample: &Sample,
    is_x: &dyn Fn(&Row) -> bool,
    theta: &mut [f64],
) -> Option<()> {
    for (index, block) in table.blocks.iter().enumerate() {
        let position = |name: &str| block.observed.iter().position(|known| known == name);
        let own = || table.rows.iter().filter(move |row| row.block == index);
        let variance = |row: &&Row| row.op == Operator::Covariance && row.lhs == row.rhs && is_x(row);
        let x: Vec<usize> = own().filter(variance).filter_map(|row| position(&row.lhs)).collect();
        let moments = uncorrelated(sample.blocks[index].patterns.as_ref()?, table.modelled(index), &x)?;
        for row in own() {
            let (Some(k), Some(i)) = (row.free, position(&row.lhs)) else { continue };
            theta[k] = match row.op {
                Operator::Intercept => moments.mean[i],
                _ => moments.covariance[(i, position(&row.rhs)?)],
            };
        }
    }
    Some(())
}

/// The sample's own moments as parameters; where outcomes are regressed on x, by least squares.
fn sample_values(table: &ParameterTable, sample: &Sample) -> Option<Vec<f64>> {
    let mut theta = vec![0.0; table.free];
    for (index, (variables, block)) in table.blocks.iter().zip(&sample.blocks).enumerate() {
        let rows = || table.rows.iter().filter(|row| row.block == index);
        let position = |name: &str| variables.observed.iter().position(|known| known == name);
        let mut x: Vec<usize> =
            rows().filter(|row| row.op == Operator::Regression).filter_map(|r| position(&r.rhs)).collect();
        x.sort_unstable();
        x.dedup();
        let (slopes, residuals) = slopes_and_residuals(&block.covariance, &x)?;
        for row in rows() {
            let Some(k) = row.free else { continue };
            let left = position(&row.lhs)?;
            let is_outcome = !x.contains(&left);
            theta[k] = match row.op {
                Operator::Regression => slopes[(left, x.iter().position(|&i| Some(i) == position(&row.rhs))?)],
                Operator::Intercept => {
                    let mean = block.mean.as_ref()?;
                    let explained: f64 = x.iter().enumerate().map(|(j, &i)| slopes[(left, j)] * mean[i]).sum();
                    mean[left] - if is_outcome { explained } else { 0.0 }
                }
                _ if is_outcome => residuals[(left, position(&row.rhs)?)],
                _ => block.covariance[(left, position(&row.rhs)?)],
            };
        }
    }
    Some(theta)
}

fn baseline_table(table: &ParameterTable, keeps_x: bool, given_x: bool) -> ParameterTable {
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
            let saturated = |other: &&String| table.auxiliary.contains(other) || (is_x(name) && is_x(other));
            for other in block.observed[i + 1..].iter().filter(saturated) {
                add(name, Operator::Covariance, other, fixed(name) && fixed(other));
            }
            if given_x && !is_x(name) {
                block.exogenous.iter().for_each(|x| add(name, Operator::Regression, x, false));
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
        exploratory: Vec::new(),
        rows,
        blocks,
        free,
        constraints: Vec::new(),
        definitions: Vec::new(),
        meanstructure: table.meanstructure,
        fixed_x: table.fixed_x,
        auxiliary: table.auxiliary.clone(),
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
