//! Searches that are hard: units of very different size, saddles, random starts, samples without an inverse, loops.

use covary_data::{Dataset, Variable};
use covary_numerics::Matrix;
use covary_sem::{
    Data, Fit, FitReport, GroupMoments, Operator, Settings, estimate::ending::Unfinished, fit::fit,
    options::settings_from, parse, warning::WarningCode,
};
use serde_json::json;

use crate::common::holzinger_swineford;

const THREE: &str = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9";

fn fitted(model: &str, dataset: &Dataset, settings: &Settings) -> Fit {
    fit(&parse(model).unwrap(), &Data::Cases(dataset), settings).unwrap()
}

/// The data with variables multiplied by factors.
fn rescaled(factors: &[(&str, f64)]) -> Dataset {
    let mut dataset = holzinger_swineford();
    for (name, factor) in factors {
        let values = dataset.numbers(name).unwrap().iter().map(|value| Some((*value)? * factor)).collect();
        dataset = dataset.with_numbers(Variable::named(*name), values).unwrap();
    }
    dataset
}

#[track_caller]
fn warning(fit: &Fit, code: WarningCode) -> &covary_sem::Warning {
    fit.warnings.iter().find(|warning| warning.code == code).unwrap_or_else(|| panic!("{code:?} in {:?}", fit.warnings))
}

/// χ² and standardized solutions know no units. Variance ratios up to 10²⁰ here.
#[test]
fn units_do_not_matter() {
    for model in [THREE.to_string(), format!("{THREE}\nspeed ~ a*visual + b*textual\nb == a^2 + 0.05\nx9 ~ x1")] {
        let plain = fitted(&model, &holzinger_swineford(), &Settings::default());
        assert!(plain.converged());
        for factors in [
            vec![("x1", 1e4)],
            vec![("x1", 1e-4)],
            vec![("x2", 1e5), ("x9", 1e-5)],
            vec![("x4", 1e5), ("x5", 1e5), ("x6", 1e-5), ("x3", 1e3)],
        ] {
            // The nonlinear constraint is about coefficients in units, so that only items other than markers may change.
            if model.contains("==") && factors.iter().any(|(name, _)| ["x1", "x4", "x7"].contains(name)) {
                continue;
            }
            let other = fitted(&model, &rescaled(&factors), &Settings::default());
            assert!(other.converged(), "{factors:?}: {:?}", other.warnings);
            let (own, expected) = (other.test.unwrap().statistic, plain.test.unwrap().statistic);
            assert!((own - expected).abs() < 1e-7 * expected, "{factors:?}: {own} for {expected}");
            let (own, expected) = (FitReport::new(&other), FitReport::new(&plain));
            for (own, expected) in own.parameters.iter().zip(&expected.parameters) {
                let same = |own: Option<f64>, expected: Option<f64>| match (own, expected) {
                    (Some(own), Some(expected)) => (own - expected).abs() < 1e-6 * expected.abs().max(0.1),
                    (own, expected) => own == expected,
                };
                let what = format!("{factors:?}: {} {} {}", own.lhs, own.op, own.rhs);
                assert!(same(own.z, expected.z), "{what}: z {:?} for {:?}", own.z, expected.z);
                assert!(same(own.std_all, expected.std_all), "{what}: {:?} for {:?}", own.std_all, expected.std_all);
            }
        }
    }
}

/// With all loadings 0 the gradient vanishes, but no minimum is there.
#[test]
fn a_saddle_is_no_minimum() {
    let usual = fitted("f =~ x1 + x2 + x3 + x4", &holzinger_swineford(), &Settings::default());
    let model = "f =~ NA*x1 + start(0)*x1 + start(0)*x2 + start(0)*x3 + start(0)*x4\nf ~~ 1*f";
    let from_zero = fitted(model, &holzinger_swineford(), &Settings::default());
    assert!(from_zero.converged());
    assert!((from_zero.objective - usual.objective).abs() < 1e-10, "{} {}", from_zero.objective, usual.objective);
}

#[test]
fn random_starts_find_nothing_worse_and_always_the_same() {
    let settings = settings_from([("rstarts", &json!(5))]).unwrap();
    let model = format!("{THREE}\nx1 ~~ x2\ng =~ visual + textual + speed");
    let (plain, first, second) = (
        fitted(&model, &holzinger_swineford(), &Settings::default()),
        fitted(&model, &holzinger_swineford(), &settings),
        fitted(&model, &holzinger_swineford(), &settings),
    );
    assert!(first.converged() && first.objective <= plain.objective + 1e-12);
    assert!(first.iterations > plain.iterations);
    assert_eq!(first.theta, second.theta);
}

