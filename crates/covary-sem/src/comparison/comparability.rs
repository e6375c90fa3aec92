//! Whether two fits describe the same data in the same way, so that their χ², AIC and BIC can be compared at all.

use std::collections::BTreeSet;

use crate::{Fit, parameter_table::Block, sample::BlockSample};

/// Sample covariances of the same cases may differ by this share: saturated moments of incomplete data are found by
/// iteration.
const SAME: f64 = 1e-4;

/// Why two fits do not describe the same data, or not in the same way; `None` where they do.
pub fn difference_of_data(one: &Fit, other: &Fit) -> Option<String> {
    let blocks = (&one.table.blocks, &other.table.blocks);
    if blocks.0.len() != blocks.1.len() {
        return Some(format!("one has {} groups or levels, the other {}", blocks.0.len(), blocks.1.len()));
    }
    let ways =
        [one, other].map(|fit| (fit.settings.estimator, fit.settings.conventions.likelihood, fit.settings.missing));
    if ways[0] != ways[1] {
        return Some("they are not estimated in the same way (estimator, likelihood, missing values)".to_string());
    }
    let samples = one.sample.blocks.iter().zip(&other.sample.blocks);
    blocks.0.iter().zip(blocks.1).zip(samples).find_map(|((a, b), samples)| of_block([a, b], [samples.0, samples.1]))
}

fn of_block(blocks: [&Block; 2], samples: [&BlockSample; 2]) -> Option<String> {
    let names = blocks.map(|block| block.observed.iter().collect::<BTreeSet<&String>>());
    if let Some(name) = names[0].symmetric_difference(&names[1]).next() {
        return Some(format!("the variable {name} is in one of them only"));
    }
    if samples[0].cases != samples[1].cases {
        return Some(format!("one has {} cases, the other {}", samples[0].cases, samples[1].cases));
    }
    let position = |name: &String| blocks[1].observed.iter().position(|other| other == name);
    let order: Vec<usize> = blocks[0].observed.iter().filter_map(position).collect();
    let (own, others) = (&samples[0].covariance, samples[1].covariance.select(&order, &order));
    let p = own.rows();
    let differs = |i: usize, j: usize| {
        let size = (own[(i, i)] * own[(j, j)]).abs().sqrt();
        (own[(i, j)] - others[(i, j)]).abs() > SAME * size
    };
    let any = (0..p).any(|i| (0..=i).any(|j| differs(i, j)));
    any.then(|| "they have different cases or values".to_string())
}
