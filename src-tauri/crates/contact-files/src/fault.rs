//! What can be wrong with a file as a whole, and with one of its rows.
//!
//! A row's fault is data, not an error: it is counted, stored and shown in the report of the import. It carries a
//! masked excerpt only, so that it may be logged.

use std::io;

use hongyan_domain::AddressFault;

use crate::FileKind;

/// Why a file cannot be read at all, or no further.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The file is not there, not ours to read, or the disk failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Not one row with anything in it.
    #[error("the file is empty")]
    Empty,
    /// The content is no table of text, whatever the file's name says.
    #[error("the file is no CSV text, it looks like {looks_like}")]
    NotText {
        /// What it seems to be instead.
        looks_like: FileKind,
    },
}

/// Why one row was kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// What is wrong.
    pub kind: RowFaultKind,
    /// The column it is in, counted from 0, where there is one to name.
    pub column: Option<usize>,
    /// The first characters of the value or the line, with words cut to their first letter: enough to recognise it,
    /// never a whole address.
    pub excerpt: String,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RowFaultKind {
    /// The row has values, but no address.
    #[error("the row has no address")]
    EmptyAddress,
    /// The address cannot be right.
    #[error(transparent)]
    BadAddress(AddressFault),
    /// A value has more than [`crate::MAX_VALUE_CHARS`] characters.
    #[error("a value is too long")]
    ValueTooLong,
    /// A mapped value has bytes that mean nothing in the file's encoding.
    #[error("a value has characters that cannot be read")]
    BadEncoding,
    /// More values than columns: most likely a comma in a value without quotes, so that everything behind it is shifted.
    #[error("the row has more values than the file has columns")]
    TooManyColumns,
    /// The row has more than 1 MiB.
    #[error("the row is too long")]
    LineTooLong,
    /// A quotation mark opens a value and never closes it; reading goes on at the next line.
    #[error("a quotation mark is never closed")]
    UnclosedQuote,
}

impl RowFaultKind {
    /// The word of this fault in reports and on the wire; for a bad address [`AddressFault::as_str`] says more.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmptyAddress => "empty_address",
            Self::BadAddress(_) => "bad_address",
            Self::ValueTooLong => "value_too_long",
            Self::BadEncoding => "bad_encoding",
            Self::TooManyColumns => "too_many_columns",
            Self::LineTooLong => "line_too_long",
            Self::UnclosedQuote => "unclosed_quote",
        }
    }
}
