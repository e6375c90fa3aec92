//! The Yongkang study against psych 2.2.9, lavaan 0.6-14 and the formulas that papers use.
//!
//! `data/yongkang.json` holds their figures: the fit and estimates under the wishart likelihood (whose χ² and regression weights
//! AMOS shares), AVE, CR and HTMT, and limits from 4,000 resamples of lavaan's.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn results() -> Value {
    let out = tempfile::tempdir().unwrap();
    let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/yongkang/study.toml");
    let output = Command::cargo_bin("covary")
        .unwrap()
        .args(["run", study.to_str().unwrap(), "--json", "--out", out.path().to_str().unwrap()])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn figures_of_other_programs_are_met() {
    let reference: Value = serde_json::from_str(include_str!("data/yongkang.json")).unwrap();
    let results = results();
    validity(&reference, &results);
    fit(&reference, &results);
    paths(&reference, &results);
    resamples(&reference, &results);
}

/// The reference takes its loadings from an optimiser that stops near 1e-6; HTMT needs no model and agrees to rounding.
fn validity(reference: &Value, results: &Value) {
    for construct in results["validity"]["constructs"].as_array().unwrap() {
        let name = construct["name"].as_str().unwrap();
        for measure in ["ave", "cr"] {
            let (own, other) = (number(&construct[measure]), number(&reference["validity"][measure][name]));
            assert!((own - other).abs() < 1e-6, "{measure} of {name}: {own}, {other}");
        }
    }
    for pair in results["validity"]["pairs"].as_array().unwrap() {
        let key = format!("{}-{}", pair["left"].as_str().unwrap(), pair["right"].as_str().unwrap());
        let (own, other) = (number(&pair["htmt"]), number(&reference["validity"]["htmt"][&key]));
        assert!((own - other).abs() < 1e-12, "HTMT of {key}: {own}, {other}");
    }
}

/// Under AMOS's convention χ² and the indices built on it are those of the wishart likelihood; log-likelihoods and RMR follow S with
/// divisor N. 1e-6 relative: the reference's own stopping.
fn fit(reference: &Value, results: &Value) {
    for (name, value) in reference["fit_wishart"].as_object().unwrap() {
        let (own, other) = (number(&results["structural_model"]["fit"][name]), number(value));
        assert!((own - other).abs() < 1e-6 * (1.0 + other.abs()), "{name}: {own}, {other}");
    }
}

/// Regression weights and their S.E. as under the wishart likelihood: 1e-4 relative.
fn paths(reference: &Value, results: &Value) {
    for row in reference["paths_wishart"].as_array().unwrap() {
        let same = |p: &&Value| ["lhs", "op", "rhs"].iter().all(|key| p[*key] == row[*key]);
        let own = results["structural_model"]["parameters"].as_array().unwrap().iter().find(same).unwrap();
        for key in ["est", "se"] {
            let (own, other) = (number(&own[key]), number(&row[key]));
            assert!((own - other).abs() < 1e-4 * other.abs(), "{} {} {}: {own}, {other}", row["lhs"], key, row["rhs"]);
        }
    }
}

/// Limits of indirect and total effects beside lavaan's from 4,000 resamples. A quantile at 2.5% of B resamples has a Monte Carlo
/// standard error of about 2.7 S.E./√B: for the difference of 5,000 and 4,000 resamples .057 S.E.; 4 of these, .23 S.E., is
/// allowed. Bias-corrected limits add the error of z₀ (√(π/2B) on the normal scale, twice): .40 S.E. is allowed.
fn resamples(reference: &Value, results: &Value) {
    let effects = results["effects"]["effects"].as_array().unwrap();
    for row in reference["bootstrap"].as_array().unwrap() {
        let same = |e: &&Value| e["kind"] == row["kind"] && e["way"] == row["way"];
        let own = &effects.iter().find(same).unwrap()["unstandardized"];
        let se = number(&row["se"]);
        assert!((number(&own["estimate"]) - number(&row["est"])).abs() < 1e-5);
        assert!((number(&own["bootstrap"]["se"]) / se - 1.0).abs() < 0.08, "S.E. of {}", row["way"]);
        for (kind, allowed) in [("percentile", 0.23), ("bias_corrected", 0.40)] {
            for limit in ["lower", "upper"] {
                let difference = number(&own["bootstrap"][kind][limit]) - number(&row[kind][limit]);
                assert!(
                    difference.abs() < allowed * se,
                    "{kind} {limit} of {}: off by {} S.E.",
                    row["way"],
                    difference / se
                );
            }
        }
    }
}
