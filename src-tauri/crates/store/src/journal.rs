//! The journal: arming and outcomes of many deliveries in one durable commit.
//!
//! A body may leave only after its `Arm` came back as [`EntryResult::Armed`]. The check of suppression and of the
//! campaign's state is part of the same transaction, so nothing can slip between check and commit.
//!
//! Every mail waits for this commit, so it touches one table that is a few pages small: the newest state of each
//! delivery. From there it is carried over into `deliveries` for hundreds at a time. Whoever begins a transaction
//! carries it over first, so no decision is ever taken on rows that the journal is ahead of; what only reads may see
//! them up to a moment old.

use std::collections::HashMap;
use std::sync::LazyLock;

use hongyan_domain::{AccountId, DeliveryId, DeliveryState, SkipReason, Stage, Verdict};
use sqlx::error::BoxDynError;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Sqlite, SqliteConnection};

use crate::deliveries::skip_word;
use crate::{Error, Result, Store};

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

/// Values of an entry in the statement: id, state it starts from, state it takes, attempts it counts for, account, whether
/// it is an outcome, then day, verdict, stage, reply code, reply text, queue id, skip reason and due time.
const VALUES: usize = 14;

/// Entries of one write at most.
const MOST_ENTRIES: usize = 1 << 10;

/// How entries are written.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// All of them, or none where one does not apply. Nothing comes back but how many were written: each row that a
    /// statement gives wakes whoever waits for it, and a handful of those take as long as a flush.
    Whole,
    /// Those that apply; gives id and new state of each.
    EachAlone,
}

/// One statement for each power of two of entries, up to [`MOST_ENTRIES`]: a statement for every number would have to be
/// prepared again and again. The places that are left over stay null, and null is no delivery's id.
type Statements = LazyLock<Vec<String>>;

static WHOLE: Statements = LazyLock::new(|| statements(Way::Whole));
static EACH_ALONE: Statements = LazyLock::new(|| statements(Way::EachAlone));

fn statements(way: Way) -> Vec<String> {
    (0..=MOST_ENTRIES.ilog2()).map(|power| write_statement(1 << power, way)).collect()
}

/// The statement for so many entries.
fn statement_for(entries: usize, way: Way) -> &'static str {
    let statements: &'static Statements = match way {
        Way::Whole => &WHOLE,
        Way::EachAlone => &EACH_ALONE,
    };
    let power = entries.next_power_of_two().ilog2();
    statements.get(usize::try_from(power).unwrap_or_default()).map_or("", String::as_str)
}

/// First stand the [`VALUES`] of each entry, then the time, and for [`Way::Whole`] how many entries there are.
///
/// A statement of its own is a transaction of its own: it holds wholly or not at all, and nothing can be left open when
/// somebody stops waiting for it. The entries are values and no JSON, as to take JSON apart costs more than to write.
fn write_statement(entries: usize, way: Way) -> String {
    // No numbers behind the question marks: SQLite would look for each of them among all the others.
    let entry = format!("({})", ["?"; VALUES].join(", "));
    let values = vec![entry; entries].join(", ");
    let (which, given) = match way {
        Way::Whole => ("(select count(*) from applicable where not is_suppressed) = ?", ""),
        Way::EachAlone => ("true", "returning delivery_id, state"),
    };
    format!(
        "with applicable as materialized (
             select deliveries.id as id, column3 as becomes, column4 as attempt, column5 as account,
                 column6 as is_outcome, column7 as day, column8 as verdict, column9 as stage, column10 as code,
                 column11 as reply, column12 as queue, column13 as skip, column14 as due,
                 column3 = 'armed' and exists (select 1 from suppressions
                                               where suppressions.address_key = deliveries.address_key)
                 as is_suppressed
             from (values {values})
                 cross join deliveries on deliveries.id = column1
                 left join journal on journal.delivery_id = deliveries.id
             where coalesce(journal.state, deliveries.state) = column2
               and (column3 <> 'armed'
                    or is_suppressed
                    or (column2 in ('queued', 'deferred')
                        and exists (select 1 from runs join campaigns on campaigns.id = runs.campaign_id
                                    where runs.id = deliveries.run_id and campaigns.state = 'running'))))
         insert into journal (delivery_id, state, attempts, account_id, updated_at_ms, has_outcome, day, verdict, stage,
                              reply_code, reply_text, queue_id, skip_reason, due_at_ms)
         select id, iif(is_suppressed, 'skipped', becomes), attempt and not is_suppressed, account, ?, is_outcome, day,
             verdict, stage, code, reply, queue, iif(is_suppressed, 'suppressed', skip), due
         from applicable
         where {which}
         on conflict (delivery_id) do update
         set state = excluded.state, attempts = attempts + excluded.attempts, account_id = excluded.account_id,
             updated_at_ms = excluded.updated_at_ms, skip_reason = excluded.skip_reason,
             due_at_ms = excluded.due_at_ms, has_outcome = has_outcome or excluded.has_outcome,
             day = coalesce(excluded.day, day),
             verdict = iif(excluded.has_outcome, excluded.verdict, verdict),
             stage = iif(excluded.has_outcome, excluded.stage, stage),
             reply_code = iif(excluded.has_outcome, excluded.reply_code, reply_code),
             reply_text = iif(excluded.has_outcome, excluded.reply_text, reply_text),
             queue_id = iif(excluded.has_outcome, excluded.queue_id, queue_id)
         {given}"
    )
}

