//! The rows of the estimates, as lavaan's parameterEstimates() shows them.

use covary_numerics::distributions::{normal_quantile, normal_two_tailed};

use super::ParameterEstimate;
use crate::{
    Fit, Row,
    estimate::defined::RowEstimates,
    inference::{
        bootstrap::jackknife,
        incomplete::missing_information::fractions_of_missing_information,
        intervals::{Interval, acceleration, interval},
    },
    settings::BootstrapInterval,
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
    let limits = Limits::new(fit);
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
    let (ci_lower, ci_upper) = limits.of(k, se, estimated);
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
    }
}

/// Limits of the estimates, by row: from the resamples where there are some, else est ± z · S.E.
struct Limits<'a> {
    fit: &'a Fit,
    z: Option<f64>,
    /// Estimates of every row in every usable resample.
    resamples: Vec<Vec<Option<f64>>>,
    accelerations: Vec<Option<f64>>,
    missing_information: Vec<Option<f64>>,
}

impl<'a> Limits<'a> {
    fn new(fit: &'a Fit) -> Self {
        let rows = RowEstimates::new(&fit.table);
        let resamples = match &fit.bootstrap {
            Some(bootstrap) => (0..bootstrap.theta.rows()).map(|b| rows.at(bootstrap.theta.row(b))).collect(),
            None => Vec::new(),
        };
        Limits {
            fit,
            z: normal_quantile(0.5 + fit.settings.level / 2.0),
            resamples,
            accelerations: accelerations(fit),
            missing_information: fractions_of_missing_information(fit),
        }
    }

    /// Lower and upper limit of a row; of a fixed value the value itself.
    fn of(&self, row: usize, se: Option<f64>, estimated: bool) -> (Option<f64>, Option<f64>) {
        let est = self.fit.estimates[row];
        if !estimated {
            return (est, est);
        }
        if self.fit.bootstrap.is_some() {
            let interval = self.of_resamples(row);
            return (interval.map(|interval| interval.lower), interval.map(|interval| interval.upper));
        }
        let half_width = se.zip(self.z).map(|(se, z)| z * se);
        let limits = est.zip(half_width);
        (limits.map(|(est, half)| est - half), limits.map(|(est, half)| est + half))
    }

    fn of_resamples(&self, row: usize) -> Option<Interval> {
        let kind = self.fit.settings.bootstrap?.interval;
        let values: Vec<f64> = self.resamples.iter().filter_map(|estimates| estimates[row]).collect();
        let acceleration = self.accelerations.get(row).copied().flatten();
        interval(kind, self.fit.estimates[row]?, &values, acceleration, self.fit.settings.level)
    }
}

/// Acceleration of every row, for BCa intervals alone: it needs a refit without each distinct case.
fn accelerations(fit: &Fit) -> Vec<Option<f64>> {
    if fit.bootstrap.is_none() || fit.settings.bootstrap.map(|chosen| chosen.interval) != Some(BootstrapInterval::Bca) {
        return Vec::new();
    }
    let Ok(refits) = jackknife(fit, &|refit| refit.estimates.to_vec()) else { return Vec::new() };
    let of_row = |row: usize| {
        let values: Vec<(f64, f64)> = refits
            .iter()
            .filter_map(|refit| Some((refit.weight, refit.observed.get(row).copied().flatten()?)))
            .collect();
        acceleration(&values)
    };
    (0..fit.table.rows.len()).map(of_row).collect()
}
