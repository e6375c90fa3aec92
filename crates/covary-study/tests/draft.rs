//! Drafts of study files: they are read again, and they group what belongs together.

use std::collections::BTreeSet;

use covary_data::Measure;
use covary_study::{ColumnSummary, DraftInput, Study, check_against, draft, read_study};

/// A column of whole numbers from `low` to `high`, all of them given.
fn scale(name: &str, low: i32, high: i32) -> ColumnSummary {
    values(name, &(low..=high).map(f64::from).collect::<Vec<_>>())
}

fn values(name: &str, distinct: &[f64]) -> ColumnSummary {
    ColumnSummary {
        name: name.into(),
        numeric: true,
        distinct: distinct.to_vec(),
        n_distinct: distinct.len(),
        n: 254,
        min: distinct.first().copied(),
        max: distinct.last().copied(),
        ..ColumnSummary::default()
    }
}

/// A column of numbers 1 to 254.
fn counted(name: &str) -> ColumnSummary {
    ColumnSummary { n_distinct: 254, max: Some(254.0), ..scale(name, 1, 20) }
}

fn texts(name: &str, n_distinct: usize) -> ColumnSummary {
    ColumnSummary { name: name.into(), n_distinct, n: 254, ..ColumnSummary::default() }
}

fn labelled(column: ColumnSummary, label: &str) -> ColumnSummary {
    ColumnSummary { label: Some(label.into()), ..column }
}

fn items(prefix: &str, numbers: impl IntoIterator<Item = u32>, low: i32, high: i32) -> Vec<ColumnSummary> {
    numbers.into_iter().map(|n| scale(&format!("{prefix}{n}"), low, high)).collect()
}

/// The draft, read again and held against its own columns.
#[track_caller]
fn drafted(columns: Vec<ColumnSummary>) -> (Study, String) {
    let input = DraftInput { file: "survey.sav".into(), title: "A \"study\"".into(), columns };
    let text = draft(&input);
    let file = read_study(&text).unwrap_or_else(|faults| {
        panic!("{text}\n{}", faults.iter().map(|f| f.describe("draft", &text)).collect::<Vec<_>>().join("\n"))
    });
    let names: Vec<&str> = input.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(check_against(&file, &names), [], "{text}");
    (file.study, text)
}

/// "T1: T11 T12 [1, 5]" for every construct of the draft.
#[track_caller]
fn check(columns: Vec<ColumnSummary>, constructs: &[&str], profile: &[&str]) {
    let (study, text) = drafted(columns);
    let found: Vec<String> = study
        .constructs
        .iter()
        .map(|c| {
            let (low, high) = c.scale.expect("every draft has a scale");
            format!("{}: {} [{low}, {high}]", c.name, c.items().join(" "))
        })
        .collect();
    assert_eq!(found, constructs, "{text}");
    assert_eq!(study.profile, profile, "{text}");
    assert_eq!(study.model, None);
}

fn yongkang() -> Vec<ColumnSummary> {
    let mut columns = vec![counted("id"), scale("in_industry", 0, 1)];
    columns.extend([scale("education", 1, 5), scale("years", 1, 4), scale("unit", 1, 5), scale("job", 1, 4)]);
    columns.extend(items("T1", 1..=5, 1, 5));
    columns.extend(items("T2", 1..=6, 1, 5));
    columns.extend(items("T3", 1..=4, 1, 5));
    columns.extend(items("M", 1..=5, 1, 5));
    columns.extend(items("Y", 1..=4, 1, 5));
    columns
}

#[test]
fn the_yongkang_survey() {
    check(
        yongkang(),
        &[
            "T1: T11 T12 T13 T14 T15 [1, 5]",
            "T2: T21 T22 T23 T24 T25 T26 [1, 5]",
            "T3: T31 T32 T33 T34 [1, 5]",
            "M: M1 M2 M3 M4 M5 [1, 5]",
            "Y: Y1 Y2 Y3 Y4 [1, 5]",
        ],
        &["in_industry", "education", "years", "unit", "job"],
    );
    let (study, text) = drafted(yongkang());
    assert_eq!(study.title, "A \"study\"");
    assert!(text.contains("# keep = \"in_industry == 1\""), "{text}");
    assert!(text.contains("# id = \"id\""), "{text}");
}

/// What the comments offer is right as well: taken in, the file can still be read.
#[test]
fn the_comments_can_be_taken_in() {
    let text = draft(&DraftInput { file: "a.csv".into(), columns: yongkang(), ..DraftInput::default() });
    let mut taken_in = String::new();
    let offered =
        ["distributed", "keep", "id", "[model]", "paths", "M ~", "Y ~", "\"\"\"", "[hypotheses]", "alpha", "H1", "H2"];
    for line in text.lines() {
        let bare = line.strip_prefix("# ").filter(|l| offered.iter().any(|o| l.starts_with(o)));
        taken_in += bare.unwrap_or(line);
        taken_in.push('\n');
    }
    let study = read_study(&taken_in).unwrap_or_else(|f| panic!("{taken_in}\n{f:#?}")).study;
    assert!(study.model.is_some() && study.hypotheses.len() == 2 && study.screening.keep.is_some());
    assert_eq!(study.data.distributed, Some(300));
}

