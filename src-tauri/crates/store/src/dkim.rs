//! Which key signs an account's mails: its public side only.

use hongyan_domain::{AccountId, AccountProblem, Dkim};

use crate::accounts::release_from;
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
        release_from(&mut transaction, id, AccountProblem::SigningKey).await?;
        Ok(transaction.commit().await?)
    }
}
