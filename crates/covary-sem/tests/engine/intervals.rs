//! Intervals from resamples, against R's package boot 1.3 on the same 199 values (made by R: the values and a jackknife).

use covary_sem::{
    inference::intervals::{acceleration, interval, standard_error, two_tailed_p},
    settings::BootstrapInterval::{self, Basic, Bca, BiasCorrected, Normal, Percentile},
};

const ESTIMATE: f64 = 3.75644271471471;
const ACCELERATION: f64 = 0.0759976630871627;
#[rustfmt::skip]
const VALUES: [f64; 199] = [
    4.18396, 6.348582, 3.8813, 2.549184, 4.946943, 2.338908, 5.623057, 2.324041, 3.818726, 5.776566, 4.310454, 3.340593,
    3.135985, 3.346895, 4.523638, 3.028037, 4.118241, 3.496383, 2.273664, 5.227857, 3.8902, 1.572605, 4.121785, 3.922061,
    1.908514, 4.434825, 2.475768, 4.306462, 4.508916, 4.417495, 1.939415, 4.957836, 3.759964, 2.11506, 4.807312, 2.222395,
    4.106031, 4.933504, 4.520357, 2.640835, 4.798433, 3.729279, 2.483897, 3.544258, 3.644213, 5.241947, 2.123774, 4.570791,
    2.020713, 2.540177, 3.867713, 2.442426, 2.459152, 2.5318, 4.853939, 2.59464, 2.761396, 3.333201, 5.475973, 3.230274,
    3.972144, 3.033988, 2.339579, 4.789524, 4.114442, 2.642784, 3.674476, 2.271078, 2.872929, 3.413671, 4.326677, 4.65021,
    2.888204, 1.81911, 5.10118, 5.090491, 3.561762, 4.056794, 2.935909, 3.082964, 6.878617, 6.05753, 5.537068, 2.298189,
    4.572828, 2.974738, 4.100322, 3.21008, 3.741504, 5.771413, 4.981986, 2.982758, 3.678551, 3.306693, 3.942212, 4.960765,
    2.285278, 4.155676, 2.734212, 2.00302, 4.10014, 3.01678, 3.9787, 1.336938, 4.501508, 4.068941, 1.836402, 3.195081,
    2.576673, 4.262706, 2.087518, 2.402702, 2.200342, 3.625062, 2.180118, 2.050776, 2.918688, 2.092973, 4.403257, 4.665928,
    1.974819, 6.486536, 3.981496, 2.658075, 3.703853, 2.010201, 6.393025, 2.592208, 4.035903, 4.175872, 5.149864, 4.487346,
    3.553009, 5.404948, 2.243358, 4.960765, 4.791513, 2.927742, 3.649732, 3.641344, 4.571301, 4.876665, 3.621977, 5.422785,
    3.202588, 4.649238, 5.345374, 4.13634, 4.282409, 1.159617, 2.627601, 1.773335, 5.64559, 3.043735, 3.581798, 2.516685,
    2.953621, 2.382963, 5.030334, 4.549783, 4.734054, 4.5339, 2.725815, 4.296015, 2.12806, 2.480647, 5.60786, 3.249283,
    3.569353, 3.431185, 3.500116, 4.15611, 4.377938, 2.303509, 4.315828, 3.306919, 3.195137, 4.166384, 3.217992, 2.167899,
    3.110005, 2.699664, 4.99379, 3.113157, 2.808363, 2.678219, 3.251247, 3.157756, 3.178167, 5.665792, 2.181797, 3.334001,
    2.580864, 2.86273, 2.383275, 1.73048, 4.405706, 2.841907, 2.196807,
];

