//! Campaigns before and beside their runs.

use std::str::FromStr;

use hongyan_domain::{AccountShare, CampaignId, CampaignState, ListId, PauseReason, RunId, TemplateId};
use sqlx::{FromRow, Sqlite, Transaction};

use crate::{Error, Result, StateCounts, Store};

/// What the user chooses for a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignValues {
    /// Name.
    pub name: String,
    /// What names are compared by.
    pub name_key: String,
    /// Lists whose members get it.
    pub list_ids: Vec<ListId>,
    /// What they get.
    pub template_id: Option<TemplateId>,
    /// Through which accounts, in the user's order, each once.
    pub accounts: Vec<AccountShare>,
    /// For how many hours from its start mails that are put off are tried again.
    pub retry_hours: u32,
}

/// A campaign as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignRecord {
    /// Row id.
    pub id: CampaignId,
    /// What the user chose.
    pub values: CampaignValues,
    /// Where it stands.
    pub state: CampaignState,
    /// Why it is paused.
    pub pause_reason: Option<PauseReason>,
    /// The server's words when an account problem paused it.
    pub pause_detail: String,
    /// Scheduled for, unix milliseconds.
    pub at_ms: Option<i64>,
    /// When it was made, unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last changed, unix milliseconds.
    pub updated_at_ms: i64,
    /// When sending began, unix milliseconds.
    pub started_at_ms: Option<i64>,
    /// When it ended, unix milliseconds.
    pub finished_at_ms: Option<i64>,
    /// Its latest run.
    pub run_id: Option<RunId>,
    /// Recipients of that run by state.
    pub counts: StateCounts,
}

/// A campaign as somebody read it: what was decided on it holds only as long as it stands there unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignVersion {
    /// Where it stood.
    pub state: CampaignState,
    /// When it was last changed, unix milliseconds.
    pub updated_at_ms: i64,
}

impl CampaignRecord {
    /// Which version of the campaign this is.
    pub const fn version(&self) -> CampaignVersion {
        CampaignVersion { state: self.state, updated_at_ms: self.updated_at_ms }
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    name_key: String,
    state: String,
    pause_reason: Option<String>,
    pause_detail: String,
    template_id: Option<i64>,
    retry_hours: u32,
    at_ms: Option<i64>,
    created_at_ms: i64,
    updated_at_ms: i64,
    started_at_ms: Option<i64>,
    finished_at_ms: Option<i64>,
    run_id: Option<i64>,
    /// JSON array of ids.
    list_ids: String,
    /// JSON array of shares.
    accounts: String,
    /// JSON object of state to number.
    counts: String,
}

impl TryFrom<Row> for CampaignRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: CampaignId(row.id),
            values: CampaignValues {
                name: row.name,
                name_key: row.name_key,
                list_ids: serde_json::from_str(&row.list_ids)?,
                template_id: row.template_id.map(TemplateId),
                accounts: serde_json::from_str(&row.accounts)?,
                retry_hours: row.retry_hours,
            },
            state: CampaignState::from_str(&row.state)?,
            pause_reason: row.pause_reason.as_deref().map(PauseReason::from_str).transpose()?,
            pause_detail: row.pause_detail,
            at_ms: row.at_ms,
            created_at_ms: row.created_at_ms,
            updated_at_ms: row.updated_at_ms,
            started_at_ms: row.started_at_ms,
            finished_at_ms: row.finished_at_ms,
            run_id: row.run_id.map(RunId),
            counts: StateCounts::from_json(&row.counts)?,
        })
    }
}

/// Selects whole rows of campaigns; a `where` follows.
macro_rules! select_campaigns {
    ($rest:literal) => {
        concat!(
            "with latest as (
                 select campaigns.*, (select max(id) from runs where runs.campaign_id = campaigns.id and is_frozen)
                     as run_id
                 from campaigns
             )
             select latest.*,
                 (select json_group_array(list_id) from campaign_lists where campaign_id = latest.id) as list_ids,
                 (select json_group_array(json_object('account_id', account_id, 'weight', weight) order by place)
                  from campaign_accounts where campaign_id = latest.id) as accounts,
                 (select json_group_object(state, n)
                  from (select state, sum(n) as n from run_counts
                        where run_counts.run_id = latest.run_id group by state)) as counts
             from latest ",
            $rest
        )
    };
}

