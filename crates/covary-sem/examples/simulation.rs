//! Coverage of 95% intervals and type I error of the test of the model, by estimator, in data whose truth is known.
//!
//! `cargo run --release -p covary-sem --example simulation [REPLICATES [SEED [CASES]]]` prints the table of docs/simulation.md.
//! The population: two factors that correlate .4, four indicators each. Data: normal; elliptical (multivariate t, 8 degrees
//! of freedom, brought to the same covariance matrix); with 20% of the answers missing at random positions; with y5 to y8
//! missing where y1 is above a limit (missing at random in Rubin's sense); in two groups with equal loadings and
//! intercepts; in clusters of ten whose members share an influence on the answers; and in two levels.

use covary_data::{Column, Dataset, Variable};
use covary_numerics::{distributions::normal_quantile, random};
use covary_sem::{Data, Fit, Operator, Settings, fit::fit, options::settings_from, parse, settings::TestName};
use rand::{Rng, RngExt};
use rayon::prelude::*;
use serde_json::{Value, json};

const MODEL: &str = "f =~ y1 + y2 + y3 + y4\ng =~ y5 + y6 + y7 + y8";
const TWO_LEVELS: &str = "level: 1\nf =~ y1 + y2 + y3 + y4\nlevel: 2\ng =~ y1 + y2 + y3 + y4";
const LOADINGS: [f64; 8] = [0.8, 0.7, 0.6, 0.7, 0.6, 0.8, 0.7, 0.5];
const CORRELATION: f64 = 0.4;
const CLUSTER: usize = 10;
/// Share of the variance that members of a cluster have in common, and of level 2.
const SHARED: f64 = 0.2;
/// Means and variances of the factors in the second of two groups.
const SECOND_MEAN: f64 = 0.3;
const SECOND_VARIANCE: f64 = 1.5;
/// y5 to y8 are missing where y1 lies above this: 30% of the cases.
const LIMIT: f64 = 0.524_400_512_708_041;

/// How the data come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Normal,
    Elliptical,
    Missing,
    EllipticalMissing,
    MissingAtRandom,
    Groups,
    Clustered,
    TwoLevel,
}

struct Cell {
    kind: Kind,
    name: &'static str,
    options: Value,
}

/// What one replicate tells: whether each interval covers the truth, how far each estimate is from it in standard errors,
/// and the p of the test.
struct Outcome {
    covered: Vec<bool>,
    deviations: Vec<f64>,
    p_value: Option<f64>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let replicates: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let seed: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let cases: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(400);
    println!(
        "{replicates} replicates of {cases} cases, seed {seed}. Monte Carlo error of a share of 95%: {:.1}%.",
        error(0.95, replicates)
    );
    println!();
    println!(
        "| data | estimator | converged | coverage, mean | lowest | highest | worst mean error, S.E. | type I error |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    for cell in cells() {
        let outcomes: Vec<Option<Outcome>> =
            (0..replicates).into_par_iter().map(|replicate| run(&cell, cases, seed, replicate as u64)).collect();
        println!("{}", line(&cell, &outcomes));
    }
}

/// A row of the table.
fn line(cell: &Cell, outcomes: &[Option<Outcome>]) -> String {
    let used: Vec<&Outcome> = outcomes.iter().flatten().collect();
    let n = used.len() as f64;
    let parameters = used.first().map_or(0, |outcome| outcome.covered.len());
    let share = |k: usize| used.iter().filter(|outcome| outcome.covered[k]).count() as f64 / n;
    let coverage: Vec<f64> = (0..parameters).map(share).collect();
    let bias = |k: usize| used.iter().map(|outcome| outcome.deviations[k]).sum::<f64>() / n;
    let worst =
        (0..parameters).map(bias).fold(0.0f64, |worst, bias| if bias.abs() > worst.abs() { bias } else { worst });
    let (low, high) = coverage.iter().fold((1.0f64, 0.0f64), |(low, high), c| (low.min(*c), high.max(*c)));
    let p_values: Vec<f64> = used.iter().filter_map(|outcome| outcome.p_value).collect();
    let rejected = p_values.iter().filter(|p| **p < 0.05).count() as f64 / p_values.len() as f64;
    let rejection = if p_values.is_empty() {
        "–".to_string()
    } else {
        format!("{:.1}% ± {:.1}", 100.0 * rejected, error(rejected, p_values.len()))
    };
    format!(
        "| {:?} | {} | {:.1}% | {:.1}% | {:.1}% | {:.1}% | {:.2} | {rejection} |",
        cell.kind,
        cell.name,
        100.0 * n / outcomes.len() as f64,
        100.0 * coverage.iter().sum::<f64>() / parameters.max(1) as f64,
        100.0 * low,
        100.0 * high,
        worst,
    )
}

