//! The journal: arming and outcomes of many deliveries in one durable commit.
//!
//! A body may leave only after its `Arm` came back as [`EntryResult::Armed`]. The check of suppression and of the
//! campaign's state is part of that same statement, so nothing can slip between check and commit.

use std::collections::{BTreeMap, HashSet};

use hongyan_domain::{AccountId, DeliveryId, DeliveryState, RunId, SkipReason, Stage, Verdict};
use serde::Serialize;
use sqlx::{Sqlite, Transaction};

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

#[derive(Serialize)]
struct ArmRow {
    id: i64,
    from: &'static str,
}

#[derive(Serialize)]
struct OutcomeRow<'a> {
    id: i64,
    from: &'static str,
    to: &'static str,
    skip: Option<&'static str>,
    verdict: Option<&'static str>,
    stage: Option<&'static str>,
    code: Option<u16>,
    text: &'a str,
    queue: Option<&'a str>,
    due: Option<i64>,
}

impl Store {
    /// Writes entries in one transaction; the results stand in the order of the entries.
    pub async fn write_journal(&self, entries: &[Entry], now_ms: i64) -> Result<Vec<EntryResult>> {
        let mut transaction = self.begin().await?;
        let recorded = write_outcomes(&mut transaction, entries, now_ms).await?;
        let (armed, suppressed) = write_arms(&mut transaction, entries, now_ms).await?;
        let results: Vec<EntryResult> = entries
            .iter()
            .map(|entry| match entry {
                Entry::Arm { id, .. } if armed.contains(&id.0) => EntryResult::Armed,
                Entry::Arm { id, .. } if suppressed.contains(&id.0) => EntryResult::Suppressed,
                Entry::Arm { .. } => EntryResult::NotArmed,
                Entry::Outcome(report) if recorded.contains(&report.id.0) => EntryResult::Recorded,
                Entry::Outcome(_) => EntryResult::Stale,
            })
            .collect();
        write_counts(&mut transaction, entries, &results).await?;
        write_account_days(&mut transaction, entries, &results).await?;
        transaction.commit().await?;
        Ok(results)
    }
}

async fn write_outcomes(
    transaction: &mut Transaction<'static, Sqlite>,
    entries: &[Entry],
    now_ms: i64,
) -> Result<HashSet<i64>> {
    let rows: Vec<OutcomeRow<'_>> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Outcome(report) => Some(OutcomeRow {
                id: report.id.0,
                from: report.from.as_str(),
                to: report.to.as_str(),
                skip: skip_word(report.skip_reason),
                verdict: report.verdict.map(Verdict::as_str),
                stage: report.stage.map(Stage::as_str),
                code: report.reply_code,
                text: &report.reply_text,
                queue: report.queue_id.as_deref(),
                due: report.due_at_ms,
            }),
            Entry::Arm { .. } => None,
        })
        .collect();
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    // An attempt that ended before arming counts here; an armed one was counted when it was armed.
    let ids: Vec<i64> = sqlx::query_scalar(
        "update deliveries
         set state = entry.state, skip_reason = entry.skip, verdict = entry.verdict, stage = entry.stage,
             reply_code = entry.code, reply_text = entry.text, queue_id = entry.queue, due_at_ms = entry.due,
             attempts = attempts + (entry.was <> 'armed' and entry.state in ('failed', 'deferred')),
             updated_at_ms = $2
         from (select value ->> 'id' as id, value ->> 'from' as was, value ->> 'to' as state, value ->> 'skip' as skip,
                   value ->> 'verdict' as verdict, value ->> 'stage' as stage, value ->> 'code' as code,
                   value ->> 'text' as text, value ->> 'queue' as queue, value ->> 'due' as due
               from json_each($1)) as entry
         where deliveries.id = entry.id and deliveries.state = entry.was
         returning deliveries.id",
    )
    .bind(serde_json::to_string(&rows)?)
    .bind(now_ms)
    .fetch_all(&mut **transaction)
    .await?;
    Ok(ids.into_iter().collect())
}

