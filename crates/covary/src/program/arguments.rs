//! The command line: every command, what it takes and what it does.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use covary_sem::{
    comparison::{DifferenceMethod, invariance::Level},
    options::{OPTIONS, OptionKind, refused_names},
};
use serde_json::Value;

/// Survey research from questionnaire to publishable paper.
#[derive(Debug, Parser)]
#[command(name = "covary", version, about, arg_required_else_help = true, max_term_width = 110)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Task,
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Number of threads [default: all processors]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Print nothing but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Run a whole study: from the survey file to the report
    Run(RunArguments),
    /// Check a study file and the data it names, without computing
    Check(CheckArguments),
    /// Draft a study file from a data file
    Init(InitArguments),
    /// Fit one structural equation model
    Fit(FitArguments),
    /// Compare models of the same data
    Compare(CompareArguments),
    /// Measurement invariance across groups
    Invariance(InvarianceArguments),
    /// Show the parameter table of a model without fitting it
    Model(ModelArguments),
    /// Descriptive statistics
    Describe(ItemsArguments),
    /// KMO, Bartlett and exploratory factor analysis
    Factors(FactorsArguments),
    /// Reliability of constructs
    Reliability(ItemsArguments),
    /// Convert a data file to another format
    Convert(ConvertArguments),
    /// Print the JSON Schema of the study file or of the results
    Schema(SchemaArguments),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Arguments of `covary run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Study file (TOML)
    pub study: PathBuf,
    /// Folder for the results [default: STUDY-report beside the study file]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Seed of the random streams, instead of the study's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Convention, instead of the study's
    #[arg(long, value_name = "WORD")]
    pub convention: Option<Convention>,
    /// Print results.json on stdout
    #[arg(long)]
    pub json: bool,
    /// Print all tables, not only the summary
    #[arg(long, short)]
    pub verbose: bool,
    /// Also write the report to this file, in the format of its extension
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Arguments of `covary check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Study file (TOML)
    pub study: PathBuf,
    /// Print the faults as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `covary init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// Data file
    pub data: PathBuf,
    /// Where to write the draft [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How to read the data file
    #[command(flatten)]
    pub reading: Reading,
}

/// How to read a data file.
#[derive(Clone, Debug, Default, Args)]
pub struct Reading {
    /// Worksheet of an Excel file [default: the first]
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Character encoding [default: found]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// Field separator of a text file [default: found]
    #[arg(long, value_name = "CHAR")]
    pub delimiter: Option<char>,
    /// Decimal mark of a text file [default: found]
    #[arg(long, value_name = "CHAR")]
    pub decimal: Option<char>,
    /// Codes for "no answer": "-99" or "T11=9,99"; may be repeated
    #[arg(long, value_name = "[NAME=]CODES", allow_hyphen_values = true)]
    pub missing_codes: Vec<String>,
}

/// Arguments of `covary fit`.
#[derive(Debug, Args)]
pub struct FitArguments {
    /// Model in lavaan's language; with --function efa there is none, or "-"
    pub model: Option<PathBuf>,
    /// Data file
    pub data: Option<PathBuf>,
    /// Covariance matrix in place of data (CSV); once per group
    #[arg(long, value_name = "FILE", conflicts_with = "data", requires = "nobs")]
    pub cov: Vec<PathBuf>,
    /// Number of cases of a covariance matrix; once per group
    #[arg(long, value_name = "N")]
    pub nobs: Vec<usize>,
    /// Means that go with a covariance matrix (CSV); once per group
    #[arg(long, value_name = "FILE", requires = "cov")]
    pub means: Vec<PathBuf>,
    /// Options under lavaan's names (JSON)
    #[arg(long, value_name = "FILE.json")]
    pub options: Option<PathBuf>,
    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
    /// Names and tables in the manner of
    #[arg(long, value_name = "WORD", default_value = "lavaan")]
    pub style: SummaryStyle,
    /// Write factor scores to this data file; its extension is the format
    #[arg(long, value_name = "FILE", conflicts_with = "cov")]
    pub scores: Option<PathBuf>,
    /// How factors are scored
    #[arg(long, value_name = "WORD", default_value = "regression", requires = "scores")]
    pub scores_method: ScoreMethodName,
    /// Write the data with the factor scores behind them
    #[arg(long, requires = "scores")]
    pub append_data: bool,
    /// Write the result as a report, in the format of the file's extension
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// How to read the data file
    #[command(flatten)]
    pub reading: Reading,
}

