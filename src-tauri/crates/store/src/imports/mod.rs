//! Imports: what was asked, how far each came, and which rows it could not take.

mod batch;

use std::collections::BTreeMap;
use std::str::FromStr;

use hongyan_domain::{EmailAddress, FieldName, ImportId, ListId, RawRow, UnknownWord};
use sqlx::FromRow;

use crate::{Error, Result, Store};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportState {
    /// Rows are being read.
    Running,
    /// All rows are read.
    Finished,
    /// The user, or the end of the program, stopped it. What was read stays.
    Cancelled,
    /// The file or the database failed. What was read stays.
    Failed,
}

impl ImportState {
    /// The word of this state in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for ImportState {
    type Err = UnknownWord;

    fn from_str(word: &str) -> std::result::Result<Self, UnknownWord> {
        match word {
            "running" => Ok(Self::Running),
            "finished" => Ok(Self::Finished),
            "cancelled" => Ok(Self::Cancelled),
            "failed" => Ok(Self::Failed),
            other => Err(UnknownWord { what: "import state", word: other.to_owned() }),
        }
    }
}

/// An import that is to begin.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// The file's name, without its folder.
    pub file_name: String,
    /// The list that takes the contacts.
    pub list_id: Option<ListId>,
    /// The file's size.
    pub bytes_total: i64,
    /// The fields that columns go to.
    pub fields: Vec<FieldName>,
    /// The heads of the file's columns; empty texts where it has none.
    pub heads: Vec<String>,
}

/// An import and how far it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// Row id.
    pub id: ImportId,
    /// Where it stands.
    pub state: ImportState,
    /// The file's name.
    pub file_name: String,
    /// The list, if it is still there.
    pub list_id: Option<ListId>,
    /// Bytes read.
    pub bytes_done: i64,
    /// Bytes in all.
    pub bytes_total: i64,
    /// Rows read.
    pub rows: i64,
    /// Contacts that were not there before.
    pub new: i64,
    /// Contacts that got new values.
    pub updated: i64,
    /// Contacts that had all of it already.
    pub unchanged: i64,
    /// Rows whose address stood in the file before.
    pub duplicates: i64,
    /// Rows that could not be taken.
    pub invalid: i64,
    /// JSON of what ended it.
    pub error: Option<String>,
    /// When it began, unix milliseconds.
    pub started_at_ms: i64,
    /// When it ended, unix milliseconds.
    pub ended_at_ms: Option<i64>,
}

/// Rows that are taken in one transaction.
#[derive(Debug, Clone, Default)]
pub struct ImportBatch {
    /// The fields that the values of each row belong to, in the same order.
    pub fields: Vec<FieldName>,
    /// Good rows.
    pub rows: Vec<ImportRow>,
    /// Rows that could not be taken.
    pub problems: Vec<ImportProblem>,
    /// Bytes of the file read so far.
    pub bytes_done: i64,
}

/// A good row.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// The address.
    pub address: EmailAddress,
    /// The full name, or empty.
    pub name: String,
    /// One value a field; an empty one changes nothing.
    pub values: Vec<String>,
    /// The address probably stood in an earlier batch; believed where the contact exists.
    pub seen_before: bool,
}

/// A row that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProblem {
    /// The row's number as a spreadsheet shows it.
    pub row: i64,
    /// The column's head.
    pub head: Option<String>,
    /// Why.
    pub code: String,
    /// Values for the sentence.
    pub params: BTreeMap<String, String>,
    /// The beginning of the cell, masked.
    pub excerpt: String,
    /// The whole row.
    pub raw: RawRow,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    state: String,
    file_name: String,
    list_id: Option<i64>,
    bytes_done: i64,
    bytes_total: i64,
    rows: i64,
    new: i64,
    updated: i64,
    unchanged: i64,
    duplicates: i64,
    invalid: i64,
    error: Option<String>,
    started_at_ms: i64,
    ended_at_ms: Option<i64>,
}

impl TryFrom<Row> for ImportRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ImportId(row.id),
            state: ImportState::from_str(&row.state)?,
            file_name: row.file_name,
            list_id: row.list_id.map(ListId),
            bytes_done: row.bytes_done,
            bytes_total: row.bytes_total,
            rows: row.rows,
            new: row.new,
            updated: row.updated,
            unchanged: row.unchanged,
            duplicates: row.duplicates,
            invalid: row.invalid,
            error: row.error,
            started_at_ms: row.started_at_ms,
            ended_at_ms: row.ended_at_ms,
        })
    }
}

impl Store {
    /// Notes that an import begins.
    pub async fn insert_import(&self, import: &NewImport, now_ms: i64) -> Result<ImportId> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "insert into imports (state, file_name, list_id, bytes_total, started_at_ms, heads)
             values ('running', $1, $2, $3, $4, $5) returning id",
        )
        .bind(&import.file_name)
        .bind(import.list_id.map(|id| id.0))
        .bind(import.bytes_total)
        .bind(now_ms)
        .bind(serde_json::to_string(&import.heads)?)
        .fetch_one(&mut *transaction)
        .await?;
        crate::contacts::insert_fields(&mut transaction, import.fields.iter(), now_ms).await?;
        transaction.commit().await?;
        Ok(ImportId(id))
    }

    /// Notes how an import ended; `error` is JSON.
    pub async fn finish_import(
        &self,
        id: ImportId,
        state: ImportState,
        error: Option<&str>,
        now_ms: i64,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("update imports set state = $2, error = $3, ended_at_ms = $4 where id = $1")
            .bind(id.0)
            .bind(state.as_str())
            .bind(error)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Calls imports cancelled that a program left running when it ended.
    pub async fn cancel_running_imports(&self, now_ms: i64) -> Result<u64> {
        let mut transaction = self.begin().await?;
        let done =
            sqlx::query("update imports set state = 'cancelled', ended_at_ms = $1 where state = 'running'")
                .bind(now_ms)
                .execute(&mut *transaction)
                .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    /// An import.
    pub async fn load_import(&self, id: ImportId) -> Result<ImportRecord> {
        let row: Option<Row> = sqlx::query_as("select * from imports where id = $1")
            .bind(id.0)
            .fetch_optional(self.reader())
            .await?;
        row.ok_or(Error::NotFound("import"))?.try_into()
    }

    /// The heads of the columns of an import's file; empty texts where it has none.
    pub async fn load_import_heads(&self, id: ImportId) -> Result<Vec<String>> {
        let heads: Option<String> = sqlx::query_scalar("select heads from imports where id = $1")
            .bind(id.0)
            .fetch_optional(self.reader())
            .await?;
        Ok(serde_json::from_str(&heads.ok_or(Error::NotFound("import"))?)?)
    }

    /// The next rows that an import could not take, by number.
    pub async fn list_import_problems(
        &self,
        id: ImportId,
        after_row: i64,
        limit: u32,
    ) -> Result<Vec<ImportProblem>> {
        let rows: Vec<(i64, Option<String>, String, String, String, String)> = sqlx::query_as(
            "select row, head, code, params, excerpt, cells from import_problems
             where import_id = $1 and row > $2 order by row limit $3",
        )
        .bind(id.0)
        .bind(after_row)
        .bind(limit)
        .fetch_all(self.reader())
        .await?;
        rows.into_iter()
            .map(|(row, head, code, params, excerpt, cells)| {
                let (params, raw) = (serde_json::from_str(&params)?, serde_json::from_str(&cells)?);
                Ok(ImportProblem { row, head, code, params, excerpt, raw })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
