//! From the questionnaires sent to the cases that are analysed, each exclusion with its reason.

mod careless;
mod little;
mod mahalanobis;
mod missing;
mod sieve;
mod survey;

use covary_data::{Dataset, Variable, variable::LabelledValue};
use covary_study::{Flag, Missing, OutOfScale, Study, condition::Value};
use serde::Serialize;

use self::{careless::Candidates, sieve::Sieve};
pub use self::{
    careless::SIGNS,
    little::little_test,
    mahalanobis::{Distance, farthest, squared_mahalanobis},
    missing::missing_answers,
    survey::{ScreenedItem, Survey},
};
use crate::{AnalysisError, answers::position_of};

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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct OutOfScaleAnswers {
    /// What was done about them.
    pub policy: OutOfScale,
    /// Each of them, by case and then item.
    pub answers: Vec<OutOfScaleAnswer>,
}

/// One answer outside its declared scale.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MissingOfVariable {
    /// The variable.
    pub variable: String,
    /// How many answers are missing.
    pub missing: usize,
    /// Of all cases looked at, 0 to 100.
    pub percent: f64,
}

/// Missing answers of one case.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MissingOfCase {
    /// The case.
    pub case: usize,
    /// The variables it did not answer.
    pub variables: Vec<String>,
}

/// Cases that miss the same variables.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MissingPattern {
    /// The missing variables; none: complete.
    pub missing: Vec<String>,
    /// How many cases.
    pub cases: usize,
}

/// Little's test that answers are missing completely at random.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FlagResult {
    /// The sign.
    pub flag: Flag,
    /// Cases are flagged at or beyond this value, in the direction `beyond` says. `None` for
    /// duplicates, and where the sign could not be computed.
    pub cutoff: Option<f64>,
    /// Which side of the cut-off is flagged.
    pub beyond: Beyond,
    /// What the cut-off is.
    pub rule: CutoffRule,
    /// Who proposed it; `None` where it is the study's own or a convention without a source.
    pub source: Option<&'static str>,
    /// Flagged cases, in order.
    pub cases: Vec<FlaggedCase>,
    /// Whether the study drops them.
    pub dropped: bool,
    /// Why the sign could not be computed; `None` where it was.
    pub unavailable: Option<Unavailable>,
}

/// What a cut-off is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CutoffRule {
    /// Half of the items.
    HalfOfItems,
    /// Two standard deviations below the mean of the sample. No absolute cut-off is published.
    TwoSdBelowMean,
    /// Consistency of .30.
    Consistency30,
    /// p1 of .001.
    P1Below001,
    /// The same answers to all items, or the same identification, as an earlier case.
    SameAsEarlier,
    /// Two seconds per item.
    TwoSecondsPerItem,
    /// As the study file says.
    StudyFile,
}

/// Which side of a cut-off is flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FlaggedCase {
    /// The case.
    pub case: usize,
    /// Its value: length of the run, standard deviation, consistency, d² or time.
    pub value: Option<f64>,
    /// The earlier case that a duplicate repeats.
    pub repeats: Option<usize>,
}

/// A case far from the centroid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ReversedItem {
    /// The item.
    pub item: String,
    /// Lower end of the scale.
    pub low: f64,
    /// Upper end of the scale.
    pub high: f64,
}

