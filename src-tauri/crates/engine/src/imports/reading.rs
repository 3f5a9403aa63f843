//! The blocking half of an import: reads the file and makes batches of rows.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use hongyan_contact_files::{FileFault, ParsedContact, RowFault, RowFaultKind, TextEncoding};
use hongyan_domain::RawRow;
use hongyan_store::{ImportBatch, ImportRow};
use tokio::sync::mpsc;

use super::{ContactReader, CsvOptions, ImportProblem, Mapping, preview};
use crate::{Error, Result};

/// Rows a transaction. More would be faster still, but keep others from writing for longer.
pub(super) const BATCH_ROWS: usize = 10_000;

/// A file that is open for import.
pub(super) struct Source {
    pub(super) reader: ContactReader,
    heads: Vec<String>,
    has_heads: bool,
}

impl Source {
    /// Opens a file; the mapping must have one target a column.
    pub(super) fn open(path: &Path, options: &CsvOptions, mapping: &Mapping) -> Result<Self> {
        let preview = preview(path, options, 1)?;
        if preview.columns.len() != mapping.targets().len() {
            return Err(Error::Value("columns"));
        }
        // What the preview found out need not be found out again.
        let options = CsvOptions {
            encoding: TextEncoding::by_label(preview.encoding),
            delimiter: u8::try_from(preview.delimiter).ok(),
            has_header: Some(preview.has_header),
        };
        let reader = ContactReader::open(path, &options, mapping)?;
        let heads = preview.columns.into_iter().map(|column| column.head).collect();
        Ok(Self { reader, heads, has_heads: preview.has_header })
    }

    /// The heads of the columns as they stand in the file; empty texts where it has none.
    pub(super) fn heads(&self) -> Vec<String> {
        let own = |head: &String| if self.has_heads { head.clone() } else { String::new() };
        self.heads.iter().map(own).collect()
    }

    /// Reads to the end, or until nobody takes the batches any more.
    pub(super) fn read(mut self, batches: &mpsc::Sender<ImportBatch>) -> std::result::Result<(), FileFault> {
        let mut seen = Seen::default();
        loop {
            let rows = self.reader.next_batch(BATCH_ROWS)?;
            if rows.is_empty() {
                return Ok(());
            }
            let mut batch = ImportBatch {
                fields: self.reader.fields().to_vec(),
                rows: Vec::with_capacity(rows.len()),
                problems: Vec::new(),
                bytes_done: i64::try_from(self.reader.bytes_read()).unwrap_or(i64::MAX),
            };
            for row in rows {
                match row.result {
                    Ok(contact) => batch.rows.push(seen.row(contact)),
                    Err(fault) => batch.problems.push(self.problem(row.number, fault, row.raw)),
                }
            }
            if batches.blocking_send(batch).is_err() {
                return Ok(());
            }
        }
    }

    fn problem(&self, number: u64, fault: RowFault, raw: RawRow) -> ImportProblem {
        let head = fault.column.and_then(|column| self.heads.get(column));
        ImportProblem {
            row: i64::try_from(number).unwrap_or(i64::MAX),
            head: head.filter(|head| !head.is_empty()).cloned(),
            code: code_of(fault.kind),
            params: Default::default(),
            excerpt: fault.excerpt,
            raw,
        }
    }
}

/// The word of a fault: `address_no_at`, `value_too_long` …
fn code_of(kind: RowFaultKind) -> String {
    match kind {
        RowFaultKind::EmptyAddress => "address_empty".to_owned(),
        RowFaultKind::BadAddress(fault) => format!("address_{}", fault.as_str()),
        other => other.as_str().to_owned(),
    }
}

/// The addresses read so far, by hash: eight bytes each instead of the whole address. The database has the last word.
#[derive(Default)]
struct Seen {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    fn row(&mut self, contact: ParsedContact) -> ImportRow {
        let hash = self.hasher.hash_one(contact.address.key().as_str());
        let seen_before = !self.hashes.insert(hash);
        ImportRow { address: contact.address, name: contact.name, values: contact.values, seen_before }
    }
}
