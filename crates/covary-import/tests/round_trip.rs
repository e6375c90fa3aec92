//! What is written and read again is the same, as far as the format holds it.

use covary_data::variable::LabelledValue;
use covary_data::{Column, Dataset, Measure, MissingCodes, ValueLabel, Variable};
use covary_import::{EXPORT_FORMATS, ExportLoss, ImportOptions, export, import, losses};

fn number_label(value: f64, label: &str) -> ValueLabel {
    ValueLabel { value: LabelledValue::Number(value), label: label.to_string() }
}

/// A dataset that tries every corner: missing of all kinds, fractions, large and tiny numbers, texts that look
/// like formulas and hold delimiters, quotes and line ends, Chinese names and labels, long and very long texts.
fn corners() -> Dataset {
    let item = Variable {
        name: "T11".into(),
        label: Some("The management level is high".into()),
        measure: Measure::Ordinal,
        value_labels: vec![number_label(1.0, "disagree"), number_label(5.0, "agree"), number_label(9.0, "no answer")],
        missing: MissingCodes { values: vec![9.0], ..MissingCodes::default() },
    };
    let range = Variable {
        name: "收入".into(),
        label: Some("月收入（元）".into()),
        measure: Measure::Scale,
        missing: MissingCodes { values: vec![0.0], ranges: vec![(f64::NEG_INFINITY, -1.0)], texts: vec![] },
        ..Variable::default()
    };
    let city = Variable {
        name: "city".into(),
        measure: Measure::Nominal,
        value_labels: vec![ValueLabel { value: LabelledValue::Text("yk".into()), label: "永康".into() }],
        missing: MissingCodes { texts: vec!["n/a".into()], ..MissingCodes::default() },
        ..Variable::default()
    };
    let number = |name: &str, values: &[f64]| (Variable::named(name), Column::Numeric(values.to_vec()));
    let text = |name: &str, texts: [&str; 5]| {
        let texts = texts.into_iter().map(|text| (!text.is_empty()).then(|| text.to_string())).collect();
        (Variable::named(name), Column::Text(texts))
    };
    let nan = f64::NAN;
    let long = "长".repeat(90);
    let very_long = "a long answer, ".repeat(400);
    let (variables, columns) = [
        (item, Column::Numeric(vec![1.0, 5.0, 9.0, nan, 3.0])),
        (range, Column::Numeric(vec![5200.0, -1.0, 0.0, 12_000.5, -8.0])),
        (city, text("city", ["yk", "n/a", "yk", "", "jh"]).1),
        number("fraction", &[0.1, 1.0 / 3.0, -2.5e-9, nan, 1e300]),
        number("whole", &[100.0, 101.0, -128.0, 32_741.0, 2_147_483_621.0]),
        number("small", &[-127.0, 100.0, 0.0, nan, 1.0]),
        number("large", &[9_007_199_254_740_991.0, 1e22, -1e15, 0.0, 1.5]),
        number("none", &[nan; 5]),
        text("remark", ["=1+1", "a,b;c", "said \"no\"", "two\nlines", "+49 30"]),
        text("lengthy", [&long, "x", "", "ends, ", "y"].map(|text| text.trim_end())),
        text("essay", ["short", &very_long, "", "z", "é"].map(|text| text.trim_end())),
    ]
    .into_iter()
    .unzip();
    Dataset::new(variables, columns).unwrap()
}

fn again(name: &str, dataset: &Dataset) -> Dataset {
    let bytes = export(name, dataset).unwrap_or_else(|error| panic!("{error}"));
    import(name, &bytes, &ImportOptions::default()).unwrap_or_else(|error| panic!("{error}")).dataset
}

