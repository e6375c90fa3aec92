use covary_analysis::reliability::{cronbach_alpha, reliability};
use covary_numerics::Matrix;

use crate::support::*;

#[test]
fn reliability_of_the_survey_as_psych_and_r_have_it() {
    let found = reliability(&valid_items(), &constructs()).unwrap();
    let (psych, r) = (reference(), from_r());
    for construct in &found.constructs {
        let expected = &psych["reliability"][&construct.construct];
        close(construct.alpha.unwrap(), number(&expected["alpha"]), 1e-11);
        close(construct.standardized_alpha.unwrap(), number(&expected["std_alpha"]), 1e-11);
        let r = &r["reliability"][&construct.construct];
        let interval = construct.alpha_interval.unwrap();
        // R's qf; the limits inherit about 1e-13 from it.
        all_close(&[interval.lower, interval.upper], &numbers(&r["feldt"]), 1e-10);
        for (j, item) in construct.item_total.iter().enumerate() {
            close(item.alpha_if_deleted.unwrap(), number(&expected["alpha_if_deleted"][&item.item]), 1e-11);
            close(item.corrected_item_total.unwrap(), number(&expected["corrected_item_total"][&item.item]), 1e-11);
            close(item.squared_multiple_correlation.unwrap(), numbers(&r["smc"])[j], 1e-11);
            close(item.scale_mean_if_deleted, numbers(&r["scale_mean_if_deleted"])[j], 1e-10);
            close(item.scale_variance_if_deleted, numbers(&r["scale_var_if_deleted"])[j], 1e-10);
        }
        // factanal stops L-BFGS-B at a relative change of 10 ε of its objective, which leaves its
        // uniquenesses right to about 1e-6 only.
        close(construct.omega.unwrap(), number(&r["omega"]), 2e-6);
        close(construct.composite_reliability.unwrap(), number(&r["cr"]), 2e-6);
        all_close(construct.loadings.as_ref().unwrap(), &numbers(&r["loadings"]), 5e-6);
        assert_eq!((construct.cases.valid, construct.cases.excluded), (233, 0));
        assert!(construct.heywood.is_empty() && construct.negative_items.is_empty());
    }
}

#[test]
fn summary_item_statistics_are_of_the_matrices() {
    let found = reliability(&valid_items(), &constructs()).unwrap();
    let construct = &found.constructs[0];
    let summary = construct.summary.unwrap();
    let covariances = construct.inter_item_covariances.as_ref().unwrap();
    let scale = construct.scale.unwrap();
    // A scale variance is the sum of item variances and covariances; k items have k(k − 1) covariances.
    close(scale.variance, 5.0 * summary.variances.mean + 20.0 * summary.covariances.mean, 1e-12);
    close(scale.mean, 5.0 * summary.means.mean, 1e-12);
    close(summary.variances.maximum, covariances.diagonal().into_iter().fold(0.0, f64::max), 0.0);
    close(summary.means.range, summary.means.maximum - summary.means.minimum, 0.0);
    // Mean inter-item correlation gives the standardised alpha.
    let r = summary.correlations.unwrap().mean;
    close(construct.standardized_alpha.unwrap(), 5.0 * r / (1.0 + 4.0 * r), 1e-12);
}

#[test]
fn two_items_and_one_item_have_what_exists() {
    let check = |count: usize| {
        let mut constructs = constructs();
        let names: Vec<String> = constructs[0].items()[..count].to_vec();
        constructs[0].measured_by = covary_study::MeasuredBy::Items(names);
        reliability(&valid_items(), &constructs[..1]).unwrap().constructs.remove(0)
    };
    let two = check(2);
    let r = two.inter_item_correlations.as_ref().unwrap()[(0, 1)];
    // Spearman–Brown, of standardised items.
    close(two.standardized_alpha.unwrap(), 2.0 * r / (1.0 + r), 1e-12);
    assert_eq!((two.omega, two.composite_reliability, two.loadings), (None, None, None));
    assert_eq!(two.item_total[0].alpha_if_deleted, None);
    close(two.item_total[0].corrected_item_total.unwrap(), r, 1e-12);
    close(two.item_total[0].squared_multiple_correlation.unwrap(), r * r, 1e-12);
    let one = check(1);
    assert_eq!((one.alpha, one.alpha_interval, one.standardized_alpha, one.omega), (None, None, None, None));
    assert!(one.item_total.is_empty() && one.summary.is_none() && one.inter_item_correlations.is_none());
    assert!(one.scale.is_some() && one.items[0].mean.is_some());
}

#[test]
fn a_reverse_keyed_item_left_as_it_is_is_pointed_out() {
    let data = with_changed(&valid_items(), "T13", |answer| 6.0 - answer);
    let found = reliability(&data, &constructs()[..1]).unwrap();
    assert_eq!(found.constructs[0].negative_items, ["T13"]);
}

/// Alpha does not change when an item is shifted, when cases or items change places, or when all items are
/// multiplied by one number.
#[test]
fn alpha_keeps_under_shift_order_and_scale() {
    let data = valid_items();
    let alpha = |data: &covary_data::Dataset, constructs: &[covary_study::Construct]| {
        reliability(data, constructs).unwrap().constructs[0].clone()
    };
    let constructs = constructs();
    let plain = alpha(&data, &constructs[..1]);
    let shifted = alpha(&with_changed(&data, "T12", |answer| answer + 100.0), &constructs[..1]);
    let reordered = alpha(&in_another_order(&data), &constructs[..1]);
    let mut turned = constructs[..1].to_vec();
    let mut names = turned[0].items().to_vec();
    names.reverse();
    turned[0].measured_by = covary_study::MeasuredBy::Items(names);
    let turned = alpha(&data, &turned);
    for other in [&shifted, &reordered, &turned] {
        close(other.alpha.unwrap(), plain.alpha.unwrap(), 1e-12);
        close(other.omega.unwrap(), plain.omega.unwrap(), 1e-10);
    }
    close(turned.item_total[0].corrected_item_total.unwrap(), plain.item_total[4].corrected_item_total.unwrap(), 1e-12);
}

#[test]
fn alpha_of_matrices_with_known_answers() {
    let check = |k: usize, values: &[f64], expected: Option<f64>| {
        let matrix = Matrix::from_values(k, k, values.to_vec()).unwrap();
        match (cronbach_alpha(&matrix), expected) {
            (Some(found), Some(expected)) => close(found, expected, 1e-15),
            (found, expected) => assert_eq!(found, expected),
        }
    };
    check(1, &[2.0], None);
    check(2, &[1.0, 0.0, 0.0, 1.0], Some(0.0));
    check(2, &[1.0, 1.0, 1.0, 1.0], Some(1.0));
    check(2, &[1.0, -0.5, -0.5, 1.0], Some(-2.0));
    check(2, &[1.0, -1.0, -1.0, 1.0], None);
    check(3, &[2.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 2.0], Some(0.75));
}
