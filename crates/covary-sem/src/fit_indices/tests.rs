use covary_numerics::Matrix;

use super::*;
use crate::settings::TestName;

/// Wheaton et al. (1977), model A, with AMOS's Ĉ and q: user's guide, appendix on measures of fit.
fn wheaton() -> FitInput {
    FitInput {
        without_distribution: false,
        scaled: None,
        robust: None,
        parameters: 15,
        statistic: Some(71.544),
        df: 6.0,
        baseline: Some(Baseline { statistic: 2131.790, df: 15.0 }),
        multiplier: 931.0,
        rmsea_group_factor: 1.0,
        groups: vec![FitGroup { cases: 932, weight: None, variables: 6, means: false, moments: None }],
        ..FitInput::default()
    }
}

/// A simulated study of 24 items and five factors, N = 233, in AMOS's convention.
fn five_factors() -> FitInput {
    FitInput {
        without_distribution: false,
        scaled: None,
        robust: None,
        parameters: 58,
        statistic: Some(386.639),
        df: 242.0,
        baseline: Some(Baseline { statistic: 3792.313, df: 276.0 }),
        multiplier: 232.0,
        rmsea_group_factor: 1.0,
        groups: vec![FitGroup { cases: 233, weight: None, variables: 24, means: false, moments: None }],
        ..FitInput::default()
    }
}

/// Half a unit of the last printed digit, and what rounding of Ĉ to three decimals adds to figures in its metric.
fn check_printed(input: &FitInput, expected: &[(&str, f64, i32)]) {
    for (name, printed, decimals) in expected {
        let index = amos::ALL.iter().find(|index| index.name == *name).expect("a name of the list");
        let value = (index.value)(input).unwrap_or(f64::NAN);
        let of_rounded_statistic = if name.starts_with("NCP_") { 0.7e-3 } else { 1e-9 };
        let tolerance = 0.5 * 10f64.powi(-decimals) + of_rounded_statistic;
        assert!((value - printed).abs() <= tolerance, "{name}: {value}, printed {printed}");
    }
}

#[test]
fn amos_prints_wheaton_model_a() {
    let expected = [
        ("NFI", 0.966, 3),
        ("RFI", 0.916, 3),
        ("IFI", 0.969, 3),
        ("TLI", 0.923, 3),
        ("CFI", 0.969, 3),
        ("PNFI", 0.387, 3),
        ("PCFI", 0.388, 3),
        ("NCP", 65.544, 3),
        ("NCP_LO90", 41.937, 3),
        ("NCP_HI90", 96.603, 3),
        ("RMSEA", 0.108, 3),
        ("RMSEA_LO90", 0.087, 3),
        ("RMSEA_HI90", 0.132, 3),
        ("AIC", 101.544, 3),
        ("BCC", 101.771, 3),
        ("BIC", 174.104, 3),
        ("CAIC", 189.104, 3),
        ("ECVI", 0.109, 3),
        ("ECVI_LO90", 0.084, 3),
        ("ECVI_HI90", 0.142, 3),
        ("HOELTER_05", 164.0, 0),
        ("HOELTER_01", 219.0, 0),
    ];
    check_printed(&wheaton(), &expected);
}

#[test]
fn amos_prints_a_five_factor_study() {
    let expected = [
        ("NFI", 0.898, 3),
        ("RFI", 0.884, 3),
        ("IFI", 0.959, 3),
        ("TLI", 0.953, 3),
        ("CFI", 0.959, 3),
        ("PNFI", 0.787, 3),
        ("PCFI", 0.841, 3),
        ("NCP", 144.639, 3),
        ("NCP_LO90", 94.948, 3),
        ("NCP_HI90", 202.257, 3),
        ("FMIN", 1.667, 3),
        ("F0", 0.623, 3),
        ("F0_LO90", 0.409, 3),
        ("F0_HI90", 0.872, 3),
        ("RMSEA", 0.051, 3),
        ("RMSEA_LO90", 0.041, 3),
        ("RMSEA_HI90", 0.060, 3),
        ("PCLOSE", 0.437, 3),
        ("AIC", 502.639, 3),
        ("BCC", 516.649, 3),
        ("BIC", 702.799, 3),
        ("CAIC", 760.799, 3),
        ("ECVI", 2.167, 3),
        ("ECVI_LO90", 1.952, 3),
        ("ECVI_HI90", 2.415, 3),
        ("MECVI", 2.227, 3),
        ("HOELTER_05", 168.0, 0),
        ("HOELTER_01", 178.0, 0),
    ];
    check_printed(&five_factors(), &expected);
}

