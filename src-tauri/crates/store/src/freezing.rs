//! Freezing an audience: a delivery for everybody in a campaign's lists.
//!
//! Some thousands at a time, each time in a transaction of its own, so that other campaigns' journal is written in
//! between: whoever sends waits for no more than a batch. Until the last batch is in, the run is marked as not frozen and
//! counts for nobody; only then, in one transaction, it is, and its campaign runs. So a run has all of its recipients or
//! is none. What an end on the way leaves behind is thrown away before the next run begins, and when sending starts.
//!
//! One process freezes at a time, by a lock that the operating system frees when the process ends: so whoever has it knows
//! that a run which is not frozen is left behind and not being made.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use hongyan_domain::RunId;
use sqlx::{Sqlite, Transaction};

use crate::run_accounts::insert_run_accounts;
use crate::runs::NewRun;
use crate::{CampaignVersion, Error, Result, Store};

/// How long a batch may keep others from writing, about.
const LONGEST_BATCH: Duration = Duration::from_millis(70);
/// Recipients of the first batch, and of any: half of a batch's time is its commit, so small ones would take for ever.
const FIRST_BATCH: i64 = 2_000;
const SMALLEST_BATCH: i64 = 1_000;
const LARGEST_BATCH: i64 = 5_000;
/// Between two looks whether another process still freezes.
const NAP: Duration = Duration::from_millis(50);

/// Is told how many deliveries there are so far; answers whether to go on.
pub type Watch<'a> = &'a mut (dyn FnMut(i64) -> bool + Send);

/// Rows of a batch: as many as keep the writer for about [`LONGEST_BATCH`] on this machine.
#[derive(Debug)]
struct BatchSize(i64);

impl BatchSize {
    /// A batch took so long.
    fn learn(&mut self, took: Duration) {
        let took_us = i64::try_from(took.as_micros()).unwrap_or(i64::MAX).max(1);
        let fit = self.0 * i64::try_from(LONGEST_BATCH.as_micros()).unwrap_or_default() / took_us;
        let most = LARGEST_BATCH.min(self.0 * 2);
        self.0 = fit.clamp(SMALLEST_BATCH, most);
    }
}

/// Everybody in a campaign's lists, batch by batch.
#[derive(Debug)]
pub(crate) struct Audience {
    run: RunId,
    now_ms: i64,
    /// The lists that are left, the next one last.
    lists: Vec<i64>,
    /// The last contact of the batch before.
    after: i64,
    size: BatchSize,
}

impl Store {
    /// Begins a run: freezes the audience into deliveries and sets the campaign running.
    ///
    /// `None` when the campaign is another than `version` (somebody else was faster), or was changed on the way, or `watch`
    /// stopped it: then nothing is left of the run.
    pub async fn start_run(
        &self,
        run: &NewRun,
        version: CampaignVersion,
        now_ms: i64,
        watch: Watch<'_>,
    ) -> Result<Option<RunId>> {
        let Some(_alone) = self.freeze_alone(watch).await? else { return Ok(None) };
        self.throw_away_unfrozen().await?;
        let started = self.freeze_run(run, version, now_ms, watch).await;
        if !matches!(started, Ok(Some(_)))
            && let Err(error) = self.throw_away_unfrozen().await
        {
            tracing::warn!(%error, "what was frozen of a run is thrown away at the next start");
        }
        started
    }

    /// Throws away what processes that ended on the way left of runs, unless another one freezes now (it did that).
    pub async fn throw_away_half_frozen_runs(&self) -> Result<()> {
        let are_any: bool = sqlx::query_scalar("select exists (select 1 from runs where is_frozen = 0)")
            .fetch_one(self.reader())
            .await?;
        if are_any && let Some(_alone) = self.try_freeze_alone()? {
            self.throw_away_unfrozen().await?;
        }
        Ok(())
    }

