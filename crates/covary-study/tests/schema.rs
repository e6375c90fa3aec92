//! The JSON Schema against study files: what is right is valid, what is visibly wrong is not.

use covary_study::{ColumnSummary, DraftInput, draft, read_study, schema};
use serde_json::Value;

fn as_json(text: &str) -> Value {
    let table: toml::Table = text.parse().expect("TOML");
    serde_json::to_value(table).expect("TOML without dates is JSON")
}

#[track_caller]
fn check_valid(text: &str) {
    let (schema, instance) = (schema(), as_json(text));
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    let errors: Vec<String> = validator.iter_errors(&instance).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, [""; 0], "{text}");
}

/// Both the schema and the reader refuse it.
#[track_caller]
fn check_invalid(text: &str) {
    let whole = format!("data.file = 'a.csv'\nconstructs.F = {{ items = ['a1', 'a2'] }}\n{text}");
    let schema = schema();
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    assert!(!validator.is_valid(&as_json(&whole)), "the schema takes\n{text}");
    assert!(read_study(&whole).is_err(), "the reader takes\n{text}");
}

/// Every study of the examples folder.
#[test]
fn the_examples() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let studies =
        std::fs::read_dir(folder).expect("the examples folder is there").flatten().map(|e| e.path().join("study.toml"));
    let mut checked = 0;
    for study in studies.filter(|s| s.is_file()) {
        let text = std::fs::read_to_string(&study).expect("a text file");
        check_valid(&text);
        if let Err(faults) = read_study(&text) {
            let shown: Vec<String> = faults.iter().map(|f| f.describe(&study.to_string_lossy(), &text)).collect();
            panic!("{}", shown.join("\n"));
        }
        checked += 1;
    }
    assert!(checked >= 1);
}

#[test]
fn a_draft() {
    let item = |name: &str| ColumnSummary {
        name: name.into(),
        numeric: true,
        distinct: vec![1.0, 2.0, 3.0, 4.0, 5.0],
        n_distinct: 5,
        n: 100,
        min: Some(1.0),
        max: Some(5.0),
        ..ColumnSummary::default()
    };
    check_valid(&draft(&DraftInput {
        file: "a.csv".into(),
        title: String::new(),
        columns: vec![item("a1"), item("a2")],
    }));
}

#[test]
fn every_form_of_a_value() {
    check_valid(
        "data = { file = 'a', missing_codes = { '*' = -9, a = [1, 2.5] } }\nstudy.language = ['en', 'zh']\n\
         constructs = { A = { items = ['a'], scale = [1, 5], reverse = ['a'] }, B = { items = ['b'] }, C = { constructs = ['A', 'B'] } }\n\
         screening.id = ['x', 'y']\nfactors.count = 3\nmodel = { file = 'm', std.lv = true, se = 'robust', ordered = ['a'] }\n\
         hypotheses = { H1 = 'A -> B', H2 = { rule = 'A <-> B', text = 'x' }, alpha = 0.01 }\n",
    );
}

#[test]
fn what_the_schema_can_see() {
    for text in [
        "[modell]",
        "study.titel = 'x'",
        "study.convention = 'AMOS'",
        "study.language = 'de'",
        "data.distributed = 0",
        "data.delimiter = 'ab'",
        "data.decimal = ';'",
        "pilot.drop_below = 0.5",
        "screening.flags = ['irv', 'irv']",
        "screening.time_below = 0",
        "profile.variables = 'age'",
        "constructs.G = {}",
        "constructs.G = { items = [] }",
        "constructs.G = { items = ['g'], constructs = ['F'] }",
        "constructs.G = { items = ['g'], scale = [1] }",
        "constructs.G = { items = ['g'], reverse = ['g'] }",
        "constructs.G = { items = ['g'], lable = 'G' }",
        "factors.count = 0",
        "factors.count = 'many'",
        "factors.blank_below = 1",
        "model = { }",
        "model = { paths = 'a ~ b', file = 'm' }",
        "bootstrap.level = 1",
        "bootstrap.seed = -1",
        "bootstrap.resamples = 1.5",
        "hypotheses.alpha = 0.5",
        "hypotheses.H1 = { text = 'x' }",
        "hypotheses.H1 = 1",
        "report.formats = ['word']",
    ] {
        check_invalid(text);
    }
}
