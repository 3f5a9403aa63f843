//! Reads and writes files of contacts: what comes from a stranger's spreadsheet goes in, what a spreadsheet may open
//! safely comes out.
//!
//! A file is hostile until read: encodings are guessed, quotes never close, a line may have a gigabyte. So everything
//! streams through bounded buffers, and a fault costs the row it is in and says which one; good rows are kept. All
//! calls block on the disk: async callers put them on a thread of their own.

mod dialect;
mod encoding;
mod excerpt;
mod export;
mod fault;
mod guard;
mod kind;
mod mapping;
mod parsed;
mod preview;
#[cfg(test)]
mod properties;
mod reader;
mod records;
mod split;
mod suggest;
mod synonyms;
#[cfg(test)]
mod tests;
mod text;

pub use dialect::CsvOptions;
pub use encoding::TextEncoding;
pub use export::{ContactWriter, CsvExport};
pub use fault::{FileFault, RowFault, RowFaultKind};
pub use kind::FileKind;
pub use mapping::{Mapping, MappingFault, Target};
pub use parsed::{MAX_VALUE_CHARS, ParsedContact};
pub use preview::{ColumnPreview, Preview, preview};
pub use reader::{ContactReader, Row};
