//! The journal: arming and outcomes of many deliveries in one durable commit.
//!
//! A body may leave only after its `Arm` came back as [`EntryResult::Armed`]. The check of suppression and of the
//! campaign's state is part of the same transaction, so nothing can slip between check and commit.
//!
//! Every mail waits for this commit, and a call into the database's thread costs nearly as much as the disk flush
//! itself. So the whole transaction is one call, and SQL does the counting.

use hongyan_domain::{AccountId, DeliveryId, DeliveryState, RunId, SkipReason, Stage, Verdict};
use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqliteConnection};

use crate::deliveries::skip_word;
use crate::{Result, Store};

/// One thing to write.
#[derive(Debug, Clone)]
pub enum Entry {
    /// The body is about to leave.
    Arm {
        /// Which.
        id: DeliveryId,
        /// Of which run.
        run_id: RunId,
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
    /// Of which run.
    pub run_id: RunId,
    /// Through which account.
    pub account_id: AccountId,
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

/// What an entry is in [`PREPARE`]: id, state it starts from, state it takes, attempts it counts for, account, day, then
/// what becomes of skip reason, verdict, stage, reply code, reply text, queue id and due time.
type Row<'a> = (
    i64,
    &'static str,
    &'static str,
    bool,
    Option<i64>,
    Option<i64>,
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
    Option<u16>,
    &'a str,
    Option<&'a str>,
    Option<i64>,
);

/// What the writing connection needs: a table for the entries that apply, and a view that writes what is put into it.
///
/// `entries` is an array of [`Row`]s. A statement of its own is a transaction of its own: it holds wholly or not at all,
/// and nothing can be left open when somebody stops waiting for it.
const PREPARE: &str = "
create temp table settled (
    id integer primary key, entry integer not null, run_id integer not null, was text not null, state text not null,
    attempt integer not null, account_id integer, day integer, skip text, verdict text, stage text, code integer,
    reply text, queue text, due integer);
create temp view journal as select null as entries, null as now_ms;
create temp trigger journal_write instead of insert on journal begin
    delete from settled;
    insert or ignore into settled
    select deliveries.id, entry, run_id, entries.was,
        case when entries.state = 'armed'
                  and exists (select 1 from suppressions where suppressions.address_key = deliveries.address_key)
             then 'skipped' else entries.state end as becomes,
        attempt, account_id, day, skip, entries.verdict, entries.stage, code, reply, queue, due
    from (select key as entry, value ->> 0 as id, value ->> 1 as was, value ->> 2 as state, value ->> 3 as attempt,
              value ->> 4 as account_id, value ->> 5 as day, value ->> 6 as skip, value ->> 7 as verdict,
              value ->> 8 as stage, value ->> 9 as code, value ->> 10 as reply, value ->> 11 as queue,
              value ->> 12 as due
          from json_each(new.entries)) as entries
        join deliveries on deliveries.id = entries.id and deliveries.state = entries.was
    where becomes <> 'armed'
        or (entries.was in ('queued', 'deferred')
            and exists (select 1 from runs join campaigns on campaigns.id = runs.campaign_id
                        where runs.id = deliveries.run_id and campaigns.state = 'running'))
    order by entry;
    update deliveries
    set state = settled.state, skip_reason = case settled.state when 'skipped' then 'suppressed' end,
        attempts = attempts + (settled.state = 'armed'), due_at_ms = null, updated_at_ms = new.now_ms
    from settled
    where deliveries.id = settled.id and settled.account_id is null;
    update deliveries
    set state = settled.state, skip_reason = settled.skip, verdict = settled.verdict, stage = settled.stage,
        reply_code = settled.code, reply_text = settled.reply, queue_id = settled.queue, due_at_ms = settled.due,
        attempts = attempts + settled.attempt, updated_at_ms = new.now_ms
    from settled
    where deliveries.id = settled.id and settled.account_id is not null;
    insert into run_counts (run_id, state, n)
    select run_id, state, sum(change) as n
    from (select run_id, was as state, -1 as change from settled
          union all select run_id, state, 1 from settled)
    group by run_id, state having sum(change) <> 0
    on conflict (run_id, state) do update set n = n + excluded.n;
    insert into account_days (account_id, day, sent, failed)
    select account_id, day, sum(state = 'sent'), sum(state = 'failed')
    from settled where account_id is not null and state in ('sent', 'failed')
    group by account_id, day
    on conflict (account_id, day) do update set sent = sent + excluded.sent, failed = failed + excluded.failed;
end";

/// Gives an array of `[entry, state]`, those that applied. The first statement is durable before the second begins.
const WRITE: &str = "
insert into temp.journal (entries, now_ms) values ($1, $2);
select json_group_array(json_array(entry, state)) from temp.settled";

/// The journal's way into the database.
#[derive(Debug)]
pub struct JournalWriter {
    store: Store,
    /// Kept from one write to the next as long as the caller has more to write: to give it back and take it again costs
    /// as much as a write.
    connection: Option<PoolConnection<Sqlite>>,
    /// Writes since it was taken.
    writes: u32,
}

/// Others who write get their turn after so many.
const MOST_WRITES: u32 = 32;

impl JournalWriter {
    /// Writes entries in one transaction; the results stand in the order of the entries.
    pub async fn write(&mut self, entries: &[Entry], now_ms: i64) -> Result<Vec<EntryResult>> {
        let rows = serde_json::to_string(&entries.iter().map(row).collect::<Vec<_>>())?;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.store.acquire_writer().await?,
        };
        // Not the first row only: what failed behind it must be heard.
        let applied: Vec<String> =
            sqlx::query_scalar(WRITE).bind(rows).bind(now_ms).fetch_all(&mut *connection).await?;
        self.writes += 1;
        self.connection = Some(connection);
        let mut results: Vec<EntryResult> = entries.iter().map(Entry::unapplied).collect();
        for applied in applied {
            for (entry, state) in serde_json::from_str::<Vec<(usize, &str)>>(&applied)? {
                if let (Some(entry), Some(result)) = (entries.get(entry), results.get_mut(entry)) {
                    *result = entry.applied(state);
                }
            }
        }
        Ok(results)
    }

