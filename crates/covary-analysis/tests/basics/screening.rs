use covary_analysis::screening::{CutoffRule, ExclusionReason, SIGNS, Unavailable, farthest, little_test, screen};
use covary_data::{Column, Dataset, MissingCodes, Variable};
use covary_study::Flag;

use crate::support::*;

#[test]
fn the_survey_from_sent_to_valid() {
    let found = screen(&survey(), &study("keep = \"in_industry == 1\"\nmissing = \"listwise\"")).unwrap();
    let result = &found.result;
    assert_eq!((result.distributed, result.returned, result.valid), (Some(285), 254, 233));
    let exclusions: Vec<_> = result.exclusions.iter().map(|e| (e.reason, e.cases, e.remaining)).collect();
    assert_eq!(exclusions, [(ExclusionReason::Condition, 9, 245), (ExclusionReason::MissingAnswers, 12, 233)]);
    assert_eq!(result.exclusions[0].rule.as_deref(), Some("in_industry == 1"));
    close(result.response_rate.unwrap(), 254.0 / 285.0, 1e-15);
    close(result.validity_rate.unwrap(), 233.0 / 254.0, 1e-15);
    close(result.effective_rate.unwrap(), 233.0 / 285.0, 1e-15);
    // The valid cases are those of the file of valid cases.
    assert_eq!(sorted_rows(&found.valid), sorted_rows(&valid_items()));
    assert_eq!(found.case_numbers.len(), 233);
    let missing = &result.missing;
    assert_eq!((missing.cases, missing.complete_cases, missing.by_case.len()), (245, 233, 12));
    assert_eq!(missing.patterns[0].cases, 233);
    assert_eq!(missing.patterns.iter().map(|pattern| pattern.cases).sum::<usize>(), 245);
    assert_eq!(missing.by_variable.iter().map(|variable| variable.missing).sum::<usize>(), missing.answers);
    // The formula in Python, EM to 1e-12 (`data/little.py`).
    let little = missing.little.as_ref().unwrap();
    close(little.chi_squared, 507.668984297785, 1e-4);
    assert_eq!((little.df, little.patterns, little.converged), (239, 13, true));
}

fn sorted_rows(dataset: &Dataset) -> Vec<Vec<i64>> {
    let columns: Vec<_> = items().iter().map(|item| dataset.numbers(item).unwrap()).collect();
    let row = |case: usize| columns.iter().map(|column| column[case].unwrap() as i64).collect();
    let mut rows: Vec<Vec<i64>> = (0..dataset.cases()).map(row).collect();
    rows.sort();
    rows
}

/// naniar::mcar_test(airquality) prints 35.1, 14, .00142 and 4 patterns; further digits by the formula in
/// Python, EM to 1e-12.
#[test]
fn littles_test_of_the_air_quality_data() {
    let data = read_csv(include_str!("../data/airquality.csv"));
    let values: Vec<Vec<Option<f64>>> =
        data.variables().iter().map(|variable| data.numbers(&variable.name).unwrap()).collect();
    let found = little_test(&values).unwrap();
    close(found.chi_squared, 35.10617490715522, 1e-6);
    close(found.p, 0.0014177588710869145, 1e-9);
    assert_eq!((found.df, found.patterns, found.converged), (14, 4, true));
    assert_eq!(little_test(&values[2..]), None);
}

/// amosdevelopment.com, support/faq/mahalanobis-p2.html: case 42 18.7469 .0046 .2865, case 20 17.2011 .0086 .1299.
#[test]
fn observations_farthest_from_the_centroid_as_amos_prints_them() {
    let data = grant_white_girls();
    let text = "[constructs.A]\nitems = [\"visperc\", \"cubes\", \"lozenges\"]\n\
                [constructs.B]\nitems = [\"paragrap\", \"sentence\", \"wordmean\"]\n";
    let text = format!(
        "[study]\ntitle = \"Girls\"\n[data]\nfile = \"girls.csv\"\n[screening]\nflags = [\"mahalanobis\"]\n{text}"
    );
    let study = covary_study::read_study(&text).unwrap().study;
    let found = screen(&data, &study).unwrap().result;
    let check = |rank: usize, case: usize, printed: [f64; 3]| {
        let listed = found.farthest[rank];
        assert_eq!(listed.case, case);
        all_close(&[listed.d_squared, listed.p1, listed.p2], &printed, 5e-5);
    };
    check(0, 42, [18.7469, 0.0046, 0.2865]);
    check(1, 20, [17.2011, 0.0086, 0.1299]);
    assert_eq!(found.farthest.len(), 73);
    // p1 ≤ .001 needs d² ≥ 22.458.
    close(found.flags[0].cutoff.unwrap(), 22.45774, 1e-5);
    assert!(found.flags[0].cases.is_empty());
    assert!(farthest(&[], 6).is_empty());
}

/// A small survey: three constructs of two items.
fn small(rows: &[[f64; 6]]) -> Dataset {
    let columns = (0..6).map(|j| Column::Numeric(rows.iter().map(|row| row[j]).collect())).collect();
    Dataset::new(["a1", "a2", "b1", "b2", "c1", "c2"].map(Variable::named).to_vec(), columns).unwrap()
}

