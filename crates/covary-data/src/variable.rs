//! A variable: its name, its label, what its values mean and which of them stand for no answer.

use serde::Serialize;

/// Measurement level, in SPSS's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// The file does not say.
    #[default]
    Unknown,
    /// Categories without order.
    Nominal,
    /// Ordered categories.
    Ordinal,
    /// Interval or ratio scale.
    Scale,
}

/// What one value means: 1 = "strongly disagree".
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ValueLabel {
    /// The value; of a text variable its text.
    pub value: LabelledValue,
    /// Its meaning.
    pub label: String,
}

/// A value that bears a label.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum LabelledValue {
    /// Of a numeric variable.
    Number(f64),
    /// Of a text variable.
    Text(String),
}

/// Codes that stand for "no answer": single values and closed ranges, of numeric variables; texts of text variables.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MissingCodes {
    /// Single numeric codes.
    pub values: Vec<f64>,
    /// Closed ranges (low, high); either end may be infinite.
    pub ranges: Vec<(f64, f64)>,
    /// Codes of a text variable.
    pub texts: Vec<String>,
}

impl MissingCodes {
    /// Whether `value` is one of the codes.
    pub fn contains(&self, value: f64) -> bool {
        self.values.contains(&value) || self.ranges.iter().any(|(low, high)| *low <= value && value <= *high)
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.ranges.is_empty() && self.texts.is_empty()
    }
}

/// A column's description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Variable {
    /// Name, unique in its dataset.
    pub name: String,
    /// Label: the question's text. `None` where the file has none.
    pub label: Option<String>,
    /// Measurement level.
    pub measure: Measure,
    /// Meanings of values, in the file's order.
    pub value_labels: Vec<ValueLabel>,
    /// User-missing codes.
    pub missing: MissingCodes,
}

impl Variable {
    /// A variable that has only a name.
    pub fn named(name: impl Into<String>) -> Self {
        Variable { name: name.into(), ..Variable::default() }
    }

    /// The label of a numeric value, where one is declared.
    pub fn value_label(&self, value: f64) -> Option<&str> {
        self.value_labels.iter().find(|l| l.value == LabelledValue::Number(value)).map(|l| l.label.as_str())
    }
}
