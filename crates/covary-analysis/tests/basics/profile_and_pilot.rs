use covary_analysis::{pilot::pilot, profile::profile, screening::screen};
use covary_data::{
    Column, Dataset, Measure, MissingCodes, Variable,
    variable::{LabelledValue, ValueLabel},
};

use crate::support::*;

#[test]
fn shares_of_the_survey() {
    let study = study("keep = \"in_industry == 1\"");
    let valid = screen(&survey(), &study).unwrap().valid;
    let found = profile(&valid, &study.profile).unwrap();
    assert_eq!(found.cases, 233);
    for variable in &found.variables {
        for (code, frequency) in reference()["frequencies"][&variable.name].as_object().unwrap() {
            let value = Some(LabelledValue::Number(code.parse().unwrap()));
            let row = variable.rows.iter().find(|row| row.value == value).unwrap();
            assert_eq!(row.frequency as f64, number(frequency));
            close(row.percent, 100.0 * number(frequency) / 233.0, 1e-12);
        }
        close(variable.rows.last().unwrap().cumulative_percent.unwrap(), 100.0, 1e-12);
    }
    // Bachelor first, with 158 of 233; then 49, then 26.
    assert_eq!(found.variables[0].by_share, [1, 0, 2]);
}

#[test]
fn missing_answers_have_rows_of_their_own() {
    let labelled = |value: f64, label: &str| ValueLabel { value: LabelledValue::Number(value), label: label.into() };
    let variable = Variable {
        name: "job".into(),
        measure: Measure::Scale,
        value_labels: vec![labelled(2.0, "two"), labelled(1.0, "one"), labelled(9.0, "no answer")],
        missing: MissingCodes { values: vec![9.0], ..MissingCodes::default() },
        ..Variable::default()
    };
    let place = Variable::named("place");
    let texts = [Some("b"), Some("a"), None, Some(" "), Some("b")].map(|text| text.map(String::from)).to_vec();
    let data = Dataset::new(
        vec![variable, place],
        vec![Column::Numeric(vec![1.0, 2.0, 1.0, 9.0, f64::NAN]), Column::Text(texts)],
    )
    .unwrap();
    let found = profile(&data, &["job".to_string(), "place".to_string()]).unwrap();
    let job = &found.variables[0];
    let rows: Vec<_> = job.rows.iter().map(|row| (row.label.as_deref().unwrap(), row.frequency)).collect();
    // In the order of the labels.
    assert_eq!(rows, [("two", 1), ("one", 2)]);
    close(job.rows[1].percent, 40.0, 1e-12);
    close(job.rows[1].valid_percent.unwrap(), 200.0 / 3.0, 1e-12);
    let missing: Vec<_> = job.missing.iter().map(|row| (row.value.clone(), row.frequency)).collect();
    assert_eq!(missing, [(Some(LabelledValue::Number(9.0)), 1), (None, 1)]);
    assert_eq!((job.valid, job.missing_cases), (3, 2));
    let summary = job.summary.as_ref().unwrap();
    close(summary.mean, 4.0 / 3.0, 1e-12);
    close(summary.median, 1.0, 0.0);
    let place = &found.variables[1];
    let rows: Vec<_> = place.rows.iter().map(|row| (row.value.clone().unwrap(), row.frequency)).collect();
    assert_eq!(rows, [(LabelledValue::Text("a".into()), 1), (LabelledValue::Text("b".into()), 2)]);
    assert_eq!((place.missing_cases, place.summary.is_none()), (2, true));
    assert!(profile(&data, &["jib".to_string()]).unwrap_err().to_string().contains("nearest name there is \"job\""));
}

/// psych 2.2.9 on the pre-survey: alpha(x)$total and $item.stats$r.drop, principal(x, 1)$loadings, of T11 to T16.
#[test]
fn the_pre_survey_drops_its_weak_item() {
    let study = study("");
    let found = pilot(&pilot_data(), &study.constructs, study.pilot.as_ref().unwrap()).unwrap();
    assert_eq!((found.cases, found.dropped.as_slice()), (50, ["T16".to_string()].as_slice()));
    let first = &found.constructs[0];
    let expected = &from_r()["pilot"];
    close(first.alpha_before.unwrap(), number(&expected["alpha_before"]), 1e-11);
    close(first.alpha_after.unwrap(), number(&expected["alpha_after"]), 1e-11);
    let loadings: Vec<f64> = first.items.iter().map(|item| item.loading.unwrap()).collect();
    all_close(&loadings, &numbers(&expected["loadings"]), 1e-10);
    let totals: Vec<f64> = first.items.iter().map(|item| item.corrected_item_total.unwrap()).collect();
    all_close(&totals, &numbers(&expected["r_drop"]), 1e-11);
    // Nothing else is dropped: alpha stays.
    assert_eq!(found.constructs[1].alpha_before, found.constructs[1].alpha_after);
}
