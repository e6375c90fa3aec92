//! The study the workspace was begun for: lavaan 0.6-14's figures under three likelihoods.

use covary_sem::{Conventions, Data, Fit, Likelihood, Settings, fit::fit, parse, settings::Function};
use serde_json::Value;

use crate::common::{close, json, yongkang};

pub const MEASUREMENT: &str = "F1 =~ T11 + T12 + T13 + T14 + T15
F2 =~ T21 + T22 + T23 + T24 + T25 + T26
F3 =~ T31 + T32 + T33 + T34
M =~ M1 + M2 + M3 + M4 + M5
Y =~ Y1 + Y2 + Y3 + Y4
";
pub const PATHS: &str = "M ~ a1*F1 + a2*F2 + a3*F3
Y ~ c1*F1 + c2*F2 + c3*F3 + b*M
ind1 := a1*b
ind2 := a2*b
ind3 := a3*b
tot1 := c1 + a1*b
tot2 := c2 + a2*b
tot3 := c3 + a3*b
";

pub fn structural(likelihood: Likelihood) -> Fit {
    fit_with(&format!("{MEASUREMENT}{PATHS}"), Function::Sem, likelihood)
}

fn fit_with(model: &str, function: Function, likelihood: Likelihood) -> Fit {
    let conventions = Conventions { likelihood, ..Conventions::LAVAAN };
    let settings = Settings { function, conventions, ..Settings::default() };
    fit(&parse(model).unwrap(), &Data::Cases(&yongkang()), &settings).unwrap()
}

/// Estimates of the reference stop at lavaan's own criterion (a gradient near 1e-6), which moves them by up to 1e-5 of
/// themselves; against lavaan polished to rounding they agree to 1e-8 (`lavaan.rs`). What is at the minimum is exact.
#[test]
fn four_fits_of_the_study() {
    let reference = json("tests/data/yongkang.json");
    let structural = format!("{MEASUREMENT}{PATHS}");
    for (name, model, function, likelihood) in [
        ("sem_normal", structural.as_str(), Function::Sem, Likelihood::Normal),
        ("sem_wishart", structural.as_str(), Function::Sem, Likelihood::Wishart),
        ("cfa_normal", MEASUREMENT, Function::Cfa, Likelihood::Normal),
        ("cfa_wishart", MEASUREMENT, Function::Cfa, Likelihood::Wishart),
    ] {
        let own = fit_with(model, function, likelihood);
        assert!(own.converged() && own.admissible());
        check_rows(&own, &reference[name]["rows"], 1e-5);
        let test = own.test.unwrap();
        let (model, saturated) = own.log_likelihood.unwrap();
        for (measure, value) in [
            ("fmin", own.objective),
            ("chisq", test.statistic),
            ("df", test.df),
            ("baseline.chisq", own.baseline.unwrap().statistic),
            ("logl", model),
            ("unrestricted.logl", saturated),
        ] {
            let expected = reference[name]["fit"][measure].as_f64().unwrap();
            close(&format!("{name} {measure}"), value, expected, 1e-9).unwrap();
        }
    }
}

/// AMOS: normal estimates, S.E. × √(N/(N − 1)), the χ² of wishart.
#[test]
fn amos_stands_between_normal_and_wishart() {
    let (normal, wishart, amos) =
        (structural(Likelihood::Normal), structural(Likelihood::Wishart), structural(Likelihood::Amos));
    close("χ²", amos.test.unwrap().statistic, 386.639223514593, 1e-9).unwrap();
    close("χ² of wishart", wishart.test.unwrap().statistic, amos.test.unwrap().statistic, 1e-10).unwrap();
    for k in 0..amos.estimates.len() {
        if let (Some(own), Some(other)) = (amos.estimates[k], normal.estimates[k]) {
            close("estimate", own, other, 1e-12).unwrap();
        }
        if let (Some(own), Some(other)) = (amos.standard_errors[k], normal.standard_errors[k]) {
            close("S.E.", own, other * (233.0_f64 / 232.0).sqrt(), 1e-12).unwrap();
        }
    }
}

fn check_rows(own: &Fit, rows: &Value, tolerance: f64) {
    for row in rows.as_array().unwrap() {
        let text = |k: usize| row[k].as_str().unwrap();
        let what = format!("{} {} {}", text(0), text(1), text(2));
        let same =
            |r: &covary_sem::Row| r.lhs == text(0) && r.op.symbol() == text(1) && (r.rhs == text(2) || text(1) == ":=");
        let k = own.table.rows.iter().position(same).unwrap_or_else(|| panic!("no row {what}"));
        close(&what, own.estimates[k].unwrap(), row[3].as_f64().unwrap(), tolerance).unwrap();
        close(&format!("{what} S.E."), own.standard_errors[k].unwrap_or(0.0), row[4].as_f64().unwrap(), tolerance)
            .unwrap();
    }
}
