//! Bytes to text: encodings by name, by byte-order mark, and by what the bytes look like.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::{ImportError, Place};

/// Text and how it was decoded.
pub(crate) struct Decoded {
    pub text: String,
    pub encoding: &'static Encoding,
    /// Whether the encoding was neither given nor stated by a byte-order mark nor plain UTF-8.
    pub guessed: bool,
}

/// The whole of a text file as text; a byte-order mark is dropped.
pub(crate) fn decode_file(bytes: &[u8], given: Option<&str>) -> Result<Decoded, ImportError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = decode_strictly(&bytes[mark..], encoding)?;
        return Ok(Decoded { text, encoding, guessed: false });
    }
    if let Some(name) = given {
        let encoding = encoding_by_name(name).ok_or_else(|| unknown_encoding(name))?;
        return Ok(Decoded { text: decode_strictly(bytes, encoding)?, encoding, guessed: false });
    }
    let encoding = utf16_without_mark(bytes).unwrap_or_else(|| guess(bytes));
    if encoding == WINDOWS_1252 {
        refuse_damaged_utf8(bytes)?;
    }
    let guessed = encoding != UTF_8;
    Ok(Decoded { text: decode_strictly(bytes, encoding)?, encoding, guessed })
}

/// The encoding of this name: a label of the WHATWG standard, or one of the names SPSS and Windows use.
pub(crate) fn encoding_by_name(name: &str) -> Option<&'static Encoding> {
    let name = name.trim().to_ascii_lowercase();
    Encoding::for_label(name.as_bytes()).or_else(|| {
        let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
        encoding_by_code_page(digits.parse().ok()?)
    })
}

/// The encoding of a Windows code page number.
pub(crate) fn encoding_by_code_page(code_page: i32) -> Option<&'static Encoding> {
    let label: &str = match code_page {
        874 => "windows-874",
        932 => "shift_jis",
        936 | 20936 | 52936 => "gbk",
        949 | 51949 => "euc-kr",
        950 => "big5",
        1200 => "utf-16le",
        1201 => "utf-16be",
        1250..=1258 => return Encoding::for_label(format!("windows-{code_page}").as_bytes()),
        20127 => "windows-1252",
        20866 => "koi8-r",
        28591..=28605 => return Encoding::for_label(format!("iso-8859-{}", code_page - 28590).as_bytes()),
        51932 => "euc-jp",
        54936 => "gb18030",
        65001 => "utf-8",
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// The error for an encoding name that nobody knows.
pub(crate) fn unknown_encoding(name: &str) -> ImportError {
    ImportError::new(format!("the text encoding \"{name}\" is not known"))
        .expected("a name such as utf-8, gb18030, big5, shift_jis, windows-1252, utf-16le")
}

/// UTF-8, GB18030 or windows-1252, by what the bytes look like.
///
/// Valid UTF-8 is hardly ever anything else. Chinese text in GB18030 (and its subsets GBK and GB2312) is made
/// of pairs of high bytes whose first lies in B0 to F7; a Western text has single high bytes among ASCII letters,
/// which a decoder of GB18030 would also accept ("Zürich"), so the share of such pairs decides.
pub(crate) fn guess(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let (mut pairs, mut others) = (0_usize, 0_usize);
    let mut position = 0;
    while position < bytes.len() {
        if bytes[position] < 0x80 {
            position += 1;
            continue;
        }
        let trail = bytes.get(position + 1).copied().unwrap_or(0);
        match bytes[position] {
            0xB0..=0xF7 | 0xA1..=0xA3 if trail >= 0xA1 => {
                pairs += 1;
                position += 2;
            }
            _ => {
                others += 1;
                position += 1;
            }
        }
    }
    // Rarer characters of GBK have low trail bytes; one in four is far more than any real text holds.
    let chinese = pairs > 3 * others && GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some();
    if chinese { GB18030 } else { WINDOWS_1252 }
}

/// UTF-16 shows in NUL bytes: survey data are mostly digits, delimiters and line ends, each with one NUL.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    if odd * 3 > half && even * 10 < odd {
        Some(UTF_16LE)
    } else if even * 3 > half && odd * 10 < even {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn decode_strictly(bytes: &[u8], encoding: &'static Encoding) -> Result<String, ImportError> {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(text.into_owned()),
        None => Err(ImportError::new(format!("the bytes are not valid {}", encoding.name()))
            .at(Place::Line(line_of_first_fault(bytes, encoding)))
            .help("Give the file's encoding, or save it again as UTF-8")),
    }
}

/// The line of the first byte that cannot be decoded.
fn line_of_first_fault(bytes: &[u8], encoding: &'static Encoding) -> u64 {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let before = text.split('\u{FFFD}').next().unwrap_or("");
    1 + before.matches('\n').count() as u64
}

/// Text that is UTF-8 over three multi-byte characters and then breaks is damaged UTF-8, not a Western code page.
fn refuse_damaged_utf8(bytes: &[u8]) -> Result<(), ImportError> {
    let Err(fault) = std::str::from_utf8(bytes) else { return Ok(()) };
    let valid = &bytes[..fault.valid_up_to()];
    let multibyte = valid.iter().filter(|byte| **byte >= 0xC0).count();
    if multibyte < 3 {
        return Ok(());
    }
    let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count() as u64;
    Err(ImportError::new("the text is UTF-8 up to here and then holds bytes that are not")
        .at(Place::Line(line))
        .help("The file is damaged or mixes encodings; save it again as UTF-8 or give its encoding"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_guess(text: &str, encoding: &'static Encoding) {
        let (bytes, _, _) = encoding.encode(text);
        let decoded = decode_file(&bytes, None).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding));
    }

    #[test]
    fn encodings_are_guessed_from_bytes() {
        check_guess("id,name\n1,plain\n", UTF_8);
        check_guess("编号,姓名\n1,张三\n", UTF_8);
        check_guess("编号,姓名\n1,张三\n2,李四\n", GB18030);
        check_guess("id,city\n1,Zürich\n2,Genève\n", WINDOWS_1252);
        check_guess("id,name\n1,Müller\n2,Weiß\n3,Öz\n", WINDOWS_1252);
    }

    #[test]
    fn utf16_is_found_with_and_without_mark() {
        let text = "id,名\n1,张\n2,李\n3,王\n";
        for (little, mark) in [(true, true), (true, false), (false, true), (false, false)] {
            let mut bytes = Vec::new();
            for unit in mark.then_some('\u{FEFF}').into_iter().chain(text.chars()) {
                let unit = unit as u16;
                bytes.extend(if little { unit.to_le_bytes() } else { unit.to_be_bytes() });
            }
            assert_eq!(decode_file(&bytes, None).unwrap().text, text, "little {little}, mark {mark}");
        }
    }

    #[test]
    fn damaged_utf8_names_its_line() {
        let mut bytes = "编号,姓名\n1,张三\n2,".as_bytes().to_vec();
        bytes.extend([0xE5, 0xBC, b'\n']);
        let error = decode_file(&bytes, None).err().unwrap();
        assert_eq!(error.place.as_deref(), Some(&Place::Line(3)));
    }

    #[test]
    fn names_of_other_programs_are_known() {
        for (name, encoding) in [("cp936", "GBK"), ("windows-936", "GBK"), ("UTF-8", "UTF-8"), ("GB2312", "GBK")] {
            assert_eq!(encoding_by_name(name).map(Encoding::name), Some(encoding), "{name}");
        }
        assert!(encoding_by_name("klingon").is_none());
    }
}
