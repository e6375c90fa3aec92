//! The rows of the estimates, as lavaan's parameterEstimates() shows them.

use covary_numerics::distributions::{normal_quantile, normal_two_tailed};

use super::{
    ParameterEstimate,
    resampled::{Resampled, ResampledEstimate},
};
use crate::{
    Fit, Row,
    inference::incomplete::missing_information::fractions_of_missing_information,
    standardized::{Standardization, StandardizedEstimate, standardized_solution, standardized_values},
    syntax::Operator,
};

/// Every row but constraints and those of auxiliary variables, in the table's order.
pub(super) fn parameters(fit: &Fit, resampled: Option<&Resampled>) -> Vec<ParameterEstimate> {
    let standardized = Columns {
        lv: standardized_values(&fit.table, &fit.estimates, Standardization::Latent),
        all: standardized_solution(fit, Standardization::All),
        nox: standardized_values(&fit.table, &fit.estimates, Standardization::NotExogenous),
    };
    let shown = |row: &Row| {
        !matches!(row.op, Operator::Equal | Operator::Less | Operator::Greater) && !fit.table.is_auxiliary(row)
    };
    let limits = Limits::new(fit, resampled);
    let rows = fit.table.rows.iter().enumerate().filter(|(_, row)| shown(row));
    rows.map(|(k, row)| parameter(&limits, k, row, &standardized)).collect()
}

struct Columns {
    lv: Vec<Option<f64>>,
    all: Vec<StandardizedEstimate>,
    nox: Vec<Option<f64>>,
}

fn parameter(limits: &Limits, k: usize, row: &Row, standardized: &Columns) -> ParameterEstimate {
    let fit = limits.fit;
    let est = fit.estimates[k];
    let estimated = row.free.is_some() || row.op == Operator::Define;
    let se = fit.standard_errors[k].filter(|se| estimated && *se > 0.0);
    let z = est.zip(se).map(|(est, se)| est / se);
    let boot = limits.resampled.map(|resampled| resampled.row(k, estimated));
    let (ci_lower, ci_upper) = limits.of(k, se, estimated, boot.as_ref());
    ParameterEstimate {
        lhs: row.lhs.clone(),
        op: row.op,
        rhs: row.rhs.clone(),
        group: row.group,
        level: row.level,
        label: row.label.clone(),
        free: fit.free_position(k).map_or(0, |position| position + 1),
        est,
        se,
        z,
        pvalue: z.map(normal_two_tailed),
        ci_lower,
        ci_upper,
        fmi: limits.missing_information.get(k).copied().flatten(),
        std_lv: standardized.lv[k],
        std_all: standardized.all[k].estimate,
        std_all_se: standardized.all[k].standard_error,
        std_all_ci_lower: standardized.all[k].lower,
        std_all_ci_upper: standardized.all[k].upper,
        std_nox: standardized.nox[k],
        boot,
    }
}

/// Limits of the estimates, by row: from the resamples where there are some, else est ± z · S.E.
struct Limits<'a> {
    fit: &'a Fit,
    z: Option<f64>,
    resampled: Option<&'a Resampled<'a>>,
    missing_information: Vec<Option<f64>>,
}

impl<'a> Limits<'a> {
    fn new(fit: &'a Fit, resampled: Option<&'a Resampled<'a>>) -> Self {
        Limits {
            fit,
            z: normal_quantile(0.5 + fit.settings.level / 2.0),
            resampled,
            missing_information: fractions_of_missing_information(fit),
        }
    }

    /// Lower and upper limit of a row; of a fixed value the value itself.
    fn of(
        &self,
        row: usize,
        se: Option<f64>,
        estimated: bool,
        resampled: Option<&ResampledEstimate>,
    ) -> (Option<f64>, Option<f64>) {
        let est = self.fit.estimates[row];
        if !estimated {
            return (est, est);
        }
        if let Some(resampled) = resampled {
            let figure = resampled.est;
            return (figure.and_then(|figure| figure.ci_lower), figure.and_then(|figure| figure.ci_upper));
        }
        let half_width = se.zip(self.z).map(|(se, z)| z * se);
        let limits = est.zip(half_width);
        (limits.map(|(est, half)| est - half), limits.map(|(est, half)| est + half))
    }
}
