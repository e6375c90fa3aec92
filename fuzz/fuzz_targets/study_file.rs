//! Reading a study file never panics, and every fault can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    match covary_study::read_study(&text) {
        Ok(file) => {
            covary_study::check_against(&file, &["T11", "id"]);
            covary_study::check_pilot_against(&file, &["T11", "T16"]);
            covary_study::check_hypotheses(&file, &text);
            if let Some(keep) = &file.study.screening.keep {
                assert_eq!(covary_study::Condition::parse(&keep.to_string()).as_ref(), Ok(keep));
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                fault.describe("study.toml", &text);
            }
        }
    }
});
