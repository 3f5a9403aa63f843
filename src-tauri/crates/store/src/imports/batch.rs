//! One transaction of an import: contacts, search index, list, counters and rejected rows together, so that the
//! numbers are right wherever the program is killed.
//!
//! A value in the file replaces the contact's; a missing one changes nothing. Suppressions are not touched at all.

use std::collections::{BTreeMap, HashMap};

use hongyan_domain::{AddressKey, Contact, FieldName, ImportId, ListId};
use sqlx::{FromRow, Sqlite, Transaction};

use super::{ImportBatch, ImportRow};
use crate::accounts::stored_address;
use crate::contacts::{fields_to_json, parse_fields, search_text};
use crate::{Result, Store};

/// A contact that a row may be about.
struct Known {
    id: i64,
    /// `None` once a row of this batch was about it.
    values: Option<Stored>,
}

#[derive(FromRow)]
struct Stored {
    id: i64,
    address: String,
    address_key: String,
    name: String,
    fields: String,
}

/// What a batch comes down to.
#[derive(Default)]
struct Outcome {
    /// Id, address, key, name, shown name, fields.
    new: Vec<(i64, String, String, String, String, String)>,
    /// Id, name, shown name, fields.
    updated: Vec<(i64, String, String, String)>,
    /// Id and text for the search index, new and updated.
    texts: Vec<(i64, String)>,
    /// Every contact that the file names.
    named: Vec<i64>,
    unchanged: usize,
    duplicates: usize,
}

impl Store {
    /// Takes the rows of a batch.
    pub async fn import_batch(
        &self,
        id: ImportId,
        list: Option<ListId>,
        batch: &ImportBatch,
        now_ms: i64,
    ) -> Result<()> {
        let keys: Vec<AddressKey> = batch.rows.iter().map(|row| row.address.key()).collect();
        let mut transaction = self.begin().await?;
        let known = find_known(&mut transaction, &keys).await?;
        let next_id = next_contact_id(&mut transaction).await?;
        let outcome = decide(batch, keys, known, next_id)?;
        write_contacts(&mut transaction, &outcome, now_ms).await?;
        if let Some(list) = list {
            write_members(&mut transaction, list, &outcome.named, now_ms).await?;
        }
        write_progress(&mut transaction, id, batch, &outcome).await?;
        Ok(transaction.commit().await?)
    }
}

async fn find_known(
    transaction: &mut Transaction<'static, Sqlite>,
    keys: &[AddressKey],
) -> Result<HashMap<String, Known>> {
    let keys: Vec<&str> = keys.iter().map(AddressKey::as_str).collect();
    let rows: Vec<Stored> = sqlx::query_as(
        "select c.id, c.address, c.address_key, c.name, c.fields
         from json_each($1) k cross join contacts c on c.address_key = k.value",
    )
    .bind(serde_json::to_string(&keys)?)
    .fetch_all(&mut **transaction)
    .await?;
    let known = rows
        .into_iter()
        .map(|stored| (stored.address_key.clone(), Known { id: stored.id, values: Some(stored) }));
    Ok(known.collect())
}

/// Ids are given out here, so that one statement each can fill table and search index.
async fn next_contact_id(transaction: &mut Transaction<'static, Sqlite>) -> Result<i64> {
    let last: Option<i64> = sqlx::query_scalar("select seq from sqlite_sequence where name = 'contacts'")
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(last.unwrap_or_default() + 1)
}

fn decide(
    batch: &ImportBatch,
    keys: Vec<AddressKey>,
    mut known: HashMap<String, Known>,
    next_id: i64,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut ids = next_id..;
    for (row, key) in batch.rows.iter().zip(keys) {
        match known.get_mut(key.as_str()) {
            None => {
                let id = ids.next().unwrap_or_default();
                outcome.add(id, &key, row, &batch.fields)?;
                known.insert(key.as_str().to_owned(), Known { id, values: None });
            }
            Some(Known { id, values }) => match values.take() {
                Some(stored) if !row.seen_before => outcome.merge(*id, stored, row, &batch.fields)?,
                _ => outcome.duplicates += 1,
            },
        }
    }
    Ok(outcome)
}

impl Outcome {
    fn add(&mut self, id: i64, key: &AddressKey, row: &ImportRow, fields: &[FieldName]) -> Result<()> {
        let named = fields.iter().zip(&row.values).filter(|(_, value)| !value.is_empty());
        let json: BTreeMap<&str, &str> =
            named.map(|(field, value)| (field.as_str(), value.as_str())).collect();
        let shown = if row.name.is_empty() { display_name(row, fields) } else { row.name.clone() };
        let values = row.values.iter().map(String::as_str);
        self.texts.push((id, search_text(row.address.as_str(), &shown, values)));
        self.named.push(id);
        self.new.push((
            id,
            row.address.as_str().to_owned(),
            key.as_str().to_owned(),
            row.name.clone(),
            shown,
            serde_json::to_string(&json)?,
        ));
        Ok(())
    }

