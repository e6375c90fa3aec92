//! A study file drafted from a description of a data file, for a researcher to go over.
//!
//! What a data file can tell is taken, what it cannot tell is left as a comment: reverse-keyed items, the model and the
//! hypotheses are never guessed.

mod columns;
mod item_names;

use covary_data::Measure;

use crate::study_file::table::{toml_key, toml_text};
use crate::{DEFAULT_LEVEL, DEFAULT_RESAMPLES, DEFAULT_SEED};
use columns::{Draft, ItemGroup};

/// A column of the data file, described.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnSummary {
    /// Name.
    pub name: String,
    /// Label: the question's text.
    pub label: Option<String>,
    /// Whether it holds numbers.
    pub numeric: bool,
    /// Different numbers, sorted, at most about 20 of them; of a text column none.
    pub distinct: Vec<f64>,
    /// Number of different answers.
    pub n_distinct: usize,
    /// Cases without an answer.
    pub n_missing: usize,
    /// Cases, with and without an answer.
    pub n: usize,
    /// Whether its values bear labels.
    pub value_labels: bool,
    /// Smallest number; `None` of a text column or without answers.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// Measurement level, where the file says one.
    pub measure: Measure,
}

/// What a study file is drafted from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftInput {
    /// The data file, as it is to stand in the study file.
    pub file: String,
    /// Title of the study; empty where none is known.
    pub title: String,
    /// The columns, in the file's order.
    pub columns: Vec<ColumnSummary>,
}

/// The text of a study file: items grouped into constructs by the beginning of their names and their scale, columns with
/// few different answers in the profile, columns that identify a respondent left out.
///
/// The text is a valid study file as long as at least two columns look like items; otherwise its `[constructs]` are a
/// comment to be filled in, and [`read_study`](crate::read_study) says so.
pub fn draft(input: &DraftInput) -> String {
    let draft = columns::sort_out(&input.columns);
    let sections = [
        heading(input, &draft),
        data(input, &draft),
        screening(&draft),
        profile(&draft),
        constructs(input, &draft),
        factors(&draft),
        model(&draft),
        bootstrap(),
        hypotheses(&draft),
        report(),
    ];
    let text: Vec<&str> = sections.iter().map(|s| s.trim_end()).filter(|s| !s.is_empty()).collect();
    text.join("\n\n") + "\n"
}

fn heading(input: &DraftInput, draft: &Draft) -> String {
    let title = if input.title.trim().is_empty() { "Untitled study" } else { input.title.trim() };
    let mut text = format!("# Drafted from {}. Lines marked LOOK need your eye.\n", comment(&input.file));
    if !draft.left_out.is_empty() {
        text += "#\n# Columns left out:\n";
        for (name, reason) in &draft.left_out {
            text += &format!("#   {}: {reason}\n", comment(name));
        }
    }
    text += &format!(
        "\n[study]\ntitle = {}\nconvention = \"amos\"          # or \"lavaan\", \"mplus\"\n",
        toml_text(title)
    );
    text
}

fn data(input: &DraftInput, draft: &Draft) -> String {
    let mut text = format!("[data]\nfile = {}\n", toml_text(&input.file));
    text += "# distributed = 300           # LOOK: questionnaires sent, for the response rate\n";
    let strays: Vec<(&str, &[f64])> =
        draft.groups.iter().flat_map(|g| g.strays.iter().map(|(name, values)| (*name, &values[..]))).collect();
    if !strays.is_empty() {
        let codes: Vec<String> =
            strays.iter().map(|(name, v)| format!("{} = {}", toml_key(name), numbers(v))).collect();
        text += "# LOOK: values outside the scale. Codes for \"no answer\"? Then take the next line in:\n";
        text += &format!("# missing_codes = {{ {} }}\n", codes.join(", "));
    }
    text
}

fn screening(draft: &Draft) -> String {
    let mut text = String::from("[screening]\n");
    if let Some((name, value)) = &draft.filter {
        let name = if crate::lexer::is_plain_name(name) { name.to_string() } else { format!("`{name}`") };
        // A name in quotes or with an apostrophe is no matter: the condition stands in a TOML string.
        text +=
            &format!("# keep = {}   # LOOK: which cases count\n", comment(&toml_text(&format!("{name} == {value}"))));
    }
    text += "missing = \"listwise\"          # on items and model variables\n";
    text += "flags = [\"longstring\", \"irv\", \"evenodd\", \"mahalanobis\", \"duplicates\"]\n";
    text += "drop = []                     # flags whose cases are dropped\n";
    for name in &draft.ids {
        text += &format!(
            "# id = {}   # LOOK: identifies a respondent? Then duplicates are sought by it\n",
            toml_text(name)
        );
    }
    for name in &draft.times {
        text += &format!("# time = {}   # LOOK: response time? Then also: time_below = 120\n", toml_text(name));
    }
    text
}

fn profile(draft: &Draft) -> String {
    if draft.profile.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = draft.profile.iter().map(|c| c.name.as_str()).collect();
    let mut text = format!("[profile]\n# LOOK: columns with few different answers.\n{}\n", list("variables", &names));
    for column in &draft.profile {
        text += &label_comment(column);
    }
    text
}

