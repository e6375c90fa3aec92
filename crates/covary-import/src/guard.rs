//! The last guard around third-party readers.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::error::ImportError;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs a reader and turns a panic in it into an error.
///
/// The libraries that read SPSS, Excel and Stata files index into bytes of files that may be damaged in any way.
/// What is known to make them panic is checked before they are called; a damaged file in a new way must still end
/// in a message that names the file, not in a crash. The reader works on borrowed bytes and its half-made result
/// is thrown away, so nothing broken is seen afterwards. The panic's message is kept off the terminal, on this
/// thread only.
pub(crate) fn against_panics<T>(read: impl FnOnce() -> Result<T, ImportError>) -> Result<T, ImportError> {
    silence_on_request();
    QUIET.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(read));
    QUIET.set(false);
    outcome.unwrap_or_else(|_| {
        Err(ImportError::new("the file is damaged: its parts contradict each other")
            .help("Save it again from the program that made it"))
    })
}

/// A panic hook belongs to the whole process, so it is wrapped once and asks its thread.
fn silence_on_request() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let bytes: Vec<u8> = Vec::new();
        let error = against_panics(|| Ok(bytes[3])).unwrap_err();
        assert!(error.problem.contains("damaged"), "{error}");
        assert!(!QUIET.get());
    }
}