impl Store {
    /// Makes a campaign.
    pub async fn insert_campaign(&self, values: &CampaignValues, now_ms: i64) -> Result<CampaignId> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "insert into campaigns (name, name_key, state, template_id, created_at_ms, updated_at_ms, retry_hours)
             values ($1, $2, 'draft', $3, $4, $4, $5) returning id",
        )
        .bind(&values.name)
        .bind(&values.name_key)
        .bind(values.template_id.map(|id| id.0))
        .bind(now_ms)
        .bind(values.retry_hours)
        .fetch_one(&mut *transaction)
        .await?;
        let id = CampaignId(id);
        replace_lists(&mut transaction, id, &values.list_ids).await?;
        replace_accounts(&mut transaction, id, &values.accounts).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Changes a campaign that was not started; `false` when it was.
    pub async fn update_campaign(
        &self,
        id: CampaignId,
        values: &CampaignValues,
        now_ms: i64,
    ) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update campaigns
             set name = $2, name_key = $3, template_id = $4, updated_at_ms = $5, retry_hours = $6
             where id = $1 and state in ('draft', 'scheduled') and deleted_at_ms is null",
        )
        .bind(id.0)
        .bind(&values.name)
        .bind(&values.name_key)
        .bind(values.template_id.map(|id| id.0))
        .bind(now_ms)
        .bind(values.retry_hours)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        replace_lists(&mut transaction, id, &values.list_ids).await?;
        replace_accounts(&mut transaction, id, &values.accounts).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Hides a campaign that waits for nothing; `restore_campaign` brings it back. `false` when it stands elsewhere.
    pub async fn delete_campaign(&self, id: CampaignId, now_ms: i64) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update campaigns set deleted_at_ms = $2
             where id = $1 and state in ('draft', 'finished', 'cancelled') and deleted_at_ms is null",
        )
        .bind(id.0)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// The name of a hidden campaign.
    pub async fn find_deleted_campaign_name(&self, id: CampaignId) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("select name from campaigns where id = $1 and deleted_at_ms is not null")
            .bind(id.0)
            .fetch_optional(self.reader())
            .await?)
    }

    /// Brings a hidden campaign back; `false` where none is hidden under this id, [`Error::Taken`] where another has its
    /// name now.
    pub async fn restore_campaign(&self, id: CampaignId) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update campaigns set deleted_at_ms = null where id = $1 and deleted_at_ms is not null",
        )
        .bind(id.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Takes a step in a campaign's life, if it still stands where the caller thinks; `false` when it does not.
    pub async fn update_campaign_state(
        &self,
        id: CampaignId,
        from: CampaignState,
        to: CampaignState,
        pause: Option<(PauseReason, &str)>,
        now_ms: i64,
    ) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update campaigns
             set state = $3, pause_reason = $4, pause_detail = $5, updated_at_ms = $6,
                 finished_at_ms = case when $3 in ('finished', 'cancelled') then $6 end,
                 at_ms = case when $3 = 'draft' then null else at_ms end
             where id = $1 and state = $2 and deleted_at_ms is null",
        )
        .bind(id.0)
        .bind(from.as_str())
        .bind(to.as_str())
        .bind(pause.map(|(reason, _)| reason.as_str()))
        .bind(pause.map_or("", |(_, detail)| detail))
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Says why a campaign that is running does not go on by a fault of ours or of the database; `None`: it goes on.
    pub async fn update_fault(&self, id: CampaignId, fault: Option<PauseReason>) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("update campaigns set pause_reason = $2 where id = $1 and state = 'running'")
            .bind(id.0)
            .bind(fault.map(PauseReason::as_str))
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Sets the time of a campaign that was not started; `false` when it was.
    pub async fn schedule_campaign(&self, id: CampaignId, at_ms: i64, now_ms: i64) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update campaigns set state = 'scheduled', at_ms = $2, updated_at_ms = $3
             where id = $1 and state in ('draft', 'scheduled') and deleted_at_ms is null",
        )
        .bind(id.0)
        .bind(at_ms)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// A campaign.
    pub async fn load_campaign(&self, id: CampaignId) -> Result<CampaignRecord> {
        sqlx::query_as::<_, Row>(select_campaigns!("where id = $1 and deleted_at_ms is null"))
            .bind(id.0)
            .fetch_optional(self.reader())
            .await?
            .ok_or(Error::NotFound("campaign"))?
            .try_into()
    }

    /// The campaign of this name.
    pub async fn find_campaign(&self, name_key: &str) -> Result<Option<CampaignRecord>> {
        sqlx::query_as::<_, Row>(select_campaigns!("where name_key = $1 and deleted_at_ms is null"))
            .bind(name_key)
            .fetch_optional(self.reader())
            .await?
            .map(TryInto::try_into)
            .transpose()
    }

    /// All campaigns, the newest first.
    pub async fn list_campaigns(&self) -> Result<Vec<CampaignRecord>> {
        let rows =
            sqlx::query_as::<_, Row>(select_campaigns!("where deleted_at_ms is null order by id desc"))
                .fetch_all(self.reader())
                .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Campaigns being sent or paused, the oldest first.
    pub async fn list_active_campaigns(&self) -> Result<Vec<CampaignRecord>> {
        let rows = sqlx::query_as::<_, Row>(select_campaigns!(
            "where deleted_at_ms is null and state in ('running', 'paused') order by id"
        ))
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Scheduled campaigns whose time has come.
    pub async fn list_due_campaigns(&self, now_ms: i64) -> Result<Vec<CampaignId>> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "select id from campaigns
             where state = 'scheduled' and at_ms <= $1 and deleted_at_ms is null order by at_ms, id",
        )
        .bind(now_ms)
        .fetch_all(self.reader())
        .await?;
        Ok(ids.into_iter().map(CampaignId).collect())
    }
}

async fn replace_lists(
    transaction: &mut Transaction<'static, Sqlite>,
    id: CampaignId,
    lists: &[ListId],
) -> Result<()> {
    sqlx::query("delete from campaign_lists where campaign_id = $1")
        .bind(id.0)
        .execute(&mut **transaction)
        .await?;
    sqlx::query(
        "insert or ignore into campaign_lists (campaign_id, list_id)
         select $1, lists.id from json_each($2) join lists on lists.id = json_each.value",
    )
    .bind(id.0)
    .bind(serde_json::to_string(lists)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(crate) async fn replace_accounts(
    transaction: &mut Transaction<'static, Sqlite>,
    id: CampaignId,
    accounts: &[AccountShare],
) -> Result<()> {
    sqlx::query("delete from campaign_accounts where campaign_id = $1")
        .bind(id.0)
        .execute(&mut **transaction)
        .await?;
    sqlx::query(
        "insert into campaign_accounts (campaign_id, account_id, place, weight)
         select $1, accounts.id, json_each.key, value ->> 'weight'
         from json_each($2) join accounts on accounts.id = value ->> 'account_id'
         where accounts.deleted_at_ms is null",
    )
    .bind(id.0)
    .bind(serde_json::to_string(accounts)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