fn constructs(input: &DraftInput, draft: &Draft) -> String {
    if draft.groups.is_empty() {
        return "# LOOK: no columns that look like items of one scale were found. Name them:\n\
                # [constructs.F1]\n# label = \"…\"\n# items = [\"…\", \"…\", \"…\"]\n# scale = [1, 5]\n"
            .into();
    }
    let mut text = String::from(
        "# LOOK: constructs by the beginnings of the items' names. Give each a label; list reverse-keyed items\n\
         # under reverse: they are read as lower end + upper end - answer.\n",
    );
    if let [group] = &draft.groups[..]
        && group.items.len() > 8
    {
        text += &format!("# LOOK: all {} items share one scale and one beginning.\n", group.items.len());
        text += "# Split them into the constructs of your questionnaire.\n";
    }
    for group in &draft.groups {
        text += &construct(input, group);
    }
    text
}

fn construct(input: &DraftInput, group: &ItemGroup) -> String {
    let (low, high) = group.scale;
    let mut text = format!("\n[constructs.{}]\nlabel = {}\n", toml_key(&group.name), toml_text(&group.name));
    text += &format!("{}\nscale = [{low}, {high}]", list("items", &group.items));
    match group.observed {
        (lowest, highest) if (lowest, highest) != group.scale => {
            text += &format!("                # LOOK: answers lie between {lowest} and {highest}\n");
        }
        _ => text += "\n",
    }
    if high - low == 1.0 {
        text += "# LOOK: two answers each. Boxes of one multiple-choice question are no construct.\n";
    }
    text += "reverse = []\n";
    for column in input.columns.iter().filter(|c| group.items.contains(&c.name.as_str())) {
        text += &label_comment(column);
    }
    text
}

fn factors(draft: &Draft) -> String {
    let constructs = draft.groups.len();
    format!(
        "[factors]\nextraction = \"pca\"            # or \"paf\", \"ml\"\n\
         rotation = \"varimax\"          # or \"none\", \"promax\", \"oblimin\", …\n\
         count = \"kaiser\"              # or \"parallel\", or a number: {constructs} constructs are named above\n"
    )
}

fn model(draft: &Draft) -> String {
    let names: Vec<&str> = draft.groups.iter().map(|g| g.name.as_str()).collect();
    let formulas = match names[..] {
        [] | [_] => "Y ~ X".to_string(),
        [cause, outcome] => format!("{outcome} ~ {cause}"),
        [.., mediator, outcome] => {
            let causes = names[..names.len() - 2].join(" + ");
            format!("{mediator} ~ {causes}\n# {outcome} ~ {causes} + {mediator}")
        }
    };
    format!(
        "# LOOK: the structural model is yours to state. Without it the study ends with the measurement model.\n\
         # [model]\n# paths = \"\"\"\n# {formulas}\n# \"\"\"\n"
    )
}

fn bootstrap() -> String {
    format!(
        "[bootstrap]\nresamples = {DEFAULT_RESAMPLES}\ninterval = \"percentile\"       # or \"bias-corrected\" (AMOS), \"bca\"\n\
         level = {DEFAULT_LEVEL}\nseed = {DEFAULT_SEED}\n"
    )
}

fn hypotheses(draft: &Draft) -> String {
    let rules = match &draft.groups[..] {
        [] | [_] => "# H1 = \"X -> Y > 0\"\n".to_string(),
        [cause, outcome] => format!("# H1 = \"{} -> {} > 0\"\n", cause.name, outcome.name),
        [cause, .., mediator, outcome] => format!(
            "# H1 = \"{0} -> {2} > 0\"\n# H2 = \"{0} -> {1} -> {2}\"\n",
            cause.name, mediator.name, outcome.name
        ),
    };
    format!("# [hypotheses]\n# alpha = 0.05\n{rules}")
}

fn report() -> String {
    "[report]\nformats = [\"html\", \"json\"]\n".into()
}

fn numbers(values: &[f64]) -> String {
    let written: Vec<String> = values.iter().map(f64::to_string).collect();
    format!("[{}]", written.join(", "))
}

/// A list under a key, broken into lines of at most 100 characters.
fn list(key: &str, names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| toml_text(n)).collect();
    let one_line = format!("{key} = [{}]", quoted.join(", "));
    if one_line.chars().count() <= 100 {
        return one_line;
    }
    let mut lines = vec![String::from("   ")];
    for name in quoted {
        let last = lines.len() - 1;
        if lines[last].chars().count() + name.chars().count() > 97 {
            lines.push(String::from("   "));
        }
        let last = lines.len() - 1;
        lines[last] += &format!(" {name},");
    }
    format!("{key} = [\n{}\n]", lines.join("\n"))
}

fn label_comment(column: &ColumnSummary) -> String {
    match column.label.as_deref().map(str::trim).filter(|label| !label.is_empty() && *label != column.name) {
        Some(label) => format!("#   {}: {}\n", comment(&column.name), comment(label)),
        None => String::new(),
    }
}

/// A text that may stand in a comment: TOML allows no control characters there.
fn comment(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let joined = words.join(" ");
    match joined.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &joined[..end]),
        None => joined,
    }
}
