//! Which variables a single step works on: named on the command line, or found by name and scale.

use covary_analysis::{answers::answers_of, screening::reverse_score};
use covary_data::{Dataset, Variable};
use covary_study::{Construct, DraftInput, MeasuredBy, draft, read_study};

use super::{arguments::Items, commands::init::summaries, failure::Failure};

/// The name of the construct that `--items` makes.
const LIST: &str = "items";

/// The constructs that the command line names; without any, those that a draft of a study finds.
pub fn constructs(dataset: &Dataset, items: &Items) -> Result<Vec<Construct>, Failure> {
    let scale = scale(&items.scale)?;
    let mut constructs: Vec<Construct> =
        items.construct.iter().map(|text| named_construct(text, scale)).collect::<Result<_, _>>()?;
    if !items.items.is_empty() {
        constructs.push(construct(LIST, items.items.iter().map(|item| item.trim().to_string()).collect(), scale));
    }
    if constructs.is_empty() {
        constructs = found(dataset)?;
    }
    for item in &items.reverse {
        let owner = constructs.iter_mut().find(|c| c.items().contains(item));
        let owner =
            owner.ok_or_else(|| Failure::new(format!("--reverse \"{item}\": no such item among those analysed")))?;
        owner.reverse.push(item.clone());
    }
    Ok(constructs)
}

/// The dataset with reverse-keyed items turned about the ends of their scale, or about those found in the data.
pub fn reversed(mut dataset: Dataset, constructs: &[Construct]) -> Result<Dataset, Failure> {
    for (construct, item) in constructs.iter().flat_map(|c| c.reverse.iter().map(move |item| (c, item))) {
        let mut values = answers_of(&dataset, item, "--reverse")?;
        let scale = construct.scale.or_else(|| ends(&values));
        reverse_score(item, &mut values, scale)?;
        let variable = dataset.variable(item).cloned().unwrap_or_else(|| Variable::named(item));
        // Codes for "no answer" are absent from the new values; kept, they could meet a turned answer.
        let variable = Variable { missing: Default::default(), ..variable };
        dataset = dataset.with_numbers(variable, values).map_err(Failure::new)?;
    }
    Ok(dataset)
}

fn ends(values: &[Option<f64>]) -> Option<(f64, f64)> {
    let known = || values.iter().copied().flatten();
    Some((known().reduce(f64::min)?, known().reduce(f64::max)?))
}

fn scale(ends: &[f64]) -> Result<Option<(f64, f64)>, Failure> {
    match ends {
        [] => Ok(None),
        [low, high] if low < high => Ok(Some((*low, *high))),
        _ => Err(Failure::new("--scale takes the two ends of the answer scale, the lower first: --scale 1,5")),
    }
}

/// `NAME=A,B,…`
fn named_construct(text: &str, scale: Option<(f64, f64)>) -> Result<Construct, Failure> {
    let wrong =
        || Failure::new(format!("--construct \"{text}\": NAME=ITEM,ITEM,… is expected, such as F1=T11,T12,T13"));
    let (name, items) = text.split_once('=').ok_or_else(wrong)?;
    let items: Vec<String> =
        items.split(',').map(|item| item.trim().to_string()).filter(|item| !item.is_empty()).collect();
    if name.trim().is_empty() || items.is_empty() {
        return Err(wrong());
    }
    Ok(construct(name.trim(), items, scale))
}

fn construct(name: &str, items: Vec<String>, scale: Option<(f64, f64)>) -> Construct {
    Construct {
        name: name.to_string(),
        label: name.to_string(),
        measured_by: MeasuredBy::Items(items),
        scale,
        reverse: Vec::new(),
    }
}

fn found(dataset: &Dataset) -> Result<Vec<Construct>, Failure> {
    let input = DraftInput { file: "data.csv".to_string(), title: String::new(), columns: summaries(dataset) };
    match read_study(&draft(&input)) {
        Ok(file) => Ok(file.study.constructs),
        Err(_) => Err(Failure::new(
            "no items were found by name and scale; name them: --items A,B,C or --construct NAME=A,B,C",
        )),
    }
}

/// Constructs that were named as such; `--items` alone makes a list, not a construct.
pub fn stated(constructs: &[Construct]) -> Vec<Construct> {
    constructs.iter().filter(|construct| construct.name != LIST).cloned().collect()
}

/// All numeric variables.
pub fn numeric(dataset: &Dataset) -> Vec<String> {
    let columns = dataset.variables().iter().enumerate();
    let numeric = columns.filter(|(index, _)| matches!(dataset.column(*index), covary_data::Column::Numeric(_)));
    numeric.map(|(_, variable)| variable.name.clone()).collect()
}

/// Labels of the variables that have one: (name, label).
pub fn labels(dataset: &Dataset) -> Vec<(String, String)> {
    dataset.variables().iter().filter_map(|v| Some((v.name.clone(), v.label.clone()?))).collect()
}
