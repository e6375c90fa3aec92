//! The studies in `examples/`, computed with few resamples.

use std::path::{Path, PathBuf};

use covary_analysis::{Inputs, Provenance, Results, analyse};
use covary_data::Dataset;
use covary_study::{Study, read_study};

/// Enough to give every figure a value.
const RESAMPLES: usize = 60;

/// The results of a study in `examples/`.
pub fn results(name: &str) -> Results {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    let text = std::fs::read_to_string(folder.join("study.toml")).unwrap();
    let mut study = read_study(&text).unwrap_or_else(|faults| panic!("{faults:?}")).study;
    study.bootstrap.resamples = RESAMPLES;
    let survey = read(&folder, &study.data.file);
    let pilot = study.pilot.as_ref().map(|pilot| read(&folder, &pilot.data.file));
    let provenance = provenance(&study);
    let inputs = Inputs { study: &study, survey: &survey, pilot: pilot.as_ref(), provenance: &provenance };
    analyse(&inputs, &()).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

/// A data file, its path from this crate's folder.
pub fn data(file: &str) -> Dataset {
    read(Path::new(env!("CARGO_MANIFEST_DIR")), file)
}

fn read(folder: &Path, file: &str) -> Dataset {
    let bytes = std::fs::read(folder.join(file)).unwrap();
    covary_import::import(file, &bytes, &Default::default()).unwrap_or_else(|fault| panic!("{file}: {fault}")).dataset
}

fn provenance(study: &Study) -> Provenance {
    Provenance {
        program: "covary",
        version: "test".to_string(),
        seed: study.bootstrap.seed,
        resamples: RESAMPLES,
        convention: study.convention,
        data_file: study.data.file.clone(),
        data_sha256: String::new(),
        study_sha256: String::new(),
        import_notes: Vec::new(),
        settings: study.clone(),
    }
}