    /// Lets others write. With `more` at hand only now and then.
    pub fn rest(&mut self, more: bool) {
        if !more || self.writes >= MOST_WRITES {
            self.connection = None;
            self.writes = 0;
        }
    }
}

impl Store {
    /// The journal's way into the database.
    pub fn journal_writer(&self) -> JournalWriter {
        JournalWriter { store: self.clone(), connection: None, writes: 0 }
    }
}

impl Entry {
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

fn row(entry: &Entry) -> Row<'_> {
    match entry {
        Entry::Arm { id, from, .. } => {
            let armed = DeliveryState::Armed.as_str();
            (id.0, from.as_str(), armed, false, None, None, None, None, None, None, "", None, None)
        }
        Entry::Outcome(report) => (
            report.id.0,
            report.from.as_str(),
            report.to.as_str(),
            // An attempt that ended before arming counts here; an armed one was counted when it was armed.
            report.from != DeliveryState::Armed
                && matches!(report.to, DeliveryState::Failed | DeliveryState::Deferred),
            Some(report.account_id.0),
            Some(report.day),
            skip_word(report.skip_reason),
            report.verdict.map(Verdict::as_str),
            report.stage.map(Stage::as_str),
            report.reply_code,
            &report.reply_text,
            report.queue_id.as_deref(),
            report.due_at_ms,
        ),
    }
}

/// Makes a connection ready for [`JournalWriter::write`].
pub(crate) async fn prepare_connection(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(PREPARE).execute(connection).await.map(drop)
}

#[cfg(test)]
mod tests;
