//! The heterotrait-monotrait ratio of correlations.

use covary_numerics::Matrix;

/// HTMT of two sets of items.
///
/// HTMT = mean |r| between the sets / √(mean |r| within the first · mean |r| within the second), arithmetic means.
///
/// `correlations`: p × p; `first`, `second`: positions of the items. `None` where a set has fewer than two items or
/// a mean within is 0.
///
/// # Source
/// Henseler, Ringle and Sarstedt (2015), with absolute correlations as in their later recommendation, so that
/// reverse-keyed items do not cancel.
pub fn htmt(correlations: &Matrix, first: &[usize], second: &[usize]) -> Option<f64> {
    if first.len() < 2 || second.len() < 2 {
        return None;
    }
    let between = mean(first.iter().flat_map(|&i| second.iter().map(move |&j| correlations[(i, j)].abs())))?;
    let within = |set: &[usize]| {
        let pairs = set.iter().enumerate().flat_map(|(k, &i)| set[..k].iter().map(move |&j| (i, j)));
        mean(pairs.map(|pair| correlations[pair].abs()))
    };
    let product = within(first)? * within(second)?;
    Some(between / product.sqrt()).filter(|ratio| ratio.is_finite())
}

/// HTMT of every pair of sets, in the order (1,2), (1,3), …, (2,3), ….
pub fn htmt_matrix(correlations: &Matrix, sets: &[Vec<usize>]) -> Vec<Option<f64>> {
    pairs(sets.len()).map(|(a, b)| htmt(correlations, &sets[a], &sets[b])).collect()
}

/// Pairs (a, b) with a < b < n, in the order of a table's rows.
pub(crate) fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b)))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), v| (sum + v, count + 1));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_correlations_give_one() {
        let correlations = Matrix::from_fn(4, 4, |i, j| if i == j { 1.0 } else { 0.5 });
        let ratio = htmt(&correlations, &[0, 1], &[2, 3]).unwrap();
        assert!((ratio - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_single_item_has_no_ratio() {
        assert_eq!(htmt(&Matrix::identity(3), &[0], &[1, 2]), None);
    }

    #[test]
    fn uncorrelated_items_within_have_no_ratio() {
        assert_eq!(htmt(&Matrix::identity(4), &[0, 1], &[2, 3]), None);
    }
}
