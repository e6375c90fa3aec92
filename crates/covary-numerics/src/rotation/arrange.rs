//! The signs and the order of the columns of a rotated solution.

use crate::Matrix;

use super::{Order, Rotated, Transformation};

/// Applies a transformation, reflects factors with negative sums of loadings, and orders them.
pub(super) fn arrange(loadings: &Matrix, found: Transformation) -> Rotated {
    let unarranged = loadings.times(&found.matrix);
    let m = unarranged.columns();
    let columns: Vec<Vec<f64>> = (0..m).map(|j| unarranged.column(j)).collect();
    let mut order: Vec<usize> = (0..m).collect();
    if let Order::SumOfSquares = found.order {
        let squares: Vec<f64> = columns.iter().map(|column| column.iter().map(|value| value * value).sum()).collect();
        // A stable sort: factors that tie keep the order in which they were found.
        order.sort_by(|l, r| squares[*r].total_cmp(&squares[*l]));
    }
    let signs: Vec<f64> =
        columns.iter().map(|column| if column.iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 }).collect();
    let arranged_columns =
        |matrix: &Matrix| Matrix::from_fn(matrix.rows(), m, |i, j| signs[order[j]] * matrix[(i, order[j])]);
    let pattern = arranged_columns(&unarranged);
    let factor_correlations = found.factor_correlations.map(|correlations| {
        Matrix::from_fn(m, m, |i, j| signs[order[i]] * signs[order[j]] * correlations[(order[i], order[j])])
    });
    Rotated {
        structure: factor_correlations.as_ref().map(|correlations| pattern.times(correlations)),
        transformation: arranged_columns(&found.matrix),
        factor_correlations,
        loadings: pattern,
        iterations: found.iterations,
        converged: found.converged,
    }
}
