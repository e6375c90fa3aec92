//! Kinds of bootstrap: what they draw from exactly, lavaan's distributions within Monte Carlo error (`data/bootstrap.R`), and
//! resamples as cold fits of what was drawn.

use covary_data::{Column, Dataset, Variable};
use covary_numerics::{Matrix, random};
use covary_sem::{
    Data, Fit, FitReport, GroupMoments, SemError,
    fit::fit,
    inference::bootstrap::{self, Bootstrap, Plan, bootstrap_of_kind, standard_errors, transformed_rows},
    options::settings_from,
    parse,
    sample::DistinctRows,
    settings::{BootstrapKind, StandardErrors, TestName},
};
use serde_json::{Value, json};

use crate::common::{self, close, holzinger_swineford, political_democracy};

const FACTORS: &str = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9";
const DEMOCRACY: &str = "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + a*y2 + b*y3 + c*y4\ndem65 =~ y5 + a*y6 + b*y7 + c*y8
dem60 ~ ind60\ndem65 ~ ind60 + dem60\ny1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8";

fn fitted(model: &str, data: &Dataset, options: &Value) -> Result<Fit, SemError> {
    let entries = options.as_object().unwrap();
    let settings = settings_from(entries.iter().map(|(name, value)| (name.as_str(), value)))?;
    fit(&parse(model)?, &Data::Cases(data), &settings)
}

fn drawn(fit: &Fit, kind: BootstrapKind, resamples: usize, seed: u64) -> Bootstrap {
    let plan = Plan { kind, resamples, seed, with_statistic: true };
    bootstrap_of_kind(fit, plan, &|resample| vec![resample.statistic], &|_| true).unwrap()
}

/// A dataset with columns beside those of another.
fn with_columns(data: &Dataset, more: &[(&str, Vec<f64>)]) -> Dataset {
    let mut variables = data.variables().to_vec();
    let mut columns: Vec<Column> = (0..variables.len()).map(|k| data.column(k).clone()).collect();
    for (name, values) in more {
        variables.push(Variable::named(*name));
        columns.push(Column::Numeric(values.clone()));
    }
    Dataset::new(variables, columns).unwrap()
}

/// Rows as cases, each as often as it counts; the group in `school`.
fn as_cases(names: &[String], blocks: &[DistinctRows]) -> Dataset {
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); names.len() + 1];
    for (group, rows) in blocks.iter().enumerate() {
        for row in &rows.row_of_case {
            for (column, value) in columns.iter_mut().zip(rows.values.row(*row)) {
                column.push(*value);
            }
            columns[names.len()].push(group as f64);
        }
    }
    let variables = names.iter().map(String::as_str).chain(["school"]).map(Variable::named).collect();
    Dataset::new(variables, columns.into_iter().map(Column::Numeric).collect()).unwrap()
}

fn moments(rows: &DistinctRows) -> (Vec<f64>, Matrix) {
    let p = rows.values.columns();
    let all: Vec<usize> = (0..p).collect();
    covary_numerics::moments::mean_and_covariance(&rows.values.select(&rows.row_of_case, &all))
}

/// 1e-10: two square roots and an inverse of matrices whose condition is below 100.
#[test]
fn bollen_stine_cases_have_the_moments_of_the_model() {
    let groups = json!({"group": "school", "group.equal": ["loadings", "intercepts"], "missing": "listwise"});
    let democracy = (DEMOCRACY, political_democracy(), json!({}));
    for (model, data, options) in [(FACTORS, holzinger_swineford(), groups), democracy] {
        let own = fitted(model, &data, &options).unwrap();
        for (rows, implied) in transformed_rows(&own, BootstrapKind::BollenStine).unwrap().iter().zip(&own.implied) {
            let (mean, covariance) = moments(rows);
            for (own, expected) in covariance.values().iter().zip(implied.covariance.values()) {
                close("covariance", *own, *expected, 1e-10).unwrap();
            }
            for (own, expected) in mean.iter().zip(implied.mean.iter().flatten()) {
                close("mean", *own, *expected, 1e-10).unwrap();
            }
        }
    }
}

