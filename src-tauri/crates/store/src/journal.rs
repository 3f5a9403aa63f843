//! The journal: arming and outcomes of many deliveries in one durable commit.
//!
//! A body may leave only after its `Arm` came back as [`EntryResult::Armed`]. The check of suppression and of the
//! campaign's state is part of the same transaction, so nothing can slip between check and commit.
//!
//! Every mail waits for this commit, so it touches one table that is a few pages small: the newest state of each
//! delivery. From there it is carried over into `deliveries` for hundreds at a time. Whoever begins a transaction
//! carries it over first, so no decision is ever taken on rows that the journal is ahead of; what only reads may see
//! them up to a moment old.

mod at_once;
mod carrying;
mod statement;

use std::collections::HashMap;

use hongyan_domain::{AccountId, DeliveryId, DeliveryState, SkipReason, Stage, Verdict};
use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqliteConnection};

use crate::{Result, Store};
use at_once::AtOnce;
pub(crate) use carrying::settle;
use statement::{MOST_ENTRIES, Way, arguments_of, statement_for, values_of};

/// One thing to write.
#[derive(Debug, Clone)]
pub enum Entry {
    /// The body is about to leave.
    Arm {
        /// Which.
        id: DeliveryId,
        /// Through which account; the recipient belongs to it from now on.
        account_id: AccountId,
        /// The state it was read in: `queued` or `deferred`.
        from: DeliveryState,
    },
    /// What became of it.
    Outcome(Report),
}

/// What became of a delivery.
#[derive(Debug, Clone)]
pub struct Report {
    /// Which.
    pub id: DeliveryId,
    /// The account that the recipient belongs to from now on; `None` when nobody has tried it yet.
    pub account_id: Option<AccountId>,
    /// The state it is in.
    pub from: DeliveryState,
    /// The state it takes.
    pub to: DeliveryState,
    /// Why it is skipped.
    pub skip_reason: Option<SkipReason>,
    /// What the attempt meant.
    pub verdict: Option<Verdict>,
    /// How far it came.
    pub stage: Option<Stage>,
    /// The server's reply code.
    pub reply_code: Option<u16>,
    /// The server's words.
    pub reply_text: String,
    /// The server's id of the mail.
    pub queue_id: Option<String>,
    /// When it is tried again, unix milliseconds.
    pub due_at_ms: Option<i64>,
    /// The local day it counts for.
    pub day: i64,
    /// It was armed and nothing of it left: the arming was no attempt.
    pub never_left: bool,
}

impl Report {
    /// A change of state, and nothing more to tell of it. `day` is the local day it counts for.
    pub const fn new(
        id: DeliveryId,
        account_id: Option<AccountId>,
        (from, to): (DeliveryState, DeliveryState),
        day: i64,
    ) -> Self {
        Self {
            id,
            account_id,
            from,
            to,
            skip_reason: None,
            verdict: None,
            stage: None,
            reply_code: None,
            reply_text: String::new(),
            queue_id: None,
            due_at_ms: None,
            day,
            never_left: false,
        }
    }
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryResult {
    /// Armed: the body may leave.
    Armed,
    /// Not armed, and now skipped: the address was suppressed since.
    Suppressed,
    /// Not armed: the campaign is not running, or the row has moved on.
    NotArmed,
    /// The outcome is written.
    Recorded,
    /// The row was not in the state the outcome starts from; nothing is written.
    Stale,
}

/// The journal's way into the database.
#[derive(Debug)]
pub struct JournalWriter {
    store: Store,
    /// For few entries.
    at_once: AtOnce,
    /// The turn to write, kept from one write to the next until the caller rests: to give it back and take it again costs
    /// as much as a write.
    connection: Option<PoolConnection<Sqlite>>,
    /// Writes since it was taken.
    writes: u32,
    /// Entries written since the last [`Self::settle`].
    unsettled: usize,
}

/// Others who write get their turn after so many.
const MOST_WRITES: u32 = 32;

impl JournalWriter {
    /// Writes entries, [`MOST_ENTRIES`] in one transaction; the results stand in the order of the entries. Of two entries
    /// about the same delivery in one transaction only the first applies.
    pub async fn write(&mut self, entries: &[Entry], now_ms: i64) -> Result<Vec<EntryResult>> {
        let mut results = Vec::with_capacity(entries.len());
        for entries in entries.chunks(MOST_ENTRIES) {
            results.append(&mut self.write_together(entries, now_ms).await?);
        }
        Ok(results)
    }

