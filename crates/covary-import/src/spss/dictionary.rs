//! The dictionary of an SPSS file, walked without being read: how long it is, how wide a case is, what it states
//! about its encoding, and whether the data it promises can be there.
//!
//! The format is described in the PSPP Developer's Guide, "System File Format".

use std::ops::Range;

use crate::error::ImportError;
use crate::recode::Stated;

const HEADER: usize = 176;
const COMPRESSION_AT: usize = 72;
const CASES_AT: usize = 80;

/// Deflate cannot compress better than this (RFC 1951: 258 bytes in two bits).
const DEFLATE_LIMIT: i64 = 1032;

/// What the walk over the dictionary tells.
#[derive(Debug)]
pub(super) struct Dictionary {
    big_endian: bool,
    compression: i32,
    /// Cases as the header promises; `None` where it does not.
    cases: Option<usize>,
    /// Values of eight bytes in a case.
    slots: usize,
    /// Where the data begin.
    data: usize,
    pub(super) stated_encoding: Stated,
    encoding_name: Option<Range<usize>>,
    code_page: Option<Range<usize>>,
}

impl Dictionary {
    pub(super) fn walk(bytes: &[u8]) -> Result<Dictionary, ImportError> {
        let mut walk = Walk::begin(bytes)?;
        let compression = walk.integer_at(COMPRESSION_AT)?;
        let cases = usize::try_from(walk.integer_at(CASES_AT)?).ok();
        let (mut slots, mut encoding_name, mut code_page) = (0, None, None);
        loop {
            match walk.integer()? {
                2 => {
                    walk.variable()?;
                    slots += 1;
                }
                3 => walk.value_labels()?,
                4 => walk.repeated(4)?,
                6 => walk.repeated(80)?,
                7 => match walk.extension()? {
                    (3, content) if content.len() >= 32 => code_page = Some(content.start + 28..content.start + 32),
                    (20, content) => encoding_name = Some(content),
                    _ => {}
                },
                999 => break,
                other => return Err(walk.damaged(format!("a record of the unknown type {other}"))),
            }
        }
        walk.skip(4)?;
        if slots == 0 {
            return Err(ImportError::new("the file holds no variables"));
        }
        let stated_encoding = match (&encoding_name, &code_page) {
            (Some(name), _) => Stated::Name(printable(&bytes[name.clone()])),
            (None, Some(page)) => Stated::CodePage(walk.integer_at(page.start)?),
            (None, None) => Stated::Nothing,
        };
        let (big_endian, data) = (walk.big_endian, walk.position);
        Ok(Dictionary { big_endian, compression, cases, slots, data, stated_encoding, encoding_name, code_page })
    }

    /// Refuses a file whose data section cannot hold the cases its header promises, or whose compressed blocks
    /// lie outside it, before any room is made for them.
    pub(super) fn refuse_empty_promises(&self, bytes: &[u8]) -> Result<(), ImportError> {
        let rest = bytes.len() - self.data;
        // A plain value takes eight bytes; a compressed one at least the byte that says how.
        let room = match self.compression {
            0 => rest / (8 * self.slots),
            1 => rest / self.slots,
            _ => self.room_in_blocks(bytes)? / self.slots,
        };
        match self.cases {
            Some(cases) if cases > room => Err(promised(cases, format!("at most {room}"))),
            None if self.compression == 0 && !rest.is_multiple_of(8 * self.slots) => {
                Err(ImportError::new("the file ends within its last case").help(RESAVE))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a file of which fewer or more cases could be read than its header promises.
    pub(super) fn refuse_fewer_cases(&self, read: usize) -> Result<(), ImportError> {
        match self.cases {
            Some(cases) if cases != read => Err(promised(cases, read.to_string())),
            _ => Ok(()),
        }
    }

    /// The bytes with the encoding taken out, so that texts are read byte for byte as windows-1252.
    pub(super) fn without_encoding(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if let Some(name) = &self.encoding_name {
            // No encoding has this name, and for an unknown name the library falls back on windows-1252.
            bytes[name.clone()].fill(b'?');
        }
        if let Some(page) = &self.code_page {
            let value = if self.big_endian { 1252_i32.to_be_bytes() } else { 1252_i32.to_le_bytes() };
            bytes[page.clone()].copy_from_slice(&value);
        }
        bytes
    }

    /// The bytes that the compressed blocks unfold to, each block checked to lie in the file.
    fn room_in_blocks(&self, bytes: &[u8]) -> Result<usize, ImportError> {
        let mut walk = Walk { bytes, position: self.data, big_endian: self.big_endian };
        walk.skip(8)?;
        let (trailer, length) = (walk.long()?, walk.long()?);
        walk.position = usize::try_from(trailer).map_err(|_| walk.damaged("a misplaced table of blocks"))?;
        walk.within(length)?;
        walk.skip(20)?;
        let blocks = walk.integer()?;
        let mut room = 0_usize;
        for _ in 0..blocks {
            walk.skip(8)?;
            let (start, unfolded, packed) = (walk.long()?, walk.integer()?, walk.integer()?);
            let end = start.checked_add(i64::from(packed));
            let inside = start >= 0 && packed >= 0 && end.is_some_and(|end| end <= bytes.len() as i64);
            let possible = unfolded >= 0 && i64::from(unfolded) <= DEFLATE_LIMIT * i64::from(packed).max(1);
            if !inside || !possible {
                return Err(walk.damaged("a compressed block that the file cannot hold"));
            }
            room += usize::try_from(unfolded).unwrap_or(0);
        }
        Ok(room)
    }
}

const RESAVE: &str = "The file was cut off or is damaged; copy it again or save it again from its program";

fn promised(cases: usize, found: String) -> ImportError {
    ImportError::new(format!("the header promises {cases} cases, the data hold {found}")).help(RESAVE)
}

fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_matches([' ', '\0']).to_string()
}

/// A position in the bytes that moves over records.
struct Walk<'a> {
    bytes: &'a [u8],
    position: usize,
    big_endian: bool,
}

impl<'a> Walk<'a> {
    /// Stands behind the header; its layout code says which end of a number comes first.
    fn begin(bytes: &'a [u8]) -> Result<Self, ImportError> {
        let mut walk = Walk { bytes, position: 0, big_endian: false };
        walk.skip(HEADER)?;
        walk.big_endian = !matches!(walk.integer_at(64)?, 2 | 3);
        match walk.integer_at(64)? {
            2 | 3 => Ok(walk),
            _ => Err(ImportError::new("the header of the SPSS file is damaged").help(RESAVE)),
        }
    }

