//! The two pools on one database file, and how it is opened, checked and migrated.
//!
//! One connection writes (`BEGIN IMMEDIATE`), a few read: so writers queue fairly and nobody meets SQLITE_BUSY from
//! our own process. The journal has one more (`journal::at_once`), which writes only while it holds that one. WAL with
//! `synchronous=FULL`: what is committed survives a power cut.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection, Sqlite, Transaction};

use crate::{Error, Result, journal};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

const FILE: &str = "hongyan.db";

/// Connections that read at the same time.
const READERS: u32 = 4;

/// The database of a data folder. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Store {
    writer: SqlitePool,
    reader: SqlitePool,
    path: PathBuf,
}

impl Store {
    /// Whether the folder surely has no database yet; what cannot be looked into may have one.
    pub fn is_new(folder: &Path) -> bool {
        matches!(folder.join(FILE).try_exists(), Ok(false))
    }

    /// Opens `hongyan.db` in the folder, making it where there is none; migrates it, after a backup.
    pub async fn open(folder: &Path) -> Result<Self> {
        make_private_folder(folder).map_err(Error::Folder)?;
        let path = folder.join(FILE);
        let options = options(&path);
        migrate(&path, &options).await?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(60))
            .idle_timeout(None)
            .max_lifetime(None)
            // A file has no line that could be dead; the question would cost as much as a statement.
            .test_before_acquire(false)
            .after_release(|connection, _| Box::pin(is_fit_for_use(connection)))
            // A mapped page is looked up in the WAL at every access. What is written again and again stands there a
            // thousand times, and each lookup walks over all of them; a page in the cache is not looked up.
            .connect_with(options.clone().pragma("mmap_size", "0"))
            .await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            // What is read lies in the mapped file as a rule, so a small cache each is enough: there are a few of them.
            .connect_with(options.read_only(true).pragma("cache_size", "-3072"))
            .await?;
        let store = Self { writer, reader, path };
        if let Err(error) = store.settle_journal().await {
            // A disk that is full or read-only: who looks sees the deliveries as they were a moment before the end.
            tracing::warn!(%error, "what the journal knows cannot be carried over yet");
        }
        Ok(store)
    }

    /// Closes all connections after what is running.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// The database's file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where statements that only read go.
    pub(crate) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// Begins a transaction that may write, and that sees what the journal knows.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        journal::settle(&mut transaction).await?;
        Ok(transaction)
    }

    /// The writing connection itself, for who looks after the transaction by themselves.
    pub(crate) async fn acquire_writer(&self) -> Result<PoolConnection<Sqlite>> {
        Ok(self.writer.acquire().await?)
    }

    /// SQLite's own check of the file: `ok`, or what is wrong.
    pub async fn integrity_check(&self) -> Result<String> {
        Ok(sqlx::query_scalar("pragma integrity_check").fetch_one(&self.reader).await?)
    }
}

/// Whether a connection that comes back may be used again; else the pool makes a new one.
///
/// When the disk fails, SQLite rolls back by itself. The rollback that follows then finds nothing to do, which sqlx
/// takes for a transaction that is still open, and no other could ever begin on that connection.
pub(crate) async fn is_fit_for_use(
    connection: &mut SqliteConnection,
) -> std::result::Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback that is only ordered yet comes first.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(30))
        // The rows of a window of recipients are read in one go; less, and reader and taker wake each other in turns.
        .row_buffer_size(256)
        // macOS does not flush the drive's cache by fsync alone.
        .pragma("fullfsync", "on")
        .pragma("checkpoint_fullfsync", "on")
        .pragma("cache_size", "-16384")
        // 4 MB: a checkpoint stands in the way of the commit behind it. But until the first one the WAL grows, and to
        // flush a file that has grown takes half as long again as to flush one that is overwritten.
        .pragma("wal_autocheckpoint", "1000")
        .pragma("mmap_size", "268435456")
        .pragma("temp_store", "memory")
        .optimize_on_close(true, None)
}

async fn migrate(path: &Path, options: &SqliteConnectOptions) -> Result<()> {
    let existed = path.exists();
    let mut connection = SqliteConnection::connect_with(options).await?;
    make_private_file(path).map_err(Error::Folder)?;
    check_sqlite_version(&mut connection).await?;
    let applied = if existed { applied_migrations(&mut connection).await? } else { 0 };
    let known = MIGRATIONS.iter().count();
    if existed && applied > 0 && applied < known {
        back_up(&mut connection, &backup_path(path, applied)).await?;
    }
    let result = MIGRATIONS.run(&mut connection).await;
    connection.close().await?;
    result.map_err(|error| match error {
        sqlx::migrate::MigrateError::VersionMissing(_) | sqlx::migrate::MigrateError::VersionTooNew(..) => {
            Error::Newer
        }
        sqlx::migrate::MigrateError::Execute(error) => error.into(),
        other => Error::Other(Box::new(other)),
    })
}