    async fn write_together(&mut self, entries: &[Entry], now_ms: i64) -> Result<Vec<EntryResult>> {
        let mut places = HashMap::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            places.entry(entry.id().0).or_insert((place, entry));
        }
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.store.acquire_writer().await?,
        };
        let firsts: Vec<&Entry> = places.values().map(|(_, entry)| *entry).collect();
        let mut results: Vec<EntryResult> = entries.iter().map(Entry::unapplied).collect();
        let applied = if self.at_once.write(&firsts, now_ms) {
            as_asked(&firsts)
        } else {
            write(&mut connection, &firsts, now_ms).await?
        };
        for (id, state) in applied {
            if let Some((place, entry)) = places.get(&id)
                && let Some(result) = results.get_mut(*place)
            {
                *result = entry.applied(&state);
                self.unsettled += 1;
            }
        }
        self.connection = Some(connection);
        self.writes += 1;
        if self.writes >= MOST_WRITES {
            self.rest();
        }
        Ok(results)
    }

    /// Whether others who want to write wait for this one.
    pub const fn is_in_the_way(&self) -> bool {
        self.connection.is_some()
    }

    /// Lets others write.
    pub fn rest(&mut self) {
        self.connection = None;
        self.writes = 0;
    }

    /// Entries that wait to be carried over into the deliveries.
    pub const fn unsettled(&self) -> usize {
        self.unsettled
    }

    /// Carries what was written over into the deliveries, where everybody reads it.
    pub async fn settle(&mut self) -> Result<()> {
        self.rest();
        self.store.settle_journal().await?;
        self.unsettled = 0;
        Ok(())
    }
}

impl Store {
    /// The journal's way into the database.
    pub fn journal_writer(&self) -> JournalWriter {
        let at_once = AtOnce::new(self.path());
        JournalWriter { store: self.clone(), at_once, connection: None, writes: 0, unsettled: 0 }
    }

    /// Carries the journal over into the deliveries.
    pub(crate) async fn settle_journal(&self) -> Result<()> {
        // Every transaction begins with that.
        Ok(self.begin().await?.commit().await?)
    }
}

impl Entry {
    const fn id(&self) -> DeliveryId {
        match self {
            Self::Arm { id, .. } => *id,
            Self::Outcome(report) => report.id,
        }
    }

    const fn becomes(&self) -> DeliveryState {
        match self {
            Self::Arm { .. } => DeliveryState::Armed,
            Self::Outcome(report) => report.to,
        }
    }

    const fn unapplied(&self) -> EntryResult {
        match self {
            Self::Arm { .. } => EntryResult::NotArmed,
            Self::Outcome(_) => EntryResult::Stale,
        }
    }

    fn applied(&self, state: &str) -> EntryResult {
        match self {
            Self::Arm { .. } if state == DeliveryState::Armed.as_str() => EntryResult::Armed,
            Self::Arm { .. } => EntryResult::Suppressed,
            Self::Outcome(_) => EntryResult::Recorded,
        }
    }
}

/// Writes entries about different deliveries. Gives id and new state of those that applied, once they are durable.
async fn write(
    connection: &mut SqliteConnection,
    entries: &[&Entry],
    now_ms: i64,
) -> Result<Vec<(i64, String)>> {
    let whole = arguments_of(&values_of(entries, now_ms, Way::Whole))?;
    let written = sqlx::query_with(statement_for(entries.len(), Way::Whole), whole);
    if written.execute(&mut *connection).await?.rows_affected() > 0 {
        return Ok(as_asked(entries));
    }
    let each = arguments_of(&values_of(entries, now_ms, Way::EachAlone))?;
    let written = sqlx::query_as_with(statement_for(entries.len(), Way::EachAlone), each);
    Ok(written.fetch_all(connection).await?)
}

/// Id and new state of entries that all applied.
fn as_asked(entries: &[&Entry]) -> Vec<(i64, String)> {
    entries.iter().map(|entry| (entry.id().0, entry.becomes().as_str().to_owned())).collect()
}

#[cfg(test)]
mod tests;
