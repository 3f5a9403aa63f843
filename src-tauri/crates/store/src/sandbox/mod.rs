//! The mails that the server inside the app caught, in a database of their own.
//!
//! `synchronous=NORMAL`: a power cut may lose the last of them, which costs nothing, as the sandbox is for trying
//! things out. It keeps the latest [`MAX_MAILS`] mails, and no more than [`MAX_BYTES`]; older ones are dropped.

mod writing;

use std::path::Path;

use sqlx::FromRow;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::mpsc;

use crate::database::{is_fit_for_use, make_private_folder, options};
use crate::{Error, Result};
use writing::Letter;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./sandbox_migrations");

/// So many mails are kept.
pub const MAX_MAILS: i64 = 50_000;
/// So many bytes of mails are kept.
pub const MAX_BYTES: i64 = 1 << 30;

/// What is kept at most.
#[derive(Debug, Clone, Copy)]
struct Limits {
    mails: i64,
    bytes: i64,
}

/// The caught mails. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct SandboxStore {
    writer: SqlitePool,
    reader: SqlitePool,
    letters: mpsc::Sender<Letter>,
}

/// A mail as it was caught.
#[derive(Clone)]
pub struct NewCaughtMail {
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients, joined by comma and space.
    pub to: String,
    /// Subject, decoded.
    pub subject: String,
    /// The mail's bytes.
    pub source: Vec<u8>,
    /// When, unix milliseconds.
    pub received_at_ms: i64,
}

impl std::fmt::Debug for NewCaughtMail {
    /// Shows the size only: the rest is addresses and somebody's letter.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewCaughtMail({} bytes)", self.source.len())
    }
}

/// A caught mail in the list.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct CaughtMailLine {
    /// Row id.
    pub id: i64,
    /// Envelope sender.
    #[sqlx(rename = "envelope_from")]
    pub from: String,
    /// Envelope recipients.
    #[sqlx(rename = "envelope_to")]
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Size.
    pub size_bytes: i64,
    /// When, unix milliseconds.
    pub received_at_ms: i64,
}

impl std::fmt::Debug for CaughtMailLine {
    /// Shows no address and no subject.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaughtMailLine(id: {}, {} bytes)", self.id, self.size_bytes)
    }
}

/// A caught mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtMail {
    /// What the list shows.
    pub line: CaughtMailLine,
    /// The mail's bytes.
    pub source: Vec<u8>,
}

impl SandboxStore {
    /// Opens `sandbox.db` in the folder, making it where there is none.
    pub async fn open(folder: &Path) -> Result<Self> {
        Self::open_with(folder, Limits { mails: MAX_MAILS, bytes: MAX_BYTES }).await
    }

    async fn open_with(folder: &Path, limits: Limits) -> Result<Self> {
        make_private_folder(folder).map_err(Error::Folder)?;
        let options = options(&folder.join("sandbox.db")).synchronous(SqliteSynchronous::Normal);
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .idle_timeout(None)
                .max_lifetime(None)
                .after_release(|connection, _| Box::pin(is_fit_for_use(connection)))
        };
        let writer = pool(1).connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await.map_err(|error| Error::Other(Box::new(error)))?;
        let reader = pool(2).connect_with(options.read_only(true)).await?;
        let letters = writing::start(writer.clone(), limits);
        Ok(Self { writer, reader, letters })
    }

    /// Closes all connections after what is running.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// The latest mails before this id whose recipient or subject contains the text.
    pub async fn list_mails(
        &self,
        search: &str,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<CaughtMailLine>> {
        Ok(sqlx::query_as(
            "select id, envelope_from, envelope_to, subject, size_bytes, received_at_ms from mails
             where id < $1 and instr(search_text, $2) > 0
             order by id desc limit $3",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(search.to_lowercase())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?)
    }

    /// How many mails have a recipient or subject that contains the text.
    pub async fn count_mails(&self, search: &str) -> Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from mails where instr(search_text, $1) > 0")
            .bind(search.to_lowercase())
            .fetch_one(&self.reader)
            .await?)
    }

    /// A mail.
    pub async fn load_mail(&self, id: i64) -> Result<CaughtMail> {
        let line: Option<CaughtMailLine> = sqlx::query_as(
            "select id, envelope_from, envelope_to, subject, size_bytes, received_at_ms from mails where id = $1",
        )
        .bind(id)
        .fetch_optional(&self.reader)
        .await?;
        let source: Option<Vec<u8>> = sqlx::query_scalar("select source from sources where mail_id = $1")
            .bind(id)
            .fetch_optional(&self.reader)
            .await?;
        match (line, source) {
            (Some(line), Some(source)) => Ok(CaughtMail { line, source }),
            _ => Err(Error::NotFound("mail")),
        }
    }

    /// Forgets all mails and gives their room on the disk back; says how many there were.
    pub async fn clear(&self) -> Result<i64> {
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        let count = sqlx::query_scalar("select mails from totals").fetch_one(&mut *transaction).await?;
        for statement in
            ["delete from mails", "delete from sources", "update totals set mails = 0, bytes = 0"]
        {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        sqlx::query("vacuum").execute(&self.writer).await?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
