//! What cannot be computed says so by name; what was computed but needs a look is a warning.

use covary_data::{Column, Dataset, Variable};
use covary_sem::{Data, Fit, GroupMoments, SemError, Settings, fit::fit, parse, warning::WarningCode};

use crate::common::{case, holzinger_swineford};

const ONE: &str = "f =~ x1 + x2 + x3 + x4";

/// The data with x2 made from another variable.
fn with(from: &str, value: impl Fn(usize, f64) -> Option<f64>) -> Dataset {
    let dataset = holzinger_swineford();
    let values = dataset.numbers(from).unwrap().iter().enumerate().map(|(i, v)| value(i, v.unwrap())).collect();
    dataset.with_numbers(Variable::named("x2"), values).unwrap()
}

fn message(model: &str, dataset: &Dataset, settings: &Settings) -> String {
    fit(&parse(model).unwrap(), &Data::Cases(dataset), settings).unwrap_err().to_string()
}

#[track_caller]
fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "\"{part}\" is not in: {text}");
    }
}

#[test]
fn faults_of_the_data_are_named() {
    let plain = Settings::default();
    contains(&message(ONE, &with("x2", |_, _| Some(3.0)), &plain), &["x2", "constant", "3"]);
    contains(&message("f =~ x1 + x2 + x3 + xx4", &holzinger_swineford(), &plain), &["xx4", "x4"]);
    contains(&message("f =~ x1 + x2 + school", &holzinger_swineford(), &plain), &["school", "text", "Pasteur"]);
    contains(&message(ONE, &with("x2", |_, _| None), &plain), &["no complete case"]);
}

/// Estimates need no inverse of S under maximum likelihood; least squares with a weight do.
#[test]
fn singular_samples_are_named() {
    let check = |dataset: &Dataset, parts: &[&str]| {
        let fit = fit(&parse(ONE).unwrap(), &Data::Cases(dataset), &Settings::default()).unwrap();
        let found = fit.warnings.iter().find(|warning| warning.code == WarningCode::SampleNotPositiveDefinite);
        contains(&found.unwrap_or_else(|| panic!("{:?}", fit.warnings)).text, parts);
        assert!(fit.test.is_none() && (!fit.converged() || !fit.admissible()), "{:?} {:?}", fit.theta, fit.warnings);
        let gls = covary_sem::options::settings_from([("estimator", &serde_json::json!("GLS"))]).unwrap();
        contains(&message(ONE, dataset, &gls), parts);
    };
    check(&with("x4", |_, v| Some(2.0 * v + 1.0)), &["not positive definite", "x4", "x2"]);
    check(&with("x2", |i, v| (i < 4).then_some(v)), &["4 cases", "4 variables"]);
}

#[test]
fn groups_are_named() {
    let by = |group: &str, labels: &[&str]| Settings {
        group: Some(group.into()),
        group_label: labels.iter().map(|label| label.to_string()).collect(),
        ..Settings::default()
    };
    contains(&message(ONE, &holzinger_swineford(), &by("scool", &[])), &["scool", "school"]);
    contains(&message(ONE, &holzinger_swineford(), &by("school", &["Pasteur", "Eton"])), &["Eton", "Grant-White"]);
    let one = with("x2", |i, v| Some(if i < 156 { 1.0 } else { v }));
    contains(&message(ONE, &one, &by("school", &[])), &["x2", "constant", "Pasteur"]);
    let fit = fit(&parse(ONE).unwrap(), &Data::Cases(&holzinger_swineford()), &by("sex", &["2", "1"])).unwrap();
    assert_eq!(fit.table.blocks[0].group_label, "2");
    assert_eq!(fit.sample.blocks.iter().map(|b| b.cases).collect::<Vec<_>>(), [155, 146]);
}

#[test]
fn moments_that_do_not_fit_together() {
    let moments = |names: &[&str], rows: usize| GroupMoments {
        label: String::new(),
        cases: 100,
        names: names.iter().map(|name| name.to_string()).collect(),
        covariance: covary_numerics::Matrix::identity(rows),
        mean: None,
    };
    let run = |moments: GroupMoments, settings: &Settings| -> Result<Fit, SemError> {
        fit(&parse("x1 ~ x2").unwrap(), &Data::Moments(vec![moments]), settings)
    };
    contains(&run(moments(&["x1", "x2"], 3), &Settings::default()).unwrap_err().to_string(), &["3 × 3", "2 variables"]);
    let means = Settings { meanstructure: Some(true), ..Settings::default() };
    contains(&run(moments(&["x1", "x2"], 2), &means).unwrap_err().to_string(), &["means"]);
    let mut lopsided = moments(&["x1", "x2"], 2);
    lopsided.covariance[(0, 1)] = 0.5;
    contains(&run(lopsided, &Settings::default()).unwrap_err().to_string(), &["0.5", "x1", "x2"]);
    let resampled = covary_sem::options::settings_from([("bootstrap", &serde_json::json!(10))]).unwrap();
    contains(&run(moments(&["x1", "x2"], 2), &resampled).unwrap_err().to_string(), &["cases"]);
}

