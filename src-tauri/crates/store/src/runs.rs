//! Runs: how an audience is counted, and how runs are recovered and brought to their end.

use hongyan_domain::{CampaignId, ListId, RunId};
use sqlx::{FromRow, Sqlite, Transaction};

use crate::run_accounts::RunAccount;
use crate::{Error, Result, Store};

/// How many people a set of lists reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AudienceCounts {
    /// Different people in the lists.
    pub total: i64,
    /// People left out, by the word of the suppression's reason.
    pub left_out: Vec<(String, i64)>,
}

/// What is fixed when a run begins.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Whose run.
    pub campaign_id: CampaignId,
    /// Through which accounts, in the user's order.
    pub accounts: Vec<RunAccount>,
    /// JSON of the content as it is now.
    pub content: String,
    /// Random key of the run's reference tokens.
    pub token_key: Vec<u8>,
}

/// A run as kept.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// Row id.
    pub id: RunId,
    /// What was fixed when it began.
    pub fixed: NewRun,
    /// Recipients in all.
    pub total: i64,
    /// When it began, or when the user last put recipients back into its queue; unix milliseconds.
    pub open_since_ms: i64,
    /// For how many hours from then mails that are put off are tried again; fixed with the start, as the plan is.
    pub retry_hours: u32,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    campaign_id: i64,
    content: String,
    token_key: Vec<u8>,
    total: i64,
    started_at_ms: i64,
    reopened_at_ms: Option<i64>,
    retry_hours: u32,
}

impl RunRecord {
    fn new(row: Row, accounts: Vec<RunAccount>) -> Self {
        let fixed = NewRun {
            campaign_id: CampaignId(row.campaign_id),
            accounts,
            content: row.content,
            token_key: row.token_key,
        };
        let open_since_ms = row.reopened_at_ms.unwrap_or(row.started_at_ms);
        Self { id: RunId(row.id), fixed, total: row.total, open_since_ms, retry_hours: row.retry_hours }
    }
}

