//! Cases with missing values against lavaan 0.6-14, whose figures `data/incomplete/lavaan_incomplete.R` makes, and against
//! what theory says.

use std::cell::RefCell;

use covary_data::Dataset;
use covary_numerics::{Matrix, finite_differences};
use covary_sem::{
    Data, Fit, FitReport, Sample, SemError, Settings,
    estimate::{Objective, objective},
    estimators::Estimator,
    fit::fit,
    inference::incomplete::likelihood::deviance,
    model_matrices::ModelMatrices,
    options, parse,
    settings::SaturatedAt,
    warning::WarningCode,
};
use serde_json::{Value, json};

use crate::common;

/// nlminb stops at gradients near 1e-6, which leaves estimates and standard errors their sixth digit.
const TOLERANCE: f64 = 2e-5;
/// Modification indices and fractions of missing information are differences: a digit less.
const OF_DIFFERENCES: f64 = 2e-4;
/// Residuals near zero are differences of nearly equal moments, divided by standard errors that vanish with them.
const OF_RESIDUALS: f64 = 1e-3;

fn cases() -> Dataset {
    common::csv("tests/data/incomplete/cases.csv")
}

/// All cases but the one without any answer.
fn without_the_empty_case() -> Dataset {
    let all = cases();
    let kept: Vec<usize> = (0..all.cases()).filter(|case| *case != 6).collect();
    all.select_cases(&kept)
}

