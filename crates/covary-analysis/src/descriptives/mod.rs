//! Items and construct scores: location, spread, shape, correlations.

mod correlations;
mod mardia;
mod percentiles;
mod shape;

use covary_data::Dataset;
use covary_numerics::{
    Matrix,
    moments::{CentralMoments, central_moments},
};
use covary_study::Construct;
use serde::Serialize;

pub use self::{
    correlations::{correlation, correlation_p},
    mardia::{mardia, squared_distances},
    percentiles::haverage,
    shape::{amos_shape, spss_shape},
};
use crate::{
    AnalysisError,
    answers::{Answers, answers_of, construct_of},
    reliability::cronbach_alpha,
};

/// Descriptive statistics of items and construct scores.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Descriptives {
    /// Cases.
    pub cases: usize,
    /// Per item, in order.
    pub items: Vec<Description>,
    /// Per construct score: the mean of its items, of cases that answered all of them.
    pub constructs: Vec<Description>,
    /// Multivariate normality of the items, complete cases. `None` where their covariance matrix has
    /// no inverse.
    pub mardia: Option<Mardia>,
    /// Correlations of construct scores and observed model variables.
    pub correlations: CorrelationTable,
    /// How often each answer was given, per item.
    pub answers: Vec<AnswerFrequencies>,
}

/// One variable: location, spread, shape.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Description {
    /// Item or construct.
    pub name: String,
    /// Its label, where it has one.
    pub label: Option<String>,
    /// The construct an item belongs to; `None` of a construct.
    pub construct: Option<String>,
    /// Cases with an answer.
    pub n: usize,
    /// Cases without.
    pub missing: usize,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation, divisor N − 1. `None` with fewer than two cases.
    pub sd: Option<f64>,
    /// Smallest.
    pub minimum: Option<f64>,
    /// Largest.
    pub maximum: Option<f64>,
    /// Quartiles (25, 50, 75) by HAVERAGE, as SPSS computes percentiles.
    pub quartiles: Option<[f64; 3]>,
    /// Skewness and kurtosis as SPSS prints them. `None` where they do not exist (too few cases, no variance).
    pub spss: Option<SpssShape>,
    /// Skewness and kurtosis as AMOS prints them.
    pub amos: Option<AmosShape>,
}

/// Skewness and kurtosis with standard errors, as SPSS prints them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SpssShape {
    /// G₁, skewness corrected for bias. `None` with fewer than three cases.
    pub skewness: Option<f64>,
    /// Its standard error.
    pub skewness_se: Option<f64>,
    /// G₂, excess kurtosis corrected for bias. `None` with fewer than four cases.
    pub kurtosis: Option<f64>,
    /// Its standard error.
    pub kurtosis_se: Option<f64>,
}

/// Skewness and kurtosis with critical ratios, as AMOS prints them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AmosShape {
    /// m₃ / m₂^1.5, moments with divisor N.
    pub skewness: f64,
    /// skewness / √(6/N).
    pub skewness_cr: f64,
    /// m₄ / m₂² − 3, moments with divisor N.
    pub kurtosis: f64,
    /// kurtosis / √(24/N).
    pub kurtosis_cr: f64,
}

/// Mardia's multivariate skewness and kurtosis, both ways.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Mardia {
    /// Complete cases.
    pub n: usize,
    /// Variables p.
    pub variables: usize,
    /// b₁,p, covariance matrix with divisor N.
    pub skewness: f64,
    /// N b₁,p / 6, asymptotically χ².
    pub skewness_chi_squared: f64,
    /// p(p + 1)(p + 2) / 6.
    pub skewness_df: f64,
    /// P(χ² > statistic).
    pub skewness_p: f64,
    /// b₂,p, covariance matrix with divisor N.
    pub kurtosis: f64,
    /// b₂,p − p(p + 2).
    pub excess_kurtosis: f64,
    /// excess / √(8p(p + 2)/N).
    pub kurtosis_cr: f64,
    /// Two-tailed normal probability of `kurtosis_cr`.
    pub kurtosis_p: f64,
    /// b₂,p − p(p + 2)(N − 1)/(N + 1): the "multivariate" kurtosis that AMOS prints.
    pub amos_kurtosis: f64,
    /// Its critical ratio, as AMOS prints it.
    pub amos_cr: f64,
    /// Two-tailed normal probability of `amos_cr`.
    pub amos_p: f64,
}

/// Correlations of construct scores and observed model variables, with M, SD and alpha.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CorrelationTable {
    /// The variables, in order.
    pub variables: Vec<CorrelationVariable>,
    /// Correlations below the diagonal: `pairs[i][j]`, j < i.
    pub pairs: Vec<Vec<Correlation>>,
}

