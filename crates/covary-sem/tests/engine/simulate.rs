//! Simulated data against what was asked for.
//!
//! Figures of samples are compared with those of the population within five standard errors of the sample's figure, which
//! one in 1.7 million exceeds by chance; the seeds are fixed.

use covary_data::Dataset;
use covary_numerics::{Matrix, distributions::normal_cdf, random};
use covary_sem::{
    SemError, Settings, parse,
    settings::Function,
    simulate::{
        MomentDraws, Population, SimulationSettings, Simulator,
        categories::{Categories, CategoryShape},
        distributions::{ALL, Shape},
        missing,
    },
};
use rayon::prelude::*;

const TWO: &str = "f =~ 0.8*x1 + 0.7*x2 + 0.6*x3\ng =~ 0.9*y1 + 0.5*y2\ng ~ 0.4*f\nx1 ~ 2*1\nx2 ~~ 0.2*y2";
const MANY: usize = 1_000_000;

fn population(text: &str) -> Population {
    Population::new(&parse(text).unwrap(), &Settings::default(), &[]).unwrap()
}

fn columns(dataset: &Dataset) -> Vec<Vec<Option<f64>>> {
    dataset.variables().iter().map(|variable| dataset.numbers(&variable.name).unwrap()).collect()
}

fn complete(dataset: &Dataset) -> Matrix {
    let columns = columns(dataset);
    Matrix::from_fn(dataset.cases(), columns.len(), |i, j| columns[j][i].unwrap())
}

fn draw(text: &str, settings: &SimulationSettings) -> Dataset {
    Simulator::new(&population(text), settings).unwrap().draw(1)
}

fn refused(text: &str, settings: &SimulationSettings, expected: &[&str]) {
    let population = Population::new(&parse(text).unwrap(), &Settings::default(), &[]);
    let error = match population.and_then(|population| Simulator::new(&population, settings).map(|_| ())) {
        Err(SemError::Model(text) | SemError::Option(text) | SemError::Data(text)) => text,
        Ok(()) => panic!("{text}: not refused"),
    };
    for word in expected {
        assert!(error.contains(word), "\"{word}\" in: {error}");
    }
}

#[track_caller]
fn within(what: &str, value: f64, expected: f64, error: f64) {
    assert!((value - expected).abs() <= 5.0 * error, "{what}: {value}, expected {expected} ± {error}");
}

/// lavaan 0.6-14, simulateData(sample.nobs = 50, empirical = TRUE), moments of the data with divisor n. 1e-6: digits kept.
#[test]
fn populations_are_those_of_simulate_data() {
    let check = |text: &str, function: Function, group: usize, covariance: &[&[f64]], mean: &[f64]| {
        let settings = Settings { function, ..Settings::default() };
        let own = &Population::new(&parse(text).unwrap(), &settings, &[]).unwrap().groups[group];
        for (i, row) in covariance.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                assert!((own.covariance[(i, j)] - value).abs() < 1e-6, "{text}: {i}, {j}: {:?}", own.covariance);
            }
        }
        for (own, value) in own.mean.iter().zip(mean) {
            assert!((own - value).abs() < 1e-6, "{text}: {own}, {value}");
        }
    };
    check(
        "f =~ 0.8*x1 + 0.7*x2 + x3\ng =~ 1*y1 + start(0.6)*y2 + 0.5?y3\ng ~ 0.4*f + z\nz ~~ 0.5*z\nf ~~ 2*f\nx1 ~~ 0.3*x1\n\
         x2 ~~ 0.1*y2",
        Function::Sem,
        0,
        &[
            &[1.58],
            &[1.12, 1.98],
            &[1.6, 1.4, 3.0],
            &[0.64, 0.56, 0.8, 2.32],
            &[0.384, 0.436, 0.48, 0.792, 1.4752],
            &[0.32, 0.28, 0.4, 0.66, 0.396, 1.33],
            &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5],
        ],
        &[0.0; 7],
    );
    check(
        "y ~ 0.3*x + 0.2*w\nx ~ 0.5*w\nx ~ 0.3*1",
        Function::Sem,
        0,
        &[&[1.2125], &[0.475, 1.25], &[0.35, 0.5, 1.0]],
        &[0.09, 0.3, 0.0],
    );
    check(
        "f =~ c(0.8,0.6)*x1 + 0.7*x2 + 0.6*x3\nf ~ c(0,0.5)*1",
        Function::Sem,
        1,
        &[&[1.36], &[0.42, 1.49], &[0.36, 0.42, 1.36]],
        &[0.3, 0.35, 0.3],
    );
    check(
        "i =~ 1*t1+1*t2+1*t3\ns =~ 0*t1+1*t2+2*t3\ni ~ 2*1\ns ~ 0.5*1\ni ~~ 0.2*s",
        Function::Growth,
        0,
        &[&[2.0], &[1.2, 3.4], &[1.4, 3.6, 6.8]],
        &[2.0, 2.5, 3.0],
    );
    check(
        "f1 =~ 0.8*x1 + 0.7*x2 + 0.6*x3\nf2 =~ 0.8*x4 + a*x5 + a*x6\nh =~ 0.5*f1 + 0.6*f2",
        Function::Sem,
        0,
        &[
            &[1.8],
            &[0.7, 1.6125],
            &[0.6, 0.525, 1.45],
            &[0.192, 0.168, 0.144, 1.8704],
            &[0.24, 0.21, 0.18, 1.088, 2.36],
        ],
        &[0.0; 6],
    );
}

