//! The list of checks, and what they look at.

use std::cmp::Reverse;

use covary_sem::FitReport;
use covary_study::Study;

use super::{Finding, FindingCode, FindingFigure, Severity, answers, fit, measurement, mediation, structure};
use crate::{
    adequacy::Adequacy, descriptives::Descriptives, effects::Effects, factors::FactorAnalysis, hypotheses::Decision,
    method_bias::MethodBias, pilot::Pilot, reliability::Reliability, screening::Screening, validity::Validity,
};

/// Everything a reviewer can look at.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The plan.
    pub study: &'a Study,
    /// Which cases count.
    pub screening: &'a Screening,
    /// The pre-survey.
    pub pilot: Option<&'a Pilot>,
    /// Descriptive statistics.
    pub descriptives: &'a Descriptives,
    /// KMO and Bartlett.
    pub adequacy: Option<&'a Adequacy>,
    /// Exploratory factor analysis.
    pub factors: Option<&'a FactorAnalysis>,
    /// Reliability.
    pub reliability: &'a Reliability,
    /// Validity.
    pub validity: &'a Validity,
    /// Method variance.
    pub method_bias: &'a MethodBias,
    /// The measurement model.
    pub measurement: &'a FitReport,
    /// The structural model.
    pub structural: Option<&'a FitReport>,
    /// Effects.
    pub effects: Option<&'a Effects>,
    /// Decisions.
    pub hypotheses: &'a [Decision],
}

impl<'a> Evidence<'a> {
    /// The models that were fitted, with their names.
    pub fn models(&self) -> impl Iterator<Item = (&'static str, &'a FitReport)> {
        [("measurement_model", Some(self.measurement)), ("structural_model", self.structural)]
            .into_iter()
            .filter_map(|(name, report)| Some((name, report?)))
    }

    /// The model whose fit is judged: the structural one where there is one.
    pub fn main_model(&self) -> (&'static str, &'a FitReport) {
        self.structural.map_or(("measurement_model", self.measurement), |s| ("structural_model", s))
    }
}

/// A check: evidence in, findings out.
pub type Check = fn(&Evidence) -> Vec<Finding>;

/// All checks. One line each.
pub const CHECKS: &[(&str, Check)] = &[
    ("estimation", fit::estimation),
    ("global_fit", fit::global_fit),
    ("misleading_indices", fit::misleading_indices),
    ("local_fit", fit::local_fit),
    ("sample_size", fit::sample_size),
    ("discriminant_validity", measurement::discriminant_validity),
    ("convergent_validity", measurement::convergent_validity),
    ("loadings", measurement::loadings),
    ("reliability", measurement::reliability),
    ("alpha_if_deleted", measurement::alpha_if_deleted),
    ("adequacy", measurement::adequacy),
    ("factor_count", measurement::factor_count),
    ("cross_loadings", measurement::cross_loadings),
    ("same_sample", measurement::same_sample),
    ("method_bias", measurement::method_bias),
    ("pilot", measurement::pilot),
    ("interval_changes_decision", mediation::interval_changes_decision),
    ("bootstrap_disagrees", mediation::bootstrap_disagrees),
    ("resamples", mediation::resamples),
    ("interval_kind", mediation::interval_kind),
    ("proportion", mediation::proportion),
    ("power", mediation::power),
    ("collinearity", structure::collinearity),
    ("high_r_square", structure::high_r_square),
    ("exogenous_uncorrelated", structure::exogenous_uncorrelated),
    ("left_out_constructs", structure::left_out_constructs),
    ("stability", structure::stability),
    ("cross_sectional", structure::cross_sectional),
    ("normality", answers::normality),
    ("ordinal_items", answers::ordinal_items),
    ("missing_data", answers::missing_data),
    ("out_of_scale", answers::out_of_scale),
    ("careless_answers", answers::careless_answers),
];

/// What a careful reviewer would say: the most serious first, within a degree in the order of [`CHECKS`].
pub fn review(evidence: &Evidence) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|(_, check)| check(evidence)).collect();
    findings.sort_by_key(|finding| Reverse(rank(finding.severity)));
    findings
}

fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Serious => 2,
        Severity::Caution => 1,
        Severity::Note => 0,
    }
}

/// A finding; figures that do not exist are left out.
pub(super) fn finding<S: Into<String>>(
    code: FindingCode,
    severity: Severity,
    subjects: impl IntoIterator<Item = S>,
    figures: &[(&str, Option<f64>)],
) -> Finding {
    let figures = figures
        .iter()
        .filter_map(|(name, value)| Some(FindingFigure { name: (*name).to_string(), value: (*value)? }))
        .collect();
    Finding { code, severity, subjects: subjects.into_iter().map(Into::into).collect(), figures }
}
