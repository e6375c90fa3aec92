//! Texts of SPSS and Stata files, taken byte for byte first and decoded when their encoding is known.
//!
//! Both formats come from a time of code pages: the encoding is stated wrongly, by an unknown name, or not at all.
//! Their readers are therefore made to decode everything as windows-1252, which maps every byte to one character
//! and back, and the true decoding happens here, over all texts of the file at once.

use covary_data::variable::LabelledValue;
use covary_data::{Column, Variable};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::ImportOptions;
use crate::error::ImportError;
use crate::note::ImportNote;
use crate::text_encoding::{encoding_by_code_page, encoding_by_name, guess, unknown_encoding};

/// What a file says about its text encoding.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stated {
    Name(String),
    CodePage(i32),
    Nothing,
}

/// Decodes all texts of a file by the encoding given, or stated, or guessed, in this order.
pub(crate) fn decode(
    variables: &mut [Variable],
    columns: &mut [Column],
    stated: &Stated,
    options: &ImportOptions,
    notes: &mut Vec<ImportNote>,
) -> Result<(), ImportError> {
    let encoding = match (&options.encoding, stated) {
        (Some(name), _) => encoding_by_name(name).ok_or_else(|| unknown_encoding(name))?,
        (None, Stated::Name(name)) => match encoding_by_name(name) {
            Some(encoding) => encoding,
            None => noted_guess(variables, columns, Some(name.clone()), notes),
        },
        (None, Stated::CodePage(code_page)) => match encoding_by_code_page(*code_page) {
            Some(encoding) => encoding,
            None => noted_guess(variables, columns, None, notes),
        },
        (None, Stated::Nothing) => noted_guess(variables, columns, None, notes),
    };
    let mut broken = 0;
    each_text(variables, columns, |text| {
        if text.is_ascii() {
            return;
        }
        let bytes = original_bytes(text);
        let (decoded, _) = encoding.decode_without_bom_handling(&bytes);
        // A fixed field may cut a character of several bytes in two; its remains say nothing.
        let decoded = decoded.trim_end_matches('\u{FFFD}');
        broken += usize::from(decoded.contains('\u{FFFD}'));
        *text = decoded.to_string();
    });
    if broken > 0 {
        notes.push(ImportNote::UndecodedTexts { encoding: encoding.name().to_string(), count: broken });
    }
    Ok(())
}

/// A guess from all texts; texts of ASCII alone need none and no note.
fn noted_guess(
    variables: &mut [Variable],
    columns: &mut [Column],
    stated: Option<String>,
    notes: &mut Vec<ImportNote>,
) -> &'static Encoding {
    let mut bytes = Vec::new();
    each_text(variables, columns, |text| {
        if !text.is_ascii() {
            bytes.extend_from_slice(&original_bytes(text));
            bytes.push(b'\n');
        }
    });
    if bytes.is_empty() {
        return UTF_8;
    }
    let encoding = guess(&bytes);
    notes.push(ImportNote::LegacyCodePage { stated, encoding: encoding.name().to_string() });
    encoding
}

fn original_bytes(text: &str) -> Vec<u8> {
    WINDOWS_1252.encode(text).0.into_owned()
}

fn each_text(variables: &mut [Variable], columns: &mut [Column], mut change: impl FnMut(&mut String)) {
    for variable in variables {
        change(&mut variable.name);
        variable.label.iter_mut().for_each(&mut change);
        variable.missing.texts.iter_mut().for_each(&mut change);
        for label in &mut variable.value_labels {
            change(&mut label.label);
            if let LabelledValue::Text(text) = &mut label.value {
                change(text);
            }
        }
    }
    for column in columns {
        if let Column::Text(texts) = column {
            texts.iter_mut().flatten().for_each(&mut change);
        }
    }
}
