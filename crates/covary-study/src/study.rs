//! The plan of a study, checked: what the study file says once it has been read.

use serde::Serialize;

use crate::{Condition, Hypothesis};

/// Everything the researcher states before the data are looked at.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Study {
    /// Title of the study; empty where the file gives none.
    pub title: String,
    /// Whose conventions the numbers follow.
    pub convention: ConventionName,
    /// Languages of the report, first the main one.
    pub languages: Vec<Language>,
    /// The survey file.
    pub data: DataPlan,
    /// The pre-survey, when there was one.
    pub pilot: Option<PilotPlan>,
    /// Which cases count.
    pub screening: ScreeningPlan,
    /// Variables of the sample profile, in order.
    pub profile: Vec<String>,
    /// Constructs, in the file's order.
    pub constructs: Vec<Construct>,
    /// Exploratory factor analysis.
    pub factors: FactorsPlan,
    /// The structural model. `None`: the study ends with the measurement model.
    pub model: Option<ModelPlan>,
    /// Resampling.
    pub bootstrap: BootstrapPlan,
    /// Hypotheses, in the file's order.
    pub hypotheses: Vec<Hypothesis>,
    /// Significance level of the decisions (default .05).
    pub alpha: f64,
    /// What is written.
    pub report: ReportPlan,
}

/// Whose conventions the numbers follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConventionName {
    /// AMOS: the default of a study file.
    #[default]
    Amos,
    /// lavaan: the default of single commands.
    Lavaan,
    /// Mplus.
    Mplus,
}

/// A language of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

/// Where the answers are and how to read them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct DataPlan {
    /// Path relative to the study file, as written.
    pub file: String,
    /// Questionnaires distributed.
    pub distributed: Option<u64>,
    /// Worksheet of an Excel file.
    pub sheet: Option<String>,
    /// Character encoding of a text or legacy file.
    pub encoding: Option<String>,
    /// Field separator of a text file.
    pub delimiter: Option<char>,
    /// Decimal mark of a text file.
    pub decimal: Option<char>,
    /// Codes for "no answer": ("*" or a variable, codes). A pilot that states none has those of the study.
    pub missing_codes: Vec<(String, Vec<f64>)>,
}

/// The pre-survey.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PilotPlan {
    /// Its data.
    pub data: DataPlan,
    /// An item that loads below this is dropped (default .5).
    pub drop_below: f64,
    /// Items asked in the pilot beyond those of the study, by construct: (construct, items).
    pub items: Vec<(String, Vec<String>)>,
}

/// Which cases count, and what is only flagged.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ScreeningPlan {
    /// Cases outside this condition are excluded.
    pub keep: Option<Condition>,
    /// Missing answers on items and model variables.
    pub missing: Missing,
    /// Values outside a declared scale.
    pub out_of_scale: OutOfScale,
    /// Signs of careless answering to report (default: all that need only the answers); with `time` where the file names
    /// a column of response times.
    pub flags: Vec<Flag>,
    /// Flags whose cases are dropped, all of them among `flags` (default: none).
    pub drop: Vec<Flag>,
    /// Column that holds the response time.
    pub time: Option<String>,
    /// Flagged as fast below so many seconds (or the column's unit).
    pub time_below: Option<f64>,
    /// Columns that identify a respondent, for duplicates.
    pub id: Vec<String>,
}

/// What is done about missing answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// Cases with a missing answer on an item or model variable are left out.
    #[default]
    Listwise,
    /// All answers are used, by full information maximum likelihood.
    Fiml,
}

/// What is done about values outside a declared scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutOfScale {
    /// Listed, and used as they are.
    #[default]
    Report,
    /// Treated as missing.
    Missing,
    /// The case is left out.
    Drop,
    /// The run stops.
    Error,
}

/// A sign of careless or doubtful answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Flag {
    /// Longest run of identical answers.
    Longstring,
    /// Intra-individual response variability.
    Irv,
    /// Even-odd consistency.
    Evenodd,
    /// Mahalanobis distance, with AMOS's p1 and p2.
    Mahalanobis,
    /// The same answers, or the same id, twice.
    Duplicates,
    /// Response time.
    Time,
}

