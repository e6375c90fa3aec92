//! Any bytes as a CSV file; what was read can be written, and read again with the same numbers.
#![no_main]

use covary_import::{ImportOptions, export, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(first) = import("fuzz.csv", bytes, &ImportOptions::default()) else { return };
    let written = export("fuzz.csv", &first.dataset).expect("a dataset that was read can be written");
    let form = ImportOptions { delimiter: Some(','), decimal: Some('.'), ..ImportOptions::default() };
    // A file whose cases are all empty is not read again.
    let Ok(second) = import("fuzz.csv", &written, &form) else { return };
    for variable in first.dataset.variables() {
        if let (Ok(before), Ok(after)) = (first.dataset.numbers(&variable.name), second.dataset.numbers(&variable.name))
        {
            let shared = before.len().min(after.len());
            assert_eq!(before[..shared], after[..shared], "{}", variable.name);
        }
    }
});