/// The Monte Carlo standard error of a share, in percent.
fn error(share: f64, replicates: usize) -> f64 {
    100.0 * (share * (1.0 - share) / replicates as f64).sqrt()
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut add = |kind: Kind, name: &'static str, options: Value| cells.push(Cell { kind, name, options });
    let named = [
        "ML", "MLF", "MLM", "MLMV", "MLMVS", "MLR", "GLS", "WLS", "ULSM", "ULSMV", "ULSMVS", "WLSM", "WLSMV", "WLSMVS",
        "DLS",
    ];
    for estimator in named {
        add(Kind::Normal, estimator, json!({"estimator": estimator}));
    }
    add(Kind::Normal, "ML, observed", json!({"information": "observed"}));
    for estimator in ["ML", "MLM", "MLMV", "MLMVS", "MLR", "GLS", "WLS", "ULSMV", "WLSMV", "DLS"] {
        add(Kind::Elliptical, estimator, json!({"estimator": estimator}));
    }
    add(Kind::Elliptical, "DLS, a = .5", json!({"estimator": "DLS", "estimator.args": {"dls.a": 0.5}}));
    for estimator in ["ML", "MLR"] {
        add(
            Kind::Missing,
            if estimator == "ML" { "ML, FIML" } else { "MLR, FIML" },
            json!({"estimator": estimator, "missing": "ml"}),
        );
        add(
            Kind::EllipticalMissing,
            if estimator == "ML" { "ML, FIML" } else { "MLR, FIML" },
            json!({"estimator": estimator, "missing": "ml"}),
        );
    }
    add(Kind::Missing, "two-stage", json!({"missing": "two.stage"}));
    add(Kind::EllipticalMissing, "robust two-stage", json!({"missing": "robust.two.stage"}));
    add(Kind::MissingAtRandom, "ML, listwise", json!({}));
    add(Kind::MissingAtRandom, "ML, FIML", json!({"missing": "ml"}));
    add(Kind::MissingAtRandom, "MLR, FIML", json!({"estimator": "MLR", "missing": "ml"}));
    add(Kind::MissingAtRandom, "two-stage", json!({"missing": "two.stage"}));
    for estimator in ["ML", "MLR", "MLM", "GLS", "WLSMV"] {
        add(
            Kind::Groups,
            estimator,
            json!({"estimator": estimator, "group": "school", "group.equal": ["loadings", "intercepts"], "meanstructure": true}),
        );
    }
    add(Kind::Clustered, "ML", json!({}));
    add(Kind::Clustered, "MLR, cluster", json!({"estimator": "MLR", "cluster": "class"}));
    add(Kind::TwoLevel, "ML, two levels", json!({"cluster": "class"}));
    add(Kind::TwoLevel, "MLR, two levels", json!({"estimator": "MLR", "cluster": "class"}));
    cells
}

fn run(cell: &Cell, cases: usize, seed: u64, replicate: u64) -> Option<Outcome> {
    let data = simulate(cell.kind, cases, &mut random::stream(seed, replicate));
    let mut settings: Settings =
        settings_from(cell.options.as_object()?.iter().map(|(name, value)| (name.as_str(), value))).ok()?;
    settings.std_lv = true;
    let model = parse(if cell.kind == Kind::TwoLevel { TWO_LEVELS } else { MODEL }).ok()?;
    let fit = fit(&model, &Data::Cases(&data), &settings).ok()?;
    if !fit.converged() || fit.vcov.is_none() {
        return None;
    }
    let half = normal_quantile(0.975)?;
    let (mut covered, mut deviations) = (Vec::new(), Vec::new());
    for (k, row) in fit.table.rows.iter().enumerate() {
        let Some(truth) = truth(cell.kind, row) else { continue };
        let (estimate, error) = (fit.estimates[k]?, fit.standard_errors[k]?);
        // A factor may come out reflected.
        let estimate = if row.op == Operator::Measures { estimate.abs() } else { estimate };
        covered.push((estimate - truth).abs() <= half * error);
        deviations.push((estimate - truth) / error);
    }
    Some(Outcome { covered, deviations, p_value: p_value(&fit) })
}

/// The robust test where there is one, else the standard one.
fn p_value(fit: &Fit) -> Option<f64> {
    let scaled = fit.tests.iter().find(|test| test.name.is_scaled());
    scaled.or(fit.tests.iter().find(|test| test.name == TestName::Standard)).and_then(|test| test.p_value)
}

