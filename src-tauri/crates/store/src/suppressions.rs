//! The suppression list: addresses that get nothing, whether or not a contact has them.

use std::str::FromStr;

use hongyan_domain::{AddressKey, EmailAddress, SuppressionReason};
use sqlx::FromRow;

use crate::accounts::stored_address;
use crate::{Error, Result, Store};

/// An address that gets nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuppressionRecord {
    /// The address as it was typed.
    pub address: EmailAddress,
    /// Why.
    pub reason: SuppressionReason,
    /// Since when, unix milliseconds.
    pub since_ms: i64,
}

/// Where a page of suppressions ended: since when, and the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuppressionCursor {
    /// Unix milliseconds.
    pub since_ms: i64,
    /// The address.
    pub key: AddressKey,
}

impl SuppressionRecord {
    /// Where a page ends that ends with this row.
    pub fn cursor(&self) -> SuppressionCursor {
        SuppressionCursor { since_ms: self.since_ms, key: self.address.key() }
    }
}

#[derive(FromRow)]
struct Row {
    address: String,
    reason: String,
    since_ms: i64,
}

impl TryFrom<Row> for SuppressionRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            address: stored_address(&row.address)?,
            reason: SuppressionReason::from_str(&row.reason)?,
            since_ms: row.since_ms,
        })
    }
}

impl Store {
    /// A page of suppressions whose address contains the text, the newest first. An empty text is in every address.
    pub async fn list_suppressions(
        &self,
        search: &str,
        after: Option<&SuppressionCursor>,
        limit: u32,
    ) -> Result<Vec<SuppressionRecord>> {
        let rows: Vec<Row> = sqlx::query_as(
            "select address, reason, since_ms from suppressions
             where (since_ms, address_key) < ($1, $2) and (instr(address_key, $3) > 0 or instr(address, $3) > 0)
             order by since_ms desc, address_key desc limit $4",
        )
        .bind(after.map_or(i64::MAX, |cursor| cursor.since_ms))
        .bind(after.map_or("", |cursor| cursor.key.as_str()))
        .bind(search.to_lowercase())
        .bind(limit)
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// How many suppressions have an address that contains the text.
    pub async fn count_suppressions(&self, search: &str) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "select count(*) from suppressions where instr(address_key, $1) > 0 or instr(address, $1) > 0",
        )
        .bind(search.to_lowercase())
        .fetch_one(self.reader())
        .await?)
    }

    /// Whether an address gets nothing, and why.
    pub async fn find_suppression(&self, key: &AddressKey) -> Result<Option<SuppressionRecord>> {
        let row: Option<Row> =
            sqlx::query_as("select address, reason, since_ms from suppressions where address_key = $1")
                .bind(key.as_str())
                .fetch_optional(self.reader())
                .await?;
        row.map(TryInto::try_into).transpose()
    }

    /// Puts addresses on the list; those that stand there keep their reason and time. Says how many are new.
    pub async fn insert_suppressions(
        &self,
        addresses: &[EmailAddress],
        reason: SuppressionReason,
        now_ms: i64,
    ) -> Result<u64> {
        let keys: Vec<AddressKey> = addresses.iter().map(EmailAddress::key).collect();
        let rows: Vec<(&str, &str)> =
            keys.iter().map(AddressKey::as_str).zip(addresses.iter().map(EmailAddress::as_str)).collect();
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "insert into suppressions (address_key, address, reason, since_ms)
             select value ->> 0, value ->> 1, $2, $3 from json_each($1) where true
             on conflict do nothing",
        )
        .bind(serde_json::to_string(&rows)?)
        .bind(reason.as_str())
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    /// Takes an address off the list; `false` where it did not stand there.
    pub async fn delete_suppression(&self, key: &AddressKey) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("delete from suppressions where address_key = $1")
            .bind(key.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<EmailAddress> {
        texts.iter().map(|text| EmailAddress::parse(text).unwrap()).collect()
    }

    #[tokio::test]
    async fn suppressions_are_paged_the_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let old = addresses(&["a@b.cn", "B@b.cn", "c@例子.中国"]);
        assert_eq!(store.insert_suppressions(&old, SuppressionReason::Bounced, 1).await.unwrap(), 3);
        let new = addresses(&["d@b.cn", "b@B.cn"]);
        let added = store.insert_suppressions(&new, SuppressionReason::Manual, 2).await.unwrap();
        assert_eq!(added, 1, "what stands there keeps its reason");
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.list_suppressions("", after.as_ref(), 1).await.unwrap();
            let Some(row) = page.last() else { break };
            seen.push(row.address.as_str().to_owned());
            after = Some(row.cursor());
        }
        assert_eq!(seen, ["d@b.cn", "c@例子.中国", "B@b.cn", "a@b.cn"]);
        assert_eq!(store.count_suppressions("例子").await.unwrap(), 1);
        assert_eq!(store.list_suppressions("B@", None, 9).await.unwrap().len(), 1);
        assert!(store.delete_suppression(&new[1].key()).await.unwrap());
        assert!(!store.delete_suppression(&new[1].key()).await.unwrap());
    }
}
