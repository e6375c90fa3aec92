//! Reports of fits against lavaan 0.6-14, whose figures `data/fit_reports/lavaan_reports.R` makes, and against
//! figures printed by AMOS.
//!
//! Both ends lie at gradients below 1e-10 (the growth model's lavaan end at 1e-6), and figures are kept to ten
//! digits: measures, estimates and standard errors agree to 1e-6 relative (floor 1e-6), modification indices and
//! residuals to 1e-5, because they are differences of nearly equal numbers. Limits of RMSEA carry lavaan's
//! root-finder error of 1e-8 and what it grows to near 0.

mod common;

use common::{holzinger_swineford, political_democracy};
use covary_data::Dataset;
use covary_numerics::Matrix;
use covary_sem::{
    Conventions, Data, Fit, FitReport, GroupMoments, Operator, Settings, fit,
    inference::{
        modification_indices::amos_modification_indices,
        residuals::{ResidualKind, moment_residuals, residual_summary},
        score_tests::{ReleasedConstraint, equality_score_tests},
    },
    options::settings_from,
    parse,
    settings::{BootstrapInterval, BootstrapSettings, GroupEqual},
    standardized::{Standardization, standardized_solution},
};
use serde_json::Value;

const RELATIVE: f64 = 1e-6;
const OF_DIFFERENCES: f64 = 1e-5;
/// The growth model's lavaan end lies at a gradient of 1e-6.
const UNPOLISHED: f64 = 2e-4;

struct Case {
    name: String,
    lavaan: Value,
    fit: Fit,
    report: FitReport,
    failures: Vec<String>,
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fit_reports/lavaan_reports.json");
    let text = std::fs::read_to_string(path).expect("the fixture is there");
    let all: Value = serde_json::from_str(&text).expect("the fixture is JSON");
    all.as_object().expect("an object").iter().map(|(name, lavaan)| Case::new(name, lavaan)).collect()
}

impl Case {
    fn new(name: &str, lavaan: &Value) -> Self {
        let data: Dataset = if lavaan["data"] == "hs" { holzinger_swineford() } else { political_democracy() };
        let function = ("function", &lavaan["call"]);
        let arguments = lavaan["arguments"].as_object();
        let options = arguments.into_iter().flatten().map(|(option, value)| (option.as_str(), value));
        let settings = settings_from(options.chain([function])).expect("options that are known");
        let model = parse(lavaan["model"].as_str().expect("a model")).expect("a model that can be read");
        let fit = fit(&model, &Data::Cases(&data), &settings).expect("a fit");
        assert!(fit.converged(), "{name}");
        let report = FitReport::new(&fit);
        Case { name: name.to_owned(), lavaan: lavaan.clone(), fit, report, failures: Vec::new() }
    }

    fn close(&mut self, what: &str, own: Option<f64>, expected: &Value, tolerance: f64) {
        let Some(expected) = expected.as_f64() else { return };
        let tolerance = if self.lavaan["gradient"].as_f64() > Some(1e-10) { UNPOLISHED } else { tolerance };
        let near = own.is_some_and(|own| (own - expected).abs() <= tolerance * expected.abs().max(1.0));
        if !near {
            self.failures.push(format!("{}: {what}: {own:?} against {expected}", self.name));
        }
    }
}

fn check(of_case: impl Fn(&mut Case)) {
    let mut failures = Vec::new();
    for mut case in cases() {
        of_case(&mut case);
        failures.append(&mut case.failures);
    }
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
}

fn operator(text: &Value) -> Operator {
    match text.as_str() {
        Some("=~") => Operator::Measures,
        Some("~") => Operator::Regression,
        Some("~~") => Operator::Covariance,
        Some("~1") => Operator::Intercept,
        Some(":=") => Operator::Define,
        _ => panic!("operator {text}"),
    }
}

