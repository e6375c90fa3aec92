//! The parts of the `covary` program: arguments in, files and exit codes out.
//!
//! The only place that opens files, reads the environment or knows a terminal.

pub mod arguments;
pub mod commands;
pub mod failure;
pub mod files;
pub mod items;
pub mod progress;
pub mod reading;
pub mod study_input;

use std::process::ExitCode;

use arguments::{Arguments, Task};
use failure::{Failure, Outcome};

/// Reads the command line, runs the command, and turns its end into an exit code: 0 done, 1 look at the model, 2 wrong input.
pub fn main() -> ExitCode {
    let (arguments, matches) = arguments::parse();
    if let Err(error) = ctrlc::set_handler(interrupted) {
        eprintln!("covary: warning: interruptions cannot be caught ({error})");
    }
    let ended = set_threads(&arguments).and_then(|()| run(&arguments, &matches));
    match ended {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::LookAtModel) => ExitCode::from(1),
        Err(Failure(message)) => {
            eprintln!("covary: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments, matches: &clap::ArgMatches) -> Result<Outcome, Failure> {
    let common = &arguments.common;
    match &arguments.command {
        Task::Run(task) => commands::run::run(task, common),
        Task::Check(task) => commands::check::run(task, common),
        Task::Init(task) => commands::init::run(task, common),
        Task::Fit(task) => commands::fit::run(task, common, &arguments::given_options(matches)),
        Task::Compare(task) => commands::compare::run(task, common, &arguments::given_options(matches)),
        Task::Invariance(task) => commands::invariance::run(task, common, &arguments::given_options(matches)),
        Task::Model(task) => commands::model::run(task, common, &arguments::given_options(matches)),
        Task::Simulate(task) => commands::simulate::run(task, common),
        Task::Power(task) => commands::power::run(task, common, &arguments::given_options(matches)),
        Task::Describe(task) => commands::describe::run(task, common),
        Task::Factors(task) => commands::factors::run(task, common),
        Task::Reliability(task) => commands::reliability::run(task, common),
        Task::Convert(task) => commands::convert::run(task, common),
        Task::Schema(task) => commands::schema::run(task),
        Task::Completions { shell } => commands::completions::run(*shell),
    }
}

fn set_threads(arguments: &Arguments) -> Result<(), Failure> {
    let Some(threads) = arguments.common.threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global().map_err(Failure::new)
}

/// 128 + SIGINT, as shells expect.
fn interrupted() {
    files::remove_unfinished();
    std::process::exit(130);
}

/// Prints a line on stdout; a reader that has gone away (`| head`) is no failure.
pub fn say(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.write_all(b"\n");
}