const ROWS: [[f64; 6]; 12] = [
    [1.0, 2.0, 4.0, 5.0, 3.0, 3.0],
    [2.0, 2.0, 5.0, 4.0, 3.0, 4.0],
    [5.0, 4.0, 2.0, 1.0, 3.0, 3.0],
    [4.0, 5.0, 1.0, 2.0, 2.0, 3.0],
    [3.0, 3.0, 3.0, 3.0, 3.0, 3.0],
    [1.0, 5.0, 5.0, 1.0, 3.0, 2.0],
    [1.0, 2.0, 4.0, 5.0, 3.0, 3.0],
    [2.0, 1.0, 3.0, 4.0, 5.0, 5.0],
    [4.0, 4.0, 3.0, 2.0, 1.0, 1.0],
    [5.0, 5.0, 4.0, 4.0, 2.0, 3.0],
    [3.0, 2.0, 2.0, 3.0, 4.0, 5.0],
    [2.0, 3.0, 1.0, 1.0, 4.0, 4.0],
];

fn small_study(screening: &str, reverse: &str) -> covary_study::Study {
    let text = format!(
        "[study]\ntitle = \"Small\"\n[data]\nfile = \"small.csv\"\n[screening]\n{screening}\n\
         [constructs.A]\nitems = [\"a1\", \"a2\"]\nscale = [1, 5]\n{reverse}\n\
         [constructs.B]\nitems = [\"b1\", \"b2\"]\nscale = [1, 5]\n\
         [constructs.C]\nitems = [\"c1\", \"c2\"]\nscale = [1, 5]\n"
    );
    covary_study::read_study(&text).unwrap_or_else(|faults| panic!("{faults:#?}")).study
}

#[test]
fn signs_of_careless_answering() {
    let study =
        small_study("flags = [\"longstring\", \"irv\", \"evenodd\", \"duplicates\"]\ndrop = [\"longstring\"]", "");
    let found = screen(&small(&ROWS), &study).unwrap().result;
    let flagged = |flag: Flag| {
        let result = found.flags.iter().find(|result| result.flag == flag).unwrap();
        (result.cases.iter().map(|case| case.case).collect::<Vec<_>>(), result.clone())
    };
    // Runs of at least three of six: case 5 answered 3 throughout; 2, 2 of case 4 is a run of two.
    let (cases, longstring) = flagged(Flag::Longstring);
    assert_eq!((cases, longstring.cutoff, longstring.dropped), (vec![5], Some(3.0), true));
    assert_eq!(longstring.cases[0].value, Some(6.0));
    assert_eq!(flagged(Flag::Irv).0, [5]);
    // Halves (1, 5, 3) and (5, 1, 2) of case 6: r = −8/√(8 · 26/3) = −.961; case 5 does not vary.
    let (cases, even_odd) = flagged(Flag::Evenodd);
    assert_eq!(cases, [6]);
    close(even_odd.cases[0].value.unwrap(), -8.0 / (8.0f64 * 26.0 / 3.0).sqrt(), 1e-12);
    let (cases, duplicates) = flagged(Flag::Duplicates);
    assert_eq!((cases, duplicates.cases[0].repeats), (vec![7], Some(1)));
    assert_eq!((found.valid, found.exclusions[0].reason), (11, ExclusionReason::Flag(Flag::Longstring)));
    assert_eq!(found.exclusions[0].case_numbers, [5]);
}

#[test]
fn response_time_and_identification() {
    let mut data = small(&ROWS);
    let times = (0..12).map(|case| Some(if case == 3 { 11.0 } else { 60.0 })).collect();
    data = data.with_numbers(Variable::named("seconds"), times).unwrap();
    let ids = (0..12).map(|case| Some(if case == 9 { 2.0 } else { case as f64 })).collect();
    data = data.with_numbers(Variable::named("who"), ids).unwrap();
    let study = small_study("flags = [\"time\", \"duplicates\"]\ntime = \"seconds\"\nid = [\"who\"]", "");
    let found = screen(&data, &study).unwrap().result;
    assert_eq!(found.flags[0].cutoff, Some(12.0));
    assert_eq!(found.flags[0].cases.iter().map(|case| case.case).collect::<Vec<_>>(), [4]);
    let repeats: Vec<_> = found.flags[1].cases.iter().map(|case| (case.case, case.repeats)).collect();
    assert_eq!(repeats, [(7, Some(1)), (10, Some(3))]);
}

