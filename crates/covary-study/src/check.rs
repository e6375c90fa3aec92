//! A study held against the names of the variables in its data.

use serde_json::Value;

use crate::model_names::model_names;
use crate::nearest::help_with_nearest;
use crate::study_file::table::join_path;
use crate::{Fault, MeasuredBy, Study, StudyFile};

/// Options of the fit whose values are names of variables.
const OPTIONS_THAT_NAME_VARIABLES: [&str; 4] = ["group", "cluster", "sampling.weights", "ordered"];

/// What a study names and its data lack: items, profile, condition, id, response time, codes, observed variables of the
/// model and its grouping variables. Faults in the order of their places.
///
/// `variables`: names of the variables in the data. Of a model in a file of its own, `file.study.model.paths` must hold
/// the text that was read.
pub fn check_against(file: &StudyFile, variables: &[&str]) -> Vec<Fault> {
    let mentions = [
        items(&file.study),
        listed("profile.variables", &file.study.profile, "profile variable"),
        screening(file),
        codes("data.missing_codes", &file.study.data.missing_codes),
        model(file),
        options(file),
    ];
    let claimed = claimed_by_constructs(&file.study, variables);
    let mut faults: Vec<Fault> = mentions.concat().into_iter().filter_map(|m| m.fault(file, variables)).collect();
    faults.extend(claimed.into_iter().map(|m| m.clash(file)));
    faults.sort_by_key(|f| f.place);
    faults
}

/// What a study names in its pilot and the pilot's data lack. Faults in the order of their places.
///
/// Items of the study that the pilot did not ask are no fault: an item may have been added after it.
pub fn check_pilot_against(file: &StudyFile, variables: &[&str]) -> Vec<Fault> {
    let Some(pilot) = &file.study.pilot else { return Vec::new() };
    let mut mentions = Vec::new();
    for (construct, items) in &pilot.items {
        mentions.extend(listed(&join_path("pilot.items", construct), items, "pilot item"));
    }
    if file.place("pilot.missing_codes").is_some() {
        mentions.extend(codes("pilot.missing_codes", &pilot.data.missing_codes));
    }
    let mut faults: Vec<Fault> = mentions.into_iter().filter_map(|m| m.fault(file, variables)).collect();
    faults.sort_by_key(|f| f.place);
    faults
}

/// A variable that the study names.
#[derive(Clone)]
struct Mention {
    /// Its name.
    variable: String,
    /// What it is to the study: item, profile variable.
    role: &'static str,
    /// Keys under which its place may be noted, the most exact first.
    keys: Vec<String>,
}

impl Mention {
    fn new(variable: &str, role: &'static str, keys: &[String]) -> Self {
        Mention { variable: variable.into(), role, keys: keys.to_vec() }
    }

    fn fault(&self, file: &StudyFile, variables: &[&str]) -> Option<Fault> {
        if variables.contains(&self.variable.as_str()) {
            return None;
        }
        let message = format!("the {} \"{}\" is not a variable of the data", self.role, self.variable);
        let help = help_with_nearest(&self.variable, variables.iter().copied(), "the data have");
        Some(Fault { help, ..self.at(file, message) })
    }

    fn clash(&self, file: &StudyFile) -> Fault {
        let message = format!("\"{}\" names a {} and a variable of the data", self.variable, self.role);
        let help = "give the construct another name; what readers see is its label".to_string();
        Fault { help: Some(help), ..self.at(file, message) }
    }

    fn at(&self, file: &StudyFile, message: String) -> Fault {
        let place = self.keys.iter().find_map(|key| file.place(key));
        // What follows "#" is a name inside the key's text, no part of the key.
        let key = self.keys.first().map_or("", |k| k.split('#').next().unwrap_or(k)).to_string();
        Fault { place, key, message, help: None }
    }
}

fn items(study: &Study) -> Vec<Mention> {
    let lists = study.constructs.iter().map(|c| (join_path("constructs", &c.name), c.items()));
    lists.flat_map(|(key, items)| listed(&format!("{key}.items"), items, "item")).collect()
}

fn listed(key: &str, names: &[String], role: &'static str) -> Vec<Mention> {
    let element = |index| [format!("{key}[{index}]"), key.to_string()];
    names.iter().enumerate().map(|(index, name)| Mention::new(name, role, &element(index))).collect()
}

fn screening(file: &StudyFile) -> Vec<Mention> {
    let plan = &file.study.screening;
    let mut mentions = Vec::new();
    for name in plan.keep.iter().flat_map(|condition| condition.variables()) {
        let keys = [format!("screening.keep#{name}"), "screening.keep".into()];
        mentions.push(Mention::new(name, "variable of the condition", &keys));
    }
    mentions.extend(plan.time.iter().map(|name| Mention::new(name, "response time", &["screening.time".into()])));
    mentions.extend(listed("screening.id", &plan.id, "id"));
    mentions
}

fn codes(key: &str, codes: &[(String, Vec<f64>)]) -> Vec<Mention> {
    let named = codes.iter().filter(|(name, _)| name != "*");
    named.map(|(name, _)| Mention::new(name, "variable with missing codes", &[join_path(key, name)])).collect()
}

/// Variables of the formulas that are neither constructs nor defined there.
fn model(file: &StudyFile) -> Vec<Mention> {
    let Some(model) = &file.study.model else { return Vec::new() };
    let names = model_names(&model.paths);
    let keys = |name: &str| [format!("model.paths#{name}"), "model.paths".into(), "model.file".into()];
    names
        .variables
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !file.study.constructs.iter().any(|c| c.name == **name))
        .filter(|name| !names.defined.iter().any(|(defined, _)| defined == *name))
        .map(|name| Mention::new(name, "variable of the model", &keys(name)))
        .collect()
}

fn options(file: &StudyFile) -> Vec<Mention> {
    let options = file.study.model.iter().flat_map(|m| &m.options);
    let mut mentions = Vec::new();
    for (option, value) in options.filter(|(option, _)| OPTIONS_THAT_NAME_VARIABLES.contains(&option.as_str())) {
        let (key, role) = (format!("model.{option}"), "variable of the model");
        match value {
            Value::String(name) => mentions.push(Mention::new(name, role, &[key])),
            Value::Array(names) => {
                let names: Vec<String> = names.iter().filter_map(|n| n.as_str().map(String::from)).collect();
                mentions.extend(listed(&key, &names, role));
            }
            _ => {}
        }
    }
    mentions
}

/// Constructs that are named like a variable: in formulas the two could not be told apart.
fn claimed_by_constructs(study: &Study, variables: &[&str]) -> Vec<Mention> {
    let constructs = study.constructs.iter().filter(|c| variables.contains(&c.name.as_str()));
    let role = |measured_by: &MeasuredBy| match measured_by {
        MeasuredBy::Items(_) => "construct",
        MeasuredBy::Constructs(_) => "construct of second order",
    };
    constructs.map(|c| Mention::new(&c.name, role(&c.measured_by), &[join_path("constructs", &c.name)])).collect()
}
