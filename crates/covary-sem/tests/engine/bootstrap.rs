//! Resampling: the same bits on any number of threads, and lavaan's intervals within Monte Carlo error.

use covary_sem::{
    Data, Fit, Likelihood, Settings,
    fit::fit,
    inference::{
        bootstrap::{self, bootstrap, standard_errors},
        intervals,
    },
    options::settings_from,
    parse,
    settings::{BootstrapInterval, BootstrapSettings, StandardErrors},
};
use serde_json::{Value, json};

use crate::{
    common::{self, close, holzinger_swineford, json as fixture},
    yongkang::structural,
};

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// Values of a row in every resample.
fn values(own: &Fit, resamples: &bootstrap::Bootstrap, row: usize) -> Vec<f64> {
    let rows = covary_sem::estimate::defined::RowEstimates::new(&own.table);
    (0..resamples.theta.rows()).map(|r| rows.at(resamples.theta.row(r))[row].unwrap()).collect()
}

#[test]
fn one_thread_and_two_give_the_same_bits() {
    let own = structural(Likelihood::Normal);
    let run = |threads| {
        on_threads(threads, || {
            bootstrap::bootstrap(&own, 200, 7, &|r| vec![Some(r.objective), r.moments[0].1.first().copied()], &|_| true)
                .unwrap()
        })
    };
    let (one, two) = (run(1), run(2));
    assert_eq!(one.theta.values(), two.theta.values());
    assert_eq!(one.observed.values(), two.observed.values());
    assert_eq!((one.drawn, one.failed, one.inadmissible), (two.drawn, two.failed, two.inadmissible));
    // More resamples begin with the same ones.
    let more = bootstrap::bootstrap(&own, 300, 7, &|_| Vec::new(), &|_| true).unwrap();
    assert_eq!(&more.theta.values()[..one.theta.values().len()], one.theta.values());
    // Resamples are refitted side by side: who stands beside one, and whether a place is empty, is nothing to it.
    for few in [1, 5, 13] {
        let fewer = bootstrap::bootstrap(&own, few, 7, &|_| Vec::new(), &|_| true).unwrap();
        assert_eq!(fewer.theta.values(), &one.theta.values()[..fewer.theta.values().len()], "{few}");
    }
}

/// A resample fitted warm is the fit of its cases: refitted from cold on the drawn cases themselves. (A model with a
/// single minimum: where there are two, a warm start may find the lower one when a cold start does not.)
#[test]
fn a_resample_is_a_fit_of_its_cases() {
    let dataset = common::holzinger_swineford();
    let model = parse("textual =~ x4 + x5 + x6\ntextual ~ x1 + sex\nx9 ~ textual + sex").unwrap();
    let settings = Settings { group: Some("school".into()), ..Settings::default() };
    let own = fit(&model, &Data::Cases(&dataset), &settings).unwrap();
    let resamples = bootstrap::bootstrap(
        &own,
        3,
        11,
        &|r| {
            let moments = r.moments.iter().flat_map(|(s, m)| [Some(s[(0, 0)]), Some(m[1])]);
            moments.chain([Some(r.objective)]).collect()
        },
        &|_| true,
    )
    .unwrap();
    for replicate in 0..3 {
        let mut stream = covary_numerics::random::stream(11, replicate as u64);
        let mut drawn = Vec::new();
        for block in &own.sample.blocks {
            let n = block.cases as u32;
            drawn.extend((0..n).map(|_| block.case_positions[rand::RngExt::random_range(&mut stream, 0..n) as usize]));
        }
        let refit = fit(&model, &Data::Cases(&dataset.select_cases(&drawn)), &settings).unwrap();
        for k in 0..own.theta.len() {
            // The warm search stops at 10⁻⁷ of the information per case.
            let unit = own.vcov.as_ref().unwrap()[(k, k)].sqrt();
            let difference = (refit.theta[k] - resamples.theta[(replicate, k)]).abs() / unit;
            assert!(
                difference < 1e-4,
                "replicate {replicate}, parameter {k}: off by {difference} S.E., objective {} from cold, {} warm",
                refit.objective,
                resamples.observed[(replicate, 4)]
            );
        }
        close("variance", resamples.observed[(replicate, 0)], refit.sample.blocks[0].covariance[(0, 0)], 1e-12)
            .unwrap();
        close("mean", resamples.observed[(replicate, 3)], refit.sample.blocks[1].mean.as_ref().unwrap()[1], 1e-12)
            .unwrap();
    }
}

/// lavaan's 4,000 resamples against 4,000 of ours: an S.E. differs by S.E. × √(1/R) (4 of them allowed), a limit by the
/// sampling error of a quantile, √(α(1−α)/R)/φ(z) ≈ .042 S.E. for each, .06 for the difference (4 allowed; bias
/// correction adds the error of z₀, twice that of a quantile at the middle: 5.6).
#[test]
fn intervals_agree_with_lavaan_within_monte_carlo_error() {
    let reference = fixture("tests/data/yongkang.json")["bootstrap"].clone();
    let own = structural(Likelihood::Normal);
    let resamples = bootstrap::bootstrap(&own, 4000, 20211101, &|_| Vec::new(), &|_| true).unwrap();
    assert_eq!(resamples.drawn, 4000);
    assert!(resamples.failed.is_empty(), "failed: {:?}", resamples.failed);
    let (_, errors) = bootstrap::standard_errors(&own, &resamples);
    for (name, kind, allowed) in [
        ("percentile", BootstrapInterval::Percentile, 4.0 * 0.06),
        ("bias_corrected", BootstrapInterval::BiasCorrected, 5.6 * 0.06),
    ] {
        for row in reference[name].as_array().unwrap() {
            let k = position(&own, row);
            let se = row[3].as_f64().unwrap();
            let what = format!("{name} {} {}", row[0], row[2]);
            assert!(
                (errors[k].unwrap() - se).abs() < 4.0 * se / 4000f64.sqrt() * 1.3,
                "{what}: S.E. {:?} against {se}",
                errors[k]
            );
            let interval =
                intervals::interval(kind, own.estimates[k].unwrap(), &values(&own, &resamples, k), None, 0.95).unwrap();
            for (own, expected) in [(interval.lower, &row[4]), (interval.upper, &row[5])] {
                let expected = expected.as_f64().unwrap();
                assert!((own - expected).abs() < allowed * se, "{what}: {own} against {expected}, S.E. {se}");
            }
        }
    }
}