/// Where the sample's distribution has its share, the model misses by the estimated noncentrality, χ² = T − df, and its
/// estimates are those of the sample: also with means that it misses. 1e-8: what the search leaves of a χ² of 200.
#[test]
fn yuans_cases_miss_by_the_estimated_noncentrality() {
    let groups = json!({"group": "school", "group.equal": ["loadings", "intercepts"]});
    for options in [json!({}), groups] {
        let own = fitted(FACTORS, &holzinger_swineford(), &options).unwrap();
        let rows = transformed_rows(&own, BootstrapKind::Yuan).unwrap();
        let again = fitted(FACTORS, &as_cases(&own.table.blocks[0].observed, &rows), &options).unwrap();
        let test = own.test.unwrap();
        assert!(test.statistic > 2.0 * test.df);
        close("χ²", again.test.unwrap().statistic, test.statistic - test.df, 1e-8).unwrap();
        for (again, own) in again.theta.iter().zip(&own.theta) {
            close("estimate", *again, *own, 1e-6).unwrap();
        }
    }
}

/// Where the χ² is below its expectation the model holds, as with Bollen and Stine.
#[test]
fn yuan_of_a_model_that_fits_is_bollen_and_stine() {
    let own = fitted("textual =~ x4 + x5 + x6\nx9 ~ textual", &holzinger_swineford(), &json!({})).unwrap();
    let test = own.test.unwrap();
    assert!(test.statistic > 0.0 && test.statistic < test.df);
    let [yuan, bollen] = [BootstrapKind::Yuan, BootstrapKind::BollenStine].map(|kind| drawn(&own, kind, 20, 3));
    assert_eq!(yuan.theta.values(), bollen.theta.values());
}

/// Turned cases with gaps keep their gaps, and no model fits them better than the one they were turned to: χ² 0. The
/// search ends within 1e-9 of it.
#[test]
fn cases_with_gaps_are_turned_until_the_model_holds() {
    let data = common::csv("tests/data/incomplete/cases.csv");
    let model = "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6";
    let options = json!({"missing": "ml"});
    let own = fitted(model, &data, &options).unwrap();
    assert!(own.test.unwrap().statistic > 1.0);
    let rows = transformed_rows(&own, BootstrapKind::BollenStine).unwrap();
    let gaps = |rows: &DistinctRows| rows.values.values().iter().map(|value| value.is_nan()).collect::<Vec<_>>();
    assert_eq!(gaps(&rows[0]), gaps(own.sample.blocks[0].rows.as_ref().unwrap()));
    let again = fitted(model, &as_cases(&own.table.blocks[0].observed, &rows), &options).unwrap();
    let statistic = again.test.unwrap().statistic;
    assert!(statistic.abs() < 1e-7, "{statistic}");
    for (again, own) in again.theta.iter().zip(&own.theta) {
        close("estimate", *again, *own, 1e-5).unwrap();
    }
}

