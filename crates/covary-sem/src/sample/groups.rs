//! Which case belongs to which group.

use covary_data::{Column, Dataset};

use crate::{SemError, Settings};

/// The groups of the data and the group of every case (`None`: in none).
pub(super) struct Groups {
    /// Labels in the order of the blocks; empty with one group.
    pub labels: Vec<String>,
    /// Position in `labels` (0 with one group) of every case.
    pub of_case: Vec<Option<usize>>,
}

/// Groups in the order in which they first occur in the data, or as `group_label` says.
///
/// Numeric codes are printed without decimals where they have none.
pub(super) fn groups(dataset: &Dataset, settings: &Settings) -> Result<Groups, SemError> {
    let Some(name) = &settings.group else {
        return Ok(Groups { labels: Vec::new(), of_case: vec![Some(0); dataset.cases()] });
    };
    let label_of_case = labels_of_cases(dataset, name)?;
    let found = in_order_of_appearance(&label_of_case);
    let labels = if settings.group_label.is_empty() { found.clone() } else { settings.group_label.clone() };
    if let Some(unknown) = labels.iter().find(|label| !found.contains(label)) {
        let known = found.join(", ");
        return Err(SemError::Data(format!("no case with {name} = \"{unknown}\"; the data have {known}")));
    }
    if labels.is_empty() {
        return Err(SemError::Data(format!("the grouping variable \"{name}\" has no value in any case")));
    }
    let of_case =
        label_of_case.iter().map(|label| labels.iter().position(|known| Some(known) == label.as_ref())).collect();
    Ok(Groups { labels, of_case })
}

pub(super) fn labels_of_cases(dataset: &Dataset, name: &str) -> Result<Vec<Option<String>>, SemError> {
    let index = dataset.position(name).ok_or_else(|| super::cases::unknown_variable(dataset, name))?;
    Ok(match dataset.column(index) {
        Column::Numeric(_) => {
            let numbers = dataset.numbers(name).map_err(|error| SemError::Data(error.to_string()))?;
            // `to_string` prints 1.0 as 1 and 1.5 as 1.5.
            numbers.iter().map(|number| number.map(|value| value.to_string())).collect()
        }
        Column::Text(_) => (0..dataset.cases()).map(|case| dataset.text(index, case).map(str::to_string)).collect(),
    })
}

fn in_order_of_appearance(labels: &[Option<String>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for label in labels.iter().flatten() {
        if seen.insert(label) {
            found.push(label.clone());
        }
    }
    found
}
