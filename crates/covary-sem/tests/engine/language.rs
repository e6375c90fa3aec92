//! Models that the language and its options can state, against lavaan 0.6-14, whose figures `data/language/fits.R` makes.
//!
//! lavaan's optimiser ends where composites and constraints leave it: estimates, standard errors and measures agree to
//! 1e-4 relative (floor 1e-4).

use covary_sem::{Data, FitReport, fit, options::settings_from, parse};
use serde_json::Value;

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
