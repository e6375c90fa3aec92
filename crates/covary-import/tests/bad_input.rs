//! Files that are damaged, empty, cut off, of another format, or promise more than they hold.

use covary_import::{FORMATS, ImportError, ImportOptions, import};

fn fixture(file: &str) -> Vec<u8> {
    let folder = env!("CARGO_MANIFEST_DIR");
    let own = format!("{folder}/tests/data/{file}");
    let shared = format!("{folder}/../../examples/yongkang/{file}");
    std::fs::read(own).or_else(|_| std::fs::read(shared)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn refused(name: &str, bytes: &[u8]) -> ImportError {
    refused_with(name, bytes, &ImportOptions::default())
}

fn refused_with(name: &str, bytes: &[u8], options: &ImportOptions) -> ImportError {
    match import(name, bytes, options) {
        Err(error) => {
            assert_eq!(error.file, name);
            error
        }
        Ok(read) => panic!("{name} was read, {} cases", read.dataset.cases()),
    }
}

fn check(name: &str, bytes: &[u8], expected: &str) {
    assert_eq!(refused(name, bytes).to_string(), expected);
}

/// The binary files, of which every cut and many damages are tried.
const BINARY: &[&str] = &[
    "types.sav",
    "types.zsav",
    "gbk_936.sav",
    "survey_zh.sav",
    "types.xlsx",
    "error_cell.xlsx",
    "types.dta",
    "extended.dta",
    "old.dta",
];

#[test]
fn text_files_that_cannot_be_read() {
    check(
        "a.csv",
        b"a,b\n1,2\n3\n",
        "a.csv, line 3: the line has 1 fields; expected 2, as many as there are names in the first line. \
         A field that holds the delimiter must stand in quotation marks; or give another delimiter",
    );
    check(
        "a.csv",
        b"a,b,a\n1,2,3\n",
        "a.csv, line 1, column 3: the name \"a\" stands in column 1 and again in column 3. \
         Every column needs a name of its own; rename one of them",
    );
    check(
        "a.csv",
        b"1,2\n3,4\n",
        "a.csv, line 1, column 1: the first line holds numbers, not names; expected the variable names in the first \
         line. Add a line with the names of the variables",
    );
    check(
        "a.csv",
        b"a,b\n1,\"2\n3,4\n5,6\n",
        "a.csv, line 2: a quotation mark opened in this line is never closed. \
         Close it, or write a quotation mark inside a field twice",
    );
    check(
        "a.csv",
        b"Survey 2021,,\nid,T11,T12\n1,2,3\n",
        "a.csv, line 1, column 2: 2 of 3 columns have no name in the first line; expected the variable names in the \
         first line. Delete titles and empty lines above the names",
    );
    check("a.csv", b"a,b\n", "a.csv: the file names variables but holds no case; expected at least one case");
    check("a.csv", b"", "a.csv: the file is empty; expected a file of comma-separated values");
    check("a.csv", b"\n\n", "a.csv: the file is empty; expected variable names in the first line, then the cases");
    assert!(refused("a.csv", b"a,b\n1,\x002\n").problem.contains("content is not that"));
}

#[test]
fn extensions_that_cannot_be_read() {
    let known = "expected .sav .zsav .xlsx .xlsm .dta .csv .txt .tsv .tab";
    check("a.docx", b"x", &format!("a.docx: the format .docx cannot be read; {known}"));
    check(
        "a.xls",
        b"x",
        &format!(
            "a.xls: the format .xls cannot be read; {known}. Open it in a spreadsheet program and save it as .xlsx"
        ),
    );
    check("survey", b"x", &format!("survey: the file name has no extension, so its format is not known; {known}"));
}

#[test]
fn a_wrong_extension_is_explained() {
    for (file, name, expected) in [
        ("types.sav", "a.csv", "It looks like SPSS data; if it is, give the file the extension .sav"),
        ("types.xlsx", "a.sav", "It looks like an Excel workbook; if it is, give the file the extension .xlsx"),
        ("types.dta", "a.sav", "It looks like Stata data; if it is, give the file the extension .dta"),
        ("survey.csv", "a.xlsx", "It looks like comma-separated values; if it is, give the file the extension .csv"),
    ] {
        assert_eq!(refused(name, &fixture(file)).help.as_deref(), Some(expected));
    }
}

#[test]
fn empty_files_and_garbage_are_refused_under_every_name() {
    let mut noise = Noise(7);
    let garbage: Vec<u8> = (0..5000).map(|_| noise.next() as u8).collect();
    for extension in FORMATS.iter().flat_map(|format| format.extensions) {
        let name = format!("a.{extension}");
        refused(&name, b"");
        refused(&name, &garbage);
        refused(&name, &[0; 300]);
    }
    // The right beginning and nothing good behind it.
    let beginnings: [(&str, &[u8]); 5] = [
        ("a.sav", b"$FL2"),
        ("a.zsav", b"$FL3"),
        ("a.xlsx", b"PK\x03\x04"),
        ("a.dta", b"<stata_dta>"),
        ("b.dta", &[114, 2, 1, 0]),
    ];
    for (name, beginning) in beginnings {
        refused(name, beginning);
        refused(name, &[beginning, &garbage].concat());
        refused(name, &[beginning, &[0; 3000]].concat());
        refused(name, &[beginning, &[0xFF; 3000]].concat());
    }
}

/// A cut file is never read as if it were whole, wherever it is cut.
#[test]
fn cut_files_are_refused() {
    for file in BINARY {
        let whole = fixture(file);
        let step = (whole.len() / 400).max(1);
        for length in (0..whole.len()).step_by(step).chain(whole.len().saturating_sub(40)..whole.len()) {
            assert!(
                import(file, &whole[..length], &ImportOptions::default()).is_err(),
                "{file} was read though cut at {length} of {}",
                whole.len()
            );
        }
    }
}

/// Damage in any byte ends in a dataset or in an error, never in a crash or in memory that the file does not justify.
#[test]
fn damaged_files_never_crash() {
    for file in BINARY {
        let whole = fixture(file);
        let mut noise = Noise(20211101);
        for round in 0..600 {
            let mut bytes = whole.clone();
            for _ in 0..=(round % 4) {
                let position = noise.below(bytes.len());
                bytes[position] = match noise.below(4) {
                    0 => 0xFF,
                    1 => 0,
                    2 => bytes[position] ^ (1 << noise.below(8)),
                    _ => noise.next() as u8,
                };
            }
            let _ = import(file, &bytes, &ImportOptions::default());
        }
    }
}

#[test]
fn numbers_of_cases_and_variables_are_held_against_the_file() {
    let mut spss = fixture("survey_zh.sav");
    spss[80..84].copy_from_slice(&1_000_000_000_i32.to_le_bytes());
    assert!(refused("a.sav", &spss).problem.starts_with("the header promises 1000000000 cases, the data hold at most"));
    spss[80..84].copy_from_slice(&200_i32.to_le_bytes());
    let error = refused("a.sav", &spss);
    assert_eq!(error.problem, "the header promises 200 cases, the data hold 254");
    let mut stata = fixture("types.dta");
    let cases = stata.windows(3).position(|window| window == b"<N>").unwrap() + 3;
    stata[cases..cases + 8].copy_from_slice(&(1_u64 << 60).to_le_bytes());
    assert!(refused("a.dta", &stata).problem.starts_with("the file promises 1152921504606846976 cases"));
    let variables = stata.windows(3).position(|window| window == b"<K>").unwrap() + 3;
    stata[variables..variables + 2].copy_from_slice(&u16::MAX.to_le_bytes());
    assert_eq!(refused("a.dta", &stata).problem, "the file promises 65535 variables, more than it holds");
}

/// Lengths inside a Stata file of which the library would make room before it reads.
#[test]
fn lengths_of_sections_are_held_against_the_file() {
    for (tag, skip) in [("<lbl>", 5), ("GSO", 16)] {
        let mut stata = fixture("types.dta");
        let at = stata.windows(tag.len()).position(|window| window == tag.as_bytes()).unwrap() + skip;
        stata[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        let error = refused("a.dta", &stata);
        assert!(error.problem.contains("4294967295 bytes, more than it holds"), "{tag}: {error}");
    }
}

#[test]
fn cells_with_errors_are_named() {
    check(
        "a.xlsx",
        &fixture("error_cell.xlsx"),
        "a.xlsx, sheet \"Sheet\", cell B3: the cell holds the error #DIV/0!; expected a value or an empty cell. \
         Correct the formula or empty the cell",
    );
}

#[test]
fn options_that_do_not_fit_are_named() {
    let options = |change: fn(&mut ImportOptions)| {
        let mut options = ImportOptions::default();
        change(&mut options);
        options
    };
    let sheet = options(|o| o.sheet = Some("answer".into()));
    assert_eq!(
        refused_with("a.xlsx", &fixture("types.xlsx"), &sheet).to_string(),
        "a.xlsx: the workbook holds no sheet \"answer\"; expected \"answers\", \"other\". Did you mean \"answers\"?"
    );
    let encoding = options(|o| o.encoding = Some("klingon".into()));
    for file in ["survey.csv", "types.sav"] {
        assert!(refused_with(file, &fixture(file), &encoding).problem.contains("\"klingon\" is not known"));
    }
    let utf8 = options(|o| o.encoding = Some("utf-8".into()));
    let error = refused_with("a.csv", b"a,b\n1,x\n2,\xE9t\xE9\n", &utf8);
    assert_eq!(
        error.to_string(),
        "a.csv, line 3: the bytes are not valid UTF-8. Give the file's encoding, or save it again as UTF-8"
    );
    let codes = options(|o| o.missing_codes = vec![("T1".into(), vec![9.0])]);
    assert_eq!(
        refused_with("survey.csv", &fixture("survey.csv"), &codes).to_string(),
        "survey.csv: missing codes are given for \"T1\", which the file does not hold. Did you mean \"T15\"?"
    );
    let text = options(|o| o.missing_codes = vec![("b".into(), vec![9.0])]);
    let error = refused_with("a.csv", b"a,b\n1,x\n", &text);
    assert_eq!(error.to_string(), "a.csv, variable \"b\": numeric missing codes are given for a text variable");
}

/// Inputs that once crashed a reader, kept under `regressions`, their extension being that of their format.
#[test]
fn past_crashes_stay_errors() {
    let folder = format!("{}/tests/data/regressions", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let _ = import(&name, &std::fs::read(&path).unwrap(), &ImportOptions::default());
    }
}

/// A fixed sequence of bytes without pattern (Knuth's linear congruential generator, MMIX).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}