#[test]
fn measures_are_lavaans() {
    check(|case| {
        let expected = case.lavaan["fit"].as_object().expect("measures").clone();
        for (name, value) in &expected {
            let own = case.report.measure(name);
            case.close(name, own, value, if name.starts_with("rmsea.ci") { 1e-5 } else { RELATIVE });
        }
        let order: Vec<&String> = case.report.fit.keys().filter(|name| expected.contains_key(*name)).collect();
        let lavaans: Vec<&String> = expected.keys().collect();
        assert_eq!(order, lavaans, "{}", case.name);
    });
}

#[test]
fn rows_are_lavaans_in_its_order() {
    check(|case| {
        let expected = case.lavaan["rows"].as_array().expect("rows").clone();
        assert_eq!(case.report.parameters.len(), expected.len(), "{}", case.name);
        for (own, row) in case.report.parameters.clone().iter().zip(&expected) {
            let what = format!("{} {:?} {}", own.lhs, own.op, own.rhs);
            assert_eq!((own.lhs.as_str(), own.op), (row[0].as_str().unwrap_or(""), operator(&row[1])), "{}", case.name);
            if own.op != Operator::Define {
                assert_eq!(
                    (own.rhs.as_str(), own.group),
                    (row[2].as_str().unwrap_or(""), row[3].as_u64().unwrap_or(0) as usize)
                );
            }
            case.close(&format!("{what} est"), own.est, &row[4], RELATIVE);
            // lavaan prints 0 where there is none.
            case.close(&format!("{what} se"), Some(own.se.unwrap_or(0.0)), &row[5], RELATIVE);
            case.close(&format!("{what} std.lv"), own.std_lv, &row[6], RELATIVE);
            case.close(&format!("{what} std.all"), own.std_all, &row[7], RELATIVE);
            case.close(&format!("{what} std.nox"), own.std_nox, &row[8], RELATIVE);
        }
    });
}

#[test]
fn standard_errors_of_standardized_values_are_lavaans() {
    check(|case| {
        let kinds =
            [("lv", Standardization::Latent), ("all", Standardization::All), ("nox", Standardization::NotExogenous)];
        for (name, kind) in kinds {
            let solution = standardized_solution(&case.fit, kind);
            let shown = case.fit.table.rows.iter().zip(&solution).filter(|(row, _)| row.op != Operator::Equal);
            let own: Vec<(String, f64)> = shown
                .map(|(row, value)| {
                    (format!("{} {:?} {}", row.lhs, row.op, row.rhs), value.standard_error.unwrap_or(0.0))
                })
                .collect();
            let expected = case.lavaan["standardized_se"][name].as_array().expect("errors").clone();
            assert_eq!(own.len(), expected.len(), "{} {name}", case.name);
            for ((what, own), expected) in own.iter().zip(&expected) {
                case.close(&format!("std.{name} se of {what}"), Some(*own), expected, RELATIVE);
            }
        }
    });
}

#[test]
fn explained_variances_are_lavaans() {
    check(|case| {
        for (group, expected) in case.lavaan["r2"].as_array().expect("groups").clone().iter().enumerate() {
            let own: Vec<(String, Option<f64>)> =
                case.report.r2.iter().filter(|r| r.group == group + 1).map(|r| (r.variable.clone(), r.value)).collect();
            assert_eq!(own.len(), expected.as_object().map_or(0, |o| o.len()), "{}", case.name);
            for (variable, value) in own {
                case.close(&format!("R² of {variable}"), value, &expected[&variable], RELATIVE);
            }
        }
    });
}

