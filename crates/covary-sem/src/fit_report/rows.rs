//! The rows of the estimates, as lavaan's parameterEstimates() shows them.

use covary_numerics::distributions::{normal_quantile, normal_two_tailed};

use super::ParameterEstimate;
use crate::{
    Fit, Row,
    standardized::{Standardization, StandardizedEstimate, standardized_solution, standardized_values},
    syntax::Operator,
};

/// Every row but constraints, in the table's order.
pub(super) fn parameters(fit: &Fit) -> Vec<ParameterEstimate> {
    let standardized = Columns {
        lv: standardized_values(&fit.table, &fit.estimates, Standardization::Latent),
        all: standardized_solution(fit, Standardization::All),
        nox: standardized_values(&fit.table, &fit.estimates, Standardization::NotExogenous),
    };
    let shown = |row: &Row| !matches!(row.op, Operator::Equal | Operator::Less | Operator::Greater);
    let rows = fit.table.rows.iter().enumerate().filter(|(_, row)| shown(row));
    rows.map(|(k, row)| parameter(fit, k, row, &standardized)).collect()
}

struct Columns {
    lv: Vec<Option<f64>>,
    all: Vec<StandardizedEstimate>,
    nox: Vec<Option<f64>>,
}

fn parameter(fit: &Fit, k: usize, row: &Row, standardized: &Columns) -> ParameterEstimate {
    let est = fit.estimates[k];
    let estimated = row.free.is_some() || row.op == Operator::Define;
    let se = fit.standard_errors[k].filter(|se| estimated && *se > 0.0);
    let z = est.zip(se).map(|(est, se)| est / se);
    let (ci_lower, ci_upper) = interval(fit, est, se, estimated);
    ParameterEstimate {
        lhs: row.lhs.clone(),
        op: row.op,
        rhs: row.rhs.clone(),
        group: row.group,
        level: row.level,
        label: row.label.clone(),
        free: row.free.map_or(0, |k| k + 1),
        est,
        se,
        z,
        pvalue: z.map(normal_two_tailed),
        ci_lower,
        ci_upper,
        std_lv: standardized.lv[k],
        std_all: standardized.all[k].estimate,
        std_all_se: standardized.all[k].standard_error,
        std_all_ci_lower: standardized.all[k].lower,
        std_all_ci_upper: standardized.all[k].upper,
        std_nox: standardized.nox[k],
    }
}

/// est ± z · S.E.; of a fixed value the value itself.
fn interval(fit: &Fit, est: Option<f64>, se: Option<f64>, estimated: bool) -> (Option<f64>, Option<f64>) {
    if !estimated {
        return (est, est);
    }
    let half_width = se.zip(normal_quantile(0.5 + fit.settings.level / 2.0)).map(|(se, z)| z * se);
    let limits = est.zip(half_width);
    (limits.map(|(est, half)| est - half), limits.map(|(est, half)| est + half))
}