/// Arguments of `covary compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Models in lavaan's language, each with options of its own if you like, and the data file last
    #[arg(required = true, num_args = 2.., value_name = "MODEL[:OPTIONS.json]… DATA")]
    pub files: Vec<String>,
    /// Covariance matrix in place of data (CSV); once per group
    #[arg(long, value_name = "FILE", requires = "nobs")]
    pub cov: Vec<PathBuf>,
    /// Number of cases of a covariance matrix; once per group
    #[arg(long, value_name = "N")]
    pub nobs: Vec<usize>,
    /// Means that go with a covariance matrix (CSV); once per group
    #[arg(long, value_name = "FILE", requires = "cov")]
    pub means: Vec<PathBuf>,
    /// How chi-squares are compared
    #[command(flatten)]
    pub difference: Difference,
    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
    /// Write the result as a report, in the format of the file's extension
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// How to read the data file
    #[command(flatten)]
    pub reading: Reading,
}

/// How chi-squares of nested models are compared.
#[derive(Clone, Debug, Args)]
pub struct Difference {
    /// Difference test; "default": the one that goes with the estimator's test
    #[arg(long, value_name = "WORD", value_parser = chosen_method, default_value = "default", hide_default_value = true)]
    pub method: ChosenMethod,
    /// With satorra.2000: scale without shifting
    #[arg(long)]
    pub not_shifted: bool,
    /// With satorra.2000: where the restrictions come from
    #[arg(long, value_name = "WORD", value_enum, default_value_t = RestrictionsFrom::Delta)]
    pub a_method: RestrictionsFrom,
}

/// A difference test; `None`: the one that goes with the fits' tests.
#[derive(Clone, Copy, Debug)]
pub struct ChosenMethod(pub Option<DifferenceMethod>);

/// lavaan's `A.method`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RestrictionsFrom {
    /// The derivatives of the moments of both models
    Delta,
    /// The parameters that the restricted model fixes or holds equal
    Exact,
}

/// Arguments of `covary invariance`.
#[derive(Debug, Args)]
pub struct InvarianceArguments {
    /// Model in lavaan's language
    pub model: PathBuf,
    /// Data file
    #[arg(required_unless_present = "cov")]
    pub data: Option<PathBuf>,
    /// Covariance matrix in place of data (CSV); once per group
    #[arg(long, value_name = "FILE", conflicts_with = "data", requires_all = ["nobs", "means"])]
    pub cov: Vec<PathBuf>,
    /// Number of cases of a covariance matrix; once per group
    #[arg(long, value_name = "N")]
    pub nobs: Vec<usize>,
    /// Means that go with a covariance matrix (CSV); once per group
    #[arg(long, value_name = "FILE", requires = "cov")]
    pub means: Vec<PathBuf>,
    /// Levels, each with the equalities of those before it [default: all]
    #[arg(long, value_name = "LEVEL,…", value_delimiter = ',', value_parser = level)]
    pub levels: Vec<Level>,
    /// Greatest number of parameters released at a level that does not hold
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub releases: usize,
    /// How chi-squares are compared
    #[command(flatten)]
    pub difference: Difference,
    /// Options under lavaan's names (JSON)
    #[arg(long, value_name = "FILE.json")]
    pub options: Option<PathBuf>,
    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
    /// Write the result as a report, in the format of the file's extension
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// How to read the data file
    #[command(flatten)]
    pub reading: Reading,
}