impl Store {
    /// Counts the people in lists and those left out.
    pub async fn count_audience(&self, lists: &[ListId]) -> Result<AudienceCounts> {
        let json = serde_json::to_string(lists)?;
        // One list has everybody once. Of several, the index by contact has the lists of each side by side; the `+`
        // keeps SQLite from collecting and sorting them instead, which takes three times as long.
        let statement = match lists {
            [_] => "select count(*) from list_members where list_id = (select value from json_each($1))",
            _ => {
                "select count(*) from (select 1 from list_members
                                       where +list_id in (select value from json_each($1)) group by contact_id)"
            }
        };
        let total = sqlx::query_scalar(statement).bind(&json).fetch_one(self.reader()).await?;
        let left_out = sqlx::query_as(
            "select suppressions.reason, count(*)
             from suppressions join contacts on contacts.address_key = suppressions.address_key
             where exists (select 1 from list_members
                           where contact_id = contacts.id and list_id in (select value from json_each($1)))
             group by suppressions.reason order by 2 desc",
        )
        .bind(&json)
        .fetch_all(self.reader())
        .await?;
        Ok(AudienceCounts { total, left_out })
    }

    /// A run.
    pub async fn load_run(&self, id: RunId) -> Result<RunRecord> {
        let row = sqlx::query_as::<_, Row>(
            "select runs.*, campaigns.retry_hours
             from runs join campaigns on campaigns.id = runs.campaign_id where runs.id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.reader())
        .await?
        .ok_or(Error::NotFound("run"))?;
        Ok(RunRecord::new(row, self.list_run_accounts(id).await?))
    }

    /// After a stop that was no good-bye: what was `armed` becomes `in_doubt`; gives how many. What was cancelled while it
    /// was under way comes to its end.
    ///
    /// Only the holder of the sending lock may call this: elsewhere `armed` means "being sent right now".
    pub async fn recover_runs(&self, now_ms: i64) -> Result<i64> {
        let mut transaction = self.begin().await?;
        let runs: Vec<i64> =
            sqlx::query_scalar("select id from runs where finished_at_ms is null and is_frozen")
                .fetch_all(&mut *transaction)
                .await?;
        // What kept that process from sending is not known to keep this one.
        sqlx::query(
            "update campaigns set pause_reason = null where state = 'running' and pause_reason is not null",
        )
        .execute(&mut *transaction)
        .await?;
        let mut in_doubt = 0;
        for run in runs {
            in_doubt += doubt_armed(&mut transaction, RunId(run), now_ms).await?;
            recount(&mut transaction, RunId(run)).await?;
            skip_if_cancelled(&mut transaction, RunId(run), now_ms).await?;
        }
        transaction.commit().await?;
        Ok(in_doubt)
    }

    /// After a fault in this process: what is `armed` in a run becomes `in_doubt`; gives how many.
    ///
    /// Only for who knows that nobody sends for this run: elsewhere `armed` means "being sent right now".
    pub async fn doubt_abandoned(&self, id: RunId, now_ms: i64) -> Result<i64> {
        let mut transaction = self.begin().await?;
        let in_doubt = doubt_armed(&mut transaction, id, now_ms).await?;
        if in_doubt > 0 {
            recount(&mut transaction, id).await?;
        }
        transaction.commit().await?;
        Ok(in_doubt)
    }

    /// Ends a run that has nothing open any more, and its campaign with it; `false` when something is open.
    pub async fn finish_run(&self, id: RunId, now_ms: i64) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let open: i64 = sqlx::query_scalar(
            "select count(*) from deliveries where run_id = $1 and state in ('queued', 'armed', 'deferred')",
        )
        .bind(id.0)
        .fetch_one(&mut *transaction)
        .await?;
        if open > 0 {
            return Ok(false);
        }
        sqlx::query("update runs set finished_at_ms = $2 where id = $1 and finished_at_ms is null")
            .bind(id.0)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "update campaigns
             set state = 'finished', finished_at_ms = $2, updated_at_ms = $2, pause_reason = null, pause_detail = ''
             where id = (select campaign_id from runs where id = $1) and state in ('running', 'paused')",
        )
        .bind(id.0)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Ends a run whose campaign was cancelled while mails were under way: what came back to the queue is skipped.
    pub async fn close_cancelled_run(&self, id: RunId, now_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        skip_if_cancelled(&mut transaction, id, now_ms).await?;
        Ok(transaction.commit().await?)
    }

    /// Cancels a campaign: what waits is skipped, what is under way keeps its outcome. `false` when it is over already.
    pub async fn cancel_campaign(&self, id: CampaignId, now_ms: i64) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let cancelled = sqlx::query(
            "update campaigns
             set state = 'cancelled', finished_at_ms = $2, updated_at_ms = $2, pause_reason = null, pause_detail = ''
             where id = $1 and state in ('scheduled', 'running', 'paused')",
        )
        .bind(id.0)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        if cancelled.rows_affected() == 0 {
            return Ok(false);
        }
        let runs: Vec<i64> = sqlx::query_scalar(
            "select id from runs where campaign_id = $1 and finished_at_ms is null and is_frozen",
        )
        .bind(id.0)
        .fetch_all(&mut *transaction)
        .await?;
        for run in runs {
            skip_waiting(&mut transaction, RunId(run), now_ms).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

/// Nobody knows any more what became of what is `armed` in a run; gives how many.
async fn doubt_armed(transaction: &mut Transaction<'static, Sqlite>, run: RunId, now_ms: i64) -> Result<i64> {
    let done = sqlx::query(
        "update deliveries
         set state = 'in_doubt', verdict = 'in_doubt', stage = 'final_reply', updated_at_ms = $2
         where run_id = $1 and state = 'armed'",
    )
    .bind(run.0)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or_default())
}

/// Skips what waits in a run, if its campaign was cancelled.
async fn skip_if_cancelled(
    transaction: &mut Transaction<'static, Sqlite>,
    run: RunId,
    now_ms: i64,
) -> Result<()> {
    let is_cancelled: bool = sqlx::query_scalar(
        "select exists (select 1 from runs join campaigns on campaigns.id = runs.campaign_id
                        where runs.id = $1 and campaigns.state = 'cancelled')",
    )
    .bind(run.0)
    .fetch_one(&mut **transaction)
    .await?;
    if is_cancelled {
        skip_waiting(transaction, run, now_ms).await?;
    }
    Ok(())
}

/// Skips what waits in a cancelled run, and ends the run if nothing is under way.
async fn skip_waiting(transaction: &mut Transaction<'static, Sqlite>, run: RunId, now_ms: i64) -> Result<()> {
    sqlx::query(
        "update deliveries set state = 'skipped', skip_reason = 'cancelled', due_at_ms = null, updated_at_ms = $2
         where run_id = $1 and state in ('queued', 'deferred')",
    )
    .bind(run.0)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    sqlx::query(
        "update runs set finished_at_ms = $2
         where id = $1 and finished_at_ms is null
           and not exists (select 1 from deliveries where run_id = $1 and state = 'armed')",
    )
    .bind(run.0)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    recount(transaction, run).await
}

/// Counts a run's deliveries anew.
pub(crate) async fn recount(transaction: &mut Transaction<'static, Sqlite>, run: RunId) -> Result<()> {
    sqlx::query("delete from run_counts where run_id = $1").bind(run.0).execute(&mut **transaction).await?;
    sqlx::query(
        "insert into run_counts (run_id, state, account_id, n)
         select run_id, state, coalesce(account_id, 0), count(*) from deliveries where run_id = $1 group by 2, 3",
    )
    .bind(run.0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
