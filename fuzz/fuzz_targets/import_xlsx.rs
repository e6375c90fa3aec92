//! Any bytes as an Excel workbook.
#![no_main]

use covary_import::{ImportOptions, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = import("fuzz.xlsx", bytes, &ImportOptions::default());
});
