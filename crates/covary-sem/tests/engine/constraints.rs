//! Constraints and bounds against lavaan 0.6-14, whose figures `data/lavaan_constraints.R` makes, and against the
//! conditions of a constrained minimum.

use covary_numerics::{Matrix, finite_differences, linalg, random};
use covary_sem::{
    Data, Fit, GroupMoments, Operator, Settings,
    estimate::{Objective, bounds, restrictions::Origin},
    estimators::Estimator,
    fit::fit,
    inference::bootstrap,
    options::settings_from,
    parse,
    settings::Bounds,
    warning::WarningCode,
};
use rand::RngExt;
use serde_json::{Value, json};

use crate::common::{close, holzinger_swineford, json as fixture, political_democracy};

fn reference() -> Value {
    fixture("tests/data/lavaan_constraints.json")
}

fn settings(case: &Value, function: &str) -> Settings {
    let function = case["function"].as_str().unwrap_or(function).to_string();
    let mut given: Vec<(String, Value)> = vec![("function".into(), json!(function))];
    if let Some(options) = case["options"].as_object() {
        given.extend(options.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    settings_from(given.iter().map(|(name, value)| (name.as_str(), value))).unwrap()
}

fn fitted(model: &str, data: &str, settings: &Settings) -> Fit {
    let dataset = if data == "pd" { political_democracy() } else { holzinger_swineford() };
    fit(&parse(model).unwrap(), &Data::Cases(&dataset), settings).unwrap()
}

/// Estimates to 1e-7: both ends lie on the conditions of a minimum to 1e-9. Standard errors to 1e-5: lavaan's Jacobian of
/// nonlinear constraints is numerical, and so is its Hessian.
#[test]
fn constrained_fits_are_lavaans() {
    let reference = reference();
    let mut failures = Vec::new();
    for (name, case) in reference["constrained"].as_object().unwrap() {
        let model = case["model"].as_str().unwrap();
        let fit = fitted(model, case["data"].as_str().unwrap(), &settings(case, "sem"));
        let mut check =
            |result: Result<(), String>| failures.extend(result.err().map(|error| format!("{name}: {error}")));
        check(if fit.converged() { Ok(()) } else { Err(format!("{:?}", fit.warnings)) });
        for row in case["rows"].as_array().unwrap() {
            let text = |k: usize| row[k].as_str().unwrap();
            let group = row[3].as_u64().unwrap() as usize;
            let position = fit.table.rows.iter().position(|own| {
                own.lhs == text(0)
                    && own.op.symbol() == text(1)
                    && (own.rhs == text(2) || own.op == Operator::Define)
                    && own.group == group
            });
            let what = format!("{} {} {} ({group})", text(0), text(1), text(2));
            let Some(k) = position else {
                check(Err(format!("no row {what}")));
                continue;
            };
            check(close(&what, fit.estimates[k].unwrap(), row[4].as_f64().unwrap(), 1e-7));
            let own = fit.standard_errors[k].unwrap_or(0.0);
            check(close(&format!("S.E. of {what}"), own, row[5].as_f64().unwrap_or(0.0), 1e-5));
        }
        let measure = |name: &str| case["fit"][name].as_f64().unwrap();
        check(close("chisq", fit.test.unwrap().statistic, measure("chisq"), 1e-8));
        check(close("df", fit.degrees_of_freedom as f64, measure("df"), 0.0));
        check(close("npar", (fit.theta.len() - fit.equality_rank) as f64, measure("npar"), 0.0));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The columns lower and upper of lavaan's parameter table, which it prints to 12 digits.
#[test]
fn intervals_of_bounds_are_lavaans() {
    let reference = reference();
    let dataset = holzinger_swineford();
    let mut failures = Vec::new();
    for (name, case) in reference["intervals"].as_object().unwrap() {
        let plain = settings(case, "sem");
        let fit = fit(&parse(case["model"].as_str().unwrap()).unwrap(), &Data::Cases(&dataset), &plain).unwrap();
        for (set, rows) in case["sets"].as_object().unwrap() {
            let set_value: Bounds = serde_json::from_value(json!(set)).unwrap();
            let mut table = fit.table.clone();
            bounds::set(&mut table, &fit.sample, set_value);
            for row in rows.as_array().unwrap() {
                let text = |k: usize| row[k].as_str().unwrap();
                let group = row[3].as_u64().unwrap() as usize;
                let own = table
                    .rows
                    .iter()
                    .find(|own| {
                        let same =
                            (own.lhs == text(0) && own.rhs == text(2)) || (own.lhs == text(2) && own.rhs == text(0));
                        same && own.op.symbol() == text(1) && own.group == group && own.free.is_some()
                    })
                    .unwrap_or_else(|| panic!("{name}: {row}"));
                for (own, expected) in [(own.lower, row[4].as_f64()), (own.upper, row[5].as_f64())] {
                    let same = match (own, expected) {
                        (Some(own), Some(expected)) => (own - expected).abs() < 1e-10,
                        (own, expected) => own == expected,
                    };
                    if !same {
                        failures.push(format!("{name}, {set}: {row}: {own:?} for {expected:?}"));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Bounds hold exactly at both ends; lavaan's optimiser stops at gradients of 1e-6.
#[test]
fn bounded_fits_are_lavaans() {
    let reference = reference();
    let mut failures = Vec::new();
    for (name, case) in reference["bounded"].as_object().unwrap() {
        let fit = fitted(case["model"].as_str().unwrap(), "hs", &settings(case, "cfa"));
        assert!(fit.converged() && !fit.active.is_empty(), "{name}: {:?}", fit.warnings);
        let expected = case["fit"]["fmin"].as_f64().unwrap();
        assert!(fit.objective <= expected + 1e-10, "{name}: {} for {expected}", fit.objective);
        for row in case["rows"].as_array().unwrap() {
            let text = |k: usize| row[k].as_str().unwrap();
            let op = if text(1) == "=~" { Operator::Measures } else { Operator::Covariance };
            let k = fit.table.find(0, text(0), op, text(2)).unwrap();
            let result =
                close(&row.to_string(), fit.estimates[k].unwrap(), row[3].as_f64().unwrap(), 2e-5).and_then(|()| {
                    let own = fit.standard_errors[k].unwrap_or(0.0);
                    close(&format!("S.E. {row}"), own, row[4].as_f64().unwrap_or(0.0), 1e-4)
                });
            failures.extend(result.err());
        }
        for row in fit.table.rows.iter().filter(|row| row.free.is_some()) {
            let value = fit.theta[row.free.unwrap()];
            assert!(row.lower.is_none_or(|lower| value >= lower) && row.upper.is_none_or(|upper| value <= upper));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_heywood_case_at_its_bound_is_no_negative_variance() {
    let case = &reference()["bounded"]["bifactor"];
    let fit = fitted(case["model"].as_str().unwrap(), "hs", &settings(case, "cfa"));
    let codes: Vec<WarningCode> = fit.warnings.iter().map(|warning| warning.code).collect();
    assert!(codes.contains(&WarningCode::AtBound) && !codes.contains(&WarningCode::NegativeVariance), "{codes:?}");
    assert!(fit.admissible());
}

/// ∂f = Σ λᵢ∂cᵢ, c = 0 or ≥ 0, λ ≥ 0 and λc = 0 for inequalities, with gradients by differences of f itself and of the
/// constraints as the table states them.
fn conditions(fit: &Fit) -> Result<(), String> {
    let named = |name: &str, theta: &[f64]| -> Option<f64> {
        let row = fit.table.rows.iter().find(|row| row.plabel == name)?;
        row.free.map(|k| theta[k]).or(row.fixed)
    };
    let defined = |theta: &[f64]| -> Vec<(String, f64)> {
        let mut values: Vec<(String, f64)> = Vec::new();
        for (row, expression) in &fit.table.definitions {
            let look_up = |name: &str| {
                values.iter().find(|(known, _)| known == name).map(|(_, v)| *v).or_else(|| named(name, theta))
            };
            let value = expression.evaluate::<f64>(&look_up).unwrap();
            values.push((fit.table.rows[*row].lhs.clone(), value));
        }
        values
    };
    let constraints = |theta: &[f64]| -> Vec<f64> {
        let defined = defined(theta);
        let look_up = |name: &str| {
            defined.iter().find(|(known, _)| known == name).map(|(_, v)| *v).or_else(|| named(name, theta))
        };
        let of_text = fit.table.constraints.iter().map(|constraint| {
            let difference: f64 = constraint.difference.evaluate(&look_up).unwrap();
            if constraint.op == Operator::Less { -difference } else { difference }
        });
        let of_rows = fit.table.rows.iter().filter_map(|row| Some((row, theta[row.free?]))).flat_map(|(row, value)| {
            [row.lower.map(|lower| value - lower), row.upper.map(|upper| upper - value)].into_iter().flatten()
        });
        of_text.chain(of_rows).collect()
    };
    let is_equality: Vec<bool> = (0..constraints(&fit.theta).len())
        .map(|i| fit.table.constraints.get(i).is_some_and(|constraint| constraint.op == Operator::Equal))
        .collect();
    let mut objective = Objective::<f64>::new(&fit.matrices, Estimator::Ml, &fit.sample).unwrap();
    let mut gradient = vec![0.0; fit.theta.len()];
    objective.evaluate(&fit.theta, &mut gradient).unwrap();
    let values = constraints(&fit.theta);
    let jacobian = finite_differences::jacobian(constraints, &fit.theta);
    let mut active = Vec::new();
    for (i, value) in values.iter().enumerate() {
        let meets = if is_equality[i] { value.abs() < 1e-9 } else { *value > -1e-9 };
        if !meets {
            return Err(format!("restriction {i} is missed by {value}"));
        }
        if is_equality[i] || *value < 1e-6 {
            active.push(i);
        }
    }
    // Multipliers by least squares.
    let every: Vec<usize> = (0..fit.theta.len()).collect();
    let a = jacobian.select(&active, &every);
    let normal = a.times(&a.transpose());
    let multipliers = linalg::symmetric_pseudo_inverse(&normal, 1e-10)
        .map_or_else(Vec::new, |inverse| inverse.times_vector(&a.times_vector(&gradient)));
    let explained = a.transpose().times_vector(&multipliers);
    let rest = gradient.iter().zip(&explained).fold(0.0, |most: f64, (g, e)| most.max((g - e).abs()));
    if rest > 1e-6 {
        return Err(format!("{rest} of the gradient is not explained"));
    }
    match active.iter().zip(&multipliers).find(|(i, multiplier)| !is_equality[**i] && **multiplier < -1e-6) {
        Some((i, multiplier)) => Err(format!("inequality {i} has the multiplier {multiplier}")),
        None => Ok(()),
    }
}

/// Two factors with random moments; constraints drawn from kinds that bind in some and not in others.
#[test]
fn the_conditions_of_a_minimum_hold_in_random_models() {
    const KINDS: [&str; 16] = [
        "a < 0.6",
        "a > 1.2",
        "b == a^2",
        "c == a*b",
        "a + b + c == 2.5",
        "exp(a) < b + 2",
        "v > 0.8",
        "v < 0.3",
        "r2 := a^2*v/(a^2*v + e2)\nr3 := b^2*v/(b^2*v + e3)\nr2 == r3",
        "sqrt(v*w) > abs(k) + 0.2",
        "k == 0.3*sqrt(v*w)",
        "e2 > 0.5\ne2 < 0.55",
        "d == c\nc < a",
        "e3 == e2^2",
        "k^2 < 0.01",
        "a*d == 1",
    ];
    let (mut converged, mut bound) = (0, 0);
    for replicate in 0..60 {
        let mut stream = random::stream(11, replicate);
        let mut uniform = |low: f64, high: f64| low + (high - low) * stream.random::<f64>();
        let loadings: Vec<f64> = (0..6).map(|_| uniform(0.5, 1.3)).collect();
        let between = uniform(-0.2, 0.6);
        let covariance = Matrix::from_fn(6, 6, |i, j| {
            let factors = if i / 3 == j / 3 { 1.0 } else { between };
            loadings[i] * loadings[j] * factors + if i == j { 0.7 } else { 0.0 }
        });
        // Off the model by a Wishart-like disturbance.
        let disturbance = Matrix::from_fn(6, 12, |_, _| 0.0);
        let mut disturbance = disturbance;
        disturbance.values_mut().iter_mut().for_each(|value| *value = uniform(-0.3, 0.3));
        let covariance = covariance.plus(&disturbance.times(&disturbance.transpose()).scaled(0.25));
        let first = (uniform(0.0, 16.0) as usize).min(15);
        let second = (uniform(0.0, 16.0) as usize).min(15);
        let mut constraints = KINDS[first].to_string();
        if second != first {
            constraints.push('\n');
            constraints.push_str(KINDS[second]);
        }
        let model = format!(
            "f =~ y1 + a*y2 + b*y3\ng =~ y4 + c*y5 + d*y6\nf ~~ v*f + k*g\ng ~~ w*g\ny2 ~~ lower(0.1)*y2 + e2*y2\ny3 ~~ e3*y3\n{constraints}"
        );
        let names = (1..=6).map(|i| format!("y{i}")).collect();
        let moments = GroupMoments { label: String::new(), cases: 200, names, covariance, mean: None };
        let fit = match fit(&parse(&model).unwrap(), &Data::Moments(vec![moments]), &Settings::default()) {
            Ok(fit) => fit,
            // Two that contradict each other.
            Err(error) => panic!("{constraints}: {error}"),
        };
        let contradicting = constraints.contains("a < 0.6") && constraints.contains("a > 1.2")
            || constraints.contains("v > 0.8") && constraints.contains("v < 0.3");
        assert_eq!(fit.converged(), !contradicting, "{constraints}: {:?} {:?}", fit.theta, fit.warnings);
        if fit.converged() {
            conditions(&fit).unwrap_or_else(|error| panic!("{constraints}: {error}"));
            converged += 1;
            bound += fit.active.len().min(1);
        }
    }
    assert!(converged > 50 && bound > 15, "{converged} {bound}");
}

#[test]
fn constraints_that_cannot_be_met_are_named() {
    let fit = fitted("f =~ x1 + a*x2 + b*x3 + x4\na < 0.3\na > 0.5", "hs", &Settings::default());
    assert!(!fit.converged());
    let warning = fit.warnings.iter().find(|warning| warning.code == WarningCode::NotConverged).unwrap();
    assert!(warning.text.contains("a < 0.3") || warning.text.contains("a > 0.5"), "{}", warning.text);
    let contradiction = |model: &str| fit_error(model).contains("contradicts the others or cannot be met");
    assert!(contradiction("f =~ x1 + a*x2 + b*x3 + x4\na == 0.3\na > 0.5"));
    assert!(contradiction("f =~ x1 + a*x2 + lower(2)*x2 + b*x3 + x4\na == 0.3"));
    assert!(fit_error("f =~ x1 + lower(2)*x2 + upper(1)*x2 + x3 + x4").contains("f =~ x2"));
}

fn fit_error(model: &str) -> String {
    fit(&parse(model).unwrap(), &Data::Cases(&holzinger_swineford()), &Settings::default()).unwrap_err().to_string()
}

/// K at the estimates: a nonlinear constraint identifies what a linear one would.
#[test]
fn constraints_identify_and_what_they_leave_open_is_named() {
    let model = |constraint: &str| format!("f =~ NA*x1 + a*x1 + b*x2 + c*x3 + x4\n{constraint}");
    let one = fitted(&model("a^2 + b^2 + c^2 == 3"), "hs", &Settings::default());
    let marker = fitted("f =~ x1 + x2 + x3 + x4", "hs", &Settings::default());
    assert!(one.converged() && one.vcov.is_some(), "{:?}", one.warnings);
    assert_eq!(one.degrees_of_freedom, marker.degrees_of_freedom);
    assert!((one.objective - marker.objective).abs() < 1e-10);
    let open = fitted(&model("a/b == 1.2"), "hs", &Settings::default());
    let warning = open.warnings.iter().find(|warning| warning.code == WarningCode::NotIdentified);
    let subjects = &warning.unwrap_or_else(|| panic!("{:?}", open.warnings)).subjects;
    assert!(subjects.iter().any(|subject| subject == "f ~~ f"), "{subjects:?}");
}

/// Each definition doubles the one before: without memory of values 2⁵⁰ evaluations.
#[test]
fn long_chains_of_definitions_cost_their_length() {
    let mut model = "f =~ x1 + a*x2 + x3 + x4\nd0 := a + 0\n".to_string();
    for k in 1..=50 {
        model.push_str(&format!("d{k} := d{} + d{}\n", k - 1, k - 1));
    }
    model.push_str("d50 < 2^50*0.5");
    let fit = fitted(&model, "hs", &Settings::default());
    let row = |name: &str| fit.table.rows.iter().position(|row| row.lhs == name && row.op == Operator::Define).unwrap();
    let a = fit.table.find(0, "f", Operator::Measures, "x2").unwrap();
    assert!(fit.converged() && (fit.estimates[a].unwrap() - 0.5).abs() < 1e-10, "{:?}", fit.warnings);
    let power = 2f64.powi(50);
    assert!((fit.estimates[row("d50")].unwrap() / (power * fit.estimates[a].unwrap()) - 1.0).abs() < 1e-14);
    assert!(matches!(fit.restrictions.rest[0].origin, Origin::Inequality(_)));
    let free = fitted(&model.replace("d50 < 2^50*0.5", ""), "hs", &Settings::default());
    let ratio = free.standard_errors[row("d50")].unwrap() / (power * free.standard_errors[a].unwrap());
    assert!((ratio - 1.0).abs() < 1e-13, "{ratio}");
}

/// Refits without a case are those of a fit to the data without it; constraints hold in every resample.
#[test]
fn resamples_are_fitted_under_the_constraints() {
    let model = "f =~ x1 + a*x2 + b*x3\ng =~ x4 + c*x5 + x6\nb == a^2 + 0.2\nc < 1.1";
    let dataset = holzinger_swineford();
    let whole = fit(&parse(model).unwrap(), &Data::Cases(&dataset), &Settings::default()).unwrap();
    let refits = bootstrap::jackknife(&whole, &|_| Vec::new()).unwrap();
    // No two cases are alike on six tests with decimals, so that refit k is that without row k of the distinct ones.
    let rows = whole.sample.blocks[0].rows.as_ref().unwrap();
    for k in [0, 57, 200] {
        let case = rows.row_of_case.iter().position(|row| *row == k).unwrap();
        let kept: Vec<usize> = (0..dataset.cases()).filter(|other| *other != case).collect();
        let without = dataset.select_cases(&kept);
        let again = fit(&parse(model).unwrap(), &Data::Cases(&without), &Settings::default()).unwrap();
        for (own, expected) in refits[k].theta.iter().zip(&again.theta) {
            assert!((own - expected).abs() < 1e-7, "{own} for {expected}");
        }
    }
    let resamples = bootstrap::bootstrap(&whole, 60, 5, &|_| Vec::new(), &|_| true).unwrap();
    assert!(resamples.failed.is_empty());
    let at = |factor: &str, item: &str| {
        whole.table.rows[whole.table.find(0, factor, Operator::Measures, item).unwrap()].free.unwrap()
    };
    let (a, b, c) = (at("f", "x2"), at("f", "x3"), at("g", "x5"));
    let mut at_limit = 0;
    for replicate in 0..60 {
        let theta = resamples.theta.row(replicate);
        assert!((theta[b] - theta[a].powi(2) - 0.2).abs() < 1e-9 && theta[c] <= 1.1 + 1e-9);
        at_limit += usize::from(theta[c] > 1.1 - 1e-6);
    }
    assert!((1..60).contains(&at_limit), "{at_limit}");
}
