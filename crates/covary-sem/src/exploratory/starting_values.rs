//! Where the loadings of exploratory factors begin: alike values for all factors would be a saddle point.

use covary_numerics::{
    Matrix,
    linalg::{Cholesky, symmetric_eigen},
    matrix::dot,
};

use crate::{Operator, ParameterTable, Sample, parameter_table::ExploratoryBlock};

/// Gives free loadings of exploratory factors that have no starting value one of a principal factor analysis, turned to
/// zeros above the diagonal as the unrotated model has them.
pub(crate) fn give_starting_values(table: &mut ParameterTable, sample: &Sample) {
    for block in table.exploratory.clone() {
        if let Some((items, loadings)) = principal_factors(table, sample, &block) {
            set(table, &block, &items, &loadings);
        }
    }
}

fn set(table: &mut ParameterTable, block: &ExploratoryBlock, items: &[String], loadings: &Matrix) {
    let position = |names: &[String], name: &String| names.iter().position(|other| other == name);
    for row in table.rows.iter_mut().filter(|row| row.block == block.block && row.op == Operator::Measures) {
        let place = position(items, &row.rhs).zip(position(&block.factors, &row.lhs));
        if let (Some((i, j)), true, None) = (place, row.free.is_some(), row.start) {
            row.start = Some(loadings[(i, j)]);
        }
    }
}

/// Items and loadings. `None` where items are not observed or their correlations have no factors.
fn principal_factors(
    table: &ParameterTable,
    sample: &Sample,
    block: &ExploratoryBlock,
) -> Option<(Vec<String>, Matrix)> {
    let first = block.factors.first()?;
    let of_first = table.rows.iter().filter(|row| row.block == block.block && row.op == Operator::Measures);
    let items: Vec<String> = of_first.filter(|row| row.lhs == *first).map(|row| row.rhs.clone()).collect();
    let observed = &table.blocks[block.block].observed;
    let positions: Vec<usize> =
        items.iter().map(|item| observed.iter().position(|name| name == item)).collect::<Option<_>>()?;
    let (p, m) = (items.len(), block.factors.len());
    let covariance = sample.blocks.get(block.block)?.covariance.select(&positions, &positions);
    let deviations: Vec<f64> = covariance.diagonal().iter().map(|variance| variance.sqrt()).collect();
    let mut reduced = covariance.to_correlation()?;
    let inverse = Cholesky::new(&reduced)?.inverse();
    for i in 0..p {
        reduced[(i, i)] = 1.0 - 1.0 / inverse[(i, i)]; // squared multiple correlation
    }
    let eigen = symmetric_eigen(&reduced)?;
    let mut order: Vec<usize> = (0..p).collect();
    order.sort_by(|a, b| eigen.values[*b].total_cmp(&eigen.values[*a]));
    if m > p {
        return None;
    }
    let loadings = Matrix::from_fn(p, m, |i, j| {
        let k = order[j];
        eigen.vectors[(i, k)] * eigen.values[k].max(0.05).sqrt() * deviations[i]
    });
    Some((items, turned_to_echelon(&loadings)))
}

/// Loadings times an orthogonal matrix: element (i, j) is 0 for j > i. Columns whose rows depend on others stay.
fn turned_to_echelon(loadings: &Matrix) -> Matrix {
    let m = loadings.columns();
    // Gram-Schmidt on the first rows, then on unit vectors where these do not suffice.
    let unit = |k: usize| (0..m).map(|j| f64::from(j == k)).collect::<Vec<f64>>();
    let candidates = (0..loadings.rows().min(m)).map(|i| loadings.row(i).to_vec()).chain((0..m).map(unit));
    let mut axes: Vec<Vec<f64>> = Vec::new();
    for candidate in candidates {
        let size = dot(&candidate, &candidate).sqrt();
        let mut rest = candidate;
        for axis in &axes {
            let share = dot(&rest, axis);
            rest.iter_mut().zip(axis).for_each(|(own, other)| *own -= share * other);
        }
        let length = dot(&rest, &rest).sqrt();
        if axes.len() < m && length > 1e-3 * size && length > 0.0 {
            axes.push(rest.into_iter().map(|value| value / length).collect());
        }
    }
    Matrix::from_fn(loadings.rows(), m, |i, j| axes.get(j).map_or(0.0, |axis| dot(loadings.row(i), axis)))
}