/// lavaan's resamples against 8,000 of ours. With R and 8,000 resamples a mean differs by SD √(1/R + 1/8000), a standard
/// deviation by SD √(1/2R + 1/16000) for normal values, half as much again for the skewed ones here, the share p by
/// √(p(1 − p)(1/R + 1/8000)): 4 of these allowed. lavaan takes T − df over n − 1 for Yuan's target where F is T over n:
/// the mean χ² of its resamples is larger by (T − df)/(n − 1), which is added.
#[test]
fn distributions_are_lavaans_within_monte_carlo_error() {
    let all = common::json("tests/data/bootstrap.json");
    for case in all.as_array().unwrap() {
        let (name, word) = (case["case"].as_str().unwrap(), case["type"].as_str().unwrap());
        let (model, data, options) = match name {
            "hs" => (FACTORS, holzinger_swineford(), json!({})),
            _ => (DEMOCRACY, political_democracy(), json!({})),
        };
        let kind: BootstrapKind = serde_json::from_value(json!(word)).unwrap();
        let own = fitted(model, &data, &options).unwrap();
        let resamples = drawn(&own, kind, 8000, 1);
        assert!(resamples.failed.len() < 8, "{name} {word}: {} failed", resamples.failed.len());
        let count = case["used"].as_f64().unwrap();
        let share = 1.0 / count + 1.0 / resamples.theta.rows() as f64;
        let check = |what: &str, values: &[f64], column: usize, more: f64| {
            let (mean, sd) = (case["mean"][column].as_f64().unwrap(), case["sd"][column].as_f64().unwrap());
            let own_mean = values.iter().sum::<f64>() / values.len() as f64;
            let own_sd = covary_sem::inference::intervals::standard_error(values).unwrap();
            let what = format!("{name} {word}: {what}");
            assert!((own_mean + more - mean).abs() < 4.0 * sd * share.sqrt(), "{what}: mean {own_mean} against {mean}");
            assert!((own_sd - sd).abs() < 6.0 * sd * (share / 2.0).sqrt(), "{what}: SD {own_sd} against {sd}");
        };
        let columns = case["names"].as_array().unwrap().len() - 1;
        assert_eq!(columns, own.free_rows(), "{name}");
        for (column, row) in own.table.rows.iter().filter(|row| row.free.is_some()).enumerate() {
            check(&format!("{row:?}"), &resamples.theta.column(row.free.unwrap()), column, 0.0);
        }
        let statistics = resamples.observed.column(0);
        let test = own.test.unwrap();
        let more =
            if kind == BootstrapKind::Yuan { (test.statistic - test.df) / (own.cases() as f64 - 1.0) } else { 0.0 };
        check("χ²", &statistics, columns, more);
        let p = case["p"].as_f64().unwrap();
        let worse =
            statistics.iter().filter(|value| **value >= test.statistic).count() as f64 / statistics.len() as f64;
        let most = 4.0 * (p * (1.0 - p) * share).sqrt().max(1e-3);
        assert!((worse - p).abs() < most, "{name} {word}: p {worse} against {p}");
    }
}

/// Variances of normal resamples vary as theory says: E s = σ(n − 1)/n, var s = 2σ²(n − 1)/n²; means likewise. Both when
/// moments are drawn (ML) and when cases are (with gaps where the data have them). 4,000 resamples: 4 Monte Carlo errors.
#[test]
fn parametric_resamples_vary_as_normal_samples_do() {
    let own = fitted(FACTORS, &holzinger_swineford(), &json!({"meanstructure": true})).unwrap();
    let plan = Plan { kind: BootstrapKind::Parametric, resamples: 4000, seed: 5, with_statistic: false };
    let observe = |resample: &bootstrap::Resample| {
        let (covariance, mean) = &resample.moments[0];
        vec![Some(covariance[(0, 0)]), Some(covariance[(0, 1)]), Some(mean[3])]
    };
    let resamples = bootstrap_of_kind(&own, plan, &observe, &|_| true).unwrap();
    let (sigma, mu) = (&own.implied[0].covariance, own.implied[0].mean.as_ref().unwrap());
    let n = 301.0;
    let (a, b, c) = (sigma[(0, 0)], sigma[(1, 1)], sigma[(0, 1)]);
    let expected = [
        (a * (n - 1.0) / n, 2.0 * a * a * (n - 1.0) / (n * n)),
        (c * (n - 1.0) / n, (a * b + c * c) * (n - 1.0) / (n * n)),
        (mu[3], sigma[(3, 3)] / n),
    ];
    for (column, (mean, variance)) in expected.into_iter().enumerate() {
        let values = resamples.observed.column(column);
        let own_mean = values.iter().sum::<f64>() / 4000.0;
        let own_variance = values.iter().map(|value| (value - own_mean).powi(2)).sum::<f64>() / 3999.0;
        assert!((own_mean - mean).abs() < 4.0 * (variance / 4000.0).sqrt(), "{column}: {own_mean} against {mean}");
        assert!((own_variance / variance - 1.0).abs() < 4.0 * (2.0 / 4000f64).sqrt(), "{column}: {own_variance}");
    }
}

