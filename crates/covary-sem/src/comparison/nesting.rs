//! Whether one model is nested in another: what every difference test takes for granted.

use serde::Serialize;

use crate::{
    Data, Fit, GroupMoments, Likelihood, ParameterTable, Settings,
    fit::fit_table,
    settings::{EstimatorName, MissingValues, StandardErrors, TestName},
};

/// A discrepancy per case below this is none: a χ² of 0.0003 with 300 cases.
const NO_DISCREPANCY: f64 = 1e-6;

/// How two models stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nesting {
    /// Whatever moments the restricted model implies, the other can imply, too.
    Nested,
    /// They imply the same moments and fit equally well whatever the data: these cannot decide between them.
    Equivalent,
    /// The restricted model is no special case of the other.
    NotNested,
    /// It could not be found out: models of two levels, or no convergence.
    Unknown,
}

/// Whether `restricted`, which has at least as many degrees of freedom, is nested in `full`.
///
/// The NET procedure: `full` is fitted by ML to the moments that `restricted` implies at its estimates; the models are
/// nested when nothing is left over. With equal degrees of freedom they are then equivalent.
///
/// The procedure looks at one point. Models that are not nested could, by rare chance, meet right there.
///
/// # Source
/// Bentler and Satorra (2010), Psychological Methods 15, 111–123.
pub fn nesting(restricted: &Fit, full: &Fit) -> Nesting {
    if restricted.degrees_of_freedom < full.degrees_of_freedom {
        return Nesting::NotNested;
    }
    match discrepancy_at(restricted, full) {
        None => Nesting::Unknown,
        Some(discrepancy) if discrepancy > NO_DISCREPANCY => Nesting::NotNested,
        Some(_) if restricted.degrees_of_freedom == full.degrees_of_freedom => Nesting::Equivalent,
        Some(_) => Nesting::Nested,
    }
}

/// What `full` leaves over of the moments that `restricted` implies, per case. `None` where it could not be fitted.
fn discrepancy_at(restricted: &Fit, full: &Fit) -> Option<f64> {
    let found = fitted_to_implied(restricted, full)?;
    let discrepancy = discrepancy(&found);
    (found.converged() || discrepancy <= NO_DISCREPANCY).then_some(discrepancy)
}

fn discrepancy(fit: &Fit) -> f64 {
    2.0 * fit.objective
}

/// `full` fitted by ML to the moments that `restricted` implies, the best of two starts. `None` where it cannot be.
pub(super) fn fitted_to_implied(restricted: &Fit, full: &Fit) -> Option<Fit> {
    let data = Data::Moments(implied_moments(restricted)?);
    let settings = settings(full);
    let mut best: Option<Fit> = None;
    for table in [full.table.clone(), started_at(&full.table, &full.estimates)] {
        let Ok(found) = fit_table(table, &data, &settings) else { continue };
        if discrepancy(&found) <= NO_DISCREPANCY {
            return Some(found);
        }
        if best.as_ref().is_none_or(|other| discrepancy(&found) < discrepancy(other)) {
            best = Some(found);
        }
    }
    best
}

/// The implied moments as a sample of the same size; means that are not modelled are the sample's.
fn implied_moments(fit: &Fit) -> Option<Vec<GroupMoments>> {
    if fit.implied.len() != fit.table.blocks.len() || fit.table.blocks.iter().any(|block| block.level > 1) {
        return None;
    }
    let blocks = fit.table.blocks.iter().zip(&fit.sample.blocks).zip(&fit.implied);
    let moments = blocks.map(|((block, sample), implied)| {
        let n = sample.cases as f64;
        let factor = match fit.settings.conventions.likelihood {
            Likelihood::Wishart => 1.0,
            Likelihood::Normal | Likelihood::Amos => n / (n - 1.0),
        };
        GroupMoments {
            label: block.group_label.clone(),
            cases: sample.cases,
            names: block.observed.clone(),
            covariance: implied.covariance.scaled(factor),
            mean: implied.mean.clone().or_else(|| sample.mean.clone()),
        }
    });
    Some(moments.collect())
}

/// Maximum likelihood from moments and nothing beyond the estimates.
fn settings(full: &Fit) -> Settings {
    Settings {
        estimator: EstimatorName::Ml,
        se: Some(StandardErrors::None),
        tests: vec![TestName::Standard],
        information: None,
        information_of_tests: None,
        observed_information: [None; 2],
        h1_information: [None; 2],
        missing: MissingValues::Listwise,
        auxiliary: Vec::new(),
        cluster: None,
        sampling_weights: None,
        std_ov: false,
        bootstrap: None,
        wald: Vec::new(),
        score_test: false,
        score_test_add: Vec::new(),
        ..full.settings.clone()
    }
}

/// The table with the estimates as starting values.
fn started_at(table: &ParameterTable, estimates: &[Option<f64>]) -> ParameterTable {
    let mut table = table.clone();
    for (row, estimate) in table.rows.iter_mut().zip(estimates) {
        if row.free.is_some() {
            row.start = *estimate;
        }
    }
    table
}
