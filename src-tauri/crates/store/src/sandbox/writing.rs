//! Keeps caught mails: one task commits for all connections together, so that a mail costs no commit of its own.

use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, Sqlite, Transaction};
use tokio::sync::{mpsc, oneshot};

use super::{Limits, NewCaughtMail, SandboxStore};
use crate::{Error, Result};

/// Mails that wait for the task at most; senders wait beyond that.
const WAITING: usize = 1024;
/// Mails a commit.
const BATCH: usize = 256;

/// A mail and who waits for its commit.
#[derive(Debug)]
pub(super) struct Letter {
    mail: NewCaughtMail,
    kept: oneshot::Sender<Result<()>>,
}

impl SandboxStore {
    /// Keeps a mail; done when it is committed.
    pub async fn insert_mail(&self, mail: NewCaughtMail) -> Result<()> {
        let (kept, answer) = oneshot::channel();
        let gone = |_| Error::Other("the sandbox is closed".into());
        self.letters.send(Letter { mail, kept }).await.map_err(|_| gone(()))?;
        answer.await.map_err(|_| gone(()))?
    }
}

/// Starts the task; it ends with the last [`SandboxStore`].
pub(super) fn start(writer: SqlitePool, limits: Limits) -> mpsc::Sender<Letter> {
    let (sender, mut letters) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut batch = Vec::with_capacity(BATCH);
        while letters.recv_many(&mut batch, BATCH).await > 0 {
            let (mails, waiting): (Vec<_>, Vec<_>) =
                batch.drain(..).map(|letter: Letter| (letter.mail, letter.kept)).unzip();
            let result = keep(&writer, mails, limits).await;
            for kept in waiting {
                // Whoever no longer waits does not need the answer.
                let _ = kept.send(same(&result));
            }
        }
    });
    sender
}

/// The result once more, as far as anybody can act on it.
fn same(result: &Result<()>) -> Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(Error::DiskFull) => Err(Error::DiskFull),
        Err(Error::ReadOnly) => Err(Error::ReadOnly),
        Err(error) => Err(Error::Other(error.to_string().into())),
    }
}

async fn keep(writer: &SqlitePool, mails: Vec<NewCaughtMail>, limits: Limits) -> Result<()> {
    let mut transaction = writer.begin_with("begin immediate").await?;
    let last: Option<i64> = sqlx::query_scalar("select seq from sqlite_sequence where name = 'mails'")
        .fetch_optional(&mut *transaction)
        .await?;
    let first = last.unwrap_or_default() + 1;
    let bytes: usize = mails.iter().map(|mail| mail.source.len()).sum();
    let count = mails.len();
    insert_lines(&mut transaction, first, &mails).await?;
    let mut sources = QueryBuilder::<Sqlite>::new("insert into sources (mail_id, source) ");
    sources.push_values((first..).zip(mails), |mut row, (id, mail)| {
        row.push_bind(id).push_bind(mail.source);
    });
    sources.build().persistent(false).execute(&mut *transaction).await?;
    let (kept, kept_bytes): (i64, i64) =
        sqlx::query_as("update totals set mails = mails + $1, bytes = bytes + $2 returning mails, bytes")
            .bind(i64::try_from(count).unwrap_or(i64::MAX))
            .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
            .fetch_one(&mut *transaction)
            .await?;
    drop_oldest(&mut transaction, kept, kept_bytes, limits).await?;
    Ok(transaction.commit().await?)
}

async fn insert_lines(
    transaction: &mut Transaction<'static, Sqlite>,
    first: i64,
    mails: &[NewCaughtMail],
) -> Result<()> {
    let lines: Vec<_> = (first..)
        .zip(mails)
        .map(|(id, mail)| {
            let search_text = format!("{}\n{}", mail.to, mail.subject).to_lowercase();
            let size = mail.source.len();
            (id, &mail.from, &mail.to, &mail.subject, search_text, size, mail.received_at_ms)
        })
        .collect();
    sqlx::query(
        "insert into mails (id, envelope_from, envelope_to, subject, search_text, size_bytes, received_at_ms)
         select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
         from json_each($1)",
    )
    .bind(serde_json::to_string(&lines)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Drops the oldest mails until what is left is within the limits.
async fn drop_oldest(
    transaction: &mut Transaction<'static, Sqlite>,
    mut mails: i64,
    mut bytes: i64,
    limits: Limits,
) -> Result<()> {
    while mails > limits.mails || bytes > limits.bytes {
        let dropped: Vec<(i64, i64)> = sqlx::query_as(
            "delete from mails where id in (
                 select id from (
                     select id, row_number() over oldest as n, sum(size_bytes) over oldest - size_bytes as before
                     from mails window oldest as (order by id) limit 1000
                 )
                 where n <= $1 or before < $2
             )
             returning id, size_bytes",
        )
        .bind(mails - limits.mails)
        .bind(bytes - limits.bytes)
        .fetch_all(&mut **transaction)
        .await?;
        if dropped.is_empty() {
            break;
        }
        let ids: Vec<i64> = dropped.iter().map(|(id, _)| *id).collect();
        sqlx::query("delete from sources where mail_id in (select value from json_each($1))")
            .bind(serde_json::to_string(&ids)?)
            .execute(&mut **transaction)
            .await?;
        mails -= i64::try_from(dropped.len()).unwrap_or(i64::MAX);
        bytes -= dropped.iter().map(|(_, size)| size).sum::<i64>();
    }
    sqlx::query("update totals set mails = $1, bytes = $2")
        .bind(mails)
        .bind(bytes)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
