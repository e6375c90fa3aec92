//! Each format read as its maker meant it; the files are made by `tests/data/make.py` with other programs.

use covary_data::variable::LabelledValue;
use covary_data::{Dataset, Measure};
use covary_import::{FORMATS, ImportNote, ImportOptions, Imported, import};

fn read(file: &str) -> Imported {
    read_with(file, &ImportOptions::default())
}

fn read_with(file: &str, options: &ImportOptions) -> Imported {
    let path = format!("{}/tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    import(file, &bytes, options).unwrap_or_else(|error| panic!("{error}"))
}

fn text(name: &str, content: &str) -> Imported {
    text_with(name, content.as_bytes(), &ImportOptions::default())
}

fn text_with(name: &str, bytes: &[u8], options: &ImportOptions) -> Imported {
    import(name, bytes, options).unwrap_or_else(|error| panic!("{error}"))
}

fn check_numbers(data: &Dataset, name: &str, expected: &[Option<f64>]) {
    assert_eq!(data.numbers(name).unwrap_or_else(|error| panic!("{error}")), expected, "{name}");
}

fn check_texts(data: &Dataset, name: &str, expected: &[Option<&str>]) {
    let index = data.position(name).unwrap_or_else(|| panic!("no variable {name}"));
    let texts: Vec<Option<&str>> = (0..data.cases()).map(|case| data.text(index, case)).collect();
    assert_eq!(texts, expected, "{name}");
}

fn names(data: &Dataset) -> Vec<&str> {
    data.variables().iter().map(|variable| variable.name.as_str()).collect()
}

#[test]
fn every_format_is_named_once_and_in_lower_case() {
    let mut seen = std::collections::BTreeSet::new();
    for format in FORMATS {
        assert!(!format.name.is_empty());
        for extension in format.extensions {
            assert_eq!(*extension, extension.to_lowercase());
            assert!(seen.insert(extension), "{extension} stands twice");
        }
    }
    for extension in ["sav", "zsav", "xlsx", "csv", "tsv", "dta"] {
        assert!(seen.contains(&extension), "{extension}");
    }
}

#[test]
fn extensions_are_read_in_any_case() {
    assert_eq!(text("folder.d/A.CSV", "x\n1\n").dataset.cases(), 1);
    assert_eq!(text(r"C:\data\a.Tsv", "x\ty\n1\t2\n").dataset.variables().len(), 2);
}

#[test]
fn spss_variables_of_every_kind() {
    for file in ["types.sav", "types.zsav"] {
        let Imported { dataset, notes } = read(file);
        check_texts(&dataset, "day", &[Some("2024-02-29"), Some("1999-12-31"), None]);
        check_texts(&dataset, "moment", &[Some("2024-02-29T13:05:09"), None, Some("1970-01-01T00:00:00")]);
        check_numbers(&dataset, "duration", &[Some(750.0), Some(3600.0), None]);
        check_texts(&dataset, "city", &[Some("永康"), None, Some("Zürich")]);
        check_texts(&dataset, "essay", &[Some(&"x".repeat(300)), Some("short"), Some(&"y".repeat(700))]);
        check_numbers(&dataset, "income", &[Some(5200.5), None, None]);
        let income = dataset.variable("income").unwrap();
        assert_eq!(
            (income.missing.ranges.as_slice(), income.missing.values.as_slice()),
            (&[(-1e300, 0.0)][..], &[99.0][..])
        );
        assert_eq!(income.value_label(99.0), Some("do not know"));
        assert_eq!(income.measure, Measure::Scale);
        let city = dataset.variable("city").unwrap();
        assert_eq!(city.label.as_deref(), Some("城市"));
        assert_eq!(city.missing.texts, ["n/a"]);
        assert_eq!(city.value_labels[0].value, LabelledValue::Text("永康".into()));
        assert_eq!(notes.len(), 2, "{notes:?}");
    }
}

#[test]
fn spss_texts_in_a_legacy_code_page() {
    let forced = ImportOptions { encoding: Some("gbk".into()), ..ImportOptions::default() };
    let unstated = read("gbk_unstated.sav");
    let note = ImportNote::LegacyCodePage { stated: None, encoding: "gb18030".into() };
    assert_eq!(unstated.notes, [note]);
    for imported in [unstated, read("gbk_936.sav"), read_with("gbk_unstated.sav", &forced)] {
        let data = imported.dataset;
        assert_eq!(names(&data), ["EDU", "城市"]);
        assert_eq!(data.variable("EDU").unwrap().label.as_deref(), Some("学历"));
        assert_eq!(data.variable("EDU").unwrap().value_label(1.0), Some("研究生"));
        check_texts(&data, "城市", &[Some("永康"), Some("金华")]);
    }
    // A wrong encoding is the caller's word and is taken.
    let wrong = ImportOptions { encoding: Some("windows-1252".into()), ..ImportOptions::default() };
    assert_eq!(read_with("gbk_936.sav", &wrong).dataset.variables()[1].name, "³ÇÊÐ");
}

#[test]
fn workbook_cells_of_every_kind() {
    let Imported { dataset, notes } = read("types.xlsx");
    check_numbers(&dataset, "agrees", &[Some(1.0), Some(0.0), None]);
    check_numbers(&dataset, "score", &[Some(4.5), Some(3.0), None]);
    check_texts(&dataset, "mixed", &[Some("1"), Some("one"), None]);
    check_texts(&dataset, "day", &[Some("2024-02-29"), Some("1999-12-31"), None]);
    check_texts(&dataset, "moment", &[Some("2024-02-29T13:05:09"), None, Some("1999-01-01")]);
    check_numbers(&dataset, "taken", &[Some(750.0), Some(3600.0), None]);
    check_numbers(&dataset, "formula", &[None, Some(7.0), None]);
    check_texts(&dataset, "phone", &[Some("13800138000123456"), None, Some("1")]);
    check_texts(&dataset, "column_10", &[None, Some("stray"), None]);
    let score = || vec!["score".to_string()];
    for note in [
        ImportNote::SheetChosen { sheet: "answers".into(), others: vec!["other".into()] },
        ImportNote::FormulasWithoutValue { first: "H2".into(), count: 2 },
        ImportNote::UnnamedColumn { column: 10, name: "column_10".into() },
        ImportNote::NumbersStoredAsText { variables: score(), count: 1 },
        ImportNote::MissingMarks { marks: vec!["NA".into()], variables: score(), count: 1 },
        ImportNote::LongNumbersKeptAsText { variables: vec!["phone".into()] },
        ImportNote::DurationsAsSeconds { variables: vec!["taken".into()] },
        ImportNote::DatesAsText { variables: vec!["day".into(), "moment".into()] },
    ] {
        assert!(notes.contains(&note), "{note:?} in {notes:?}");
    }
    let other = ImportOptions { sheet: Some("other".into()), ..ImportOptions::default() };
    assert_eq!(names(&read_with("types.xlsx", &other).dataset), ["x"]);
}

#[test]
fn stata_variables_of_every_kind() {
    let data = read("types.dta").dataset;
    check_numbers(&data, "item", &[Some(1.0), Some(5.0), None]);
    check_numbers(&data, "whole", &[Some(100.0), Some(-5.0), Some(7.0)]);
    check_texts(&data, "city", &[Some("永康"), None, Some("Zürich")]);
    check_texts(&data, "day", &[Some("2024-02-29"), Some("1999-12-31"), None]);
    check_texts(&data, "month", &[Some("2024-02"), Some("1999-12"), Some("1960-01")]);
    check_texts(&data, "moment", &[Some("2024-02-29T13:05:09"), None, Some("1970-01-01T00:00:00")]);
    check_texts(&data, "essay", &[Some(&"x".repeat(3000)), Some("short"), None]);
    assert_eq!(data.variable("item").unwrap().label.as_deref(), Some("学历"));
    assert_eq!(data.variable("whole").unwrap().value_label(7.0), Some("七"));
}

#[test]
fn stata_extended_missing_values_and_old_code_pages() {
    let extended = read("extended.dta");
    check_numbers(&extended.dataset, "x", &[Some(1.0), None, Some(2.0), None]);
    assert_eq!(extended.notes, [ImportNote::ExtendedMissing { variables: vec!["x".into()], count: 2 }]);
    assert_eq!(extended.dataset.variable("x").unwrap().value_labels.len(), 1);
    let old = read("old.dta").dataset;
    assert_eq!(old.variable("edu").unwrap().label.as_deref(), Some("学历"));
    check_texts(&old, "city", &[Some("永康永康"), Some("金华")]);
}

#[test]
fn delimiters_and_decimal_marks_are_found() {
    for (content, expected) in [
        ("a,b\n1.5,2\n", [1.5, 2.0]),
        ("a;b\n1,5;2\n", [1.5, 2.0]),
        ("a;b\n1,234;2\n", [1.234, 2.0]),
        ("a;b\n1.5;2\n", [1.5, 2.0]),
        ("a\tb\n1,5\t2\n", [1.5, 2.0]),
        ("a|b\n1.5|2\n", [1.5, 2.0]),
        ("sep=;\na;b\n1,5;2\n", [1.5, 2.0]),
        ("\u{FEFF}a,b\r\n1.5,2\r\n", [1.5, 2.0]),
        ("\"a\",\"b\"\n\"1.5\",\"2\"\n", [1.5, 2.0]),
        ("a;b\n\"1,5\";2\n", [1.5, 2.0]),
    ] {
        let data = text("x.csv", content).dataset;
        check_numbers(&data, "a", &[Some(expected[0])]);
        check_numbers(&data, "b", &[Some(expected[1])]);
    }
}

/// Thousands are never guessed: such a field stays text, which a numeric method then refuses by name.
#[test]
fn thousands_are_not_guessed() {
    check_texts(&text("x.csv", "a,b\n\"1,234\",2\n").dataset, "a", &[Some("1,234")]);
    check_texts(&text("x.tsv", "a\tb\n1,234\t2\n").dataset, "a", &[Some("1,234")]);
    check_texts(&text("x.csv", "a;b\n1.234,5;2,5\n").dataset, "a", &[Some("1.234,5")]);
}

#[test]
fn delimiter_and_decimal_mark_as_given() {
    let options = ImportOptions { delimiter: Some(':'), decimal: Some(','), ..ImportOptions::default() };
    let data = text_with("x.csv", b"a:b\n1,5:2\n", &options).dataset;
    check_numbers(&data, "a", &[Some(1.5)]);
}

#[test]
fn encodings_are_found_or_given() {
    let content = "编号,姓名\n1,张三\n2,李四\n";
    let utf16: Vec<u8> = content.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (gbk, _, _) = encoding_rs::GB18030.encode(content);
    for bytes in [content.as_bytes(), &utf16, &gbk] {
        let data = text_with("x.csv", bytes, &ImportOptions::default()).dataset;
        assert_eq!(names(&data), ["编号", "姓名"]);
        check_texts(&data, "姓名", &[Some("张三"), Some("李四")]);
    }
    let (big5, _, _) = encoding_rs::BIG5.encode("a,b\n1,臺灣\n");
    let options = ImportOptions { encoding: Some("big5".into()), ..ImportOptions::default() };
    check_texts(&text_with("x.csv", &big5, &options).dataset, "b", &[Some("臺灣")]);
}

#[test]
fn columns_are_numeric_when_every_filled_field_is() {
    let Imported { dataset, notes } = text("x.csv", "a,b,c,d,e\n1,x,TRUE,NA,\n.,2,FALSE,,\nNA,,NA,NaN,\n");
    check_numbers(&dataset, "a", &[Some(1.0), None, None]);
    check_texts(&dataset, "b", &[Some("x"), Some("2"), None]);
    check_numbers(&dataset, "c", &[Some(1.0), Some(0.0), None]);
    check_numbers(&dataset, "d", &[None, None, None]);
    check_numbers(&dataset, "e", &[None, None, None]);
    let variables = vec!["a".to_string(), "c".to_string(), "d".to_string()];
    let marks = vec!["NA".to_string(), ".".to_string(), "NaN".to_string()];
    assert_eq!(
        notes,
        [
            ImportNote::MissingMarks { marks, variables, count: 5 },
            ImportNote::TrueFalse { variables: vec!["c".into()] }
        ]
    );
}

#[test]
fn columns_and_rows_without_content_are_dropped() {
    let Imported { dataset, notes } = text("x.csv", "a,b,\n1,2,\n,,\n3,4,\n,,\n,,\n");
    assert_eq!(names(&dataset), ["a", "b"]);
    assert_eq!(dataset.cases(), 3, "an empty line between cases is a case");
    let expected = [ImportNote::EmptyRowsDropped { count: 2 }, ImportNote::EmptyColumnsDropped { columns: vec![3] }];
    assert_eq!(notes, expected);
    // R's write.csv puts row names under an empty header.
    let with_names = text("x.csv", "\"\",\"a\"\n\"1\",5\n\"2\",6\n");
    assert_eq!(names(&with_names.dataset), ["column_1", "a"]);
}

#[test]
fn missing_codes_of_the_caller_are_added() {
    let codes = vec![("*".to_string(), vec![-99.0]), ("a".to_string(), vec![9.0, -99.0])];
    let options = ImportOptions { missing_codes: codes, ..ImportOptions::default() };
    let data = text_with("x.csv", b"a,b,c\n9,9,x\n-99,1,y\n1,-99,z\n", &options).dataset;
    check_numbers(&data, "a", &[None, None, Some(1.0)]);
    check_numbers(&data, "b", &[Some(9.0), Some(1.0), None]);
    assert_eq!(data.variable("a").unwrap().missing.values, [-99.0, 9.0]);
    assert_eq!(data.raw_number(0, 0), Some(9.0));
}

#[test]
fn notes_read_as_sentences() {
    for (file, expected) in [
        ("types.xlsx", "read the sheet \"answers\"; the workbook also holds \"other\""),
        ("extended.dta", "2 extended missing values (.a to .z) count as missing in x"),
        ("gbk_unstated.sav", "the file does not state its text encoding; taken as gb18030"),
    ] {
        assert_eq!(read(file).notes[0].text(), expected);
    }
}
