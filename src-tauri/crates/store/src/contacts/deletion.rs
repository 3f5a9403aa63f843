//! Deleting contacts, and taking that back.
//!
//! A deletion keeps what it needs for an undo in a table of its own, so no other statement has to know of contacts
//! that are only half there. Suppressions and deliveries go by address and stay.

use std::collections::BTreeMap;

use serde::Deserialize;
use sqlx::{Sqlite, Transaction};

use super::filter::ContactSelection;
use super::search::search_text;
use crate::{Result, Store};

/// How many contacts are taken back at a time.
const BATCH: i64 = 5_000;

/// A deleted contact, as the statement in [`Store::delete_contacts`] wrote it; what only SQL needs is left out.
#[derive(Deserialize)]
struct Deleted {
    address: String,
    display_name: String,
    fields: BTreeMap<String, String>,
}

impl Store {
    /// Deletes contacts; says how many, and under which id they can be restored.
    pub async fn delete_contacts(&self, selection: &ContactSelection, now_ms: i64) -> Result<(u64, i64)> {
        let (mut transaction, count) = self.begin_with_selection(selection).await?;
        let undo_id: i64 =
            sqlx::query_scalar("select max($1, coalesce(max(undo_id) + 1, 0)) from deleted_contacts")
                .bind(now_ms)
                .fetch_one(&mut *transaction)
                .await?;
        sqlx::query(
            "insert into deleted_contacts (undo_id, id, contact)
             select $1, c.id, json_object(
                 'address', c.address, 'address_key', c.address_key, 'name', c.name,
                 'display_name', c.display_name, 'fields', json(c.fields),
                 'created_at_ms', c.created_at_ms, 'updated_at_ms', c.updated_at_ms,
                 'lists', (select json_group_array(json_array(m.list_id, m.added_at_ms))
                           from list_members m where m.contact_id = c.id)
             )
             from selected cross join contacts c on c.id = selected.id",
        )
        .bind(undo_id)
        .execute(&mut *transaction)
        .await?;
        for statement in [
            "delete from contact_search where rowid in (select id from selected)",
            "delete from list_members where contact_id in (select id from selected)",
            "delete from contacts where id in (select id from selected)",
        ] {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok((count, undo_id))
    }

    /// Brings deleted contacts back with their ids and lists, but for those whose address was added again since.
    /// `None` where nothing is kept under this id.
    pub async fn restore_contacts(&self, undo_id: i64) -> Result<Option<u64>> {
        let mut transaction = self.begin().await?;
        let (mut after, mut restored, mut is_known) = (0, 0, false);
        loop {
            let batch: Vec<(i64, String)> = sqlx::query_as(
                "select id, contact from deleted_contacts where undo_id = $1 and id > $2 order by id limit $3",
            )
            .bind(undo_id)
            .bind(after)
            .bind(BATCH)
            .fetch_all(&mut *transaction)
            .await?;
            let Some((last, _)) = batch.last() else { break };
            (after, is_known) = (*last, true);
            restored += restore_batch(&mut transaction, undo_id, &batch).await?;
        }
        sqlx::query("delete from deleted_contacts where undo_id = $1")
            .bind(undo_id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(is_known.then_some(restored))
    }

    /// Forgets what was deleted before a time: it can no longer be restored.
    pub async fn forget_deleted_contacts(&self, before_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("delete from deleted_contacts where undo_id < $1")
            .bind(before_ms)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

async fn restore_batch(
    transaction: &mut Transaction<'static, Sqlite>,
    undo_id: i64,
    batch: &[(i64, String)],
) -> Result<u64> {
    let ids: Vec<i64> = batch.iter().map(|(id, _)| *id).collect();
    let ids = serde_json::to_string(&ids)?;
    let mut back: Vec<i64> = sqlx::query_scalar(
        "insert into contacts
             (id, address, address_key, name, display_name, fields, created_at_ms, updated_at_ms)
         select d.id, contact ->> 'address', contact ->> 'address_key', contact ->> 'name',
             contact ->> 'display_name', contact ->> 'fields', contact ->> 'created_at_ms', contact ->> 'updated_at_ms'
         from json_each($2) k cross join deleted_contacts d on d.undo_id = $1 and d.id = k.value
         where true
         on conflict do nothing
         returning id",
    )
    .bind(undo_id)
    .bind(&ids)
    .fetch_all(&mut **transaction)
    .await?;
    back.sort_unstable();
    let texts = batch
        .iter()
        .filter(|(id, _)| back.binary_search(id).is_ok())
        .map(|(id, json)| Ok((*id, text_of(json)?)))
        .collect::<Result<Vec<_>>>()?;
    sqlx::query(
        "insert into contact_search (rowid, text) select value ->> 0, value ->> 1 from json_each($1)",
    )
    .bind(serde_json::to_string(&texts)?)
    .execute(&mut **transaction)
    .await?;
    sqlx::query(
        "insert into list_members (list_id, contact_id, added_at_ms)
         select l.id, d.id, m.value ->> 1
         from json_each($2) k
         cross join deleted_contacts d on d.undo_id = $1 and d.id = k.value
         cross join json_each(d.contact, '$.lists') m
         cross join lists l on l.id = m.value ->> 0",
    )
    .bind(undo_id)
    .bind(serde_json::to_string(&back)?)
    .execute(&mut **transaction)
    .await?;
    Ok(u64::try_from(back.len()).unwrap_or_default())
}

fn text_of(json: &str) -> Result<String> {
    let deleted: Deleted = serde_json::from_str(json)?;
    let values = deleted.fields.values().map(String::as_str);
    Ok(search_text(&deleted.address, &deleted.display_name, values))
}
