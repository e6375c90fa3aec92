//! What the tests of the engine share: data, and lavaan's parameter tables as fixtures.
#![allow(dead_code)] // each test binary uses its part

use std::path::PathBuf;

use covary_data::{Column, Dataset, Variable};
use covary_sem::{
    Conventions, Likelihood, Operator, ParameterTable, Row, Settings,
    parameter_table::{Block, RowConstraint},
    settings::Information,
    syntax::Expression,
};
use serde_json::Value;

/// One fit of lavaan's.
pub struct Case {
    pub name: String,
    pub rows: Vec<LavaanRow>,
    value: Value,
}

/// A row of lavaan's parameter table.
pub struct LavaanRow {
    pub lhs: String,
    pub op: String,
    pub rhs: String,
    pub group: usize,
    pub free: usize,
    pub fixed: Option<f64>,
    pub exogenous: bool,
    pub label: String,
    pub plabel: String,
    pub est: f64,
    pub se: f64,
}

/// All fits in the fixture.
pub fn cases() -> Vec<Case> {
    let all = json("tests/data/lavaan_fits.json");
    let object = all.as_object().expect("the fixture is an object");
    object
        .iter()
        .map(|(name, value)| Case {
            name: name.clone(),
            rows: value["rows"].as_array().expect("rows").iter().map(row).collect(),
            value: value.clone(),
        })
        .collect()
}

/// The fit of this name.
pub fn case(name: &str) -> Case {
    cases().into_iter().find(|case| case.name == name).expect("a case of this name")
}

fn row(value: &Value) -> LavaanRow {
    let text = |k: usize| value[k].as_str().unwrap_or("").to_string();
    let whole = |k: usize| value[k].as_u64().expect("a count") as usize;
    LavaanRow {
        lhs: text(0),
        op: text(1),
        rhs: text(2),
        group: whole(3),
        free: whole(4),
        fixed: value[5].as_f64(),
        exogenous: whole(6) == 1,
        label: text(7),
        plabel: text(8),
        est: value[9].as_f64().expect("an estimate"),
        se: value[10].as_f64().expect("a standard error"),
    }
}

impl Case {
    /// The model's text.
    pub fn model(&self) -> &str {
        self.value["model"].as_str().expect("a model")
    }

    /// The function that completes it.
    pub fn function(&self) -> &str {
        self.value["function"].as_str().expect("a function")
    }

    /// An option that lavaan was given.
    pub fn option(&self, name: &str) -> Option<&Value> {
        self.value["options"].get(name)
    }

    /// All options that lavaan was given.
    pub fn options(&self) -> Vec<(String, Value)> {
        match self.value["options"].as_object() {
            Some(options) => options.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            None => Vec::new(),
        }
    }

    /// A fit measure.
    pub fn measure(&self, name: &str) -> Option<f64> {
        self.value["fit"][name].as_f64()
    }

    /// The data it is fitted to.
    pub fn dataset(&self) -> Dataset {
        match self.value["data"].as_str().expect("data") {
            "hs" => holzinger_swineford(),
            "pd" => political_democracy(),
            _ => yongkang(),
        }
    }

    /// Conventions, group and information of the fit; what completes the model is in the table.
    pub fn settings(&self) -> Settings {
        let likelihood = match self.option("likelihood") {
            Some(_) => Likelihood::Wishart,
            None => Likelihood::Normal,
        };
        Settings {
            conventions: Conventions { likelihood, ..Conventions::LAVAAN },
            group: self.option("group").map(|_| "school".to_string()),
            information: self.option("information").map(|_| Information::Observed),
            std_ov: self.option("std.ov").is_some(),
            ..Settings::default()
        }
    }

