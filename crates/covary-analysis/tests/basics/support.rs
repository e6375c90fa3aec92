//! Data, reference values and comparisons for the tests.

use covary_data::{Column, Dataset, Variable};
use covary_numerics::Matrix;
use covary_study::{Construct, Study, read_study};
use serde_json::Value;

pub const CONSTRUCTS: [(&str, &str, usize); 5] =
    [("F1", "T1", 5), ("F2", "T2", 6), ("F3", "T3", 4), ("M", "M", 5), ("Y", "Y", 4)];

/// A dataset of numbers; empty fields are missing.
pub fn read_csv(text: &str) -> Dataset {
    let mut lines = text.lines().map(|line| line.trim_start_matches('\u{feff}'));
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<f64>> =
        lines.map(|line| line.split(',').map(|field| field.trim().parse().unwrap_or(f64::NAN)).collect()).collect();
    let columns = (0..names.len()).map(|j| Column::Numeric(rows.iter().map(|row| row[j]).collect()));
    Dataset::new(names.iter().map(|name| Variable::named(*name)).collect(), columns.collect()).unwrap()
}

pub fn survey() -> Dataset {
    read_csv(include_str!("../../../../examples/yongkang/survey.csv"))
}

pub fn valid_items() -> Dataset {
    read_csv(include_str!("../../../../examples/yongkang/valid_items.csv"))
}

pub fn pilot_data() -> Dataset {
    read_csv(include_str!("../../../../examples/yongkang/pilot.csv"))
}

pub fn grant_white_girls() -> Dataset {
    read_csv(include_str!("../data/grnt_fem.csv"))
}

pub fn reference() -> Value {
    serde_json::from_str(include_str!("../data/yongkang_reference.json")).unwrap()
}

pub fn from_r() -> Value {
    serde_json::from_str(include_str!("../data/yongkang_r.json")).unwrap()
}

pub fn study_with(screening: &str, constructs: &str) -> Study {
    let text = format!(
        "[study]\ntitle = \"Test\"\n[data]\nfile = \"survey.csv\"\ndistributed = 285\n[pilot]\nfile = \"pilot.csv\"\n\
         drop_below = 0.5\nitems = {{ F1 = [\"T16\"] }}\n[screening]\n{screening}\n[profile]\n\
         variables = [\"education\", \"years\", \"unit\", \"job\"]\n{constructs}\n\
         [model]\npaths = \"\"\"\nM ~ F1 + F2\nY ~ M\n\"\"\"\n[bootstrap]\nseed = 20211101\n"
    );
    match read_study(&text) {
        Ok(file) => file.study,
        Err(faults) => panic!("{faults:#?}\n{text}"),
    }
}

pub fn constructs_text() -> String {
    let text = CONSTRUCTS.iter().map(|(name, prefix, items)| {
        let items: Vec<String> = (1..=*items).map(|k| format!("\"{prefix}{k}\"")).collect();
        format!("[constructs.{name}]\nlabel = \"{name}\"\nitems = [{}]\nscale = [1, 5]\n", items.join(", "))
    });
    text.collect()
}

pub fn study(screening: &str) -> Study {
    study_with(screening, &constructs_text())
}

pub fn constructs() -> Vec<Construct> {
    study("").constructs
}

pub fn items() -> Vec<String> {
    covary_analysis::answers::items_of(&constructs())
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list")).iter().map(number).collect()
}

pub fn matrix(value: &Value) -> Matrix {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(numbers).collect();
    Matrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

#[track_caller]
pub fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "found {found}, expected {expected}, tolerance {tolerance}");
}

#[track_caller]
pub fn all_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (k, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance, "element {k}: found {f}, expected {e}, tolerance {tolerance}");
    }
}

#[track_caller]
pub fn matrix_close(found: &Matrix, expected: &Matrix, tolerance: f64) {
    assert_eq!((found.rows(), found.columns()), (expected.rows(), expected.columns()));
    all_close(found.values(), expected.values(), tolerance);
}

/// The dataset with its cases in another order: every third first.
pub fn in_another_order(dataset: &Dataset) -> Dataset {
    let n = dataset.cases();
    let order: Vec<usize> = (0..3).flat_map(|start| (start..n).step_by(3)).collect();
    dataset.select_cases(&order)
}

/// The dataset with `change` applied to the answers of one item.
pub fn with_changed(dataset: &Dataset, item: &str, change: impl Fn(f64) -> f64) -> Dataset {
    let values = dataset.numbers(item).unwrap().into_iter().map(|value| value.map(&change)).collect();
    dataset.clone().with_numbers(Variable::named(item), values).unwrap()
}