/// Moments are enough for the parametric bootstrap: the same resamples as from the cases.
#[test]
fn parametric_resamples_need_no_cases() {
    let data = holzinger_swineford();
    let own = fitted("textual =~ x4 + x5 + x6", &data, &json!({"meanstructure": true})).unwrap();
    let block = &own.sample.blocks[0];
    let given = GroupMoments {
        label: String::new(),
        cases: 301,
        names: own.table.blocks[0].observed.clone(),
        covariance: block.covariance.scaled(301.0 / 300.0),
        mean: block.mean.clone(),
    };
    let settings = settings_from([("bootstrap", &json!(40)), ("bootstrap.type", &json!("parametric"))]).unwrap();
    let model = parse("textual =~ x4 + x5 + x6").unwrap();
    let of_moments = fit(&model, &Data::Moments(vec![given.clone()]), &settings).unwrap();
    let of_cases = drawn(&own, BootstrapKind::Parametric, 40, 1);
    for (own, other) in of_moments.bootstrap.unwrap().theta.values().iter().zip(of_cases.theta.values()) {
        close("θ", *own, *other, 1e-6).unwrap();
    }
    let ordinary = settings_from([("bootstrap", &json!(40))]).unwrap();
    let refusal = fit(&model, &Data::Moments(vec![given]), &ordinary).unwrap_err().to_string();
    assert!(refusal.contains("parametric"), "{refusal}");
}

/// Clusters of one case are cases (the same counts, as `sample/resample.rs` tests), equal weights are none. Cases alone are
/// refitted in lanes, cases of a design one by one: two warm searches, each within 1e-4 of a standard error of the minimum,
/// as a cold fit shows in `bootstrap.rs`; a χ² within the square of that.
#[test]
fn clusters_of_one_case_and_equal_weights_change_nothing() {
    let data = holzinger_swineford();
    let design = [("own", (0..301).map(f64::from).collect()), ("one", vec![2.5; 301])];
    let data = with_columns(&data, &design);
    let of = |options: Value| {
        let own = fitted("visual =~ x1 + x2 + x3\nvisual ~ x9", &data, &options).unwrap();
        let resamples = (drawn(&own, BootstrapKind::Ordinary, 50, 11), drawn(&own, BootstrapKind::BollenStine, 10, 11));
        (own, resamples)
    };
    let (own, (plain, turned)) = of(json!({"meanstructure": true}));
    let unit = own.vcov.as_ref().unwrap().diagonal();
    for options in [json!({"cluster": "own"}), json!({"sampling.weights": "one", "meanstructure": true})] {
        let (_, (other, other_turned)) = of(options.clone());
        assert_eq!((plain.theta.rows(), turned.theta.rows()), (other.theta.rows(), other_turned.theta.rows()));
        for replicate in 0..plain.theta.rows() {
            for (k, variance) in unit.iter().enumerate() {
                let difference = (plain.theta[(replicate, k)] - other.theta[(replicate, k)]).abs() / variance.sqrt();
                assert!(difference < 2e-4, "{options}, replicate {replicate}: off by {difference} S.E.");
            }
        }
        for (own, other) in turned.observed.values().iter().zip(other_turned.observed.values()) {
            close(&options.to_string(), *other, *own, 1e-6).unwrap();
        }
    }
}

