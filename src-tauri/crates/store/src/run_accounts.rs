//! The accounts of a run: their shares, and their senders as they were when they came into it.

use hongyan_domain::{AccountId, AccountShare, CampaignId, EmailAddress, RunId, Sender};
use sqlx::{FromRow, Sqlite, Transaction};

use crate::accounts::stored_address;
use crate::campaigns::replace_accounts;
use crate::runs::recount;
use crate::{Error, Result, Store};

/// An account of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunAccount {
    /// Which, and how much of the run it gets.
    pub share: AccountShare,
    /// From.
    pub from: Sender,
    /// Reply-To.
    pub reply_to: Option<EmailAddress>,
}

#[derive(FromRow)]
struct Row {
    account_id: i64,
    weight: u32,
    from_name: String,
    from_address: String,
    reply_to: Option<String>,
}

impl TryFrom<Row> for RunAccount {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            share: AccountShare { account_id: AccountId(row.account_id), weight: row.weight },
            from: Sender { name: row.from_name, address: stored_address(&row.from_address)? },
            reply_to: row.reply_to.as_deref().map(stored_address).transpose()?,
        })
    }
}

impl Store {
    /// The accounts of a run, in the user's order.
    pub async fn list_run_accounts(&self, run: RunId) -> Result<Vec<RunAccount>> {
        let rows = sqlx::query_as::<_, Row>("select * from run_accounts where run_id = $1 order by place")
            .bind(run.0)
            .fetch_all(self.reader())
            .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Gives a campaign and its latest run other accounts. One that stays keeps the sender it has in the run.
    ///
    /// Who waits and belongs to an account that is gone now belongs to nobody, and is queued for whoever comes first.
    /// Returns whether the campaign has a run and is not cancelled; else nothing is changed.
    pub async fn replace_run_accounts(
        &self,
        campaign: CampaignId,
        accounts: &[RunAccount],
        now_ms: i64,
    ) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let run: Option<i64> = sqlx::query_scalar(
            "select max(id) from runs
             where campaign_id = (select id from campaigns where id = $1 and state <> 'cancelled') and is_frozen",
        )
        .bind(campaign.0)
        .fetch_one(&mut *transaction)
        .await?;
        let Some(run) = run.map(RunId) else { return Ok(false) };
        let shares: Vec<AccountShare> = accounts.iter().map(|account| account.share).collect();
        replace_accounts(&mut transaction, campaign, &shares).await?;
        sqlx::query(
            "delete from run_accounts
             where run_id = $1 and account_id not in (select value ->> 'account_id' from json_each($2))",
        )
        .bind(run.0)
        .bind(serde_json::to_string(&shares)?)
        .execute(&mut *transaction)
        .await?;
        insert_run_accounts(&mut transaction, run, accounts).await?;
        release_from_gone_accounts(&mut transaction, run, now_ms).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Lets go of recipients that came to belong to an account just when it was taken out of the run.
    pub async fn release_from_gone_accounts(&self, run: RunId, now_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        release_from_gone_accounts(&mut transaction, run, now_ms).await?;
        Ok(transaction.commit().await?)
    }
}

/// Puts accounts into a run; one that is there already gets its new place and weight.
pub(crate) async fn insert_run_accounts(
    transaction: &mut Transaction<'static, Sqlite>,
    run: RunId,
    accounts: &[RunAccount],
) -> Result<()> {
    for (place, account) in (0_i64..).zip(accounts) {
        sqlx::query(
            "insert into run_accounts (run_id, account_id, place, weight, from_name, from_address, reply_to)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (run_id, account_id) do update set place = excluded.place, weight = excluded.weight",
        )
        .bind(run.0)
        .bind(account.share.account_id.0)
        .bind(place)
        .bind(account.share.weight)
        .bind(&account.from.name)
        .bind(account.from.address.as_str())
        .bind(account.reply_to.as_ref().map(EmailAddress::as_str))
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

async fn release_from_gone_accounts(
    transaction: &mut Transaction<'static, Sqlite>,
    run: RunId,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "update deliveries set state = 'queued', account_id = null, due_at_ms = null, updated_at_ms = $2
         where run_id = $1 and state in ('queued', 'deferred') and account_id is not null
           and account_id not in (select account_id from run_accounts where run_id = $1)",
    )
    .bind(run.0)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    recount(transaction, run).await
}

#[cfg(test)]
mod tests;
