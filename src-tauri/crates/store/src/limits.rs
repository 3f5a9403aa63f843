//! Limits of accounts, how far their servers slowed them down, and what they sent of late.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_domain::{AccountId, CampaignId, SendingLimits};
use serde::{Deserialize, Serialize};

use crate::{Result, Store};

/// How far an account was slowed down by its server. Kept, so that a restart does not forget it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Slowdown {
    /// Times it was asked to slow down since it last ran at its full rate.
    pub holds: u32,
    /// Mails a minute it keeps to; `None` when it is at its full rate again.
    pub per_minute: Option<u32>,
    /// Mails a minute it sent when it was first asked to slow down.
    pub full_per_minute: u32,
    /// Connections it keeps to; `None` for all it may have.
    pub connections: Option<u32>,
}

impl Store {
    /// The limits that the user gave an account, and its slowdown.
    pub async fn load_limits(&self, account: AccountId) -> Result<(Option<SendingLimits>, Slowdown)> {
        let row: Option<(Option<String>, String)> =
            sqlx::query_as("select limits, slowdown from account_limits where account_id = $1")
                .bind(account.0)
                .fetch_optional(self.reader())
                .await?;
        let Some((limits, slowdown)) = row else { return Ok(Default::default()) };
        let limits = limits.map(|limits| serde_json::from_str(&limits)).transpose()?;
        Ok((limits, serde_json::from_str(&slowdown)?))
    }

    /// Sets an account's limits; `None` where the user gives none.
    pub async fn update_limits(&self, account: AccountId, limits: Option<&SendingLimits>) -> Result<()> {
        let limits = limits.map(serde_json::to_string).transpose()?;
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into account_limits (account_id, limits) values ($1, $2)
             on conflict (account_id) do update set limits = excluded.limits",
        )
        .bind(account.0)
        .bind(limits)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Notes how far an account is slowed down.
    pub async fn update_slowdown(&self, account: AccountId, slowdown: &Slowdown) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into account_limits (account_id, slowdown) values ($1, $2)
             on conflict (account_id) do update set slowdown = excluded.slowdown",
        )
        .bind(account.0)
        .bind(serde_json::to_string(slowdown)?)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// How many people of a campaign's audience are at each of these domains; domains without anybody are left out.
    pub async fn count_audience_at(
        &self,
        campaign: CampaignId,
        domains: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, i64>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "select substr(address_key, instr(address_key, '@') + 1) as domain, count(*)
             from contacts
             where contacts.id in (select contact_id from list_members
                                   where list_id in (select list_id from campaign_lists where campaign_id = $1))
               and substr(address_key, instr(address_key, '@') + 1) in (select value from json_each($2))
               and not exists (select 1 from suppressions where suppressions.address_key = contacts.address_key)
             group by 1",
        )
        .bind(campaign.0)
        .bind(serde_json::to_string(domains)?)
        .fetch_all(self.reader())
        .await?;
        Ok(rows.into_iter().collect())
    }

    /// What an account sent to the recipients of some domains since a time, a minute each: domain, start of the minute and
    /// mails, the oldest first.
    pub async fn list_recent_domain_use(
        &self,
        account: AccountId,
        domains: &[String],
        since_ms: i64,
    ) -> Result<Vec<(String, i64, u32)>> {
        Ok(sqlx::query_as(
            "select substr(address_key, instr(address_key, '@') + 1) as domain,
                 deliveries.updated_at_ms / 60000 * 60000 as minute, count(*)
             from runs join deliveries on deliveries.run_id = runs.id
             where runs.id in (select run_id from run_counts where account_id = $1) and deliveries.account_id = $1
               and (runs.finished_at_ms is null or runs.finished_at_ms >= $2)
               and deliveries.state in ('armed', 'sent', 'in_doubt') and deliveries.updated_at_ms >= $2
               and substr(address_key, instr(address_key, '@') + 1) in (select value from json_each($3))
             group by domain, minute order by minute",
        )
        .bind(account.0)
        .bind(since_ms)
        .bind(serde_json::to_string(domains)?)
        .fetch_all(self.reader())
        .await?)
    }

    /// What an account sent since a time, a minute each: `(start of the minute, mails)`, the oldest first.
    ///
    /// Read from the deliveries themselves, so nothing has to be counted twice while sending.
    pub async fn list_recent_use(&self, account: AccountId, since_ms: i64) -> Result<Vec<(i64, u32)>> {
        Ok(sqlx::query_as(
            "select deliveries.updated_at_ms / 60000 * 60000 as minute, count(*)
             from runs join deliveries on deliveries.run_id = runs.id
             where runs.id in (select run_id from run_counts where account_id = $1) and deliveries.account_id = $1
               and (runs.finished_at_ms is null or runs.finished_at_ms >= $2)
               and deliveries.state in ('armed', 'sent', 'in_doubt') and deliveries.updated_at_ms >= $2
             group by minute order by minute",
        )
        .bind(account.0)
        .bind(since_ms)
        .fetch_all(self.reader())
        .await?)
    }
}
