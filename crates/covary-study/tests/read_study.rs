//! Study files that are right, and what is read from them.

use covary_study::{
    Condition, ConventionName, Direction, Extraction, FactorCount, Flag, IntervalKind, Known, Language, MeasuredBy,
    Missing, OutOfScale, Place, Relation, RotationName, StudyFile, read_study, read_study_with,
};
use serde_json::json;

const YONGKANG: &str = include_str!("../../../examples/yongkang/study.toml");

#[track_caller]
fn read(text: &str) -> StudyFile {
    read_study(text).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(|f| f.describe("study.toml", text)).collect::<Vec<_>>().join("\n"))
    })
}

#[test]
fn the_yongkang_study() {
    let StudyFile { study, .. } = read(YONGKANG);
    assert_eq!(study.title, "Cross-border e-commerce of the Yongkang hardware cluster");
    assert_eq!((study.convention, &study.languages[..]), (ConventionName::Amos, &[Language::En][..]));
    assert_eq!((study.data.file.as_str(), study.data.distributed), ("survey.sav", Some(285)));
    let pilot = study.pilot.expect("the file has [pilot]");
    assert_eq!((pilot.data.file.as_str(), pilot.drop_below), ("pilot.csv", 0.5));
    assert_eq!(pilot.items, [("F1".to_string(), vec!["T16".to_string()])]);
    assert_eq!(study.screening.keep, Condition::parse("in_industry == 1").ok());
    assert_eq!(study.screening.missing, Missing::Listwise);
    assert_eq!(study.screening.out_of_scale, OutOfScale::Report);
    assert_eq!(
        study.screening.flags,
        [Flag::Longstring, Flag::Irv, Flag::Evenodd, Flag::Mahalanobis, Flag::Duplicates]
    );
    assert_eq!(study.screening.drop, []);
    assert_eq!(study.profile, ["education", "years", "unit", "job"]);
    let constructs: Vec<(&str, &str, usize)> =
        study.constructs.iter().map(|c| (c.name.as_str(), c.label.as_str(), c.items().len())).collect();
    assert_eq!(
        constructs,
        [
            ("F1", "Cluster enterprises", 5),
            ("F2", "Industrial cluster", 6),
            ("F3", "Local government", 4),
            ("M", "Transformation and upgrading", 5),
            ("Y", "Cross-border e-commerce", 4)
        ]
    );
    assert!(study.constructs.iter().all(|c| c.scale == Some((1.0, 5.0)) && c.reverse.is_empty()));
    assert_eq!(
        (study.factors.extraction, study.factors.rotation, study.factors.count),
        (Extraction::Pca, RotationName::Varimax, FactorCount::Fixed(5))
    );
    let model = study.model.expect("the file has [model]");
    assert_eq!(model.paths, "M ~ F1 + F2 + F3\nY ~ F1 + F2 + F3 + M\n");
    assert_eq!(YONGKANG.lines().nth(model.first_line - 1), Some("M ~ F1 + F2 + F3"));
    assert_eq!((model.file, model.options), (None, vec![]));
    let bootstrap = study.bootstrap;
    assert_eq!(
        (bootstrap.resamples, bootstrap.interval, bootstrap.level, bootstrap.seed),
        (5000, IntervalKind::BiasCorrected, 0.95, 20211101)
    );
    let names: Vec<&str> = study.hypotheses.iter().map(|h| h.name.as_str()).collect();
    assert_eq!(names, ["H1", "H2", "H3", "H4", "H5", "H6"]);
    let covary_study::Claim::Relation { relation, direction } = &study.hypotheses[0].claim else {
        panic!("a relation")
    };
    assert_eq!((relation, direction), (&Relation::Path("F1".into(), "Y".into()), &Direction::Positive));
    assert_eq!(study.alpha, 0.05);
    assert_eq!(study.report.formats, ["html", "json"]);
}

#[test]
fn what_is_left_out_has_its_documented_default() {
    let study = read("[data]\nfile = 'a.csv'\n[constructs.F]\nitems = ['a', 'b']\n").study;
    assert_eq!((study.title.as_str(), study.convention), ("", ConventionName::Amos));
    assert_eq!(study.languages, [Language::En]);
    assert_eq!((study.pilot, study.model.clone(), study.profile.len()), (None, None, 0));
    assert_eq!(
        study.screening.flags,
        [Flag::Longstring, Flag::Irv, Flag::Evenodd, Flag::Mahalanobis, Flag::Duplicates]
    );
    assert_eq!((study.constructs[0].label.as_str(), study.constructs[0].scale), ("F", None));
    assert_eq!((study.factors.extraction, study.factors.count), (Extraction::Pca, FactorCount::Kaiser));
    assert_eq!((study.factors.spss_stopping, study.factors.blank_below, study.factors.scores), (true, 0.4, false));
    assert_eq!((study.bootstrap.resamples, study.bootstrap.interval), (0, IntervalKind::Percentile));
    assert_eq!((study.bootstrap.level, study.bootstrap.seed, study.alpha), (0.95, 20211101, 0.05));
    assert_eq!(study.report.formats, ["html", "json"]);

    let study =
        read("[data]\nfile='a'\n[constructs.F]\nitems=['a']\n[constructs.G]\nitems=['b']\n[model]\npaths='G~F'").study;
    assert_eq!(study.bootstrap.resamples, 5000);
}

