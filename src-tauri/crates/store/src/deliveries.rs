//! Deliveries as they are counted and as the report shows them.

use std::collections::BTreeMap;
use std::str::FromStr;

use hongyan_domain::{AccountId, CampaignId, ContactId, DeliveryId, DeliveryState, RunId, SkipReason};
use sqlx::FromRow;

use crate::{Result, Store};

/// How many deliveries are in each state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateCounts(BTreeMap<DeliveryState, i64>);

impl StateCounts {
    /// How many are in a state.
    pub fn get(&self, state: DeliveryState) -> i64 {
        self.0.get(&state).copied().unwrap_or_default()
    }

    /// How many there are.
    pub fn total(&self) -> i64 {
        self.0.values().sum()
    }

    /// How many may still change by themselves.
    pub fn open(&self) -> i64 {
        self.0.iter().filter(|(state, _)| !state.is_final()).map(|(_, n)| n).sum()
    }

    pub(crate) fn from_json(json: &str) -> Result<Self> {
        let words: BTreeMap<String, i64> = serde_json::from_str(json)?;
        let counts = words.into_iter().map(|(word, n)| Ok((DeliveryState::from_str(&word)?, n)));
        Ok(Self(counts.collect::<Result<_>>()?))
    }
}

/// A recipient in the report.
#[derive(Debug, Clone, FromRow)]
pub struct DeliveryRecord {
    /// Row id.
    pub id: i64,
    /// The contact, or `None` when it was deleted since.
    pub contact_id: Option<i64>,
    /// Address as it was.
    pub address: String,
    /// Name as it was.
    pub name: String,
    /// A delivery state's word.
    pub state: String,
    /// A skip reason's word.
    pub skip_reason: Option<String>,
    /// Name of the account it belongs to since it was first tried.
    pub account: Option<String>,
    /// A verdict's word.
    pub verdict: Option<String>,
    /// A stage's word.
    pub stage: Option<String>,
    /// The server's reply code.
    pub reply_code: Option<u16>,
    /// The server's words. Hostile text.
    pub reply_text: String,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is tried again, unix milliseconds.
    pub due_at_ms: Option<i64>,
    /// When its state last changed, unix milliseconds.
    pub updated_at_ms: i64,
}

/// Which recipients.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Only those whose address or name contains this text.
    pub search: Option<String>,
}

/// A page of recipients.
#[derive(Debug, Clone)]
pub struct DeliveryPage {
    /// The rows, in the order of sending.
    pub rows: Vec<DeliveryRecord>,
    /// Give this as `after` for the next page; `None` at the end.
    pub next: Option<DeliveryId>,
}

/// Recipients that share a reason.
#[derive(Debug, Clone, FromRow)]
pub struct ReasonRecord {
    /// A delivery state's word.
    pub state: String,
    /// A verdict's or a skip reason's word.
    pub verdict: String,
    /// The server's words. Hostile text.
    pub reply_text: String,
    /// How many.
    pub count: i64,
}

impl Store {
    /// A run's deliveries by state.
    pub async fn load_counts(&self, run: RunId) -> Result<StateCounts> {
        let json: String = sqlx::query_scalar(
            "select json_group_object(state, n)
                 from (select state, sum(n) as n from run_counts where run_id = $1 group by state)",
        )
        .bind(run.0)
        .fetch_one(self.reader())
        .await?;
        StateCounts::from_json(&json)
    }

