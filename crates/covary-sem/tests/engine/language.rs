//! Models that the language and its options can state, against lavaan 0.6-14, whose figures `data/language/fits.R` makes.
//!
//! lavaan's optimiser ends where composites and constraints leave it: estimates, standard errors and measures agree to
//! 1e-4 relative (floor 1e-4).

use covary_numerics::Matrix;
use covary_sem::{Data, Fit, FitReport, GroupMoments, fit, options::settings_from, parse};
use serde_json::{Value, json};

use crate::common::{close, holzinger_swineford, json, political_democracy};

const TOLERANCE: f64 = 1e-4;

#[test]
fn models_of_the_language_fit_as_in_lavaan() {
    let cases = json("tests/data/language/fits.json");
    let mut failures = Vec::new();
    for (name, case) in cases.as_object().expect("an object") {
        failures.extend(differences(case).into_iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn differences(case: &Value) -> Vec<String> {
    let report = match report(case) {
        Ok(report) => report,
        Err(error) => return vec![error],
    };
    let mut found = Vec::new();
    for (name, expected) in case["fit"].as_object().expect("measures") {
        match (expected.as_f64(), report["fit"][name].as_f64()) {
            (Some(expected), Some(own)) => found.extend(close(name, own, expected, TOLERANCE).err()),
            (Some(expected), None) => found.push(format!("{name}: none, lavaan {expected}")),
            (None, _) => {}
        }
    }
    let rows = case["rows"].as_array().expect("rows");
    let own: Vec<&Value> = report["parameters"].as_array().expect("parameters").iter().collect();
    for row in rows {
        let is_row = |p: &&&Value| {
            p["lhs"] == row[1] && p["op"] == row[2] && p["rhs"] == row[3] && (p["group"] == row[0] || row[2] == ":=")
        };
        let what = format!("{} {} {}", row[1], row[2], row[3]);
        let Some(parameter) = own.iter().find(is_row) else {
            found.push(format!("{what} is missing"));
            continue;
        };
        for (column, key) in [(4, "est"), (5, "se"), (6, "std.all")] {
            // lavaan gives 0 as the standard error of what is fixed.
            let value = parameter[key].as_f64().or((key == "se").then_some(0.0));
            if let (Some(expected), Some(value)) = (row[column].as_f64(), value) {
                found.extend(close(&format!("{what} {key}"), value, expected, TOLERANCE).err());
            }
        }
    }
    found
}

fn report(case: &Value) -> Result<Value, String> {
    let data = if case["data"] == "hs" { holzinger_swineford() } else { political_democracy() };
    let options = case["options"].as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    let settings = settings_from(options.chain([("function", &case["function"])])).map_err(|e| e.to_string())?;
    let model = parse(case["model"].as_str().expect("a model")).map_err(|e| e.to_string())?;
    let fit = fit(&model, &Data::Cases(&data), &settings).map_err(|e| e.to_string())?;
    if !fit.converged() {
        return Err(format!("did not converge: {:?}", fit.ending));
    }
    serde_json::to_value(FitReport::new(&fit)).map_err(|e| e.to_string())
}

const THREE: &str = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9";

fn fit_with(model: &str, data: &Data, options: &Value) -> Fit {
    let options = options.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    let settings = settings_from(options).unwrap_or_else(|error| panic!("{error}"));
    let formulas = parse(model).unwrap_or_else(|error| panic!("{error}"));
    fit(&formulas, data, &settings).unwrap_or_else(|error| panic!("{error}"))
}

/// Ways to identify factors and to start a search leave χ² and its degrees of freedom as they are.
#[test]
fn identification_changes_no_fit() {
    let dataset = holzinger_swineford();
    let data = Data::Cases(&dataset);
    let usual = fit_with(THREE, &data, &json!({"function": "cfa", "meanstructure": true})).test.expect("a test");
    for options in [
        json!({"function": "cfa", "meanstructure": true, "std.lv": true}),
        json!({"function": "cfa", "meanstructure": true, "effect.coding": true}),
        json!({"function": "cfa", "meanstructure": true, "effect.coding": "intercepts"}),
        json!({"function": "cfa", "marker.int.zero": true}),
        json!({"function": "cfa", "mimic": "Mplus", "missing": "listwise"}),
        json!({"function": "cfa", "meanstructure": true, "start": "simple", "ceq.simple": true, "composites": false}),
    ] {
        let other = fit_with(THREE, &data, &options);
        assert!(other.converged(), "{options}");
        let test = other.test.expect("a test");
        // Two searches end at gradients of 1e-10.
        assert!((test.statistic - usual.statistic).abs() < 1e-7, "{options}: {} {}", test.statistic, usual.statistic);
        assert_eq!(test.df, usual.df, "{options}");
    }
}

/// The mean of a factor is that of its marker.
#[test]
fn marker_intercepts_of_zero_free_the_means() {
    let dataset = holzinger_swineford();
    let fit = fit_with(THREE, &Data::Cases(&dataset), &json!({"function": "cfa", "marker.int.zero": true}));
    let estimate = |lhs: &str| {
        let row = fit.table.find(0, lhs, covary_sem::Operator::Intercept, "").expect("a row");
        fit.estimates[row].expect("an estimate")
    };
    let mean = fit.sample.blocks[0].mean.as_ref().expect("means");
    assert_eq!(estimate("x1"), 0.0);
    assert!((estimate("visual") - mean[0]).abs() < 1e-8);
    assert!((estimate("speed") - mean[6]).abs() < 1e-8);
}

/// A covariance matrix with divisor n is fitted as it is; one with n − 1 as the cases that it comes from.
#[test]
fn given_moments_are_rescaled_as_asked() {
    let dataset = holzinger_swineford();
    let cases = fit_with(THREE, &Data::Cases(&dataset), &json!({"function": "cfa"}));
    let sample = &cases.sample.blocks[0];
    let moments = |covariance: Matrix| {
        let names = cases.table.blocks[0].observed.clone();
        Data::Moments(vec![GroupMoments { label: String::new(), cases: sample.cases, names, covariance, mean: None }])
    };
    let n = sample.cases as f64;
    for (covariance, rescale) in
        [(sample.covariance.clone(), json!(false)), (sample.covariance.scaled(n / (n - 1.0)), json!("default"))]
    {
        let options = json!({"function": "cfa", "sample.cov.rescale": rescale});
        let given = fit_with(THREE, &moments(covariance), &options);
        let difference = given.test.expect("a test").statistic - cases.test.expect("a test").statistic;
        assert!(difference.abs() < 1e-8, "{rescale}: {difference}");
    }
}
