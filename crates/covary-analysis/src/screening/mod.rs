//! From the questionnaires sent to the cases that are analysed, each exclusion with its reason.

use covary_data::Dataset;
use covary_study::{Flag, OutOfScale};
use serde::Serialize;

/// The cases to analyse and how they came about.
#[derive(Clone, Debug)]
pub struct Screened {
    /// The valid cases; reverse-keyed items are scored in the direction of their construct, and codes
    /// for "no answer" on items are system-missing.
    pub valid: Dataset,
    /// The case of the survey file, from 1, of each valid case.
    pub case_numbers: Vec<usize>,
    /// What screening found.
    pub result: Screening,
}

/// What screening found.
///
/// Cases are numbered as in the survey file, from 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Screening {
    /// Questionnaires distributed, where the study says so.
    pub distributed: Option<u64>,
    /// Questionnaires returned: cases of the survey file.
    pub returned: usize,
    /// Cases analysed.
    pub valid: usize,
    /// returned / distributed, a proportion.
    pub response_rate: Option<f64>,
    /// valid / returned, a proportion. `None` when nothing was returned.
    pub validity_rate: Option<f64>,
    /// valid / distributed, a proportion.
    pub effective_rate: Option<f64>,
    /// Why cases were left out, in the order in which it was done; reasons without a case are not listed.
    pub exclusions: Vec<Exclusion>,
    /// Items and observed model variables that were looked at, items first.
    pub variables: Vec<String>,
    /// Answers outside their declared scale.
    pub out_of_scale: OutOfScaleAnswers,
    /// Missing answers, among the cases that meet the condition of the study.
    pub missing: MissingAnswers,
    /// Signs of careless answering, in the order of the study file.
    pub flags: Vec<FlagResult>,
    /// The cases farthest from the centroid, farthest first, at most 100, as AMOS lists them. Empty
    /// where the covariance matrix of the items has no inverse.
    pub farthest: Vec<FarthestCase>,
    /// Items that were reverse-scored: x becomes low + high − x.
    pub reversed: Vec<ReversedItem>,
}

/// Cases left out for one reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exclusion {
    /// Why.
    pub reason: ExclusionReason,
    /// The condition of the study as text, where that is the reason.
    pub rule: Option<String>,
    /// How many cases.
    pub cases: usize,
    /// Which.
    pub case_numbers: Vec<usize>,
    /// Cases left after it.
    pub remaining: usize,
}

/// Why a case is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionReason {
    /// The condition of the study is not met.
    Condition,
    /// The condition cannot be decided, because an answer it asks for is missing.
    ConditionUnknown,
    /// An answer on an item or model variable is missing.
    MissingAnswers,
    /// No item is answered at all.
    NoAnswers,
    /// An answer lies outside its scale.
    OutOfScale,
    /// A sign of careless answering.
    Flag(Flag),
}

/// Answers outside their declared scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutOfScaleAnswers {
    /// What was done about them.
    pub policy: OutOfScale,
    /// Each of them, by case and then item.
    pub answers: Vec<OutOfScaleAnswer>,
}

/// One answer outside its declared scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutOfScaleAnswer {
    /// The case.
    pub case: usize,
    /// The item.
    pub item: String,
    /// The answer.
    pub value: f64,
    /// Lower end of the scale.
    pub low: f64,
    /// Upper end of the scale.
    pub high: f64,
}

/// Missing answers on items and observed model variables.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingAnswers {
    /// Cases looked at.
    pub cases: usize,
    /// Cases without a missing answer.
    pub complete_cases: usize,
    /// Missing answers in all.
    pub answers: usize,
    /// Share of all answers that is missing, 0 to 100. `None` without cases.
    pub percent: Option<f64>,
    /// Per variable, in order.
    pub by_variable: Vec<MissingOfVariable>,
    /// Per case that misses any, in order.
    pub by_case: Vec<MissingOfCase>,
    /// Which variables are missing together; most frequent first, the complete pattern included.
    pub patterns: Vec<MissingPattern>,
    /// Whether the answers may be missing completely at random. `None` where nothing is missing or
    /// the test cannot be computed.
    pub little: Option<LittleTest>,
}

/// Missing answers of one variable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingOfVariable {
    /// The variable.
    pub variable: String,
    /// How many answers are missing.
    pub missing: usize,
    /// Of all cases looked at, 0 to 100.
    pub percent: f64,
}

/// Missing answers of one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingOfCase {
    /// The case.
    pub case: usize,
    /// The variables it did not answer.
    pub variables: Vec<String>,
}

/// Cases that miss the same variables.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingPattern {
    /// The missing variables; none: complete.
    pub missing: Vec<String>,
    /// How many cases.
    pub cases: usize,
}

/// Little's test that answers are missing completely at random.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LittleTest {
    /// d², asymptotically χ².
    pub chi_squared: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// P(χ²_df > d²).
    pub p: f64,
    /// Missing patterns, the complete one included; cases without any answer are not counted.
    pub patterns: usize,
    /// Iterations of the EM algorithm.
    pub iterations: usize,
    /// Whether the EM algorithm converged.
    pub converged: bool,
}

/// A sign of careless answering: the cut-off, and who is beyond it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlagResult {
    /// The sign.
    pub flag: Flag,
    /// Cases are flagged at or beyond this value, in the direction `beyond` says. `None` for
    /// duplicates, and where the sign could not be computed.
    pub cutoff: Option<f64>,
    /// Which side of the cut-off is flagged.
    pub beyond: Beyond,
    /// Who proposed the cut-off.
    pub source: &'static str,
    /// Flagged cases, in order.
    pub cases: Vec<FlaggedCase>,
    /// Whether the study drops them.
    pub dropped: bool,
    /// Why the sign could not be computed; `None` where it was.
    pub unavailable: Option<Unavailable>,
}

/// Which side of a cut-off is flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// Values at or above it.
    AtLeast,
    /// Values below it.
    Below,
    /// Values that occur again.
    Repeated,
}

/// Why a sign of careless answering could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unavailable {
    /// Even-odd consistency needs at least three constructs of two items.
    FewConstructs,
    /// The study names no column with the response time.
    NoTimeColumn,
    /// The covariance matrix of the items has no inverse, or no case is complete.
    SingularCovariance,
    /// Too few items or cases.
    FewAnswers,
}

/// A flagged case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlaggedCase {
    /// The case.
    pub case: usize,
    /// Its value: length of the run, standard deviation, consistency, d², the earlier case it
    /// repeats, or time.
    pub value: f64,
}

/// A case far from the centroid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FarthestCase {
    /// The case.
    pub case: usize,
    /// Squared Mahalanobis distance, covariance matrix with divisor N.
    pub d_squared: f64,
    /// P(χ²_p > d²): of this case to be so far.
    pub p1: f64,
    /// Of the k-th farthest case of N to be so far.
    pub p2: f64,
}

/// A reverse-scored item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReversedItem {
    /// The item.
    pub item: String,
    /// Lower end of the scale.
    pub low: f64,
    /// Upper end of the scale.
    pub high: f64,
}
