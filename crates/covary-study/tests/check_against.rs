//! A study against the variables of its data.

use covary_study::{Fault, check_against, check_pilot_against, read_study};

fn line(fault: &Fault) -> String {
    let place = fault.place.map_or(String::new(), |p| format!("{}:{} ", p.line, p.column));
    format!("{place}{}: {} | {}", fault.key, fault.message, fault.help.as_deref().unwrap_or(""))
}

const STUDY: &str = "\
[data]
file = 'a.csv'
missing_codes = { '*' = -9, A1 = -8, Z = 9 }
[pilot]
file = 'p.csv'
items = { A = ['A3', 'A4'] }
[screening]
keep = 'adult == 1 and citty != 2'
time = 'seconds'
id = 'idd'
[profile]
variables = ['age', 'gendre']
[constructs.A]
items = ['A1', 'A2x']
[constructs.B]
items = ['B1']
[constructs.C]
constructs = ['A', 'B']
[model]
paths = '''
B ~ C + age + incme
L =~ B1 + B2'''
group = 'school'
weights = 'w'
ordered = ['A1', 'A9']
";

#[test]
fn what_the_data_lack() {
    let file = read_study(STUDY).unwrap_or_else(|f| panic!("{f:#?}"));
    let variables = ["id", "adult", "city", "gender", "age", "A1", "A2", "B1", "B2", "income", "B"];
    let found: Vec<String> = check_against(&file, &variables).iter().map(line).collect();
    assert_eq!(
        found,
        [
            "3:38 data.missing_codes.Z: the variable with missing codes \"Z\" is not a variable of the data | the data have: id, adult, city, gender, age, A1, A2, B1, B2, income, B",
            "8:24 screening.keep: the variable of the condition \"citty\" is not a variable of the data | did you mean \"city\"?",
            "9:8 screening.time: the response time \"seconds\" is not a variable of the data | the data have: id, adult, city, gender, age, A1, A2, B1, B2, income, B",
            "10:6 screening.id[0]: the id \"idd\" is not a variable of the data | did you mean \"id\"?",
            "12:21 profile.variables[1]: the profile variable \"gendre\" is not a variable of the data | did you mean \"gender\"?",
            "14:16 constructs.A.items[1]: the item \"A2x\" is not a variable of the data | did you mean \"A2\"?",
            "15:13 constructs.B: \"B\" names a construct and a variable of the data | give the construct another name; what readers see is its label",
            "21:15 model.paths: the variable of the model \"incme\" is not a variable of the data | did you mean \"income\"?",
            "23:9 model.group: the variable of the model \"school\" is not a variable of the data | the data have: id, adult, city, gender, age, A1, A2, B1, B2, income, B",
            "24:11 model.sampling.weights: the variable of the model \"w\" is not a variable of the data | the data have: id, adult, city, gender, age, A1, A2, B1, B2, income, B",
            "25:18 model.ordered[1]: the variable of the model \"A9\" is not a variable of the data | did you mean \"A1\"?",
        ]
    );
}

#[test]
fn what_the_data_have() {
    let file = read_study(STUDY).unwrap_or_else(|f| panic!("{f:#?}"));
    let variables = [
        "A1", "A2x", "A9", "B1", "B2", "Z", "adult", "citty", "seconds", "idd", "age", "gendre", "incme", "school", "w",
    ];
    assert_eq!(check_against(&file, &variables), []);
}

#[test]
fn what_the_pilot_lacks() {
    let file = read_study(STUDY).unwrap_or_else(|f| panic!("{f:#?}"));
    let found: Vec<String> = check_pilot_against(&file, &["A1", "A3"]).iter().map(line).collect();
    assert_eq!(
        found,
        ["6:22 pilot.items.A[1]: the pilot item \"A4\" is not a variable of the data | did you mean \"A1\"?"]
    );
}
