//! Tables against lavaan's, and what theory says of them.

use serde_json::Value;

use super::*;
use crate::{
    Conventions, SemError, Settings,
    options::settings_from,
    parse,
    settings::{Auto, EffectCoding, Function, GroupEqual},
    syntax::Formulas,
};

const FILES: [&str; 4] = [
    include_str!("../../tests/data/parameter_tables/single_group.json"),
    include_str!("../../tests/data/parameter_tables/several_groups.json"),
    include_str!("../../tests/data/parameter_tables/published_studies.json"),
    include_str!("../../tests/data/parameter_tables/options.json"),
];

fn cases() -> Vec<Value> {
    let cases = |file: &&str| {
        let file: Value = serde_json::from_str(file).unwrap_or_default();
        file["cases"].as_array().cloned().unwrap_or_default()
    };
    FILES.iter().flat_map(cases).collect()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(String::from)).collect(),
        _ => Vec::new(),
    }
}

fn settings_of(case: &Value) -> Settings {
    let options = case["options"].as_object().cloned().unwrap_or_default();
    let given = options.iter().map(|(name, value)| (name.as_str(), value));
    let function = Some(("function", &case["function"])).filter(|(_, name)| name.is_string());
    settings_from(given.chain(function)).unwrap_or_else(|error| panic!("{}: {error}", case["id"]))
}

fn completed(model: &str, groups: &[&str], settings: &Settings) -> Result<(Formulas, ParameterTable), SemError> {
    let available = Available { variables: Vec::new(), groups: groups.iter().map(|g| (*g).to_string()).collect() };
    let formulas = parse(model)?;
    let table = complete(&formulas, &available, settings)?;
    Ok((formulas, table))
}

fn completed_case(case: &Value) -> (Formulas, ParameterTable, Available, Settings) {
    let settings = settings_of(case);
    let available = Available { variables: Vec::new(), groups: texts(&case["groups"]) };
    let model = case["model"].as_str().unwrap_or_default();
    let read = parse(model).and_then(|f| complete(&f, &available, &settings).map(|table| (f, table)));
    let (formulas, table) = read.unwrap_or_else(|error| panic!("{}: {error}", case["id"]));
    (formulas, table, available, settings)
}

/// A row as the fixtures write it.
fn row_text(row: &Row) -> String {
    let value = match (row.free, row.fixed) {
        (Some(_), _) => "*".to_string(),
        (None, Some(value)) => value.to_string(),
        (None, None) if row.exogenous => "x".to_string(),
        (None, None) => String::new(),
    };
    let (lhs, op, rhs) = (&row.lhs, row.op, &row.rhs);
    format!("{} {lhs} {op} {rhs} [{value}] [{}] {}", row.group, row.label, u8::from(row.user))
}

fn expected_text(row: &Value) -> String {
    let text = |k: usize| row[k].as_str().unwrap_or_default().to_string();
    let value = text(4).parse::<f64>().map_or(text(4), |value| value.to_string());
    format!("{} {} {} {} [{value}] [{}] {}", row[0], text(1), text(2), text(3), text(5), row[6])
}

