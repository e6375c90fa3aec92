//! Screening to reliability against published figures and other programs.
//!
//! `data/yongkang_reference.json` is from psych 2.2.9 and an SPSS-rule varimax reproduced against printed SPSS
//! solutions, `yongkang_r.json` and `parallel_r.json` from the R scripts beside them (R 4.2.2).

mod descriptives;
mod factors;
mod profile_and_pilot;
mod reliability;
mod screening;
mod support;
