//! Deleting an account: gone for everybody but the reports, and never one that a campaign counts on.
//!
//! Looked and written in one transaction, as a campaign may be given the account at the same time.

use hongyan_domain::AccountId;
use sqlx::SqliteConnection;

use crate::{Error, Result, Store};

/// The name of a campaign that is not over and uses the account, if there is one.
async fn campaign_with_account(connection: &mut SqliteConnection, id: AccountId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "select name from campaigns join campaign_accounts on campaign_accounts.campaign_id = campaigns.id
         where account_id = $1 and state not in ('finished', 'cancelled') and deleted_at_ms is null limit 1",
    )
    .bind(id.0)
    .fetch_optional(connection)
    .await?)
}

impl Store {
    /// Deletes an account that no campaign is going to use; the reports of its campaigns keep its name.
    ///
    /// Gives the name of a campaign that still uses it, and then it stays.
    pub async fn delete_account(&self, id: AccountId, now_ms: i64) -> Result<Option<String>> {
        let mut transaction = self.begin().await?;
        let campaign = campaign_with_account(&mut transaction, id).await?;
        if campaign.is_some() {
            return Ok(campaign);
        }
        let done = sqlx::query(
            "update accounts set deleted_at_ms = $2, has_password = 0, dkim_algorithm = null
             where id = $1 and deleted_at_ms is null",
        )
        .bind(id.0)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if done.rows_affected() == 0 { Err(Error::NotFound("account")) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use hongyan_domain::{AccountShare, CampaignId};

    use super::*;
    use crate::campaigns::replace_accounts;

    /// A store with one account and a draft that has none yet.
    async fn account_and_draft(folder: &std::path::Path) -> (Store, AccountId, CampaignId) {
        let store = Store::open(folder).await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        sqlx::raw_sql(
            "insert into accounts (id, name, name_key, kind, host, port, tls, has_password, from_name, from_address,
                                   max_connections, created_at_ms, updated_at_ms)
             values (1, 'Shop', 'shop', 'smtp', 'h', 25, 'none', 0, '', 'a@b.cn', 1, 0, 0);
             insert into campaigns (id, name, name_key, state, created_at_ms, updated_at_ms)
             values (1, 'May', 'may', 'draft', 0, 0)",
        )
        .execute(&mut *transaction)
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        (store, AccountId(1), CampaignId(1))
    }

    async fn give(store: &Store, campaign: CampaignId, account: AccountId) -> Vec<AccountShare> {
        let mut transaction = store.begin().await.unwrap();
        replace_accounts(&mut transaction, campaign, &[AccountShare::equal(account)]).await.unwrap();
        transaction.commit().await.unwrap();
        store.load_campaign(campaign).await.unwrap().values.accounts
    }

    #[tokio::test]
    async fn an_account_that_came_into_a_campaign_meanwhile_is_not_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let (store, account, campaign) = account_and_draft(folder.path()).await;
        assert_eq!(give(&store, campaign, account).await.len(), 1);
        assert_eq!(store.delete_account(account, 1).await.unwrap().as_deref(), Some("May"));
        assert_eq!(store.load_account(account).await.unwrap().values.name, "Shop");
    }

    #[tokio::test]
    async fn an_account_that_was_deleted_meanwhile_comes_into_no_campaign() {
        let folder = tempfile::tempdir().unwrap();
        let (store, account, campaign) = account_and_draft(folder.path()).await;
        assert_eq!(store.delete_account(account, 1).await.unwrap(), None);
        assert_eq!(give(&store, campaign, account).await, []);
        assert!(matches!(store.load_account(account).await, Err(Error::NotFound("account"))));
        assert!(matches!(store.delete_account(account, 2).await, Err(Error::NotFound("account"))));
        assert_eq!(store.load_account_even_deleted(account).await.unwrap().values.name, "Shop");
    }
}
