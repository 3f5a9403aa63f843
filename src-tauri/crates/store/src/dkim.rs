//! Which key signs an account's mails: its public side only.

use hongyan_domain::{AccountId, Dkim};

use crate::{Result, Store};

impl Store {
    /// Notes which key signs the account's mails, or that none does; a hold because the key was missing ends.
    pub async fn update_account_dkim(&self, id: AccountId, dkim: Option<&Dkim>) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "update accounts
             set dkim_algorithm = $2, dkim_domain = $3, dkim_selector = $4, dkim_public_key = $5
             where id = $1",
        )
        .bind(id.0)
        .bind(dkim.map(|dkim| dkim.algorithm.as_str()))
        .bind(dkim.map(|dkim| &dkim.domain))
        .bind(dkim.map(|dkim| &dkim.selector))
        .bind(dkim.map(|dkim| &dkim.public_key))
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "update accounts
             set held_verdict = null, held_detail = '', held_since_ms = null, held_until_ms = null
             where id = $1 and held_verdict = 'account_signing_key'",
        )
        .bind(id.0)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}
