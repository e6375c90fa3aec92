//! What a dataset promises to every method that reads it.

use covary_data::{CaseSource, Column, Dataset, DatasetError, LabelledValue, MissingCodes, ValueLabel, Variable};

fn sample() -> Dataset {
    let coded = |name: &str, missing| Variable { missing, ..Variable::named(name) };
    let variables = vec![
        coded("item", MissingCodes { values: vec![9.0], ranges: vec![(97.0, f64::INFINITY)], texts: vec![] }),
        coded("city", MissingCodes { texts: vec!["n/a".into()], ..MissingCodes::default() }),
        Variable::named("empty"),
    ];
    let texts = ["Yongkang", "n/a", "", "Jinhua"].map(|text| (!text.is_empty()).then(|| text.to_string()));
    let columns = vec![
        Column::Numeric(vec![1.0, 9.0, f64::NAN, 98.5]),
        Column::Text(texts.to_vec()),
        Column::Text(vec![None; 4]),
    ];
    Dataset::new(variables, columns).unwrap()
}

#[test]
fn missing_codes_hold_values_and_closed_ranges() {
    let codes =
        MissingCodes { values: vec![9.0], ranges: vec![(f64::NEG_INFINITY, -1.0), (97.0, 99.0)], texts: vec![] };
    for (value, expected) in [
        (9.0, true),
        (-1.0, true),
        (-1e300, true),
        (97.0, true),
        (99.0, true),
        (99.5, false),
        (0.0, false),
        (f64::NAN, false),
    ] {
        assert_eq!(codes.contains(value), expected, "{value}");
    }
    assert!(!codes.is_empty() && MissingCodes::default().is_empty());
}

#[test]
fn missing_answers_are_none_and_codes_stay_in_the_raw_numbers() {
    let data = sample();
    assert_eq!(data.numbers("item").unwrap(), [Some(1.0), None, None, None]);
    let raw: Vec<Option<f64>> = (0..4).map(|case| data.raw_number(0, case)).collect();
    assert_eq!(raw, [Some(1.0), Some(9.0), None, Some(98.5)]);
    let texts = |name: &str| data.texts(name).unwrap();
    assert_eq!(texts("city"), [Some("Yongkang".into()), None, None, Some("Jinhua".into())]);
    assert_eq!(texts("item"), [Some("1".into()), None, None, None]);
    assert_eq!(data.raw_number(1, 0), None);
    assert_eq!(data.text(0, 0), None);
}

#[test]
fn text_where_numbers_are_needed_names_the_first_case() {
    let data = sample();
    assert_eq!(
        data.numbers("city").unwrap_err().to_string(),
        "variable \"city\" holds text (case 1: \"Yongkang\"), numbers are needed"
    );
    assert_eq!(data.numbers("empty").unwrap(), [None; 4], "a column without any text is missing, not text");
    assert_eq!(data.numbers("x").unwrap_err(), DatasetError::UnknownVariable("x".into()));
}

#[test]
fn columns_that_do_not_make_a_dataset_are_refused() {
    let numeric = |cases: usize| Column::Numeric(vec![0.0; cases]);
    let named = |names: &[&str]| names.iter().map(|name| Variable::named(*name)).collect::<Vec<_>>();
    for (names, columns, expected) in [
        (&["a", "a"][..], vec![numeric(1), numeric(1)], DatasetError::DuplicateName("a".into())),
        (
            &["a", "b"],
            vec![numeric(2), numeric(1)],
            DatasetError::UnequalLengths { name: "b".into(), found: 1, expected: 2 },
        ),
        (&["a", "b"], vec![numeric(2)], DatasetError::UnequalCounts { variables: 2, columns: 1 }),
    ] {
        assert_eq!(Dataset::new(named(names), columns).unwrap_err(), expected);
    }
    assert_eq!(Dataset::new(vec![], vec![]).unwrap().cases(), 0);
}

#[test]
fn selected_cases_keep_their_order_and_description() {
    let data = sample().select_cases(&[3, 0]);
    assert_eq!(data.cases(), 2);
    assert_eq!((data.raw_number(0, 0), data.raw_number(0, 1)), (Some(98.5), Some(1.0)));
    assert_eq!(data.numbers("item").unwrap(), [None, Some(1.0)]);
    assert_eq!(data.text(1, 0), Some("Jinhua"));
}

#[test]
fn a_further_column_is_added_or_replaces_its_name() {
    let data = sample().with_numbers(Variable::named("score"), vec![Some(0.5), None, Some(1.0), None]).unwrap();
    assert_eq!(data.variables().len(), 4);
    assert_eq!(data.numbers("score").unwrap(), [Some(0.5), None, Some(1.0), None]);
    let data = data.with_numbers(Variable::named("city"), vec![Some(1.0); 4]).unwrap();
    assert_eq!((data.variables().len(), data.position("city")), (4, Some(1)));
    assert_eq!(data.numbers("city").unwrap(), [Some(1.0); 4]);
    let error = data.with_numbers(Variable::named("short"), vec![None]).unwrap_err();
    assert_eq!(error, DatasetError::UnequalLengths { name: "short".into(), found: 1, expected: 4 });
}

#[test]
fn a_dataset_is_a_source_of_cases() {
    let data = sample();
    let mut source = &data;
    assert_eq!(source.variables().len(), 3);
    let batch = source.next_batch(1).unwrap().unwrap();
    assert!(batch.columns[0].iter().all(|value| value.is_nan()), "codes are missing in a batch");
    assert!(batch.columns[1].iter().all(|value| value.is_nan()), "texts are missing in a batch");
    assert_eq!(batch.columns.iter().map(Vec::len).collect::<Vec<_>>(), [3; 3]);
    assert!(source.next_batch(4).unwrap().is_none());
}

#[test]
fn value_labels_are_found_by_number() {
    let label = |value: f64, label: &str| ValueLabel { value: LabelledValue::Number(value), label: label.into() };
    let variable = Variable { value_labels: vec![label(1.0, "no"), label(2.0, "yes")], ..Variable::named("x") };
    assert_eq!((variable.value_label(2.0), variable.value_label(3.0)), (Some("yes"), None));
}
