//! The four files of the Yongkang study hold the same answers.

use covary_data::{Column, Dataset, Measure};
use covary_import::{ImportOptions, Imported, import};

fn yongkang(file: &str) -> Imported {
    let path = format!("{}/../../examples/yongkang/{file}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    import(file, &bytes, &ImportOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn check_same_numbers(reference: &Dataset, other: &Dataset, file: &str) {
    assert_eq!(other.cases(), reference.cases(), "{file}");
    let names = |data: &Dataset| data.variables().iter().map(|v| v.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(other), names(reference), "{file}");
    for name in names(reference) {
        assert_eq!(other.numbers(&name), reference.numbers(&name), "{file}: {name}");
    }
}

#[test]
fn four_files_give_the_same_numbers() {
    let reference = yongkang("survey.csv").dataset;
    assert_eq!((reference.cases(), reference.variables().len()), (254, 30));
    for file in ["survey.sav", "survey_zh.sav", "survey.xlsx"] {
        check_same_numbers(&reference, &yongkang(file).dataset, file);
    }
}

#[test]
fn the_csv_holds_what_its_text_says() {
    let data = yongkang("survey.csv").dataset;
    let path = format!("{}/../../examples/yongkang/survey.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    for (case, line) in text.lines().skip(1).enumerate() {
        for (index, field) in line.split(',').enumerate() {
            let expected = (!field.is_empty()).then(|| field.parse::<f64>().unwrap());
            assert_eq!(data.raw_number(index, case), expected, "case {}, column {}", case + 1, index + 1);
        }
    }
}

/// Labels, measure and the missing code of T11 as pyreadstat 1.3 shows them.
#[test]
fn labels_measures_and_missing_codes_are_kept() {
    let data = yongkang("survey.sav").dataset;
    let education = data.variable("education").unwrap();
    assert_eq!(education.label.as_deref(), Some("Education level"));
    assert_eq!(education.measure, Measure::Nominal);
    assert_eq!(education.value_label(1.0), Some("senior high school or below"));
    assert_eq!(education.value_labels.len(), 3);
    let t11 = data.variable("T11").unwrap();
    assert_eq!(t11.measure, Measure::Ordinal);
    assert_eq!(t11.missing.values, [9.0]);
    let Column::Numeric(raw) = data.column(data.position("T11").unwrap()) else { panic!("T11 is numeric") };
    assert!(data.numbers("T11").unwrap().iter().all(|answer| *answer != Some(9.0)));
    assert!(raw.iter().all(|value| value.is_nan() || (1.0..=5.0).contains(value) || *value == 9.0));
}

#[test]
fn chinese_labels_are_kept() {
    let data = yongkang("survey_zh.sav").dataset;
    let education = data.variable("education").unwrap();
    assert_eq!(education.label.as_deref(), Some("学历"));
    assert_eq!(education.value_label(2.0), Some("本科/大专"));
    assert_eq!(education.measure, Measure::Unknown);
}

#[test]
fn pilot_and_valid_items_read() {
    assert_eq!(yongkang("pilot.csv").dataset.cases(), 50);
    assert_eq!(yongkang("valid_items.csv").dataset.cases(), 233);
}
