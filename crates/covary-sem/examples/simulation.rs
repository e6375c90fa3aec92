//! Coverage of 95% intervals and type I error of the test of the model, by estimator, in data whose truth is known.
//!
//! `cargo run --release -p covary-sem --example simulation [REPLICATES [SEED]]` prints the table of docs/simulation.md.
//! The population: two factors that correlate .4, four indicators each. Data: normal; elliptical (multivariate t, 8 degrees
//! of freedom, brought to the same covariance matrix); with 20% of the answers missing at random positions; in clusters of
//! ten whose members share an influence on the answers; and in two levels.

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
const CASES: usize = 400;
const CLUSTER: usize = 10;
/// Share of the variance that members of a cluster have in common, and of level 2.
const SHARED: f64 = 0.2;

/// How the data come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Normal,
    Elliptical,
    Missing,
    EllipticalMissing,
    Clustered,
    TwoLevel,
}

struct Cell {
    kind: Kind,
    name: &'static str,
    options: Value,
}

/// What one replicate tells: whether each interval covers the truth, and the p of the test.
struct Outcome {
    covered: Vec<bool>,
    p_value: Option<f64>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let replicates: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let seed: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    println!("| data | estimator | converged | coverage, mean | lowest | highest | type I error |");
    println!("|---|---|--:|--:|--:|--:|--:|");
    for cell in cells() {
        let outcomes: Vec<Option<Outcome>> =
            (0..replicates).into_par_iter().map(|replicate| run(&cell, seed, replicate as u64)).collect();
        let used: Vec<&Outcome> = outcomes.iter().flatten().collect();
        let n = used.len() as f64;
        let parameters = used.first().map_or(0, |outcome| outcome.covered.len());
        let coverage: Vec<f64> =
            (0..parameters).map(|k| used.iter().filter(|outcome| outcome.covered[k]).count() as f64 / n).collect();
        let rejected = used.iter().filter(|outcome| outcome.p_value.is_some_and(|p| p < 0.05)).count() as f64 / n;
        let with_p = used.iter().any(|outcome| outcome.p_value.is_some());
        let (low, high) = coverage.iter().fold((1.0f64, 0.0f64), |(low, high), c| (low.min(*c), high.max(*c)));
        println!(
            "| {:?} | {} | {:.1}% | {:.1}% | {:.1}% | {:.1}% | {} |",
            cell.kind,
            cell.name,
            100.0 * n / replicates as f64,
            100.0 * coverage.iter().sum::<f64>() / parameters.max(1) as f64,
            100.0 * low,
            100.0 * high,
            if with_p { format!("{:.1}%", 100.0 * rejected) } else { "–".to_string() }
        );
    }
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
    add(Kind::Clustered, "ML", json!({}));
    add(Kind::Clustered, "MLR, cluster", json!({"estimator": "MLR", "cluster": "class"}));
    add(Kind::TwoLevel, "ML, two levels", json!({"cluster": "class"}));
    add(Kind::TwoLevel, "MLR, two levels", json!({"estimator": "MLR", "cluster": "class"}));
    cells
}

fn run(cell: &Cell, seed: u64, replicate: u64) -> Option<Outcome> {
    let data = simulate(cell.kind, &mut random::stream(seed, replicate));
    let mut settings: Settings =
        settings_from(cell.options.as_object()?.iter().map(|(name, value)| (name.as_str(), value))).ok()?;
    settings.std_lv = true;
    let model = parse(if cell.kind == Kind::TwoLevel { TWO_LEVELS } else { MODEL }).ok()?;
    let fit = fit(&model, &Data::Cases(&data), &settings).ok()?;
    if !fit.converged() || fit.vcov.is_none() {
        return None;
    }
    let half = normal_quantile(0.975)?;
    let mut covered = Vec::new();
    for (k, row) in fit.table.rows.iter().enumerate() {
        let Some(truth) = truth(cell.kind, row) else { continue };
        let (estimate, error) = (fit.estimates[k]?, fit.standard_errors[k]?);
        // A factor may come out reflected.
        let estimate = if row.op == Operator::Measures { estimate.abs() } else { estimate };
        covered.push((estimate - truth).abs() <= half * error);
    }
    Some(Outcome { covered, p_value: p_value(&fit) })
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
        Operator::Covariance if row.lhs != row.rhs => Some(CORRELATION),
        Operator::Covariance => loading(&row.lhs).map(|loading| 1.0 - loading * loading),
        _ => None,
    }
}

fn simulate(kind: Kind, stream: &mut impl Rng) -> Dataset {
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); 8];
    let mut classes = Vec::with_capacity(CASES);
    let mut shared = [0.0; 8];
    for case in 0..CASES {
        if case % CLUSTER == 0 {
            shared = answers(stream);
        }
        classes.push((case / CLUSTER) as f64);
        let mut own = answers(stream);
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
        for (column, value) in columns.iter_mut().zip(own) {
            let gone = matches!(kind, Kind::Missing | Kind::EllipticalMissing) && stream.random::<f64>() < 0.2;
            column.push(if gone { f64::NAN } else { value });
        }
    }
    let mut variables: Vec<Variable> = (1..=8).map(|k| Variable::named(format!("y{k}"))).collect();
    let mut all: Vec<Column> = columns.into_iter().map(Column::Numeric).collect();
    variables.push(Variable::named("class"));
    all.push(Column::Numeric(classes));
    Dataset::new(variables, all).expect("columns of one length")
}

/// Eight answers of variance 1.
fn answers(stream: &mut impl Rng) -> [f64; 8] {
    let f = normal(stream);
    let g = CORRELATION * f + (1.0 - CORRELATION * CORRELATION).sqrt() * normal(stream);
    std::array::from_fn(|k| {
        let factor = if k < 4 { f } else { g };
        LOADINGS[k] * factor + (1.0 - LOADINGS[k] * LOADINGS[k]).sqrt() * normal(stream)
    })
}

/// Box and Muller (1958).
fn normal(stream: &mut impl Rng) -> f64 {
    let (u, v): (f64, f64) = (stream.random(), stream.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
}