#[test]
fn modification_indices_are_lavaans() {
    check(|case| {
        for row in case.lavaan["modification_indices"].as_array().expect("rows").clone() {
            let (lhs, op, rhs) = (row[0].as_str().unwrap_or(""), operator(&row[1]), row[2].as_str().unwrap_or(""));
            let group = row[3].as_u64().unwrap_or(1) as usize;
            let what = format!("{lhs} {} {rhs} in {group}", row[1]);
            let own = case
                .report
                .modification_indices
                .iter()
                .find(|own| own.lhs == lhs && own.op == op && own.rhs == rhs && own.group == group)
                .cloned();
            let Some(own) = own else {
                // A parameter that others make up for has MI and EPC of pure rounding in lavaan.
                if row[4].as_f64() > Some(1e-6) {
                    case.failures.push(format!("{}: {what} is not there: {row}", case.name));
                }
                continue;
            };
            case.close(&format!("mi of {what}"), Some(own.mi), &row[4], OF_DIFFERENCES);
            case.close(&format!("epc of {what}"), Some(own.epc), &row[5], OF_DIFFERENCES);
            case.close(&format!("sepc.lv of {what}"), own.sepc_lv, &row[6], OF_DIFFERENCES);
            case.close(&format!("sepc.all of {what}"), own.sepc_all, &row[7], OF_DIFFERENCES);
            case.close(&format!("sepc.nox of {what}"), own.sepc_nox, &row[8], OF_DIFFERENCES);
        }
    });
}

#[test]
fn residuals_are_lavaans() {
    check(|case| {
        let blocks = case.fit.table.blocks.len();
        for block in 0..blocks {
            let own = moment_residuals(&case.fit, block);
            let p = own.raw.rows();
            let lower: Vec<(usize, usize)> = (0..p).flat_map(|j| (j..p).map(move |i| (i, j))).collect();
            let expected = case.lavaan["residuals"].clone();
            let correlation = own.correlation.clone().expect("positive variances");
            for (k, (i, j)) in lower.iter().enumerate() {
                let what = |kind: &str| format!("{kind} residual {i} {j} of block {block}");
                let of = |kind: &str| expected[kind][block]["cov"][k].clone();
                case.close(&what("correlation"), Some(correlation[(*i, *j)]), &of("correlation"), OF_DIFFERENCES);
                compare_standardized(case, &what("normalized"), own.normalized[*i][*j], &of("normalized"));
                compare_standardized(case, &what("standardized"), own.standardized[*i][*j], &of("standardized"));
            }
            for i in 0..own.mean_raw.as_ref().map_or(0, Vec::len) {
                let of = |kind: &str| expected[kind][block]["mean"][i].clone();
                let (normalized, standardized) = (own.mean_normalized.clone(), own.mean_standardized.clone());
                let what = |kind: &str| format!("{kind} mean residual {i} of block {block}");
                compare_standardized(case, &what("normalized"), normalized.and_then(|m| m[i]), &of("normalized"));
                compare_standardized(case, &what("standardized"), standardized.and_then(|m| m[i]), &of("standardized"));
            }
        }
    });
}

/// A residual that cannot vary is 0 or rounding over rounding in lavaan, and absent here.
fn compare_standardized(case: &mut Case, what: &str, own: Option<f64>, expected: &Value) {
    if own.is_some() {
        case.close(what, own, expected, OF_DIFFERENCES);
    } else if expected.as_f64().is_some_and(|z| z.abs() > 1e-3) {
        case.failures.push(format!("{}: {what}: absent against {expected}", case.name));
    }
}

#[test]
fn summaries_of_residuals_are_lavaans() {
    check(|case| {
        for (block, expected) in case.lavaan["summary"].as_array().expect("groups").clone().iter().enumerate() {
            let columns: Vec<Value> = match &expected["columns"] {
                Value::Array(columns) => columns.clone(),
                single => vec![single.clone()],
            };
            for (c, column) in columns.iter().enumerate() {
                let kind = match column.as_str() {
                    Some("cov") => ResidualKind::Covariances,
                    Some("total") => ResidualKind::All,
                    _ => continue,
                };
                let Some(own) = residual_summary(&case.fit, block, kind) else { continue };
                let values = [
                    own.srmr,
                    own.srmr_standard_error,
                    own.exact_fit_z,
                    own.exact_fit_p,
                    own.usrmr,
                    own.usrmr_standard_error,
                    own.usrmr_lower,
                    own.usrmr_upper,
                    0.05,
                    own.close_fit_z,
                    own.close_fit_p,
                ];
                for (k, value) in values.iter().enumerate() {
                    let row = &expected["values"][k];
                    let figure = if row.is_array() { row[c].clone() } else { expected["values"][k].clone() };
                    case.close(
                        &format!("{} of block {block}, {column}", expected["rows"][k]),
                        Some(*value),
                        &figure,
                        OF_DIFFERENCES,
                    );
                }
            }
        }
    });
}