/// Arguments of `covary model`.
#[derive(Debug, Args)]
pub struct ModelArguments {
    /// Model in lavaan's language
    pub model: PathBuf,
    /// Data file: names and groups
    pub data: Option<PathBuf>,
    /// Options under lavaan's names (JSON)
    #[arg(long, value_name = "FILE.json")]
    pub options: Option<PathBuf>,
    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
    /// Only the rows that the text states, before any completion
    #[arg(long)]
    pub raw: bool,
    /// Print the completed model again: lavaan, mplus, equations
    #[arg(long = "as", value_name = "WORD", conflicts_with_all = ["json", "raw"])]
    pub language: Option<String>,
    /// How to read the data file
    #[command(flatten)]
    pub reading: Reading,
}

/// Arguments of `covary describe` and `covary reliability`.
#[derive(Debug, Args)]
pub struct ItemsArguments {
    /// Data file
    pub data: PathBuf,
    /// Which variables and how to read them
    #[command(flatten)]
    pub items: Items,
}

/// Which variables, and what to do with the result.
#[derive(Clone, Debug, Args)]
pub struct Items {
    /// Items, separated by commas [default: found by name and scale]
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    pub items: Vec<String>,
    /// A construct and its items: NAME=A,B,…; may be repeated
    #[arg(long, value_name = "NAME=A,B,…")]
    pub construct: Vec<String>,
    /// Reverse-keyed items, separated by commas; turned about the ends of --scale, or those found in the data
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    pub reverse: Vec<String>,
    /// Ends of the answer scale, for reverse-keyed items
    #[arg(long, value_name = "LOW,HIGH", value_delimiter = ',', allow_hyphen_values = true)]
    pub scale: Vec<f64>,
    /// Whose conventions the numbers follow
    #[arg(long, value_name = "WORD", default_value = "lavaan")]
    pub convention: Convention,
    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
    /// Write the result as a report, in the format of the file's extension
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Seed of the random streams
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How to read the data file
    #[command(flatten)]
    pub reading: Reading,
}

/// Arguments of `covary factors`.
#[derive(Debug, Args)]
pub struct FactorsArguments {
    /// Data file
    pub data: PathBuf,
    /// Which variables and how to read them
    #[command(flatten)]
    pub items: Items,
    /// Extraction: pca, paf, ml
    #[arg(long, value_name = "WORD", default_value = "pca")]
    pub extraction: String,
    /// Rotation: none, varimax, quartimax, equamax, promax, oblimin
    #[arg(long, value_name = "WORD", default_value = "varimax")]
    pub rotation: String,
    /// Number of factors, or kaiser, or parallel
    #[arg(long, value_name = "N", default_value = "kaiser")]
    pub count: String,
    /// When iterations stop: as SPSS does, or at the optimum
    #[arg(long, value_name = "WORD", default_value = "spss")]
    pub stopping: Stopping,
    /// Compute factor scores
    #[arg(long)]
    pub scores: bool,
}

/// Arguments of `covary convert`.
#[derive(Debug, Args)]
pub struct ConvertArguments {
    /// File to read
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// File to write; its extension is the format
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// How to read the input
    #[command(flatten)]
    pub reading: Reading,
}

/// Arguments of `covary schema`.
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Which schema
    #[arg(default_value = "study")]
    pub of: SchemaOf,
}

/// What a JSON Schema describes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemaOf {
    /// The study file
    Study,
    /// results.json
    Results,
}

/// Whose conventions the numbers follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Convention {
    /// lavaan 0.6-14
    Lavaan,
    /// AMOS
    Amos,
    /// Mplus
    Mplus,
}

/// Whose names and tables a summary has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SummaryStyle {
    /// lavaan
    Lavaan,
    /// AMOS
    Amos,
}

/// How factors are scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScoreMethodName {
    /// Least mean squared error (Thurstone)
    Regression,
    /// Unbiased given the factors (Bartlett)
    Bartlett,
}

