//! The signs and the order of rotated factors.

use covary_numerics::Matrix;

use super::FactorOrder;

/// Loadings within this part of a factor's largest place it.
const SALIENT: f64 = 0.8;

/// A signed permutation P (m × m): loadings · P are reflected and in order. A general factor stays first.
///
/// # Source
/// lavaan 0.6-14's order "index", found by trial: mean position of the items with |λ| ≥ .8 max |λ| of the column.
pub(super) fn arrangement(loadings: &Matrix, order: FactorOrder, reflect: bool, general_factor: bool) -> Matrix {
    let m = loadings.columns();
    let columns: Vec<Vec<f64>> = (0..m).map(|j| loadings.column(j)).collect();
    let mut sequence: Vec<usize> = (0..m).collect();
    let from = usize::from(general_factor).min(m);
    match order {
        FactorOrder::Index => {
            sequence[from..].sort_by(|a, b| mean_index(&columns[*a]).total_cmp(&mean_index(&columns[*b])))
        }
        FactorOrder::SumOfSquares => {
            let squares = |j: usize| columns[j].iter().map(|value| value * value).sum::<f64>();
            sequence[from..].sort_by(|a, b| squares(*b).total_cmp(&squares(*a)));
        }
        FactorOrder::None => {}
    }
    let sign = |j: usize| if reflect && columns[j].iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
    Matrix::from_fn(m, m, |i, j| if sequence[j] == i { sign(i) } else { 0.0 })
}

/// A signed permutation P that brings loadings · P nearest to those of another solution, factor by factor.
pub(super) fn matching(loadings: &Matrix, other: &Matrix) -> Matrix {
    let m = loadings.columns();
    let length = |column: &[f64]| column.iter().map(|value| value * value).sum::<f64>().sqrt();
    let congruence = |i: usize, j: usize| {
        let (own, theirs) = (loadings.column(i), other.column(j));
        own.iter().zip(&theirs).map(|(a, b)| a * b).sum::<f64>() / (length(&own) * length(&theirs))
    };
    let mut pairs: Vec<(usize, usize, f64)> =
        (0..m).flat_map(|i| (0..m).map(move |j| (i, j))).map(|(i, j)| (i, j, congruence(i, j))).collect();
    pairs.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let mut matched = Matrix::zeros(m, m);
    let (mut used, mut filled) = (vec![false; m], vec![false; m]);
    for (i, j, congruence) in pairs {
        if !used[i] && !filled[j] {
            matched[(i, j)] = if congruence < 0.0 { -1.0 } else { 1.0 };
            (used[i], filled[j]) = (true, true);
        }
    }
    matched
}

fn mean_index(column: &[f64]) -> f64 {
    let largest = column.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let salient: Vec<usize> = (0..column.len()).filter(|i| column[*i].abs() >= SALIENT * largest).collect();
    salient.iter().sum::<usize>() as f64 / salient.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use covary_numerics::Matrix;

    use super::{FactorOrder, arrangement, matching};

    fn loadings() -> Matrix {
        Matrix::from_values(4, 3, vec![0.1, -0.9, 0.5, 0.0, -0.8, 0.5, 0.7, 0.1, 0.5, 0.8, 0.0, 0.5]).unwrap()
    }

    #[test]
    fn factors_are_reflected_and_ordered_by_their_items() {
        let arranged = loadings().times(&arrangement(&loadings(), FactorOrder::Index, true, false));
        assert_eq!(arranged.row(0), [0.9, 0.5, 0.1]);
        let general = loadings().times(&arrangement(&loadings(), FactorOrder::Index, false, true));
        assert_eq!(general.row(0), [0.1, -0.9, 0.5]);
        let squares = loadings().times(&arrangement(&loadings(), FactorOrder::SumOfSquares, true, false));
        assert_eq!(squares.row(0), [0.9, 0.1, 0.5]);
    }

    #[test]
    fn matching_undoes_an_arrangement() {
        let arranged = loadings().times(&arrangement(&loadings(), FactorOrder::Index, true, false));
        assert_eq!(arranged.times(&matching(&arranged, &loadings())), loadings());
    }
}