/// From the returned questionnaires to the cases that are analysed.
///
/// In this order: the condition of the study; answers outside their scale, listed (and made missing
/// where the study says so); missing answers, counted, and cases left out that miss any (or, when
/// missing answers are kept, all); cases with answers outside their scale, where the study drops
/// them; signs of careless answering, and the cases of those that the study drops. Last,
/// reverse-keyed items are scored in the direction of their construct.
///
/// # Errors
/// An unknown variable, text in an item, answers outside the scale where the study stops at them, a
/// reverse-keyed item without a scale, no case left, too few cases, a constant item.
pub fn screen(dataset: &Dataset, study: &Study) -> Result<Screened, AnalysisError> {
    let plan = &study.screening;
    for name in plan.id.iter().chain(&plan.time) {
        position_of(dataset, name, "screening")?;
    }
    let mut survey = Survey::read(dataset, study)?;
    let mut sieve = Sieve::new(dataset.cases());

    sift_by_condition(&mut sieve, dataset, study)?;
    let out_of_scale = survey.out_of_scale(sieve.remaining());
    match plan.out_of_scale {
        OutOfScale::Error => stop_at_first(&out_of_scale)?,
        OutOfScale::Missing => survey.make_missing(&out_of_scale),
        OutOfScale::Report | OutOfScale::Drop => {}
    }
    let missing = missing_answers(&survey, sieve.remaining());
    match plan.missing {
        Missing::Listwise => sieve.exclude(ExclusionReason::MissingAnswers, None, |case| survey.misses_any(case)),
        Missing::Fiml => sieve.exclude(ExclusionReason::NoAnswers, None, |case| survey.misses_all(case)),
    }
    if plan.out_of_scale == OutOfScale::Drop {
        sieve.exclude(ExclusionReason::OutOfScale, None, |case| out_of_scale.iter().any(|a| a.case == case + 1));
    }
    sieve.check_any_left()?;
    let candidates = Candidates { dataset, survey: &survey, plan, cases: sieve.remaining().to_vec() };
    let distances = squared_mahalanobis(&survey, sieve.remaining());
    let flags: Vec<FlagResult> = careless::flags(&candidates, distances.as_deref());
    for flag in flags.iter().filter(|flag| flag.dropped) {
        let is_flagged = |case| flag.cases.iter().any(|flagged| flagged.case == case + 1);
        sieve.exclude(ExclusionReason::Flag(flag.flag), None, is_flagged);
    }
    sieve.check_any_left()?;
    survey.check_enough(sieve.remaining())?;

    let (returned, valid) = (dataset.cases(), sieve.remaining().len());
    let rate = |part: usize| study.data.distributed.filter(|sent| *sent > 0).map(|sent| part as f64 / sent as f64);
    Ok(Screened {
        valid: survey.scored(dataset)?.select_cases(sieve.remaining()),
        case_numbers: sieve.remaining().iter().map(|case| case + 1).collect(),
        result: Screening {
            distributed: study.data.distributed,
            returned,
            valid,
            response_rate: rate(returned),
            validity_rate: (returned > 0).then(|| valid as f64 / returned as f64),
            effective_rate: rate(valid),
            exclusions: sieve.into_exclusions(),
            variables: survey.variables(),
            out_of_scale: OutOfScaleAnswers { policy: plan.out_of_scale, answers: out_of_scale },
            missing,
            flags,
            farthest: distances.map_or_else(Vec::new, |distances| farthest(&distances, survey.items.len())),
            reversed: survey.reversed(),
        },
    })
}

fn sift_by_condition(sieve: &mut Sieve, dataset: &Dataset, study: &Study) -> Result<(), AnalysisError> {
    let Some(condition) = &study.screening.keep else { return Ok(()) };
    for name in condition.variables() {
        position_of(dataset, name, "screening.keep")?;
    }
    let holds: Vec<Option<bool>> = (0..dataset.cases())
        .map(|case| condition.holds(|name| value_of(dataset, name, case)))
        .collect::<Result<_, _>>()
        .map_err(|mismatch| {
            AnalysisError::Request(format!("screening.keep: {}; {}", mismatch.message, mismatch.help))
        })?;
    let rule = Some(condition.to_string());
    sieve.exclude(ExclusionReason::Condition, rule.clone(), |case| holds[case] == Some(false));
    sieve.exclude(ExclusionReason::ConditionUnknown, rule, |case| holds[case].is_none());
    Ok(())
}

/// The answer of one case, for a condition.
fn value_of<'a>(dataset: &'a Dataset, name: &str, case: usize) -> Value<'a> {
    let Some(index) = dataset.position(name) else { return Value::Missing };
    let number = dataset.raw_number(index, case).filter(|x| !dataset.variables()[index].missing.contains(*x));
    match (number, dataset.text(index, case)) {
        (Some(number), _) => Value::Number(number),
        (None, Some(text)) => Value::Text(text),
        (None, None) => Value::Missing,
    }
}

fn stop_at_first(answers: &[OutOfScaleAnswer]) -> Result<(), AnalysisError> {
    let Some(first) = answers.first() else { return Ok(()) };
    Err(AnalysisError::OutOfScale {
        item: first.item.clone(),
        case: first.case,
        value: first.value,
        low: first.low,
        high: first.high,
        count: answers.len(),
    })
}

/// Scores a reverse-keyed item in the direction of its construct: x becomes low + high − x.
///
/// # Errors
/// No scale to reverse it on.
pub fn reverse_score(item: &str, values: &mut [Option<f64>], scale: Option<(f64, f64)>) -> Result<(), AnalysisError> {
    let (low, high) = scale.ok_or_else(|| AnalysisError::ReverseWithoutScale { item: item.to_string() })?;
    for value in values.iter_mut().flatten() {
        *value = low + high - *value;
    }
    Ok(())
}

/// A reverse-scored variable: each label goes with its answer.
fn reversed_labels(variable: &Variable, (low, high): (f64, f64)) -> Variable {
    let mut reversed = variable.clone();
    for label in &mut reversed.value_labels {
        if let LabelledValue::Number(value) = &mut label.value {
            *value = low + high - *value;
        }
    }
    reversed.value_labels.reverse();
    reversed
}