/// lavaan 0.6-14, simulateData(empirical = TRUE, standardized = TRUE), moments with divisor n.
#[test]
fn standardized_populations_are_those_of_simulate_data() {
    let standardized = |text: &str| Population::standardized(&parse(text).unwrap(), &Settings::default(), &[]);
    let text = "f =~ 0.8*x1 + 0.7*x2 + 0.6*x3\ng =~ 0.9*y1 + 0.5*y2\nh =~ 0.6*f + 0.7*g\nz ~ 0.3*h + 0.2*w";
    let own = standardized(text).unwrap();
    let expected: [&[f64]; 7] = [
        &[1.0],
        &[0.56, 1.0],
        &[0.48, 0.42, 1.0],
        &[0.3024, 0.2646, 0.2268, 1.0],
        &[0.168, 0.147, 0.126, 0.45, 1.0],
        &[0.144, 0.126, 0.108, 0.189, 0.105, 1.0],
        &[0.0, 0.0, 0.0, 0.0, 0.0, 0.2, 1.0],
    ];
    for (i, row) in expected.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            // 1e-10: decimals of lavaan's table that are exact products.
            assert!(
                (own.groups[0].covariance[(i, j)] - value).abs() < 1e-10,
                "{i}, {j}: {:?}",
                own.groups[0].covariance
            );
        }
    }
    assert!(own.assumed.is_empty(), "{:?}", own.assumed);
    let error = |text: &str| standardized(text).unwrap_err().to_string();
    assert!(error("f =~ 0.8*a + 1.2*b").contains("variance of b is -0.44"), "{}", error("f =~ 0.8*a + 1.2*b"));
    assert!(error("a ~ 0.5*b\nb ~ 0.5*a + 0.2*c").contains("loop"));
}

/// Sampling errors of means and covariances of normal data: √(σ_ii/n), √((σ_ii σ_jj + σ_ij²)/n).
#[test]
fn a_million_normal_cases_have_the_moments_of_the_population() {
    let group = &population(TWO).groups[0];
    let data = complete(&draw(TWO, &SimulationSettings { cases: vec![MANY], ..SimulationSettings::default() }));
    let (mean, covariance) = covary_numerics::moments::mean_and_covariance(&data);
    let (n, sigma) = (MANY as f64, &group.covariance);
    for i in 0..5 {
        within("mean", mean[i], group.mean[i], (sigma[(i, i)] / n).sqrt());
        for j in 0..=i {
            let error = ((sigma[(i, i)] * sigma[(j, j)] + sigma[(i, j)].powi(2)) / n).sqrt();
            within("covariance", covariance[(i, j)], sigma[(i, j)], error);
        }
    }
}

