//! Each item against the rest of its scale.

use covary_numerics::{Matrix, linalg::Cholesky};

use super::{ItemTotal, cronbach_alpha};
use crate::answers::Moments;

/// Item-total statistics of the items of one scale, in order; none with fewer than two.
///
/// # Source
/// Same as SPSS RELIABILITY, "Item-Total Statistics".
pub fn item_total(items: &[String], moments: &Moments) -> Vec<ItemTotal> {
    if items.len() < 2 {
        return Vec::new();
    }
    let squared_multiple = squared_multiple_correlations(&moments.covariance);
    (0..items.len())
        .map(|j| {
            let others: Vec<usize> = (0..items.len()).filter(|k| *k != j).collect();
            let rest = moments.covariance.select(&others, &others);
            ItemTotal {
                item: items[j].clone(),
                scale_mean_if_deleted: others.iter().map(|&k| moments.means[k]).sum(),
                scale_variance_if_deleted: rest.values().iter().sum(),
                corrected_item_total: corrected_item_total(&moments.covariance, j),
                squared_multiple_correlation: squared_multiple.as_ref().map(|r2| r2[j]),
                alpha_if_deleted: cronbach_alpha(&rest),
            }
        })
        .collect()
}

/// The correlation of item j with the sum of the other items, from their covariance matrix.
///
/// `None` where either does not vary.
pub fn corrected_item_total(covariance: &Matrix, j: usize) -> Option<f64> {
    let variance = covariance[(j, j)];
    let with_all: f64 = covariance.row(j).iter().sum();
    let with_others = with_all - variance;
    let of_others = covariance.values().iter().sum::<f64>() - 2.0 * with_all + variance;
    (variance > 0.0 && of_others > 0.0).then(|| with_others / (variance * of_others).sqrt())
}

/// R² of each variable on all others: 1 − 1/r^jj.
///
/// `None` where the correlation matrix has no inverse.
pub fn squared_multiple_correlations(covariance: &Matrix) -> Option<Vec<f64>> {
    let inverse = Cholesky::new(&covariance.to_correlation()?)?.inverse();
    Some(inverse.diagonal().iter().map(|r| 1.0 - 1.0 / r).collect())
}
