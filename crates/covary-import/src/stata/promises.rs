//! Sizes that a Stata file declares, held against what is left of it.

use std::cell::Cell;
use std::io::Read;

use dta::stata::dta::byte_order::ByteOrder;
use dta::stata::dta::header::Header;
use dta::stata::dta::release::Release;
use dta::stata::dta::schema::Schema;
use dta::stata::dta::variable_type::VariableType;

use crate::error::ImportError;

/// The bytes as a reader whose position can be seen from outside.
pub(super) struct Watched<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) position: &'a Cell<usize>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = (&self.bytes[self.position.get()..]).read(buffer)?;
        self.position.set(self.position.get() + count);
        Ok(count)
    }
}

/// Sizes that the file declares, held against what is left of it.
///
/// The library makes room for a section of the declared length before it reads it; a damaged length would cost
/// gigabytes. So the length that comes next is looked at first.
pub(super) struct Promises<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) position: &'a Cell<usize>,
    pub(super) header: Header,
}

impl Promises<'_> {
    /// Each variable takes at least a type, a name, a format and a label.
    pub(super) fn refuse_variables(&self) -> Result<(), ImportError> {
        const LEAST: u64 = 20;
        let promised = u64::from(self.header.variable_count());
        match promised * LEAST > self.bytes.len() as u64 {
            true => Err(more(&format!("{promised} variables"))),
            false => Ok(()),
        }
    }

    pub(super) fn refuse_cases(&self, schema: &Schema) -> Result<(), ImportError> {
        let width: u64 = schema.variables().iter().map(|variable| width(variable.variable_type())).sum();
        let promised = self.header.observation_count();
        let size = promised.checked_mul(width);
        let empty = width == 0 && promised > 0;
        match empty || size.is_none_or(|size| size > self.rest().len() as u64) {
            true => Err(more(&format!("{promised} cases of {width} bytes"))),
            false => Ok(()),
        }
    }

    /// The characteristic that comes next in a file of tags.
    pub(super) fn refuse_characteristic(&self) -> Result<(), ImportError> {
        let rest = self.rest();
        let rest = rest.strip_prefix(b"<characteristics>").unwrap_or(rest);
        self.refuse_longer(rest.strip_prefix(b"<ch>"), "a characteristic")
    }

    /// All fields between the variables and the cases of a file without tags: the library passes over those of
    /// unknown kind by itself, so looking at the next is not enough. Before release 110 a length has two bytes,
    /// which needs no guard.
    pub(super) fn refuse_expansions(&self) -> Result<(), ImportError> {
        let long = self.bytes.first().is_some_and(|release| (110..=116).contains(release));
        let mut rest = if long { self.rest() } else { &[] };
        while let Some((1.., after)) = rest.split_first() {
            self.refuse_longer(Some(after), "a characteristic")?;
            let length = after.first_chunk::<4>().map_or(0, |bytes| self.number(*bytes));
            rest = after.get(4 + length..).unwrap_or(&[]);
        }
        Ok(())
    }

    pub(super) fn refuse_long_string(&self) -> Result<(), ImportError> {
        let rest = self.rest();
        let rest = rest.strip_prefix(b"<strls>").unwrap_or(rest);
        let skip = if self.header.release() == Release::V117 { 9 } else { 13 };
        let length = rest.strip_prefix(b"GSO").and_then(|rest| rest.get(skip..));
        self.refuse_longer(length, "a long text")
    }

    pub(super) fn refuse_label_set(&self) -> Result<(), ImportError> {
        let rest = self.rest();
        match self.header.release().is_xml_like() {
            true => {
                let rest = rest.strip_prefix(b"<value_labels>").unwrap_or(rest);
                self.refuse_longer(rest.strip_prefix(b"<lbl>"), "a set of value labels")
            }
            false => {
                let old = self.bytes.first().is_some_and(|release| *release < 108);
                self.refuse_longer(Some(rest).filter(|_| !old && rest.len() > 4), "a set of value labels")
            }
        }
    }

    /// The length that stands at the beginning of the bytes, if any, must fit into what follows.
    fn refuse_longer(&self, length: Option<&[u8]>, what: &str) -> Result<(), ImportError> {
        let Some(rest) = length else { return Ok(()) };
        let Some(bytes) = rest.first_chunk::<4>() else { return Ok(()) };
        let length = self.number(*bytes);
        match length > rest.len() - bytes.len() {
            true => Err(more(&format!("{what} of {length} bytes"))),
            false => Ok(()),
        }
    }

    fn number(&self, bytes: [u8; 4]) -> usize {
        let number = match self.header.byte_order() {
            ByteOrder::BigEndian => u32::from_be_bytes(bytes),
            ByteOrder::LittleEndian => u32::from_le_bytes(bytes),
        };
        usize::try_from(number).unwrap_or(usize::MAX)
    }

    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.position.get()..]
    }
}

fn width(variable_type: VariableType) -> u64 {
    match variable_type {
        VariableType::Byte => 1,
        VariableType::Int => 2,
        VariableType::Long | VariableType::Float => 4,
        VariableType::Double | VariableType::LongString => 8,
        VariableType::FixedString(length) => u64::from(length),
    }
}

fn more(what: &str) -> ImportError {
    ImportError::new(format!("the file promises {what}, more than it holds"))
        .help("The file was cut off or is damaged; copy it again or save it again from Stata")
}
