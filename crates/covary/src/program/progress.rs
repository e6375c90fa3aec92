//! Progress on a terminal: what is being done, how far, how long it will take.

use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line on stderr that shows progress; nothing where stderr is no terminal or `--quiet` was given.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Progress that is shown when `quiet` is false and stderr is a terminal.
    pub fn new(quiet: bool) -> Self {
        let bar = ProgressBar::new_spinner();
        if quiet || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Progress { bar }
    }

    /// Shows what is being done.
    pub fn step(&self, what: &'static str) {
        self.bar.set_message(what);
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    /// Shows a bar of `total` with an estimate of the time left.
    pub fn start(&self, what: &'static str, total: usize) {
        self.bar.reset();
        self.bar.set_length(total as u64);
        self.bar.set_message(what);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}, {eta} left") {
            self.bar.set_style(style);
        }
    }

    /// How many are done.
    pub fn at(&self, done: usize) {
        self.bar.set_position(done as u64);
    }

    /// Clears the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
