//! Everything a study gives: what `results.json` holds.

use covary_sem::FitReport;
use serde::Serialize;

use crate::{
    adequacy::Adequacy, descriptives::Descriptives, effects::Effects, factors::FactorAnalysis, findings::Finding,
    hypotheses::Decision, method_bias::MethodBias, pilot::Pilot, profile::Profile, reliability::Reliability,
    screening::Screening, validity::Validity,
};

/// Everything a study gives, in the order of its steps.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Results {
    /// `covary.results/1`
    pub schema: &'static str,
    /// Title of the study.
    pub title: String,
    /// The constructs, as planned.
    pub constructs: Vec<covary_study::Construct>,
    /// Labels of items and constructs, where the data or the study give one: (name, label).
    pub labels: Vec<(String, String)>,
    /// Which cases count.
    pub screening: Screening,
    /// The pre-survey.
    pub pilot: Option<Pilot>,
    /// The sample profile.
    pub profile: Profile,
    /// Descriptive statistics.
    pub descriptives: Descriptives,
    /// KMO, Bartlett, anti-image; `None` where the items' correlation matrix has no inverse.
    pub adequacy: Option<Adequacy>,
    /// Exploratory factor analysis.
    pub factors: Option<FactorAnalysis>,
    /// Reliability of each construct.
    pub reliability: Reliability,
    /// AVE, CR, HTMT.
    pub validity: Validity,
    /// Common method variance.
    pub method_bias: MethodBias,
    /// The confirmatory factor analysis.
    pub measurement_model: FitReport,
    /// The structural model; `None` where the study has none.
    pub structural_model: Option<FitReport>,
    /// The model as lavaan syntax.
    pub model_text: String,
    /// Direct, indirect and total effects.
    pub effects: Option<Effects>,
    /// The decisions.
    pub hypotheses: Vec<Decision>,
    /// What a careful reviewer would say.
    pub findings: Vec<Finding>,
    /// How the figures came about.
    pub provenance: Provenance,
}

/// How the figures came about: enough to get them again.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Provenance {
    /// `covary`
    pub program: &'static str,
    /// Its version.
    pub version: String,
    /// Seed of every random stream.
    pub seed: u64,
    /// Resamples.
    pub resamples: usize,
    /// Convention followed.
    pub convention: covary_study::ConventionName,
    /// The data file, as the study names it.
    pub data_file: String,
    /// Its SHA-256.
    pub data_sha256: String,
    /// The SHA-256 of the study file.
    pub study_sha256: String,
    /// What the importer did that a reader should know.
    pub import_notes: Vec<String>,
    /// The plan, defaults filled in.
    pub settings: covary_study::Study,
}
