//! The sample of a dataset: listwise complete cases, by group.

use std::collections::HashMap;

use covary_data::{Dataset, DatasetError};
use covary_numerics::{Matrix, moments};

use super::{
    BlockSample, Clusters, DistinctRows, Sample, covariance_factor, design::Design, groups::groups, with_ridge,
};
use crate::{
    ParameterTable, SemError, Settings, Warning,
    estimators::Weight,
    parameter_table::{Available, Block},
    settings::MissingValues,
    warning::WarningCode,
};

pub(super) fn available(dataset: &Dataset, settings: &Settings) -> Result<Available, SemError> {
    let variables = dataset.variables().iter().map(|variable| variable.name.clone()).collect();
    Ok(Available { variables, groups: groups(dataset, settings)?.labels })
}

pub(super) fn take(
    dataset: &Dataset,
    table: &ParameterTable,
    settings: &Settings,
) -> Result<(Sample, Vec<Warning>), SemError> {
    if settings.missing != MissingValues::Listwise
        && let Some(sample) = super::incomplete::take(dataset, table, settings)?
    {
        return Ok(sample);
    }
    let groups = groups(dataset, settings)?;
    let design = Design::new(dataset, settings)?;
    let mut blocks = Vec::new();
    let mut left_out = 0;
    for block in &table.blocks {
        let members: Vec<usize> =
            (0..dataset.cases()).filter(|&case| groups.of_case[case] == Some(block.group - 1)).collect();
        let columns = columns(dataset, block)?;
        let complete: Vec<usize> = members
            .iter()
            .copied()
            .filter(|&case| design.knows(case) && columns.iter().all(|column| column[case].is_some()))
            .collect();
        left_out += members.len() - complete.len();
        blocks.push((block, columns, complete));
    }
    let factors = design.factors(blocks.iter().map(|(_, _, complete)| complete.as_slice()), settings);
    let blocks = blocks
        .into_iter()
        .zip(factors)
        .map(|((block, columns, complete), factor)| {
            let weights = design.weights_of(&complete, factor);
            let clusters = design.clusters_of(&complete);
            block_sample(block, &columns, complete, weights, clusters, settings)
        })
        .collect::<Result<_, _>>()?;
    let warnings = cases_left_out(left_out, dataset.cases()).into_iter().collect();
    Ok((Sample { blocks, levels: Vec::new() }, warnings))
}

/// An error that names the nearest known variable.
pub(super) fn unknown_variable(dataset: &Dataset, name: &str) -> SemError {
    let nearest = dataset
        .variables()
        .iter()
        .map(|variable| (strsim::jaro_winkler(&variable.name, name), &variable.name))
        .max_by(|left, right| left.0.total_cmp(&right.0));
    SemError::Data(match nearest {
        Some((_, nearest)) => format!("no variable \"{name}\" in the data; the nearest name is \"{nearest}\""),
        None => format!("no variable \"{name}\" in the data: the data have no variables"),
    })
}

/// The values of a block's variables, by variable.
pub(super) fn columns(dataset: &Dataset, block: &Block) -> Result<Vec<Vec<Option<f64>>>, SemError> {
    block.observed.iter().map(|name| column(dataset, name)).collect()
}

/// The numbers of a variable, or of a product `a:b` that the data do not hold: missing where a factor is.
fn column(dataset: &Dataset, name: &str) -> Result<Vec<Option<f64>>, SemError> {
    match dataset.numbers(name) {
        Ok(numbers) => Ok(numbers),
        Err(DatasetError::UnknownVariable(_)) => match name.split_once(':') {
            Some((first, others)) => {
                let (first, others) = (column(dataset, first)?, column(dataset, others)?);
                Ok(first.iter().zip(&others).map(|(a, b)| Some((*a)? * (*b)?)).collect())
            }
            None => Err(unknown_variable(dataset, name)),
        },
        Err(other) => Err(SemError::Data(other.to_string())),
    }
}