#[test]
fn amos_prints_the_reference_models_of_wheaton() {
    // User's guide, the rows of the saturated and the independence model.
    let fit = amos::blocks(&wheaton());
    let figure = |block: &Map<String, Value>, name: &str| block[name].as_f64();
    assert_eq!(figure(&fit.saturated, "NPAR"), Some(21.0));
    assert_eq!(figure(&fit.saturated, "CMIN"), Some(0.0));
    assert_eq!(figure(&fit.saturated, "AIC"), Some(42.0));
    assert_eq!(figure(&fit.saturated, "NFI"), Some(1.0));
    for blank in ["P", "CMIN/DF", "RFI", "TLI", "RMSEA", "PCLOSE", "HOELTER_05"] {
        assert_eq!(fit.saturated[blank], Value::Null, "{blank}");
    }
    assert_eq!(figure(&fit.independence, "NPAR"), Some(6.0));
    assert_eq!(figure(&fit.independence, "DF"), Some(15.0));
    for none in ["NFI", "RFI", "IFI", "TLI", "CFI"] {
        assert_eq!(figure(&fit.independence, none), Some(0.0), "{none}");
    }
    assert_eq!(figure(&fit.independence, "PRATIO"), Some(1.0));
}

/// Holzinger and Swineford, three factors, lavaan 0.6-14, fitMeasures(); printed to fifteen digits.
#[test]
fn lavaan_measures_from_its_statistics() {
    let input = FitInput {
        without_distribution: false,
        scaled: None,
        robust: None,
        parameters: 21,
        objective: Some(0.141703524534838),
        statistic: Some(85.3055217699727),
        df: 24.0,
        baseline: Some(Baseline { statistic: 918.851589292384, df: 36.0 }),
        multiplier: 301.0,
        rmsea_group_factor: 1.0,
        log_likelihood: Some((-3737.74492662620, -3695.09216574121)),
        groups: vec![FitGroup { cases: 301, weight: None, variables: 9, means: false, moments: None }],
        levels: None,
    };
    let expected = [
        ("fmin", 0.141703524534838),
        ("cfi", 0.930559651799336),
        ("tli", 0.895839477699004),
        ("nfi", 0.907160718048420),
        ("rfi", 0.860741077072630),
        ("ifi", 0.931490849987258),
        ("rmsea", 0.0921214845101686),
        ("rmsea.ci.lower", 0.0714184904399382),
        ("rmsea.ci.upper", 0.113678016811963),
        ("rmsea.pvalue", 0.000661236778051855),
        ("rmsea.notclose.pvalue", 0.839552896762844),
        ("aic", 7517.48985325239),
        ("bic", 7595.33916881212),
        ("bic2", 7528.73911173078),
        ("cn_05", 129.490200301456),
        ("cn_01", 152.654026533352),
        ("mfi", 0.903177285931363),
        ("ecvi", 0.422941932790607),
    ];
    let measured = measures(ALL, &input);
    for (name, value) in expected {
        // lavaan's root finder leaves an error of 1e-8 in the limits of RMSEA; all else agrees to 1e-11.
        let tolerance = if name.contains("ci.") { 1e-6 } else { 1e-11 };
        let got = measured[name].as_f64().expect("a number");
        assert!((got - value).abs() < tolerance * f64::max(1.0, value.abs()), "{name}: {got} against {value}");
    }
}

