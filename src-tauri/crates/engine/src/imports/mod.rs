//! Imports: a look into a file, and taking its contacts in the background.
//!
//! An import is a row in the database from its first moment, so its report outlives the window it was started in and
//! the program itself.

mod alive;
mod reading;
mod running;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hongyan_contact_files::{ContactReader, CsvOptions, Mapping, Preview, Target, preview};
use hongyan_domain::ImportId;
use hongyan_store::{ImportProblem, ImportRecord, NewImport};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::files::{Purpose, file_name};
use crate::{Engine, Error, Result};
use alive::{Alive, nobody_imports};
use reading::Source;

/// Rows of a preview.
const PREVIEW_ROWS: usize = 20;
/// Rejected rows that a report shows.
const SHOWN_PROBLEMS: u32 = 100;

/// The imports of this process.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    running: Mutex<HashMap<ImportId, CancellationToken>>,
    tasks: TaskTracker,
}

/// What an import is to do.
#[derive(Debug, Clone)]
pub struct ImportPlan {
    /// The file's handle.
    pub file: String,
    /// How to read it.
    pub options: CsvOptions,
    /// Where each column goes.
    pub columns: Vec<Target>,
    /// The list that takes the contacts; made where there is none of that name.
    pub list_name: Option<String>,
}

/// An import and its report.
#[derive(Debug, Clone)]
pub struct Import {
    /// How far it came.
    pub record: ImportRecord,
    /// The first rows that it could not take.
    pub problems: Vec<ImportProblem>,
    /// What ended it, where it failed.
    pub failure: Option<ImportFailure>,
}

/// What ended an import before its time. Kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFailure {
    /// The file is gone or cannot be read.
    FileUnreadable,
    /// The file has no rows.
    FileEmpty,
    /// The file is no text; what it looks like.
    FileNotText(String),
    /// The disk is full.
    DiskFull,
    /// The data folder is read-only.
    ReadOnly,
    /// The database failed.
    DatabaseFailed,
    /// A fault of the program.
    Internal,
}

impl Imports {
    fn begin(&self, id: ImportId) -> CancellationToken {
        let token = CancellationToken::new();
        self.lock().insert(id, token.clone());
        token
    }

    fn end(&self, id: ImportId) {
        self.lock().remove(&id);
    }

    fn cancel(&self, id: ImportId) {
        if let Some(token) = self.lock().get(&id) {
            token.cancel();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ImportId, CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// What a file seems to hold, and its name.
    pub async fn preview_import(&self, file: &str, options: CsvOptions) -> Result<(String, Preview)> {
        let path = self.path_of(file, Purpose::Read)?;
        let name = file_name(&path);
        let preview = tokio::task::spawn_blocking(move || preview(&path, &options, PREVIEW_ROWS)).await??;
        Ok((name, preview))
    }

    /// Starts an import; it goes on in the background. The file's handle is used up by it.
    pub async fn start_import(&self, plan: ImportPlan) -> Result<Import> {
        let path = self.path_of(&plan.file, Purpose::Read)?;
        let mapping = Mapping::new(plan.columns)?;
        let file_name = file_name(&path);
        let source =
            tokio::task::spawn_blocking(move || Source::open(&path, &plan.options, &mapping)).await??;
        let list_id = match plan.list_name.as_deref() {
            Some(name) if !name.trim().is_empty() => Some(self.find_or_create_list(name).await?),
            _ => None,
        };
        let new = NewImport {
            file_name,
            list_id,
            bytes_total: i64::try_from(source.reader.total_bytes()).unwrap_or(i64::MAX),
            fields: source.reader.fields().to_vec(),
            heads: source.heads(),
        };
        let folder = self.folder().to_owned();
        let alive = tokio::task::spawn_blocking(move || Alive::begin(&folder)).await?;
        let alive = alive.map_err(hongyan_store::Error::Folder)?;
        let id = self.store().insert_import(&new, self.now_ms()).await?;
        // It is open; an upload needs no name any more.
        self.files().let_go(&plan.file);
        let token = self.imports().begin(id);
        let engine = self.clone();
        self.imports().tasks.spawn(async move {
            engine.run_import(id, list_id, source, token).await;
            drop(alive);
        });
        self.load_import(id).await
    }

    /// An import and its report.
    pub async fn load_import(&self, id: ImportId) -> Result<Import> {
        let record = self.store().load_import(id).await?;
        let problems = self.store().list_import_problems(id, 0, SHOWN_PROBLEMS).await?;
        let failure =
            record.error.as_deref().map(|json| serde_json::from_str(json).unwrap_or(ImportFailure::Internal));
        Ok(Import { record, problems, failure })
    }

    /// Stops an import soon; what it has taken stays. One that has ended is left as it is.
    pub async fn cancel_import(&self, id: ImportId) -> Result<()> {
        self.store().load_import(id).await?;
        self.imports().cancel(id);
        Ok(())
    }

    /// Waits for the end of an import of this process, and gives its report.
    pub async fn wait_for_import(&self, id: ImportId) -> Result<Import> {
        let mut events = self.subscribe();
        while self.imports().lock().contains_key(&id) {
            // Lagging behind is as good as an event: look again.
            let _ = events.recv().await;
        }
        self.load_import(id).await
    }

    /// Stops all imports of this process and waits for them.
    pub(crate) async fn stop_imports(&self) {
        for token in self.imports().lock().values() {
            token.cancel();
        }
        self.imports().tasks.close();
        self.imports().tasks.wait().await;
        self.imports().tasks.reopen();
    }

    /// Calls imports cancelled that an earlier process did not bring to their end.
    pub(crate) async fn recover_imports(&self) -> Result<()> {
        // Where the file cannot be had, nothing can be written either.
        let Ok(Some(_nobody_imports)) = nobody_imports(self.folder()) else { return Ok(()) };
        match self.store().cancel_running_imports(self.now_ms()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "imports of an earlier process were cut short"),
            // What cannot be written now can still be read.
            Err(hongyan_store::Error::ReadOnly | hongyan_store::Error::DiskFull) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

impl From<&Error> for ImportFailure {
    fn from(error: &Error) -> Self {
        use hongyan_contact_files::FileFault;
        match error {
            Error::File(FileFault::Io(_)) | Error::FileHandle => Self::FileUnreadable,
            Error::File(FileFault::Empty) => Self::FileEmpty,
            Error::File(FileFault::NotText { looks_like }) => {
                Self::FileNotText(looks_like.as_str().to_owned())
            }
            Error::Store(hongyan_store::Error::DiskFull) => Self::DiskFull,
            Error::Store(hongyan_store::Error::ReadOnly) => Self::ReadOnly,
            Error::Store(_) => Self::DatabaseFailed,
            _ => Self::Internal,
        }
    }
}
