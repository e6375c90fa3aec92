//! Distribution functions against high-precision values and against R.

use covary_numerics::distributions::*;

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
