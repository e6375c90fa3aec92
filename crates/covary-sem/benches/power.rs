//! Replicates of a power study on one thread: `cargo bench -p covary-sem --bench power`.

use std::fmt::Write;

use covary_sem::{
    Settings, parse,
    power::{Design, PowerSettings, Study, monte_carlo},
    simulate::SimulationSettings,
};

fn main() {
    divan::main();
}

/// Factors with loadings .6 to .8 that correlate .3.
fn model(factors: usize, items: usize) -> String {
    let mut text = String::new();
    for f in 0..factors {
        let terms: Vec<String> = (0..items).map(|i| format!("{}*y{f}_{i}", 0.6 + 0.05 * (i % 5) as f64)).collect();
        let _ = writeln!(text, "f{f} =~ {}", terms.join(" + "));
        for g in 0..f {
            let _ = writeln!(text, "f{g} ~~ 0.3*f{f}");
        }
    }
    text
}

fn replicates(bencher: divan::Bencher, factors: usize, items: usize, distribution: &str) {
    let (model, settings) = (parse(&model(factors, items)).expect("a model"), Settings::default());
    let study = Study::new(&Design::new(&model, &settings)).expect("a study");
    let settings = PowerSettings {
        grid: vec![vec![300]],
        replicates: 200,
        alpha: 0.05,
        target: 0.8,
        drawing: SimulationSettings { distribution: distribution.into(), ..SimulationSettings::default() },
        limit_draws: None,
        seed: 1,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    bencher
        .counter(divan::counter::ItemsCount::new(settings.replicates))
        .bench(|| pool.install(|| monte_carlo(&study, &settings, &|_| true)));
}

#[divan::bench(sample_count = 20)]
fn nine_items(bencher: divan::Bencher) {
    replicates(bencher, 3, 3, "normal");
}

#[divan::bench(sample_count = 20)]
fn twenty_four_items(bencher: divan::Bencher) {
    replicates(bencher, 4, 6, "normal");
}

/// Cases are drawn and every replicate is a fit of its own.
#[divan::bench(sample_count = 5)]
fn nine_items_by_cases(bencher: divan::Bencher) {
    replicates(bencher, 3, 3, "independent");
}
