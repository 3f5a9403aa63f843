//! Reads the contacts of a file in batches.

use std::fmt;
use std::fs::File;
use std::path::Path;

use hongyan_domain::{FieldName, RawRow};

use crate::guard::unguarded;
use crate::parsed::Plan;
use crate::records::{Records, Step};
use crate::{CsvOptions, FileFault, Mapping, ParsedContact, RowFault, RowFaultKind, dialect};

/// Characters that are kept of a row without a contact: more than any row of contacts has, and too few to fill the memory.
const MAX_RAW_CHARS: usize = 2_000;

/// One row of a file that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number as a spreadsheet shows it: the first row, the heads of the columns as a rule, is 1; blank rows count,
    /// and a value of several lines is still one row.
    pub number: u64,
    /// The contact in it, or why there is none.
    pub result: Result<ParsedContact, RowFault>,
    /// A row without a contact as it stands in the file, long values cut; else empty. What is no record comes as one value.
    pub raw: RawRow,
}

/// Reads the contacts of a file from top to bottom, in bounded memory.
///
/// Blocks on the disk.
pub struct ContactReader {
    records: Records<File>,
    plan: Plan,
    fields: Vec<FieldName>,
    skip_header: bool,
    total_bytes: u64,
}

impl ContactReader {
    /// Opens a CSV file. What `options` leave open is found out again and comes out as in [`crate::preview`].
    pub fn open(path: &Path, options: &CsvOptions, mapping: &Mapping) -> Result<Self, FileFault> {
        let (dialect, records) = dialect::open(path, options)?;
        Ok(Self {
            records,
            plan: Plan::new(mapping),
            fields: mapping.fields().cloned().collect(),
            skip_header: dialect.has_header,
            total_bytes: dialect.total_bytes,
        })
    }

    /// The fields that the values of every contact belong to, in the same order.
    pub fn fields(&self) -> &[FieldName] {
        &self.fields
    }

    /// The next rows, at most `max`; none at the end of the file.
    pub fn next_batch(&mut self, max: usize) -> Result<Vec<Row>, FileFault> {
        let mut rows = Vec::with_capacity(max.min(10_000));
        while rows.len() < max {
            let Some(step) = self.records.advance()? else { break };
            if self.skip_header && !matches!(step, Step::Broken { .. }) {
                self.skip_header = false;
                continue;
            }
            let number = self.records.number();
            let line = if let Step::Broken { line, .. } = &step { Some(line.clone()) } else { None };
            let result = self.parse(step);
            let raw = if result.is_ok() { RawRow::default() } else { self.raw(line) };
            rows.push(Row { number, result, raw });
        }
        Ok(rows)
    }

    fn parse(&self, step: Step) -> Result<ParsedContact, RowFault> {
        let record = self.records.record();
        match step {
            Step::Record => self.plan.parse(record.len(), |column| record.value(column)),
            Step::TooManyColumns => {
                Err(RowFault { kind: RowFaultKind::TooManyColumns, column: None, excerpt: String::new() })
            }
            Step::Broken { kind, excerpt, .. } => Err(RowFault { kind, column: None, excerpt }),
        }
    }

    /// The values of the row at hand, or the line where it has none, within [`MAX_RAW_CHARS`].
    fn raw(&self, line: Option<String>) -> RawRow {
        let mut left = MAX_RAW_CHARS;
        let mut cut = |value: &str| {
            let kept: String = value.chars().take(left).collect();
            left -= kept.chars().count();
            kept
        };
        RawRow(match line {
            Some(line) => vec![cut(&line)],
            None => self.records.record().values().map(|value| cut(&unguarded(&value))).collect(),
        })
    }

    /// How many bytes of the file are read; runs ahead of the rows by less than a megabyte or two.
    pub fn bytes_read(&self) -> u64 {
        self.records.bytes_read().min(self.total_bytes)
    }

    /// How much memory the text at hand takes.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> usize {
        self.records.held_bytes()
    }

    /// The size of the file when it was opened.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }
}

impl fmt::Debug for ContactReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactReader").field("fields", &self.fields).finish_non_exhaustive()
    }
}
