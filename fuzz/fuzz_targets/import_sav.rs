//! Any bytes as an SPSS file.
#![no_main]

use covary_import::{ImportOptions, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = import("fuzz.sav", bytes, &ImportOptions::default());
});
