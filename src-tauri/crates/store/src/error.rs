//! What can go wrong with the database, told apart where somebody can act on it.

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The row is gone. Says which kind.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// A unique name or address is taken.
    #[error("already taken")]
    Taken,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The file or its folder cannot be written.
    #[error("the database is read-only")]
    ReadOnly,
    /// The database was made by a newer version.
    #[error("the database was made by a newer version")]
    Newer,
    /// A stored value has no meaning for this version.
    #[error(transparent)]
    Word(#[from] hongyan_domain::UnknownWord),
    /// A stored value cannot be read.
    #[error("a stored value cannot be read: {0}")]
    Damaged(&'static str),
    /// The linked SQLite has the WAL-reset bug (before 3.51.3).
    #[error("SQLite {0} is too old")]
    SqliteTooOld(String),
    /// The data folder cannot be used.
    #[error("the data folder cannot be used")]
    Folder(#[source] std::io::Error),
    /// Anything else.
    #[error("the database failed")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// SQLite's primary result codes (sqlite.org/rescode.html).
const SQLITE_READONLY: i32 = 8;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(database) = &error {
            if database.is_unique_violation() {
                return Self::Taken;
            }
            // The extended code's low byte is the primary code.
            let code = database.code().and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff);
            match code {
                Some(SQLITE_FULL) => return Self::DiskFull,
                Some(SQLITE_READONLY | SQLITE_CANTOPEN) => return Self::ReadOnly,
                _ => {}
            }
        }
        Self::Other(Box::new(error))
    }
}

impl From<serde_json::Error> for Error {
    fn from(_: serde_json::Error) -> Self {
        Self::Damaged("json")
    }
}
