//! Figures that AMOS prints in its user's guide, from public data, to the printed digit.

use covary_numerics::Matrix;
use covary_sem::{Conventions, Data, Fit, GroupMoments, Settings, fit::fit, parse};

use crate::common::holzinger_swineford;

/// Half a unit of the last printed digit.
#[track_caller]
fn printed(own: f64, text: &str) {
    let digits = text.split('.').nth(1).map_or(0, str::len) as i32;
    let value: f64 = text.parse().unwrap();
    assert!((own - value).abs() <= 0.5 * 10f64.powi(-digits) + 1e-9, "{own} is printed as {text}");
}

fn row(fit: &Fit, formula: (&str, &str, &str), group: usize) -> (f64, Option<f64>) {
    let (lhs, op, rhs) = formula;
    let same = |row: &covary_sem::Row| row.lhs == lhs && row.op.symbol() == op && row.rhs == rhs && row.group == group;
    let k = fit.table.rows.iter().position(same).unwrap();
    (fit.estimates[k].unwrap(), fit.standard_errors[k])
}

/// Grant-White pupils on the raw scales of the tests, boys and girls as `sex` 1 and 2.
fn grant_white() -> covary_data::Dataset {
    let all = holzinger_swineford();
    let kept: Vec<usize> = {
        let school = all.position("school").unwrap();
        (0..all.cases()).filter(|case| all.text(school, *case) == Some("Grant-White")).collect()
    };
    let mut pupils = all.select_cases(&kept);
    for (name, from, factor) in [
        ("visperc", "x1", 6.0),
        ("cubes", "x2", 4.0),
        ("lozenges", "x3", 4.0),
        ("paragrap", "x4", 3.0),
        ("sentence", "x5", 4.0),
        ("wordmean", "x6", 7.0),
    ] {
        let raw = pupils.numbers(from).unwrap().iter().map(|value| value.map(|v| v * factor)).collect();
        pupils = pupils.with_numbers(covary_data::Variable::named(name), raw).unwrap();
    }
    pupils
}

fn amos() -> Settings {
    Settings { conventions: Conventions::AMOS, ..Settings::default() }
}

/// Example 8: girls, two factors with three tests each.
#[test]
fn example_8_girls() {
    let pupils = grant_white();
    let sex = pupils.numbers("sex").unwrap();
    let girls: Vec<usize> = (0..pupils.cases()).filter(|case| sex[*case] == Some(2.0)).collect();
    let girls = pupils.select_cases(&girls);
    assert_eq!(girls.cases(), 73);
    let model = parse("spatial =~ visperc + cubes + lozenges\nverbal =~ paragrap + sentence + wordmean").unwrap();
    let fit = fit(&model, &Data::Cases(&girls), &amos()).unwrap();
    let test = fit.test.unwrap();
    printed(test.statistic, "7.853");
    assert_eq!(test.df, 8.0);
    printed(test.p_value.unwrap(), ".448");
    let standardized = |factor: &str, test: &str| {
        let loading = row(&fit, (factor, "=~", test), 1).0;
        let position = fit.table.blocks[0].observed.iter().position(|name| name == test).unwrap();
        let variance = fit.implied[0].covariance[(position, position)];
        loading * (row(&fit, (factor, "~~", factor), 1).0 / variance).sqrt()
    };
    for (test, expected) in [("visperc", ".70"), ("cubes", ".65"), ("lozenges", ".74")] {
        printed(standardized("spatial", test), expected);
    }
    for (test, expected) in [("paragrap", ".88"), ("sentence", ".83"), ("wordmean", ".84")] {
        printed(standardized("verbal", test), expected);
    }
    printed(fit.implied[0].latent_covariance.to_correlation().unwrap()[(0, 1)], ".49");
}