#[test]
fn score_tests_of_equalities_are_lavaans() {
    check(|case| {
        let expected = case.lavaan["score"].clone();
        if expected.is_null() {
            assert!(equality_score_tests(&case.fit).is_none(), "{}", case.name);
            return;
        }
        let own = equality_score_tests(&case.fit).expect("equality constraints");
        case.close("all together", Some(own.total.statistic), &expected["total"], OF_DIFFERENCES);
        assert_eq!(own.single.len(), expected["single"].as_array().map_or(0, Vec::len), "{}", case.name);
        for (k, ReleasedConstraint { test, .. }) in own.single.iter().enumerate() {
            case.close(&format!("constraint {k}"), Some(test.statistic), &expected["single"][k], OF_DIFFERENCES);
            assert_eq!(test.df, 1.0);
        }
    });
}

fn amos() -> Settings {
    Settings { conventions: Conventions::AMOS, ..Settings::default() }
}

fn report(model: &str, data: &Data, settings: &Settings) -> (Fit, FitReport) {
    let fit = fit(&parse(model).expect("a model"), data, settings).expect("a fit");
    assert!(fit.converged());
    let report = FitReport::new(&fit);
    (fit, report)
}

/// Printed figures: half a unit of the last digit.
fn printed(what: &str, own: Option<f64>, expected: f64, decimals: i32) {
    let near = own.is_some_and(|own| (own - expected).abs() <= 0.5 * 10f64.powi(-decimals) + 1e-9);
    assert!(near, "{what}: {own:?}, printed {expected}");
}

/// Wheaton et al. (1977), correlations and standard deviations of AMOS's user's guide, example 6.
fn wheaton() -> Data<'static> {
    let names = ["anomia67", "powles67", "anomia71", "powles71", "educ", "sei"];
    let deviations = [3.44, 3.06, 3.54, 3.16, 3.10, 21.22];
    let lower: [&[f64]; 6] = [
        &[1.0],
        &[0.66, 1.0],
        &[0.56, 0.47, 1.0],
        &[0.44, 0.52, 0.67, 1.0],
        &[-0.36, -0.41, -0.35, -0.37, 1.0],
        &[-0.30, -0.29, -0.29, -0.28, 0.54, 1.0],
    ];
    let element = |i: usize, j: usize| lower[i.max(j)][i.min(j)] * deviations[i] * deviations[j];
    Data::Moments(vec![GroupMoments {
        label: String::new(),
        cases: 932,
        names: names.map(String::from).to_vec(),
        covariance: Matrix::from_fn(6, 6, element),
        mean: None,
    }])
}

const WHEATON_A: &str = "alien67 =~ anomia67 + powles67
alien71 =~ anomia71 + powles71
ses =~ educ + sei
alien71 ~ alien67 + ses
alien67 ~ ses";

