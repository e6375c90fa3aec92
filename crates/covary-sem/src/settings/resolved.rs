//! What is chosen where nothing is said: estimator, missing values, clusters and weights bring standard errors,
//! information and tests with them.

use super::{
    BootstrapInterval, BootstrapKind, BootstrapSettings, EstimatorName, Information, MissingValues,
    ObservedInformation, SaturatedAt, Settings, StandardErrors, TestName,
};
use crate::{Likelihood, Sample, SemError, Warning, estimators::named::NamedEstimator, warning::WarningCode};

/// The settings with every choice made, as lavaan 0.6-14 makes it.
///
/// `levels`: number of levels of the model. Bootstrap standard errors, and the Bollen-Stine test, alone mean lavaan's 1,000
/// resamples.
///
/// # Errors
/// [`SemError::Option`] for choices that exclude each other, naming both and what would do.
pub fn resolved(settings: &Settings, levels: usize) -> Result<Settings, SemError> {
    let settings = &Settings { missing: treatment(settings), ..settings.clone() };
    let estimator = NamedEstimator::of(settings.estimator);
    check(settings, estimator, levels)?;
    let se = standard_errors(settings, estimator, levels);
    let asked = settings.se == Some(StandardErrors::Bootstrap) || settings.tests.contains(&TestName::BollenStine);
    let tests = tests(settings, estimator, levels);
    let information = settings.information.unwrap_or_else(|| information(settings, estimator, se, &tests, levels));
    let se = match se {
        // lavaan's name for the same thing.
        StandardErrors::FirstOrder => StandardErrors::Standard,
        StandardErrors::Robust if information == Information::Expected => StandardErrors::RobustSem,
        StandardErrors::Robust => StandardErrors::RobustHuberWhite,
        other => other,
    };
    let staged = matches!(settings.missing, MissingValues::TwoStage | MissingValues::RobustTwoStage);
    let observed = [
        if staged { ObservedInformation::H1 } else { ObservedInformation::Hessian },
        if staged || takes_h1(&tests) { ObservedInformation::H1 } else { ObservedInformation::Hessian },
    ];
    let at = if staged { SaturatedAt::Unstructured } else { estimator.saturated_at };
    let thousand = BootstrapSettings {
        resamples: 1000,
        seed: 1,
        interval: BootstrapInterval::Percentile,
        kind: BootstrapKind::Ordinary,
    };
    Ok(Settings {
        bootstrap: settings.bootstrap.or(asked.then_some(thousand)),
        se: Some(se),
        tests,
        information: Some(information),
        information_of_tests: Some(settings.information_of_tests.unwrap_or(information)),
        observed_information: [0, 1].map(|k| Some(settings.observed_information[k].unwrap_or(observed[k]))),
        h1_information: [0, 1].map(|k| Some(settings.h1_information[k].unwrap_or(at))),
        h1_information_meat: [0, 1].map(|k| settings.h1_information_meat[k].or(settings.h1_information[k])),
        fixed_x: Some(fixed_x(settings)),
        conditional_x: Some(settings.conditional_x.unwrap_or(false)),
        ..settings.clone()
    })
}

/// The settings for a sample: the likelihood of cases with missing values is the normal one, which knows no divisor N − 1.
pub fn for_sample(settings: &Settings, sample: &Sample) -> Settings {
    let mut settings = settings.clone();
    if sample.is_incomplete() && settings.missing != MissingValues::Pairwise {
        settings.conventions.likelihood = Likelihood::Normal;
    }
    settings
}

/// Whether moments of observed exogenous variables are fixed: under ML by convention, under least squares never.
pub fn fixed_x(settings: &Settings) -> bool {
    let wanted = settings.fixed_x.unwrap_or(settings.conventions.fixed_x);
    wanted && NamedEstimator::of(settings.estimator).fixes_x
}

/// Whether the settings bring means into the model whatever its text says.
pub fn needs_means(settings: &Settings) -> bool {
    use MissingValues::{Ml, MlX, RobustTwoStage, TwoStage};
    matches!(treatment(settings), Ml | MlX | TwoStage | RobustTwoStage) || settings.cluster.is_some()
}

/// What is done about missing values: tests and standard errors that rest on fourth moments of complete cases bring
/// listwise deletion with them, as in lavaan.
pub fn treatment(settings: &Settings) -> MissingValues {
    let incomplete = matches!(settings.missing, MissingValues::Ml | MissingValues::MlX);
    if incomplete && of_complete_cases(settings).is_some() { MissingValues::Listwise } else { settings.missing }
}

