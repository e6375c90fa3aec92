//! Critical ratios for differences between structural paths.

use covary_numerics::distributions::normal_two_tailed;
use covary_sem::{Fit, Operator};

use super::PathDifference;

/// At most so many paths are compared in pairs: 50 give 1,225 rows, more than anyone reads.
const MOST_PATHS: usize = 50;

/// The difference of every pair of free structural paths, over all groups.
///
/// C.R. = (θ_i − θ_j) / √(v_ii + v_jj − 2 v_ij), as AMOS's "critical ratios for differences". Without a covariance matrix of
/// the estimates only the differences are given. Paths held equal by a constraint differ by 0 with no standard error.
pub fn path_differences(fit: &Fit) -> Vec<PathDifference> {
    let paths: Vec<usize> = (0..fit.table.rows.len())
        .filter(|&row| fit.table.rows[row].op == Operator::Regression && fit.table.rows[row].free.is_some())
        .take(MOST_PATHS)
        .collect();
    let mut differences = Vec::new();
    for (k, &left) in paths.iter().enumerate() {
        differences.extend(paths[k + 1..].iter().filter_map(|&right| path_difference(fit, left, right)));
    }
    differences
}

fn path_difference(fit: &Fit, left: usize, right: usize) -> Option<PathDifference> {
    let rows = &fit.table.rows;
    let difference = fit.estimates[left]? - fit.estimates[right]?;
    let (i, j) = (rows[left].free?, rows[right].free?);
    let variance = fit.vcov.as_ref().map(|v| v[(i, i)] + v[(j, j)] - 2.0 * v[(i, j)]);
    // Equal by constraint: the variance is zero up to rounding of the two variances.
    let rounding = fit.vcov.as_ref().map_or(0.0, |v| 1e-12 * (v[(i, i)] + v[(j, j)]));
    let se = variance.filter(|v| *v > rounding).map(f64::sqrt);
    let z = se.map(|se| difference / se);
    Some(PathDifference {
        left: (rows[left].rhs.clone(), rows[left].lhs.clone()),
        right: (rows[right].rhs.clone(), rows[right].lhs.clone()),
        left_group: rows[left].group,
        right_group: rows[right].group,
        difference,
        se,
        z,
        p: z.map(normal_two_tailed),
    })
}
