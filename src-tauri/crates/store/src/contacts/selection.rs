//! What is done with many contacts at once.
//!
//! The ids are first written to a temporary table: so what follows is plain SQL, however they were chosen, and all
//! statements of a transaction mean the same contacts.

use hongyan_domain::ListId;
use sqlx::{Sqlite, Transaction};

use super::filter::ContactSelection;
use super::statements;
use crate::{Result, Store};

impl Store {
    /// Puts contacts into a list; says how many were not in it.
    pub async fn add_to_list(&self, selection: &ContactSelection, list: ListId, now_ms: i64) -> Result<u64> {
        let (mut transaction, _) = self.begin_with_selection(selection).await?;
        let done = sqlx::query(
            "insert into list_members (list_id, contact_id, added_at_ms)
             select $1, id, $2 from selected where true
             on conflict do nothing",
        )
        .bind(list.0)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    /// Takes contacts out of a list; says how many were in it.
    pub async fn remove_from_list(&self, selection: &ContactSelection, list: ListId) -> Result<u64> {
        let (mut transaction, _) = self.begin_with_selection(selection).await?;
        let done = sqlx::query(
            "delete from list_members where list_id = $1 and contact_id in (select id from selected)",
        )
        .bind(list.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    /// Begins a transaction in which the temporary table `selected (id)` holds the chosen contacts that exist; says
    /// how many these are.
    pub(super) async fn begin_with_selection(
        &self,
        selection: &ContactSelection,
    ) -> Result<(Transaction<'static, Sqlite>, u64)> {
        // Chosen before the transaction begins, as it asks the readers.
        let parts = match selection {
            ContactSelection::Ids(_) => Vec::new(),
            ContactSelection::Filter(filter) => self.parts_of(filter).await?,
        };
        let driver = self.choose_driver(&parts).await?;
        let mut transaction = self.begin().await?;
        sqlx::query("create temporary table if not exists selected (id integer primary key)")
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from selected").execute(&mut *transaction).await?;
        let selected = match selection {
            ContactSelection::Ids(ids) => {
                sqlx::query(
                    "insert into selected (id)
                     select id from contacts where id in (select value from json_each($1))",
                )
                .bind(serde_json::to_string(ids)?)
                .execute(&mut *transaction)
                .await?
            }
            ContactSelection::Filter(_) => {
                let mut sql = match driver {
                    Some(choice) => statements::select_driven(&choice.driven),
                    None => statements::select_tested(&parts),
                };
                sql.build().execute(&mut *transaction).await?
            }
        };
        Ok((transaction, selected.rows_affected()))
    }
}