#[test]
fn amos_example_6_model_a() {
    let (fit, report) = report(WHEATON_A, &wheaton(), &amos());
    let figure = |block: &serde_json::Map<String, Value>, name: &str| block[name].as_f64();
    printed("CMIN", figure(&report.fit_amos.default, "CMIN"), 71.544, 3);
    printed("DF", figure(&report.fit_amos.default, "DF"), 6.0, 0);
    printed("NPAR", figure(&report.fit_amos.default, "NPAR"), 15.0, 0);
    printed("CMIN of independence", figure(&report.fit_amos.independence, "CMIN"), 2131.790, 3);
    for (name, value, decimals) in
        [("CFI", 0.969, 3), ("RMSEA", 0.108, 3), ("BCC", 101.771, 3), ("HOELTER_05", 164.0, 0)]
    {
        printed(name, figure(&report.fit_amos.default, name), value, decimals);
    }

    let tables = amos_modification_indices(&fit, 4.0);
    let covariances = [
        ("anomia67", "anomia71", 40.911, 1.253),
        ("anomia67", "powles71", 35.367, -1.069),
        ("powles67", "anomia71", 32.071, -0.988),
        ("powles67", "powles71", 26.545, 0.825),
        ("powles67", "educ", 5.905, -0.424),
        ("anomia67", "educ", 4.609, 0.421),
    ];
    let own: Vec<_> = tables.iter().filter(|index| index.op == Operator::Covariance).collect();
    assert_eq!(own.len(), covariances.len(), "{own:?}");
    for (lhs, rhs, mi, change) in covariances {
        let index = own.iter().find(|index| index.lhs == lhs && index.rhs == rhs);
        printed(&format!("M.I. of {lhs} and {rhs}"), index.map(|index| index.mi), mi, 3);
        printed(&format!("Par Change of {lhs} and {rhs}"), index.map(|index| index.par_change), change, 3);
    }
    let weights: Vec<_> = tables.iter().filter(|index| index.op != Operator::Covariance).collect();
    assert_eq!(weights.len(), 8, "{weights:?}");
    let largest = weights.iter().max_by(|l, r| l.mi.total_cmp(&r.mi)).expect("eight of them");
    assert_eq!((largest.lhs.as_str(), largest.rhs.as_str()), ("anomia71", "anomia67"));
    printed("its M.I.", Some(largest.mi), 10.352, 3);
    printed("its Par Change", Some(largest.par_change), 0.076, 3);

    // The score test of the first, from lavaan's modindices() on the same matrix.
    let in_report = report.modification_indices.iter().find(|index| index.lhs == "anomia67" && index.rhs == "anomia71");
    printed("score test", in_report.map(|index| index.mi), 63.786, 3);
    printed("M.I. beside it", in_report.and_then(|index| index.mi_amos), 40.911, 3);
}

#[test]
fn amos_example_6_model_b() {
    let model = format!("{WHEATON_A}\nanomia67 ~~ anomia71");
    let (_, report) = report(&model, &wheaton(), &amos());
    printed("CMIN", report.amos_measure("CMIN"), 6.383, 3);
    printed("P", report.amos_measure("P"), 0.271, 3);
    let row = report.parameter("anomia71", Operator::Covariance, "anomia67", 1).expect("the row");
    printed("eps1 with eps3", row.est, 1.886, 3);
    printed("its S.E.", row.se, 0.240, 3);
    printed("its C.R.", row.z, 7.866, 3);
    let row = report.parameter("sei", Operator::Covariance, "sei", 1).expect("the row");
    printed("delta2", row.est, 266.567, 3);
    printed("its S.E.", row.se, 18.173, 3);
    printed("its C.R.", row.z, 14.668, 3);
}

#[test]
fn amos_example_8_girls_of_grant_white() {
    let all = holzinger_swineford();
    let sex = all.numbers("sex").expect("the column is there");
    let school = all.texts("school").expect("the column is there");
    let of_school = |k: &usize| school[*k].as_deref() == Some("Grant-White");
    let kept: Vec<usize> = (0..all.cases()).filter(|k| sex[*k] == Some(2.0) && of_school(k)).collect();
    let girls = all.select_cases(&kept);
    let model = "spatial =~ x1 + x2 + x3\nverbal =~ x4 + x5 + x6";
    let (_, report) = report(model, &Data::Cases(&girls), &amos());
    printed("CMIN", report.amos_measure("CMIN"), 7.853, 3);
    printed("P", report.amos_measure("P"), 0.448, 3);
    let standardized =
        [("spatial", ["x1", "x2", "x3"], [0.70, 0.65, 0.74]), ("verbal", ["x4", "x5", "x6"], [0.88, 0.83, 0.84])];
    for (latent, items, loadings) in standardized {
        for (item, loading) in items.iter().zip(loadings) {
            let row = report.parameter(latent, Operator::Measures, item, 1).expect("the row");
            printed(item, row.std_all, loading, 2);
        }
    }
    let correlation = report.parameter("spatial", Operator::Covariance, "verbal", 1).expect("the row");
    printed("correlation", correlation.std_all, 0.49, 2);
    let multiple = report.r2.iter().find(|r2| r2.variable == "x6").and_then(|r2| r2.value);
    printed("squared multiple correlation of wordmean", multiple, 0.71, 2);
}