/// Arms what may be armed and skips what was suppressed since; gives the ids of both.
async fn write_arms(
    transaction: &mut Transaction<'static, Sqlite>,
    entries: &[Entry],
    now_ms: i64,
) -> Result<(HashSet<i64>, HashSet<i64>)> {
    let rows: Vec<ArmRow> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Arm { id, from, .. } => Some(ArmRow { id: id.0, from: from.as_str() }),
            Entry::Outcome(_) => None,
        })
        .collect();
    if rows.is_empty() {
        return Ok((HashSet::new(), HashSet::new()));
    }
    let json = serde_json::to_string(&rows)?;
    let armed: Vec<i64> = sqlx::query_scalar(
        "update deliveries set state = 'armed', attempts = attempts + 1, due_at_ms = null, updated_at_ms = $2
         from (select value ->> 'id' as id, value ->> 'from' as was from json_each($1)) as entry
         where deliveries.id = entry.id and deliveries.state = entry.was
           and entry.was in ('queued', 'deferred')
           and not exists (select 1 from suppressions where suppressions.address_key = deliveries.address_key)
           and exists (select 1 from runs join campaigns on campaigns.id = runs.campaign_id
                       where runs.id = deliveries.run_id and campaigns.state = 'running')
         returning deliveries.id",
    )
    .bind(&json)
    .bind(now_ms)
    .fetch_all(&mut **transaction)
    .await?;
    let armed: HashSet<i64> = armed.into_iter().collect();
    if armed.len() == rows.len() {
        return Ok((armed, HashSet::new()));
    }
    let suppressed: Vec<i64> = sqlx::query_scalar(
        "update deliveries set state = 'skipped', skip_reason = 'suppressed', due_at_ms = null, updated_at_ms = $2
         from (select value ->> 'id' as id, value ->> 'from' as was from json_each($1)) as entry
         where deliveries.id = entry.id and deliveries.state = entry.was
           and exists (select 1 from suppressions where suppressions.address_key = deliveries.address_key)
         returning deliveries.id",
    )
    .bind(&json)
    .bind(now_ms)
    .fetch_all(&mut **transaction)
    .await?;
    Ok((armed, suppressed.into_iter().collect()))
}

async fn write_counts(
    transaction: &mut Transaction<'static, Sqlite>,
    entries: &[Entry],
    results: &[EntryResult],
) -> Result<()> {
    let mut changes: BTreeMap<(i64, DeliveryState), i64> = BTreeMap::new();
    for (entry, result) in entries.iter().zip(results) {
        let (run, from, to) = match (entry, result) {
            (Entry::Arm { run_id, from, .. }, EntryResult::Armed) => (run_id, *from, DeliveryState::Armed),
            (Entry::Arm { run_id, from, .. }, EntryResult::Suppressed) => {
                (run_id, *from, DeliveryState::Skipped)
            }
            (Entry::Outcome(report), EntryResult::Recorded) => (&report.run_id, report.from, report.to),
            _ => continue,
        };
        *changes.entry((run.0, from)).or_default() -= 1;
        *changes.entry((run.0, to)).or_default() += 1;
    }
    let changes: Vec<(i64, &str, i64)> = changes
        .into_iter()
        .filter(|(_, change)| *change != 0)
        .map(|((run, state), change)| (run, state.as_str(), change))
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into run_counts (run_id, state, n)
         select value ->> 0, value ->> 1, value ->> 2 from json_each($1) where true
         on conflict (run_id, state) do update set n = n + excluded.n",
    )
    .bind(serde_json::to_string(&changes)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn write_account_days(
    transaction: &mut Transaction<'static, Sqlite>,
    entries: &[Entry],
    results: &[EntryResult],
) -> Result<()> {
    let mut days: BTreeMap<(i64, i64), (i64, i64)> = BTreeMap::new();
    for (entry, result) in entries.iter().zip(results) {
        if let (Entry::Outcome(report), EntryResult::Recorded) = (entry, result) {
            let day = days.entry((report.account_id.0, report.day)).or_default();
            match report.to {
                DeliveryState::Sent => day.0 += 1,
                DeliveryState::Failed => day.1 += 1,
                _ => {}
            }
        }
    }
    let days: Vec<(i64, i64, i64, i64)> = days
        .into_iter()
        .filter(|(_, (sent, failed))| sent + failed > 0)
        .map(|((account, day), (sent, failed))| (account, day, sent, failed))
        .collect();
    if days.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into account_days (account_id, day, sent, failed)
         select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each($1) where true
         on conflict (account_id, day) do update set sent = sent + excluded.sent, failed = failed + excluded.failed",
    )
    .bind(serde_json::to_string(&days)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