#[test]
fn every_key() {
    let text = r#"
[study]
title = "全部"
convention = "mplus"
language = ["zh", "en"]

[data]
file = "data/survey.csv"
distributed = 1_000
encoding = "gb18030"
delimiter = "\t"
decimal = ","
missing_codes = { "*" = [-99, 9.5], "满意 1" = 0 }

[pilot]
file = "pilot.xlsx"
sheet = "Sheet1"
items."满意" = ["满意 9"]

[screening]
keep = '''
`满意 1` >= 2 and
not missing(city)'''
missing = "fiml"
out_of_scale = "drop"
flags = ["irv"]
drop = ["irv", "time"]
time = "seconds"
time_below = 120
id = "ip"

[profile]
variables = ["city"]

[constructs."满意"]
items = ["满意 1", "满意 2"]
scale = [0, 10.5]
reverse = ["满意 2"]

[constructs.L]
label = "Loyalty"
items = ["L1", "L2"]

[constructs.G]
constructs = ["满意", "L"]

[factors]
extraction = "paf"
rotation = "oblimin"
count = "parallel"
stopping = "converged"
blank_below = 0
scores = true

[model]
paths = "L ~ age"
estimator = "MLR"
std-lv = true
fixed_x = false
group.equal = ["loadings", "intercepts"]
weights = "w"
bootstrap = 3
rmsea.ci.level = 0.9

[bootstrap]
resamples = 40
interval = "bca"
level = 0.9
seed = 0

[hypotheses]
alpha = 0.01
"假设 1" = "age → L < 0"
H2 = { rule = "满意 <-> L", text = "They go together." }
H3 = "G -> L == age -> L"

[report]
formats = ["json", "docx"]
"#;
    let known = Known { formats: &["json", "docx"], languages: &[Language::En, Language::Zh], model_options: None };
    let file = read_study_with(text, &known).unwrap_or_else(|f| panic!("{f:#?}"));
    let study = &file.study;
    assert_eq!(study.languages, [Language::Zh, Language::En]);
    assert_eq!((study.data.delimiter, study.data.decimal), (Some('\t'), Some(',')));
    let codes = vec![("*".to_string(), vec![-99.0, 9.5]), ("满意 1".to_string(), vec![0.0])];
    assert_eq!(study.data.missing_codes, codes);
    let pilot = study.pilot.as_ref().expect("the file has [pilot]");
    assert_eq!((&pilot.data.missing_codes, pilot.drop_below), (&codes, 0.5), "the pilot takes the study's codes");
    assert_eq!(pilot.items, [("满意".to_string(), vec!["满意 9".to_string()])]);
    assert_eq!(study.screening.flags, [Flag::Irv, Flag::Time], "a time column brings its flag");
    assert_eq!((study.screening.time_below, &study.screening.id[..]), (Some(120.0), &["ip".to_string()][..]));
    assert_eq!(study.constructs[0].scale, Some((0.0, 10.5)));
    assert_eq!(study.constructs[0].reverse, ["满意 2"]);
    assert_eq!(study.constructs[2].measured_by, MeasuredBy::Constructs(vec!["满意".into(), "L".into()]));
    let options = &study.model.as_ref().expect("the file has [model]").options;
    assert_eq!(
        options[..],
        [
            ("estimator".to_string(), json!("MLR")),
            ("std.lv".to_string(), json!(true)),
            ("fixed.x".to_string(), json!(false)),
            ("group.equal".to_string(), json!(["loadings", "intercepts"])),
            ("sampling.weights".to_string(), json!("w")),
            ("bootstrap".to_string(), json!(3)),
            ("rmsea.ci.level".to_string(), json!(0.9)),
        ]
    );
    assert_eq!(study.hypotheses[0].name, "假设 1");
    assert_eq!(text.lines().nth(study.hypotheses[1].line - 1).map(|l| &l[..2]), Some("H2"));
    assert_eq!(study.hypotheses[1].text.as_deref(), Some("They go together."));

    let check = |key: &str, line_with: &str, marker: &str| {
        let (index, line) = text.lines().enumerate().find(|(_, l)| l.contains(line_with)).expect("the line is above");
        let column = line[..line.find(marker).expect("the marker is in the line")].chars().count() + 1;
        assert_eq!(file.place(key), Some(Place { line: index + 1, column }), "{key}");
    };
    check("constructs.\"满意\".items[1]", "items = [\"满意 1\"", "\"满意 2\"");
    check("screening.keep#满意 1", "`满意 1` >= 2", "`满意");
    check("screening.keep#city", "not missing(city)", "city");
    check("hypotheses.\"假设 1\"#L", "age → L", "L < 0");
    check("model.paths#age", "paths =", "age");
    check("model.group.equal", "group.equal", "[");
    check("data.missing_codes.\"满意 1\"", "missing_codes", "\"满意");
}
