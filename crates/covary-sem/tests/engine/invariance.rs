//! What theory says must not change a result, and what must change it in a known way.

use covary_data::{Dataset, Variable};
use covary_sem::{Data, Fit, Settings, fit::fit, parse, settings::Function};

use crate::common::{close, holzinger_swineford};

const THREE: &str = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\nspeed ~ visual + textual";

fn cfa(model: &str, dataset: &Dataset) -> Fit {
    let settings = Settings { function: Function::Sem, meanstructure: Some(true), ..Settings::default() };
    fit(&parse(model).unwrap(), &Data::Cases(dataset), &settings).unwrap()
}

fn estimate(fit: &Fit, lhs: &str, op: &str, rhs: &str) -> (f64, Option<f64>) {
    let same = |row: &covary_sem::Row| row.lhs == lhs && row.op.symbol() == op && row.rhs == rhs;
    let k = fit.table.rows.iter().position(same).unwrap();
    (fit.estimates[k].unwrap(), fit.standard_errors[k])
}

fn same_fit(own: &Fit, other: &Fit, tolerance: f64) {
    close("χ²", own.test.unwrap().statistic, other.test.unwrap().statistic, tolerance).unwrap();
    for row in own.table.rows.iter() {
        let (lhs, op, rhs) = (row.lhs.as_str(), row.op.symbol(), row.rhs.as_str());
        let swapped = op == "~~" && !other.table.rows.iter().any(|r| r.lhs == lhs && r.op == row.op && r.rhs == rhs);
        let (own, other) = (
            estimate(own, lhs, op, rhs),
            if swapped { estimate(other, rhs, op, lhs) } else { estimate(other, lhs, op, rhs) },
        );
        close(&format!("{lhs} {op} {rhs}"), own.0, other.0, tolerance).unwrap();
        close(&format!("{lhs} {op} {rhs} S.E."), own.1.unwrap_or(0.0), other.1.unwrap_or(0.0), tolerance).unwrap();
    }
}

/// 1e-10: sums in another order.
#[test]
fn the_order_of_cases_and_items_does_not_matter() {
    let dataset = holzinger_swineford();
    let first = cfa(THREE, &dataset);
    let shuffled: Vec<usize> = (0..dataset.cases()).map(|k| (k * 113 + 57) % dataset.cases()).collect();
    same_fit(&first, &cfa(THREE, &dataset.select_cases(&shuffled)), 1e-10);
    let other = "textual =~ x4 + x6 + x5\nspeed =~ x7 + x9 + x8\nvisual =~ x1 + x3 + x2\nspeed ~ textual + visual";
    same_fit(&first, &cfa(other, &dataset), 1e-10);
}

/// x2 → a − x2: its loading and intercept turn, the rest stays. x5 → 100 x5: loading × 100, residual variance × 10⁴.
#[test]
fn reversed_and_rescaled_items() {
    let dataset = holzinger_swineford();
    let first = cfa(THREE, &dataset);
    let change =
        |name: &str, f: &dyn Fn(f64) -> f64| dataset.numbers(name).unwrap().into_iter().map(|v| v.map(f)).collect();
    let changed = dataset
        .clone()
        .with_numbers(Variable::named("x2"), change("x2", &|v| 12.0 - v))
        .and_then(|d| d.with_numbers(Variable::named("x5"), change("x5", &|v| 100.0 * v)))
        .unwrap();
    let second = cfa(THREE, &changed);
    close("χ²", second.test.unwrap().statistic, first.test.unwrap().statistic, 1e-9).unwrap();
    let check = |(lhs, op, rhs): (&str, &str, &str), f: &dyn Fn(f64) -> f64, size: f64| {
        let (own, before) = (estimate(&second, lhs, op, rhs), estimate(&first, lhs, op, rhs));
        close(&format!("{lhs} {op} {rhs}"), own.0, f(before.0), 1e-8).unwrap();
        close("S.E.", own.1.unwrap(), size * before.1.unwrap(), 1e-8).unwrap();
    };
    check(("visual", "=~", "x2"), &|v| -v, 1.0);
    check(("x2", "~1", ""), &|v| 12.0 - v, 1.0);
    check(("x2", "~~", "x2"), &|v| v, 1.0);
    check(("textual", "=~", "x5"), &|v| 100.0 * v, 100.0);
    check(("x5", "~~", "x5"), &|v| 1e4 * v, 1e4);
    check(("speed", "~", "textual"), &|v| v, 1.0);
    check(("visual", "~~", "textual"), &|v| v, 1.0);
}

/// A marker and a fixed variance are two ways to write one model; z of a loading differs, the fit does not.
#[test]
fn the_unit_of_a_factor_does_not_change_the_fit() {
    let dataset = holzinger_swineford();
    let marker = cfa(THREE, &dataset);
    let settings = Settings { std_lv: true, meanstructure: Some(true), ..Settings::default() };
    let unit = fit(&parse(THREE).unwrap(), &Data::Cases(&dataset), &settings).unwrap();
    close("χ²", unit.test.unwrap().statistic, marker.test.unwrap().statistic, 1e-10).unwrap();
    for (own, other) in unit.implied[0].covariance.values().iter().zip(marker.implied[0].covariance.values()) {
        close("σ", *own, *other, 1e-9).unwrap();
    }
}

/// Variables in units a million times apart: convergence is judged without units.
#[test]
fn units_far_apart_do_not_stop_the_search() {
    let dataset = holzinger_swineford();
    let first = cfa(THREE, &dataset);
    let mut changed = dataset.clone();
    for (name, factor) in [("x1", 1e6), ("x6", 1e-4), ("x9", 1e5)] {
        let values = dataset.numbers(name).unwrap().into_iter().map(|v| v.map(|v| factor * v)).collect();
        changed = changed.with_numbers(Variable::named(name), values).unwrap();
    }
    let second = cfa(THREE, &changed);
    assert!(second.converged());
    close("χ²", second.test.unwrap().statistic, first.test.unwrap().statistic, 1e-8).unwrap();
    let (loading, error) = estimate(&second, "visual", "=~", "x2");
    close("loading", loading * 1e6, estimate(&first, "visual", "=~", "x2").0, 1e-7).unwrap();
    close("S.E.", error.unwrap() * 1e6, estimate(&first, "visual", "=~", "x2").1.unwrap(), 1e-7).unwrap();
    assert!(second.warnings.iter().any(|w| w.code == covary_sem::warning::WarningCode::VariancesDiffer));
}

/// Moments given in place of cases: divisor n − 1 in, the same fit out.
#[test]
fn moments_and_cases_give_the_same_fit() {
    let dataset = holzinger_swineford();
    let first = cfa(THREE, &dataset);
    let names = first.table.blocks[0].observed.clone();
    let sample = &first.sample.blocks[0];
    let moments = covary_sem::GroupMoments {
        label: String::new(),
        cases: 301,
        covariance: sample.covariance.scaled(301.0 / 300.0),
        mean: sample.mean.clone(),
        names,
    };
    let settings = Settings { meanstructure: Some(true), ..Settings::default() };
    let second = fit(&parse(THREE).unwrap(), &Data::Moments(vec![moments]), &settings).unwrap();
    same_fit(&first, &second, 1e-10);
}
