//! Variants of an index: from the standard χ², from the scaled one, robust.

use serde::Serialize;
use serde_json::{Map, Value};

/// Which form of a fit measure is shown and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IndexVariant {
    /// From the standard χ².
    Standard,
    /// Robust against non-normality or for missing values (Brosseau-Liard, Savalei and Li 2012, 2014; Zhang and Savalei 2023).
    Robust,
    /// From the scaled χ².
    Scaled,
}

impl IndexVariant {
    /// The variant of a measure that is to be reported: robust where there is one, scaled where there is only that.
    pub fn reported(measures: &Map<String, Value>, measure: &str) -> Self {
        let exists = |variant: &Self| measures.get(&variant.of(measure)).is_some_and(Value::is_number);
        [IndexVariant::Robust, IndexVariant::Scaled].into_iter().find(exists).unwrap_or(IndexVariant::Standard)
    }

    /// lavaan's name of this variant of a measure: `cfi.robust`.
    pub fn of(self, measure: &str) -> String {
        match self {
            IndexVariant::Standard => measure.to_string(),
            IndexVariant::Robust => format!("{measure}.robust"),
            IndexVariant::Scaled => format!("{measure}.scaled"),
        }
    }
}
