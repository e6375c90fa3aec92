//! `[bootstrap]`: resampling.

use super::{Section, nothing};
use crate::study_file::keys::{Key, between, whole, word};
use crate::study_file::table::{Notes, Table};
use crate::{BootstrapPlan, IntervalKind};

pub(crate) const SECTION: Section =
    Section { name: "bootstrap", about: "Resampling.", required: false, keys, others: nothing };

const INTERVALS: [(&str, IntervalKind); 3] = [
    ("percentile", IntervalKind::Percentile),
    ("bias-corrected", IntervalKind::BiasCorrected),
    ("bca", IntervalKind::Bca),
];

/// Resamples where the study file states no number and has a model.
pub const DEFAULT_RESAMPLES: usize = 5_000;

/// Confidence level where the study file states none.
pub const DEFAULT_LEVEL: f64 = 0.95;

/// Seed where the study file states none: fixed, so that a study gives the same numbers every time.
pub const DEFAULT_SEED: u64 = 20_211_101;

const MOST_RESAMPLES: u64 = 1_000_000;

/// The largest whole number that every JSON reader keeps exactly: the seed stands in results.json.
const LARGEST_SEED: u64 = (1 << 53) - 1;

fn keys() -> Vec<Key> {
    vec![
        Key::new("resamples", whole((0, MOST_RESAMPLES)), "Number of resamples; 0: none. Without a model 0.")
            .default(DEFAULT_RESAMPLES),
        Key::new(
            "interval",
            word(&INTERVALS),
            "Kind of interval: quantiles of the resamples (the default, for its error rate: Tibbe & Montoya 2022), \
             bias-corrected as in AMOS, or bias-corrected and accelerated.",
        )
        .default("percentile"),
        Key::new("level", between((0.0, 1.0)), "Confidence level.").default(DEFAULT_LEVEL),
        Key::new("seed", whole((0, LARGEST_SEED)), "Seed of the random streams.").default(DEFAULT_SEED),
    ]
}

/// Reads the section; `has_model`: without a model nothing is resampled unless the file says so.
pub(crate) fn read(mut table: Table, has_model: bool, notes: &mut Notes) -> BootstrapPlan {
    let resamples = table.whole("resamples", (0, MOST_RESAMPLES), "the number of resamples", notes);
    let interval = table.word("interval", &INTERVALS, notes).unwrap_or_default();
    let level = table.number_between("level", (0.0, 1.0), "the confidence level", notes).unwrap_or(DEFAULT_LEVEL);
    let seed = table.whole("seed", (0, LARGEST_SEED), "the seed", notes).map_or(DEFAULT_SEED, |n| n.value);
    table.close(notes);
    if let Some(number) = &resamples {
        // A tail of the interval holds (1 - level)/2 of the resamples: with fewer than this, not even one.
        let needed = (2.0 / (1.0 - level) - 1e-9).ceil();
        if number.value > 0 && (number.value as f64) < needed {
            let message = format!("{} resamples are too few for an interval at the level {level}", number.value);
            let help = format!("take at least {needed}, better {DEFAULT_RESAMPLES}; 0 for no bootstrap");
            notes.fault(number.span.start, &number.key, message, Some(help));
        }
    }
    let default = if has_model { DEFAULT_RESAMPLES } else { 0 };
    // At most MOST_RESAMPLES, so it fits.
    let resamples = resamples.map_or(default, |n| n.value as usize);
    BootstrapPlan { resamples, interval, level, seed }
}
