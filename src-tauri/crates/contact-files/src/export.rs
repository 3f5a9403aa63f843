//! Writes CSV that any spreadsheet opens with the right characters and without running anything.
//!
//! UTF-8 with a byte order mark, as Excel takes a file without one for the system's old encoding; CR LF as RFC 4180
//! says; formulas guarded (see the guard in this crate). What [`ContactWriter`] writes, [`crate::ContactReader`] reads
//! back unchanged.

use std::fmt;
use std::io::{self, Write};

use csv::{ErrorKind, Terminator, Writer, WriterBuilder};
use hongyan_domain::{Contact, FieldName};

use crate::guard::guarded;

/// Writes a table: contacts, a report, rejected rows.
pub struct CsvExport<W: Write> {
    writer: Writer<W>,
}

impl<W: Write> CsvExport<W> {
    /// Starts the table with the heads of its columns.
    pub fn new(mut output: W, heads: &[&str]) -> io::Result<Self> {
        output.write_all(b"\xef\xbb\xbf")?;
        let writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(output);
        let mut export = Self { writer };
        export.row(heads)?;
        Ok(export)
    }

    /// Writes a row; it must have as many values as there are heads (else [`io::ErrorKind::InvalidInput`]).
    pub fn row<V: AsRef<str>>(&mut self, values: impl IntoIterator<Item = V>) -> io::Result<()> {
        for value in values {
            self.writer.write_field(guarded(value.as_ref()).as_bytes()).map_err(io_error)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(io_error)
    }

    /// Writes what is still in the buffer and gives the output back; making it durable is up to the caller.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

impl<W: Write> fmt::Debug for CsvExport<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvExport").finish_non_exhaustive()
    }
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        _ => io::Error::new(io::ErrorKind::InvalidInput, "a row must have one value a column"),
    }
}

/// Writes contacts: `email`, `name`, then the fields.
#[derive(Debug)]
pub struct ContactWriter<W: Write> {
    export: CsvExport<W>,
    fields: Vec<FieldName>,
}

impl<W: Write> ContactWriter<W> {
    /// Starts a file with these fields as columns behind address and name.
    pub fn new(output: W, fields: Vec<FieldName>) -> io::Result<Self> {
        let heads: Vec<&str> =
            ["email", "name"].into_iter().chain(fields.iter().map(FieldName::as_str)).collect();
        let export = CsvExport::new(output, &heads)?;
        Ok(Self { export, fields })
    }

    /// Writes a contact; fields that are no column are left out.
    pub fn contact(&mut self, contact: &Contact) -> io::Result<()> {
        let value = |field| contact.fields.get(field).map_or("", String::as_str);
        let own = [contact.address.as_str(), contact.name.as_str()];
        self.export.row(own.into_iter().chain(self.fields.iter().map(value)))
    }

    /// Writes what is still in the buffer and gives the output back; making it durable is up to the caller.
    pub fn finish(self) -> io::Result<W> {
        self.export.finish()
    }
}
