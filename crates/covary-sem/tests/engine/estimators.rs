//! Every estimator, kind of standard errors, test and information against lavaan 0.6-14 (`data/lavaan_estimators.R`).
//!
//! Polished cases (gradients of 1e-9) agree to 1e-6 relative with a floor of 1e-6: matrices of fourth moments with condition
//! numbers near 1e4 and lavaan's numerical Hessians leave that. DLS has no function that lavaan could polish: 1e-4. Limits
//! of RMSEA come from a root finder that stops at 1e-8 of λ, and the baseline's estimates from an optimiser that stops at
//! 1e-6: 2e-5 for them and for the scaled measures that rest on them.

use covary_data::{Column, Dataset, Variable};
use covary_sem::{Fit, FitReport, fit::fit, options, parse, sample::Data};
use serde_json::{Value, json};

use crate::common;

/// Measures that differ by design, with the reason.
fn differs(case: &Value, name: &str) -> bool {
    // WLSM on continuous data: lavaan prints the plain CFI, TLI and RNI as robust ones.
    case["options"]["estimator"] == json!("WLSM") && name.ends_with(".robust")
}

#[test]
fn estimators_are_lavaans() {
    let all = common::json("tests/data/lavaan_estimators.json");
    let mut failures = Vec::new();
    for (name, case) in all.as_object().expect("an object") {
        if let Err(difference) = check(case) {
            failures.push(format!("{name}: {difference}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {}\n{}",
        failures.len(),
        all.as_object().map_or(0, |o| o.len()),
        failures.join("\n")
    );
}

fn check(case: &Value) -> Result<(), String> {
    let data = dataset(case["data"].as_str().expect("data"));
    let mut given: Vec<(String, Value)> = vec![("function".into(), case["function"].clone())];
    if let Some(options) = case["options"].as_object() {
        given.extend(options.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    let settings = options::settings_from(given.iter().map(|(name, value)| (name.as_str(), value)))
        .map_err(|error| error.to_string())?;
    let model = parse(case["model"].as_str().expect("a model")).map_err(|error| error.to_string())?;
    let fit = fit(&model, &Data::Cases(&data), &settings).map_err(|error| error.to_string())?;
    if !fit.converged() {
        return Err(format!("did not converge: {:?}", fit.ending));
    }
    let tolerance = if case["polished"] == json!(true) { 1e-6 } else { 1e-4 };
    let mut differences = Vec::new();
    let mut close = |what: String, own: Option<f64>, expected: f64, tolerance: f64| match own {
        None => differences.push((9e9, format!("{what} is missing, lavaan {expected}"))),
        Some(own) => {
            let difference = (own - expected).abs() / expected.abs().max(1.0);
            if difference > tolerance {
                differences.push((difference, format!("{what}: {own} against {expected}")));
            }
        }
    };
    for row in case["rows"].as_array().expect("rows") {
        let (lhs, op, rhs, group) = (text(&row[0]), text(&row[1]), text(&row[2]), row[3].as_u64().unwrap_or(1));
        let k = fit
            .table
            .rows
            .iter()
            .position(|own| own.lhs == lhs && own.op.symbol() == op && own.rhs == rhs && own.group as u64 == group);
        let Some(k) = k else { return Err(format!("no row {lhs} {op} {rhs}")) };
        let what = format!("{lhs} {op} {rhs} ({group})");
        close(format!("{what} est"), fit.estimates[k], row[4].as_f64().expect("an estimate"), tolerance);
        if let Some(se) = row[5].as_f64().filter(|se| *se > 0.0) {
            close(format!("{what} se"), fit.standard_errors[k], se, tolerance);
        }
    }
    tests(case, &fit, tolerance, &mut close);
    let report = FitReport::new(&fit);
    for (name, expected) in case["fit"].as_object().expect("measures") {
        if differs(case, name) {
            continue;
        }
        // Limits of RMSEA from a root finder; the baseline's estimates from an optimiser that was not polished.
        let loose = name.contains("rmsea") || name.starts_with("baseline") || name.contains(".scaled");
        close(
            name.clone(),
            report.measure(name),
            expected.as_f64().expect("a number"),
            if loose { tolerance.max(2e-5) } else { tolerance },
        );
    }
    modification_indices(case, &report, tolerance, &mut close);
    differences.sort_by(|l, r| r.0.total_cmp(&l.0));
    let shown: Vec<String> = differences.iter().take(4).map(|(_, text)| text.clone()).collect();
    if shown.is_empty() { Ok(()) } else { Err(format!("{} (of {})", shown.join("; "), differences.len())) }
}

fn tests(case: &Value, fit: &Fit, tolerance: f64, close: &mut impl FnMut(String, Option<f64>, f64, f64)) {
    for test in case["tests"].as_array().into_iter().flatten() {
        let name = text(&test["name"]);
        if name == "none" {
            continue;
        }
        let own = fit.tests.iter().find(|own| serde_json::to_value(own.name).is_ok_and(|n| n == json!(name)));
        let value = |key: &str| test[key].as_f64();
        if let Some(stat) = value("stat") {
            close(format!("test {name}"), own.map(|own| own.statistic), stat, tolerance);
        }
        if let Some(df) = value("df") {
            close(format!("df of {name}"), own.map(|own| own.df), df, tolerance);
        }
        if let Some(c) = value("c") {
            close(format!("c of {name}"), own.and_then(|own| own.scaling_factor), c, tolerance);
        }
        if let Some(shift) = value("shift") {
            close(format!("shift of {name}"), own.and_then(|own| own.shift), shift, tolerance);
        }
    }
}

fn modification_indices(
    case: &Value,
    report: &FitReport,
    tolerance: f64,
    close: &mut impl FnMut(String, Option<f64>, f64, f64),
) {
    for index in case["mi"].as_array().into_iter().flatten() {
        let (lhs, op, rhs) = (text(&index[0]), text(&index[1]), text(&index[2]));
        let group = index[3].as_u64().unwrap_or(1) as usize;
        let own = report.modification_indices.iter().find(|own| {
            let same = (own.lhs == lhs && own.rhs == rhs) || (op == "~~" && own.lhs == rhs && own.rhs == lhs);
            same && own.op.symbol() == op && own.group == group
        });
        let Some(mi) = index[4].as_f64() else { continue };
        close(format!("mi of {lhs} {op} {rhs}"), own.map(|own| own.mi), mi, 10.0 * tolerance);
        if let Some(epc) = index[5].as_f64() {
            close(format!("epc of {lhs} {op} {rhs}"), own.map(|own| own.epc), epc, 10.0 * tolerance);
        }
    }
}

/// The data with the weights and classes that the fixture's program makes.
fn dataset(name: &str) -> Dataset {
    if name == "pd" {
        return common::political_democracy();
    }
    let data = common::holzinger_swineford();
    let n = data.cases();
    let mut variables: Vec<Variable> = data.variables().to_vec();
    let mut columns: Vec<Column> = (0..variables.len()).map(|k| data.column(k).clone()).collect();
    variables.push(Variable::named("weight"));
    columns.push(Column::Numeric((1..=n).map(|i| 0.5 + (i % 7) as f64 / 4.0).collect()));
    variables.push(Variable::named("class"));
    columns.push(Column::Text((1..=n).map(|i| Some(format!("c{}", (i * 17) % 43))).collect()));
    Dataset::new(variables, columns).expect("columns of one length")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_string()
}
