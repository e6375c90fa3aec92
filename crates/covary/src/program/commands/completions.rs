//! `covary completions`: completions for a shell.

use clap_complete::Shell;

use crate::program::{
    arguments,
    failure::{Failure, Outcome},
    say,
};

/// Prints the completions of `shell`.
pub fn run(shell: Shell) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut arguments::command(), "covary", &mut script);
    say(String::from_utf8_lossy(&script).trim_end());
    Ok(Outcome::Done)
}