/// A row of the correlation table.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CorrelationVariable {
    /// Construct or variable.
    pub name: String,
    /// Its name for readers.
    pub label: Option<String>,
    /// Mean of the score.
    pub mean: Option<f64>,
    /// Standard deviation of the score, divisor N − 1.
    pub sd: Option<f64>,
    /// Cronbach's alpha, for the diagonal; `None` of a single item or observed variable.
    pub alpha: Option<f64>,
}

/// A Pearson correlation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Correlation {
    /// Cases with both answers.
    pub n: usize,
    /// r. `None` where one of the variables does not vary.
    pub r: Option<f64>,
    /// Two-tailed probability by t = r √((n − 2)/(1 − r²)). `None` with fewer than three cases.
    pub p: Option<f64>,
}

/// How often each answer to an item was given.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AnswerFrequencies {
    /// The item.
    pub item: String,
    /// The question, where the file has it.
    pub label: Option<String>,
    /// The construct it belongs to.
    pub construct: Option<String>,
    /// Every point of the declared scale, answered or not, and every other answer that occurs.
    pub counts: Vec<AnswerCount>,
    /// Cases that answered.
    pub n: usize,
    /// Whether the item was reverse-scored (set by the study's screening, not by its answers).
    pub reversed: bool,
}

/// One answer and how often it was given.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AnswerCount {
    /// The answer.
    pub value: f64,
    /// Its meaning, where declared.
    pub label: Option<String>,
    /// Cases.
    pub count: usize,
    /// Of the cases that answered, 0 to 100. `None` when nobody did.
    pub percent: Option<f64>,
}

/// A correlation matrix that the report shows in full, with one-tailed probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CorrelationMatrix {
    /// The items.
    pub items: Vec<String>,
    /// Correlations.
    pub correlations: Matrix,
    /// One-tailed probabilities, as SPSS's FACTOR prints them; 0.5 where r = 0, the diagonal 0.
    pub one_tailed: Matrix,
}

/// Descriptive statistics of `items`, of the scores of `constructs`, and of `observed` variables
/// beside them in the correlation table.
///
/// Statistics of one variable use every case that answered it; Mardia's coefficients use complete
/// cases; correlations use the cases that have both scores.
///
/// # Errors
/// An unknown variable, or text in one.
pub fn describe(
    dataset: &Dataset,
    items: &[String],
    constructs: &[Construct],
    observed: &[String],
) -> Result<Descriptives, AnalysisError> {
    let answers = Answers::read(dataset, items, "the list of items")?;
    let scores: Vec<Score> = scores(dataset, constructs)?;
    let item_descriptions = answers.items.iter().zip(&answers.values).map(|(item, values)| {
        let construct = construct_of(constructs, item).map(|construct| construct.name.clone());
        description(item, label_of(dataset, item), construct, values)
    });
    let construct_descriptions = scores
        .iter()
        .map(|score| description(&score.construct.name, Some(score.construct.label.clone()), None, &score.values));
    let frequencies =
        answers.items.iter().zip(&answers.values).map(|(item, values)| frequencies(dataset, constructs, item, values));
    Ok(Descriptives {
        cases: dataset.cases(),
        items: item_descriptions.collect(),
        constructs: construct_descriptions.collect(),
        mardia: mardia(&answers.complete().values),
        correlations: correlation_table(dataset, &scores, observed)?,
        answers: frequencies.collect(),
    })
}

/// Location, spread and shape of one variable.
pub fn description(
    name: &str,
    label: Option<String>,
    construct: Option<String>,
    values: &[Option<f64>],
) -> Description {
    let mut answered: Vec<f64> = values.iter().copied().flatten().collect();
    answered.sort_by(f64::total_cmp);
    let moments = central_moments(&answered);
    Description {
        name: name.to_string(),
        label,
        construct,
        n: answered.len(),
        missing: values.len() - answered.len(),
        mean: moments.map(|m| m.mean),
        sd: moments.and_then(|m| sample_sd(&m)),
        minimum: answered.first().copied(),
        maximum: answered.last().copied(),
        quartiles: quartiles(&answered),
        spss: moments.and_then(|m| spss_shape(&m)),
        amos: moments.and_then(|m| amos_shape(&m)),
    }
}

/// Standard deviation, divisor N − 1. `None` with fewer than two cases.
pub(crate) fn sample_sd(moments: &CentralMoments) -> Option<f64> {
    (moments.n >= 2).then(|| (moments.sum2 / (moments.n as f64 - 1.0)).sqrt())
}