/// boot.ci(conf = .9) of each type; bias-corrected is its BCa with acceleration 0. 1e-10: digits of the fixture.
#[test]
fn limits_are_those_of_boot() {
    for (kind, lower, upper) in [
        (Normal, 2.00983071403193, 5.82450277799276),
        (Basic, 1.88982842942943, 5.53806642942943),
        (Percentile, 1.974819, 5.623057),
        (Bca, 2.21857078834740, 6.45716478701825),
        (BiasCorrected, 2.13832132567747, 6.14020695181374),
    ] {
        let own = interval(kind, ESTIMATE, &VALUES, Some(ACCELERATION), 0.9).unwrap();
        assert!((own.lower - lower).abs() < 1e-10 && (own.upper - upper).abs() < 1e-10, "{kind:?}: {own:?}");
    }
}

/// a of the squared mean of 25 numbers: R's Σl³/(6(Σl²)^1.5) over the leave-one-out values.
#[test]
fn acceleration_is_rs() {
    let x = [
        6.92, 2.46, 4.93, 4.02, 0.82, 0.84, 9.13, 0.04, 0.27, 0.46, 0.31, 1.63, 0.63, 16.89, 2.33, 0.8, 1.55, 4.84,
        4.75, 6.99, 3.49, 0.56, 8.19, 3.28, 2.29,
    ];
    let total: f64 = x.iter().sum();
    let without: Vec<(f64, f64)> = x.iter().map(|value| (1.0, ((total - value) / 24.0).powi(2))).collect();
    assert!((acceleration(&without).unwrap() - 0.0563935260927558).abs() < 1e-12);
    // A weight of two is the entry twice.
    let twice: Vec<(f64, f64)> = without.iter().chain(&without).copied().collect();
    let weighted: Vec<(f64, f64)> = without.iter().map(|(_, value)| (2.0, *value)).collect();
    assert!((acceleration(&twice).unwrap() - acceleration(&weighted).unwrap()).abs() < 1e-14);
    assert_eq!(acceleration(&[(1.0, 2.0), (1.0, 2.0)]), None);
}

/// p is where the interval takes 0 in: out just below level 1 − p, in just above.
#[test]
fn p_inverts_the_interval() {
    for kind in [Normal, Basic, Percentile, BiasCorrected, Bca] {
        for shift in [2.3, 2.9, 3.4, 4.4, 5.0] {
            let values: Vec<f64> = VALUES.iter().map(|value| value - shift).collect();
            let estimate = ESTIMATE - shift;
            let p = two_tailed_p(kind, estimate, &values, Some(ACCELERATION)).unwrap();
            let holds_zero = |level: f64| {
                let own = interval(kind, estimate, &values, Some(ACCELERATION), level).unwrap();
                own.lower <= 0.0 && 0.0 <= own.upper
            };
            // The steps of 199 values are 1/200 on each side.
            let step = 0.025;
            assert!(p >= 1.0 - step || holds_zero((1.0 - p + step).min(0.999)), "{kind:?} at {shift}: p = {p}");
            assert!(p >= 1.0 - step || !holds_zero(1.0 - p - step), "{kind:?} at {shift}: p = {p}");
        }
    }
}

#[test]
fn p_has_a_floor_and_what_does_not_exist_is_none() {
    for kind in [Percentile, BiasCorrected, Bca] {
        assert_eq!(two_tailed_p(kind, ESTIMATE, &VALUES, None), Some(1.0 / 199.0), "{kind:?}");
    }
    let none = |kind: BootstrapInterval, estimate: f64, values: &[f64]| {
        assert_eq!(interval(kind, estimate, values, None, 0.95), None, "{kind:?} of {values:?}");
    };
    for kind in [Normal, Basic, Percentile, BiasCorrected, Bca] {
        none(kind, 1.0, &[]);
        none(kind, 1.0, &[1.0]);
        none(kind, 1.0, &[1.0, f64::NAN]);
    }
    // All resamples on one side of the estimate: there is no z₀.
    none(BiasCorrected, 9.0, &[1.0, 2.0, 3.0]);
    none(Bca, 0.5, &[1.0, 2.0, 3.0]);
    assert_eq!(standard_error(&[2.0, 2.0]), None);
}