/// Standard errors of skewness, kurtosis and covariances come from 100 parts of the sample.
#[test]
fn a_million_skewed_cases_have_the_shapes_asked_for() {
    let check = |distribution: &str, cases: usize, skewness: &[f64], kurtosis: &[f64]| {
        let shape = Shape { skewness: skewness.to_vec(), kurtosis: kurtosis.to_vec() };
        let settings = SimulationSettings {
            cases: vec![cases],
            distribution: distribution.into(),
            shape,
            ..SimulationSettings::default()
        };
        let data = complete(&draw(TWO, &settings));
        let group = &population(TWO).groups[0];
        let parts = 100;
        let size = cases / parts;
        // Each figure is a mean of terms about the population's moments, so that parts average to the whole.
        let figure = |what: String, term: &dyn Fn(&[f64]) -> f64, expected: f64| {
            let of_part =
                |part: usize| (part * size..(part + 1) * size).map(|i| term(data.row(i))).sum::<f64>() / size as f64;
            let values: Vec<f64> = (0..parts).map(of_part).collect();
            let mean = values.iter().sum::<f64>() / parts as f64;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (parts - 1) as f64;
            within(&format!("{distribution}: {what}"), mean, expected, (variance / parts as f64).sqrt());
        };
        let z = |row: &[f64], i: usize| (row[i] - group.mean[i]) / group.covariance[(i, i)].sqrt();
        for i in 0..5 {
            let at = |values: &[f64]| if values.len() == 1 { values[0] } else { values[i] };
            figure(format!("mean of {i}"), &|row| z(row, i), 0.0);
            figure(format!("skewness of {i}"), &|row| z(row, i).powi(3), at(skewness));
            figure(format!("kurtosis of {i}"), &|row| z(row, i).powi(4) - 3.0, at(kurtosis));
            for j in 0..=i {
                let expected = group.covariance[(i, j)] / (group.covariance[(i, i)] * group.covariance[(j, j)]).sqrt();
                figure(format!("correlation of {i}, {j}"), &|row| z(row, i) * z(row, j), expected);
            }
        }
    };
    check("vale-maurelli", MANY / 10, &[1.0], &[2.0]);
    check("vale-maurelli", MANY, &[0.0, 1.75, -1.0, 0.5, 0.0], &[-1.0, 3.75, 2.0, 1.0, 5.0]);
    check("independent", MANY / 10, &[0.8], &[2.0]);
    check("independent", MANY, &[0.5, 0.3, -0.4, 0.5, 0.0], &[2.0, 2.0, 2.0, 3.0, 3.0]);
    assert_eq!(ALL.iter().map(|family| family.name).collect::<Vec<_>>(), ["normal", "vale-maurelli", "independent"]);
}

