use covary_analysis::descriptives::{describe, haverage};

use crate::support::*;

#[test]
fn items_of_the_survey_as_psych_describes_them() {
    let found = describe(&valid_items(), &items(), &constructs(), &[]).unwrap();
    let reference = reference();
    let r = from_r();
    for (k, (item, expected)) in found.items.iter().zip(reference["descriptives"].as_array().unwrap()).enumerate() {
        assert_eq!(item.name, expected["item"].as_str().unwrap());
        assert_eq!(item.n, 233);
        close(item.mean.unwrap(), number(&expected["mean"]), 1e-11);
        close(item.sd.unwrap(), number(&expected["sd"]), 1e-11);
        close(item.minimum.unwrap(), number(&expected["min"]), 0.0);
        close(item.maximum.unwrap(), number(&expected["max"]), 0.0);
        let spss = item.spss.unwrap();
        // psych::skew and kurtosi of type 2 are G₁ and G₂; 14 digits are kept.
        close(spss.skewness.unwrap(), numbers(&r["spss_skew"])[k], 1e-11);
        close(spss.kurtosis.unwrap(), numbers(&r["spss_kurt"])[k], 1e-11);
        // R's quantile of type 6 is HAVERAGE.
        all_close(&item.quartiles.unwrap(), matrix(&r["quantile6"]).row(k), 1e-12);
    }
    // The standard errors depend on N alone: SPSS prints .241 and .478 for 100 cases.
    let hundred = valid_items().select_cases(&(0..100).collect::<Vec<_>>());
    let shape = describe(&hundred, &items()[..1], &[], &[]).unwrap().items[0].spss.unwrap();
    close(shape.skewness_se.unwrap(), 0.241, 5e-4);
    close(shape.kurtosis_se.unwrap(), 0.478, 5e-4);
}

/// AMOS 28 user guide, "Assessment of normality" of Grnt_fem: all figures as printed.
#[test]
fn normality_of_the_grant_white_girls_as_amos_prints_it() {
    let data = grant_white_girls();
    let names: Vec<String> = data.variables().iter().map(|variable| variable.name.clone()).collect();
    let found = describe(&data, &names, &[], &[]).unwrap();
    let check = |name: &str, printed: [f64; 6]| {
        let item = found.items.iter().find(|item| item.name == name).unwrap();
        let amos = item.amos.unwrap();
        let figures = [
            item.minimum.unwrap(),
            item.maximum.unwrap(),
            amos.skewness,
            amos.skewness_cr,
            amos.kurtosis,
            amos.kurtosis_cr,
        ];
        all_close(&figures, &printed, 5e-4);
    };
    check("wordmean", [2.0, 41.0, 0.575, 2.004, -0.212, -0.370]);
    check("sentence", [4.0, 28.0, -0.836, -2.915, 0.537, 0.936]);
    check("paragrap", [2.0, 19.0, 0.374, 1.305, -0.239, -0.416]);
    check("lozenges", [3.0, 36.0, 0.833, 2.906, 0.127, 0.221]);
    check("cubes", [9.0, 37.0, -0.131, -0.457, 1.439, 2.510]);
    check("visperc", [11.0, 45.0, -0.406, -1.418, -0.281, -0.490]);
    let mardia = found.mardia.unwrap();
    close(mardia.amos_kurtosis, 3.102, 5e-4);
    close(mardia.amos_cr, 1.353, 5e-4);
    // The usual version, centred at p(p + 2).
    close(mardia.excess_kurtosis, 1.805, 5e-4);
}

#[test]
fn mardia_of_the_survey_as_psych_has_it() {
    let mardia = describe(&valid_items(), &items(), &constructs(), &[]).unwrap().mardia.unwrap();
    let expected = &from_r()["mardia"];
    // psych 2.2.9 takes S with divisor N − 1: cubes of distances are smaller by ((N − 1)/N)³, squares by the square.
    let (n, p) = (233.0f64, 24.0f64);
    let ratio = n / (n - 1.0);
    close(mardia.skewness, number(&expected["b1p"]) * ratio.powi(3), 1e-9);
    close(mardia.skewness_chi_squared, number(&expected["skew"]) * ratio.powi(3), 1e-7);
    assert_eq!(mardia.skewness_df, 2600.0);
    let spread = (8.0 * p * (p + 2.0) / n).sqrt();
    let kurtosis = number(&expected["kurtosis"]) * spread + p * (p + 2.0);
    close(mardia.kurtosis, kurtosis * ratio.powi(2), 1e-8);
    // Printed by AMOS and by the usual formula for these data.
    close(mardia.amos_kurtosis, 10.513, 5e-4);
    close(mardia.amos_cr, 2.271, 5e-4);
    close(mardia.excess_kurtosis, 5.180, 5e-4);
    close(mardia.kurtosis_cr, 1.119, 5e-4);
}

