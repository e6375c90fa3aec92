//! The program as a user runs it: exit codes, messages, files, JSON.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use assert_cmd::Command;
use serde_json::Value;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").canonicalize().unwrap()
}

fn covary(arguments: &[&str], folder: &Path) -> Output {
    Command::cargo_bin("covary").unwrap().args(arguments).current_dir(folder).output().unwrap()
}

fn folder_with_yongkang() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["survey.csv", "survey.sav", "survey.xlsx", "pilot.csv", "study.toml"] {
        fs::copy(examples().join("yongkang").join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Exit code 2, nothing on stdout, and a message that holds all of `expected`.
#[track_caller]
fn refused(output: &Output, expected: &[&str]) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(output.stdout.is_empty(), "nothing is told on stdout");
    for word in expected {
        assert!(message.contains(word), "\"{word}\" in: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

#[test]
fn a_study_runs_from_file_to_report() {
    let folder = folder_with_yongkang();
    let output = covary(&["run", "study.toml"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = folder.path().join("study-report");
    let results: Value = serde_json::from_slice(&fs::read(report.join("results.json")).unwrap()).unwrap();
    for key in [
        "schema",
        "screening",
        "pilot",
        "profile",
        "descriptives",
        "adequacy",
        "factors",
        "reliability",
        "validity",
        "method_bias",
        "measurement_model",
        "structural_model",
        "effects",
        "hypotheses",
        "findings",
        "provenance",
    ] {
        assert!(results.get(key).is_some_and(|value| !value.is_null()), "{key}");
    }
    assert_eq!(results["screening"]["valid"], 233);
    let html = fs::read_to_string(report.join("report.html")).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("<svg"));
    assert!(fs::read_to_string(report.join("model.lav")).unwrap().contains("M ~ F1 + F2 + F3"));
    let leftovers = fs::read_dir(&report)
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with(".covary"));
    assert_eq!(leftovers.count(), 0, "no temporary file is left");
}

#[test]
fn results_follow_their_schema() {
    let schema = json(&covary(&["schema", "results"], &examples()));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for study in ["yongkang", "abilities", "loyalty-chain"] {
        let out = tempfile::tempdir().unwrap();
        let output =
            covary(&["run", "study.toml", "--json", "--out", out.path().to_str().unwrap()], &examples().join(study));
        let results = json(&output);
        let faults: Vec<String> =
            validator.iter_errors(&results).map(|e| format!("{}: {e}", e.instance_path())).take(5).collect();
        assert!(faults.is_empty(), "{study}: {faults:?}");
    }
}

#[test]
fn the_same_bytes_on_one_and_two_threads() {
    let folder = folder_with_yongkang();
    let results = |threads: &str, out: &str| {
        let output = covary(&["run", "study.toml", "--threads", threads, "--out", out, "--quiet"], folder.path());
        assert_eq!(output.status.code(), Some(0));
        (
            fs::read(folder.path().join(out).join("results.json")).unwrap(),
            fs::read(folder.path().join(out).join("report.html")).unwrap(),
        )
    };
    assert!(results("1", "one") == results("2", "two"), "threads change no byte");
}

#[test]
fn bad_input_is_refused_in_words() {
    let folder = folder_with_yongkang();
    let study = fs::read_to_string(folder.path().join("study.toml")).unwrap();
    let check = |change: &dyn Fn(&str) -> String, expected: &[&str]| {
        fs::write(folder.path().join("changed.toml"), change(&study)).unwrap();
        refused(&covary(&["run", "changed.toml"], folder.path()), expected);
        assert!(!folder.path().join("changed-report").exists(), "no partial output");
    };
    check(&|s| s.replace("survey.sav", "gone.sav"), &["gone.sav", "no such file"]);
    check(&|s| s.replace("\"T15\"]", "\"T15\", \"T21\"]"), &["changed.toml:34:10", "T21", "F1"]);
    check(&|s| s.replace("\"T15\"]", "\"T51\"]"), &["T51", "did you mean"]);
    check(&|s| s.replacen("scale = [1, 5]", "scale = [5, 1]", 1), &["changed.toml:30", "out of order"]);
    check(&|s| s.replace("[bootstrap]", "[bootstrp]"), &["bootstrp", "bootstrap"]);
    check(&|s| s.replace("in_industry == 1", "in_industry == 7"), &["no case is left"]);
    check(&|s| s.replace("F1 -> M -> Y", "F1 -> Q -> Y"), &["H4", "Q"]);
    check(&|s| s.replace("[model]\n", "[model]\nmissing = \"ml\"\n"), &["model.missing", "screening.missing"]);
    check(&|s| s.replace("Y ~ F1", "Y ~ F9"), &["F9"]);
    check(&|s| s.replace("[report]", "[report").to_string() + "\n[oops", &["changed.toml:"]);
}

#[test]
fn damaged_data_files_are_refused_in_words() {
    let folder = folder_with_yongkang();
    for name in ["survey.sav", "survey.xlsx", "survey.csv"] {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        let damaged = format!("damaged{}", &name[6..]);
        fs::write(folder.path().join(&damaged), &bytes[..bytes.len() / 3 + 7]).unwrap();
        let output = covary(&["describe", &damaged], folder.path());
        if output.status.code() != Some(0) || name != "survey.csv" {
            refused(&output, &[damaged.as_str()]);
        }
    }
    fs::write(folder.path().join("empty.csv"), "").unwrap();
    refused(&covary(&["describe", "empty.csv"], folder.path()), &["empty.csv", "empty"]);
    fs::write(folder.path().join("constant.csv"), "a,b,c\n1,2,3\n1,3,4\n1,4,6\n1,2,2\n1,5,5\n").unwrap();
    refused(&covary(&["factors", "constant.csv", "--items", "a,b,c"], folder.path()), &["\"a\"", "constant"]);
    fs::write(folder.path().join("text.csv"), "a,b,c\n1,2,3\n1,x,4\n3,4,6\n2,2,2\n1,5,5\n").unwrap();
    refused(&covary(&["factors", "text.csv", "--items", "a,b,c"], folder.path()), &["\"b\"", "case 2", "\"x\""]);
}

#[test]
fn fit_keeps_its_contract() {
    let folder = folder_with_yongkang();
    fs::write(folder.path().join("m.lav"), "F =~ T11 + T12 + T13 + T14\n").unwrap();
    let output = covary(&["fit", "m.lav", "survey.csv", "--json"], folder.path());
    assert_eq!(output.status.code(), Some(0));
    let fit = json(&output);
    assert_eq!(fit["schema"], "covary.fit/1");
    assert_eq!(fit["npar"], 8);
    assert_eq!(fit["parameters"][0]["se"], Value::Null);
    assert_eq!(fit["parameters"][0]["op"], "=~");
    assert!(fit["fit"]["rmsea.ci.lower"].is_number() && fit["fit_amos"]["default"]["CMIN"].is_number());
    fs::write(folder.path().join("two.lav"), "F =~ T11 + T12\n").unwrap();
    let output = covary(&["fit", "two.lav", "survey.csv", "--json"], folder.path());
    assert_eq!(output.status.code(), Some(1), "not identified");
    assert!(json(&output)["warnings"].as_array().unwrap().iter().any(|w| w["code"] == "not_identified"));
    refused(&covary(&["fit", "m.lav", "survey.csv", "--ordered"], folder.path()), &["ordered", "not built yet"]);
    refused(&covary(&["fit", "m.lav", "survey.csv", "--estimator", "WLSMW"], folder.path()), &["WLSMW", "WLSMV"]);
    fs::write(folder.path().join("bad.lav"), "F =~ T11 + T12 + T99\n").unwrap();
    refused(&covary(&["fit", "bad.lav", "survey.csv"], folder.path()), &["T99", "column 18"]);
    fs::write(folder.path().join("options.json"), "{\"std.lv\": true, \"function\": \"cfa\"}").unwrap();
    let output = covary(
        &["fit", "m.lav", "survey.csv", "--options", "options.json", "--json", "--report", "fit.html"],
        folder.path(),
    );
    assert_eq!(json(&output)["parameters"][0]["free"], 1);
    assert!(folder.path().join("fit.html").exists());
}

#[test]
fn moments_in_place_of_data() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.lav"), "f =~ a + b + c\n").unwrap();
    fs::write(folder.path().join("cov.csv"), ",a,b,c\na,1,,\nb,0.5,1,\nc,0.4,0.3,1\n").unwrap();
    let output = covary(&["fit", "m.lav", "--cov", "cov.csv", "--nobs", "200", "--json"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // A just-identified factor: λ_b/λ_a = s_bc/s_ac = .75, whatever the divisor.
    let estimate = json(&output)["parameters"][1]["est"].as_f64().unwrap();
    assert!((estimate - 0.75).abs() < 1e-6);
}

#[test]
fn single_steps_need_no_study_file() {
    let data = examples().join("yongkang/survey.sav");
    let data = data.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let reliability =
        covary(&["reliability", data, "--construct", "F1=T11,T12,T13,T14,T15", "--json", "-q"], folder.path());
    assert!(json(&reliability)["reliability"]["constructs"][0]["alpha"].as_f64().unwrap() > 0.8);
    let found = covary(&["reliability", data, "--json", "-q"], folder.path());
    assert_eq!(
        json(&found)["reliability"]["constructs"].as_array().unwrap().len(),
        5,
        "constructs are found by name and scale"
    );
    let factors = covary(
        &["factors", data, "--rotation", "promax", "--count", "5", "--json", "-q", "--report", "f.html"],
        folder.path(),
    );
    assert_eq!(json(&factors)["factors"]["factors"], 5);
    assert!(folder.path().join("f.html").exists());
    let described = covary(&["describe", data, "--items", "T11,T12", "--json", "-q"], folder.path());
    assert_eq!(json(&described)["descriptives"]["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_draft_passes_its_check_and_runs() {
    for survey in ["yongkang/survey.sav", "yongkang/survey.xlsx", "loyalty-chain/survey.csv"] {
        let folder = tempfile::tempdir().unwrap();
        let name = Path::new(survey).file_name().unwrap().to_str().unwrap();
        fs::copy(examples().join(survey), folder.path().join(name)).unwrap();
        assert_eq!(covary(&["init", name, "--out", "study.toml"], folder.path()).status.code(), Some(0));
        let checked = covary(&["check", "study.toml"], folder.path());
        assert_eq!(checked.status.code(), Some(0), "{survey}: {}", String::from_utf8_lossy(&checked.stderr));
        let run = covary(&["run", "study.toml", "-q"], folder.path());
        assert!(matches!(run.status.code(), Some(0 | 1)), "{survey}: {}", String::from_utf8_lossy(&run.stderr));
        assert!(folder.path().join("study-report/results.json").exists());
        refused(&covary(&["init", name, "--out", "study.toml"], folder.path()), &["exists already"]);
    }
}

#[test]
fn conversions_keep_the_answers() {
    let folder = folder_with_yongkang();
    for out in ["x.xlsx", "x.csv", "x.sav"] {
        let output = covary(&["convert", "survey.sav", out, "-q"], folder.path());
        assert_eq!(output.status.code(), Some(0), "{out}: {}", String::from_utf8_lossy(&output.stderr));
        let mean = |file: &str| {
            let described = json(&covary(&["describe", file, "--items", "T12", "--json", "-q"], folder.path()));
            described["descriptives"]["items"][0]["mean"].as_f64().unwrap()
        };
        assert_eq!(mean("survey.sav"), mean(out), "{out}");
    }
}

/// Holzinger and Swineford's data and two models, in a folder of their own.
fn folder_with_models() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/holzinger_swineford_1939.csv");
    fs::copy(data, folder.path().join("hs.csv")).unwrap();
    let three = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n";
    fs::write(folder.path().join("three.lav"), three).unwrap();
    fs::write(folder.path().join("one.lav"), "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9\n").unwrap();
    fs::write(folder.path().join("metric.json"), "{\"group.equal\": [\"loadings\"]}").unwrap();
    folder
}

#[test]
fn models_are_compared_in_the_order_of_their_degrees_of_freedom() {
    let folder = folder_with_models();
    // lavaan 0.6-14, lavTestLRT(): 226.9586 on 3 degrees of freedom; with groups 8.1922 on 6.
    let output = covary(&["compare", "one.lav", "three.lav", "hs.csv", "--json", "--report", "c.html"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = json(&output);
    assert_eq!(report["schema"], "covary.compare/1");
    assert_eq!(report["models"][0]["name"], "three.lav");
    assert_eq!(report["comparisons"][0]["nesting"], "nested");
    assert!((report["comparisons"][0]["test"]["chisq_diff"].as_f64().unwrap() - 226.9586).abs() < 5e-5);
    assert!(folder.path().join("c.html").exists());
    let output = covary(
        &["compare", "three.lav:metric.json", "three.lav", "hs.csv", "--group", "school", "--json", "-q"],
        folder.path(),
    );
    let report = json(&output);
    assert_eq!(report["comparisons"][0]["restricted"], "three.lav:metric.json");
    assert!((report["comparisons"][0]["test"]["chisq_diff"].as_f64().unwrap() - 8.1922).abs() < 5e-5);
    refused(&covary(&["compare", "three.lav", "hs.csv"], folder.path()), &["at least two models"]);
    refused(&covary(&["compare", "three.lav", "gone.lav", "hs.csv"], folder.path()), &["gone.lav", "no such file"]);
}

#[test]
fn invariance_is_told_level_by_level() {
    let folder = folder_with_models();
    let arguments = ["invariance", "three.lav", "hs.csv", "--group", "school", "--json", "-q"];
    let report = json(&covary(&arguments, folder.path()));
    assert_eq!(report["schema"], "covary.invariance/1");
    assert_eq!(report["highest"], "metric");
    assert_eq!(report["latent_means"]["released"], serde_json::json!(["x3~1", "x7~1"]));
    let partial = json(&covary(&[&arguments[..], &["--group-partial", "x3~1,x7~1"]].concat(), folder.path()));
    assert_eq!(partial["latent_means"]["level"], "covariances");
    let few = json(&covary(&[&arguments[..], &["--levels", "metric"]].concat(), folder.path()));
    assert_eq!(few["levels"].as_array().unwrap().len(), 2);
    assert!(few["latent_means"].is_null() && few["latent_means_reason"].as_str().unwrap().contains("scalar"));
    refused(&covary(&["invariance", "three.lav", "hs.csv"], folder.path()), &["grouping variable"]);
}

#[test]
fn factor_scores_are_a_data_file() {
    let folder = folder_with_models();
    let fit = |further: &[&str]| covary(&[&["fit", "three.lav", "hs.csv", "-q"], further].concat(), folder.path());
    for file in ["s.csv", "s.sav", "s.xlsx"] {
        assert_eq!(fit(&["--scores", file]).status.code(), Some(0), "{file}");
        let described =
            json(&covary(&["describe", file, "--items", "visual,visual_se", "--json", "-q"], folder.path()));
        let items = &described["descriptives"]["items"];
        assert_eq!((&items[0]["n"], &items[1]["n"]), (&Value::from(301), &Value::from(301)), "{file}");
    }
    assert_eq!(fit(&["--scores", "a.csv", "--scores-method", "bartlett", "--append-data"]).status.code(), Some(0));
    let header = fs::read_to_string(folder.path().join("a.csv")).unwrap();
    assert!(
        header.starts_with("id,sex,")
            && header.lines().next().unwrap().ends_with("speed,visual_se,textual_se,speed_se")
    );
    refused(&fit(&["--scores", "s.doc"]), &["s.doc", ".csv"]);
}

const POPULATION: &str = "f =~ 0.8*x1 + 0.7*x2 + 0.6*x3\nh =~ 0.8*y1 + 0.7*y2 + 0.6*y3\nh ~ b*f + start(0.4)*f\n";

fn folder_with_population() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pop.lav"), POPULATION).unwrap();
    folder
}

#[test]
fn data_are_simulated_from_a_model() {
    let folder = folder_with_population();
    let simulate = |further: &[&str]| covary(&[&["simulate", "pop.lav"], further].concat(), folder.path());
    let text = |output: &Output| String::from_utf8(output.stdout.clone()).unwrap();
    let first = text(&simulate(&["--n", "5"]));
    assert!(first.starts_with("x1,x2,x3,y1,y2,y3\n") && first.lines().count() == 6, "{first}");
    assert_eq!(first, text(&simulate(&["--n", "5", "--threads", "1"])));
    assert_ne!(first, text(&simulate(&["--n", "5", "--seed", "2"])));
    let written = simulate(&["--n", "20,30", "--reps", "3", "--out", "d/sim.sav", "--missing", "mcar:0.2"]);
    assert_eq!(written.status.code(), Some(0), "{}", String::from_utf8_lossy(&written.stderr));
    assert!(text(&written).contains("sim-0001.sav") && text(&written).contains("50 cases each"), "{}", text(&written));
    assert!(folder.path().join("d/sim-0003.sav").exists() && !folder.path().join("d/sim-0004.sav").exists());
    let long = text(&simulate(&["--n", "4", "--reps", "2", "--long", "--categories", "3"]));
    assert!(long.starts_with("replicate,x1,") && long.lines().count() == 9, "{long}");
    let told = json(&simulate(&["--n", "60", "--empirical", "--json", "--out", "exact.csv"]));
    assert_eq!((&told["schema"], &told["n_obs"]), (&Value::from("covary.simulate/1"), &serde_json::json!([60])));
    // Fitted to data with exactly the population's moments, the model gives back its values.
    fs::write(folder.path().join("fit.lav"), "f =~ x1 + x2 + x3\nh =~ y1 + y2 + y3\nh ~ f").unwrap();
    let fit = json(&covary(&["fit", "fit.lav", "exact.csv", "--std-lv", "--json", "-q"], folder.path()));
    let path = fit["parameters"].as_array().unwrap().iter().find(|row| row["op"] == "~").unwrap();
    assert!((path["est"].as_f64().unwrap() - 0.4).abs() < 1e-9 && fit["fit"]["chisq"].as_f64().unwrap() < 1e-9);
    refused(&simulate(&["--reps", "2"]), &["--out"]);
    refused(&simulate(&["--skewness", "2", "--kurtosis", "1"]), &["x1", "at least"]);
    refused(&simulate(&["--missing", "mar:0.2:z"]), &["mar:0.2:z", "x1, x2"]);
    refused(&simulate(&["--cut", "x1"]), &["--categories"]);
    refused(&simulate(&["--function", "spline"]), &["spline", "growth"]);
    fs::write(folder.path().join("bad.lav"), "f =~ 0.8*x1 + 0.7*x2\nx1 ~~ -1*x1").unwrap();
    refused(&covary(&["simulate", "bad.lav"], folder.path()), &["bad.lav", "variance of x1 is -1"]);
}

#[test]
fn power_is_told_for_a_grid_a_target_and_a_test_of_fit() {
    let folder = folder_with_population();
    let power = |further: &[&str]| covary(&[&["power"], further].concat(), folder.path());
    let grid = ["pop.lav", "--n", "100:200:50", "--reps", "100", "--json"];
    let report = json(&power(&[&grid[..], &["--report", "p.html"]].concat()));
    assert_eq!(report["schema"], "covary.power/1");
    assert_eq!(report["grid"].as_array().unwrap().len(), 3);
    assert_eq!(report["df"], 8);
    assert!(fs::read_to_string(folder.path().join("p.html")).unwrap().contains("<svg"));
    let report = json(&power(&["pop.lav", "--parameter", "b", "--target", "0.9", "--reps", "100", "--json"]));
    let (search, grid) = (&report["search"], &report["grid"]);
    assert_eq!((&search["parameter"], &search["power"]), (&Value::from("h ~ f"), &Value::from(0.9)));
    assert_eq!(grid[0]["n_total"], search["needed"]["n_total"]);
    // semTools 0.5-6, findRMSEAsamplesize(.05, .08, 50).
    let report = json(&power(&["--rmsea", "--df", "50", "--ha", "0.08", "--target", "0.8", "--json"]));
    assert_eq!((&report["cases_needed"], &report["kind"]), (&Value::from(214), &Value::from("close_fit")));
    let of = |further: &[&str]| power(&[&["pop.lav"], further].concat());
    refused(&of(&["--n", "ten"]), &["ten", "FROM:TO:STEP"]);
    refused(&of(&["--parameter", "c"]), &["\"c\"", "h ~ f"]);
    refused(&of(&["--group-ratio", "1,-1"]), &["--group-ratio"]);
    refused(&of(&["--estimator", "XYZ"]), &["XYZ"]);
    refused(&power(&["--rmsea", "--df", "50", "--ha", "0.08"]), &["--n", "--target"]);
    refused(&power(&["--rmsea", "--df", "50,40", "--ha", "0.08", "--n", "100"]), &["--ha", "two of nested models"]);
}