/// The population's value of a free parameter; `None` for what is not compared.
fn truth(kind: Kind, row: &covary_sem::Row) -> Option<f64> {
    row.free?;
    let loading = |name: &str| name[1..].parse::<usize>().ok().map(|k| LOADINGS[k - 1]);
    if kind == Kind::TwoLevel {
        return match row.op {
            Operator::Measures if row.level == 1 => loading(&row.rhs),
            Operator::Measures => Some(SHARED.sqrt() * loading(&row.rhs)?),
            _ => None,
        };
    }
    match row.op {
        Operator::Measures => loading(&row.rhs),
        // Of the second of two groups; with equal loadings its variances are free.
        Operator::Intercept if kind == Kind::Groups && row.group == 2 && row.lhs.len() == 1 => Some(SECOND_MEAN),
        Operator::Covariance if kind == Kind::Groups && row.group == 2 && row.lhs.len() == 1 => {
            Some(SECOND_VARIANCE * if row.lhs == row.rhs { 1.0 } else { CORRELATION })
        }
        Operator::Intercept => Some(0.0),
        Operator::Covariance if row.lhs != row.rhs => Some(CORRELATION),
        Operator::Covariance => loading(&row.lhs).map(|loading| 1.0 - loading * loading),
        _ => None,
    }
}

fn simulate(kind: Kind, cases: usize, stream: &mut impl Rng) -> Dataset {
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); 8];
    let (mut classes, mut schools) = (Vec::with_capacity(cases), Vec::with_capacity(cases));
    let mut shared = [0.0; 8];
    for case in 0..cases {
        if case % CLUSTER == 0 {
            shared = answers(stream);
        }
        classes.push((case / CLUSTER) as f64);
        schools.push((case % 2 + 1) as f64);
        let second = kind == Kind::Groups && case % 2 == 1;
        let mut own = if second { answers_of(stream, SECOND_MEAN, SECOND_VARIANCE.sqrt()) } else { answers(stream) };
        match kind {
            Kind::Clustered => {
                for (y, of_cluster) in own.iter_mut().zip(&shared) {
                    *y = (1.0 - SHARED).sqrt() * *y + SHARED.sqrt() * of_cluster;
                }
            }
            Kind::TwoLevel => own.iter_mut().zip(&shared).for_each(|(y, b)| *y += SHARED.sqrt() * b),
            Kind::Elliptical | Kind::EllipticalMissing => {
                let squares: f64 = (0..8).map(|_| normal(stream).powi(2)).sum();
                let scale = (6.0 / squares).sqrt(); // E 1/χ²₈ = 1/6
                own.iter_mut().for_each(|y| *y *= scale);
            }
            _ => {}
        }
        let first = own[0];
        for (k, (column, value)) in columns.iter_mut().zip(own).enumerate() {
            let gone = match kind {
                Kind::Missing | Kind::EllipticalMissing => stream.random::<f64>() < 0.2,
                Kind::MissingAtRandom => k >= 4 && first > LIMIT,
                _ => false,
            };
            column.push(if gone { f64::NAN } else { value });
        }
    }
    let mut variables: Vec<Variable> = (1..=8).map(|k| Variable::named(format!("y{k}"))).collect();
    let mut all: Vec<Column> = columns.into_iter().map(Column::Numeric).collect();
    for (name, column) in [("class", classes), ("school", schools)] {
        variables.push(Variable::named(name));
        all.push(Column::Numeric(column));
    }
    Dataset::new(variables, all).expect("columns of one length")
}

/// Eight answers of variance 1.
fn answers(stream: &mut impl Rng) -> [f64; 8] {
    answers_of(stream, 0.0, 1.0)
}

/// Eight answers from factors with this mean and standard deviation.
fn answers_of(stream: &mut impl Rng, mean: f64, deviation: f64) -> [f64; 8] {
    let f = normal(stream);
    let g = CORRELATION * f + (1.0 - CORRELATION * CORRELATION).sqrt() * normal(stream);
    std::array::from_fn(|k| {
        let factor = mean + deviation * if k < 4 { f } else { g };
        LOADINGS[k] * factor + (1.0 - LOADINGS[k] * LOADINGS[k]).sqrt() * normal(stream)
    })
}

/// Box and Muller (1958).
fn normal(stream: &mut impl Rng) -> f64 {
    let (u, v): (f64, f64) = (stream.random(), stream.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
}
