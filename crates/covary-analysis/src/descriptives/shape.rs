//! Skewness and kurtosis of one variable, as SPSS and as AMOS print them.

use covary_numerics::moments::CentralMoments;

use super::{AmosShape, SpssShape};

/// Skewness and kurtosis corrected for bias, with standard errors.
///
/// G₁ = N/((N−1)(N−2)) Σz³, G₂ = N(N+1)/((N−1)(N−2)(N−3)) Σz⁴ − 3(N−1)²/((N−2)(N−3)), z by the standard
/// deviation with divisor N − 1; S.E.(G₁) = √(6N(N−1)/((N−2)(N+1)(N+3))),
/// S.E.(G₂) = 2 S.E.(G₁) √((N²−1)/((N−3)(N+5))).
///
/// `None` without variance.
///
/// # Source
/// Fisher's g statistics as SPSS DESCRIPTIVES prints them.
pub fn spss_shape(moments: &CentralMoments) -> Option<SpssShape> {
    let n = moments.n as f64;
    if moments.n < 2 || moments.sum2 <= 0.0 {
        return None;
    }
    let variance = moments.sum2 / (n - 1.0);
    let has_skewness = moments.n >= 3;
    let has_kurtosis = moments.n >= 4;
    let skewness_se = (6.0 * n * (n - 1.0) / ((n - 2.0) * (n + 1.0) * (n + 3.0))).sqrt();
    Some(SpssShape {
        skewness: has_skewness.then(|| n / ((n - 1.0) * (n - 2.0)) * moments.sum3 / variance.powf(1.5)),
        skewness_se: has_skewness.then_some(skewness_se),
        kurtosis: has_kurtosis.then(|| {
            n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0)) * moments.sum4 / (variance * variance)
                - 3.0 * (n - 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))
        }),
        kurtosis_se: has_kurtosis.then(|| 2.0 * skewness_se * ((n * n - 1.0) / ((n - 3.0) * (n + 5.0))).sqrt()),
    })
}

/// Skewness and kurtosis from moments with divisor N, with critical ratios by √(6/N) and √(24/N).
///
/// `None` without variance.
///
/// # Source
/// AMOS, "Assessment of normality"; reproduced on its Grnt_fem data.
pub fn amos_shape(moments: &CentralMoments) -> Option<AmosShape> {
    let n = moments.n as f64;
    if moments.sum2 <= 0.0 {
        return None;
    }
    let m2 = moments.sum2 / n;
    let skewness = moments.sum3 / n / m2.powf(1.5);
    let kurtosis = moments.sum4 / n / (m2 * m2) - 3.0;
    Some(AmosShape {
        skewness,
        skewness_cr: skewness / (6.0 / n).sqrt(),
        kurtosis,
        kurtosis_cr: kurtosis / (24.0 / n).sqrt(),
    })
}
