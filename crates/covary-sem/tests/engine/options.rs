//! Auxiliary variables, group frequencies, correlations and lavaan's rarer options against lavaan 0.6-14 and semTools, whose
//! figures `data/options/lavaan_options.R` makes.

use covary_data::{Dataset, Variable};
use covary_sem::{
    Data, Fit, FitReport, Operator, SemError, Settings,
    factor_scores::{ScoreMethod, factor_scores},
    fit::fit,
    options, parse,
};
use serde_json::{Value, json};

use crate::common;

/// nlminb stops at gradients near 1e-6, which leaves estimates and standard errors their sixth digit.
const TOLERANCE: f64 = 2e-5;
/// Modification indices are squares of differences: a digit less.
const OF_DIFFERENCES: f64 = 2e-4;

fn cases() -> Dataset {
    common::csv("tests/data/incomplete/cases.csv")
}

fn settings(function: &str, given: &Value) -> Settings {
    let mut all: Vec<(String, Value)> = vec![("function".into(), json!(function))];
    all.extend(given.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    options::settings_from(all.iter().map(|(name, value)| (name.as_str(), value))).expect("options")
}

fn fitted(model: &str, function: &str, given: &Value) -> Result<Fit, SemError> {
    fit(&parse(model)?, &Data::Cases(&cases()), &settings(function, given))
}

const FACTORS: &str = "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6";

#[test]
fn everything_that_is_told_is_the_references() {
    let all = common::json("tests/data/options/lavaan_options.json");
    let all = all.as_object().expect("cases by name");
    assert!(all.len() >= 20);
    let differences: Vec<String> = all.iter().flat_map(|(name, case)| differences(name, case)).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn differences(name: &str, case: &Value) -> Vec<String> {
    let text = |key: &str| case[key].as_str().expect("a text");
    let fit = match fitted(text("model"), text("function"), &case["options"]) {
        Ok(fit) => fit,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let report = FitReport::new(&fit);
    let mut found = Vec::new();
    let mut compare = |what: String, own: Option<f64>, expected: Option<f64>, tolerance: f64| {
        let Some(expected) = expected else { return };
        let near = own.is_some_and(|own| (own - expected).abs() <= tolerance * expected.abs().max(1.0));
        if !near {
            found.push(format!("{name}, {what}: {own:?} against {expected}"));
        }
    };
    for (measure, value) in case["fit"].as_object().into_iter().flatten() {
        compare(measure.clone(), report.measure(measure), value.as_f64(), TOLERANCE);
    }
    for row in case["rows"].as_array().expect("rows") {
        let text = |k: usize| row[k].as_str().unwrap_or("");
        let op = if text(1) == "~ 1" { "~1" } else { text(1) };
        let group = row[3].as_u64().expect("a group") as usize;
        let same = |own: &&covary_sem::fit_report::ParameterEstimate| {
            let of_op = own.op.to_string().replace(' ', "") == op && own.group == group;
            let straight = own.lhs == text(0) && (own.rhs == text(2) || op == ":=");
            of_op && (straight || (op == "~~" && own.lhs == text(2) && own.rhs == text(0)))
        };
        let own = report.parameters.iter().find(same);
        let what = |column: &str| format!("{column} of {} {op} {} ({group})", text(0), text(2));
        compare(what("est"), own.and_then(|own| own.est), row[4].as_f64(), TOLERANCE);
        // Where nothing varies the reference has 0, or rounding about it.
        let se = row[5].as_f64().filter(|se| *se > 1e-6);
        compare(what("se"), own.and_then(|own| own.se), se, TOLERANCE);
    }
    for index in case["mi"].as_array().into_iter().flatten() {
        let text = |k: usize| index[k].as_str().unwrap_or("");
        let group = index[3].as_u64().unwrap_or(1) as usize;
        let own = report.modification_indices.iter().find(|own| {
            own.lhs == text(0) && own.op.to_string() == text(1) && own.rhs == text(2) && own.group == group
        });
        // A candidate that the others make up for has no index here.
        let Some(own) = own else { continue };
        let what = |column: &str| format!("{column} of {} {} {} ({group})", text(0), text(1), text(2));
        compare(what("mi"), Some(own.mi), index[4].as_f64(), OF_DIFFERENCES);
        compare(what("epc"), Some(own.epc), index[5].as_f64(), OF_DIFFERENCES);
    }
    found
}

#[test]
fn nothing_of_auxiliary_variables_is_shown() {
    let given = json!({"missing": "ml", "aux": ["z", "x2"]});
    let fit = fitted(FACTORS, "cfa", &given).expect("a fit");
    let report = FitReport::new(&fit);
    let own = ["y1", "y2", "y3", "y4", "y5", "y6"];
    assert_eq!(report.npar, 19);
    assert_eq!(report.choices.aux, ["z", "x2"]);
    assert_eq!(report.implied[0].names, own);
    assert_eq!(report.sample[0].cov.rows(), 6);
    assert_eq!(report.residuals[0].names, own);
    assert_eq!(report.residuals[0].standardized.len(), 6);
    let names = report.parameters.iter().flat_map(|row| [&row.lhs, &row.rhs]);
    let candidates = report.modification_indices.iter().flat_map(|index| [&index.lhs, &index.rhs]);
    let of_amos = report.modification_indices_amos.iter().flat_map(|index| [&index.lhs, &index.rhs]);
    assert!(names.chain(candidates).chain(of_amos).all(|name| name != "z" && name != "x2"));
    assert!(!report.modification_indices.is_empty());
    assert!(report.admissible, "covariances with residuals are no residual covariances");
    let scores = factor_scores(&fit, &cases(), ScoreMethod::Regression).expect("scores");
    assert_eq!(scores.blocks[0].cases.len(), fit.cases());
}

#[test]
fn auxiliary_variables_need_missing_values_that_are_modelled() {
    let refused = |given: Value, expected: &str| {
        let error = fitted(FACTORS, "cfa", &given).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused(json!({"aux": "z"}), "missing = \"ml\"");
    refused(json!({"aux": "y1", "missing": "ml"}), "is a variable of the model");
    refused(json!({"aux": ["z", "z"], "missing": "two.stage"}), "named twice");
    refused(json!({"aux": "zz", "missing": "ml"}), "no variable \"zz\"");
    // y4 and y1 to y3 of the complete cases: no gap, no bearing.
    let complete = cases();
    let kept: Vec<usize> = {
        let columns: Vec<Vec<Option<f64>>> =
            ["y1", "y2", "y3", "y4", "z"].iter().map(|name| complete.numbers(name).expect("numbers")).collect();
        (0..complete.cases()).filter(|case| columns.iter().all(|column| column[*case].is_some())).collect()
    };
    let complete = complete.select_cases(&kept);
    let model = parse("f =~ y1 + y2 + y3 + y4").expect("a model");
    let with = |given: Value| fit(&model, &Data::Cases(&complete), &settings("cfa", &given)).expect("a fit");
    let (plain, auxiliary) = (with(json!({"missing": "ml"})), with(json!({"missing": "ml", "aux": "z"})));
    assert_eq!(plain.theta, auxiliary.theta);
    assert!(auxiliary.warnings.iter().any(|warning| warning.text.contains("no value is missing")));
}

/// The likelihood ratio of equal frequencies is that of the multinomial distribution: 2 Σ n ln(n/m).
#[test]
fn constrained_frequencies_count_in_the_chi_square() {
    let given = json!({"group": "school", "group.w.free": true});
    let chi_square = |model: &str| {
        let fit = fitted(model, "cfa", &given).expect("a fit");
        (fit.test.expect("a test").statistic, fit.sample.blocks.iter().map(|block| block.cases as f64).collect())
    };
    let (free, sizes): (f64, Vec<f64>) = chi_square(FACTORS);
    let (equal, _) = chi_square(&format!("{FACTORS}\ngroup % c(0.3, 0.3)*w"));
    // Frequencies that are fixed at exp(0.3) each, far from what they are.
    let m = 0.3f64.exp();
    let misfit: f64 = sizes.iter().map(|n| 2.0 * (n * (n / m).ln() - n + m)).sum();
    assert!((equal - free - misfit).abs() < 1e-6 * misfit, "{} against {misfit}", equal - free);
}

#[test]
fn correlations_are_refused_where_scales_are_tied() {
    let refused = |model: &str, given: Value, expected: &str| {
        let error = fitted(model, "cfa", &given).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused("f =~ y1 + a*y2 + a*y3 + y4", json!({"correlation": true}), "ties the scale");
    refused(FACTORS, json!({"correlation": true, "group": "school", "group.equal": "loadings"}), "ties the scale");
    refused(FACTORS, json!({"correlation": true, "estimator": "GLS"}), "maximum likelihood");
    refused(FACTORS, json!({"correlation": true, "meanstructure": true}), "no means");
    refused(FACTORS, json!({"correlation": true, "missing": "ml"}), "complete data");
    refused(FACTORS, json!({"correlation": true, "bootstrap": 10}), "bootstrap");
}

/// The scale of the variables has no bearing on a model of correlations: the same to rounding, of means, errors, χ².
#[test]
fn correlations_do_not_know_units() {
    let given = json!({"correlation": true});
    let model = "f =~ y1 + y2 + y3\nf ~ x1\ny5 ~ f + y6";
    let plain = FitReport::new(&fitted(model, "sem", &given).expect("a fit"));
    let scaled = parse(&model.replace("y5", "y5.")).expect("a model");
    let values = cases().numbers("y5").expect("numbers").into_iter();
    let values = values.map(|value| value.map(|value| 250.0 * value - 3.0)).collect();
    let data = cases().with_numbers(Variable::named("y5."), values).expect("a column");
    let other = FitReport::new(&fit(&scaled, &Data::Cases(&data), &settings("sem", &given)).expect("a fit"));
    assert_eq!(plain.parameters.len(), other.parameters.len());
    for (one, other) in plain.parameters.iter().zip(&other.parameters) {
        for (one, other) in [(one.est, other.est), (one.se, other.se)] {
            let (one, other) = (one.unwrap_or(0.0), other.unwrap_or(0.0));
            // Rounding of data in another unit.
            assert!((one - other).abs() < 1e-7, "{one} against {other}");
        }
    }
    let variances = plain.implied[0].cov.diagonal();
    assert!(variances.iter().all(|variance| (variance - 1.0).abs() < 1e-8));
    assert!(plain.parameters.iter().any(|row| row.op == Operator::Covariance && row.lhs == "x1" && row.se.is_none()));
}

#[test]
fn what_is_refused_says_what_does_instead() {
    let message = |name: &str, value: Value| {
        let mut settings = Settings::default();
        options::set_option(&mut settings, name, &value).expect_err("refused").to_string()
    };
    assert!(message("sample.cov", json!("x")).contains("--cov"));
    assert!(message("link", json!("logit")).contains("not built"));
    assert!(message("optim.method", json!("em")).contains("nlminb"));
    assert!(message("ridge.constant", json!(-1)).contains("at least 0"));
    assert!(message("control", json!({"foo": 1})).contains("rel.tol"));
    for (name, _) in options::REFUSED {
        assert!(message(name, json!("x")).contains("not taken"), "{name}");
    }
    let error = fitted(FACTORS, "cfa", &json!({"standard.test": "satorra.bentler"})).expect_err("refused").to_string();
    assert!(error.contains("standard.test"), "{error}");
    let error = fitted(FACTORS, "cfa", &json!({"ridge": true, "estimator": "GLS"})).expect_err("refused").to_string();
    assert!(error.contains("ridge"), "{error}");
}
