//! Any bytes as an Excel workbook, or, because the check sums of an archive stop nearly all of them at its door, as
//! the sheet and as the shared strings inside a sound one.
#![no_main]

use std::io::{Cursor, Write};

use covary_import::{ImportOptions, import};
use libfuzzer_sys::fuzz_target;
use zip::{CompressionMethod, ZipWriter, result::ZipResult, write::SimpleFileOptions};

fuzz_target!(|bytes: &[u8]| {
    let read = |bytes: &[u8]| drop(import("fuzz.xlsx", bytes, &ImportOptions::default()));
    if bytes.starts_with(b"PK") {
        read(bytes);
        return;
    }
    let (sheet, strings) = parts(bytes);
    if let Ok(book) = workbook(sheet, strings) {
        read(&book);
    }
});

/// The bytes before and after the first mark of three zeros.
fn parts(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.windows(3).position(|window| window == [0, 0, 0]) {
        Some(mark) => (&bytes[..mark], &bytes[mark + 3..]),
        None => (bytes, b"<sst><si><t>id</t></si><si><t>T11</t></si></sst>"),
    }
}

fn workbook(sheet: &[u8], strings: &[u8]) -> ZipResult<Vec<u8>> {
    const RELATIONS: &[u8] = br#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    const BOOK: &[u8] = br#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;
    const STYLES: &[u8] =
        br#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>"#;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in [
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/workbook.xml", BOOK),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        archive.start_file(name, stored)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}
