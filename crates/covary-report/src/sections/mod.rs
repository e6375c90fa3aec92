//! The sections of a report, one file each, in the order of a study.

mod adequacy;
mod amos;
mod comparison;
mod compose;
mod decisions;
mod descriptives;
mod effects;
mod estimates;
mod factors;
mod findings;
mod fit;
mod hypotheses;
mod invariance;
mod measurement;
mod method_bias;
mod parameter_tests;
mod pilot;
mod power;
mod profile;
mod provenance;
mod references;
mod reliability;
mod resamples;
mod residuals;
mod screening;
mod structural;
mod validity;

use covary_analysis::{
    Results, adequacy::Adequacy, descriptives::Descriptives, factors::FactorAnalysis, reliability::Reliability,
};
use covary_sem::{
    FitReport,
    comparison::{ComparisonReport, invariance::InvarianceReport},
    power::{PowerReport, rmsea::FitPowerReport},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    Report, Section, Text,
    place::{Place, at},
    words::{Sentence, Words},
};
use compose::{Context, Names};

/// The report of a whole study.
pub fn study_report(results: &Results, words: &dyn Words) -> Report {
    let root = Place::new(results, "");
    let context = Context { words, names: Names::new(&results.labels) };
    let sections = [
        Some(findings::section(&root, &context)),
        decisions::section(&root, &context),
        Some(screening::section(&at!(root.screening), &context)),
        at!(root.pilot).some().map(|pilot| pilot::section(&pilot, &context)),
        profile::section(&at!(root.profile), &context),
        Some(descriptives::section(&at!(root.descriptives), &context)),
        factors::section(at!(root.adequacy).some(), at!(root.factors).some(), &context),
        Some(reliability::section(&at!(root.reliability), &context)),
        Some(measurement::section(&root, &context)),
        Some(method_bias::section(&at!(root.method_bias), &context)),
        structural::section(&root, &context),
        effects::section(&root, &context),
        hypotheses::section(&root, &context),
        Some(provenance::section(&root, &context)),
    ];
    let screening = at!(root.screening);
    let valid = crate::place::number!(screening.valid, Count);
    let subtitle = words.say(Sentence::Subtitle { valid, convention: results.provenance.convention });
    document(&results.title, subtitle, sections.into_iter().flatten().collect(), results, words)
}

/// The report of a single fit: warnings, fit, estimates, residuals, modification indices.
pub fn fit_report_document(fit: &FitReport, title: &str, words: &dyn Words) -> Report {
    let root = Place::new(fit, "");
    let context = Context { words, names: Names::new(&[]) };
    let sections = structural::single_fit(&root, &context);
    document(title, Text::new(), sections, fit, words)
}

/// The report of a comparison of models: their fit, and each against the next.
pub fn comparison_document(comparison: &ComparisonReport, title: &str, words: &dyn Words) -> Report {
    let context = Context { words, names: Names::new(&[]) };
    let sections = comparison::sections(&Place::new(comparison, ""), &context);
    document(title, Text::new(), sections, comparison, words)
}

/// The report of a study of measurement invariance.
pub fn invariance_document(report: &InvarianceReport, title: &str, words: &dyn Words) -> Report {
    let context = Context { words, names: Names::new(&[]) };
    let sections = invariance::sections(&Place::new(report, ""), &context);
    document(title, Text::new(), sections, report, words)
}

/// The report of a study of power.
pub fn power_document(report: &PowerReport, title: &str, words: &dyn Words) -> Report {
    let context = Context { words, names: Names::new(&[]) };
    let sections = power::sections(&Place::new(report, ""), &context);
    document(title, Text::new(), sections, report, words)
}

/// The report of the power of tests of fit.
pub fn fit_power_document(report: &FitPowerReport, title: &str, words: &dyn Words) -> Report {
    let context = Context { words, names: Names::new(&[]) };
    let section = power::of_fit(&Place::new(report, ""), &context);
    document(title, Text::new(), vec![section], report, words)
}

/// The report of descriptive statistics alone. `labels`: (name, label).
pub fn describe_report(results: &Descriptives, labels: &[(String, String)], title: &str, words: &dyn Words) -> Report {
    let context = Context { words, names: Names::new(labels) };
    let section = descriptives::section(&Place::new(results, ""), &context);
    document(title, Text::new(), vec![section], results, words)
}

/// What `covary factors` gives: adequacy and factor analysis.
#[derive(Clone, Debug, Serialize)]
pub struct FactorResults {
    /// KMO, Bartlett, anti-image.
    pub adequacy: Option<Adequacy>,
    /// The factor analysis.
    pub factors: Option<FactorAnalysis>,
}

/// The report of a factor analysis alone. `labels`: (name, label).
pub fn factors_report(results: &FactorResults, labels: &[(String, String)], title: &str, words: &dyn Words) -> Report {
    let root = Place::new(results, "");
    let context = Context { words, names: Names::new(labels) };
    let section = factors::section(at!(root.adequacy).some(), at!(root.factors).some(), &context);
    document(title, Text::new(), section.into_iter().collect(), results, words)
}

/// The report of reliability alone. `labels`: (name, label).
pub fn reliability_report(
    results: &Reliability,
    labels: &[(String, String)],
    title: &str,
    words: &dyn Words,
) -> Report {
    let context = Context { words, names: Names::new(labels) };
    let section = reliability::section(&Place::new(results, ""), &context);
    document(title, Text::new(), vec![section], results, words)
}

/// A report with the list of the works it cites.
fn document<T: Serialize>(
    title: &str,
    subtitle: Text,
    mut sections: Vec<Section>,
    results: &T,
    words: &dyn Words,
) -> Report {
    sections.extend(references::section(&sections, words));
    Report {
        language: words.language(),
        title: vec![crate::Span::Verbatim(title.to_string())],
        subtitle,
        sections,
        results: json_of(results),
        labels: words.labels(),
    }
}

/// Results are plain structs, lists and maps with text keys: writing them as a value cannot fail.
fn json_of<T: Serialize>(results: &T) -> Value {
    serde_json::to_value(results).unwrap_or_else(|fault| Value::String(fault.to_string()))
}
