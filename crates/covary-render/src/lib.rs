//! Report in, bytes out: one file per format, and a list of them.

mod colours;
mod columns;
mod error;
mod formats;
pub mod html;
pub mod json;
pub mod number;
mod numbering;
mod plain;
mod style;
pub mod svg;
pub mod terminal;

pub use error::RenderError;
pub use formats::{FORMATS, Format};
pub use style::{LeadingZero, Stars, Style};