#[test]
fn tables_are_those_of_lavaan() {
    let cases = cases();
    assert!(cases.len() > 150, "the fixtures are not read");
    let faults: Vec<String> = cases.iter().filter_map(difference_from_lavaan).collect();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

/// The first thing in which a table differs from the expected one.
fn difference_from_lavaan(case: &Value) -> Option<String> {
    let (_, table, ..) = completed_case(case);
    let rows: Vec<String> = table.rows.iter().map(row_text).collect();
    let expected: Vec<String> = case["rows"].as_array().into_iter().flatten().map(expected_text).collect();
    let free: Vec<usize> = table.rows.iter().filter_map(|row| row.free).collect();
    assert_eq!(free, (0..table.free).collect::<Vec<_>>(), "{}", case["id"]);
    if let Some(k) = (0..rows.len().max(expected.len())).find(|&k| rows.get(k) != expected.get(k)) {
        return Some(format!("{}, row {}: {:?}, lavaan {:?}", case["id"], k + 1, rows.get(k), expected.get(k)));
    }
    let df = model_report(&table).df;
    let differs = case["df"].as_i64().is_some_and(|expected| expected != df);
    differs.then(|| format!("{}: df {df}, lavaan {}", case["id"], case["df"]))
}

#[test]
fn printed_models_complete_to_the_same_table() {
    for case in &cases() {
        let (formulas, table, available, settings) = completed_case(case);
        let printed = to_lavaan(&formulas);
        let again = parse(&printed).and_then(|f| complete(&f, &available, &settings));
        let again = again.unwrap_or_else(|error| panic!("{}: {error}\n{printed}", case["id"]));
        assert_eq!(again, table, "{}\n{printed}", case["id"]);
    }
}

/// What a table says, whatever its labels and the order of what completion adds.
fn meaning(table: &ParameterTable) -> (Vec<String>, Vec<String>, Vec<String>, i64) {
    let place = |row: &Row| format!("{}:{}{}{}", row.block, row.lhs, row.op, row.rhs);
    let named = |expression: &Expression| {
        // Of equal rows the first speaks for all.
        let tie = |name: &str| table.rows.iter().find(|row| row.op == Operator::Equal && !row.user && row.rhs == name);
        let first = |name: &str| tie(name).map_or(name.to_string(), |row| row.lhs.clone());
        let of_row = |name: &str| table.rows.iter().find(|row| row.plabel == first(name)).map(place);
        expression.renamed(&|name| of_row(name).unwrap_or_else(|| name.to_string())).to_string()
    };
    let row = |row: &Row| {
        let start = row.start.filter(|_| row.free.is_some());
        let bounds = [start, row.lower, row.upper].map(|value| value.filter(|_| row.free.is_some()));
        format!("{} free {} {:?} {bounds:?} {}", place(row), row.free.is_some(), row.fixed, row.exogenous)
    };
    let mut rows: Vec<String> = table.rows.iter().filter(|row| row.is_parameter()).map(row).collect();
    let mut constraints: Vec<String> =
        table.constraints.iter().map(|c| format!("{} {}", c.op, named(&c.difference))).collect();
    let ties = table.rows.iter().filter(|row| row.op == Operator::Equal && !row.user);
    constraints.extend(ties.filter_map(|row| {
        let ends = [&row.lhs, &row.rhs].map(|name| table.rows.iter().find(|known| known.plabel == *name));
        let [Some(first), Some(other)] = ends else { return None };
        Some(format!("{} is {}", place(first), place(other)))
    }));
    let definitions =
        table.definitions.iter().map(|(row, e)| format!("{} {}", table.rows[*row].lhs, named(e))).collect();
    rows.sort();
    constraints.sort();
    constraints.dedup();
    (rows, constraints, definitions, model_report(table).df)
}

#[test]
fn printed_tables_read_back_as_the_same_model() {
    for case in &cases() {
        let (_, table, available, settings) = completed_case(case);
        let printed = printed_in("lavaan", &table, &settings);
        let plain = Settings {
            function: Function::Lavaan,
            fixed_x: Some(table.fixed_x),
            meanstructure: Some(table.meanstructure),
            correlation: settings.correlation,
            ..Settings::default()
        };
        let again = parse(&printed).and_then(|f| complete(&f, &available, &plain));
        let again = again.unwrap_or_else(|error| panic!("{}: {error}\n{printed}", case["id"]));
        assert_eq!(meaning(&again), meaning(&table), "{}\n{printed}", case["id"]);
    }
}

fn printed_in(language: &str, table: &ParameterTable, settings: &Settings) -> String {
    let language = printed::ALL.iter().find(|known| known.name == language);
    language.map(|language| (language.print)(table, settings)).unwrap_or_default()
}

/// Every line of Mplus is at most 90 columns long, every name of at most eight letters stands for one thing.
#[test]
fn mplus_inputs_hold_to_its_rules() {
    for case in &cases() {
        let (_, table, _, settings) = completed_case(case);
        let printed = printed_in("mplus", &table, &settings);
        assert!(printed.lines().all(|line| line.chars().count() <= 90), "{printed}");
        let model = printed.split("MODEL:").nth(1).unwrap_or_default();
        for statement in model.split(';') {
            let words = statement.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let names = words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
            assert!(names.clone().all(|word| word.len() <= 10), "{}: {statement}", case["id"]);
        }
    }
}

fn printed_model(language: &str, model: &str, groups: &[&str], settings: &Settings) -> String {
    let (_, table) = completed(model, groups, settings).unwrap_or_else(|error| panic!("{error}"));
    printed_in(language, &table, settings)
}

#[test]
fn a_model_is_printed_in_each_language() {
    let model = "工作满意 =~ item_number_1 + a*item_number_2 + item_number_3 + lower(0)*x4
y ~ b*工作满意 + z:w
d := exp(a) + b^2
a == 2*b";
    let settings = Settings { meanstructure: Some(true), ..Settings::default() };
    let mplus = "! Mplus tells names apart by eight letters; these were changed:
! item_num = item_number_1
! item_nu1 = item_number_2
! item_nu2 = item_number_3
! z_w = z:w
! v = 工作满意
DATA: FILE IS data.dat;  ! blanks between columns, no line of names
VARIABLE:
  NAMES ARE item_num item_nu1 item_nu2 x4 y z w;
  USEVARIABLES ARE item_num item_nu1 item_nu2 x4 y z_w;
DEFINE:
  z_w = z*w;
! missing values: name their code under VARIABLE, and LISTWISE IS ON under DATA
ANALYSIS:
  TYPE = GENERAL;
  MODEL = NOCOVARIANCES;
  ESTIMATOR = ML;
  INFORMATION = EXPECTED;
MODEL:
  v BY item_num@1
      item_nu1* (a)
      item_nu2*
      x4* (p4);
  y ON v (b)
      z_w;
  item_num;
  item_nu1;
  item_nu2;
  x4;
  y;
  v;
  [item_num];
  [item_nu1];
  [item_nu2];
  [x4];
  [y];
  [v@0];
MODEL CONSTRAINT:
  NEW(d);
  d = (EXP(a) + (b)**(2));
  0 = a - ((2 * b));
  p4 > 0;
";
    assert_eq!(printed_model("mplus", model, &[], &settings), mplus);
    let equations = "Measurement: y = ν + Λη + ε
  x1 = ν[x1] + f + ε[x1]
  x2 = ν[x2] + a·f + ε[x2]

Structure: η = α + Bη + ζ
  m = α[m] + β[m,f]·f + 0.5·z + ζ[m]
  y = α[y] + β[y,m]·m + ζ[y]

Means, variances and covariances
  Var(ε[x1]) = θ[x1]
  Var(ε[x2]) = θ[x2]
  Var(ζ[m]) = ψ[m]
  Var(ζ[y]) = ψ[y]
  Var(f) = ψ[f]
  E(f) = 0

Fixed at their sample moments: z

Constraints and definitions
  a > 0
";
    let model = "f =~ x1 + a*x2\nm ~ f + 0.5*z\ny ~ m\na > 0";
    assert_eq!(printed_model("equations", model, &[], &settings), equations);
    let lavaan = "# lavaan(model, data): nothing is added to what stands here
group: A
f =~ 1*x1 + e2*x2 + NA*x3
x1 ~~ x1
x2 ~~ x2
x3 ~~ x3
f ~~ f
x1 ~ 1
x2 ~ 1
x3 ~ 1
f ~ 0*1
group: \"B c\"
f =~ 1*x1 + e2*x2 + x3
x1 ~~ x1
x2 ~~ x2
x3 ~~ x3
f ~~ f
x1 ~ 1
x2 ~ 1
x3 ~ 1
f ~ 0*1
";
    let settings = Settings {
        group_equal: vec![GroupEqual::Loadings],
        group_partial: vec!["f =~ x3".into()],
        ..Settings::default()
    };
    let printed = printed_model("lavaan", "f =~ x1 + x2 + x3", &["A", "B c"], &settings);
    assert_eq!(printed, lavaan.replace("NA*x3", "x3"));
}

/// What identifies, and over which ways an effect runs.
#[test]
fn identification_and_paths_are_told() {
    let check = |model: &str, groups: &[&str], settings: &Settings, expected: &[&str]| {
        let (_, table) = completed(model, groups, settings).unwrap_or_else(|error| panic!("{error}"));
        let report = model_report(&table);
        let told: Vec<String> =
            report.identification.iter().map(|entry| format!("{}: {}", entry.latent, entry.words)).collect();
        assert_eq!(told, expected, "{model}");
    };
    let default = Settings::default();
    check(
        "f =~ x1 + x2\ng =~ NA*x3 + x4\ng ~~ 2*g",
        &[],
        &default,
        &["f: the loading of x1 is fixed at 1", "g: its variance is fixed at 2"],
    );
    check(
        "f =~ NA*x1 + x2\nc <~ 1*z1 + z2\nf ~ c\nh =~ 0\nx1 ~ 1*h",
        &[],
        &default,
        &[
            "f: nothing fixes its scale: fix a loading or its variance",
            "c: the weight of z1 is fixed at 1",
            "h: the path to x1 is fixed at 1",
        ],
    );
    let equal = Settings {
        std_lv: true,
        group_equal: vec![GroupEqual::Loadings, GroupEqual::Intercepts],
        ..Settings::default()
    };
    check(
        "f =~ x1 + x2 + x3",
        &["A", "B"],
        &equal,
        &[
            "f: its variance is fixed at 1; its mean or intercept is fixed at 0",
            "f: loadings equal to those of another group or level; intercepts equal to those of another group or level",
        ],
    );
    let effects = Settings {
        effect_coding: vec![EffectCoding::Loadings, EffectCoding::Intercepts],
        meanstructure: Some(true),
        ..Settings::default()
    };
    check(
        "f =~ x1 + x2",
        &[],
        &effects,
        &["f: its loadings have a fixed sum (effect coding); the intercepts of its indicators are constrained"],
    );
    let (_, table) = completed("m ~ a*x + z\nn ~ b*m\ny ~ c*n + m + 0*z\nm ~ n", &[], &default)
        .unwrap_or_else(|error| panic!("{error}"));
    let report = model_report(&table);
    let ways: Vec<String> =
        report.indirect_paths.iter().map(|path| format!("{}: {}", path.variables.join(">"), path.effect)).collect();
    let expected = [
        "m>n>y: b*c",
        "n>m>y: (m~n)*(y~m)",
        "x>m>n: a*b",
        "x>m>y: a*(y~m)",
        "x>m>n>y: a*b*c",
        "z>m>n: (m~z)*b",
        "z>m>y: (m~z)*(y~m)",
        "z>m>n>y: (m~z)*b*c",
    ];
    assert_eq!(ways, expected);
}

/// Texts that fuzzing found to print as another model.
#[test]
fn blocks_and_signs_survive_printing() {
    for model in [
        "group: A\nlevel: 1\ny ~ x\nlevel: 2\ny ~ z\ngroup: B\ny ~ w\ngroup: A\ny ~ q",
        "group: \".5a\"\ny ~ x\ngroup: \"2 b\"\ny ~ x",
        "y ~ a*x\n0.------5 == a",
        "y ~ a*x + b*z; + +b - a == +a",
        "`f g` =~ `x 1` + `x-2`:`3` + `l m`*x3\n`x 1` ~~ 0*`x-2`:`3`\n`d e` := 2*`l m`",
        "group % c(w1, w2)*w\ny ~ x\nd := w1 - w2",
        "efa('x\"y')*f =~ x1 + x2 + label('a\"b')*x3",
    ] {
        let formulas = parse(model).unwrap_or_else(|error| panic!("{error}"));
        let printed = to_lavaan(&formulas);
        let again = parse(&printed).unwrap_or_else(|error| panic!("{printed}\n{error}"));
        let parts = |f: Formulas| {
            let elements = f.elements.into_iter().map(|e| (e.shown(), e.modifiers, e.efa, e.group, e.level));
            let constraints = f.constraints.into_iter().map(|c| (c.lhs, c.op, c.rhs));
            (elements.collect::<Vec<_>>(), constraints.collect::<Vec<_>>(), f.groups, f.levels)
        };
        assert_eq!(parts(again), parts(formulas), "{printed}");
    }
}

#[test]
fn blanks_comments_and_line_ends_change_nothing() {
    for case in &cases() {
        let (_, table, available, settings) = completed_case(case);
        let model = case["model"].as_str().unwrap_or_default();
        let wide = model.replace('+', "\n  + ").replace('*', " * ").replace('\n', "  # = ~ +\n\n\t");
        let again = parse(&wide).and_then(|f| complete(&f, &available, &settings));
        let again = again.unwrap_or_else(|error| panic!("{}: {error}\n{wide}", case["id"]));
        assert_eq!(again, table, "{}", case["id"]);
    }
}

fn rows_of(table: &ParameterTable, op: Operator) -> Vec<String> {
    let value = |row: &Row| row.fixed.map_or(if row.exogenous { "x" } else { "*" }.to_string(), |v| v.to_string());
    let text = |row: &Row| format!("{}{}{} {} {}", row.lhs, row.op, row.rhs, value(row), row.label);
    table.rows.iter().filter(|row| row.op == op).map(|row| text(row).trim_end().to_string()).collect()
}

/// Where lavaan 0.6-14 is silently wrong: the wish of the text is met instead.
#[test]
fn wishes_that_lavaan_drops_are_met() {
    let check = |model: &str, groups: &[&str], settings: Settings, op: Operator, expected: &[&str]| {
        let (_, table) = completed(model, groups, &settings).unwrap_or_else(|error| panic!("{model}: {error}"));
        assert_eq!(rows_of(&table, op), expected, "{model}");
    };
    // 0.6-14 loses x3, because the parameter it equals has a label of its own.
    let expected = [".p2.==.p3. *", ".p2.==.p5. *"];
    let model = "f =~ x1 + a*x2 + equal('f=~x2')*x3 + x4 + a*x5";
    check(model, &[], Settings::default(), Operator::Equal, &expected);

    // 0.6-14 drops NA among labels and makes the label one for all groups.
    let model = "y ~ c(a, NA)*x";
    check(model, &["A", "B"], Settings::default(), Operator::Regression, &["y~x * a", "y~x *"]);

    // 0.6-14 ignores group.equal where the text has group: blocks.
    let model = "group: A\nf =~ x1 + x2 + x3\ngroup: B\nf =~ x1 + x2 + x3 + x4";
    let equal_loadings = || Settings { group_equal: vec![GroupEqual::Loadings], ..Settings::default() };
    let expected = [".p2.==.p13. *", ".p3.==.p14. *"];
    check(model, &["A", "B"], equal_loadings(), Operator::Equal, &expected);

    // 0.6-14 counts blocks, whatever their names: here the second group's block stands first.
    let model = "group: B\nf =~ 2*x1 + x2 + x3\ngroup: A\nf =~ 1*x1 + x2 + x3";
    let loadings = ["f=~x1 1", "f=~x2 *", "f=~x3 *", "f=~x1 2", "f=~x2 *", "f=~x3 *"];
    check(model, &["A", "B"], Settings::default(), Operator::Measures, &loadings);

    // sem() and cfa() of 0.6-14 overwrite auto.* and int.* options.
    let off = Settings { auto: Auto { cov_y: Some(false), ..Auto::default() }, ..Settings::default() };
    check("y ~ x\nz ~ x", &[], off, Operator::Covariance, &["y~~y *", "z~~z *", "x~~x x"]);

    // With effect coding 0.6-14 forgets that means are to be equal.
    let settings = Settings {
        effect_coding: vec![EffectCoding::Loadings, EffectCoding::Intercepts],
        group_equal: vec![GroupEqual::Means],
        ..Settings::default()
    };
    let model = "f =~ x1 + x2";
    let expected = [".p8.==.p16. *", ".p1.==2-.p2. *", ".p6.==0-.p7. *", ".p9.==2-.p10. *", ".p14.==0-.p15. *"];
    check(model, &["A", "B"], settings, Operator::Equal, &expected);

    // Definitions may use later ones.
    let (_, table) =
        completed("y ~ a*x\nd := e + 1\ne := 2*a", &[], &Settings::default()).unwrap_or_else(|error| panic!("{error}"));
    let order: Vec<&str> = table.definitions.iter().map(|(row, _)| table.rows[*row].lhs.as_str()).collect();
    assert_eq!(order, ["e", "d"]);
}

#[test]
fn exogenous_moments_are_free_under_the_convention_of_amos() {
    let settings = Settings { conventions: Conventions::AMOS, ..Settings::default() };
    let (_, table) = completed("y ~ x + z", &[], &settings).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rows_of(&table, Operator::Covariance), ["y~~y *", "x~~x *", "x~~z *", "z~~z *"]);
    assert!(!table.fixed_x);
    assert_eq!(table.find(0, "z", Operator::Covariance, "x"), Some(4));
    assert_eq!(table.variance_row(0, "y"), Some(2));
    assert_eq!(table.variance_row(0, "w"), None);
}