/// A resample with weights, and one of DLS whose weight follows the estimates, are the fits of the cases drawn.
#[test]
fn resamples_are_fits_of_their_cases() {
    let data = holzinger_swineford();
    let weights = (0..301).map(|case| 0.5 + f64::from(case % 7) / 6.0).collect();
    let data = with_columns(&data, &[("w", weights)]);
    let model = "textual =~ x4 + x5 + x6\nx9 ~ textual";
    for options in [
        json!({"sampling.weights": "w", "group": "school"}),
        json!({"sampling.weights": "w", "group": "school", "sampling.weights.normalization": "group"}),
        json!({"estimator": "DLS"}),
        json!({"estimator": "DLS", "group": "school"}),
        json!({"estimator": "ULS", "group": "school"}),
        json!({"estimator": "WLS", "group": "school"}),
        json!({"likelihood": "wishart", "group": "school"}),
    ] {
        let own = fitted(model, &data, &options).unwrap();
        let resamples = drawn(&own, BootstrapKind::Ordinary, 2, 4);
        for replicate in 0..2 {
            let mut stream = random::stream(4, replicate as u64);
            let mut cases = Vec::new();
            for block in &own.sample.blocks {
                let n = block.cases as u32;
                let mut draw = || rand::RngExt::random_range(&mut stream, 0..n) as usize;
                cases.extend((0..n).map(|_| block.case_positions[draw()]));
            }
            let refit = fitted(model, &data.select_cases(&cases), &options).unwrap();
            let what = format!("{options}, replicate {replicate}");
            for (k, own) in refit.theta.iter().enumerate() {
                close(&what, resamples.theta[(replicate, k)], *own, 1e-4).unwrap();
            }
            // A χ² is flat at its minimum: what the warm search leaves of it is the square of what it leaves of θ.
            close(&what, resamples.observed[(replicate, 0)], refit.test.unwrap().statistic, 1e-6).unwrap();
        }
    }
}

/// Resampled clusters of two levels are the fit of these clusters, told apart by names of their own; the parametric
/// resamples vary as the standard errors of the information say (within 15% on average of 150 resamples: 6% Monte Carlo).
#[test]
fn resamples_of_two_levels_are_fits_of_their_clusters() {
    let data = common::csv("tests/data/two_level/clusters.csv");
    let model = "level: 1\nfw =~ y1 + y2 + y3 + y4\nfw ~ x\nlevel: 2\nfb =~ y1 + y2 + y3 + y4\nfb ~ w";
    let options = json!({"cluster": "id"});
    let own = fitted(model, &data, &options).unwrap();
    let resamples = drawn(&own, BootstrapKind::Ordinary, 2, 8);
    let clusters = own.sample.levels[0].clusters as u32;
    let ids = data.numbers("id").unwrap();
    let mut known: Vec<f64> = Vec::new();
    ids.iter().flatten().for_each(|id| {
        if !known.contains(id) {
            known.push(*id);
        }
    });
    for replicate in 0..2 {
        let mut stream = random::stream(8, replicate as u64);
        let (mut cases, mut names) = (Vec::new(), Vec::new());
        for name in 0..clusters {
            let id = known[rand::RngExt::random_range(&mut stream, 0..clusters) as usize];
            let members: Vec<usize> = (0..ids.len()).filter(|case| ids[*case] == Some(id)).collect();
            names.extend(vec![f64::from(name); members.len()]);
            cases.extend(members);
        }
        let resampled = with_columns(&data.select_cases(&cases), &[("drawn", names)]);
        let refit = fitted(model, &resampled, &json!({"cluster": "drawn"})).unwrap();
        for (k, expected) in refit.theta.iter().enumerate() {
            close("θ", resamples.theta[(replicate, k)], *expected, 1e-4).unwrap();
        }
        close("χ²", resamples.observed[(replicate, 0)], refit.test.unwrap().statistic, 1e-5).unwrap();
    }
    let parametric = drawn(&own, BootstrapKind::Parametric, 150, 8);
    let (_, errors) = standard_errors(&own, &parametric);
    let ratios: Vec<f64> =
        errors.iter().zip(&own.standard_errors).filter_map(|(boot, own)| Some((*boot)? / (*own)?)).collect();
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    assert!((mean - 1.0).abs() < 0.15, "{mean} of {}", ratios.len());
    let left_out = bootstrap::jackknife(&own, &|_| Vec::new()).unwrap();
    assert_eq!(left_out.len(), clusters as usize);
}