/// Few variables take the sum of third moments in place of that over pairs of cases.
#[test]
fn both_ways_to_mardias_skewness_agree() {
    let data = grant_white_girls();
    let names: Vec<String> = ["visperc", "cubes"].map(String::from).to_vec();
    let by_moments = describe(&data, &names, &[], &[]).unwrap().mardia.unwrap();
    let few = data.select_cases(&[0, 5, 9, 20]);
    let by_pairs = describe(&few, &names, &[], &[]).unwrap().mardia.unwrap();
    // From the formula in Python with numpy 2.4: Σ_ij d_ij³ / N².
    close(by_moments.skewness, 0.42323430877046175, 1e-11);
    close(by_pairs.skewness, 2.856683578096833, 1e-11);
}

#[test]
fn construct_scores_and_their_correlations() {
    let found = describe(&valid_items(), &items(), &constructs(), &[]).unwrap();
    let expected = &from_r()["scores"];
    let (r, p) = (matrix(&expected["r"]), matrix(&expected["p"]));
    for (i, row) in found.correlations.pairs.iter().enumerate() {
        close(found.correlations.variables[i].mean.unwrap(), numbers(&expected["mean"])[i], 1e-11);
        close(found.correlations.variables[i].sd.unwrap(), numbers(&expected["sd"])[i], 1e-11);
        assert_eq!(found.constructs[i].mean, found.correlations.variables[i].mean);
        for (j, pair) in row.iter().enumerate() {
            close(pair.r.unwrap(), r[(i, j)], 1e-12);
            let expected = p[(i, j)];
            close(pair.p.unwrap() / expected, 1.0, 1e-6);
        }
    }
    close(found.correlations.variables[0].alpha.unwrap(), 0.8529543430976, 1e-11);
}

#[test]
fn every_point_of_the_scale_is_counted() {
    let data = valid_items().select_cases(&[0, 1, 2]);
    let found = describe(&data, &items(), &constructs(), &[]).unwrap();
    let first = &found.answers[0];
    let counts: Vec<(f64, usize)> = first.counts.iter().map(|count| (count.value, count.count)).collect();
    assert_eq!(counts, [(1.0, 0), (2.0, 0), (3.0, 2), (4.0, 0), (5.0, 1)]);
    assert_eq!(first.n, 3);
}

#[test]
fn what_does_not_exist_is_none() {
    let one = valid_items().select_cases(&[0]);
    let found = describe(&one, &items(), &constructs(), &[]).unwrap();
    let item = &found.items[0];
    assert_eq!((item.n, item.sd, item.spss, item.amos), (1, None, None, None));
    assert_eq!((found.mardia, found.correlations.pairs[1][0].r), (None, None));
    let none = valid_items().select_cases(&[]);
    let found = describe(&none, &items(), &constructs(), &[]).unwrap();
    assert_eq!((found.items[0].mean, found.items[0].quartiles, found.answers[0].counts[0].percent), (None, None, None));
}

#[test]
fn percentiles_stay_within_the_answers() {
    let check = |values: &[f64], p: f64, expected: Option<f64>| assert_eq!(haverage(values, p), expected);
    check(&[], 0.5, None);
    check(&[7.0], 0.01, Some(7.0));
    check(&[1.0, 2.0], 0.99, Some(2.0));
    check(&[1.0, 2.0, 3.0], 0.5, Some(2.0));
    check(&[1.0, 2.0, 3.0, 4.0], 0.25, Some(1.25));
}

/// Reversing the answers turns the skewness, and leaves the kurtosis.
#[test]
fn reversed_answers_turn_the_skewness() {
    let data = valid_items();
    let reversed = with_changed(&data, "T11", |answer| 6.0 - answer);
    let names = ["T11".to_string()];
    let (plain, turned) = (describe(&data, &names, &[], &[]).unwrap(), describe(&reversed, &names, &[], &[]).unwrap());
    let (plain, turned) = (plain.items[0].spss.unwrap(), turned.items[0].spss.unwrap());
    close(plain.skewness.unwrap(), -turned.skewness.unwrap(), 1e-12);
    close(plain.kurtosis.unwrap(), turned.kurtosis.unwrap(), 1e-12);
}
