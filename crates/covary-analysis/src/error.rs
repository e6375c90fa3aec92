//! What cannot be computed at all. What was computed but needs a look is a value in the result.

use covary_data::DatasetError;
use covary_sem::SemError;

/// Why a step of the analysis has no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AnalysisError {
    /// A variable is unknown, or holds text where numbers are needed.
    #[error(transparent)]
    Data(#[from] DatasetError),
    /// The model could not be read or fitted.
    #[error(transparent)]
    Model(#[from] SemError),
    /// A variable that the data do not have.
    #[error("{wanted_by} names \"{name}\", which is not in the data{}", nearest_hint(.nearest))]
    UnknownVariable {
        /// The name.
        name: String,
        /// What asks for it: `construct F1`, `keep`, `profile`.
        wanted_by: String,
        /// The nearest name in the data.
        nearest: Option<String>,
    },
    /// Text in an item.
    #[error(
        "item \"{item}\" holds text: case {case} has \"{text}\", a number is needed; \
         recode the answer or declare the text as missing"
    )]
    TextInItem {
        /// The item.
        item: String,
        /// The first case with text, from 1.
        case: usize,
        /// The text.
        text: String,
    },
    /// Answers outside the declared scale, where the study says that the run stops.
    #[error(
        "{count} answer(s) lie outside the declared scale; the first is {value} for item \"{item}\" in case {case}, \
         the scale runs from {low} to {high}; correct the data or set screening.out_of_scale"
    )]
    OutOfScale {
        /// The item.
        item: String,
        /// The first case, from 1.
        case: usize,
        /// Its answer.
        value: f64,
        /// Lower end of the scale.
        low: f64,
        /// Upper end of the scale.
        high: f64,
        /// How many such answers there are.
        count: usize,
    },
    /// No case is left after screening.
    #[error("no case is left after screening {returned} returned questionnaires: {reasons}; loosen [screening]")]
    NothingLeft {
        /// Returned questionnaires.
        returned: usize,
        /// Exclusions with their counts, in order.
        reasons: String,
    },
    /// Fewer cases than the method needs.
    #[error("{what} needs at least {needed} complete cases, there are {found}")]
    TooFewCases {
        /// The method.
        what: String,
        /// Cases there are.
        found: usize,
        /// Cases needed.
        needed: usize,
    },
    /// An item that all cases answered alike.
    #[error(
        "item \"{item}\" is constant: all {cases} valid cases answered {value}, so it correlates with nothing; \
         leave it out of its construct"
    )]
    ConstantItem {
        /// The item.
        item: String,
        /// The answer.
        value: f64,
        /// Cases.
        cases: usize,
    },
    /// A reverse-keyed item without a scale to reverse it on.
    #[error("item \"{item}\" is reverse-keyed, but its construct has no scale; add scale = [low, high]")]
    ReverseWithoutScale {
        /// The item.
        item: String,
    },
    /// A correlation matrix that has no inverse.
    #[error("{what}: the correlation matrix of the items has no inverse; {help}")]
    Singular {
        /// The method.
        what: String,
        /// What would help.
        help: String,
    },
    /// A hypothesis about something that the model does not have.
    #[error("line {line}: hypothesis {name} (\"{rule}\"): {message}; {help}")]
    Hypothesis {
        /// The hypothesis.
        name: String,
        /// Its rule, as written.
        rule: String,
        /// Line of the study file.
        line: usize,
        /// What the model lacks.
        message: String,
        /// What would help.
        help: String,
    },
    /// A request that the method cannot meet.
    #[error("{0}")]
    Request(String),
}

fn nearest_hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!("; the nearest name there is \"{name}\""))
}