/// Boys and girls of Grant-White, equal loadings and intercepts; model B has equal means as well.
#[test]
fn amos_example_15_two_groups_with_means() {
    let all = holzinger_swineford();
    let school = all.texts("school").expect("the column is there");
    let kept: Vec<usize> = (0..all.cases()).filter(|k| school[*k].as_deref() == Some("Grant-White")).collect();
    let pupils = all.select_cases(&kept);
    let model = "spatial =~ x1 + x2 + x3\nverbal =~ x4 + x5 + x6";
    let of_equal = |equal: &[GroupEqual]| {
        let settings = Settings { group: Some("sex".to_string()), group_equal: equal.to_vec(), ..amos() };
        report(model, &Data::Cases(&pupils), &settings).1
    };
    let a = of_equal(&[GroupEqual::Loadings, GroupEqual::Intercepts]);
    printed("CMIN of A", a.amos_measure("CMIN"), 22.593, 3);
    printed("DF of A", a.amos_measure("DF"), 24.0, 0);
    let b = of_equal(&[GroupEqual::Loadings, GroupEqual::Intercepts, GroupEqual::Means]);
    printed("CMIN of B", b.amos_measure("CMIN"), 30.624, 3);
    printed("DF of B", b.amos_measure("DF"), 26.0, 0);
    printed("P of B", b.amos_measure("P"), 0.243, 3);
    printed("CMIN of independence", b.fit_amos.independence["CMIN"].as_f64(), 337.553, 3);
    printed("DF of independence", b.fit_amos.independence["DF"].as_f64(), 30.0, 0);
    assert_eq!(b.fit_amos.default["GFI"], Value::Null, "not given with means");
}

#[test]
fn a_five_factor_study_in_amos() {
    let model = "F1 =~ T11 + T12 + T13 + T14 + T15
F2 =~ T21 + T22 + T23 + T24 + T25 + T26
F3 =~ T31 + T32 + T33 + T34
M =~ M1 + M2 + M3 + M4 + M5
Y =~ Y1 + Y2 + Y3 + Y4
M ~ F1 + F2 + F3
Y ~ F1 + F2 + F3 + M";
    let data = common::yongkang();
    let (_, report) = report(model, &Data::Cases(&data), &amos());
    let figures = [
        ("CMIN", 386.639, 3),
        ("DF", 242.0, 0),
        ("NPAR", 58.0, 0),
        ("RMR", 0.040, 3),
        ("GFI", 0.884, 3),
        ("AGFI", 0.856, 3),
        ("PGFI", 0.713, 3),
        ("RMSEA", 0.051, 3),
        ("PCLOSE", 0.437, 3),
        ("BCC", 516.649, 3),
        ("MECVI", 2.227, 3),
        ("HOELTER_01", 178.0, 0),
    ];
    for (name, value, decimals) in figures {
        printed(name, report.amos_measure(name), value, decimals);
    }
}

