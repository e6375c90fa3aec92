//! `[screening]`: which cases count, and what is only flagged.

use serde_json::json;

use super::{Section, nothing};
use crate::study_file::keys::{Key, text, texts, word, words};
use crate::study_file::table::{Located, Notes, Table, drop_repeated};
use crate::{Condition, Flag, Missing, OutOfScale, ScreeningPlan};

pub(crate) const SECTION: Section = Section {
    name: "screening",
    about: "Which cases count, and which are flagged.",
    required: false,
    keys,
    others: nothing,
};

const MISSING: [(&str, Missing); 2] = [("listwise", Missing::Listwise), ("fiml", Missing::Fiml)];

const OUT_OF_SCALE: [(&str, OutOfScale); 4] = [
    ("report", OutOfScale::Report),
    ("missing", OutOfScale::Missing),
    ("drop", OutOfScale::Drop),
    ("error", OutOfScale::Error),
];

const FLAGS: [(&str, Flag); 6] = [
    ("longstring", Flag::Longstring),
    ("irv", Flag::Irv),
    ("evenodd", Flag::Evenodd),
    ("mahalanobis", Flag::Mahalanobis),
    ("duplicates", Flag::Duplicates),
    ("time", Flag::Time),
];

/// Flags that need nothing but the answers: reported unless the study file names its own.
const DEFAULT_FLAGS: [Flag; 5] = [Flag::Longstring, Flag::Irv, Flag::Evenodd, Flag::Mahalanobis, Flag::Duplicates];

fn keys() -> Vec<Key> {
    vec![
        Key::new(
            "keep",
            text(),
            "Cases outside this condition are excluded: comparisons, and, or, not, in [..], missing(x); text in quotes. \
             A case whose missing answer leaves the condition open is excluded too.",
        )
        .example("in_industry == 1 and age >= 18"),
        Key::new(
            "missing",
            word(&MISSING),
            "Missing answers on items and model variables: cases left out, or all answers used by full information \
             maximum likelihood.",
        )
        .default("listwise"),
        Key::new("out_of_scale", word(&OUT_OF_SCALE), "What is done about values outside a declared scale.")
            .default("report"),
        Key::new("flags", words(&FLAGS), "Signs of careless answering to report.").default(json!([
            "longstring",
            "irv",
            "evenodd",
            "mahalanobis",
            "duplicates"
        ])),
        Key::new("drop", words(&FLAGS), "Flags whose cases are dropped; each must be among the flags.")
            .default(json!([])),
        Key::new("time", text(), "Column with the response time; adds the flag \"time\"."),
        Key::new(
            "time_below",
            json!({ "type": "number", "exclusiveMinimum": 0 }),
            "A case is flagged when its response time is below this, in the unit of the column.",
        ),
        Key::new(
            "id",
            json!({ "anyOf": [text(), texts()] }),
            "Column or columns that identify a respondent, for the search for duplicates.",
        ),
    ]
}

/// Reads the section.
pub(crate) fn read(mut table: Table, notes: &mut Notes) -> ScreeningPlan {
    let keep = table.text("keep", notes).and_then(|text| condition(&text, notes));
    let missing = table.word("missing", &MISSING, notes).unwrap_or_default();
    let out_of_scale = table.word("out_of_scale", &OUT_OF_SCALE, notes).unwrap_or_default();
    let flags = table.words("flags", &FLAGS, notes);
    let drop = table.words("drop", &FLAGS, notes).unwrap_or_default();
    let time = table.text("time", notes).map(|t| t.value);
    let time_below = time_below(&mut table, notes);
    let mut id = table.text_or_texts("id", notes).unwrap_or_default();
    drop_repeated(&mut id, notes);
    check_time(&table, &flags, &drop, notes);
    table.close(notes);

    let mut reported = match &flags {
        Some(flags) => flags.iter().map(|f| f.value).collect(),
        None => DEFAULT_FLAGS.to_vec(),
    };
    if time.is_some() && !reported.contains(&Flag::Time) {
        reported.push(Flag::Time);
    }
    for flag in drop.iter().filter(|f| !reported.contains(&f.value) && f.value != Flag::Time) {
        let word = FLAGS.iter().find(|(_, known)| *known == flag.value).map_or("", |(word, _)| word);
        let message = format!("cases cannot be dropped for \"{word}\", which is not among the flags");
        notes.fault(flag.span.start, &flag.key, message, Some(format!("add \"{word}\" to flags")));
    }
    let id = id.into_iter().map(|t| t.value).collect();
    let drop = drop.into_iter().map(|f| f.value).collect();
    ScreeningPlan { keep, missing, out_of_scale, flags: reported, drop, time, time_below, id }
}

fn condition(text: &Located<String>, notes: &mut Notes) -> Option<Condition> {
    match Condition::parse_located(&text.value) {
        Ok((condition, mentions)) => {
            for mention in mentions {
                notes.mention(text, &mention.variable, mention.offset);
            }
            Some(condition)
        }
        Err(fault) => {
            notes.syntax_fault(text, fault);
            None
        }
    }
}

fn time_below(table: &mut Table, notes: &mut Notes) -> Option<f64> {
    let below = table.number("time_below", notes)?;
    if below.value <= 0.0 {
        let message = format!("{} is a response time and must be above 0", below.value);
        notes.fault(below.span.start, &below.key, message, None);
    }
    Some(below.value)
}

fn check_time(table: &Table, flags: &Option<Vec<Located<Flag>>>, drop: &[Located<Flag>], notes: &mut Notes) {
    if table.has("time") {
        return;
    }
    let help = || Some("name the column with the response time: time = \"seconds\"".into());
    for flag in flags.iter().flatten().chain(drop).filter(|f| f.value == Flag::Time) {
        notes.fault(flag.span.start, &flag.key, "the flag \"time\" needs the column with the response time", help());
    }
    if table.has("time_below") {
        let key = table.path_of("time_below");
        notes.fault_at_key(&key, "\"time_below\" needs the column with the response time", help());
    }
}