fn warnings(model: &str, settings: &Settings) -> Vec<covary_sem::Warning> {
    fit(&parse(model).unwrap(), &Data::Cases(&holzinger_swineford()), settings).unwrap().warnings
}

#[track_caller]
fn warns(model: &str, code: WarningCode, subjects: &[&str]) {
    let warnings = warnings(model, &Settings::default());
    let found =
        warnings.iter().find(|warning| warning.code == code).unwrap_or_else(|| panic!("{code:?} not in {warnings:?}"));
    contains(&format!("{} {}", found.subjects.join(" "), found.text), subjects);
}

#[test]
fn models_that_are_not_identified() {
    warns("f =~ x1 + x2", WarningCode::NotIdentified, &["f =~ x2", "f ~~ f"]);
    warns("f =~ NA*x1 + x2 + x3 + x4", WarningCode::NotIdentified, &["f =~ x1", "f ~~ f"]);
    warns("x1 ~ x2\nx2 ~ x1", WarningCode::NotIdentified, &["x1 ~ x2", "x2 ~ x1"]);
    let free =
        fit(&parse("f =~ NA*x1 + x2 + x3 + x4").unwrap(), &Data::Cases(&holzinger_swineford()), &Settings::default())
            .unwrap();
    assert!(free.vcov.is_none() && free.standard_errors.iter().all(Option::is_none));
    // The discrepancy has its minimum all the same.
    let fixed = fit(&parse(ONE).unwrap(), &Data::Cases(&holzinger_swineford()), &Settings::default()).unwrap();
    assert!((free.objective - fixed.objective).abs() < 1e-9, "{} {}", free.objective, fixed.objective);
}

#[test]
fn inadmissible_solutions_are_named() {
    // The bifactor model of the nine tests has a Heywood case, in lavaan as here.
    let case = case("hs_bifactor");
    let heywood =
        covary_sem::fit::fit_table(case.table(), &Data::Cases(&holzinger_swineford()), &case.settings()).unwrap();
    assert!(heywood.converged() && !heywood.admissible());
    let negative = heywood.warnings.iter().find(|warning| warning.code == WarningCode::NegativeVariance).unwrap();
    assert_eq!(negative.subjects, ["x1"]);
    warns(
        "a =~ NA*x1 + x2 + x3\nb =~ NA*x4 + x5 + x6\na ~~ 1.2*b\na ~~ 1*a\nb ~~ 1*b",
        WarningCode::LatentNotPositiveDefinite,
        &["a ~~ b"],
    );
    let impossible =
        fit(&parse("x1 ~ x2\nx1 ~~ -9*x1").unwrap(), &Data::Cases(&holzinger_swineford()), &Settings::default());
    contains(&impossible.unwrap_err().to_string(), &["no positive definite"]);
}

#[test]
fn cases_left_out_are_counted() {
    let dataset = with("x2", |i, v| (i % 10 != 0).then_some(v));
    let fit = fit(&parse(ONE).unwrap(), &Data::Cases(&dataset), &Settings::default()).unwrap();
    assert_eq!(fit.cases(), 270);
    let warning = fit.warnings.iter().find(|warning| warning.code == WarningCode::CasesLeftOut).unwrap();
    contains(&warning.text, &["31 of 301"]);
    assert_eq!(fit.sample.blocks[0].case_positions[0], 1);
}

#[test]
fn a_search_cut_short_has_not_converged() {
    let settings = Settings { max_iterations: 1, ..Settings::default() };
    let fit = fit(
        &parse("f =~ x1 + x2 + x3 + x4\ng =~ x5 + x6 + x7 + x9\ng ~ f").unwrap(),
        &Data::Cases(&holzinger_swineford()),
        &settings,
    )
    .unwrap();
    assert!(!fit.converged());
    assert!(fit.warnings.iter().any(|warning| warning.code == WarningCode::NotConverged));
}

#[test]
fn what_is_not_built_is_refused_by_name() {
    let refused = |model: &str, parts: &[&str]| {
        let error =
            fit(&parse(model).unwrap(), &Data::Cases(&holzinger_swineford()), &Settings::default()).unwrap_err();
        contains(&error.to_string(), parts);
    };
    refused("f =~ x1 + a*x2 + b*x3 + x4\na == 1\na == 2", &["contradicts", "a == 2"]);
}

#[test]
fn a_dataset_of_texts_only() {
    let dataset = Dataset::new(vec![Variable::named("x1")], vec![Column::Text(vec![Some("a".into())])]).unwrap();
    contains(&message("x1 ~~ x1", &dataset, &Settings::default()), &["x1", "text"]);
}