    async fn freeze_run(
        &self,
        run: &NewRun,
        version: CampaignVersion,
        now_ms: i64,
        watch: Watch<'_>,
    ) -> Result<Option<RunId>> {
        let Some(id) = self.insert_unfrozen(run, version, now_ms).await? else { return Ok(None) };
        let mut audience = self.audience_of(id, now_ms).await?;
        let mut frozen = 0;
        loop {
            let mut transaction = self.begin().await?;
            let begun = Instant::now();
            let Some(added) = audience.next(&mut transaction).await? else { break };
            transaction.commit().await?;
            audience.size.learn(begun.elapsed());
            frozen += added;
            if !watch(frozen) {
                return Ok(None);
            }
        }
        let is_running = self.set_running(run, id, version, now_ms).await?;
        Ok(is_running.then_some(id))
    }

    /// A run that counts for nobody yet; `None` when its campaign is another by now.
    async fn insert_unfrozen(
        &self,
        run: &NewRun,
        version: CampaignVersion,
        now_ms: i64,
    ) -> Result<Option<RunId>> {
        let mut transaction = self.begin().await?;
        let is_unchanged: bool = sqlx::query_scalar(
            "select exists (select 1 from campaigns
                            where id = $1 and state = $2 and updated_at_ms = $3 and deleted_at_ms is null)",
        )
        .bind(run.campaign_id.0)
        .bind(version.state.as_str())
        .bind(version.updated_at_ms)
        .fetch_one(&mut *transaction)
        .await?;
        if !is_unchanged {
            return Ok(None);
        }
        let id: i64 = sqlx::query_scalar(
            "insert into runs (campaign_id, number, content, token_key, total, started_at_ms, is_frozen)
             select $1, coalesce(max(number), 0) + 1, $2, $3, 0, $4, 0 from runs where campaign_id = $1
             returning id",
        )
        .bind(run.campaign_id.0)
        .bind(&run.content)
        .bind(&run.token_key)
        .bind(now_ms)
        .fetch_one(&mut *transaction)
        .await?;
        insert_run_accounts(&mut transaction, RunId(id), &run.accounts).await?;
        transaction.commit().await?;
        Ok(Some(RunId(id)))
    }

    /// The run is frozen and its campaign runs, both at once; `false` when somebody changed the campaign meanwhile.
    async fn set_running(
        &self,
        run: &NewRun,
        id: RunId,
        version: CampaignVersion,
        now_ms: i64,
    ) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let started = sqlx::query(
            "update campaigns
             set state = 'running', started_at_ms = $3, updated_at_ms = $3, pause_reason = null, pause_detail = ''
             where id = $1 and state = $2 and updated_at_ms = $4 and deleted_at_ms is null",
        )
        .bind(run.campaign_id.0)
        .bind(version.state.as_str())
        .bind(now_ms)
        .bind(version.updated_at_ms)
        .execute(&mut *transaction)
        .await?;
        if started.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("update runs set is_frozen = 1 where id = $1")
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Everybody in the lists of a run's campaign.
    pub(crate) async fn audience_of(&self, run: RunId, now_ms: i64) -> Result<Audience> {
        let lists = sqlx::query_scalar(
            "select list_id from campaign_lists
             where campaign_id = (select campaign_id from runs where id = $1) order by list_id desc",
        )
        .bind(run.0)
        .fetch_all(self.reader())
        .await?;
        Ok(Audience { run, now_ms, lists, after: 0, size: BatchSize(FIRST_BATCH) })
    }

    /// Deletes runs that are not frozen, and their deliveries. Only for who freezes alone.
    async fn throw_away_unfrozen(&self) -> Result<()> {
        let mut size = BatchSize(FIRST_BATCH);
        loop {
            let mut transaction = self.begin().await?;
            let begun = Instant::now();
            let run: Option<i64> = sqlx::query_scalar("select min(id) from runs where is_frozen = 0")
                .fetch_one(&mut *transaction)
                .await?;
            let Some(run) = run else { return Ok(()) };
            let deleted = sqlx::query(
                "delete from deliveries where id in (select id from deliveries where run_id = $1 limit $2)",
            )
            .bind(run)
            .bind(size.0)
            .execute(&mut *transaction)
            .await?;
            if deleted.rows_affected() == 0 {
                sqlx::query("delete from runs where id = $1").bind(run).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            size.learn(begun.elapsed());
        }
    }

    /// Waits until no other process freezes, and keeps others from it as long as the file lives; `None` when stopped.
    async fn freeze_alone(&self, watch: Watch<'_>) -> Result<Option<File>> {
        loop {
            if let Some(alone) = self.try_freeze_alone()? {
                return Ok(Some(alone));
            }
            if !watch(0) {
                return Ok(None);
            }
            tokio::time::sleep(NAP).await;
        }
    }

    fn try_freeze_alone(&self) -> Result<Option<File>> {
        let database = self.reader().connect_options();
        let path = database.get_filename().with_file_name("freezing.lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
        let file = file.map_err(|error| match error.kind() {
            ErrorKind::StorageFull => Error::DiskFull,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Error::ReadOnly,
            _ => Error::Folder(error),
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::Folder(error)),
        }
    }
}

impl Audience {
    /// Makes the deliveries of the next batch, for those who have none in this run; gives how many, and `None` at the end.
    pub(crate) async fn next(
        &mut self,
        transaction: &mut Transaction<'static, Sqlite>,
    ) -> Result<Option<i64>> {
        while let Some(list) = self.lists.last().copied() {
            if let Some(last) = self.find_end_of_batch(transaction, list).await? {
                let added = self.freeze_batch(transaction, list, last).await?;
                self.after = last;
                return Ok(Some(added));
            }
            self.lists.pop();
            self.after = 0;
        }
        Ok(None)
    }

    /// Lets the next batch be as large as this one showed that it may be.
    pub(crate) fn learn(&mut self, took: Duration) {
        self.size.learn(took);
    }

    /// The last contact of the next batch of a list; `None` behind its end.
    async fn find_end_of_batch(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        list: i64,
    ) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar(
            "select max(contact_id) from (select contact_id from list_members
                                          where list_id = $1 and contact_id > $2 order by contact_id limit $3)",
        )
        .bind(list)
        .bind(self.after)
        .bind(self.size.0)
        .fetch_one(&mut **transaction)
        .await?)
    }

    /// Who is in two lists has a delivery already when the second comes.
    async fn freeze_batch(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        list: i64,
        last: i64,
    ) -> Result<i64> {
        let before: i64 = sqlx::query_scalar("select coalesce(max(id), 0) from deliveries")
            .fetch_one(&mut **transaction)
            .await?;
        let done = sqlx::query(
            "insert into deliveries (run_id, contact_id, address, address_key, name, state, skip_reason, updated_at_ms)
             select $1, contacts.id, contacts.address, contacts.address_key, contacts.display_name,
                 case when suppressions.address_key is null then 'queued' else 'skipped' end,
                 case when suppressions.address_key is null then null else 'suppressed' end,
                 $2
             from list_members
             join contacts on contacts.id = list_members.contact_id
             left join suppressions on suppressions.address_key = contacts.address_key
             where list_members.list_id = $3 and list_members.contact_id > $4 and list_members.contact_id <= $5
               and not exists (select 1 from deliveries
                               where deliveries.run_id = $1 and deliveries.address_key = contacts.address_key)
             order by list_members.contact_id",
        )
        .bind(self.run.0)
        .bind(self.now_ms)
        .bind(list)
        .bind(self.after)
        .bind(last)
        .execute(&mut **transaction)
        .await?;
        let added = i64::try_from(done.rows_affected()).unwrap_or_default();
        self.count(transaction, before, added).await?;
        Ok(added)
    }

    /// Counts the deliveries of a batch: nobody belongs to an account yet. The `+` keeps SQLite from walking over the run.
    async fn count(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        before: i64,
        added: i64,
    ) -> Result<()> {
        sqlx::query(
            "insert into run_counts (run_id, state, account_id, n)
             select run_id, state, 0, count(*) from deliveries where id > $2 and +run_id = $1 group by run_id, state
             on conflict (run_id, state, account_id) do update set n = n + excluded.n",
        )
        .bind(self.run.0)
        .bind(before)
        .execute(&mut **transaction)
        .await?;
        sqlx::query("update runs set total = total + $2 where id = $1")
            .bind(self.run.0)
            .bind(added)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