/// Items in other units, reversed and in another order: what has no unit stays, up to the sign.
#[test]
fn what_has_no_unit_does_not_depend_on_units() {
    let data = holzinger_swineford();
    let scaled = |name: &str, factor: f64| -> Vec<Option<f64>> {
        data.numbers(name).expect("the column is there").iter().map(|v| v.map(|v| 3.0 + factor * v)).collect()
    };
    let renamed = data
        .clone()
        .with_numbers(covary_data::Variable::named("y2"), scaled("x2", -10.0))
        .and_then(|data| data.with_numbers(covary_data::Variable::named("y9"), scaled("x9", 0.1)))
        .expect("columns of one length");
    let of_pair = |model: &str, data: &Dataset| report(model, &Data::Cases(data), &Settings::default()).1;
    let one = of_pair("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9", &data);
    let other = of_pair("speed =~ x8 + y9 + x7\nvisual =~ x3 + x1 + y2\ntextual =~ x4 + x5 + x6", &renamed);
    let original = |name: &str| name.replace("y2", "x2").replace("y9", "x9");
    // Both fits end at gradients near 1e-7 of a standard error.
    let near = |l: f64, r: f64| (l.abs() - r.abs()).abs() < 1e-5 * r.abs().max(1.0);
    for name in ["chisq", "cfi", "tli", "rmsea", "srmr", "gfi", "ecvi"] {
        let (l, r) = (other.measure(name).expect("a measure"), one.measure(name).expect("a measure"));
        assert!(near(l, r), "{name}: {l} against {r}");
    }
    for row in &other.parameters {
        let same = one.parameter(&original(&row.lhs), row.op, &original(&row.rhs), 1).expect("the same row");
        let (l, r) = (row.std_all.expect("a value"), same.std_all.expect("a value"));
        assert!(near(l, r), "{} {:?} {}: {l} against {r}", row.lhs, row.op, row.rhs);
        let (l, r) = (row.std_all_se.unwrap_or(0.0), same.std_all_se.unwrap_or(0.0));
        assert!(near(l, r), "S.E. of {} {:?} {}: {l} against {r}", row.lhs, row.op, row.rhs);
    }
    let mut compared = 0;
    for index in other.modification_indices.iter().filter(|index| index.mi > 1e-3) {
        let same = one.modification_indices.iter().find(|same| {
            let (lhs, rhs) = (original(&index.lhs), original(&index.rhs));
            let turned = same.op == Operator::Covariance && same.lhs == rhs && same.rhs == lhs;
            same.op == index.op && ((same.lhs == lhs && same.rhs == rhs) || turned)
        });
        let same = same.expect("the same candidate");
        assert!(
            near(index.mi, same.mi),
            "{} {:?} {}: {} against {}",
            index.lhs,
            index.op,
            index.rhs,
            index.mi,
            same.mi
        );
        let (l, r) = (index.mi_amos.expect("given"), same.mi_amos.expect("given"));
        assert!(near(l, r), "AMOS's of {} {:?} {}: {l} against {r}", index.lhs, index.op, index.rhs);
        assert!(index.mi >= index.mi_amos.unwrap_or(0.0) * 301.0 / 300.0 - 1e-6, "AMOS's form is the smaller one");
        compared += 1;
    }
    assert!(compared > 40);
    assert!(other.converged && other.schema == "covary.fit/1");
}

/// The contract's shape: keys that other programs read.
#[test]
fn the_report_is_the_contracts_json() {
    let data = holzinger_swineford();
    let (_, report) = report("visual =~ x1 + x2 + x3\nx4 ~ visual", &Data::Cases(&data), &Settings::default());
    let json = serde_json::to_value(&report).expect("plain data");
    for key in ["schema", "converged", "admissible", "warnings", "iterations", "n_obs", "n_total", "n_groups", "npar"] {
        assert!(!json[key].is_null(), "{key}");
    }
    let first = &json["parameters"][0];
    let keys: Vec<&String> = first.as_object().expect("an object").keys().collect();
    let contract =
        ["lhs", "op", "rhs", "group", "level", "label", "free", "est", "se", "z", "pvalue", "ci.lower", "ci.upper"];
    for key in contract.iter().chain(&["std.lv", "std.all", "std.all.se"]) {
        assert!(keys.iter().any(|own| own == key), "{key}");
    }
    assert_eq!((&first["op"], &first["free"], &first["se"]), (&Value::from("=~"), &Value::from(0), &Value::Null));
    assert_eq!(first["ci.lower"], Value::from(1.0));
    for key in ["lhs", "op", "rhs", "group", "mi", "epc", "sepc.all"] {
        assert!(!json["modification_indices"][0][key].is_null(), "{key}");
    }
    for block in ["default", "saturated", "independence"] {
        assert!(json["fit_amos"][block]["CMIN"].is_number(), "{block}");
    }
    assert_eq!(json["implied"][0]["names"][0], "x1");
    assert!(json["r2"][0]["value"].is_number());
    assert!(!json.to_string().contains("NaN"));
}