/// A model that reproduces the sample and one that does not, with all that an index can ask for.
fn complete(df: f64, statistic: f64) -> FitInput {
    let sample = Matrix::from_fn(3, 3, |i, j| if i == j { 2.0 } else { 0.8 });
    let implied = if df == 0.0 { sample.clone() } else { Matrix::from_fn(3, 3, |i, j| if i == j { 2.1 } else { 0.6 }) };
    let means = Some((vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0]));
    FitInput {
        without_distribution: false,
        scaled: Some(ScaledInput {
            test: TestName::SatorraBentler,
            statistic: 1.8,
            df: 2.0,
            scaling_factor: Some(1.2),
            baseline: Some((Baseline { statistic: 90.0, df: 3.0 }, Some(1.1))),
            likelihood_scaling: Some((1.1, 1.2)),
        }),
        robust: Some(RobustInput {
            statistic: 2.0,
            df: 2.0,
            mean_eigenvalue: 1.2,
            interval: (1.8, 1.2),
            of_saturated_moments: false,
            baseline: Some((100.0, 3.0, 1.1)),
        }),
        parameters: 7,
        objective: Some(statistic / 200.0),
        statistic: Some(statistic),
        df,
        baseline: Some(Baseline { statistic: 60.0, df: 3.0 }),
        multiplier: 100.0,
        rmsea_group_factor: 1.0,
        log_likelihood: Some((-400.0, -395.0)),
        groups: vec![FitGroup {
            cases: 100,
            weight: None,
            variables: 3,
            means: true,
            moments: Some(GroupMomentPair {
                sample,
                implied,
                means,
                fixed_x: Vec::new(),
                metric: None,
                of_available_cases: None,
                given_x: None,
                frequencies: None,
            }),
        }],
        levels: None,
    }
}

#[test]
fn every_index_of_the_list_exists_for_an_ordinary_fit() {
    let input = complete(2.0, 5.0);
    // Two of them belong to models of two levels.
    for index in ALL.iter().filter(|index| !["srmr_within", "srmr_between"].contains(&index.name)) {
        assert!((index.value)(&input).is_some_and(f64::is_finite), "{}", index.name);
    }
    let mut without_means = input;
    without_means.groups[0].means = false;
    without_means.groups[0].moments.as_mut().expect("given above").means = None;
    for index in amos::ALL {
        assert!((index.value)(&without_means).is_some_and(f64::is_finite), "{}", index.name);
    }
}

#[test]
fn names_of_a_list_are_distinct() {
    for list in [ALL, amos::ALL] {
        let names: std::collections::BTreeSet<&str> = list.iter().map(|index| index.name).collect();
        assert_eq!(names.len(), list.len());
    }
}

#[test]
fn a_saturated_model_follows_lavaans_rules() {
    let measured = measures(ALL, &complete(0.0, 0.0));
    for one in ["cfi", "tli", "nnfi", "nfi", "rfi", "ifi", "rni", "gfi", "agfi", "mfi", "cn_05"] {
        assert_eq!(measured[one].as_f64(), Some(1.0), "{one}");
    }
    for zero in ["rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "pnfi", "pgfi", "rmr", "srmr"] {
        assert_eq!(measured[zero].as_f64(), Some(0.0), "{zero}");
    }
    for none in ["pvalue", "rmsea.pvalue", "rmsea.notclose.pvalue"] {
        assert_eq!(measured[none], Value::Null, "{none}");
    }
}

#[test]
fn an_over_parameterised_model_has_no_indices_but_says_its_df() {
    let measured = measures(ALL, &complete(-1.0, 3.0));
    assert_eq!(measured["df"].as_f64(), Some(-1.0));
    for none in ["pvalue", "cfi", "tli", "rmsea", "rmsea.ci.upper", "agfi", "cn_05", "mfi"] {
        assert_eq!(measured[none], Value::Null, "{none}");
    }
}

#[test]
fn amos_gives_no_residual_indices_with_means() {
    let fit = amos::blocks(&complete(2.0, 5.0));
    for none in ["RMR", "GFI", "AGFI", "PGFI", "BIC", "CAIC"] {
        assert_eq!(fit.default[none], Value::Null, "{none}");
    }
}

#[test]
fn no_index_is_other_than_finite_or_absent() {
    // Statistics at the edges: a perfect fit, a baseline no worse than the model, none at all.
    for statistic in [0.0, 1e-12, 2.0, 3.0, 60.0, 2e4] {
        for df in [-1.0, 0.0, 1.0, 3.0] {
            let mut input = complete(df, statistic);
            for baseline in
                [None, Some(Baseline { statistic: 0.0, df: 0.0 }), Some(Baseline { statistic: 3.0, df: 3.0 })]
            {
                input.baseline = baseline;
                for index in ALL.iter().chain(amos::ALL) {
                    let value = (index.value)(&input);
                    assert!(
                        value.is_none_or(f64::is_finite),
                        "{} = {value:?} at T = {statistic}, df = {df}",
                        index.name
                    );
                }
            }
        }
    }
}
