//! The direction of dependencies, held against a table.

use std::{collections::BTreeMap, fs, path::Path};

/// Which crates of the workspace a crate may depend on. A change here is a change of the architecture.
const ALLOWED: &[(&str, &[&str])] = &[
    ("covary-numerics", &[]),
    ("covary-data", &["covary-numerics"]),
    ("covary-import", &["covary-data", "covary-numerics"]),
    ("covary-study", &["covary-data", "covary-numerics"]),
    ("covary-sem", &["covary-data", "covary-numerics"]),
    ("covary-analysis", &["covary-sem", "covary-study", "covary-data", "covary-numerics"]),
    ("covary-report", &["covary-analysis", "covary-sem", "covary-study", "covary-data", "covary-numerics"]),
    ("covary-render", &["covary-report"]),
    (
        "covary",
        &[
            "covary-render",
            "covary-report",
            "covary-analysis",
            "covary-sem",
            "covary-study",
            "covary-import",
            "covary-data",
            "covary-numerics",
        ],
    ),
];

fn crates_folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Workspace crates named under `section` of each manifest.
fn edges(section: &str) -> BTreeMap<String, Vec<String>> {
    let manifests = fs::read_dir(crates_folder()).unwrap().map(|entry| entry.unwrap().path().join("Cargo.toml"));
    let mut found = BTreeMap::new();
    for path in manifests.filter(|path| path.exists()) {
        let manifest: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let name = manifest["package"]["name"].as_str().unwrap().to_string();
        let folder = path.parent().unwrap().canonicalize().unwrap();
        assert_eq!(folder.file_name().unwrap().to_str().unwrap(), name, "a crate's folder bears its name");
        let dependencies = manifest.get(section).and_then(|table| table.as_table().cloned()).unwrap_or_default();
        let inside = dependencies.keys().filter(|key| key.starts_with("covary")).cloned().collect();
        found.insert(name, inside);
    }
    found
}

#[test]
fn dependencies_point_down_only() {
    let found = edges("dependencies");
    let known: Vec<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    for (name, dependencies) in &found {
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("{name} is not in the table of allowed edges ({known:?})"));
        for dependency in dependencies {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
    assert_eq!(found.len(), ALLOWED.len(), "the table names a crate that does not exist");
}

#[test]
fn tests_may_not_turn_the_direction_either() {
    let order: Vec<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    for (name, dependencies) in edges("dev-dependencies") {
        let (_, allowed) = ALLOWED.iter().find(|(known, _)| *known == name).unwrap();
        for dependency in dependencies {
            // Import is allowed in tests of crates above the data: they read the examples.
            let reads_examples = dependency == "covary-import" && order.contains(&name.as_str());
            assert!(
                allowed.contains(&dependency.as_str()) || reads_examples,
                "{name} must not depend on {dependency}, not even in tests"
            );
        }
    }
}

#[test]
fn nothing_below_the_program_opens_files_or_reads_clocks() {
    let forbidden = ["std::fs", "std::env", "SystemTime", "Instant::now", "rand::rng(", "thread_rng", "from_os_rng"];
    for (name, _) in ALLOWED.iter().filter(|(name, _)| *name != "covary") {
        for file in rust_files(&crates_folder().join(name).join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or("");
            for word in forbidden {
                assert!(!code.contains(word), "{}: {word} belongs to the program", file.display());
            }
        }
    }
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}