/// Carries the journal over into the deliveries and what is counted of them.
///
/// `cross join` and the `+` see to it that the few rows of the journal are gone through and not all deliveries.
const SETTLE: &str = "
insert into run_counts (run_id, state, account_id, n)
with moved as materialized (
    select run_id, deliveries.state as was, coalesce(deliveries.account_id, 0) as was_at, journal.state as becomes,
        coalesce(journal.account_id, 0) as at, count(*) as n
    from journal cross join deliveries on deliveries.id = journal.delivery_id group by 1, 2, 3, 4, 5)
select run_id, state, account_id, sum(n) as n
from (select run_id, was as state, was_at as account_id, -n as n from moved
      union all
      select run_id, becomes, at, n from moved)
group by 1, 2, 3 having sum(n) <> 0
on conflict (run_id, state, account_id) do update set n = n + excluded.n;
insert into account_days (account_id, day, sent, failed)
select account_id, day, sum(state = 'sent'), sum(state = 'failed')
from journal where has_outcome and state in ('sent', 'failed') group by account_id, day
on conflict (account_id, day) do update set sent = sent + excluded.sent, failed = failed + excluded.failed;
update deliveries
set state = journal.state, account_id = journal.account_id, attempts = deliveries.attempts + journal.attempts, skip_reason = journal.skip_reason,
    due_at_ms = journal.due_at_ms, updated_at_ms = journal.updated_at_ms,
    verdict = iif(has_outcome, journal.verdict, deliveries.verdict),
    stage = iif(has_outcome, journal.stage, deliveries.stage),
    reply_code = iif(has_outcome, journal.reply_code, deliveries.reply_code),
    reply_text = iif(has_outcome, journal.reply_text, deliveries.reply_text),
    queue_id = iif(has_outcome, journal.queue_id, deliveries.queue_id)
from journal where deliveries.id = +journal.delivery_id;
delete from journal";

/// Whether there is something to carry over.
const IS_BEHIND: &str = "select exists (select 1 from journal)";

/// The journal's way into the database.
#[derive(Debug)]
pub struct JournalWriter {
    store: Store,
    /// Kept from one write to the next, until the caller rests: to give it back and take it again costs as much as a
    /// write.
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
        for (id, state) in write(&mut connection, &firsts, now_ms).await? {
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
        JournalWriter { store: self.clone(), connection: None, writes: 0, unsettled: 0 }
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
    let mut values = values_of(entries, now_ms)?;
    values.add(i64::try_from(entries.len()).unwrap_or(i64::MAX)).map_err(Error::Other)?;
    let whole = statement_for(entries.len(), Way::Whole);
    let written = sqlx::query_with(whole, values).execute(&mut *connection).await?;
    if written.rows_affected() > 0 {
        let written = entries.iter().map(|entry| (entry.id().0, entry.becomes().as_str().to_owned()));
        return Ok(written.collect());
    }
    let each = statement_for(entries.len(), Way::EachAlone);
    Ok(sqlx::query_as_with(each, values_of(entries, now_ms)?).fetch_all(connection).await?)
}

/// The values of a statement for so many entries.
fn values_of(entries: &[&Entry], now_ms: i64) -> Result<SqliteArguments> {
    let mut values = SqliteArguments::default();
    for entry in entries {
        bind(&mut values, entry).map_err(Error::Other)?;
    }
    let places_left = entries.len().next_power_of_two() - entries.len();
    for _ in 0..places_left * VALUES {
        values.add(None::<i64>).map_err(Error::Other)?;
    }
    values.add(now_ms).map_err(Error::Other)?;
    Ok(values)
}

/// Puts an entry's values in.
fn bind(values: &mut SqliteArguments, entry: &Entry) -> std::result::Result<(), BoxDynError> {
    values.add(entry.id().0)?;
    match entry {
        Entry::Arm { account_id, from, .. } => {
            values.add(from.as_str())?;
            values.add(DeliveryState::Armed.as_str())?;
            values.add(true)?;
            values.add(account_id.0)?;
            values.add(false)?;
            (0..4).try_for_each(|_| values.add(None::<i64>))?;
            values.add("")?;
            (0..3).try_for_each(|_| values.add(None::<i64>))
        }
        Entry::Outcome(report) => {
            values.add(report.from.as_str())?;
            values.add(report.to.as_str())?;
            // An attempt that ended before arming counts here; an armed one was counted when it was armed.
            values.add(
                report.from != DeliveryState::Armed
                    && matches!(report.to, DeliveryState::Failed | DeliveryState::Deferred),
            )?;
            values.add(report.account_id.map(|account| account.0))?;
            values.add(true)?;
            values.add(report.day)?;
            values.add(report.verdict.map(Verdict::as_str))?;
            values.add(report.stage.map(Stage::as_str))?;
            values.add(report.reply_code)?;
            values.add(&report.reply_text)?;
            values.add(report.queue_id.as_deref())?;
            values.add(skip_word(report.skip_reason))?;
            values.add(report.due_at_ms)
        }
    }
}

/// Carries the journal over, as the first thing in a transaction.
pub(crate) async fn settle(transaction: &mut SqliteConnection) -> Result<()> {
    let is_behind: bool = sqlx::query_scalar(IS_BEHIND).fetch_one(&mut *transaction).await?;
    if is_behind {
        sqlx::raw_sql(SETTLE).execute(transaction).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
