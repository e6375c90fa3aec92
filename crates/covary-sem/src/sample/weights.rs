//! The weight matrix of least squares, from the sample.

use covary_numerics::{Matrix, linalg::Cholesky};

use super::{
    BlockSample, DistinctRows,
    cases::in_group,
    fourth_moments::{GammaChoices, gamma, gamma_diagonal, gamma_of},
};
use crate::{
    SemError, Settings,
    estimators::{Estimator, Weight, normal_theory_gamma},
    parameter_table::Block,
};

/// V of one block: NT(S) for GLS, diag(Γ̂)⁻¹ for DWLS, Γ̂⁻¹ for WLS, (aΓ_NT(S) + (1 − a)Γ̂)⁻¹ for DLS; nothing for ML and ULS.
///
/// # Errors
/// [`SemError::Data`] where it needs cases and there are none, and where Γ̂ is singular.
pub(super) fn weight(
    sample: &BlockSample,
    block: &Block,
    meanstructure: bool,
    settings: &Settings,
) -> Result<Weight<f64>, SemError> {
    let estimator = Estimator::named(settings.estimator);
    if !matches!(estimator, Estimator::Wls | Estimator::Dwls) && needs_no_cases(estimator, settings) {
        return Weight::normal_theory_or_none(estimator, &sample.covariance)
            .ok_or_else(|| SemError::Data(format!("the sample covariance matrix is singular{}", in_group(block))));
    }
    let word = crate::estimators::named::NamedEstimator::of(settings.estimator).word;
    let (Some(rows), Some(mean)) = (&sample.rows, &sample.mean) else {
        return Err(SemError::Data(format!(
            "estimator {word} needs the cases: its weight matrix cannot be found from covariances alone"
        )));
    };
    let choices = choices(settings, meanstructure);
    from_rows(estimator, settings, &sample.covariance, mean, rows, choices).ok_or_else(|| {
        let p = block.observed.len();
        let moments = p * (p + 1) / 2 + if meanstructure { p } else { 0 };
        SemError::Data(format!(
            "the weight matrix of {word} is singular{}: {} cases for {moments} moments; it needs clearly more cases than \
             moments. DWLS, or ML with robust standard errors (MLM, MLR), do without",
            in_group(block),
            sample.cases
        ))
    })
}

fn needs_no_cases(estimator: Estimator, settings: &Settings) -> bool {
    estimator != Estimator::Dls || settings.estimator_args.dls_a == 1.0
}

/// How Γ̂ enters weight matrices and tests.
pub(crate) fn choices(settings: &Settings, means: bool) -> GammaChoices {
    GammaChoices { means, n_minus_one: settings.gamma_n_minus_one, unbiased: settings.gamma_unbiased }
}

/// The weight from distinct rows and their counts: of the sample, or of a resample. `None` where it is singular.
pub(crate) fn from_rows(
    estimator: Estimator,
    settings: &Settings,
    covariance: &Matrix,
    mean: &[f64],
    rows: &DistinctRows,
    choices: GammaChoices,
) -> Option<Weight<f64>> {
    match estimator {
        Estimator::Dwls if !choices.unbiased => Weight::inverse_of_diagonal(&gamma_diagonal(rows, mean, choices)),
        Estimator::Dwls => Weight::inverse_of_diagonal(&gamma(rows, mean, &[], choices).diagonal()),
        Estimator::Wls => inverse(&gamma(rows, mean, &[], choices)),
        Estimator::Dls => mixture(settings, covariance, choices.means, || Some(gamma(rows, mean, &[], choices))),
        other => Weight::normal_theory_or_none(other, covariance),
    }
}

/// V of DLS for a block whose Γ_NT is taken at `covariance`. `None` where it is singular, and without cases unless a = 1.
pub(crate) fn distributional(
    sample: &BlockSample,
    covariance: &Matrix,
    settings: &Settings,
    means: bool,
) -> Option<Weight<f64>> {
    mixture(settings, covariance, means, || gamma_of(sample, &[], choices(settings, means)))
}

/// (aΓ_NT + (1 − a)Γ̂)⁻¹; with a = 1 NT, and no Γ̂ is computed.
fn mixture(
    settings: &Settings,
    covariance: &Matrix,
    means: bool,
    gamma: impl FnOnce() -> Option<Matrix>,
) -> Option<Weight<f64>> {
    let a = settings.estimator_args.dls_a;
    if a == 1.0 {
        return Weight::normal_theory(covariance);
    }
    inverse(&normal_theory_gamma(covariance, means).scaled(a).plus(&gamma()?.scaled(1.0 - a)))
}

/// A matrix whose condition leaves no digit counts as singular: with fewer cases than moments Γ̂ is.
fn inverse(gamma: &Matrix) -> Option<Weight<f64>> {
    let unit = gamma.to_correlation()?;
    let smallest =
        covary_numerics::linalg::symmetric_eigen(&unit)?.values.iter().copied().fold(f64::INFINITY, f64::min);
    if smallest < 1e-12 {
        return None;
    }
    Cholesky::new(gamma)?;
    Weight::inverse_of(gamma)
}