/// The choice that needs complete cases, in lavaan's word.
fn of_complete_cases(settings: &Settings) -> Option<&'static str> {
    let test = settings.tests.iter().find_map(|test| match test {
        TestName::SatorraBentler => Some("test = \"satorra.bentler\""),
        TestName::MeanVarAdjusted => Some("test = \"mean.var.adjusted\""),
        TestName::ScaledShifted => Some("test = \"scaled.shifted\""),
        _ => None,
    });
    test.or((settings.se == Some(StandardErrors::RobustSem)).then_some("se = \"robust.sem\""))
}

/// The warning that another treatment of missing values than the one asked for was taken.
pub fn treatment_warning(settings: &Settings) -> Option<Warning> {
    if treatment(settings) == settings.missing {
        return None;
    }
    let cause = of_complete_cases(settings)?;
    Some(Warning {
        code: WarningCode::OptionNote,
        subjects: vec!["missing".into()],
        text: format!(
            "{cause} needs complete cases: cases with missing values were left out (listwise), although missing = \"ml\" was \
             asked for. To keep them take estimator MLR (test yuan.bentler.mplus), or missing = \"robust.two.stage\""
        ),
    })
}

fn check(settings: &Settings, estimator: &NamedEstimator, levels: usize) -> Result<(), SemError> {
    use MissingValues::{Ml, MlX, Pairwise, RobustTwoStage, TwoStage};
    let refuse = |text: String| Err(SemError::Option(text));
    let name = estimator.word;
    let by_likelihood = estimator.is_likelihood();
    let complete_only = by_likelihood && estimator.se == StandardErrors::RobustSem;
    if settings.conditional_x == Some(true) && !matches!(settings.missing, MissingValues::Listwise) {
        return refuse(
            "conditional.x needs complete data: take missing = \"listwise\", or fixed.x with missing = \"ml\"".into(),
        );
    }
    match settings.missing {
        Ml | MlX if !by_likelihood => {
            return refuse(format!("missing = \"ml\" needs maximum likelihood; with {name} take listwise or pairwise"));
        }
        Ml | MlX if complete_only => {
            return refuse(format!("{name} needs complete data; with missing = \"ml\" the robust estimator is MLR"));
        }
        TwoStage | RobustTwoStage if settings.estimator != EstimatorName::Ml => {
            return refuse(format!("missing = \"two.stage\" goes with estimator ML, not with {name}"));
        }
        Pairwise if settings.estimator == EstimatorName::Mlr => {
            return refuse("MLR has no pairwise form; take missing = \"ml\" with it".into());
        }
        _ => {}
    }
    if !settings.auxiliary.is_empty() {
        if levels > 1 {
            return refuse("auxiliary variables (aux) are not built for models of two levels".into());
        }
        if !matches!(settings.missing, Ml | MlX | TwoStage | RobustTwoStage) {
            return refuse(
                "auxiliary variables (aux) help where missing values are modelled: take missing = \"ml\", \"two.stage\" or \
                 \"robust.two.stage\" with them"
                    .into(),
            );
        }
    }
    if levels > 1 {
        if !by_likelihood || complete_only {
            return refuse(format!("models of two levels are fitted by ML or MLR, not by {name}"));
        }
        if settings.cluster.is_none() {
            return refuse("a model with level: blocks needs the variable that defines clusters: give cluster".into());
        }
        if settings.sampling_weights.is_some() {
            return refuse("sampling weights are not built for models of two levels".into());
        }
    } else if settings.cluster.is_some() && (!by_likelihood || complete_only) {
        return refuse(format!("clusters go with ML or MLR, not with {name}"));
    }
    if settings.sampling_weights.is_some() && (!by_likelihood || complete_only) {
        return refuse(format!("sampling weights go with ML or MLR, not with {name}"));
    }
    if settings.information == Some(Information::FirstOrder) {
        if !by_likelihood {
            return refuse(format!("first-order information needs maximum likelihood, not {name}"));
        }
        if matches!(estimator.se, StandardErrors::RobustSem | StandardErrors::RobustHuberWhite) {
            return refuse(format!("robust standard errors ({name}) take expected or observed information"));
        }
    }
    if let Some(test) = settings.standard_test.filter(|test| test.is_scaled()) {
        return refuse(format!(
            "standard.test takes a test that is not scaled, not {test:?}: fit measures show scaled tests beside the standard one"
        ));
    }
    if settings.ridge && (!by_likelihood || settings.missing != MissingValues::Listwise || levels > 1) {
        return refuse(
            "ridge adds to the variances of complete cases under maximum likelihood: it goes neither with least squares nor \
             with other treatments of missing values than listwise nor with two levels"
                .into(),
        );
    }
    if settings.conditional_x == Some(true) && !by_likelihood {
        return refuse(format!("conditional.x goes with maximum likelihood, not with {name}"));
    }
    if !by_likelihood {
        let likelihood_only = [TestName::YuanBentler, TestName::YuanBentlerMplus];
        if let Some(test) = settings.tests.iter().find(|test| likelihood_only.contains(test)) {
            return refuse(format!("test {test:?} needs maximum likelihood, not {name}"));
        }
        if settings.se == Some(StandardErrors::RobustHuberWhite) || settings.se == Some(StandardErrors::RobustCluster) {
            return refuse(format!("with {name} robust standard errors are robust.sem"));
        }
    }
    Ok(())
}