#[test]
fn every_flag_has_its_sign() {
    let all = [Flag::Longstring, Flag::Irv, Flag::Evenodd, Flag::Mahalanobis, Flag::Duplicates, Flag::Time];
    assert_eq!(SIGNS.map(|(flag, _)| flag), all);
    let flags =
        "flags = [\"longstring\", \"irv\", \"evenodd\", \"mahalanobis\", \"duplicates\", \"time\"]\ntime = \"a1\"";
    let mut study = small_study(flags, "");
    study.screening.time = None;
    let found = screen(&small(&ROWS), &study).unwrap().result;
    assert_eq!(found.flags.iter().map(|result| result.flag).collect::<Vec<_>>(), all);
    let time = &found.flags[5];
    assert_eq!((time.unavailable, time.rule), (Some(Unavailable::NoTimeColumn), CutoffRule::TwoSecondsPerItem));
    // Three constructs allow even-odd consistency, two do not.
    study.constructs.pop();
    let found = screen(&small(&ROWS), &study).unwrap().result;
    assert_eq!(found.flags[2].unavailable, Some(Unavailable::FewConstructs));
}

#[test]
fn answers_outside_the_scale() {
    let mut rows = ROWS;
    rows[2][3] = 55.0;
    let outcome = |policy: &str| screen(&small(&rows), &small_study(&format!("out_of_scale = \"{policy}\""), ""));
    let report = outcome("report").unwrap();
    let listed = &report.result.out_of_scale.answers;
    assert_eq!((listed.len(), listed[0].case, listed[0].item.as_str(), listed[0].value), (1, 3, "b2", 55.0));
    assert_eq!(report.result.valid, 12);
    let missing = outcome("missing").unwrap().result;
    assert_eq!((missing.valid, missing.missing.answers), (11, 1));
    assert_eq!(missing.exclusions[0].reason, ExclusionReason::MissingAnswers);
    let dropped = outcome("drop").unwrap().result;
    assert_eq!((dropped.valid, dropped.exclusions[0].reason), (11, ExclusionReason::OutOfScale));
    let error = outcome("error").unwrap_err().to_string();
    assert!(error.contains("55 for item \"b2\" in case 3, the scale runs from 1 to 5"), "{error}");
}

#[test]
fn reverse_keyed_items_are_scored_and_flags_see_the_answers() {
    let study = small_study("flags = [\"longstring\"]", "reverse = [\"a2\"]");
    let found = screen(&small(&ROWS), &study).unwrap();
    assert_eq!(found.valid.numbers("a2").unwrap()[0], Some(4.0));
    assert_eq!(found.valid.numbers("a1").unwrap()[0], Some(1.0));
    assert_eq!((found.result.reversed[0].item.as_str(), found.result.reversed[0].high), ("a2", 5.0));
    assert_eq!(found.result.flags[0].cases[0].value, Some(6.0));
}

#[test]
fn missing_codes_and_open_conditions() {
    let mut data = small(&ROWS);
    data = data
        .with_numbers(Variable::named("age"), (0..12).map(|case| (case != 1).then_some(20.0 + case as f64)).collect())
        .unwrap();
    let position = data.position("b1").unwrap();
    data.variables_mut()[position].missing = MissingCodes { values: vec![1.0], ..MissingCodes::default() };
    let found = screen(&data, &small_study("keep = \"age > 20\"", "")).unwrap().result;
    let exclusions: Vec<_> = found.exclusions.iter().map(|e| (e.reason, e.case_numbers.clone())).collect();
    let expected = [
        (ExclusionReason::Condition, vec![1]),
        (ExclusionReason::ConditionUnknown, vec![2]),
        (ExclusionReason::MissingAnswers, vec![4, 12]),
    ];
    assert_eq!(exclusions, expected);
    // All answers are used: the codes are missing, the cases stay.
    let kept = screen(&data, &small_study("missing = \"fiml\"", "")).unwrap();
    assert_eq!((kept.result.valid, kept.valid.numbers("b1").unwrap()[3]), (12, None));
}

#[test]
fn what_cannot_be_analysed_is_said() {
    let check = |data: &Dataset, study: &covary_study::Study, expected: &[&str]| {
        let error = screen(data, study).unwrap_err().to_string();
        for part in expected {
            assert!(error.contains(part), "{error}");
        }
    };
    let data = small(&ROWS);
    check(&data, &small_study("keep = \"a1 > 9\"", ""), &["no case is left", "12 do not meet keep = \"a1 > 9\""]);
    check(&data, &small_study("keep = \"a9 > 1\"", ""), &["screening.keep names \"a9\"", "nearest"]);
    check(&data, &small_study("keep = \"a1 == 'x'\"", ""), &["screening.keep"]);
    check(&data.select_cases(&[0, 1, 2]), &small_study("", ""), &["at least 7 complete cases, there are 3"]);
    let constant = with_changed(&data, "c1", |_| 2.0);
    check(&constant, &small_study("", ""), &["\"c1\" is constant", "answered 2"]);
    let mut columns: Vec<Column> = (0..6).map(|j| data.column(j).clone()).collect();
    columns[4] = Column::Text((0..12).map(|case| (case == 6).then(|| "often".to_string())).collect());
    let text = Dataset::new(data.variables().to_vec(), columns).unwrap();
    check(&text, &small_study("", ""), &["\"c1\" holds text: case 7 has \"often\""]);
    check(&data.select_cases(&[]), &small_study("", ""), &["no case is left", "the file holds no case"]);
}
