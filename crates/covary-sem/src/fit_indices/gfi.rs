//! The goodness-of-fit index of LISREL and its two relatives.

use covary_numerics::Matrix;

use super::{FitInput, GroupMomentPair};

/// GFI, the share of the weighted sample moments that the model reproduces.
///
/// Σ_g w_g (1 − d'Wd / s'Ws), s = (m, vech S), d = s − σ(θ̂), W the normal-theory weight at Σ(θ̂),
/// of least squares its V; moments of fixed x are left out. Covariances alone: 1 − tr(Σ⁻¹S − I)² / tr(Σ⁻¹S)².
///
/// Where frequencies of groups are parameters ln n is a moment too. With `conditional.x` the moments are intercepts, slopes and residual covariances of the outcomes given x.
///
/// With means it is close to 1 whatever the model, because s holds the means themselves.
/// lavaan from 0.7 on calls this `gfi_lisrel`. `None` where Σ is not positive definite.
///
/// # Source
/// Jöreskog and Sörbom (1981); Tanaka and Huba (1985).
pub fn gfi(input: &FitInput) -> Option<f64> {
    input.weighted_mean(of_group)
}

/// AGFI = 1 − (k/df)(1 − GFI), k all moments, those of fixed x and means included. 1 with df = 0.
///
/// # Source
/// Jöreskog and Sörbom (1981).
pub fn agfi(input: &FitInput) -> Option<f64> {
    let (_, df) = input.test()?;
    if df == 0.0 {
        return Some(1.0);
    }
    Some(1.0 - input.moments() / df * (1.0 - gfi(input)?))
}

/// PGFI = (df/k) · GFI, k as in [`agfi`].
///
/// # Source
/// Mulaik et al. (1989), Psychological Bulletin 105.
pub fn pgfi(input: &FitInput) -> Option<f64> {
    let (_, df) = input.test()?;
    Some(df / input.moments() * gfi(input)?)
}

fn of_group(group: &GroupMomentPair) -> Option<f64> {
    let (unexplained, total) = quadratic_forms(group)?;
    let Some((n, expected)) = group.frequencies else { return Some(1.0 - unexplained / total) };
    // ln n has the information m/n per case.
    let of_frequency = |deviation: f64| expected / n * deviation * deviation;
    Some(1.0 - (unexplained + of_frequency(n.ln() - expected.ln())) / (total + of_frequency(n.ln())))
}

/// d'Wd and s'Ws.
fn quadratic_forms(group: &GroupMomentPair) -> Option<(f64, f64)> {
    if group.of_available_cases.is_some() {
        return group.of_available_cases;
    }
    if group.metric.is_some() {
        let residual = without(&group.sample.minus(&group.implied), &group.fixed_x);
        let differences = group.mean_residuals();
        let means = group.means.as_ref().map(|(sample, _)| sample.as_slice());
        let unexplained = group.in_own_metric(differences.as_deref(), &residual)?;
        return Some((unexplained, group.in_own_metric(means, &without(&group.sample, &group.fixed_x))?));
    }
    let sample = without(&group.sample, &group.fixed_x);
    let residual = without(&group.sample.minus(&group.implied), &group.fixed_x);
    let mut unexplained = group.squared_in_metric(&residual)? / 2.0;
    let mut total = group.squared_in_metric(&sample)? / 2.0;
    if let (Some((means, _)), Some(mut differences)) = (&group.means, group.mean_residuals()) {
        let mut means = means.clone();
        if let Some(slopes) = &group.given_x {
            let m = &slopes.moments_of_x;
            unexplained += group.regressions_in_metric(&differences, &slopes.sample.minus(&slopes.implied), m)?;
            total += group.regressions_in_metric(&means, &slopes.sample, m)?;
            return Some((unexplained, total));
        }
        for &x in &group.fixed_x {
            (means[x], differences[x]) = (0.0, 0.0);
        }
        unexplained += group.vector_in_metric(&differences)?;
        total += group.vector_in_metric(&means)?;
    }
    Some((unexplained, total))
}

/// The matrix with the block of fixed x set to zero, which takes their moments out of a quadratic form in W.
fn without(moments: &Matrix, fixed_x: &[usize]) -> Matrix {
    let mut kept = moments.clone();
    for &i in fixed_x {
        for &j in fixed_x {
            kept[(i, j)] = 0.0;
        }
    }
    kept
}
