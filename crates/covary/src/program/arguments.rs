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
    /// Data from a model with population values
    Simulate(SimulateArguments),
    /// Power, bias and coverage by simulation; power of tests of fit
    Power(PowerArguments),
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

/// Arguments of `covary simulate`.
#[derive(Debug, Args)]
pub struct SimulateArguments {
    /// Model in lavaan's language with population values: 0.8*x1 or start(0.8)*x1
    pub model: PathBuf,
    /// Number of cases; one for each group, or one for all
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "500")]
    pub n: Vec<usize>,
    /// Number of datasets
    #[arg(long, value_name = "R", default_value_t = 1)]
    pub reps: usize,
    /// Where to write: sim.csv, with several datasets sim-0001.csv and so on; the extension is the format [default: CSV on
    /// stdout]
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write all datasets to one file, with a first column "replicate"
    #[arg(long)]
    pub long: bool,
    /// Values that are missing, by mechanism; may be repeated: mcar:RATE[:A,B,…], mar:RATE:CAUSE[:A,B,…],
    /// mnar:RATE[:A,B,…], planned:A,B/C,D/…
    #[arg(long, visible_alias = "mechanism", value_name = "MECHANISM")]
    pub missing: Vec<String>,
    /// Sample moments (divisor n) are exactly the population's
    #[arg(long)]
    pub empirical: bool,
    /// Name of the variable that tells groups apart
    #[arg(long, value_name = "NAME", default_value = "group")]
    pub group: String,
    /// Which defaults complete the model: sem, cfa, growth, lavaan
    #[arg(long, value_name = "WORD", default_value = "sem")]
    pub function: String,
    /// Seed of the random streams
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Print the population (values, implied moments) and the files as one JSON object on stdout
    #[arg(long)]
    pub json: bool,
    /// What is drawn
    #[command(flatten)]
    pub drawing: Drawing,
}

/// Arguments of `covary power`.
#[derive(Debug, Args)]
pub struct PowerArguments {
    /// Model in lavaan's language. Without --population it states the population too: 0.4*x and start(0.4)*x are values of
    /// free parameters, whole numbers (1*x1, 0*g) constants
    #[arg(required_unless_present = "rmsea")]
    pub model: Option<PathBuf>,
    /// The population, where it is another model than the analysed one
    #[arg(long, value_name = "FILE", conflicts_with = "rmsea")]
    pub population: Option<PathBuf>,
    /// Sample sizes over all groups: 100,150,200 or FROM:TO:STEP [default: 100:500:100; with --parameter the N that is found]
    #[arg(long, value_name = "N,…")]
    pub n: Option<String>,
    /// Samples of each size
    #[arg(long, value_name = "R", default_value_t = 1000)]
    pub reps: usize,
    /// How the groups share the cases
    #[arg(long, value_name = "X,…", value_delimiter = ',')]
    pub group_ratio: Vec<f64>,
    /// Level of two-sided tests
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub alpha: f64,
    /// The power that is wanted [default: 0.8]
    #[arg(long, value_name = "POWER")]
    pub target: Option<f64>,
    /// Search the N that reaches --target for this parameter: a label, the name of a definition, or a formula
    #[arg(long, value_name = "NAME", conflicts_with = "rmsea")]
    pub parameter: Option<String>,
    /// How defined parameters (indirect effects) are judged
    #[arg(long, value_name = "WORD", default_value = "delta")]
    pub interval: DefinedInterval,
    /// Draws of the Monte Carlo interval
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub interval_draws: usize,
    /// Power of the test of fit by RMSEA, without a model: --df, --h0, --ha
    #[arg(long, conflicts_with = "model", requires_all = ["df", "ha"])]
    pub rmsea: bool,
    /// Degrees of freedom; of nested models two, the restricted one first
    #[arg(long, value_name = "DF[,DF]", value_delimiter = ',', requires = "rmsea")]
    pub df: Vec<f64>,
    /// RMSEA under the null hypothesis [default: 0.05; of nested models 0,0]
    #[arg(long, value_name = "X[,X]", value_delimiter = ',', requires = "rmsea")]
    pub h0: Vec<f64>,
    /// RMSEA under the alternative
    #[arg(long, value_name = "X[,X]", value_delimiter = ',', requires = "rmsea")]
    pub ha: Vec<f64>,
    /// Groups of the test by RMSEA
    #[arg(long, value_name = "G", default_value_t = 1, requires = "rmsea")]
    pub groups: usize,
    /// Options under lavaan's names (JSON)
    #[arg(long, value_name = "FILE.json")]
    pub options: Option<PathBuf>,
    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
    /// Write the result as a report, in the format of the file's extension
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// What is drawn
    #[command(flatten)]
    pub drawing: Drawing,
    /// Values that are missing, by mechanism; may be repeated: mcar:RATE[:A,B,…], mar:RATE:CAUSE[:A,B,…],
    /// mnar:RATE[:A,B,…], planned:A,B/C,D/… (what the analysis does about them: --missing)
    #[arg(long, value_name = "MECHANISM", help_heading = "Distribution of the data")]
    pub mechanism: Vec<String>,
}

/// How defined parameters are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DefinedInterval {
    /// By z with the standard error of the delta method
    Delta,
    /// By limits drawn from the normal distribution of the estimates
    MonteCarlo,
}

/// How simulated data are distributed.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Distribution of the data")]
pub struct Drawing {
    /// (Residual) variances without a value are such that every variable has variance 1: values are standardized ones
    #[arg(long)]
    pub standardized: bool,
    /// normal, vale-maurelli (polynomials of correlated normal variables), independent (combinations of independent
    /// generators) [default: normal; with a skewness or kurtosis vale-maurelli]
    #[arg(long, value_name = "WORD")]
    pub distribution: Option<String>,
    /// Skewness of the variables: one figure, or one for each
    #[arg(long, value_name = "X,…", value_delimiter = ',', allow_hyphen_values = true)]
    pub skewness: Vec<f64>,
    /// Excess kurtosis of the variables (normal: 0): one figure, or one for each
    #[arg(long, value_name = "X,…", value_delimiter = ',', allow_hyphen_values = true)]
    pub kurtosis: Vec<f64>,
    /// Cut variables without thresholds in the model into so many categories
    #[arg(long, value_name = "K")]
    pub categories: Option<usize>,
    /// How these are filled
    #[arg(long, value_name = "WORD", default_value = "symmetric", requires = "categories")]
    pub shape: ShapeOfCategories,
    /// Share of each category, in place of --categories: 0.1,0.2,0.4,0.2,0.1
    #[arg(long, value_name = "X,…", value_delimiter = ',', conflicts_with = "categories")]
    pub shares: Vec<f64>,
    /// Only these variables are cut
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    pub cut: Vec<String>,
}

/// How categories are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShapeOfCategories {
    /// Thresholds at equal distances between −2.5 and 2.5 standard deviations
    Symmetric,
    /// Each category holds half as many cases as the one below it
    Skewed,
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
    let fitting = ["fit", "model", "compare", "invariance", "power"];
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
