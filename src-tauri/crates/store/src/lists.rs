//! Lists: named sets of contacts.

use hongyan_domain::ListId;
use sqlx::FromRow;

use crate::{Error, Result, Store};

/// A list as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRecord {
    /// Row id.
    pub id: ListId,
    /// Name.
    pub name: String,
    /// How many contacts are in it.
    pub contacts: i64,
    /// When it was made, unix milliseconds.
    pub created_at_ms: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    contacts: i64,
    created_at_ms: i64,
}

impl From<Row> for ListRecord {
    fn from(row: Row) -> Self {
        Self { id: ListId(row.id), name: row.name, contacts: row.contacts, created_at_ms: row.created_at_ms }
    }
}

impl Store {
    /// All lists, by name.
    pub async fn list_lists(&self) -> Result<Vec<ListRecord>> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, name, created_at_ms,
                 (select count(*) from list_members where list_id = lists.id) as contacts
             from lists order by name_key",
        )
        .fetch_all(self.reader())
        .await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// A list.
    pub async fn load_list(&self, id: ListId) -> Result<ListRecord> {
        let row: Option<Row> = sqlx::query_as(
            "select id, name, created_at_ms,
                 (select count(*) from list_members where list_id = lists.id) as contacts
             from lists where id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.reader())
        .await?;
        row.map(Into::into).ok_or(Error::NotFound("list"))
    }

    /// The list with this name.
    pub async fn find_list_by_name(&self, name_key: &str) -> Result<Option<ListId>> {
        let id: Option<i64> = sqlx::query_scalar("select id from lists where name_key = $1")
            .bind(name_key)
            .fetch_optional(self.reader())
            .await?;
        Ok(id.map(ListId))
    }

    /// Makes a list; [`Error::Taken`] where there is one of that name.
    pub async fn insert_list(&self, name: &str, name_key: &str, now_ms: i64) -> Result<ListId> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "insert into lists (name, name_key, created_at_ms) values ($1, $2, $3) returning id",
        )
        .bind(name)
        .bind(name_key)
        .bind(now_ms)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(ListId(id))
    }

    /// Renames a list; [`Error::Taken`] where another has that name.
    pub async fn rename_list(&self, id: ListId, name: &str, name_key: &str) -> Result<()> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("update lists set name = $2, name_key = $3 where id = $1")
            .bind(id.0)
            .bind(name)
            .bind(name_key)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound("list"));
        }
        Ok(transaction.commit().await?)
    }

    /// Deletes a list, not its contacts. Campaigns forget that they were for it.
    pub async fn delete_list(&self, id: ListId) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("delete from campaign_lists where list_id = $1")
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        let done =
            sqlx::query("delete from lists where id = $1").bind(id.0).execute(&mut *transaction).await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound("list"));
        }
        Ok(transaction.commit().await?)
    }

    /// The name of a campaign that is not started and has this list.
    pub async fn find_campaign_of_list(&self, id: ListId) -> Result<Option<String>> {
        Ok(sqlx::query_scalar(
            "select c.name from campaign_lists l join campaigns c on c.id = l.campaign_id
             where l.list_id = $1 and c.deleted_at_ms is null and c.state in ('draft', 'scheduled')
             order by c.id limit 1",
        )
        .bind(id.0)
        .fetch_optional(self.reader())
        .await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_list_name_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let a = store.insert_list("A", "a", 1).await.unwrap();
        let b = store.insert_list("B", "b", 1).await.unwrap();
        assert!(matches!(store.insert_list("a", "a", 1).await, Err(Error::Taken)));
        assert!(matches!(store.rename_list(b, "A", "a").await, Err(Error::Taken)));
        store.rename_list(b, "C", "c").await.unwrap();
        store.delete_list(a).await.unwrap();
        assert!(matches!(store.delete_list(a).await, Err(Error::NotFound(_))));
        let names: Vec<String> =
            store.list_lists().await.unwrap().into_iter().map(|list| list.name).collect();
        assert_eq!(names, ["C"]);
        assert_eq!(store.find_list_by_name("c").await.unwrap(), Some(b));
    }
}