    /// A run's deliveries by state, for each account they belong to; under `None` those that were never tried.
    pub async fn load_counts_by_account(
        &self,
        run: RunId,
    ) -> Result<BTreeMap<Option<AccountId>, StateCounts>> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "select account_id, json_group_object(state, n) from run_counts where run_id = $1 group by account_id",
        )
        .bind(run.0)
        .fetch_all(self.reader())
        .await?;
        let account = |id: i64| (id > 0).then_some(AccountId(id));
        rows.into_iter().map(|(id, json)| Ok((account(id), StateCounts::from_json(&json)?))).collect()
    }

    /// All deliveries in doubt.
    pub async fn count_in_doubt(&self) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "select coalesce(sum(n), 0) from run_counts
             join runs on runs.id = run_counts.run_id join campaigns on campaigns.id = runs.campaign_id
             where run_counts.state = 'in_doubt' and deleted_at_ms is null",
        )
        .fetch_one(self.reader())
        .await?)
    }

    /// A page of a run's recipients, in the order of sending.
    pub async fn list_deliveries(
        &self,
        run: RunId,
        filter: &DeliveryFilter,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<DeliveryPage> {
        let rows = sqlx::query_as::<_, DeliveryRecord>(
            "select deliveries.id, contacts.id as contact_id, deliveries.address, deliveries.name, state, skip_reason,
                 accounts.name as account, verdict, stage, reply_code, reply_text, attempts, due_at_ms,
                 deliveries.updated_at_ms
             from deliveries left join contacts on contacts.id = deliveries.contact_id
                 left join accounts on accounts.id = deliveries.account_id
             where run_id = $1 and ($2 is null or state = $2) and deliveries.id > $3
               and ($4 is null or instr(lower(deliveries.address || ' ' || deliveries.name), lower($4)) > 0)
             order by deliveries.id limit $5",
        )
        .bind(run.0)
        .bind(filter.state.map(DeliveryState::as_str))
        .bind(after.map_or(0, |id| id.0))
        .bind(filter.search.as_deref())
        .bind(limit + 1)
        .fetch_all(self.reader())
        .await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        let rows: Vec<DeliveryRecord> = rows.into_iter().take(limit).collect();
        let next = more.then(|| rows.last().map(|row| DeliveryId(row.id))).flatten();
        Ok(DeliveryPage { rows, next })
    }

    /// How many of a run's recipients match.
    pub async fn count_deliveries(&self, run: RunId, filter: &DeliveryFilter) -> Result<i64> {
        if filter.search.is_none() {
            let counts = self.load_counts(run).await?;
            return Ok(filter.state.map_or_else(|| counts.total(), |state| counts.get(state)));
        }
        Ok(sqlx::query_scalar(
            "select count(*) from deliveries
             where run_id = $1 and ($2 is null or state = $2)
               and instr(lower(address || ' ' || name), lower($3)) > 0",
        )
        .bind(run.0)
        .bind(filter.state.map(DeliveryState::as_str))
        .bind(filter.search.as_deref())
        .fetch_one(self.reader())
        .await?)
    }

    /// Why recipients of a run did not get it, or not yet: the most frequent reasons, 100 at most.
    pub async fn list_reasons(&self, run: RunId) -> Result<Vec<ReasonRecord>> {
        Ok(sqlx::query_as(
            "select state, coalesce(skip_reason, verdict, '') as verdict, reply_text, count(*) as count
             from deliveries
             where run_id = $1 and state in ('deferred', 'failed', 'in_doubt', 'skipped')
             group by 1, 2, 3 order by 4 desc limit 100",
        )
        .bind(run.0)
        .fetch_all(self.reader())
        .await?)
    }

    /// The contact at a position of a campaign's audience as it is now, in the order of sending.
    pub async fn find_audience_member(&self, id: CampaignId, position: i64) -> Result<Option<ContactId>> {
        let found: Option<i64> = sqlx::query_scalar(
            "select contacts.id from contacts
             where contacts.id in (select contact_id from list_members
                                   where list_id in (select list_id from campaign_lists where campaign_id = $1))
               and not exists (select 1 from suppressions where suppressions.address_key = contacts.address_key)
             order by contacts.id limit 1 offset $2",
        )
        .bind(id.0)
        .bind(position)
        .fetch_optional(self.reader())
        .await?;
        Ok(found.map(ContactId))
    }

    /// How many people of a campaign's audience have no value for a field, and some of them.
    pub async fn count_missing_field(&self, id: CampaignId, field: &str) -> Result<(i64, Vec<ContactId>)> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "with missing as (
                 select contacts.id from contacts
                 where contacts.id in (select contact_id from list_members
                                       where list_id in (select list_id from campaign_lists where campaign_id = $1))
                   and not exists (select 1 from suppressions where suppressions.address_key = contacts.address_key)
                   and case when $2 = 'name' then display_name = ''
                       else not exists (select 1 from json_each(contacts.fields) where key = $2) end
             )
             select id, (select count(*) from missing) from missing order by id limit 5",
        )
        .bind(id.0)
        .bind(field)
        .fetch_all(self.reader())
        .await?;
        let count = rows.first().map_or(0, |(_, count)| *count);
        Ok((count, rows.into_iter().map(|(id, _)| ContactId(id)).collect()))
    }
}

/// The word of a skip reason, for records.
pub(crate) fn skip_word(reason: Option<SkipReason>) -> Option<&'static str> {
    reason.map(SkipReason::as_str)
}