    /// lavaan's parameter table.
    pub fn table(&self) -> ParameterTable {
        let groups: Vec<String> = strings(&self.value["groups"]);
        let number = groups.len().max(1);
        let block = |k: usize| Block {
            group: k + 1,
            level: 1,
            group_label: groups.get(k).cloned().unwrap_or_default(),
            observed: strings(&self.value["observed"]),
            latent: strings(&self.value["latent"]),
            exogenous: strings(&self.value["exogenous"]),
        };
        let rows: Vec<Row> = self.rows.iter().map(table_row).collect();
        let constraint = |(k, row): (usize, &Row)| {
            (row.op == Operator::Equal).then(|| RowConstraint {
                row: k,
                op: row.op,
                difference: Expression::Binary(Box::new(operand(&row.lhs)), '-', Box::new(operand(&row.rhs))),
            })
        };
        ParameterTable {
            blocks: (0..number).map(block).collect(),
            free: rows.iter().filter(|row| row.free.is_some()).count(),
            exploratory: Vec::new(),
            constraints: rows.iter().enumerate().filter_map(constraint).collect(),
            definitions: Vec::new(),
            auxiliary: Vec::new(),
            warnings: Vec::new(),
            meanstructure: self.value["meanstructure"].as_bool().expect("a flag"),
            fixed_x: self.value["fixed_x"].as_bool().expect("a flag"),
            rows,
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(|v| v.as_str().map(str::to_string)).collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}

fn table_row(row: &LavaanRow) -> Row {
    let op = match row.op.as_str() {
        "=~" => Operator::Measures,
        "~" => Operator::Regression,
        "~~" => Operator::Covariance,
        "~1" => Operator::Intercept,
        "==" => Operator::Equal,
        other => panic!("operator {other} in the fixture"),
    };
    let parameter = row.group > 0;
    let free = (row.free > 0 && parameter).then(|| row.free - 1);
    Row {
        lhs: row.lhs.clone(),
        op,
        rhs: row.rhs.clone(),
        block: row.group.saturating_sub(1),
        group: row.group,
        level: usize::from(parameter),
        label: row.label.clone(),
        plabel: row.plabel.clone(),
        free,
        fixed: if free.is_none() && parameter && !row.exogenous { Some(row.fixed.unwrap_or(row.est)) } else { None },
        start: None,
        lower: None,
        upper: None,
        user: true,
        exogenous: row.exogenous && free.is_none(),
    }
}

/// The operands of the fixture's constraints: a name, a number, `a+b`, `2*a`.
fn operand(text: &str) -> Expression {
    for op in ['+', '*'] {
        if let Some((left, right)) = text.split_once(op) {
            return Expression::Binary(Box::new(operand(left)), op, Box::new(operand(right)));
        }
    }
    text.trim().parse().map_or_else(|_| Expression::Name(text.trim().to_string()), Expression::Number)
}

pub fn holzinger_swineford() -> Dataset {
    csv("../../tests/data/holzinger_swineford_1939.csv")
}

pub fn political_democracy() -> Dataset {
    csv("../../tests/data/political_democracy.csv")
}

/// The cases of the study: those in the industry.
pub fn yongkang() -> Dataset {
    let all = csv("../../examples/yongkang/survey.csv");
    let inside = all.numbers("in_industry").expect("the column is there");
    let kept: Vec<usize> = (0..all.cases()).filter(|case| inside[*case] == Some(1.0)).collect();
    all.select_cases(&kept)
}

/// A comma-separated file without quotes: numbers, empty cells, and text in columns that are not numeric.
pub fn csv(path: &str) -> Dataset {
    let text = std::fs::read_to_string(here(path)).expect("the data are there");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("a header").split(',').map(str::trim).collect();
    let cells: Vec<Vec<&str>> = lines.map(|line| line.split(',').map(str::trim).collect()).collect();
    let column = |j: usize| {
        let numbers: Option<Vec<f64>> =
            cells.iter().map(|row| if row[j].is_empty() { Some(f64::NAN) } else { row[j].parse().ok() }).collect();
        match numbers {
            Some(numbers) => Column::Numeric(numbers),
            None => Column::Text(cells.iter().map(|row| Some(row[j].to_string())).collect()),
        }
    };
    let variables = names.iter().map(|name| Variable::named(*name)).collect();
    Dataset::new(variables, (0..names.len()).map(column).collect()).expect("columns of one length")
}

/// A JSON fixture of this folder.
pub fn json(path: &str) -> Value {
    let text = std::fs::read_to_string(here(path)).expect("the fixture is there");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

fn here(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Whether two numbers agree relatively, numbers below 1 absolutely.
pub fn close(what: &str, own: f64, expected: f64, tolerance: f64) -> Result<(), String> {
    let difference = (own - expected).abs() / expected.abs().max(1.0);
    if difference <= tolerance { Ok(()) } else { Err(format!("{what}: {own} against {expected}")) }
}
