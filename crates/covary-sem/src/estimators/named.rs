//! Estimators by their names: a discrepancy function, and the standard errors and test that come with it.

use super::Estimator;
use crate::settings::{EstimatorName, Information, SaturatedAt, StandardErrors, TestName};

/// What an estimator's name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedEstimator {
    /// The name.
    pub name: EstimatorName,
    /// As it is written.
    pub word: &'static str,
    /// The discrepancy function.
    pub discrepancy: Estimator,
    /// Standard errors.
    pub se: StandardErrors,
    /// Test of the model.
    pub test: TestName,
    /// Information.
    pub information: Information,
    /// Moments at which saturated information is taken.
    pub saturated_at: SaturatedAt,
    /// Whether moments of observed exogenous variables may be fixed.
    pub fixes_x: bool,
}

const fn likelihood(name: EstimatorName, word: &'static str, se: StandardErrors, test: TestName) -> NamedEstimator {
    NamedEstimator {
        name,
        word,
        discrepancy: Estimator::Ml,
        se,
        test,
        information: Information::Expected,
        saturated_at: SaturatedAt::Structured,
        fixes_x: true,
    }
}

const fn least_squares(
    name: EstimatorName,
    word: &'static str,
    discrepancy: Estimator,
    se: StandardErrors,
    test: TestName,
) -> NamedEstimator {
    let saturated_at = SaturatedAt::Unstructured;
    let fixes_x = false;
    NamedEstimator { discrepancy, saturated_at, fixes_x, ..likelihood(name, word, se, test) }
}

use EstimatorName as Name;
use StandardErrors::{RobustHuberWhite, RobustSem, Standard};
use TestName::{MeanVarAdjusted, SatorraBentler, ScaledShifted, YuanBentlerMplus};

/// All of them.
pub const NAMED: &[NamedEstimator] = &[
    likelihood(Name::Ml, "ML", Standard, TestName::Standard),
    NamedEstimator {
        information: Information::Observed,
        ..likelihood(Name::Mlr, "MLR", RobustHuberWhite, YuanBentlerMplus)
    },
    likelihood(Name::Mlm, "MLM", RobustSem, SatorraBentler),
    likelihood(Name::Mlmv, "MLMV", RobustSem, ScaledShifted),
    likelihood(Name::Mlmvs, "MLMVS", RobustSem, MeanVarAdjusted),
    NamedEstimator {
        information: Information::FirstOrder,
        ..likelihood(Name::Mlf, "MLF", Standard, TestName::Standard)
    },
    NamedEstimator {
        saturated_at: SaturatedAt::Structured,
        ..least_squares(Name::Gls, "GLS", Estimator::Gls, Standard, TestName::Standard)
    },
    least_squares(Name::Wls, "WLS", Estimator::Wls, Standard, TestName::Standard),
    least_squares(Name::Uls, "ULS", Estimator::Uls, Standard, TestName::Standard),
    least_squares(Name::Ulsm, "ULSM", Estimator::Uls, RobustSem, SatorraBentler),
    least_squares(Name::Ulsmv, "ULSMV", Estimator::Uls, RobustSem, ScaledShifted),
    least_squares(Name::Ulsmvs, "ULSMVS", Estimator::Uls, RobustSem, MeanVarAdjusted),
    least_squares(Name::Dwls, "DWLS", Estimator::Dwls, Standard, TestName::Standard),
    least_squares(Name::Wlsm, "WLSM", Estimator::Dwls, RobustSem, SatorraBentler),
    least_squares(Name::Wlsmv, "WLSMV", Estimator::Dwls, RobustSem, ScaledShifted),
    least_squares(Name::Wlsmvs, "WLSMVS", Estimator::Dwls, RobustSem, MeanVarAdjusted),
    NamedEstimator {
        saturated_at: SaturatedAt::Structured,
        ..least_squares(Name::Dls, "DLS", Estimator::Dls, RobustSem, SatorraBentler)
    },
];

impl NamedEstimator {
    /// What a name stands for.
    pub fn of(name: EstimatorName) -> &'static NamedEstimator {
        NAMED.iter().find(|estimator| estimator.name == name).unwrap_or(&NAMED[0])
    }

    /// Whether it is maximum likelihood.
    pub fn is_likelihood(&self) -> bool {
        self.discrepancy == Estimator::Ml
    }
}
