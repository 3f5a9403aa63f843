//! What the user decides after a run: who is sent to again, and what became of a mail in doubt.
//!
//! It all stays in the run that was: one report, the content as it was, and the same Message-ID for the same person, so
//! that a mail that had arrived after all is recognised as the same one.

use std::time::Instant;

use hongyan_domain::{CampaignId, DeliveryId, RunId};
use sqlx::{Sqlite, Transaction};

use crate::runs::recount;
use crate::{Error, Result, Store};

/// Who is sent to again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// Those that were refused for good or given up.
    Failed,
    /// All that are in doubt. Some of them may have got the mail.
    InDoubt,
    /// Who came into the campaign's lists since it was started.
    Added,
    /// These, as far as they failed or are in doubt.
    These(Vec<DeliveryId>),
}

impl Store {
    /// Puts recipients of the campaign's latest run back into the queue, and sets a finished campaign running.
    /// Gives how many; with none, or where the campaign was cancelled or deleted meanwhile, nothing changes.
    pub async fn send_again(&self, campaign: CampaignId, who: &Again, now_ms: i64) -> Result<i64> {
        let mut transaction = self.begin().await?;
        let run = latest_run(&mut transaction, campaign).await?;
        if !may_be_reopened(&mut transaction, campaign).await? {
            return Ok(0);
        }
        let count = match who {
            Again::Added => {
                drop(transaction);
                return self.send_to_added(campaign, run, now_ms).await;
            }
            Again::Failed => requeue(&mut transaction, run, &["failed"], None, now_ms).await?,
            Again::InDoubt => requeue(&mut transaction, run, &["in_doubt"], None, now_ms).await?,
            Again::These(ids) => {
                requeue(&mut transaction, run, &["failed", "in_doubt"], Some(ids), now_ms).await?
            }
        };
        if count == 0 {
            return Ok(0);
        }
        recount(&mut transaction, run).await?;
        reopen(&mut transaction, campaign, run, now_ms).await?;
        transaction.commit().await?;
        Ok(count)
    }

    /// Puts those who came into the lists since into the run, so many at a time that nobody else who writes waits for
    /// long. What ends on the way has put some of them in, and those who are left can be added later.
    async fn send_to_added(&self, campaign: CampaignId, run: RunId, now_ms: i64) -> Result<i64> {
        let mut audience = self.audience_of(run, now_ms).await?;
        let mut count = 0;
        loop {
            let mut transaction = self.begin().await?;
            let begun = Instant::now();
            if !may_be_reopened(&mut transaction, campaign).await? {
                return Ok(count);
            }
            let Some(added) = audience.next(&mut transaction).await? else { return Ok(count) };
            if added > 0 {
                reopen(&mut transaction, campaign, run, now_ms).await?;
            }
            transaction.commit().await?;
            audience.learn(begun.elapsed());
            count += added;
        }
    }

    /// Takes mails in doubt for sent, on the user's word. Gives how many they were.
    pub async fn settle_as_sent(&self, campaign: CampaignId, ids: &[DeliveryId], now_ms: i64) -> Result<i64> {
        let mut transaction = self.begin().await?;
        let run = latest_run(&mut transaction, campaign).await?;
        let done = sqlx::query(
            "update deliveries set state = 'sent', updated_at_ms = $3
             where run_id = $1 and state = 'in_doubt' and id in (select value from json_each($2))",
        )
        .bind(run.0)
        .bind(serde_json::to_string(ids)?)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        recount(&mut transaction, run).await?;
        transaction.commit().await?;
        Ok(i64::try_from(done.rows_affected()).unwrap_or_default())
    }

    /// Counts who came into the lists of a run's campaign since it began.
    pub async fn count_added_since(&self, run: RunId) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "select count(distinct list_members.contact_id)
             from runs
             join campaign_lists on campaign_lists.campaign_id = runs.campaign_id
             join list_members on list_members.list_id = campaign_lists.list_id
             join contacts on contacts.id = list_members.contact_id
             where runs.id = $1
               and not exists (select 1 from deliveries
                               where deliveries.run_id = runs.id and deliveries.address_key = contacts.address_key)
               and not exists (select 1 from suppressions where suppressions.address_key = contacts.address_key)",
        )
        .bind(run.0)
        .fetch_one(self.reader())
        .await?)
    }
}

async fn latest_run(transaction: &mut Transaction<'static, Sqlite>, campaign: CampaignId) -> Result<RunId> {
    let run: Option<i64> =
        sqlx::query_scalar("select max(id) from runs where campaign_id = $1 and is_frozen")
            .bind(campaign.0)
            .fetch_one(&mut **transaction)
            .await?;
    run.map(RunId).ok_or(Error::NotFound("run"))
}

async fn requeue(
    transaction: &mut Transaction<'static, Sqlite>,
    run: RunId,
    states: &[&str],
    only: Option<&[DeliveryId]>,
    now_ms: i64,
) -> Result<i64> {
    let done = sqlx::query(
        "update deliveries set state = 'queued', attempts = 0, due_at_ms = null, updated_at_ms = $4
         where run_id = $1 and state in (select value from json_each($2))
           and ($3 is null or id in (select value from json_each($3)))",
    )
    .bind(run.0)
    .bind(serde_json::to_string(states)?)
    .bind(only.map(serde_json::to_string).transpose()?)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or_default())
}

/// Whether the campaign was not cancelled or deleted since.
async fn may_be_reopened(
    transaction: &mut Transaction<'static, Sqlite>,
    campaign: CampaignId,
) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from campaigns
                        where id = $1 and state in ('running', 'paused', 'finished') and deleted_at_ms is null)",
    )
    .bind(campaign.0)
    .fetch_one(&mut **transaction)
    .await?)
}

async fn reopen(
    transaction: &mut Transaction<'static, Sqlite>,
    campaign: CampaignId,
    run: RunId,
    now_ms: i64,
) -> Result<()> {
    sqlx::query("update runs set finished_at_ms = null, reopened_at_ms = $2 where id = $1")
        .bind(run.0)
        .bind(now_ms)
        .execute(&mut **transaction)
        .await?;
    sqlx::query(
        "update campaigns
         set state = 'running', finished_at_ms = null, updated_at_ms = $2, pause_reason = null, pause_detail = ''
         where id = $1 and state = 'finished'",
    )
    .bind(campaign.0)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