fn position(own: &Fit, row: &Value) -> usize {
    let text = |k: usize| row[k].as_str().unwrap();
    let same =
        |r: &covary_sem::Row| r.lhs == text(0) && r.op.symbol() == text(1) && (r.rhs == text(2) || text(1) == ":=");
    own.table.rows.iter().position(same).unwrap()
}

/// Leave-one-out refits give the infinitesimal jackknife's standard error to first order, and an acceleration.
#[test]
fn leave_one_out_refits() {
    let own = structural(Likelihood::Normal);
    let row = own.table.rows.iter().position(|row| row.lhs == "ind1").unwrap();
    let refits = bootstrap::jackknife(&own, &|r| vec![r.estimates[row]]).unwrap();
    let total: f64 = refits.iter().map(|refit| refit.weight).sum();
    assert_eq!(total, 233.0);
    let pairs: Vec<(f64, f64)> = refits.iter().map(|refit| (refit.weight, refit.observed[0].unwrap())).collect();
    let mean = pairs.iter().map(|(w, v)| w * v).sum::<f64>() / 233.0;
    let jackknife = (232.0 / 233.0 * pairs.iter().map(|(w, v)| w * (v - mean).powi(2)).sum::<f64>()).sqrt();
    // lavaan's bootstrap S.E. of ind1 is .0218; the jackknife's differs by the curvature of a product.
    assert!((jackknife - 0.0218).abs() < 0.002, "{jackknife}");
    let acceleration = intervals::acceleration(&pairs).unwrap();
    assert!(acceleration.abs() < 0.2 && acceleration != 0.0, "{acceleration}");
}

#[test]
fn settings_bring_resamples_and_their_standard_errors() {
    let resampling = BootstrapSettings {
        resamples: 100,
        seed: 3,
        interval: BootstrapInterval::Percentile,
        kind: Default::default(),
    };
    let settings = Settings { bootstrap: Some(resampling), ..Settings::default() };
    let model = parse("x9 ~ a*x8 + x7\nx8 ~ b*x7\nind := a*b").unwrap();
    let own = fit(&model, &Data::Cases(&common::holzinger_swineford()), &settings).unwrap();
    let resamples = own.bootstrap.as_ref().unwrap();
    assert_eq!((resamples.drawn, resamples.theta.rows()), (100, 100));
    let defined = own.table.rows.iter().position(|row| row.lhs == "ind").unwrap();
    let expected = intervals::standard_error(&values(&own, resamples, defined)).unwrap();
    assert_eq!(own.standard_errors[defined], Some(expected));
}

#[test]
fn bootstrap_errors_alone_mean_a_thousand_resamples() {
    let settings = Settings { se: Some(StandardErrors::Bootstrap), ..Settings::default() };
    let own = fit(&parse("x9 ~ x8").unwrap(), &Data::Cases(&common::holzinger_swineford()), &settings).unwrap();
    assert_eq!(own.bootstrap.unwrap().drawn, 1000);
}

#[test]
fn progress_can_stop_the_work() {
    let own = structural(Likelihood::Normal);
    let resamples = on_threads(1, || bootstrap::bootstrap(&own, 1000, 1, &|_| Vec::new(), &|done| done < 64)).unwrap();
    assert!(resamples.drawn < 1000 && resamples.drawn >= 64, "{}", resamples.drawn);
}

/// Resamples of least squares vary as their standard errors say: within 20% at 500 resamples of 301 cases, where Monte Carlo
/// leaves 3% and non-normality the rest. Those of WLS are known to be too small in samples of this size: up to 35%.
#[test]
fn resamples_of_least_squares_take_their_own_weight() {
    let data = holzinger_swineford();
    let model = parse("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6").unwrap();
    for estimator in ["GLS", "ULSM", "WLSM", "WLS"] {
        let options = json!({"estimator": estimator, "std.lv": true});
        let entries = options.as_object().unwrap();
        let settings = settings_from(entries.iter().map(|(name, value)| (name.as_str(), value))).unwrap();
        let fit = fit(&model, &Data::Cases(&data), &settings).unwrap();
        let resamples = bootstrap(&fit, 500, 9, &|_| Vec::new(), &|_| true).unwrap();
        assert!(resamples.failed.len() < 5, "{estimator}: {} failed", resamples.failed.len());
        let (_, errors) = standard_errors(&fit, &resamples);
        let ratio: f64 = (0..6).map(|row| errors[row].unwrap() / fit.standard_errors[row].unwrap()).sum::<f64>() / 6.0;
        let most = if estimator == "WLS" { 1.35 } else { 1.2 };
        assert!((0.85..most).contains(&ratio), "{estimator}: {ratio}");
    }
}