#[test]
fn names_of_many_kinds() {
    let mut columns = vec![texts("gender", 2), labelled(texts("free text", 200), "line\nbreak\u{7}")];
    columns.extend(items("q1_", 1..=5, 1, 7));
    columns.extend(["ABC_01", "ABC_02", "ABC_03"].map(|n| scale(n, 0, 10)));
    columns.extend(items("满意", 1..=3, 1, 5));
    columns.extend(items("Trust in us ", 1..=3, 1, 5));
    columns.extend(["A1a", "A1b", "A1c"].map(|n| scale(n, 1, 6)));
    check(
        columns,
        &[
            "q1: q1_1 q1_2 q1_3 q1_4 q1_5 [1, 7]",
            "ABC: ABC_01 ABC_02 ABC_03 [0, 10]",
            "满意: 满意1 满意2 满意3 [1, 5]",
            "Trust_in_us: Trust in us 1 Trust in us 2 Trust in us 3 [1, 5]",
            "A1: A1a A1b A1c [1, 6]",
        ],
        &["gender"],
    );
}

#[test]
fn one_series_of_questions() {
    let columns = items("Q", 1..=30, 1, 5);
    let (study, text) = drafted(columns);
    assert_eq!((study.constructs.len(), study.constructs[0].name.as_str()), (1, "Q"));
    assert_eq!(study.constructs[0].items().len(), 30);
    assert!(text.contains("all 30 items share one scale"), "{text}");
}

#[test]
fn demographics_inside_a_series() {
    let mut columns = vec![
        labelled(scale("Q1", 1, 2), "Gender"),
        labelled(scale("Q2", 1, 5), "Your age"),
        labelled(scale("Q3", 1, 5), "您的学历"),
    ];
    columns.extend(items("Q", 4..=12, 1, 5));
    check(columns, &["Q: Q4 Q5 Q6 Q7 Q8 Q9 Q10 Q11 Q12 [1, 5]"], &["Q1", "Q2", "Q3"]);
}

#[test]
fn answers_that_do_not_fill_the_scale() {
    // Nobody chose 1 for A1, and A3 has a 9 that means "no answer".
    let mut columns = vec![scale("A1", 2, 5), scale("A2", 1, 5), values("A3", &[1.0, 2.0, 3.0, 4.0, 5.0, 9.0])];
    columns.extend(items("B", 1..=3, 2, 5));
    columns.extend(items("C", 1..=3, 1, 5));
    check(columns.clone(), &["A: A1 A2 A3 [1, 5]", "B: B1 B2 B3 [1, 5]", "C: C1 C2 C3 [1, 5]"], &[]);
    let (_, text) = drafted(columns);
    assert!(text.contains("# missing_codes = { A3 = [9] }"), "{text}");
    assert!(text.contains("# LOOK: answers lie between 2 and 5"), "{text}");
}

#[test]
fn names_that_would_clash() {
    let mut columns = vec![texts("M", 3)];
    columns.extend(items("M", 1..=3, 1, 5));
    columns.extend(items("2nd_", 1..=3, 1, 5));
    check(columns, &["F_M: M1 M2 M3 [1, 5]", "F2nd: 2nd_1 2nd_2 2nd_3 [1, 5]"], &["M"]);
}

#[test]
fn what_is_no_item() {
    let mut columns = items("X", 1..=3, 1, 5);
    columns.extend([
        counted("v1"),
        values("v2", &[0.5, 1.5, 2.5]),
        scale("constant", 3, 3),
        texts("nothing", 0),
        ColumnSummary { n_distinct: 60, ..values("duration_seconds", &[30.0, 31.0, 32.0]) },
        texts("uuid", 254),
        ColumnSummary { measure: Measure::Nominal, ..scale("X4", 1, 5) },
    ]);
    check(columns.clone(), &["X: X1 X2 X3 [1, 5]"], &["v2", "X4"]);
    let (_, text) = drafted(columns);
    for expected in [
        "# time = \"duration_seconds\"",
        "#   constant: the same answer",
        "#   nothing: no answers",
        "# id = \"uuid\"",
        "# id = \"v1\"",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn items_without_numbers() {
    let columns = vec![scale("trust", 1, 7), scale("ease", 1, 7), scale("value", 1, 7), texts("gender", 2)];
    check(columns, &["Items: trust ease value [1, 7]"], &["gender"]);
}

/// Without items there is no study yet; the one fault says what to do.
#[test]
fn nothing_that_looks_like_an_item() {
    let text = draft(&DraftInput { file: "a.csv".into(), columns: vec![texts("gender", 2)], ..DraftInput::default() });
    let faults = read_study(&text).expect_err("no construct");
    let keys: BTreeSet<&str> = faults.iter().map(|f| f.key.as_str()).collect();
    assert_eq!(keys, BTreeSet::from(["constructs"]), "{text}");
}