fn quartiles(sorted: &[f64]) -> Option<[f64; 3]> {
    Some([haverage(sorted, 0.25)?, haverage(sorted, 0.5)?, haverage(sorted, 0.75)?])
}

/// The score of a construct: the mean of its items, of cases that answered all of them.
#[derive(Clone, Debug)]
pub struct Score<'a> {
    /// The construct.
    pub construct: &'a Construct,
    /// One score per case.
    pub values: Vec<Option<f64>>,
    /// Cronbach's alpha of its items.
    pub alpha: Option<f64>,
}

/// Scores of the constructs that items measure, in order.
///
/// # Errors
/// An unknown variable, or text in one.
pub fn scores<'a>(dataset: &Dataset, constructs: &'a [Construct]) -> Result<Vec<Score<'a>>, AnalysisError> {
    constructs
        .iter()
        .filter(|construct| !construct.items().is_empty())
        .map(|construct| {
            let answers = Answers::read(dataset, construct.items(), &format!("construct {}", construct.name))?;
            let alpha = answers.complete().moments().and_then(|moments| cronbach_alpha(&moments.covariance));
            Ok(Score { construct, values: mean_scores(&answers), alpha })
        })
        .collect()
}

fn mean_scores(answers: &Answers) -> Vec<Option<f64>> {
    (0..answers.cases)
        .map(|case| {
            let sum: Option<f64> = answers.values.iter().map(|item| item[case]).sum();
            sum.map(|sum| sum / answers.values.len() as f64)
        })
        .collect()
}

fn correlation_table(
    dataset: &Dataset,
    scores: &[Score],
    observed: &[String],
) -> Result<CorrelationTable, AnalysisError> {
    let of_scores = scores.iter().map(|score| {
        let construct = score.construct;
        Ok((construct.name.clone(), Some(construct.label.clone()), score.alpha, score.values.clone()))
    });
    let of_observed = observed.iter().map(|name| {
        let values = answers_of(dataset, name, "the model")?;
        Ok((name.clone(), label_of(dataset, name), None, values))
    });
    let columns: Vec<_> = of_scores.chain(of_observed).collect::<Result<_, AnalysisError>>()?;
    let variables = columns.iter().map(|(name, label, alpha, values)| {
        let moments = central_moments(&values.iter().copied().flatten().collect::<Vec<_>>());
        CorrelationVariable {
            name: name.clone(),
            label: label.clone(),
            mean: moments.map(|m| m.mean),
            sd: moments.and_then(|m| sample_sd(&m)),
            alpha: *alpha,
        }
    });
    let pairs =
        (0..columns.len()).map(|i| (0..i).map(|j| correlation(&columns[i].3, &columns[j].3)).collect()).collect();
    Ok(CorrelationTable { variables: variables.collect(), pairs })
}

/// How often each answer was given: every whole point of a declared scale of at most 11 points, and
/// every other answer that occurs, by value.
fn frequencies(dataset: &Dataset, constructs: &[Construct], item: &str, values: &[Option<f64>]) -> AnswerFrequencies {
    let construct = construct_of(constructs, item);
    let answered: Vec<f64> = values.iter().copied().flatten().collect();
    let mut points = construct.and_then(|construct| construct.scale).map_or_else(Vec::new, scale_points);
    points.extend(&answered);
    points.sort_by(f64::total_cmp);
    points.dedup();
    let variable = dataset.variable(item);
    let counts = points.into_iter().map(|value| {
        let count = answered.iter().filter(|answer| **answer == value).count();
        AnswerCount {
            value,
            label: variable.and_then(|variable| variable.value_label(value)).map(str::to_string),
            count,
            percent: (!answered.is_empty()).then(|| 100.0 * count as f64 / answered.len() as f64),
        }
    });
    AnswerFrequencies {
        item: item.to_string(),
        label: label_of(dataset, item),
        construct: construct.map(|construct| construct.name.clone()),
        counts: counts.collect(),
        n: answered.len(),
        reversed: construct.is_some_and(|construct| construct.reverse.iter().any(|name| name == item)),
    }
}

/// The points of an answer scale; none of a long or fractional one, which is a slider or a percentage.
fn scale_points((low, high): (f64, f64)) -> Vec<f64> {
    let whole = low.fract() == 0.0 && high.fract() == 0.0;
    if !whole || high < low || high - low > 10.0 {
        return Vec::new();
    }
    (0..=(high - low) as usize).map(|step| low + step as f64).collect()
}

pub(crate) fn label_of(dataset: &Dataset, name: &str) -> Option<String> {
    dataset.variable(name)?.label.clone()
}
