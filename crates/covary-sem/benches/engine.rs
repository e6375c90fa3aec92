//! One fit and its resamples: `cargo bench -p covary-sem`.

use covary_data::{Column, Dataset, Variable};
use covary_sem::{Data, Fit, Settings, fit::fit, inference::bootstrap::bootstrap, parse};

fn main() {
    divan::main();
}

const MODEL: &str = "F1 =~ T11 + T12 + T13 + T14 + T15
F2 =~ T21 + T22 + T23 + T24 + T25 + T26
F3 =~ T31 + T32 + T33 + T34
M =~ M1 + M2 + M3 + M4 + M5
Y =~ Y1 + Y2 + Y3 + Y4
M ~ F1 + F2 + F3
Y ~ F1 + F2 + F3 + M";

/// The 233 valid cases of the study: 24 items, five factors.
fn items() -> Dataset {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/yongkang/valid_items.csv");
    let text = std::fs::read_to_string(path).expect("the example's data are there");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let rows: Vec<Vec<f64>> =
        lines.map(|line| line.split(',').map(|cell| cell.trim().parse().expect("a number")).collect()).collect();
    let columns = (0..names.len()).map(|j| Column::Numeric(rows.iter().map(|row| row[j]).collect())).collect();
    Dataset::new(names.iter().map(|name| Variable::named(name.trim_matches('"'))).collect(), columns)
        .expect("a dataset")
}

fn fitted() -> Fit {
    fit(&parse(MODEL).expect("the model reads"), &Data::Cases(&items()), &Settings::default()).expect("the model fits")
}

#[divan::bench]
fn fit_with_standard_errors(bencher: divan::Bencher) {
    let (items, model) = (items(), parse(MODEL).expect("the model reads"));
    bencher.bench(|| fit(&model, &Data::Cases(&items), &Settings::default()));
}

/// On one thread: resamples per second and core.
#[divan::bench(sample_count = 10)]
fn thousand_resamples(bencher: divan::Bencher) {
    let fit = fitted();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    bencher
        .counter(divan::counter::ItemsCount::new(1000_usize))
        .bench(|| pool.install(|| bootstrap(&fit, 1000, 1, &|_| Vec::new(), &|_| true)));
}