#[test]
fn what_cannot_be_is_refused_with_its_reason() {
    let normal = SimulationSettings::default();
    let shaped = |distribution: &str, skewness: f64, kurtosis: f64| SimulationSettings {
        distribution: distribution.into(),
        shape: Shape { skewness: vec![skewness], kurtosis: vec![kurtosis] },
        ..SimulationSettings::default()
    };
    refused(TWO, &shaped("vale-maurelli", 2.0, 1.0), &["x1", "at least", "2.0000"]);
    refused(TWO, &shaped("vale-maurelli", 0.0, -1.3), &["x1", "Fleishman", "-1.151"]);
    refused(TWO, &shaped("normal", 1.0, 1.0), &["vale-maurelli"]);
    refused(TWO, &shaped("independent", 3.0, 9.0), &["independent generator of"]);
    refused(TWO, &shaped("lognormal", 0.0, 0.0), &["lognormal", "vale-maurelli"]);
    let high = "f =~ 1*a + 1*b\na ~~ 0.01*a\nb ~~ 0.01*b";
    let opposed = SimulationSettings {
        distribution: "vale-maurelli".into(),
        shape: Shape { skewness: vec![2.0, -2.0], kurtosis: vec![7.0] },
        ..SimulationSettings::default()
    };
    refused(high, &opposed, &["a and b correlate 0.990", "reaches only"]);
    refused("f =~ 0.8*a + 0.7*b\na ~~ -0.2*a", &normal, &["variance of a is -0.2"]);
    refused("f =~ 0.8*a + 0.7*b\ng =~ 0.8*c + 0.7*d\nf ~~ 1.2*g", &normal, &["correlation of f and g is 1.2000"]);
    refused(
        "f =~ 0.8*a\ng =~ 0.8*b\nh =~ 0.8*c\nf ~~ 0.9*g\ng ~~ 0.9*h\nf ~~ -0.9*h",
        &normal,
        &["f, g, h", "cannot occur together"],
    );
    refused("f =~ 1*a + 1*b\na ~~ 0*a\nb ~~ 0*b", &normal, &["b follows without error"]);
    refused("y ~ b1*x + 0.5*z\nw ~ b2*y\nx ~ start(0.2)*z\nb1 == 2\n", &normal, &["b1", "does not hold"]);
    refused("level: 1\nf =~ a + b\nlevel: 2\ng =~ a + b", &normal, &["two levels"]);
    refused("y ~ 0.3*x + 0.2*x:w", &normal, &["product of two variables"]);
    refused("f =~ 0.8*a + 0.7*b\na | 0.5*t1 + 0.2*t2", &normal, &["thresholds of a"]);
    refused("f =~ 0.8*a + 0.7*b\na | t1", &normal, &["a | t1", "has no value"]);
    let missing = |text: &str| SimulationSettings { missing: vec![text.into()], ..SimulationSettings::default() };
    refused(TWO, &missing("mcar:1.2"), &["mcar:1.2", "rate", "mcar:RATE"]);
    refused(TWO, &missing("mar:0.2:q"), &["\"q\"", "x1, x2"]);
    refused(TWO, &missing("mar:0.2"), &["cause"]);
    refused(TWO, &missing("often"), &["mcar:RATE", "planned"]);
    refused(TWO, &missing("planned:x1,x2"), &["two sets"]);
    refused(TWO, &SimulationSettings { cases: vec![10, 20], ..normal.clone() }, &["2 numbers of cases for 1 group"]);
    refused(TWO, &SimulationSettings { cases: vec![0], ..normal.clone() }, &["at least 1"]);
    refused(TWO, &SimulationSettings { cases: vec![5], empirical: true, ..normal.clone() }, &["5 cases, 5 variables"]);
    let both = SimulationSettings { empirical: true, missing: vec!["mcar:0.1".into()], ..normal };
    refused(TWO, &both, &["empirical", "missing values"]);
}

#[test]
fn parameters_with_one_label_share_the_value_that_one_has() {
    let own = population("f =~ a*x1 + start(0.6)*x2 + a*x3\nx1 ~~ 1*x1\nf =~ 0.7*x3");
    let value = |rhs: &str| {
        let row = own.table.rows.iter().position(|row| row.rhs == rhs && row.lhs == "f").unwrap();
        own.values[row].unwrap()
    };
    assert_eq!((value("x1"), value("x2"), value("x3")), (0.7, 0.6, 0.7));
    let own = population("m ~ a*x\ny ~ b*m\nx ~~ 1*x\nab := a*b\na == 0\nb == 0");
    assert_eq!(own.values[own.table.definitions[0].0], Some(0.0));
    assert_eq!(own.assumed, ["m ~ x = 0", "y ~ m = 0", "m ~~ m = 1", "y ~~ y = 1"]);
}

#[test]
fn empirical_moments_are_exact() {
    let settings = SimulationSettings { cases: vec![60], empirical: true, ..SimulationSettings::default() };
    let group = &population(TWO).groups[0];
    let (mean, covariance) = covary_numerics::moments::mean_and_covariance(&complete(&draw(TWO, &settings)));
    for i in 0..5 {
        assert!((mean[i] - group.mean[i]).abs() < 1e-13);
        for j in 0..5 {
            assert!((covariance[(i, j)] - group.covariance[(i, j)]).abs() < 1e-13);
        }
    }
}