/// Versions before 3.51.3 can lose commits with two connections in WAL mode (sqlite.org/wal.html#walresetbug).
async fn check_sqlite_version(connection: &mut SqliteConnection) -> Result<()> {
    let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(connection).await?;
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if numbers < vec![3, 51, 3] { Err(Error::SqliteTooOld(version)) } else { Ok(()) }
}

async fn applied_migrations(connection: &mut SqliteConnection) -> Result<usize> {
    let has_table: i64 =
        sqlx::query_scalar("select count(*) from sqlite_schema where name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await?;
    if has_table == 0 {
        return Ok(0);
    }
    let applied: i64 =
        sqlx::query_scalar("select count(*) from _sqlx_migrations").fetch_one(connection).await?;
    Ok(usize::try_from(applied).unwrap_or_default())
}

/// Copies the database, unless there is a copy. It gets its name when it is whole: half of one, from a process that was
/// killed, must not pass for a backup.
async fn back_up(connection: &mut SqliteConnection, backup: &Path) -> Result<()> {
    if backup.exists() {
        return Ok(());
    }
    // Another process may be at the same.
    let part = backup.with_extension(format!("{}.part", std::process::id()));
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::Folder(error)),
        _ => {}
    }
    sqlx::query("vacuum into $1").bind(part.to_string_lossy()).execute(connection).await?;
    make_private_file(&part).map_err(Error::Folder)?;
    std::fs::rename(part, backup).map_err(Error::Folder)
}

fn backup_path(path: &Path, applied: usize) -> PathBuf {
    path.with_file_name(format!("hongyan.before-migration-{}.db", applied + 1))
}

/// Makes the folder, readable by its owner only.
pub(crate) fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    set_mode(folder, 0o700)
}

/// Makes a file readable by its owner only.
pub(crate) fn make_private_file(path: &Path) -> std::io::Result<()> {
    set_mode(path, 0o600)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)) {
        // A folder of somebody else's, or on a read-only disk: whether it can be used shows when it is.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::ReadOnlyFilesystem => Ok(()),
        other => other,
    }
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use hongyan_domain::{EmailAddress, SuppressionReason};

    use super::*;

    async fn tell(store: &Store, pragma: &'static str) {
        sqlx::query(pragma).execute(&store.writer).await.unwrap();
    }

    async fn write(store: &Store, number: i64) -> Result<u64> {
        let address = EmailAddress::parse(&format!("p{number}@b.cn")).unwrap();
        store.insert_suppressions(&[address], SuppressionReason::Manual, number).await
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_writing_goes_on_when_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        tell(&store, "pragma max_page_count = 1").await;
        let (mut written, told) = {
            let mut number = 0;
            loop {
                match write(&store, number).await {
                    Ok(_) => number += 1,
                    Err(error) => break (number, error),
                }
            }
        };
        assert!(matches!(told, Error::DiskFull), "{told:?}");
        tell(&store, "pragma max_page_count = 1000000").await;
        for number in written..written + 200 {
            write(&store, number).await.unwrap();
        }
        written += 200;
        assert_eq!(store.count_suppressions("").await.unwrap(), written);
        assert_eq!(store.integrity_check().await.unwrap(), "ok");
    }

    #[tokio::test]
    async fn a_read_only_database_is_told_and_writing_goes_on_when_that_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        tell(&store, "pragma query_only = on").await;
        for _ in 0..3 {
            let told = write(&store, 1).await.unwrap_err();
            assert!(matches!(told, Error::ReadOnly), "{told:?}");
        }
        tell(&store, "pragma query_only = off").await;
        write(&store, 1).await.unwrap();
        assert_eq!(store.count_suppressions("").await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_copy_that_was_broken_off_is_made_anew_and_a_whole_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        write(&store, 1).await.unwrap();
        store.close().await;
        let (path, backup) = (folder.path().join("hongyan.db"), folder.path().join("copy.db"));
        let left = folder.path().join(format!("copy.{}.part", std::process::id()));
        std::fs::write(&left, "half of it").unwrap();
        let mut connection = SqliteConnection::connect_with(&options(&path)).await.unwrap();
        back_up(&mut connection, &backup).await.unwrap();
        assert!(!left.exists());
        let mut copy =
            SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&backup)).await.unwrap();
        let count = "select count(*) from suppressions";
        assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut copy).await.unwrap(), 1);
        copy.close().await.unwrap();
        sqlx::query("delete from suppressions").execute(&mut connection).await.unwrap();
        let before = std::fs::read(&backup).unwrap();
        back_up(&mut connection, &backup).await.unwrap();
        assert_eq!(std::fs::read(&backup).unwrap(), before);
    }

    /// What a failing disk leaves: SQLite has rolled back by itself.
    #[tokio::test]
    async fn a_connection_whose_transaction_is_gone_keeps_nobody_from_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        sqlx::query("rollback").execute(&mut *transaction).await.unwrap();
        drop(transaction);
        write(&store, 1).await.unwrap();
        assert_eq!(store.count_suppressions("").await.unwrap(), 1);
    }
}