/// Models that are not identified, saturated, inadmissible or of one variable still have a report.
#[test]
fn every_fit_has_a_report() {
    let data = holzinger_swineford();
    let few = data.select_cases(&(0..14).collect::<Vec<_>>());
    let models = [
        "f =~ x1 + x2",
        "f =~ x1 + x2 + x3",
        "x1 ~ x2 + x3",
        "x1 ~~ x1",
        "x1 ~~ 0*x2",
        "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nf ~~ 0*g\nf ~~ 0*f",
        "f =~ 1*x1\nx1 ~~ 0*x1\nf ~ x2",
        "x1 ~ x2\nx2 ~ x3\nx3 ~ x1",
        "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\ng =~ visual + textual",
    ];
    for (model, data) in models.iter().flat_map(|model| [(model, &data), (model, &few)]) {
        for settings in [Settings::default(), amos(), Settings { meanstructure: Some(true), ..Settings::default() }] {
            let Ok(fit) = fit(&parse(model).expect("a model"), &Data::Cases(data), &settings) else { continue };
            let report = FitReport::new(&fit);
            assert_eq!(report.measure("df"), Some(fit.degrees_of_freedom as f64), "{model}");
            for row in &report.parameters {
                let figures =
                    [row.est, row.se, row.std_all, row.std_all_se, row.std_lv, row.std_nox, row.z, row.pvalue];
                assert!(figures.iter().flatten().all(|figure| figure.is_finite()), "{model}: {row:?}");
            }
            for index in &report.modification_indices {
                assert!(index.mi.is_finite() && index.epc.is_finite() && index.mi >= 0.0, "{model}: {index:?}");
            }
            if fit.degrees_of_freedom < 0 {
                assert_eq!(report.measure("cfi"), None, "{model}");
            }
        }
    }
}

/// Limits come from the resamples where there are some; a fixed row is its own interval.
#[test]
fn limits_of_resamples_are_shown() {
    let data = holzinger_swineford();
    let model = "x9 ~ c*x4 + b*x8\nx8 ~ a*x4\nindirect := a*b";
    let of = |interval: BootstrapInterval| {
        let bootstrap = Some(BootstrapSettings { resamples: 400, seed: 3, interval, kind: Default::default() });
        report(model, &Data::Cases(&data), &Settings { bootstrap, ..Settings::default() }).1
    };
    let (percentile, corrected) = (of(BootstrapInterval::Percentile), of(BootstrapInterval::BiasCorrected));
    let summary = percentile.bootstrap.as_ref().expect("resamples");
    let interval = BootstrapInterval::Percentile;
    assert_eq!((summary.drawn, summary.used + summary.failed, summary.interval), (400, 400, interval));
    for (own, other) in percentile.parameters.iter().zip(&corrected.parameters) {
        let (lower, upper) = (own.ci_lower.expect("a limit"), own.ci_upper.expect("a limit"));
        let est = own.est.expect("an estimate");
        assert!(lower <= est && est <= upper, "{} {:?} {}", own.lhs, own.op, own.rhs);
        if own.free > 0 || own.op == Operator::Define {
            assert!(lower < upper && own.ci_lower != other.ci_lower);
            assert_eq!(own.se, other.se, "the same resamples");
        } else {
            assert_eq!((lower, upper), (est, est));
        }
    }
    let bca = of(BootstrapInterval::Bca);
    assert!(bca.parameter("indirect", Operator::Define, "", 0).and_then(|row| row.ci_lower).is_some());
}