/// A share of n cases has standard error √(p(1 − p)/n).
#[test]
fn categories_have_the_shares_that_thresholds_give() {
    let shares_of = |dataset: &Dataset, variable: usize, categories: usize| -> Vec<f64> {
        let values = &columns(dataset)[variable];
        (1..=categories).map(|c| values.iter().filter(|v| **v == Some(c as f64)).count() as f64 / MANY as f64).collect()
    };
    let compare = |own: Vec<f64>, expected: &[f64]| {
        assert!((own.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (own, expected) in own.iter().zip(expected) {
            within("share", *own, *expected, (expected * (1.0 - expected) / MANY as f64).sqrt());
        }
    };
    let settings = SimulationSettings { cases: vec![MANY], ..SimulationSettings::default() };
    let text = "f =~ 0.8*a + 0.7*b\na ~ 0.5*1\na | -1*t1 + 0*t2 + 1*t3\nb | 0.5*t1";
    let data = draw(text, &settings);
    // a has mean .5 and variance 1.64, b mean 0 and variance 1.49.
    let below = |t: f64| normal_cdf((t - 0.5) / 1.64f64.sqrt());
    let a = [below(-1.0), below(0.0) - below(-1.0), below(1.0) - below(0.0), 1.0 - below(1.0)];
    compare(shares_of(&data, 0, 4), &a);
    let b = normal_cdf(0.5 / 1.49f64.sqrt());
    compare(shares_of(&data, 1, 2), &[b, 1.0 - b]);
    for (shape, expected) in [
        (CategoryShape::Skewed, [16.0 / 31.0, 8.0 / 31.0, 4.0 / 31.0, 2.0 / 31.0, 1.0 / 31.0]),
        // Φ(−1.5) = .0668072, Φ(−.5) = .3085375
        (CategoryShape::Symmetric, [0.066_807_2, 0.241_730_3, 0.382_925, 0.241_730_3, 0.066_807_2]),
    ] {
        let shares = shape.shares(5).unwrap();
        for (own, expected) in shares.iter().zip(expected) {
            assert!((own - expected).abs() < 1e-7);
        }
        let categories = vec![Categories { shares, variables: Vec::new() }];
        compare(shares_of(&draw(TWO, &SimulationSettings { categories, ..settings.clone() }), 0, 5), &expected);
    }
}

#[test]
fn values_are_missing_by_their_mechanism() {
    let examples = ["mcar:0.1:x1,y2", "mar:0.2:x1", "mnar:0.15:x2", "planned:x1,x2/x3/y1,y2"];
    assert_eq!(missing::ALL.len(), examples.len());
    for (kind, example) in missing::ALL.iter().zip(examples) {
        assert!(kind.form.starts_with(kind.name) && example.starts_with(kind.name), "{}", kind.name);
    }
    let n = MANY as f64;
    let rate = |values: &[Option<f64>]| values.iter().filter(|v| v.is_none()).count() as f64 / n;
    let with = |text: &str, mechanisms: &[&str]| {
        let missing = mechanisms.iter().map(|m| m.to_string()).collect();
        columns(&draw(text, &SimulationSettings { cases: vec![MANY], missing, ..SimulationSettings::default() }))
    };
    let error = |p: f64| (p * (1.0 - p) / n).sqrt();
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let values: Vec<f64> = values.collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let cells = with(TWO, &["mcar:0.1:x1,y2"]);
    for (k, expected) in [0.1, 0.0, 0.0, 0.0, 0.1].into_iter().enumerate() {
        within("mcar", rate(&cells[k]), expected, error(expected));
    }
    let cells = with(TWO, &["mar:0.2:x1"]);
    assert_eq!(rate(&cells[0]), 0.0);
    (1..5).for_each(|k| within("mar", rate(&cells[k]), 0.2, error(0.2)));
    // With z the cause in standard deviations, E(z | missing) = φ(Φ⁻¹(.2))/(.2 √2) = .98990.
    let z = |v: f64| (v - 2.0) / 1.64f64.sqrt();
    let causes = mean(&mut cells[0].iter().zip(&cells[1]).filter(|(_, y)| y.is_none()).map(|(x, _)| z(x.unwrap())));
    within("cause of what is missing", causes, 0.989_90, 1.0 / (0.2 * n).sqrt());
    let cells = with(TWO, &["mnar:0.15:x2"]);
    within("mnar", rate(&cells[1]), 0.15, error(0.15));
    assert!(mean(&mut cells[1].iter().flatten().copied()) < -0.1, "the large values are missing");
    let cells = with(TWO, &["planned:x1,x2/x3/y1,y2"]);
    for case in 0..1000 {
        let gone: Vec<usize> =
            cells.iter().enumerate().filter(|(_, cells)| cells[case].is_none()).map(|(k, _)| k).collect();
        assert!([vec![0, 1], vec![2], vec![3, 4]].contains(&gone), "{gone:?}");
    }
    within("planned", rate(&cells[2]), 1.0 / 3.0, error(1.0 / 3.0));
    // Of categories the rate is met in a sample of 20,000: .2 within .003.
    let ordinal = format!("{TWO}\nx1 | 0*t1 + 2*t2");
    within("mar by a category", rate(&with(&ordinal, &["mar:0.2:x1"])[3]), 0.2, 0.003 / 5.0 * 3.0);
}

#[test]
fn a_replicate_is_the_same_whatever_was_drawn_before() {
    let settings = SimulationSettings {
        cases: vec![40, 50],
        missing: vec!["mcar:0.1".into()],
        seed: 9,
        ..SimulationSettings::default()
    };
    let text = "f =~ c(0.8, 0.7)*x1 + 0.7*x2 + 0.6*x3";
    let simulator = Simulator::new(&population(text), &settings).unwrap();
    let shown = |replicate: usize| format!("{:?}", simulator.draw(replicate as u64));
    let one_after_the_other: Vec<String> = (0..20usize).map(shown).collect();
    let in_parallel: Vec<String> = (0..20usize).into_par_iter().rev().map(shown).collect();
    assert!(one_after_the_other.iter().eq(in_parallel.iter().rev()));
    assert_ne!(one_after_the_other[0], one_after_the_other[1]);
    let data = simulator.draw(3);
    assert_eq!((simulator.cases(), data.cases()), (vec![40, 50], 90));
    let groups = data.numbers("group").unwrap();
    assert_eq!(groups.iter().filter(|g| **g == Some(2.0)).count(), 50);
}

/// Moments drawn without cases: means and covariances of (S, ȳ) over draws are those of normal theory.
///
/// E S = (n − 1)/n Σ, var s_ij = (n − 1)/n² (σ_ii σ_jj + σ_ij²), var ȳ_i = σ_ii/n, cov(s_11, ȳ_1) = 0.
#[test]
fn moments_without_cases_have_the_law_of_those_with_cases() {
    let group = &population(TWO).groups[0];
    let (n, draws) = (30usize, 200_000usize);
    let mut stream = random::stream(4, 0);
    let mut moments = MomentDraws::new(group, n).unwrap();
    let (mut s, mut m) = (Matrix::zeros(5, 5), vec![0.0; 5]);
    let mut drawn: Vec<Vec<f64>> = Vec::new();
    for _ in 0..draws {
        moments.draw(&mut stream, &mut s, &mut m);
        let mut row = m.clone();
        row.extend((0..5).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| s[(i, j)]));
        drawn.push(row);
    }
    let sigma = &group.covariance;
    let (n, r) = (n as f64, draws as f64);
    let mean_of = |k: usize| drawn.iter().map(|row| row[k]).sum::<f64>() / r;
    let variance_of = |k: usize| {
        let mean = mean_of(k);
        drawn.iter().map(|row| (row[k] - mean).powi(2)).sum::<f64>() / r
    };
    // The variance of a variance is 2/R of its square for a normal variable; of these skewed ones below 4/R.
    let check = |what: &str, k: usize, mean: f64, variance: f64| {
        within(what, mean_of(k), mean, (variance / r).sqrt());
        within(&format!("variance of {what}"), variance_of(k), variance, variance * (4.0 / r).sqrt());
    };
    let mut k = 5;
    for i in 0..5 {
        check("mean", i, group.mean[i], sigma[(i, i)] / n);
        for j in 0..=i {
            let variance = (n - 1.0) / (n * n) * (sigma[(i, i)] * sigma[(j, j)] + sigma[(i, j)].powi(2));
            check("covariance", k, (n - 1.0) / n * sigma[(i, j)], variance);
            k += 1;
        }
    }
    let together = drawn.iter().map(|row| (row[0] - group.mean[0]) * row[5]).sum::<f64>() / r;
    within("mean with variance", together, 0.0, (sigma[(0, 0)] / n * 3.0 / r).sqrt());
    assert!(MomentDraws::new(group, 5).is_none());
}
