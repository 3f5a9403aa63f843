//! Reads a text record by record, with a bound on memory and a way on after every fault.

use std::io::{self, Read};

use crate::RowFaultKind;
use crate::excerpt::masked;
use crate::split::{Cell, Record, Split, line_len, split_record};
use crate::text::DecodedText;

/// A row of contacts has kilobytes; beyond this it is damage, and holding it would only cost memory.
pub(crate) const MAX_RECORD_BYTES: usize = 1 << 20;

/// Characters that are told of a line that is no record.
const MAX_LINE_CHARS: usize = 2_000;

/// The records of a text, one at a time.
pub(crate) struct Records<R> {
    text: DecodedText<R>,
    delimiter: u8,
    cells: Vec<Cell>,
    /// Bytes of the current record, without and with its line end.
    len: usize,
    next: usize,
    number: u64,
}

/// What [`Records::advance`] came to.
#[derive(Debug)]
pub(crate) enum Step {
    /// A record; [`Records::record`] has it.
    Record,
    /// A record with more cells than are kept.
    TooManyColumns,
    /// Something that is no record.
    Broken {
        kind: RowFaultKind,
        excerpt: String,
        /// The beginning of the line.
        line: String,
    },
}

impl<R: Read> Records<R> {
    pub(crate) fn new(text: DecodedText<R>, delimiter: u8) -> Self {
        Self { text, delimiter, cells: Vec::new(), len: 0, next: 0, number: 0 }
    }

    /// The number of the current row as a spreadsheet shows it: the first is 1, blank rows count.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// How many bytes were taken from the input.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.text.bytes_read()
    }

    /// How much memory the text at hand takes.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> usize {
        self.text.held_bytes()
    }

    /// The current record.
    pub(crate) fn record(&self) -> Record<'_> {
        Record::new(self.text.rest().get(..self.len).unwrap_or_default(), &self.cells)
    }

    /// Goes on to the next row that is not blank; `None` at the end.
    pub(crate) fn advance(&mut self) -> io::Result<Option<Step>> {
        loop {
            self.text.consume(self.next);
            (self.len, self.next) = (0, 0);
            let Some(step) = self.split_next()? else { return Ok(None) };
            self.number += 1;
            if !(matches!(step, Step::Record) && self.record().is_blank()) {
                return Ok(Some(step));
            }
        }
    }

    fn split_next(&mut self) -> io::Result<Option<Step>> {
        loop {
            let (rest, complete) = (self.text.rest(), self.text.is_complete());
            if rest.is_empty() && complete {
                return Ok(None);
            }
            // Never more than the limit is looked at, so that what is read does not depend on how it came in pieces.
            let window = rest.as_bytes().get(..=MAX_RECORD_BYTES).unwrap_or(rest.as_bytes());
            let is_full = window.len() > MAX_RECORD_BYTES;
            let kind = match split_record(window, self.delimiter, complete && !is_full, &mut self.cells) {
                Split::Whole { len, next, too_many_columns } => {
                    (self.len, self.next) = (len, next);
                    return Ok(Some(if too_many_columns { Step::TooManyColumns } else { Step::Record }));
                }
                Split::Cut { .. } if !complete && !is_full => {
                    self.text.fill()?;
                    continue;
                }
                Split::Cut { in_quotes: false } => RowFaultKind::LineTooLong,
                Split::Cut { in_quotes: true } | Split::WildQuote => RowFaultKind::UnclosedQuote,
            };
            let excerpt = masked(rest);
            let line = rest.lines().next().unwrap_or_default().chars().take(MAX_LINE_CHARS).collect();
            self.skip_line()?;
            return Ok(Some(Step::Broken { kind, excerpt, line }));
        }
    }

    /// Drops everything up to the next line end, however far away that is.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let rest = self.text.rest();
            if let Some(len) = line_len(rest.as_bytes(), self.text.is_complete()) {
                self.text.consume(len);
                return Ok(());
            }
            // A CR at the very end stays, so that it is seen together with the LF that may follow.
            let keep = usize::from(rest.ends_with('\r'));
            self.text.consume(rest.len() - keep);
            self.text.fill()?;
        }
    }
}