impl Flag {
    /// The word for it in a study file.
    pub fn word(self) -> &'static str {
        match self {
            Flag::Longstring => "longstring",
            Flag::Irv => "irv",
            Flag::Evenodd => "evenodd",
            Flag::Mahalanobis => "mahalanobis",
            Flag::Duplicates => "duplicates",
            Flag::Time => "time",
        }
    }
}

/// What a set of items, or of other constructs, measures.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Construct {
    /// Name in formulas.
    pub name: String,
    /// Name for readers; the name where none is given.
    pub label: String,
    /// What measures it.
    pub measured_by: MeasuredBy,
    /// Ends of the answer scale.
    pub scale: Option<(f64, f64)>,
    /// Reverse-keyed items.
    pub reverse: Vec<String>,
}

/// Items, or constructs of a construct of second order.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MeasuredBy {
    /// Names of items.
    Items(Vec<String>),
    /// Names of constructs.
    Constructs(Vec<String>),
}

impl Construct {
    /// Its items; none of a second-order construct.
    pub fn items(&self) -> &[String] {
        match &self.measured_by {
            MeasuredBy::Items(items) => items,
            MeasuredBy::Constructs(_) => &[],
        }
    }
}

/// Exploratory factor analysis.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FactorsPlan {
    /// How factors are extracted.
    pub extraction: Extraction,
    /// How they are rotated.
    pub rotation: RotationName,
    /// How many.
    pub count: FactorCount,
    /// SPSS's stopping rules (default); false: iterate to the optimum.
    pub spss_stopping: bool,
    /// Loadings below this in absolute value are left blank in print (default .40).
    pub blank_below: f64,
    /// Whether factor scores are computed.
    pub scores: bool,
}

/// How factors are extracted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Extraction {
    /// Principal components.
    #[default]
    Pca,
    /// Principal axis factoring.
    Paf,
    /// Maximum likelihood.
    Ml,
}

/// How factors are rotated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RotationName {
    /// Not at all.
    None,
    /// Varimax with Kaiser normalisation.
    #[default]
    Varimax,
    /// Quartimax.
    Quartimax,
    /// Equamax.
    Equamax,
    /// Promax, κ = 4.
    Promax,
    /// Direct oblimin, δ = 0.
    Oblimin,
}

/// How many factors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FactorCount {
    /// Eigenvalues greater than 1.
    #[default]
    Kaiser,
    /// Parallel analysis.
    Parallel,
    /// This many.
    Fixed(usize),
}

/// The structural model and how it is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ModelPlan {
    /// Formulas in lavaan's language, without the measurement part; of `file`, its text once read.
    pub paths: String,
    /// The file the formulas stand in, relative to the study file.
    pub file: Option<String>,
    /// Line of the study file on which `paths` begins, for messages.
    pub first_line: usize,
    /// Further options, by lavaan's names, as given (value as JSON), in order.
    pub options: Vec<(String, serde_json::Value)>,
}

/// Resampling.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BootstrapPlan {
    /// Number of resamples; 0: none. Default 5,000 when there is a model.
    pub resamples: usize,
    /// Kind of interval (default percentile: Tibbe & Montoya 2022).
    pub interval: IntervalKind,
    /// Confidence level (default .95).
    pub level: f64,
    /// Seed of the random streams (default [`DEFAULT_SEED`](crate::DEFAULT_SEED)), below 2⁵³.
    pub seed: u64,
}

/// Kind of bootstrap interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IntervalKind {
    /// Quantiles of the resamples.
    #[default]
    Percentile,
    /// Efron's bias-corrected quantiles, AMOS's BC.
    BiasCorrected,
    /// Bias-corrected and accelerated.
    Bca,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ReportPlan {
    /// Formats, as words (`html`, `json`, …; default these two).
    pub formats: Vec<String>,
}