/// Whole clusters vary as cluster-robust standard errors say: 43 clusters, 1,000 resamples, within 20% on average.
#[test]
fn resampled_clusters_vary_as_robust_errors_say() {
    let data = holzinger_swineford();
    let data = with_columns(&data, &[("cl", (0..301).map(|case| f64::from(case / 7)).collect())]);
    let own = fitted("textual =~ x4 + x5 + x6", &data, &json!({"cluster": "cl"})).unwrap();
    let (_, errors) = standard_errors(&own, &drawn(&own, BootstrapKind::Ordinary, 1000, 2));
    let ratios: Vec<f64> =
        errors.iter().zip(&own.standard_errors).filter_map(|(boot, own)| Some((*boot)? / (*own)?)).collect();
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    assert!((mean - 1.0).abs() < 0.2, "{mean}");
}

#[test]
fn the_bollen_stine_test_stands_beside_the_others() {
    let data = political_democracy();
    let own = fitted(DEMOCRACY, &data, &json!({"test": "bollen.stine"})).unwrap();
    let test = own.bollen_stine.as_ref().unwrap();
    assert_eq!((test.drawn, test.used + test.failed, test.better + test.worse), (1000, 1000, test.used));
    assert_eq!(test.pvalue, Some(test.worse as f64 / test.used as f64));
    assert_eq!(test.pvalue_amos, (1.0 + (test.worse + test.failed) as f64) / 1001.0);
    assert_eq!(own.tests.last().map(|test| (test.name, test.p_value)), Some((TestName::BollenStine, test.pvalue)));
    // The resamples serve the test alone, as in lavaan.
    assert_eq!((own.settings.se, own.bootstrap.is_none()), (Some(StandardErrors::Standard), true));
    let same = drawn(&own, BootstrapKind::BollenStine, 1000, 1);
    let worse = same.observed.column(0).iter().filter(|value| **value >= test.statistic).count();
    assert_eq!(worse, test.worse);
    // Bootstrap standard errors beside the test are those of the cases.
    let both = json!({"test": "bollen.stine", "se": "bootstrap", "bootstrap": 60});
    let both = fitted(DEMOCRACY, &data, &both).unwrap();
    let plain = fitted(DEMOCRACY, &data, &json!({"bootstrap": 60})).unwrap();
    assert_eq!(both.bollen_stine.unwrap().drawn, 60);
    assert_eq!(both.standard_errors, plain.standard_errors);
}

/// A sample of 40 brings resamples that go wrong: they are told.
#[test]
fn resamples_that_went_wrong_are_told() {
    let few = holzinger_swineford().select_cases(&(0..40).collect::<Vec<_>>());
    let own = fitted("visual =~ x1 + x2 + x3", &few, &json!({"bootstrap": 200})).unwrap();
    let drawn = own.bootstrap.as_ref().unwrap();
    assert!(drawn.failed.len() + drawn.inadmissible.len() > 2);
    let code = covary_sem::warning::WarningCode::ResamplesFailed;
    let warning = own.warnings.iter().find(|warning| warning.code == code).unwrap();
    assert_eq!(warning.subjects, ["200", &drawn.failed.len().to_string(), &drawn.inadmissible.len().to_string()]);
    assert_eq!(own.warnings.iter().filter(|warning| warning.code == code).count(), 1);
}

