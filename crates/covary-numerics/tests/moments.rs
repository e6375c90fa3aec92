//! Moments on the sets NIST made to break them, and what moments must keep.

use covary_numerics::Matrix;
use covary_numerics::moments::{CompensatedSum, central_moments, mean_and_covariance};
use proptest::prelude::*;

/// NIST StRD, univariate summary statistics, NumAcc2 to 4: the middle value once, then the two
/// others in turn 500 times.
fn alternating(middle: f64, low: f64, high: f64) -> Vec<f64> {
    let mut values = vec![middle];
    values.extend([low, high].repeat(500));
    values
}

/// Certified mean and standard deviation (divisor N − 1), and the bound on the deviation's relative error.
///
/// The certified values are those of the decimals. A double near 10⁶ is off from its decimal by up to
/// 2⁻³⁴, one near 10⁷ by 2⁻³⁰, and a difference of .1 of two of them by up to twice that: 1.2·10⁻⁹ and
/// 1.9·10⁻⁸ of it, whatever is done afterwards. The next test leaves no such room.
fn check(values: &[f64], mean: f64, deviation: f64, tolerance: f64) {
    let moments = central_moments(values).unwrap();
    assert_eq!(moments.mean, mean);
    let computed = (moments.sum2 / (moments.n - 1) as f64).sqrt();
    assert!((computed / deviation - 1.0).abs() <= tolerance, "{computed} for {deviation}");
}

#[test]
fn certified_values_of_nist() {
    check(&[10_000_001.0, 10_000_003.0, 10_000_002.0], 10_000_002.0, 1.0, 0.0);
    check(&alternating(1.2, 1.1, 1.3), 1.2, 0.1, 1e-15);
    check(&alternating(1_000_000.2, 1_000_000.1, 1_000_000.3), 1_000_000.2, 0.1, 1.2e-9);
    check(&alternating(10_000_000.2, 10_000_000.1, 10_000_000.3), 10_000_000.2, 0.1, 1.9e-8);
}

/// Against whole-number arithmetic on the doubles as stored, there is nothing left but the last digit.
#[test]
fn sums_of_squares_of_the_stored_numbers_are_exact() {
    for (values, bits) in [
        (alternating(1.2, 1.1, 1.3), 52),
        (alternating(1_000_000.2, 1_000_000.1, 1_000_000.3), 33),
        (alternating(10_000_000.2, 10_000_000.1, 10_000_000.3), 29),
    ] {
        let scale = f64::from(bits).exp2();
        let whole: Vec<i128> = values.iter().map(|value| (value * scale) as i128).collect();
        assert!(whole.iter().zip(&values).all(|(w, v)| *w as f64 / scale == *v), "the scaling is exact");
        let n = values.len() as i128;
        // Centred on the first value, so that squares fit: n Σd² − (Σd)².
        let deviations: Vec<i128> = whole.iter().map(|w| w - whole[0]).collect();
        let sum: i128 = deviations.iter().sum();
        let squares: i128 = deviations.iter().map(|d| d * d).sum();
        let exact = (n * squares - sum * sum) as f64 / n as f64 / (scale * scale);
        let computed = central_moments(&values).unwrap().sum2;
        assert!((computed / exact - 1.0).abs() < 4e-16, "{computed:e} for {exact:e}");
        let (means, covariance) = mean_and_covariance(&Matrix::from_values(values.len(), 1, values.clone()).unwrap());
        assert_eq!(means[0], central_moments(&values).unwrap().mean);
        assert!((covariance[(0, 0)] * n as f64 / exact - 1.0).abs() < 4e-15);
    }
}

#[test]
fn moments_by_hand() {
    let moments = central_moments(&[1.0, 2.0, 3.0, 10.0]).unwrap();
    assert_eq!((moments.n, moments.mean), (4, 4.0));
    // Deviations −3, −2, −1, 6.
    assert_eq!((moments.sum2, moments.sum3, moments.sum4), (50.0, 180.0, 1394.0));
    assert_eq!(central_moments(&[]), None);
    let cases = Matrix::from_values(3, 2, vec![1.0, 10.0, 2.0, 20.0, 6.0, 0.0]).unwrap();
    let (means, covariance) = mean_and_covariance(&cases);
    assert_eq!(means, [3.0, 10.0]);
    assert_eq!(covariance.scaled(3.0), Matrix::from_values(2, 2, vec![14.0, -40.0, -40.0, 200.0]).unwrap());
    assert_eq!(mean_and_covariance(&Matrix::zeros(0, 2)).0, [0.0, 0.0]);
}

#[test]
fn compensated_sums_keep_what_a_plain_sum_loses() {
    let mut sum = CompensatedSum::default();
    [1.0, 1e100, 1.0, -1e100].into_iter().for_each(|value| sum.add(value));
    assert_eq!(sum.total(), 2.0);
    sum.add(f64::INFINITY);
    assert_eq!(sum.total(), f64::INFINITY);
}

proptest! {
    /// Whole numbers shifted by a whole number: moments about the mean stay, to the last digits.
    #[test]
    fn a_shift_changes_the_mean_only(values in prop::collection::vec(-50i32..50, 2..200), shift in -1_000_000i32..1_000_000) {
        let plain: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        let shifted: Vec<f64> = values.iter().map(|v| f64::from(*v) + f64::from(shift)).collect();
        let (before, after) = (central_moments(&plain).unwrap(), central_moments(&shifted).unwrap());
        let close = |l: f64, r: f64, scale: f64| (l - r).abs() <= 1e-13 * scale.max(1.0);
        prop_assert!(close(before.mean + f64::from(shift), after.mean, after.mean.abs()));
        prop_assert!(close(before.sum2, after.sum2, before.sum2));
        prop_assert!(close(before.sum3, after.sum3, before.sum4));
        prop_assert!(close(before.sum4, after.sum4, before.sum4));
    }

    /// The covariance matrix holds the variances that each variable has on its own, in any order of cases.
    #[test]
    fn covariances_agree_with_central_moments(values in prop::collection::vec(-1e3f64..1e3, 6..300)) {
        let n = values.len() / 3;
        let cases = Matrix::from_fn(n, 3, |i, j| values[3 * i + j]);
        let reversed = Matrix::from_fn(n, 3, |i, j| values[3 * (n - 1 - i) + j]);
        let (means, covariance) = mean_and_covariance(&cases);
        let (_, from_reversed) = mean_and_covariance(&reversed);
        for j in 0..3 {
            let moments = central_moments(&cases.column(j)).unwrap();
            prop_assert!((means[j] - moments.mean).abs() <= 1e-13 * moments.mean.abs().max(1.0));
            prop_assert!((covariance[(j, j)] * n as f64 - moments.sum2).abs() <= 1e-13 * moments.sum2.max(1.0));
            for k in 0..3 {
                prop_assert_eq!(covariance[(j, k)], covariance[(k, j)]);
                prop_assert!((covariance[(j, k)] - from_reversed[(j, k)]).abs() <= 1e-8);
            }
        }
    }
}