fn settings(function: &str, given: &Value) -> Settings {
    let mut all: Vec<(String, Value)> = vec![("function".into(), json!(function))];
    all.extend(given.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    options::settings_from(all.iter().map(|(name, value)| (name.as_str(), value))).expect("options")
}

fn fitted(model: &str, function: &str, given: &Value, data: &Dataset) -> Result<Fit, SemError> {
    fit(&parse(model)?, &Data::Cases(data), &settings(function, given))
}

const FACTORS: &str = "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6";
const REGRESSED: &str = "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6\nf ~ x1 + x2\ng ~ f + x1";

#[test]
fn everything_that_is_told_is_lavaans() {
    let all = common::json("tests/data/incomplete/lavaan_incomplete.json");
    let mut failures = Vec::new();
    for (name, expected) in all.as_object().expect("cases by name") {
        failures.extend(differences(expected).into_iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
}

fn differences(expected: &Value) -> Vec<String> {
    let data = if expected["without_empty"] == json!(true) { without_the_empty_case() } else { cases() };
    let text = |value: &Value| value.as_str().expect("text").to_string();
    let fit = match fitted(&text(&expected["model"]), &text(&expected["function"]), &expected["options"], &data) {
        Ok(fit) => fit,
        Err(error) => return vec![error.to_string()],
    };
    let report = FitReport::new(&fit);
    let mut failures = Vec::new();
    let mut check = |what: &str, own: Option<f64>, lavaan: Option<f64>, tolerance: f64| {
        let Some(lavaan) = lavaan else { return };
        let result =
            own.ok_or(format!("{what} is missing")).and_then(|own| common::close(what, own, lavaan, tolerance));
        failures.extend(result.err());
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for row in list(&expected["rows"]).iter().filter(|row| row[1] != json!("==")) {
        let (lhs, op, rhs) = (text(&row[0]), text(&row[1]), text(&row[2]));
        let group = row[3].as_u64().expect("a group") as usize;
        let group = if op == ":=" { 0 } else { group };
        let own = report.parameters.iter().find(|own| {
            let straight = own.lhs == lhs && (own.rhs == rhs || op == ":=");
            let turned = op == "~~" && own.lhs == rhs && own.rhs == lhs;
            own.op.symbol() == op && own.group == group && (straight || turned)
        });
        let what = format!("{lhs} {op} {rhs} in group {group}");
        check(&format!("{what} est"), own.and_then(|own| own.est), row[4].as_f64(), TOLERANCE);
        let error = row[5].as_f64().filter(|error| *error > 0.0);
        check(&format!("{what} se"), own.and_then(|own| own.se), error, TOLERANCE);
        check(&format!("{what} fmi"), own.and_then(|own| own.fmi), row[6].as_f64(), OF_DIFFERENCES);
    }
    for (name, value) in expected["fit"].as_object().expect("measures") {
        check(name, report.measure(name), value.as_f64(), TOLERANCE);
    }
    for index in list(&expected["indices"]) {
        let (lhs, op, rhs) = (text(&index[0]), text(&index[1]), text(&index[2]));
        let own = report.modification_indices.iter().find(|own| {
            let straight = own.lhs == lhs && own.rhs == rhs;
            let turned = op == "~~" && own.lhs == rhs && own.rhs == lhs;
            (straight || turned) && own.op.symbol() == op && own.group as u64 == index[3].as_u64().unwrap_or(1)
        });
        check(&format!("MI {lhs} {op} {rhs}"), own.map(|own| own.mi), index[4].as_f64(), OF_DIFFERENCES);
        check(&format!("EPC {lhs} {op} {rhs}"), own.map(|own| own.epc), index[5].as_f64(), OF_DIFFERENCES);
    }
    for (kind, own) in
        [("normalized", &report.residuals[0].normalized), ("standardized", &report.residuals[0].standardized)]
    {
        for (i, row) in list(&expected[kind]["cov"]).iter().enumerate() {
            for (j, value) in list(row).iter().enumerate().take(i + 1) {
                // Where the residual is zero but for rounding it has no standard error here.
                let value = value.as_f64().filter(|value| own[i][j].is_some() || value.abs() > 1e-4);
                check(&format!("{kind} residual {i}, {j}"), own[i][j], value, OF_RESIDUALS);
            }
        }
    }
    failures
}

/// A model, its sample and a point at which nothing is special.
struct Setting {
    matrices: ModelMatrices,
    sample: Sample,
    theta: Vec<f64>,
}

fn special_points() -> Vec<(&'static str, Setting)> {
    [
        ("factors", FACTORS, json!({"missing": "ml"})),
        ("groups", FACTORS, json!({"missing": "ml", "group": "school"})),
        ("fixed x", REGRESSED, json!({"missing": "ml"})),
        ("random x", REGRESSED, json!({"missing": "ml", "fixed.x": false})),
        ("ml.x", REGRESSED, json!({"missing": "ml.x"})),
        ("loop", "y1 ~ y2 + x1\ny2 ~ 0.3*y1 + x2\ny1 ~~ y2", json!({"missing": "ml", "fixed.x": false})),
    ]
    .into_iter()
    .map(|(name, model, given)| {
        let fit = fitted(model, "sem", &given, &cases()).expect("a fit");
        let moved = |(k, t): (usize, &f64)| t * (1.0 + 0.03 * ((k % 5) as f64 - 2.0)) + 0.002;
        let theta = fit.theta.iter().enumerate().map(moved).collect();
        (name, Setting { matrices: fit.matrices, sample: fit.sample, theta })
    })
    .collect()
}

/// 1e-7 and 1e-6: what Richardson's extrapolation leaves of values and gradients near 10.
#[test]
fn derivatives_by_pattern_are_those_of_differences() {
    for (name, s) in special_points() {
        let objective = Objective::<f64>::new(&s.matrices, Estimator::Fiml, &s.sample).expect("saturated moments");
        let hessian = objective.hessian(&s.theta).expect("a Hessian");
        let by_duals = objective.hessian_over_duals(&s.theta).expect("a Hessian");
        let room = RefCell::new((objective, vec![0.0; s.theta.len()]));
        let value = |theta: &[f64]| {
            let (objective, gradient) = &mut *room.borrow_mut();
            objective.evaluate(theta, gradient).expect("moments")
        };
        let gradient = |theta: &[f64]| {
            value(theta);
            room.borrow().1.clone()
        };
        let own = gradient(&s.theta);
        assert!(own.iter().any(|g| g.abs() > 1e-3), "{name}: a point where the gradient vanishes tests nothing");
        let difference = largest(&own, &finite_differences::gradient(value, &s.theta));
        assert!(difference < 1e-7, "{name}: gradient off by {difference}");
        let numeric = finite_differences::jacobian(gradient, &s.theta);
        let difference = largest(hessian.values(), numeric.values());
        assert!(difference < 1e-6, "{name}: Hessian off by {difference}");
        // Exact both, by different ways: rounding.
        assert!(largest(hessian.values(), by_duals.values()) < 1e-10, "{name}: the two ways to the Hessian differ");
    }
}

fn largest(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(l, r)| (l - r).abs() / r.abs().max(1.0)).fold(0.0, f64::max)
}

/// By definition: the deviance case by case, from the density of the variables that it has.
#[test]
fn the_deviance_is_that_of_the_cases() {
    let fit = fitted(FACTORS, "cfa", &json!({"missing": "ml"}), &cases()).expect("a fit");
    let block = &fit.sample.blocks[0];
    let rows = block.rows.as_ref().expect("cases");
    let (mean, covariance) = (fit.implied[0].mean.clone().expect("means"), &fit.implied[0].covariance);
    let mut by_case = 0.0;
    for (k, count) in rows.counts.iter().enumerate() {
        let observed: Vec<usize> = (0..6).filter(|j| !rows.values[(k, *j)].is_nan()).collect();
        let sub = covariance.select(&observed, &observed);
        let factor = covary_numerics::linalg::Cholesky::new(&sub).expect("positive definite");
        let e: Vec<f64> = observed.iter().map(|&j| rows.values[(k, j)] - mean[j]).collect();
        let distance: f64 = e.iter().zip(factor.solve_vector(&e)).map(|(l, r)| l * r).sum();
        by_case += count * (factor.log_determinant() + distance);
    }
    let own = deviance(block.patterns.as_ref().expect("gaps"), &mean, covariance).expect("positive definite");
    assert!((own - by_case).abs() < 1e-10 * by_case.abs(), "{own} against {by_case}");
}

/// Where the saturated moments are, nothing can be gained: the gradient of FIML vanishes, also with half of the values gone.
#[test]
fn em_ends_where_the_gradient_vanishes() {
    for share in [0.0, 0.35] {
        let data = with_more_gaps(&cases(), share);
        let fit = fitted("y1 ~~ y2\ny3 ~~ y4", "sem", &json!({"missing": "ml"}), &data).expect("a fit");
        let block = &fit.sample.blocks[0];
        let patterns = block.patterns.as_ref().expect("gaps");
        let mean = block.mean.clone().expect("means");
        let p = mean.len();
        let at: Vec<f64> = mean.iter().chain(block.covariance.values()).copied().collect();
        let value = |x: &[f64]| {
            let symmetric = Matrix::from_fn(p, p, |i, j| 0.5 * (x[p + i * p + j] + x[p + j * p + i]));
            deviance(patterns, &x[..p], &symmetric).expect("positive definite") / patterns.cases
        };
        let slope = finite_differences::gradient(value, &at).iter().fold(0.0, |most: f64, g| most.max(g.abs()));
        // What is left of differences of a value near 10; stopping at steps of 1e-5 would leave a hundred times as much.
        assert!(slope < 1e-7, "share {share}: slope {slope}");
        assert!(fit.warnings.iter().all(|warning| warning.code != WarningCode::NotConverged));
    }
}

/// The same data with more values gone, by a fixed rule that spares each case's first variable.
fn with_more_gaps(data: &Dataset, share: f64) -> Dataset {
    let columns = (0..data.variables().len()).map(|j| match data.column(j) {
        covary_data::Column::Numeric(values) => covary_data::Column::Numeric(
            values
                .iter()
                .enumerate()
                .map(|(i, v)| {
                    let turn = ((i * 7919 + j * 104_729) % 1000) as f64 / 1000.0;
                    if j > 0 && turn < share { f64::NAN } else { *v }
                })
                .collect(),
        ),
        text => text.clone(),
    });
    Dataset::new(data.variables().to_vec(), columns.collect()).expect("columns of one length")
}

/// With the patterns' moments at the model's own, the Hessian is the expected information: what is random has been averaged.
#[test]
fn expected_information_is_the_hessian_where_the_model_holds() {
    let fit = fitted(FACTORS, "cfa", &json!({"missing": "ml", "information": "expected"}), &cases()).expect("a fit");
    let solution = fit.solution().expect("moments");
    let expected = solution.expected(SaturatedAt::Structured).expect("information");
    let mut objective = Objective::<f64>::new(&fit.matrices, Estimator::Fiml, &fit.sample).expect("saturated moments");
    let (implied, mean) = (&fit.implied[0].covariance, fit.implied[0].mean.clone().expect("means"));
    for pattern in &mut objective.samples[0].patterns {
        let observed = pattern.observed.to_vec();
        pattern.mean = observed.iter().map(|&j| mean[j]).collect();
        pattern.covariance = implied.select(&observed, &observed).values().to_vec();
    }
    let hessian = objective.hessian(&fit.theta).expect("a Hessian");
    assert!(largest(hessian.values(), expected.values()) < 1e-10);
}

/// Scores sum to the gradient: Σ s_i = −N ∂f/∂θ, wherever that is.
#[test]
fn scores_of_the_cases_add_up_to_the_gradient() {
    for (name, s) in special_points() {
        let given =
            if name == "groups" { json!({"missing": "ml", "group": "school"}) } else { json!({"missing": "ml"}) };
        let model = if name == "factors" || name == "groups" { FACTORS } else { continue };
        let mut fit = fitted(model, "sem", &given, &cases()).expect("a fit");
        fit.theta.clone_from(&s.theta);
        let solution = fit.solution().expect("moments");
        let mut objective = Objective::<f64>::new(&s.matrices, Estimator::Fiml, &s.sample).expect("saturated moments");
        let mut gradient = vec![0.0; s.theta.len()];
        objective.evaluate(&s.theta, &mut gradient).expect("moments");
        let mut sum = vec![0.0; s.theta.len()];
        for block in 0..fit.sample.blocks.len() {
            let scores = solution.scores(block, SaturatedAt::Structured).expect("cases");
            let counts = &fit.sample.blocks[block].rows.as_ref().expect("cases").counts;
            for (k, count) in counts.iter().enumerate() {
                sum.iter_mut().zip(scores.row(k)).for_each(|(sum, score)| *sum += count * score);
            }
        }
        let n = fit.cases() as f64;
        let expected: Vec<f64> = gradient.iter().map(|g| -n * g).collect();
        assert!(largest(&sum, &expected) < 1e-9, "{name}");
        assert_eq!(objective::weights(&fit.sample).iter().sum::<f64>(), 1.0);
    }
}

/// Without gaps FIML is ML: the same figures to rounding.
#[test]
fn complete_data_are_fitted_as_ever() {
    let all = cases();
    let complete: Vec<usize> = (0..all.cases())
        .filter(|&case| {
            ["y1", "y2", "y3", "y4", "y5", "y6"].iter().all(|y| all.numbers(y).expect("numbers")[case].is_some())
        })
        .collect();
    let complete = all.select_cases(&complete);
    let fiml = fitted(FACTORS, "cfa", &json!({"missing": "ml"}), &complete).expect("a fit");
    let plain =
        fitted(FACTORS, "cfa", &json!({"meanstructure": true, "information": "observed"}), &complete).expect("a fit");
    assert!(fiml.sample.blocks[0].patterns.is_none());
    assert!(largest(&fiml.theta, &plain.theta) < 1e-10);
    assert_eq!(fiml.standard_errors, plain.standard_errors);
}

/// Each case is drawn with its gaps: the same replicates on any number of threads, spread as the standard errors say.
#[test]
fn resamples_keep_their_gaps() {
    let boot = |given: Value| fitted(FACTORS, "cfa", &given, &without_the_empty_case()).expect("a fit");
    for missing in ["ml", "two.stage", "pairwise"] {
        let given = json!({"missing": missing, "se": "bootstrap", "bootstrap": 60, "seed": 5});
        let one = boot(given.clone());
        let resamples = one.bootstrap.as_ref().expect("resamples");
        assert!(resamples.failed.len() < 3, "{missing}: {:?}", resamples.failed);
        let again = boot(given);
        assert_eq!(resamples.theta, again.bootstrap.as_ref().expect("resamples").theta, "{missing}");
        let robust = boot(json!({"missing": if missing == "pairwise" { "ml" } else { missing }}));
        for (k, row) in one.table.rows.iter().enumerate().filter(|(_, row)| row.free.is_some()) {
            let ratio = one.standard_errors[k].expect("a spread") / robust.standard_errors[k].expect("an error");
            // 60 resamples give a standard deviation within a tenth; normal theory and gaps add to that.
            assert!((0.5..2.0).contains(&ratio), "{missing}, {} {} {}: {ratio}", row.lhs, row.op.symbol(), row.rhs);
        }
    }
}

/// Cases lost and choices changed are told, with their number and what to do.
#[test]
fn what_is_left_out_is_told() {
    let told = |model: &str, given: Value, code: WarningCode, words: &[&str]| {
        let fit = fitted(model, "sem", &given, &cases()).expect("a fit");
        let found =
            fit.warnings.iter().find(|warning| warning.code == code && words.iter().all(|w| warning.text.contains(w)));
        assert!(found.is_some(), "{words:?} in {:?}", fit.warnings);
    };
    told(FACTORS, json!({"missing": "ml"}), WarningCode::CasesLeftOut, &["1 of 260", "no value"]);
    told(REGRESSED, json!({"missing": "ml"}), WarningCode::CasesLeftOut, &["21 of 260", "ml.x", "fixed.x"]);
    told(FACTORS, json!({"missing": "ml", "test": "satorra.bentler"}), WarningCode::OptionNote, &["listwise", "MLR"]);
    told(FACTORS, json!({"missing": "two.stage"}), WarningCode::OptionNote, &["baseline", "0.7"]);
    told(REGRESSED, json!({"missing": "ml.x"}), WarningCode::OptionNote, &["x2", "AIC"]);
}

/// Two stages with fixed x, where lavaan 0.6-14 stops: x are complete in the cases kept, so that the estimates are those
/// with random x in the same cases, and the standard errors of a sandwich given x.
#[test]
fn two_stages_take_fixed_x() {
    let all = cases();
    let x2 = all.numbers("x2").expect("numbers");
    let kept: Vec<usize> = (0..all.cases()).filter(|case| x2[*case].is_some()).collect();
    let data = all.select_cases(&kept);
    let fixed = fitted(REGRESSED, "sem", &json!({"missing": "two.stage"}), &data).expect("a fit");
    let random = fitted(REGRESSED, "sem", &json!({"missing": "two.stage", "fixed.x": false}), &data).expect("a fit");
    for (k, row) in fixed.table.rows.iter().enumerate().filter(|(_, row)| row.free.is_some()) {
        let twin = random
            .table
            .rows
            .iter()
            .position(|other| (&other.lhs, other.op, &other.rhs) == (&row.lhs, row.op, &row.rhs));
        let twin = twin.expect("the row is there with random x as well");
        let (own, other) = (fixed.estimates[k].expect("free"), random.estimates[twin].expect("free"));
        assert!((own - other).abs() < 1e-7, "{} {} {}: {own} against {other}", row.lhs, row.op.symbol(), row.rhs);
        let errors = (fixed.standard_errors[k].expect("an error"), random.standard_errors[twin].expect("an error"));
        assert!((errors.0 / errors.1 - 1.0).abs() < 0.05, "{} {} {}: {errors:?}", row.lhs, row.op.symbol(), row.rhs);
    }
    assert!(fixed.tests.iter().any(|test| test.scaling_factor.is_some_and(|c| (0.8..1.3).contains(&c))));
}

#[test]
fn what_cannot_serve_is_refused_by_name() {
    let refused = |given: Value, words: &[&str]| {
        let error = fitted(FACTORS, "cfa", &given, &cases()).expect_err("refused").to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    };
    refused(json!({"missing": "pairwise", "estimator": "WLS"}), &["WLS", "listwise"]);
    refused(json!({"missing": "pairwise", "estimator": "MLM"}), &["robust", "MLR"]);
    refused(json!({"missing": "ml", "estimator": "GLS"}), &["GLS", "listwise"]);
    let gone = common::csv("tests/data/incomplete/cases.csv");
    let nothing = with_column(&gone, "y3", |_, _| f64::NAN);
    let error = fitted(FACTORS, "cfa", &json!({"missing": "ml"}), &nothing).expect_err("refused").to_string();
    assert!(error.contains("y3") && error.contains("no value"), "{error}");
    let constant = with_column(&gone, "y2", |_, value| if value.is_nan() { value } else { 4.0 });
    let error = fitted(FACTORS, "cfa", &json!({"missing": "ml"}), &constant).expect_err("refused").to_string();
    assert!(error.contains("y2") && error.contains("constant"), "{error}");
}

/// Variables that no case has together: estimated all the same where the model ties them, and told.
#[test]
fn variables_never_observed_together_are_named() {
    let all = cases();
    let y1 = all.numbers("y1").expect("numbers");
    let apart =
        with_column(&all, "y2", |case, value| if case % 2 == 0 && y1[case].is_some() { f64::NAN } else { value });
    let apart = with_column(&apart, "y1", |case, value| if case % 2 == 1 { f64::NAN } else { value });
    let fit = fitted(FACTORS, "cfa", &json!({"missing": "ml"}), &apart).expect("a fit");
    let warning = fit.warnings.iter().find(|warning| warning.code == WarningCode::LowCoverage).expect("told");
    assert!(warning.subjects.contains(&"y1 ~~ y2".to_string()), "{warning:?}");
    assert!(fit.converged());
}

fn with_column(data: &Dataset, name: &str, value: impl Fn(usize, f64) -> f64) -> Dataset {
    let position = data.position(name).expect("a variable");
    let columns = (0..data.variables().len()).map(|j| match data.column(j) {
        covary_data::Column::Numeric(values) if j == position => {
            covary_data::Column::Numeric(values.iter().enumerate().map(|(i, v)| value(i, *v)).collect())
        }
        other => other.clone(),
    });
    Dataset::new(data.variables().to_vec(), columns.collect()).expect("columns of one length")
}