#[test]
fn what_a_kind_cannot_do_is_refused_by_name() {
    let (data, gaps) = (holzinger_swineford(), common::csv("tests/data/incomplete/cases.csv"));
    let levels = common::csv("tests/data/two_level/clusters.csv");
    let two = "level: 1\nfw =~ y1 + y2 + y3 + y4\nlevel: 2\nfb =~ y1 + y2 + y3 + y4";
    let one = "visual =~ x1 + x2 + x3";
    let with_gaps = "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6";
    for (model, data, options, words) in [
        (one, &data, json!({"bootstrap.type": "parametric", "cluster": "ageyr"}), ["cluster", "ordinary"]),
        (one, &data, json!({"bootstrap.type": "parametric", "sampling.weights": "ageyr"}), ["weights", "ordinary"]),
        (one, &data, json!({"bootstrap.type": "parametric", "boot.ci.type": "bca"}), ["BCa", "bca.simple"]),
        (one, &data, json!({"bootstrap.type": "yuan", "estimator": "GLS"}), ["yuan", "bollen.stine"]),
        (with_gaps, &gaps, json!({"bootstrap.type": "yuan", "missing": "ml"}), ["yuan", "complete cases"]),
        (with_gaps, &gaps, json!({"test": "bollen.stine", "missing": "pairwise"}), ["bollen.stine", "listwise"]),
        (two, &levels, json!({"bootstrap.type": "bollen.stine", "cluster": "id"}), ["two levels", "parametric"]),
    ] {
        let mut options = options;
        options["bootstrap"] = json!(10);
        let refusal = fitted(model, data, &options).unwrap_err().to_string();
        assert!(words.iter().all(|word| refusal.contains(word)), "{options}: {refusal}");
    }
}

/// Every figure that varies has its interval. With one indicator per row R² is the square of std.all, and so are its
/// percentile limits at whole positions, (R + 1)α = 25; what does not vary has none.
#[test]
fn every_figure_has_an_interval_of_every_kind() {
    let data = holzinger_swineford();
    let model = "textual =~ x4 + x5 + x6\nx9 ~ b*textual + x7\nhalf := b/2";
    for kind in ["norm", "basic", "perc", "bca.simple", "bca"] {
        for from in ["ordinary", "bollen.stine", "yuan"] {
            let options = json!({"bootstrap": 999, "seed": 6, "boot.ci.type": kind, "bootstrap.type": from});
            let report = FitReport::new(&fitted(model, &data, &options).unwrap());
            for row in &report.parameters {
                let boot = row.boot.unwrap();
                let what = format!("{kind} {from}: {} {} {}", row.lhs, row.op.symbol(), row.rhs);
                let estimated = row.free > 0 || row.op == covary_sem::Operator::Define;
                assert_eq!(boot.est.is_some(), estimated, "{what}");
                let is_variance_of_x = row.lhs == row.rhs && ["textual", "x7"].contains(&row.lhs.as_str());
                assert_eq!(boot.std_all.is_some(), !is_variance_of_x, "{what}");
                for figure in [boot.est, boot.std_lv, boot.std_all, boot.std_nox].into_iter().flatten() {
                    assert!(figure.ci_lower.unwrap() < figure.ci_upper.unwrap(), "{what}");
                    assert!(figure.se > 0.0 && figure.used == 999, "{what}");
                }
                if let Some(est) = boot.est {
                    assert_eq!((row.ci_lower, row.ci_upper), (est.ci_lower, est.ci_upper), "{what}");
                }
            }
            for r2 in &report.r2 {
                let of_r2 = r2.boot.unwrap();
                let loading = report.parameter("textual", covary_sem::Operator::Measures, &r2.variable, 1);
                let (Some(loading), "perc") = (loading, kind) else { continue };
                let of_loading = loading.boot.unwrap().std_all.unwrap();
                let square = |limit: Option<f64>| limit.unwrap().powi(2);
                close("lower", of_r2.ci_lower.unwrap(), square(of_loading.ci_lower), 1e-12).unwrap();
                close("upper", of_r2.ci_upper.unwrap(), square(of_loading.ci_upper), 1e-12).unwrap();
            }
        }
    }
}
