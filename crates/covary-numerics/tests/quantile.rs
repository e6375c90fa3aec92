//! Quantiles of observed values against R.

use covary_numerics::quantile::{Rule, quantile};
use proptest::prelude::*;

const VALUES: [f64; 10] = [2.1, 3.4, 3.5, 4.4, 5.9, 7.7, 8.0, 9.25, 12.0, 30.5];

/// R 4.2.2: `quantile(x, p, type = 6)`, `quantile(x, p, type = 7)`; package boot 1.3-28.1: the normal
/// interpolation behind `boot.ci`. Printed with 15 digits, of which the last may be off by a few units.
#[test]
fn quantiles_are_those_of_r() {
    let check = |p: f64, weighted: f64, linear: f64, normal: f64| {
        for (rule, expected) in [(Rule::WeightedAverage, weighted), (Rule::Linear, linear), (Rule::NormalScale, normal)]
        {
            let computed = quantile(&VALUES, p, rule).unwrap();
            assert!((computed / expected - 1.0).abs() < 1e-13, "{rule:?} at {p}: {computed} for {expected}");
        }
    };
    check(0.025, 2.1, 2.3925, 2.1);
    check(0.05, 2.1, 2.685, 2.1);
    check(0.25, 3.475, 3.725, 3.47699548377612);
    check(0.5, 6.8, 6.8, 6.8);
    check(0.9, 28.65, 13.85, 28.1750926521236);
    check(0.975, 30.5, 26.3375, 30.5);
}

#[test]
fn whole_positions_give_the_value_there() {
    let values: Vec<f64> = (1..=999).map(f64::from).collect();
    // (R + 1) α = 25 and 975.
    assert_eq!(quantile(&values, 0.025, Rule::NormalScale), Some(25.0));
    assert_eq!(quantile(&values, 0.975, Rule::NormalScale), Some(975.0));
    assert_eq!(quantile(&values, 0.29, Rule::WeightedAverage), Some(290.0));
}

#[test]
fn no_values_or_no_probability_give_none() {
    for rule in [Rule::WeightedAverage, Rule::Linear, Rule::NormalScale] {
        assert_eq!(quantile(&[], 0.5, rule), None);
        assert_eq!(quantile(&VALUES, -0.1, rule), None);
        assert_eq!(quantile(&VALUES, f64::NAN, rule), None);
        assert_eq!((quantile(&VALUES, 0.0, rule), quantile(&VALUES, 1.0, rule)), (Some(2.1), Some(30.5)));
        assert_eq!(quantile(&[4.0], 0.3, rule), Some(4.0));
    }
}

proptest! {
    #[test]
    fn quantiles_rise_with_p_and_stay_within(mut values in prop::collection::vec(-1e3f64..1e3, 1..50), p in 0.0f64..1.0, more in 0.0f64..0.5) {
        values.sort_by(f64::total_cmp);
        for rule in [Rule::WeightedAverage, Rule::Linear, Rule::NormalScale] {
            let low = quantile(&values, p, rule).unwrap();
            let high = quantile(&values, (p + more).min(1.0), rule).unwrap();
            prop_assert!(low <= high + 1e-9);
            prop_assert!(values[0] - 1e-9 <= low && high <= values[values.len() - 1] + 1e-9);
        }
    }
}