    fn variable(&mut self) -> Result<(), ImportError> {
        self.skip(4)?;
        let (has_label, missing) = (self.integer()?, self.integer()?);
        self.skip(16)?;
        if has_label == 1 {
            let length = self.count()?;
            self.skip(length.next_multiple_of(4))?;
        }
        self.skip(8 * usize::try_from(missing.unsigned_abs()).unwrap_or(usize::MAX / 8))
    }

    fn value_labels(&mut self) -> Result<(), ImportError> {
        for _ in 0..self.count()? {
            self.skip(8)?;
            let length = *self.bytes.get(self.position).ok_or_else(|| self.cut_off())?;
            self.skip((usize::from(length) + 1).next_multiple_of(8))?;
        }
        Ok(())
    }

    /// A count and so many elements of `size` bytes.
    fn repeated(&mut self, size: usize) -> Result<(), ImportError> {
        let count = self.count()?;
        self.skip(count.saturating_mul(size))
    }

    /// An extension record: its subtype and where its content stands.
    fn extension(&mut self) -> Result<(i32, Range<usize>), ImportError> {
        let subtype = self.integer()?;
        let (size, count) = (self.count()?, self.count()?);
        let start = self.position;
        self.skip(size.saturating_mul(count))?;
        Ok((subtype, start..self.position))
    }

    fn skip(&mut self, length: usize) -> Result<(), ImportError> {
        let end = self.position.checked_add(length).filter(|end| *end <= self.bytes.len());
        self.position = end.ok_or_else(|| self.cut_off())?;
        Ok(())
    }

    fn within(&self, length: i64) -> Result<(), ImportError> {
        let length = usize::try_from(length).ok();
        let end = length.and_then(|length| self.position.checked_add(length));
        end.filter(|end| *end <= self.bytes.len()).map(|_| ()).ok_or_else(|| self.cut_off())
    }

    fn count(&mut self) -> Result<usize, ImportError> {
        let count = self.integer()?;
        usize::try_from(count).map_err(|_| self.damaged(format!("the count {count}")))
    }

    fn integer(&mut self) -> Result<i32, ImportError> {
        let value = self.integer_at(self.position)?;
        self.position += 4;
        Ok(value)
    }

    fn integer_at(&self, position: usize) -> Result<i32, ImportError> {
        let bytes =
            self.bytes.get(position..).and_then(|rest| rest.first_chunk::<4>()).ok_or_else(|| self.cut_off())?;
        Ok(if self.big_endian { i32::from_be_bytes(*bytes) } else { i32::from_le_bytes(*bytes) })
    }

    fn long(&mut self) -> Result<i64, ImportError> {
        let rest = self.bytes.get(self.position..);
        let bytes = rest.and_then(|rest| rest.first_chunk::<8>()).ok_or_else(|| self.cut_off())?;
        self.position += 8;
        Ok(if self.big_endian { i64::from_be_bytes(*bytes) } else { i64::from_le_bytes(*bytes) })
    }

    fn cut_off(&self) -> ImportError {
        ImportError::new(format!("the file ends within its dictionary, after {} bytes", self.bytes.len())).help(RESAVE)
    }

    fn damaged(&self, what: impl std::fmt::Display) -> ImportError {
        ImportError::new(format!("the dictionary of the file is damaged: {what} before byte {}", self.position))
            .help(RESAVE)
    }
}