    fn merge(&mut self, id: i64, stored: Stored, row: &ImportRow, fields: &[FieldName]) -> Result<()> {
        self.named.push(id);
        let before = Contact {
            address: stored_address(&stored.address)?,
            name: stored.name,
            fields: parse_fields(&stored.fields)?,
        };
        let mut after = before.clone();
        if !row.name.is_empty() {
            after.name.clone_from(&row.name);
        }
        for (field, value) in fields.iter().zip(&row.values).filter(|(_, value)| !value.is_empty()) {
            after.fields.insert(field.clone(), value.clone());
        }
        if after == before {
            self.unchanged += 1;
            return Ok(());
        }
        let shown = after.display_name();
        let values = after.fields.values().map(String::as_str);
        self.texts.push((id, search_text(after.address.as_str(), &shown, values)));
        let json = fields_to_json(&after.fields)?;
        self.updated.push((id, after.name, shown, json));
        Ok(())
    }
}

fn display_name(row: &ImportRow, fields: &[FieldName]) -> String {
    let fields = fields.iter().cloned().zip(row.values.iter().cloned()).collect();
    Contact { address: row.address.clone(), name: String::new(), fields }.display_name()
}

async fn write_contacts(
    transaction: &mut Transaction<'static, Sqlite>,
    outcome: &Outcome,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "insert into contacts
             (id, address, address_key, name, display_name, fields, created_at_ms, updated_at_ms)
         select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, $2, $2
         from json_each($1)",
    )
    .bind(serde_json::to_string(&outcome.new)?)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    if !outcome.updated.is_empty() {
        let updated = serde_json::to_string(&outcome.updated)?;
        sqlx::query(
            "update contacts
             set name = k.value ->> 1, display_name = k.value ->> 2, fields = k.value ->> 3, updated_at_ms = $2
             from json_each($1) k where contacts.id = k.value ->> 0",
        )
        .bind(&updated)
        .bind(now_ms)
        .execute(&mut **transaction)
        .await?;
        sqlx::query("delete from contact_search where rowid in (select value ->> 0 from json_each($1))")
            .bind(&updated)
            .execute(&mut **transaction)
            .await?;
    }
    sqlx::query(
        "insert into contact_search (rowid, text) select value ->> 0, value ->> 1 from json_each($1)",
    )
    .bind(serde_json::to_string(&outcome.texts)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn write_members(
    transaction: &mut Transaction<'static, Sqlite>,
    list: ListId,
    contacts: &[i64],
    now_ms: i64,
) -> Result<()> {
    // The user may delete the list while its import runs.
    sqlx::query(
        "insert into list_members (list_id, contact_id, added_at_ms)
         select $1, value, $3 from json_each($2) where exists (select 1 from lists where id = $1)
         on conflict do nothing",
    )
    .bind(list.0)
    .bind(serde_json::to_string(contacts)?)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn write_progress(
    transaction: &mut Transaction<'static, Sqlite>,
    id: ImportId,
    batch: &ImportBatch,
    outcome: &Outcome,
) -> Result<()> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    sqlx::query(
        "update imports
         set rows = rows + $2, new = new + $3, updated = updated + $4, unchanged = unchanged + $5,
             duplicates = duplicates + $6, invalid = invalid + $7, bytes_done = $8
         where id = $1",
    )
    .bind(id.0)
    .bind(count(batch.rows.len() + batch.problems.len()))
    .bind(count(outcome.new.len()))
    .bind(count(outcome.updated.len()))
    .bind(count(outcome.unchanged))
    .bind(count(outcome.duplicates))
    .bind(count(batch.problems.len()))
    .bind(batch.bytes_done)
    .execute(&mut **transaction)
    .await?;
    let problems = batch.problems.iter().map(|problem| {
        let params = serde_json::to_string(&problem.params)?;
        let raw = serde_json::to_string(&problem.raw)?;
        Ok((problem.row, &problem.head, &problem.code, params, &problem.excerpt, raw))
    });
    sqlx::query(
        "insert into import_problems (import_id, row, head, code, params, excerpt, cells)
         select $1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
         from json_each($2) where true
         on conflict do nothing",
    )
    .bind(id.0)
    .bind(serde_json::to_string(&problems.collect::<Result<Vec<_>>>()?)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