fn standard_errors(settings: &Settings, estimator: &NamedEstimator, levels: usize) -> StandardErrors {
    if let Some(se) = settings.se {
        return se;
    }
    // Beside the Bollen-Stine test a number of resamples is that of the test's.
    if settings.bootstrap.is_some() && !settings.tests.contains(&TestName::BollenStine) {
        return StandardErrors::Bootstrap;
    }
    match settings.missing {
        MissingValues::TwoStage => return StandardErrors::TwoStage,
        MissingValues::RobustTwoStage => return StandardErrors::RobustTwoStage,
        _ => {}
    }
    let plain = estimator.is_likelihood() && estimator.se != StandardErrors::RobustSem;
    if settings.cluster.is_some() && levels == 1 && plain {
        return StandardErrors::RobustCluster;
    }
    if settings.sampling_weights.is_some() && plain {
        return StandardErrors::RobustHuberWhite;
    }
    estimator.se
}

fn tests(settings: &Settings, estimator: &NamedEstimator, levels: usize) -> Vec<TestName> {
    if settings.tests.contains(&TestName::None) {
        return vec![TestName::None];
    }
    let plain = estimator.is_likelihood() && estimator.se != StandardErrors::RobustSem;
    let own = if settings.sampling_weights.is_some() && plain { TestName::YuanBentlerMplus } else { estimator.test };
    let mut tests = vec![own];
    if matches!(settings.missing, MissingValues::TwoStage | MissingValues::RobustTwoStage) {
        tests.push(TestName::SatorraBentler);
    } else if settings.cluster.is_some() && levels == 1 && plain {
        tests.push(TestName::YuanBentlerMplus);
    }
    tests.extend(&settings.tests);
    tests.extend(settings.standard_test.iter().chain(&settings.scaled_test));
    let mut seen: Vec<TestName> = Vec::new();
    tests.retain(|test| {
        let new = !seen.contains(test);
        seen.push(*test);
        new
    });
    tests
}

fn information(
    settings: &Settings,
    estimator: &NamedEstimator,
    se: StandardErrors,
    tests: &[TestName],
    levels: usize,
) -> Information {
    use MissingValues::{Ml, MlX, RobustTwoStage, TwoStage};
    if se == StandardErrors::FirstOrder {
        return Information::FirstOrder;
    }
    if estimator.information != Information::Expected {
        return estimator.information;
    }
    if !estimator.is_likelihood() || se == StandardErrors::RobustSem {
        return Information::Expected;
    }
    let incomplete = matches!(settings.missing, Ml | MlX | TwoStage | RobustTwoStage);
    let scaled_for_complete = tests
        .iter()
        .any(|test| matches!(test, TestName::SatorraBentler | TestName::MeanVarAdjusted | TestName::ScaledShifted))
        && matches!(settings.missing, Ml | MlX);
    let sandwich = matches!(se, StandardErrors::RobustHuberWhite | StandardErrors::RobustCluster);
    let observed = (incomplete && !scaled_for_complete)
        || sandwich
        || levels > 1
        || settings.cluster.is_some()
        || settings.sampling_weights.is_some();
    if observed { Information::Observed } else { Information::Expected }
}

/// lavaan takes the saturated form of observed information as soon as a scaled test is asked for beside another one.
fn takes_h1(tests: &[TestName]) -> bool {
    let computed: Vec<TestName> = tests.iter().copied().filter(|test| *test != TestName::BollenStine).collect();
    computed != [TestName::YuanBentlerMplus] && computed.iter().any(|test| test.is_scaled())
}

impl TestName {
    /// Whether the test scales the standard statistic.
    pub fn is_scaled(self) -> bool {
        matches!(
            self,
            TestName::SatorraBentler
                | TestName::YuanBentler
                | TestName::YuanBentlerMplus
                | TestName::MeanVarAdjusted
                | TestName::ScaledShifted
        )
    }
}
