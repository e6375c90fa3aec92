//! Fits against lavaan 0.6-14, whose figures `data/lavaan_fits.R` makes.
//!
//! The completed models are lavaan's own parameter tables, so that a difference is the engine's. Estimates, standard
//! errors and χ² agree to 1e-8 relative (floor 1e-8): both ends lie at a gradient of 1e-14, and lavaan's Hessian-based
//! polishing leaves that.

use covary_sem::{
    Fit, SemError,
    fit::{fit, fit_table},
    options, parse,
    sample::Data,
};
use serde_json::{Value, json};

use crate::common::{Case, cases, close};

#[test]
fn estimates_errors_and_tests_are_lavaans() {
    let mut failures = Vec::new();
    for case in cases() {
        if let Err(difference) = check(&case) {
            failures.push(format!("{}: {difference}", case.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The same from the model's text and lavaan's options: syntax, table and engine together.
#[test]
fn text_and_options_give_the_same_fits() {
    let mut failures = Vec::new();
    for case in cases() {
        if let Err(difference) = check_text(&case) {
            failures.push(format!("{}: {difference}", case.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(case: &Case) -> Result<(), String> {
    let dataset = case.dataset();
    let fit = fit_table(case.table(), &Data::Cases(&dataset), &case.settings()).map_err(|error| error.to_string())?;
    if !fit.converged() {
        return Err(format!("did not converge: {:?}", fit.ending));
    }
    for (k, row) in case.rows.iter().enumerate().filter(|(_, row)| row.group > 0) {
        let what = format!("{} {} {}", row.lhs, row.op, row.rhs);
        check_row(case, &what, fit.estimates[k], fit.standard_errors[k], (row.est, row.se))?;
    }
    check_measures(case, &fit)
}

const TOLERANCE: f64 = 1e-8;

fn check_row(
    case: &Case,
    what: &str,
    estimate: Option<f64>,
    error: Option<f64>,
    (est, se): (f64, f64),
) -> Result<(), String> {
    close(&format!("{what} est"), estimate.ok_or(format!("{what} has no estimate"))?, est, TOLERANCE)?;
    // Observed information is a numerical derivative in lavaan.
    let tolerance = if case.option("information").is_some() { 1e-6 } else { TOLERANCE };
    close(&format!("{what} se"), error.unwrap_or(0.0), se, tolerance)
}

fn check_measures(case: &Case, fit: &Fit) -> Result<(), String> {
    let test = fit.test.ok_or("no test")?;
    let (model, saturated) = fit.log_likelihood.ok_or("no log-likelihood")?;
    for (name, own) in [
        ("fmin", fit.objective),
        ("chisq", test.statistic),
        ("df", test.df),
        ("logl", model),
        ("unrestricted.logl", saturated),
        ("ntotal", fit.cases() as f64),
        ("npar", fit.constraints.reduced() as f64),
        ("baseline.chisq", fit.baseline.map_or(0.0, |test| test.statistic)),
        ("baseline.df", fit.baseline.map_or(0.0, |test| test.df)),
    ] {
        if let Some(expected) = case.measure(name) {
            close(name, own, expected, TOLERANCE)?;
        }
    }
    println!("{}: {} iterations, admissible {}", case.name, fit.iterations, fit.admissible());
    Ok(())
}

fn check_text(case: &Case) -> Result<(), String> {
    let dataset = case.dataset();
    let fit = fit_text(case, &Data::Cases(&dataset)).map_err(|error| error.to_string())?;
    for row in case.rows.iter().filter(|row| row.group > 0) {
        let what = format!("{} {} {}", row.lhs, row.op, row.rhs);
        let same = |own: &&covary_sem::Row| {
            own.lhs == row.lhs && own.op.symbol() == row.op && own.rhs == row.rhs && own.group == row.group
        };
        let k =
            fit.table.rows.iter().position(|own| same(&own)).ok_or(format!("no row {what} in group {}", row.group))?;
        check_row(case, &what, fit.estimates[k], fit.standard_errors[k], (row.est, row.se))?;
    }
    check_measures(case, &fit)
}

fn fit_text(case: &Case, data: &Data) -> Result<Fit, SemError> {
    let mut given: Vec<(String, Value)> = vec![("function".into(), json!(case.function()))];
    given.extend(case.options());
    let settings = options::settings_from(given.iter().map(|(name, value)| (name.as_str(), value)))?;
    fit(&parse(case.model())?, data, &settings)
}