#[test]
fn levels_have_their_own_blocks_and_share_means() {
    let model = "level: 1\nfw =~ y1 + y2 + y3\nfw ~ x\nlevel: 2\nfb =~ y1 + y2 + y3\nfb ~ w";
    let (_, table) = completed(model, &[], &Settings::default()).unwrap_or_else(|error| panic!("{error}"));
    let levels: Vec<usize> = table.blocks.iter().map(|block| block.level).collect();
    assert_eq!(levels, [1, 2]);
    let intercepts = ["y1~1 0", "y2~1 0", "y3~1 0", "x~1 x", "fw~1 0", "y1~1 *", "y2~1 *", "y3~1 *", "w~1 x", "fb~1 0"];
    assert_eq!(rows_of(&table, Operator::Intercept), intercepts);
    // 6 + 6 covariances of y, 3 + 3 with x and w, 3 means; 2 + 1 + 3 + 1 and 2 + 1 + 3 + 1 + 3 free parameters.
    assert_eq!(model_report(&table).df, 21 - 17);
}

#[test]
fn degrees_of_freedom_count_independent_constraints() {
    // Five variables give 15 moments, the model 10 free parameters.
    for (constraints, df) in [
        ("", 5),
        ("a == b", 6),
        ("a == b\nb == a", 6),
        ("a == b\nb == c\na == c", 7),
        ("a == b*c", 6),
        ("a == b*c\nd := a*b\nd == 0.5\nb^2 == 0.3", 8),
        ("a > 0\nb < c", 5),
    ] {
        let model = format!("f =~ x1 + a*x2 + b*x3 + c*x4 + x5\n{constraints}");
        let (_, table) = completed(&model, &[], &Settings::default()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(model_report(&table).df, df, "{constraints}");
    }
}

#[test]
fn raw_rows_are_those_of_the_text() {
    let text = "f =~ x1 + c(1,NA)*x2 + c(a,b)*x3 + start(0.5)*x3\nd := a*b\nx1 ~~ lower(0)*x1\na == b\ng =~ equal(\"f=~x1\")*x4";
    let raw = parse(text).map(|f| serde_json::to_value(raw_report(&f)).unwrap_or_default()).unwrap_or_default();
    let rows: Vec<String> = raw["rows"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|r| {
            let fields = ["lhs", "op", "rhs"].map(|key| r[key].as_str().unwrap_or_default().to_string());
            format!("{} {} {} {} {}", fields.join(" "), r["fixed"], r["label"], r["start"], r["lower"])
        })
        .collect();
    let expected = [
        "f =~ x1 [] [] [] []",
        "f =~ x2 [1.0,null] [] [] []",
        r#"f =~ x3 [] ["a","b"] [0.5] []"#,
        "x1 ~~ x1 [] [] [] [0.0]",
        r#"g =~ x4 [] ["f=~x1"] [] []"#,
        r#"d := a*b [] ["d"] [] []"#,
        "a == b [] [] [] []",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn models_that_cannot_be_are_named() {
    let data =
        |names: &str| Available { variables: names.split_whitespace().map(String::from).collect(), groups: Vec::new() };
    let two_groups = || Available { variables: Vec::new(), groups: vec!["A".into(), "B".into()] };
    for (model, available, expected) in [
        ("f =~ T14 + T1_5", data("T1_4 T1_5 T1_6"), "unknown variable `T14`"),
        ("f =~ T14 + T1_5", data("T1_4 T1_5 T1_6"), "did you mean `T1_4`?"),
        ("f =~ a + b + zebra", data("a b c"), "the data have a, b, c"),
        ("质量 =~ 题1 + 题2\n满意 ~ 质里", data("题1 题2 满意"), "did you mean `质量`?"),
        ("f =~ a + b + c\ny ~ f + a:q", data("a b c y"), "unknown variable `q`"),
        ("a =~ b + c", data("a b c"), "bears the name of a variable in the data"),
        ("f =~ a + b\ny ~ f:z", data(""), "products of latent variables are not supported"),
        ("f =~ x1 + c(a, b, c)*x2", two_groups(), "`f =~ x2` has 3 labels for 2 groups"),
        ("f =~ x1 + c(a, b)*x2", data("x1 x2"), "`f =~ x2` has 2 labels for 1 group"),
        ("group: A\ny ~ c(a, b)*x\ngroup: B\ny ~ x", two_groups(), "has 2 labels for 1 group"),
        ("group: A\ny ~ x", two_groups(), "the model has 1 `group:` blocks, the data have 2 groups"),
        ("group: A\ny ~ x\ngroup: B\ny ~ x", data("x y"), "name the variable that defines groups"),
        ("f =~ x1 + equal('f=~x3')*x2", data(""), "equal(\"f=~x3\") names no parameter"),
        ("y ~ alpha*x\nalfa == 1", data(""), "unknown label `alfa`"),
        ("y ~ alpha*x\nalfa == 1", data(""), "did you mean `alpha`?"),
        ("y ~ a*x\nd := e\ne := d + a", data(""), "the definition of `d` depends on itself"),
        ("y ~ a*x\na := 2", data(""), "`a` is the label of a parameter"),
        ("y ~ x\n.p3. == 1", data(""), "`.p3.` is a moment of a fixed exogenous variable"),
        ("y ~ rv('s')*x", data(""), "rv() and prior() are not supported"),
        ("a == b", data(""), "the model has no formulas"),
        ("f =~ 0", data(""), "no observed variables"),
    ] {
        let result = parse(model).and_then(|f| complete(&f, &available, &Settings::default()));
        let message = result.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains(expected), "{model}\n{message}");
    }
}

#[test]
fn what_users_might_not_expect_is_noted() {
    for (model, groups, expected) in [
        ("y ~ x1 + x2\nx1 ~~ x2", vec![], "observed exogenous variables"),
        ("y ~ a*x", vec!["A", "B"], "A single label for several groups"),
        ("f =~ c(1, 2)*x1 + x2 + x3", vec!["A", "B"], "fixed at different values"),
    ] {
        let settings = Settings { group_equal: vec![GroupEqual::Loadings], ..Settings::default() };
        let (_, table) = completed(model, &groups, &settings).unwrap_or_else(|error| panic!("{error}"));
        assert!(table.warnings.iter().any(|w| w.text.contains(expected)), "{model}: {:?}", table.warnings);
    }
}

/// Texts changed at random must be read or refused, never bring the program down; what is read must print and read
/// back as the same model.
#[test]
fn no_text_brings_the_program_down() {
    let seeds: Vec<String> = cases().iter().map(|c| c["model"].as_str().unwrap_or_default().to_string()).collect();
    let mut random = Xorshift(0x9E37_79B9_7F4A_7C15);
    let mut completed = 0;
    for round in 0..6000 {
        let mut text = seeds[random.below(seeds.len())].clone();
        for _ in 0..1 + random.below(4) {
            text = changed(&text, &seeds, &mut random);
        }
        let groups = (0..random.below(3)).map(|k| ["A", "B", "C"][k].to_string()).collect();
        let available = Available { variables: Vec::new(), groups };
        let mut settings = settings_of(&Value::Null);
        settings.function = [Function::Sem, Function::Cfa, Function::Growth, Function::Lavaan][round % 4];
        settings.std_lv = random.below(4) == 0;
        settings.group_equal =
            [GroupEqual::Loadings, GroupEqual::Intercepts, GroupEqual::Residuals][..random.below(4)].to_vec();
        let Ok(formulas) = parse(&text) else { continue };
        let printed = to_lavaan(&formulas);
        let again = parse(&printed).unwrap_or_else(|error| panic!("{text}\n{printed}\n{error}"));
        let Ok(table) = complete(&formulas, &available, &settings) else { continue };
        completed += 1;
        let again =
            complete(&again, &available, &settings).unwrap_or_else(|error| panic!("{text}\n{printed}\n{error}"));
        assert_eq!(again.rows, table.rows, "{text}\n{printed}");
        let _ = (model_report(&table), raw_report(&formulas));
        printed::ALL.iter().for_each(|language| assert!(!(language.print)(&table, &settings).is_empty()));
    }
    assert!(completed > 500, "only {completed} texts made a model");
}

/// Marsaglia (2003); a test needs no better.
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// The text with a piece taken out, doubled, or put in.
fn changed(text: &str, seeds: &[String], random: &mut Xorshift) -> String {
    const PIECES: [&str; 44] = [
        "=~",
        "~",
        "~~",
        "~1",
        ":=",
        "==",
        "<",
        ">",
        "|",
        "~*~",
        "<~",
        "+",
        "-",
        "*",
        "/",
        "^",
        "(",
        ")",
        ",",
        ";",
        ":",
        "?",
        "\n",
        "\"",
        "'",
        "#",
        "NA*",
        "c(",
        "start(",
        "label(",
        "equal('f=~x2')*",
        "lower(0)*",
        "efa('e')*",
        "0",
        "1",
        "1e309",
        ".p2.",
        "group: A\n",
        "level: 2\n",
        "质",
        "\u{feff}",
        "－",
        "a*",
        "pi",
    ];
    let characters: Vec<char> = text.chars().collect();
    let from = random.below(characters.len() + 1);
    let to = (from + random.below(6)).min(characters.len());
    let piece = |range: std::ops::Range<usize>| characters[range].iter().collect::<String>();
    let (before, cut, after) = (piece(0..from), piece(from..to), piece(to..characters.len()));
    match random.below(5) {
        0 => before + &after,
        1 => before + &cut + &cut + &after,
        2 => before + &cut + "\n" + &seeds[random.below(seeds.len())],
        _ => before + PIECES[random.below(PIECES.len())] + &after,
    }
}
