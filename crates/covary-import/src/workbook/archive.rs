//! The zip archive that a workbook is: what its directory promises, before anything is unpacked.

use crate::error::ImportError;

/// Deflate cannot compress better than this (RFC 1951: 258 bytes in two bits).
const DEFLATE_LIMIT: u64 = 1032;

/// What a workbook may unpack to: far more than the largest survey, far less than the memory of a computer.
const LARGEST: u64 = 4 << 30;

/// Where `pattern` stands in `bytes`.
pub(super) fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

/// Refuses an archive without a directory, and one that promises to unpack to more than it can hold.
pub(super) fn refuse_empty_promises(bytes: &[u8]) -> Result<(), ImportError> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    let tail = bytes.len().saturating_sub(65_557);
    let Some(end) = bytes[tail..].windows(END.len()).rposition(|window| window == END) else {
        return Err(ImportError::new("the workbook is cut off: the directory at its end is missing")
            .help("Copy the file again, or save it again from its program"));
    };
    let mut position = number(bytes, tail + end + 16, 4).unwrap_or(0) as usize;
    let mut unpacked = 0_u64;
    while bytes.get(position..).is_some_and(|rest| rest.starts_with(ENTRY)) {
        let field = |offset, length| number(bytes, position + offset, length).unwrap_or(0);
        unpacked += field(24, 4);
        position += 46 + (field(28, 2) + field(30, 2) + field(32, 2)) as usize;
    }
    if unpacked > LARGEST || unpacked > DEFLATE_LIMIT * bytes.len() as u64 {
        return Err(ImportError::new(format!("the workbook promises to unpack to {unpacked} bytes"))
            .expected("a workbook of a survey")
            .help("Save the sheet alone, or as CSV"));
    }
    Ok(())
}

/// A little-endian number of `length` bytes.
fn number(bytes: &[u8], position: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(position..position.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
