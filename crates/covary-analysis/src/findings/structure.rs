//! Checks on the structural model.

use covary_sem::{FitReport, Operator};

use super::{Evidence, Finding, FindingCode, Severity, review::finding};
use crate::{effects::EffectKind, method_bias::vif_from_correlations, model_text::constructs_in_model};

/// VIF above 5 among the predictors of an outcome (Hair et al., 2019), from the implied correlations.
pub fn collinearity(evidence: &Evidence) -> Vec<Finding> {
    let Some(report) = evidence.structural.filter(|r| r.converged) else { return Vec::new() };
    let outcomes: Vec<&str> = unique(report.parameters.iter().filter(|p| is_path(p)).map(|p| p.lhs.as_str()));
    let mut findings = Vec::new();
    for outcome in outcomes {
        let predictors: Vec<&str> =
            unique(report.parameters.iter().filter(|p| is_path(p) && p.lhs == outcome).map(|p| p.rhs.as_str()));
        let Some(vif) = predictor_vif(report, &predictors) else { continue };
        for (predictor, value) in predictors.iter().zip(vif) {
            if value > 5.0 {
                let figures = [("vif", Some(value)), ("cutoff", Some(5.0))];
                findings.push(finding(FindingCode::Collinearity, Severity::Caution, [*predictor, outcome], &figures));
            }
        }
    }
    findings
}

fn is_path(parameter: &covary_sem::fit_report::ParameterEstimate) -> bool {
    parameter.op == Operator::Regression && parameter.group <= 1
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// Only latent predictors: correlations of latent and observed ones are not among the reported figures.
fn predictor_vif(report: &FitReport, predictors: &[&str]) -> Option<Vec<f64>> {
    let block = report.latent_correlations.first()?;
    let positions: Vec<usize> =
        predictors.iter().map(|p| block.names.iter().position(|n| n == p)).collect::<Option<_>>()?;
    let correlations = block.cor.as_ref()?;
    vif_from_correlations(&correlations.select(&positions, &positions))
}

/// R² above .90 of a latent outcome.
pub fn high_r_square(evidence: &Evidence) -> Vec<Finding> {
    let Some(report) = evidence.structural.filter(|r| r.converged) else { return Vec::new() };
    let outcomes: Vec<&str> = unique(report.parameters.iter().filter(|p| is_path(p)).map(|p| p.lhs.as_str()));
    let high = report.r2.iter().filter_map(|r| {
        let value = r.value.filter(|v| *v > 0.9 && outcomes.contains(&r.variable.as_str()))?;
        let figures = [("r_square", Some(value)), ("cutoff", Some(0.9))];
        Some(finding(FindingCode::HighRSquare, Severity::Caution, [&r.variable], &figures))
    });
    high.collect()
}

/// Observed exogenous variables that the model holds uncorrelated with exogenous constructs while the scores correlate.
///
/// lavaan's language adds no covariance between an exogenous latent and an exogenous observed variable;
/// a correlation in the data of |r| ≥ .10 then biases paths and fit.
pub fn exogenous_uncorrelated(evidence: &Evidence) -> Vec<Finding> {
    let Some(report) = evidence.structural else { return Vec::new() };
    let predictors: Vec<&str> = unique(report.parameters.iter().filter(|p| is_path(p)).map(|p| p.rhs.as_str()));
    let outcomes: Vec<&str> = unique(report.parameters.iter().filter(|p| is_path(p)).map(|p| p.lhs.as_str()));
    let exogenous = || predictors.iter().filter(|name| !outcomes.contains(name));
    let is_construct = |name: &str| evidence.study.constructs.iter().any(|c| c.name == name);
    let table = &evidence.descriptives.correlations;
    let mut findings = Vec::new();
    for observed in exogenous().filter(|name| !is_construct(name)) {
        for construct in exogenous().filter(|name| is_construct(name)) {
            let stated = report.parameter(observed, Operator::Covariance, construct, 1).is_some()
                || report.parameter(construct, Operator::Covariance, observed, 1).is_some();
            let correlation = table.between(observed, construct).filter(|r| r.abs() >= 0.10);
            if let Some(r) = correlation.filter(|_| !stated) {
                let figures = [("correlation", Some(r))];
                findings.push(finding(
                    FindingCode::ExogenousUncorrelated,
                    Severity::Caution,
                    [*observed, *construct],
                    &figures,
                ));
            }
        }
    }
    findings
}

/// Constructs without a part in the structural model.
pub fn left_out_constructs(evidence: &Evidence) -> Vec<Finding> {
    if evidence.structural.is_none() {
        return Vec::new();
    }
    let inside = constructs_in_model(evidence.study);
    let outside: Vec<&String> = evidence
        .study
        .constructs
        .iter()
        .filter(|construct| !inside.iter().any(|c| c.name == construct.name))
        .map(|construct| &construct.name)
        .collect();
    if outside.is_empty() {
        return Vec::new();
    }
    vec![finding(FindingCode::ConstructNotInModel, Severity::Note, outside, &[])]
}

/// A stability index of 1 or more: effects of the loop do not settle (Bentler and Freeman, 1983).
pub fn stability(evidence: &Evidence) -> Vec<Finding> {
    let indices = evidence.effects.map_or(&[][..], |e| &e.stability_index);
    let unstable = indices.iter().flatten().find(|index| **index >= 1.0);
    unstable
        .map(|index| {
            finding(FindingCode::Unstable, Severity::Serious, std::iter::empty::<String>(), &[("index", Some(*index))])
        })
        .into_iter()
        .collect()
}

/// A mediation or direction in one survey: assumed, not shown (Maxwell and Cole, 2007).
pub fn cross_sectional(evidence: &Evidence) -> Vec<Finding> {
    let has_paths = evidence.effects.is_some_and(|e| e.effects.iter().any(|effect| effect.kind == EffectKind::Direct));
    let mediated = evidence.effects.map_or(0, |e| e.mediations.len());
    if !has_paths {
        return Vec::new();
    }
    vec![finding(
        FindingCode::CrossSectional,
        Severity::Note,
        std::iter::empty::<String>(),
        &[("mediations", Some(mediated as f64))],
    )]
}
