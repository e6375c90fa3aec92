//! Distribution functions against high-precision values and against R.

use covary_numerics::distributions::*;
use proptest::prelude::*;

/// Relative error allowed: a point is known to half a unit in its last place, which a tail of ln P
/// = −700 turns into about 700 ε of P; 2·10⁻¹² leaves room for ten such roundings, the far tails included.
const TOLERANCE: f64 = 2e-12;

#[test]
fn probabilities_agree_with_high_precision_values() {
    let mut failures = Vec::new();
    for line in include_str!("data/distributions.csv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(',').collect();
        let arguments: Vec<f64> = fields[1].split(' ').map(|text| text.parse().unwrap()).collect();
        let expected: f64 = fields[2].parse().unwrap();
        let computed = evaluate(fields[0], &arguments);
        let error = ((computed - expected) / expected).abs();
        if error.is_nan() || error > TOLERANCE {
            failures.push(format!("{line}: {computed:e}, off by {error:.1e}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn evaluate(function: &str, arguments: &[f64]) -> f64 {
    match (function, arguments) {
        ("normal_cdf", &[x]) => normal_cdf(x),
        ("normal_sf", &[x]) => normal_sf(x),
        ("normal_two_tailed", &[x]) => normal_two_tailed(x),
        ("chi_squared_cdf", &[x, df]) => chi_squared_cdf(x, df),
        ("chi_squared_sf", &[x, df]) => chi_squared_sf(x, df),
        ("noncentral_chi_squared_cdf", &[x, df, lambda]) => noncentral_chi_squared_cdf(x, df, lambda),
        ("noncentral_chi_squared_sf", &[x, df, lambda]) => noncentral_chi_squared_sf(x, df, lambda),
        ("f_sf", &[x, df1, df2]) => f_sf(x, df1, df2),
        ("t_two_tailed", &[t, df]) => t_two_tailed(t, df),
        ("binomial_upper_tail", &[k, n, p]) => binomial_upper_tail(k as u64, n as u64, p),
        _ => panic!("no function {function} of {} arguments", arguments.len()),
    }
}

/// R 4.2.2, printed with 15 digits; R's own noncentral sums stop at a relative error of 1e-12.
#[test]
fn probabilities_agree_with_r() {
    let check = |computed: f64, expected: f64| {
        assert!((computed / expected - 1.0).abs() < 1e-11, "{computed} for {expected}");
    };
    check(noncentral_chi_squared_cdf(386.639, 242.0, 144.6), 0.510860775577142);
    check(noncentral_chi_squared_cdf(85.306, 24.0, 40.0), 0.921995977769386);
    check(noncentral_chi_squared_sf(85.306, 24.0, 90.0), 0.930677553740322);
    check(noncentral_chi_squared_sf(3.84145882069412, 1.0, 10.5), 0.89979897110953);
    check(noncentral_chi_squared_sf(30.0, 1.0, 2.0), 2.42217705145734e-05);
    check(noncentral_chi_squared_sf(0.5, 1.0, 0.3), 0.541453443684029);
}

/// R 4.2.2: `qchisq`, `qt`, `qf`, `qnorm`, printed with 15 digits. R's qt and qf stop at a relative 1e-12 to 1e-11.
#[test]
fn quantiles_agree_with_r() {
    let check = |computed: Option<f64>, expected: f64| {
        let computed = computed.unwrap();
        assert!((computed / expected - 1.0).abs() < 1e-11, "{computed} for {expected}");
    };
    check(chi_squared_quantile(0.95, 1.0), 3.84145882069412);
    check(chi_squared_quantile(0.95, 242.0), 279.287644264921);
    check(chi_squared_quantile(0.05, 24.0), 13.8484250271702);
    check(chi_squared_quantile(1e-3, 0.5), 1.34993957862307e-12);
    check(chi_squared_quantile(0.999, 3.0), 16.2662361962381);
    check(chi_squared_quantile(0.5, 1e4), 9999.33334123514);
    check(chi_squared_quantile(1e-10, 5.0), 0.000323355714624969);
    check(chi_squared_quantile(1.0 - 1e-12, 5.0), 65.2386825223642);
    check(t_quantile(0.975, 231.0), 1.97028665928279);
    check(t_quantile(0.025, 3.0), -3.18244630528371);
    check(t_quantile(0.9995, 2.5), 18.2778935281315);
    check(t_quantile(0.6, 1.0), 0.324919696232906);
    check(t_quantile(1e-8, 10.0), -15.8956876525135);
    check(t_quantile(0.975, 1e6), 1.95996635681411);
    check(f_quantile(0.95, 4.0, 228.0), 2.41123908743896);
    check(f_quantile(0.01, 1.0, 10.0), 0.000165129675224751);
    check(f_quantile(0.999, 2.0, 5.0), 37.1223298115278);
    check(f_quantile(0.5, 30.0, 1e5), 0.977874249560677);
    check(normal_quantile(0.975), 1.959963984540054);
    check(normal_quantile(0.005), -2.5758293035489);
    check(normal_quantile(1e-15), -7.941345326170995);
    check(normal_quantile(0.6), 0.2533471031357998);
    check(normal_quantile(1.0 - 1e-10), 6.361340889697421);
    check(normal_quantile(1e-300), -37.0470962993612);
}

/// AMOS's limits of the noncentrality parameter for χ² 386.639 on 242 df are 94.948 and 202.257; and for
/// Wheaton's model A, χ² 71.544 on 6 df, 41.937 and 96.603 (user's guide, appendix on fit measures). χ² is known to
/// .0005 either way, of which the limits move by up to 1.2 times as much, and they are rounded themselves.
#[test]
fn noncentrality_gives_the_limits_of_amos() {
    let check = |x: f64, df: f64, p: f64, expected: f64| {
        let lambda = noncentrality(x, df, p);
        assert!((lambda - expected).abs() <= 1.1e-3, "{lambda} for {expected}");
        let reached = noncentral_chi_squared_cdf(x, df, lambda);
        assert!((reached / p - 1.0).abs() < 1e-12, "{reached} for {p}");
    };
    check(386.639, 242.0, 0.95, 94.948);
    check(386.639, 242.0, 0.05, 202.257);
    check(71.544, 6.0, 0.95, 41.937);
    check(71.544, 6.0, 0.05, 96.603);
    assert_eq!(noncentrality(5.0, 24.0, 0.95), 0.0);
    assert_eq!(noncentrality(0.0, 24.0, 0.05), 0.0);
    assert_eq!(noncentrality(chi_squared_quantile(0.95, 24.0).unwrap() - 1e-9, 24.0, 0.95), 0.0);
}

#[test]
fn edges() {
    assert_eq!((chi_squared_cdf(0.0, 3.0), chi_squared_sf(0.0, 3.0)), (0.0, 1.0));
    assert_eq!((chi_squared_cdf(-1.0, 3.0), chi_squared_sf(f64::INFINITY, 3.0)), (0.0, 0.0));
    // Zero degrees of freedom: all mass at zero.
    assert_eq!((chi_squared_cdf(0.0, 0.0), chi_squared_sf(1.0, 0.0)), (1.0, 0.0));
    assert!((noncentral_chi_squared_cdf(0.0, 0.0, 2.0) - (-1f64).exp()).abs() < 1e-16);
    assert_eq!(noncentral_chi_squared_cdf(3.0, 2.0, 0.0), chi_squared_cdf(3.0, 2.0));
    assert_eq!((f_sf(0.0, 2.0, 3.0), f_sf(-1.0, 2.0, 3.0), f_sf(f64::INFINITY, 2.0, 3.0)), (1.0, 1.0, 0.0));
    assert_eq!((t_two_tailed(0.0, 5.0), t_two_tailed(f64::NEG_INFINITY, 5.0)), (1.0, 0.0));
    assert_eq!((normal_cdf(f64::INFINITY), normal_sf(f64::INFINITY), normal_cdf(0.0)), (1.0, 0.0, 0.5));
    assert_eq!((binomial_upper_tail(0, 5, 0.5), binomial_upper_tail(6, 5, 0.5)), (1.0, 0.0));
    assert_eq!((binomial_upper_tail(2, 5, 0.0), binomial_upper_tail(2, 5, 1.0)), (0.0, 1.0));
    for p in [0.0, 1.0, -0.5, f64::NAN] {
        assert_eq!(normal_quantile(p), None);
        assert_eq!(chi_squared_quantile(p, 3.0), None);
        assert_eq!(t_quantile(p, 3.0), None);
        assert_eq!(f_quantile(p, 3.0, 3.0), None);
    }
    assert_eq!(
        (chi_squared_quantile(0.5, 0.0), t_quantile(0.5, -1.0), f_quantile(0.5, 1.0, f64::NAN)),
        (None, None, None)
    );
    assert_eq!(t_quantile(0.5, 3.0), Some(0.0));
    assert!(chi_squared_sf(f64::NAN, 3.0).is_nan() && chi_squared_sf(1.0, -1.0).is_nan());
    assert!(noncentrality(f64::NAN, 3.0, 0.5).is_nan() && binomial_upper_tail(1, 2, 1.5).is_nan());
}

/// Relative difference on the smaller tail: where p is near 1 only its distance from 1 can be found again.
fn near(reached: f64, p: f64) -> bool {
    (reached - p).abs() <= 1e-11 * p.min(1.0 - p) + 2e-16
}

proptest! {
    #[test]
    fn quantiles_lead_back_to_their_probabilities(exponent in -12.0f64..-0.31, upper in any::<bool>(), df in 0.4f64..3000.0, df2 in 1.0f64..3000.0) {
        let p = if upper { 1.0 - 10f64.powf(exponent) } else { 10f64.powf(exponent) };
        let normal = normal_quantile(p).unwrap();
        prop_assert!(near(normal_cdf(normal), p), "normal {normal}");
        let chi = chi_squared_quantile(p, df).unwrap();
        prop_assert!(near(chi_squared_cdf(chi, df), p), "chi-squared {chi}");
        let t = t_quantile(p, df2).unwrap();
        let tail = t_two_tailed(t, df2) / 2.0;
        prop_assert!(near(if t < 0.0 { tail } else { 1.0 - tail }, p), "t {t}");
        let f = f_quantile(p, df, df2).unwrap();
        prop_assert!(near(1.0 - f_sf(f, df, df2), p) , "F {f}");
    }

    #[test]
    fn tails_add_to_one_and_rise(x in 0.0f64..600.0, step in 0.01f64..50.0, df in 0.1f64..400.0, lambda in 0.0f64..600.0) {
        let (lower, upper) = (noncentral_chi_squared_cdf(x, df, lambda), noncentral_chi_squared_sf(x, df, lambda));
        prop_assert!((lower + upper - 1.0).abs() < 1e-12);
        prop_assert!(noncentral_chi_squared_cdf(x + step, df, lambda) >= lower - 1e-13);
        prop_assert!(noncentral_chi_squared_cdf(x, df, lambda + step) <= lower + 1e-13);
        prop_assert!((chi_squared_cdf(x, df) + chi_squared_sf(x, df) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn noncentrality_leads_back_to_its_probability(x in 0.1f64..2000.0, df in 0.5f64..500.0, p in 0.001f64..0.999) {
        let lambda = noncentrality(x, df, p);
        if lambda > 0.0 {
            // On the smaller tail: the larger one, a sum of its own, is right to 1e-12 of itself only.
            let lower = p <= 0.5;
            let tail = if lower { noncentral_chi_squared_cdf } else { noncentral_chi_squared_sf };
            let wanted = if lower { p } else { 1.0 - p };
            prop_assert!((tail(x, df, lambda) / wanted - 1.0).abs() < 1e-11, "{}", lambda);
        } else {
            prop_assert!(chi_squared_cdf(x, df) <= p);
        }
    }

    /// χ² with 1 df is the square of a normal, F with 1 df the square of t.
    #[test]
    fn distributions_agree_with_one_another(z in 0.01f64..30.0, df in 0.5f64..1e5) {
        prop_assert!((chi_squared_sf(z * z, 1.0) / normal_two_tailed(z) - 1.0).abs() < 1e-12);
        prop_assert!((f_sf(z * z, 1.0, df) / t_two_tailed(z, df) - 1.0).abs() < 1e-11);
    }
}
