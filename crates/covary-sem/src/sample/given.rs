//! The sample when moments are given in place of cases.

use covary_numerics::Matrix;

use super::{
    BlockSample, GroupMoments, Sample, cases::in_group, covariance_factor, definiteness::is_positive, with_ridge,
};
use crate::{
    ParameterTable, SemError, Settings,
    estimators::Weight,
    parameter_table::{Available, Block},
};

pub(super) fn available(groups: &[GroupMoments], settings: &Settings) -> Result<Available, SemError> {
    let first = groups.first().ok_or_else(|| SemError::Data("no covariance matrix is given".into()))?;
    if let Some(name) = &settings.group
        && groups.len() == 1
    {
        return Err(SemError::Data(format!(
            "the grouping variable \"{name}\" needs cases, or one covariance matrix per group"
        )));
    }
    let label = |(k, group): (usize, &GroupMoments)| {
        if group.label.is_empty() { format!("Group {}", k + 1) } else { group.label.clone() }
    };
    let labels = if groups.len() == 1 { Vec::new() } else { groups.iter().enumerate().map(label).collect() };
    Ok(Available { variables: first.names.clone(), groups: labels })
}

pub(super) fn take(groups: &[GroupMoments], table: &ParameterTable, settings: &Settings) -> Result<Sample, SemError> {
    let block_sample = |block: &Block| {
        let group = groups
            .get(block.group - 1)
            .ok_or_else(|| SemError::Data(format!("no covariance matrix is given{}", in_group(block))))?;
        of_group(group, block, table.meanstructure, settings)
    };
    Ok(Sample { blocks: table.blocks.iter().map(block_sample).collect::<Result<_, _>>()?, levels: Vec::new() })
}

fn of_group(
    group: &GroupMoments,
    block: &Block,
    meanstructure: bool,
    settings: &Settings,
) -> Result<BlockSample, SemError> {
    check_shape(group, block)?;
    let positions = positions(group, block)?;
    let mut covariance = group.covariance.select(&positions, &positions);
    check_symmetric(&covariance, block)?;
    if settings.std_ov {
        covariance = covariance.to_correlation().ok_or_else(|| no_variance(&covariance, block))?;
    }
    let n = group.cases as f64;
    let rescaled = (n - 1.0) / n * covariance_factor(settings, group.cases);
    let factor = match settings.sample_cov_rescale {
        Some(true) => (n - 1.0) / n,
        Some(false) => 1.0,
        None => rescaled,
    };
    let mean = match &group.mean {
        Some(_) if settings.std_ov => Some(vec![0.0; positions.len()]),
        Some(mean) => Some(positions.iter().map(|&i| mean[i]).collect()),
        None if meanstructure => {
            return Err(SemError::Data(format!(
                "the model has means, but only covariances are given{}: give the means too, or leave means out of the model",
                in_group(block)
            )));
        }
        None => None,
    };
    Ok(BlockSample {
        cases: group.cases,
        covariance: with_ridge(covariance.scaled(factor), settings),
        mean,
        weight: Weight::None,
        rows: None,
        patterns: None,
        case_positions: Vec::new(),
        case_weights: None,
        clusters: None,
        first_stage: None,
    })
}

fn check_shape(group: &GroupMoments, block: &Block) -> Result<(), SemError> {
    let p = group.names.len();
    let wrong = |what: String| Err(SemError::Data(format!("{what}{}", in_group(block))));
    if group.covariance.rows() != p || group.covariance.columns() != p {
        let (rows, columns) = (group.covariance.rows(), group.covariance.columns());
        return wrong(format!("the covariance matrix is {rows} × {columns}, but {p} variables are named"));
    }
    if group.covariance.values().iter().any(|value| !value.is_finite()) {
        return wrong("the covariance matrix has an element that is not a number".into());
    }
    if let Some(mean) = &group.mean
        && mean.len() != p
    {
        return wrong(format!("{} means are given for {p} variables", mean.len()));
    }
    if group.cases < 2 {
        return wrong(format!("the number of cases is {}: at least two are needed", group.cases));
    }
    Ok(())
}

fn positions(group: &GroupMoments, block: &Block) -> Result<Vec<usize>, SemError> {
    let position = |name: &String| {
        group.names.iter().position(|known| known == name).ok_or_else(|| {
            let known = group.names.join(", ");
            SemError::Data(format!(
                "no variable \"{name}\" in the covariance matrix{}; it has {known}",
                in_group(block)
            ))
        })
    };
    block.observed.iter().map(position).collect()
}

/// Printed matrices are symmetric to their digits; what differs more is a slip of the hand.
fn check_symmetric(covariance: &Matrix, block: &Block) -> Result<(), SemError> {
    for i in 0..covariance.rows() {
        for j in 0..i {
            let (lower, upper) = (covariance[(i, j)], covariance[(j, i)]);
            if (lower - upper).abs() > 1e-6 * (covariance[(i, i)] * covariance[(j, j)]).abs().sqrt() {
                let (a, b) = (&block.observed[i], &block.observed[j]);
                return Err(SemError::Data(format!(
                    "the covariance of \"{a}\" and \"{b}\" is {lower} below the diagonal and {upper} above it{}",
                    in_group(block)
                )));
            }
        }
    }
    Ok(())
}

fn no_variance(covariance: &Matrix, block: &Block) -> SemError {
    let worst = (0..covariance.rows()).find(|i| !is_positive(covariance[(*i, *i)]));
    let name = worst.map_or("", |i| block.observed[i].as_str());
    SemError::Data(format!("the variance of \"{name}\" is not positive{}", in_group(block)))
}
