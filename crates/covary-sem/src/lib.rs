//! winnow.