#[test]
fn ends_are_told_in_words() {
    let dataset = holzinger_swineford();
    let cut = Settings { max_iterations: 2, ..Settings::default() };
    let fit = fitted(&format!("{THREE}\nspeed ~ visual + textual"), &dataset, &cut);
    assert!(warning(&fit, WarningCode::NotConverged).text.contains("iter.max"));
    assert_eq!(fit.unfinished, Some(Unfinished::IterationLimit { iterations: fit.iterations }));
    // Nothing that looks like a result.
    assert!(fit.test.is_none() && fit.vcov.is_none() && fit.standard_errors.iter().all(Option::is_none));
    // A correlation that no model of one factor and positive residual variances explains: r12 r13 r23 < 0.
    let names = ["a", "b", "c"].map(String::from).to_vec();
    let signs = [[1.0, 0.5, 0.5], [0.5, 1.0, -0.5], [0.5, -0.5, 1.0]];
    let covariance = Matrix::from_fn(3, 3, |i, j| signs[i][j]);
    let moments = GroupMoments { label: String::new(), cases: 100, names, covariance, mean: None };
    let run = |settings: &Settings| {
        covary_sem::fit::fit(&parse("f =~ a + b + c").unwrap(), &Data::Moments(vec![moments.clone()]), settings)
            .unwrap()
    };
    let free = run(&Settings::default());
    // The exact solution has a negative factor variance: fits perfectly, is not admissible.
    assert!(!free.converged() || !free.admissible(), "{:?}", free.theta);
    let bounded = run(&settings_from([("bounds", &json!("pos.var"))]).unwrap());
    assert!(!bounded.converged() || bounded.admissible(), "{:?}", bounded.warnings);
}

#[test]
fn a_singular_sample_has_estimates_but_no_test() {
    // x3 replaced by x1 + x2: one factor for these three and x4 would need a negative residual variance; a path model fits.
    let dataset = holzinger_swineford();
    let sum: Vec<Option<f64>> = (0..dataset.cases())
        .map(|case| {
            let value = |name: &str| dataset.numbers(name).unwrap()[case].unwrap();
            Some(value("x1") + value("x2"))
        })
        .collect();
    let singular = dataset.with_numbers(Variable::named("x3"), sum).unwrap();
    let fit = fitted(
        "f =~ x4 + x5 + x6\ng =~ x1 + x2 + x3\nx3 ~~ 0.5*x3\nx1 ~~ e*x1\nx2 ~~ e*x2\ne > 0.2",
        &singular,
        &Settings::default(),
    );
    let found = warning(&fit, WarningCode::SampleNotPositiveDefinite);
    assert_eq!(found.subjects, ["x3", "x1", "x2"]);
    assert!(
        fit.converged() && fit.test.is_none() && fit.baseline.is_none() && fit.vcov.is_some(),
        "{:?}",
        fit.warnings
    );
    let report = FitReport::new(&fit);
    assert!(
        ["chisq", "pvalue", "cfi", "rmsea", "fmin", "logl", "aic"].iter().all(|name| report.measure(name).is_none())
    );
    assert!(report.measure("srmr").is_some());
    // Without bounds the likelihood has no maximum: never converged, never admissible as it stands.
    let open = fitted("f =~ x1 + x2 + x3", &singular, &Settings::default());
    assert!(!open.converged() || !open.admissible());
    warning(&open, WarningCode::SampleNotPositiveDefinite);
    // Moments of x that are fixed at singular ones leave nothing to estimate.
    let error =
        covary_sem::fit::fit(&parse("x4 ~ x1 + x2 + x3").unwrap(), &Data::Cases(&singular), &Settings::default());
    assert!(error.unwrap_err().to_string().contains("not positive definite"));
}

#[test]
fn a_weak_marker_is_named_with_a_better_one() {
    let dataset = holzinger_swineford();
    // Nothing to do with the others: the months of age against ability in speed.
    let fit = fitted("f =~ agemo + x4 + x5 + x6", &dataset, &Settings::default());
    let weak = warning(&fit, WarningCode::WeakMarker);
    assert_eq!((weak.subjects[0].as_str(), weak.subjects[1].as_str()), ("f", "agemo"));
    assert!(["x4", "x5", "x6"].contains(&weak.subjects[2].as_str()));
    let good = fitted(THREE, &dataset, &Settings::default());
    assert!(good.warnings.iter().all(|warning| warning.code != WarningCode::WeakMarker));
}

/// By hand: B = [0 b; c 0] has eigenvalues ±√(bc).
#[test]
fn loops_have_a_stability_index() {
    let model = "x1 ~ b*x2 + x4\nx2 ~ c*x1 + x7\nx1 ~~ x2";
    let fit = fitted(model, &holzinger_swineford(), &Settings::default());
    let at = |lhs: &str, rhs: &str| fit.estimates[fit.table.find(0, lhs, Operator::Regression, rhs).unwrap()].unwrap();
    let expected = (at("x1", "x2") * at("x2", "x1")).abs().sqrt();
    let own = fit.stability_index(0).unwrap();
    assert!((own - expected).abs() < 1e-12 * expected, "{own} for {expected}");
    let report = FitReport::new(&fit);
    assert_eq!((report.stability.len(), report.stability[0].index), (1, own));
    assert!(FitReport::new(&fitted(THREE, &holzinger_swineford(), &Settings::default())).stability.is_empty());
    let wild = fitted("x1 ~ 1.5*x2 + x4\nx2 ~ 1.2*x1 + x7\nx1 ~~ x2", &holzinger_swineford(), &Settings::default());
    assert_eq!(warning(&wild, WarningCode::Unstable).subjects, ["1.342"]);
}