/// Example 15: boys and girls, equal loadings and intercepts; in model B also equal factor means.
#[test]
fn example_15_factor_means() {
    let pupils = grant_white();
    let measurement = "spatial =~ visperc + c(b1,b1)*cubes + c(b2,b2)*lozenges
        verbal =~ paragrap + c(b3,b3)*sentence + c(b4,b4)*wordmean
        visperc ~ c(i1,i1)*1\ncubes ~ c(i2,i2)*1\nlozenges ~ c(i3,i3)*1
        paragrap ~ c(i4,i4)*1\nsentence ~ c(i5,i5)*1\nwordmean ~ c(i6,i6)*1\n";
    let settings = Settings { group: Some("sex".into()), group_label: vec!["1".into(), "2".into()], ..amos() };
    let fit_with =
        |means: &str| fit(&parse(&format!("{measurement}{means}")).unwrap(), &Data::Cases(&pupils), &settings).unwrap();
    let a = fit_with("spatial ~ c(0, NA)*1\nverbal ~ c(0, NA)*1");
    printed(a.test.unwrap().statistic, "22.593");
    assert_eq!(a.test.unwrap().df, 24.0);
    printed(a.baseline.unwrap().statistic, "337.553");
    assert_eq!(a.baseline.unwrap().df, 30.0);
    let (spatial, error) = row(&a, ("spatial", "~1", ""), 2);
    printed(spatial, "-1.066");
    printed(error.unwrap(), ".881");
    let (verbal, error) = row(&a, ("verbal", "~1", ""), 2);
    printed(verbal, ".956");
    printed(error.unwrap(), ".521");
    let b = fit_with("spatial ~ c(0, 0)*1\nverbal ~ c(0, 0)*1");
    printed(b.test.unwrap().statistic, "30.624");
    assert_eq!(b.test.unwrap().df, 26.0);
    printed(b.test.unwrap().p_value.unwrap(), ".243");
    printed(b.test.unwrap().statistic - a.test.unwrap().statistic, "8.030");
}

const WHEATON: &str = "alienation67 =~ anomia67 + powles67
alienation71 =~ anomia71 + powles71
ses =~ educ + sei
alienation67 ~ ses
alienation71 ~ ses + alienation67";

/// Correlations and standard deviations as printed; AMOS takes them as of divisor N − 1.
fn wheaton() -> GroupMoments {
    let correlations: [&[f64]; 6] = [
        &[1.0],
        &[0.66, 1.0],
        &[0.56, 0.47, 1.0],
        &[0.44, 0.52, 0.67, 1.0],
        &[-0.36, -0.41, -0.35, -0.37, 1.0],
        &[-0.30, -0.29, -0.29, -0.28, 0.54, 1.0],
    ];
    let sd = [3.44, 3.06, 3.54, 3.16, 3.10, 21.22];
    let covariance = Matrix::from_fn(6, 6, |i, j| correlations[i.max(j)][i.min(j)] * sd[i] * sd[j]);
    let names = ["anomia67", "powles67", "anomia71", "powles71", "educ", "sei"].map(String::from).to_vec();
    GroupMoments { label: String::new(), cases: 932, names, covariance, mean: None }
}

/// Example 6: models A and B on the stability of alienation.
#[test]
fn example_6_stability_of_alienation() {
    let data = Data::Moments(vec![wheaton()]);
    let a = fit(&parse(WHEATON).unwrap(), &data, &amos()).unwrap();
    printed(a.test.unwrap().statistic, "71.544");
    assert_eq!(a.test.unwrap().df, 6.0);
    printed(a.baseline.unwrap().statistic, "2131.790");
    let b = fit(&parse(&format!("{WHEATON}\nanomia67 ~~ anomia71")).unwrap(), &data, &amos()).unwrap();
    printed(b.test.unwrap().statistic, "6.383");
    assert_eq!(b.test.unwrap().df, 5.0);
    printed(b.test.unwrap().p_value.unwrap(), ".271");
    let (estimate, error) = row(&b, ("anomia67", "~~", "anomia71"), 1);
    printed(estimate, "1.886");
    printed(error.unwrap(), ".240");
    printed(estimate / error.unwrap(), "7.866");
    let (estimate, error) = row(&b, ("sei", "~~", "sei"), 1);
    printed(estimate, "266.567");
    printed(error.unwrap(), "18.173");
    printed(estimate / error.unwrap(), "14.668");
    // The critical ratio for the difference of the two powerlessness loadings.
    let position = |latent: &str, test: &str| {
        let same = |row: &&covary_sem::Row| row.lhs == latent && row.rhs == test && row.op.symbol() == "=~";
        b.table.rows.iter().find(same).and_then(|row| row.free).unwrap()
    };
    let (i, j) = (position("alienation67", "powles67"), position("alienation71", "powles71"));
    let vcov = b.vcov.as_ref().unwrap();
    let ratio = (b.theta[i] - b.theta[j]) / (vcov[(i, i)] + vcov[(j, j)] - 2.0 * vcov[(i, j)]).sqrt();
    printed(ratio.abs(), ".877");
}
