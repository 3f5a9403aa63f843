//! The user's settings: words by key.

use crate::{Result, Store};

impl Store {
    /// A setting, or `None` where it was never set.
    pub async fn find_setting(&self, key: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("select value from settings where key = $1")
            .bind(key)
            .fetch_optional(self.reader())
            .await?)
    }

    /// Sets a setting.
    pub async fn update_setting(&self, key: &str, value: &str) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into settings (key, value) values ($1, $2)
             on conflict (key) do update set value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}
