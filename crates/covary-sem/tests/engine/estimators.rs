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

/// Normalized and standardized residuals of lavaan 0.6-14's residuals(), printed to nine digits at estimates good to
/// 1e-6: 2e-5; under equality constraints its optimiser stops 1e-5 away from the minimum (a stricter one comes nearer): 1e-4.
/// Columns: x2, x3, x4 with x1, then x9 with x7 and x8.
#[test]
fn residuals_are_lavaans() {
    let three = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9";
    let mimic = format!("{three}\nvisual + textual + speed ~ sex + ageyr");
    let positions = [(1, 0), (2, 0), (3, 0), (8, 6), (8, 7)];
    let check = |model: &str, options: Value, normalized: [f64; 5], standardized: [f64; 5]| {
        let entries: Vec<(String, Value)> =
            options.as_object().expect("options").iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        let settings = options::settings_from(entries.iter().map(|(k, v)| (k.as_str(), v))).expect("settings");
        let data = dataset("hs");
        let fit = fit(&parse(model).expect("a model"), &Data::Cases(&data), &settings).expect("a fit");
        let residuals = covary_sem::inference::residuals::moment_residuals(&fit, 0);
        for (k, (i, j)) in positions.into_iter().enumerate() {
            for (own, expected) in
                [(residuals.normalized[i][j], normalized[k]), (residuals.standardized[i][j], standardized[k])]
            {
                let own = own.expect("a residual");
                let tolerance = if fit.equality_rank > 0 { 1e-4 } else { 2e-5 };
                assert!(
                    (own - expected).abs() < tolerance * expected.abs().max(1.0),
                    "{options} {i} {j}: {own} {expected}"
                );
            }
        }
    };
    let standard = [-0.492635650, -0.125368964, 1.159429647, -0.625485737, -0.503550049];
    let robust = [-0.471597758, -0.131355664, 1.051901022, -0.628078769, -0.515730331];
    check(three, json!({}), standard, [-1.996059298, -0.996917122, 2.679216870, -2.32460175, -4.13205676]);
    check(
        three,
        json!({"information": "observed"}),
        standard,
        [-1.044868365, -0.264380808, 2.178572366, -2.34040808, -3.12398807],
    );
    check(
        three,
        json!({"estimator": "MLM"}),
        robust,
        [-2.028578153, -0.943355426, 2.445627974, -2.12625786, -3.88999629],
    );
    check(
        three,
        json!({"estimator": "MLR", "meanstructure": true}),
        robust,
        [-1.08541312, -0.26837938, 2.01526435, -2.07882706, -2.86130832],
    );
    check(
        three,
        json!({"estimator": "GLS"}),
        [1.38078382, 1.82580968, 1.25314426, -1.239128985, -0.771118576],
        [2.77631591, 4.73625130, 2.71934715, -3.86217951, -4.24635849],
    );
    check(
        three,
        json!({"estimator": "WLS"}),
        [1.049909152, 0.923227758, 1.355560789, -1.80039616, -1.42277645],
        [1.51673290, 1.79532682, 2.29496235, -3.86958856, -3.27965467],
    );
    check(
        &mimic,
        json!({"estimator": "MLM"}),
        [-0.449867323, -0.135139804, 1.311126618, -0.518310042, -0.530861702],
        [-1.581378125, -0.820111713, 2.743546792, -1.52163280, -3.46088716],
    );
    check(
        &mimic,
        json!({"information": "observed"}),
        [-0.470028090, -0.129055864, 1.445317759, -0.517220475, -0.519331302],
        [-0.954525821, -0.260814452, 2.494474006, -1.56451705, -2.68986344],
    );
    check(
        three,
        json!({"estimator": "MLR", "group": "school", "group.equal": "loadings"}),
        [-0.6529939308, -0.0996200017, 1.2186610775, -0.35339884, -0.38165661],
        [-1.440546857, -0.189284078, 2.202781630, -0.641893665, -0.864649276],
    );
}
