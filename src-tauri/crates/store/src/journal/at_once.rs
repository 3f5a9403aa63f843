//! A few entries, written on the thread that asks.
//!
//! A pool's connection works on a thread of its own. To wake that thread and to be woken by it takes as long as half a
//! flush, and meanwhile whoever else is ready to ride along in the commit cannot say so. So the journal has a connection
//! that writes where it is called, by a library that shares its SQLite with sqlx. It writes only while its caller has
//! the pool's turn, so the two never meet.
//!
//! Nothing is decided here. Where it cannot write (somebody else's process does, the disk is full or slow, an entry does
//! not apply), nothing is written, and the pool's connection finds out what there is to say about it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::types::Null;
use rusqlite::{Connection, OpenFlags};

use super::Entry;
use super::statement::{Value, Way, statement_for, values_of};

/// Entries of one write at most. More of them are worth a thread of their own.
const MOST_ENTRIES: usize = 32;
/// A write that took longer than this kept the caller's thread from too much else; then so many go by the pool.
const LONGEST: Duration = Duration::from_millis(5);
const BREAK: u32 = 100;

/// As the pool's connections are set up (`database::options`), but for who carries the WAL over into the file: that can
/// take long, and is left to the pool's connection.
const SET_UP: &str = "
pragma synchronous = full;
pragma foreign_keys = on;
pragma fullfsync = on;
pragma wal_autocheckpoint = 0;
pragma cache_size = -4096;
pragma temp_store = memory;
pragma busy_timeout = 0";

/// The connection that writes on the thread that asks.
#[derive(Debug)]
pub(super) struct AtOnce {
    file: PathBuf,
    connection: Option<Connection>,
    /// Writes that are left to the pool yet.
    pauses_for: u32,
}

impl AtOnce {
    pub(super) fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), connection: None, pauses_for: 0 }
    }

    /// Writes all entries durably, or none: then `false`.
    pub(super) fn write(&mut self, entries: &[&Entry], now_ms: i64) -> bool {
        if entries.len() > MOST_ENTRIES {
            return false;
        }
        if self.pauses_for > 0 {
            self.pauses_for -= 1;
            return false;
        }
        let start = Instant::now();
        let written = self.try_write(entries, now_ms);
        if start.elapsed() > LONGEST {
            self.pauses_for = BREAK;
        }
        written.unwrap_or_else(|error| {
            tracing::debug!(%error, "the journal is written by the pool instead");
            // Whatever is the matter with it: the next one is new.
            self.connection = None;
            self.pauses_for = BREAK;
            false
        })
    }

    fn try_write(&mut self, entries: &[&Entry], now_ms: i64) -> rusqlite::Result<bool> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            empty => empty.insert(open(&self.file)?),
        };
        let mut statement = connection.prepare_cached(statement_for(entries.len(), Way::Whole))?;
        for (place, value) in (1..).zip(values_of(entries, now_ms, Way::Whole)) {
            match value {
                Value::Null => statement.raw_bind_parameter(place, Null)?,
                Value::Number(number) => statement.raw_bind_parameter(place, number)?,
                Value::Text(text) => statement.raw_bind_parameter(place, text)?,
            }
        }
        Ok(statement.raw_execute()? > 0)
    }
}

/// The file is there and has its tables: the pool has opened it before.
fn open(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.execute_batch(SET_UP)?;
    Ok(connection)
}