/// Valid numbers and texts are equal, case by case and bit by bit.
fn check_answers(before: &Dataset, after: &Dataset, format: &str) {
    assert_eq!(after.cases(), before.cases(), "{format}");
    for (index, variable) in before.variables().iter().enumerate() {
        let name = &variable.name;
        let position = after.position(name).unwrap_or_else(|| panic!("{format}: {name} is lost"));
        match before.column(index) {
            Column::Numeric(_) => assert_eq!(after.numbers(name), before.numbers(name), "{format}: {name}"),
            Column::Text(_) => {
                for case in 0..before.cases() {
                    assert_eq!(after.text(position, case), before.text(index, case), "{format}: {name}, case {case}");
                }
            }
        }
    }
}

#[test]
fn answers_survive_every_format() {
    let before = corners();
    for format in EXPORT_FORMATS {
        let after = again(&format!("corners.{}", format.extension), &before);
        check_answers(&before, &after, format.extension);
    }
}

#[test]
fn descriptions_survive_where_the_format_holds_them() {
    let before = corners();
    for extension in ["sav", "zsav", "xlsx"] {
        let after = again(&format!("corners.{extension}"), &before);
        assert_eq!(after.variables(), before.variables(), "{extension}");
        let index = before.position("T11").unwrap();
        let raw = |data: &Dataset| (0..data.cases()).map(|case| data.raw_number(index, case)).collect::<Vec<_>>();
        assert_eq!(raw(&after), raw(&before), "{extension}: user-missing answers keep their code");
    }
    let after = again("corners.dta", &before);
    let item = after.variable("T11").unwrap();
    assert_eq!(item.label.as_deref(), Some("The management level is high"));
    assert_eq!(item.value_labels, [number_label(1.0, "disagree"), number_label(5.0, "agree")]);
    assert_eq!(after.variable("收入").unwrap().label.as_deref(), Some("月收入（元）"));
}

#[test]
fn the_same_dataset_gives_the_same_bytes() {
    for format in EXPORT_FORMATS {
        let name = format!("corners.{}", format.extension);
        assert!(export(&name, &corners()).unwrap() == export(&name, &corners()).unwrap(), "{name}");
    }
}

#[test]
fn losses_name_what_a_format_cannot_hold() {
    let before = corners();
    let found = |name: &str| losses(name, &before).unwrap();
    assert!(found("a.xlsx").is_empty() && found("a.sav").is_empty());
    let coded = vec!["T11".to_string(), "收入".to_string(), "city".to_string()];
    assert_eq!(found("a.csv"), [ExportLoss::Labels, ExportLoss::MissingCodes { variables: coded }]);
    let letters = ExportLoss::ExtendedMissing { variables: vec!["T11".into(), "收入".into()] };
    assert!(found("a.dta").contains(&letters));
}

#[test]
fn unfit_names_are_changed_and_kept_as_labels() {
    let variables = ["1. How old?", "1. How old!", "ok"].map(Variable::named).to_vec();
    let data = Dataset::new(variables, vec![Column::Numeric(vec![1.0]); 3]).unwrap();
    for (name, expected) in [("a.sav", "v_1._How_old_"), ("a.dta", "v_1__How_old_")] {
        let after = again(name, &data);
        assert_eq!(after.variables()[0].name, expected);
        assert_eq!(after.variables()[0].label.as_deref(), Some("1. How old?"));
        assert_eq!(after.variables()[1].name, format!("{expected}_2"));
        assert_eq!(losses(name, &data).unwrap().len(), 2);
    }
}

#[test]
fn codes_beyond_what_spss_declares_become_missing() {
    let mut variable = Variable::named("x");
    variable.missing.values = vec![6.0, 7.0, 8.0, 9.0];
    let data = Dataset::new(vec![variable], vec![Column::Numeric(vec![1.0, 6.0, 9.0])]).unwrap();
    let after = again("a.sav", &data);
    assert_eq!(after.numbers("x").unwrap(), [Some(1.0), None, None]);
    assert_eq!(after.variables()[0].missing.values, [6.0, 7.0, 8.0]);
}

#[test]
fn extensions_that_cannot_be_written_are_named() {
    let error = export("a.sas7bdat", &corners()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a.sas7bdat: a file with the extension \"sas7bdat\" cannot be written. \
         Give it one of .csv .tsv .xlsx .sav .zsav .dta"
    );
}
