//! Adding and changing one contact.

use hongyan_domain::{Contact, ContactId, FieldName, ListId};
use sqlx::{Sqlite, Transaction};

use super::record::fields_to_json;
use super::search::search_text;
use crate::{Error, Result, Store};

impl Store {
    /// Adds a contact; [`Error::Taken`] where another has its address.
    pub async fn insert_contact(
        &self,
        contact: &Contact,
        lists: &[ListId],
        now_ms: i64,
    ) -> Result<ContactId> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "insert into contacts (address, address_key, name, display_name, fields, created_at_ms, updated_at_ms)
             values ($1, $2, $3, $4, $5, $6, $6) returning id",
        )
        .bind(contact.address.as_str())
        .bind(contact.address.key().as_str())
        .bind(&contact.name)
        .bind(contact.display_name())
        .bind(fields_to_json(&contact.fields)?)
        .bind(now_ms)
        .fetch_one(&mut *transaction)
        .await?;
        let id = ContactId(id);
        finish_change(&mut transaction, id, contact, lists, now_ms).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Gives a contact new values and lists; [`Error::Taken`] where another has its address.
    pub async fn update_contact(
        &self,
        id: ContactId,
        contact: &Contact,
        lists: &[ListId],
        now_ms: i64,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update contacts
             set address = $2, address_key = $3, name = $4, display_name = $5, fields = $6, updated_at_ms = $7
             where id = $1",
        )
        .bind(id.0)
        .bind(contact.address.as_str())
        .bind(contact.address.key().as_str())
        .bind(&contact.name)
        .bind(contact.display_name())
        .bind(fields_to_json(&contact.fields)?)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound("contact"));
        }
        finish_change(&mut transaction, id, contact, lists, now_ms).await?;
        Ok(transaction.commit().await?)
    }
}

/// Brings search index, fields and lists up to a contact's new values.
async fn finish_change(
    transaction: &mut Transaction<'static, Sqlite>,
    id: ContactId,
    contact: &Contact,
    lists: &[ListId],
    now_ms: i64,
) -> Result<()> {
    sqlx::query("delete from contact_search where rowid = $1").bind(id.0).execute(&mut **transaction).await?;
    let values = contact.fields.values().map(String::as_str);
    sqlx::query("insert into contact_search (rowid, text) values ($1, $2)")
        .bind(id.0)
        .bind(search_text(contact.address.as_str(), &contact.display_name(), values))
        .execute(&mut **transaction)
        .await?;
    let used = contact.fields.iter().filter(|(_, value)| !value.is_empty()).map(|(name, _)| name);
    insert_fields(transaction, used, now_ms).await?;
    let lists = serde_json::to_string(lists)?;
    sqlx::query(
        "delete from list_members where contact_id = $1 and list_id not in (select value from json_each($2))",
    )
    .bind(id.0)
    .bind(&lists)
    .execute(&mut **transaction)
    .await?;
    sqlx::query(
        "insert into list_members (list_id, contact_id, added_at_ms)
         select l.id, $1, $3 from lists l where l.id in (select value from json_each($2))
         on conflict do nothing",
    )
    .bind(id.0)
    .bind(&lists)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Notes the fields that contacts have.
pub(crate) async fn insert_fields(
    transaction: &mut Transaction<'static, Sqlite>,
    fields: impl Iterator<Item = &FieldName>,
    now_ms: i64,
) -> Result<()> {
    let names: Vec<&str> = fields.map(FieldName::as_str).collect();
    // `where true` keeps SQLite from reading `on conflict` as a join's condition.
    sqlx::query(
        "insert into contact_fields (name, created_at_ms)
         select value, $2 from json_each($1) where true
         on conflict do nothing",
    )
    .bind(serde_json::to_string(&names)?)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