/// When iterations stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stopping {
    /// By SPSS's rules
    Spss,
    /// At the optimum
    Converged,
}

/// The whole command line, the options of a fit included.
pub fn command() -> Command {
    let with_options = |command: Command| {
        command.args(OPTIONS.iter().map(option_argument)).args(refused_names().map(refused_argument))
    };
    let fitting = ["fit", "model", "compare", "invariance"];
    fitting.into_iter().fold(Arguments::command(), |command, name| command.mut_subcommand(name, with_options))
}

fn chosen_method(word: &str) -> Result<ChosenMethod, String> {
    let known = || DifferenceMethod::ALL.map(DifferenceMethod::word).join(", ");
    match word {
        "default" => Ok(ChosenMethod(None)),
        _ => match DifferenceMethod::named(word) {
            Some(method) => Ok(ChosenMethod(Some(method))),
            None => Err(format!("the methods are default, {}", known())),
        },
    }
}

fn level(word: &str) -> Result<Level, String> {
    let known = || Level::ALL.map(Level::word).join(", ");
    Level::ALL.into_iter().find(|level| level.word() == word).ok_or_else(|| format!("the levels are {}", known()))
}

/// Reads the command line. clap itself answers `--help`, `--version` and faults.
pub fn parse() -> (Arguments, ArgMatches) {
    let matches = command().get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    (arguments, matches)
}

/// The options of a fit that were given on the command line, by lavaan's names.
pub fn given_options(matches: &ArgMatches) -> Vec<(&'static str, Value)> {
    let Some((_, matches)) = matches.subcommand() else { return Vec::new() };
    let names = OPTIONS.iter().map(|spec| spec.name).chain(refused_names());
    names.filter_map(|name| Some((name, given_value(matches, name)?))).collect()
}

fn given_value(matches: &ArgMatches, name: &str) -> Option<Value> {
    let values = matches.try_get_many::<String>(name).ok().flatten()?;
    let texts: Vec<Value> = values.map(|text| Value::String(text.clone())).collect();
    match texts.len() {
        0 => None,
        1 => texts.into_iter().next(),
        _ => Some(Value::Array(texts)),
    }
}

/// Known but not built: taken, so that it is refused by name.
fn refused_argument(name: &'static str) -> Arg {
    Arg::new(name)
        .long(name.replace('.', "-").leak() as &'static str)
        .hide(true)
        .num_args(0..)
        .default_missing_value("true")
        .action(ArgAction::Append)
}

fn option_argument(spec: &covary_sem::options::OptionSpec) -> Arg {
    let argument = Arg::new(spec.name).long(spec.flag).help_heading("Options by lavaan's names");
    let (argument, words) = match spec.kind {
        OptionKind::Flag => {
            (argument.num_args(0..=1).require_equals(true).default_missing_value("true").value_name("BOOL"), None)
        }
        OptionKind::Word(words) => (argument.value_name("WORD"), Some(words)),
        OptionKind::Words(words) => {
            (argument.value_name("WORD,…").value_delimiter(',').action(ArgAction::Append), Some(words))
        }
        OptionKind::Text => (argument.value_name("NAME"), None),
        OptionKind::Statements => (argument.value_name("TEXT").action(ArgAction::Append), None),
        OptionKind::Texts => (argument.value_name("TEXT,…").value_delimiter(',').action(ArgAction::Append), None),
        OptionKind::Count => (argument.value_name("N"), None),
        OptionKind::Counts => (argument.value_name("N,…").value_delimiter(',').action(ArgAction::Append), None),
        OptionKind::Proportion | OptionKind::Size => (argument.value_name("NUMBER"), None),
        OptionKind::Object => (argument.value_name("JSON"), None),
    };
    argument.help(match words {
        Some(words) => format!("{}: {}", spec.help, words.join(", ")),
        None => spec.help.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }
}