fn block_sample(
    block: &Block,
    columns: &[Vec<Option<f64>>],
    complete: Vec<usize>,
    case_weights: Option<Vec<f64>>,
    clusters: Option<Clusters>,
    settings: &Settings,
) -> Result<BlockSample, SemError> {
    if complete.len() < 2 {
        return Err(SemError::Data(format!(
            "{} complete case{}{}: at least two are needed",
            if complete.is_empty() { "no".to_string() } else { complete.len().to_string() },
            if complete.len() == 1 { "" } else { "s" },
            in_group(block)
        )));
    }
    let (n, p) = (complete.len(), columns.len());
    let mut values = Matrix::zeros(n, p);
    for (i, &case) in complete.iter().enumerate() {
        for (j, column) in columns.iter().enumerate() {
            // Complete cases have a number in every column. Adding 0 turns −0 into 0, so that rows compare by bits.
            values[(i, j)] = column[case].unwrap_or(f64::NAN) + 0.0;
        }
    }
    constant_variable(&values, block)?;
    if settings.std_ov {
        standardise(&mut values);
    }
    let (mean, covariance) = match &case_weights {
        None => moments::mean_and_covariance(&values),
        Some(weights) => weighted_moments(&values, weights),
    };
    Ok(BlockSample {
        cases: n,
        covariance: with_ridge(covariance.scaled(covariance_factor(settings, n)), settings),
        mean: Some(mean),
        weight: Weight::None,
        rows: Some(distinct_rows(&values)),
        patterns: None,
        case_positions: complete,
        case_weights,
        clusters,
        first_stage: None,
    })
}

/// Σ w y / Σ w and Σ w (y − m)(y − m)' / Σ w.
fn weighted_moments(values: &Matrix, weights: &[f64]) -> (Vec<f64>, Matrix) {
    let p = values.columns();
    let total: f64 = weights.iter().sum();
    let mut mean = vec![0.0; p];
    for (i, weight) in weights.iter().enumerate() {
        for (m, y) in mean.iter_mut().zip(values.row(i)) {
            *m += weight * y / total;
        }
    }
    let mut covariance = Matrix::zeros(p, p);
    for (i, weight) in weights.iter().enumerate() {
        let c: Vec<f64> = values.row(i).iter().zip(&mean).map(|(y, m)| y - m).collect();
        for j in 0..p {
            for k in 0..=j {
                covariance[(j, k)] += weight * c[j] * c[k] / total;
            }
        }
    }
    (mean, Matrix::from_fn(p, p, |i, j| covariance[(i.max(j), i.min(j))]))
}

/// " in group …", or nothing with one group.
pub(super) fn in_group(block: &Block) -> String {
    if block.group_label.is_empty() { String::new() } else { format!(" in group \"{}\"", block.group_label) }
}

fn constant_variable(values: &Matrix, block: &Block) -> Result<(), SemError> {
    let constant = |j: &usize| (1..values.rows()).all(|i| values[(i, *j)] == values[(0, *j)]);
    match (0..values.columns()).find(constant) {
        None => Ok(()),
        Some(j) => Err(SemError::Data(format!(
            "variable \"{}\" is constant{} (always {}): it has no variance to be explained; leave it out",
            block.observed[j],
            in_group(block),
            values[(0, j)]
        ))),
    }
}

/// Mean 0 and variance 1 (divisor n − 1) within the group, as `std.ov` does in lavaan.
fn standardise(values: &mut Matrix) {
    let (mean, covariance) = moments::mean_and_covariance(values);
    let (n, p) = (values.rows(), values.columns());
    for (k, value) in values.values_mut().iter_mut().enumerate() {
        let j = k % p;
        *value = (*value - mean[j]) / (covariance[(j, j)] * n as f64 / (n as f64 - 1.0)).sqrt();
    }
}

pub(super) fn distinct_rows(values: &Matrix) -> DistinctRows {
    let mut position_of: HashMap<Vec<u64>, usize> = HashMap::new();
    let mut counts: Vec<f64> = Vec::new();
    let mut distinct: Vec<f64> = Vec::new();
    let mut row_of_case = Vec::with_capacity(values.rows());
    for i in 0..values.rows() {
        let key = values.row(i).iter().map(|value| value.to_bits()).collect();
        let position = *position_of.entry(key).or_insert_with(|| {
            counts.push(0.0);
            distinct.extend_from_slice(values.row(i));
            counts.len() - 1
        });
        counts[position] += 1.0;
        row_of_case.push(position);
    }
    let p = values.columns();
    let values = Matrix::from_fn(counts.len(), p, |i, j| distinct[i * p + j]);
    DistinctRows { values, counts, row_of_case }
}

fn cases_left_out(left_out: usize, cases: usize) -> Option<Warning> {
    (left_out > 0).then(|| Warning {
        code: WarningCode::CasesLeftOut,
        subjects: vec![left_out.to_string()],
        text: format!(
            "{left_out} of {cases} cases were left out because a variable of the model is missing in them \
             (listwise deletion)"
        ),
    })
}
