//! `[factors]`: exploratory factor analysis.

use serde_json::json;
use toml::de::DeValue;

use super::{Section, nothing};
use crate::study_file::keys::{Key, word};
use crate::study_file::table::{Notes, Table, choose, text, whole, wrong_type};
use crate::{Construct, Extraction, FactorCount, FactorsPlan, RotationName};

pub(crate) const SECTION: Section =
    Section { name: "factors", about: "Exploratory factor analysis.", required: false, keys, others: nothing };

const EXTRACTIONS: [(&str, Extraction); 3] =
    [("pca", Extraction::Pca), ("paf", Extraction::Paf), ("ml", Extraction::Ml)];

const ROTATIONS: [(&str, RotationName); 6] = [
    ("none", RotationName::None),
    ("varimax", RotationName::Varimax),
    ("quartimax", RotationName::Quartimax),
    ("equamax", RotationName::Equamax),
    ("promax", RotationName::Promax),
    ("oblimin", RotationName::Oblimin),
];

const COUNTS: [(&str, FactorCount); 2] = [("kaiser", FactorCount::Kaiser), ("parallel", FactorCount::Parallel)];

/// Whether SPSS's stopping rules are followed.
const STOPPING: [(&str, bool); 2] = [("spss", true), ("converged", false)];

const BLANK_BELOW: f64 = 0.4;

const MOST_FACTORS: u64 = 1_000;

fn keys() -> Vec<Key> {
    vec![
        Key::new(
            "extraction",
            word(&EXTRACTIONS),
            "How factors are extracted: principal components, principal axis factoring, maximum likelihood.",
        )
        .default("pca"),
        Key::new(
            "rotation",
            word(&ROTATIONS),
            "How factors are rotated; promax with kappa 4, oblimin direct with delta 0, all with Kaiser normalisation.",
        )
        .default("varimax"),
        Key::new(
            "count",
            json!({ "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": MOST_FACTORS },
                word(&COUNTS),
            ] }),
            "How many factors: a number, \"kaiser\" (eigenvalues above 1) or \"parallel\" (parallel analysis).",
        )
        .default("kaiser"),
        Key::new(
            "stopping",
            word(&STOPPING),
            "When iterations end: as SPSS ends them, so that its tables are met, or at the optimum.",
        )
        .default("spss"),
        Key::new(
            "blank_below",
            json!({ "type": "number", "minimum": 0, "exclusiveMaximum": 1 }),
            "Loadings below this in absolute value are left blank in print.",
        )
        .default(BLANK_BELOW),
        Key::new("scores", json!({ "type": "boolean" }), "Whether factor scores are computed.").default(false),
    ]
}

/// Reads the section.
pub(crate) fn read(mut table: Table, constructs: &[Construct], notes: &mut Notes) -> FactorsPlan {
    let plan = FactorsPlan {
        extraction: table.word("extraction", &EXTRACTIONS, notes).unwrap_or_default(),
        rotation: table.word("rotation", &ROTATIONS, notes).unwrap_or_default(),
        count: count(&mut table, constructs, notes).unwrap_or_default(),
        spss_stopping: table.word("stopping", &STOPPING, notes).unwrap_or(true),
        blank_below: blank_below(&mut table, notes).unwrap_or(BLANK_BELOW),
        scores: table.yes_or_no("scores", notes).unwrap_or(false),
    };
    table.close(notes);
    plan
}

fn count(table: &mut Table, constructs: &[Construct], notes: &mut Notes) -> Option<FactorCount> {
    let entry = table.entry("count", notes)?;
    let key = table.path_of("count");
    match entry.value.get_ref() {
        DeValue::String(_) => choose(&text(entry.value, key, notes)?, &COUNTS, notes),
        DeValue::Integer(_) => {
            let count = whole(entry.value, key, (1, MOST_FACTORS), "the number of factors", notes)?;
            let items: usize = constructs.iter().map(|c| c.items().len()).sum();
            // At most MOST_FACTORS, so it fits.
            let factors = count.value as usize;
            if items > 0 && factors > items {
                let message = format!("{factors} factors cannot be taken from {items} items");
                notes.fault(count.span.start, &count.key, message, None);
            }
            Some(FactorCount::Fixed(factors))
        }
        _ => wrong_type(entry.value, &key, "a whole number, \"kaiser\" or \"parallel\"", notes),
    }
}

fn blank_below(table: &mut Table, notes: &mut Notes) -> Option<f64> {
    let number = table.number("blank_below", notes)?;
    if (0.0..1.0).contains(&number.value) {
        return Some(number.value);
    }
    let message = format!("{} is a loading and must be at least 0 and below 1", number.value);
    notes.fault(number.span.start, &number.key, message, None);
    None
}
